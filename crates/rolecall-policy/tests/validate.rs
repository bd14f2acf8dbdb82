//! What IAM refuses and what misleads: one row per check, and beside it what must not be told.

#![allow(missing_docs)]
#![allow(clippy::string_slice, reason = "a flaw that points nowhere is a failed test")]

use rolecall_policy::document::Policy;
use rolecall_policy::validate::{Gravity, Usage, validate};

use Gravity::{Error, Warning};

/// Statements of a policy of the current version, and what is told of them: how grave, where, what.
type Row<'a> = (&'a str, &'a [Told<'a>]);
type Told<'a> = (Gravity, &'a str, &'a str);

fn told(text: &str, usage: Usage) -> Vec<(Gravity, String, String)> {
    let flaws = validate(&Policy::from_text(text), usage);
    flaws
        .iter()
        .map(|flaw| (flaw.gravity(), text[flaw.span.range()].to_owned(), flaw.message.clone()))
        .collect()
}

fn check(usage: Usage, rows: &[Row<'_>]) {
    for (statements, wanted) in rows {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
        let told = told(&text, usage);
        let told: Vec<_> =
            told.iter().map(|(gravity, at, what)| (*gravity, at.as_str(), what.as_str())).collect();
        assert_eq!(&told, wanted, "{statements}");
    }
}

#[test]
fn sound_documents() {
    check(
        Usage::Identity,
        &[
            (
                r#"{"Sid":"A1","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/*"}"#,
                &[],
            ),
            (
                r#"{"Effect":"Deny","NotAction":["iam:Get*"],"NotResource":"*","Condition":{"ForAnyValue:StringLike":{"aws:TagKeys":"a*"}}}"#,
                &[],
            ),
        ],
    );
    check(
        Usage::Trust,
        &[
            (
                r#"{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}"#,
                &[],
            ),
            (
                r#"{"Effect":"Allow","Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:role/a/b"]},"Action":"sts:AssumeRole"}"#,
                &[],
            ),
            (
                r#"{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/x.org"},"Action":"sts:AssumeRole*"}"#,
                &[],
            ),
            (
                r#"{"Effect":"Allow","Principal":{"Federated":"accounts.google.com"},"Action":"sts:AssumeRoleWithWebIdentity"}"#,
                &[],
            ),
        ],
    );
}

#[test]
fn heads() {
    let one = |text: &str, usage| told(text, usage).into_iter().map(|(_, _, what)| what).collect::<Vec<_>>();
    let body = r#""Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let old = "Policy document must be version 2012-10-17 or greater.";
    assert_eq!(one(&format!("{{{body}"), Usage::Identity), [old]);
    assert_eq!(one(&format!(r#"{{"Version":"2008-10-17",{body}"#), Usage::Identity), [old]);
    assert_eq!(one(&format!(r#"{{"Version":"2008-10-17",{body}"#), Usage::Scp), [""; 0]);
    let unknown = "The policy must contain a valid version string";
    assert_eq!(one(&format!(r#"{{"Version":"2012-10-18",{body}"#), Usage::Identity), [unknown]);
    let id = format!(r#"{{"Version":"2012-10-17","Id":"x",{body}"#);
    assert_eq!(one(&id, Usage::Identity), ["`Id` has no place in this kind of policy"]);
    assert_eq!(
        one(r#"{"Version":"2012-10-17"}"#, Usage::Scp),
        ["Could not parse the policy: Statement is empty!"]
    );
    assert_eq!(one("[]", Usage::Scp), ["Syntax errors in policy."]);
    assert_eq!(
        one(r#"{"Version":"2012-10-17","Statement":[],"Comment":""}"#, Usage::Scp)[1],
        "Syntax errors in policy."
    );
    assert!(
        one(r#"{"Version":"2012-10-17","Statement":[{"#, Usage::Scp)[0]
            .starts_with("This policy contains invalid Json")
    );
}

#[test]
fn statements() {
    let s = |rest: &str| format!(r#"{{"Effect":"Allow",{rest}}}"#);
    let rows: &[Row<'_>] = &[
        (
            r#""Action":"*","Resource":"*","Effect":"allow""#,
            &[
                (Warning, r#""Effect""#, "`Effect` stands twice; only the last one counts"),
                (Error, r#""allow""#, "Invalid effect: allow"),
            ],
        ),
        (r#""Action":[],"Resource":"*""#, &[(Error, "[]", "Policy statement must contain actions.")]),
        (r#""Action":"*","Resource":[]"#, &[(Error, "[]", "Policy statement must contain resources.")]),
        (
            r#""Action":"GetObject","Resource":"*""#,
            &[(
                Error,
                r#""GetObject""#,
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            )],
        ),
        (
            r#""Action":"s3:a:b","Resource":"*""#,
            &[(Error, r#""s3:a:b""#, "Actions/Condition can contain only one colon.")],
        ),
        (r#""Action":"s 3:a","Resource":"*""#, &[(Error, r#""s 3:a""#, "Vendor s 3 is not valid")]),
        (
            r#""Action":"s3:${a}","Resource":"*""#,
            &[(Warning, r#""s3:${a}""#, "variables are not allowed in actions: this is plain text")],
        ),
        (r#""Action":"*","NotAction":"*","Resource":"*""#, &[(Error, r#""*""#, "Syntax errors in policy.")]),
        (r#""Action":{"a":1},"Resource":"*""#, &[(Error, r#"{"a":1}"#, "Syntax errors in policy.")]),
        (
            r#""Action":"*","Resource":"bucket""#,
            &[(Error, r#""bucket""#, "Resource bucket must be in ARN format or \"*\".")],
        ),
        (
            r#""Action":"*","Resource":"arn:aws:*:::b""#,
            &[(
                Error,
                r#""arn:aws:*:::b""#,
                "Resource vendor must be fully qualified and cannot contain regexes.",
            )],
        ),
        (
            r#""Action":"*","Resource":"arn:aws:sqs""#,
            &[(Warning, r#""arn:aws:sqs""#, "an incomplete ARN: `*` stands in every part that is missing")],
        ),
        (
            r#""Action":"*","Resource":"arn:aws:sqs:${r}:1:q""#,
            &[(
                Warning,
                r#""arn:aws:sqs:${r}:1:q""#,
                "a variable may stand in the sixth part of an ARN alone: this matches nothing",
            )],
        ),
        (
            r#""Action":"*","NotResource":"arn:aws:s3:::${r}""#,
            &[(
                Warning,
                r#""arn:aws:s3:::${r}""#,
                "where the variable has no value this excludes nothing: the statement widens",
            )],
        ),
        (r#""Action":"*","NotResource":"arn:aws:s3:::${r, 'x'}""#, &[]),
        (
            r#""Action":"*","Resource":"arn:aws:s3:::${r,'x'}""#,
            &[(
                Warning,
                r#""arn:aws:s3:::${r,'x'}""#,
                "a variable is written `${key}` or `${key, 'default'}`",
            )],
        ),
        (
            r#""Action":"*","Resource":"*","Principal":"*""#,
            &[(Error, r#""*""#, "Policy document should not specify a principal.")],
        ),
        (
            r#""Action":"*","Resource":"*","Sid":"a b""#,
            &[(
                Error,
                r#""a b""#,
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
            )],
        ),
        (
            r#""Action":"*","Resource":"arn:aws:s3:::ł""#,
            &[(Error, r#""arn:aws:s3:::ł""#, "the character U+0142 is not allowed in a policy")],
        ),
        (
            r#""Action":"*","Resource":"*","Conditions":{}"#,
            &[(Error, r#""Conditions""#, "Syntax errors in policy.")],
        ),
        (r#""Action":"*","Resource":"*","Condition":[]"#, &[(Error, "[]", "Syntax errors in policy.")]),
        (
            r#""Action":"*","Resource":"*","Condition":{"StringEquals":"x"}"#,
            &[(Error, r#""x""#, "Syntax errors in policy.")],
        ),
        (
            r#""Action":"*","Resource":"*","Condition":{"ForAllValuesStringEquals":{"a:b":"c"}}"#,
            &[(Error, r#""ForAllValuesStringEquals""#, "Invalid Condition type : ForAllValuesStringEquals")],
        ),
        (
            r#""Action":"*","Resource":"*","Condition":{"NullIfExists":{"a:b":"true"}}"#,
            &[(Error, r#""NullIfExists""#, "Invalid Condition type : NullIfExists")],
        ),
        (
            r#""Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":"c","A:B":"d"}}"#,
            &[(Error, r#""A:B""#, "`A:B` stands twice under `StringEquals`")],
        ),
        (
            r#""Action":"*","Resource":"*","Condition":{"Bool":{"a:b":"true"},"Bool":{"a:b":"false"}}"#,
            &[(Warning, r#""Bool""#, "`Bool` stands twice; only the last one counts")],
        ),
    ];
    for (rest, wanted) in rows {
        check(Usage::Identity, &[(&s(rest), wanted)]);
    }
    check(
        Usage::Identity,
        &[
            (
                r#"{"Action":"*","Resource":"*"}"#,
                &[(Error, r#"{"Action":"*","Resource":"*"}"#, "Missing required field Effect")],
            ),
            (
                r#"{"Effect":"Deny","Action":"*"}"#,
                &[(Error, r#"{"Effect":"Deny","Action":"*"}"#, "Policy statement must contain resources.")],
            ),
            (
                r#"{"Effect":"Deny","Resource":"*"}"#,
                &[(Error, r#"{"Effect":"Deny","Resource":"*"}"#, "Missing required field Action")],
            ),
            ("7", &[(Error, "7", "Syntax errors in policy.")]),
        ],
    );
    let twice = r#"[{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"}]"#;
    check(
        Usage::Scp,
        &[(twice, &[(Error, r#""A""#, "Statement IDs (SID) in a single policy must be unique.")])],
    );
    check(
        Usage::Session,
        &[(
            r#"{"Effect":"Deny","Action":"*","Resource":"arn:aws:sqs"}"#,
            &[(Error, r#""arn:aws:sqs""#, "a session policy takes no incomplete ARN")],
        )],
    );
}

#[test]
fn conditions() {
    let rows: &[Row<'_>] = &[
        (
            r#""StringEquals":{"a:b":"c*"}"#,
            &[(
                Warning,
                r#""c*""#,
                "`StringEquals` takes no wildcards: this value is compared letter by letter",
            )],
        ),
        (r#""StringEquals":{"a:b":"c${*}"}"#, &[]),
        (r#""StringLike":{"a:b":"c*"}"#, &[]),
        (
            r#""StringNotEqualsIgnoreCase":{"a:b":"c?"}"#,
            &[(
                Warning,
                r#""c?""#,
                "`StringNotEqualsIgnoreCase` takes no wildcards: this value is compared letter by letter",
            )],
        ),
        (
            r#""stringlike":{"a:b":"c"}"#,
            &[(Warning, r#""stringlike""#, "the operator is documented as `StringLike`")],
        ),
        (
            r#""NumericEquals":{"a:b":"five"}"#,
            &[(Warning, r#""five""#, "`five` is no number: it never matches")],
        ),
        (
            r#""Bool":{"a:b":"yes"}"#,
            &[(Warning, r#""yes""#, "`yes` is no `true` or `false`: it never matches")],
        ),
        (r#""Bool":{"a:b":true}"#, &[]),
        (
            r#""IpAddress":{"aws:SourceIp":"example.com"}"#,
            &[(Warning, r#""example.com""#, "`example.com` is no address or CIDR block: it never matches")],
        ),
        (
            r#""IpAddress":{"aws:SourceIp":"10.1.0.0/16"}"#,
            &[(
                Warning,
                r#""10.1.0.0/16""#,
                "`aws:SourceIp` is never a private address; through a VPC endpoint it is `aws:VpcSourceIp`",
            )],
        ),
        (r#""IpAddress":{"aws:VpcSourceIp":"10.1.0.0/16"}"#, &[]),
        (
            r#""ArnLike":{"aws:SourceArn":"sns"}"#,
            &[(Warning, r#""sns""#, "`sns` is no ARN: it never matches")],
        ),
        (r#""ArnLike":{"aws:SourceArn":"*"}"#, &[]),
        (r#""BinaryEquals":{"a:b":"*"}"#, &[(Warning, r#""*""#, "`*` is no base64: it never matches")]),
        (
            r#""DateLessThan":{"aws:CurrentTime":"tomorrow"}"#,
            &[(Error, r#""tomorrow""#, "The policy failed legacy parsing")],
        ),
        (
            r#""NumericEquals":{"a:b":"${c:d}"}"#,
            &[(
                Warning,
                r#""${c:d}""#,
                "`NumericEquals` takes no variables (for Bool AWS contradicts itself)",
            )],
        ),
        (
            r#""StringEquals":{"a:b":"${ c:d }"}"#,
            &[(Warning, r#""${ c:d }""#, "a variable is written `${key}` or `${key, 'default'}`")],
        ),
        (
            r#""StringEquals":{"a:b":[]}"#,
            &[(
                Warning,
                r#""a:b":[]"#,
                "no value is listed: the condition does not hold where the key is there",
            )],
        ),
        (
            r#""StringEquals":{"aws:TagKeys":"c"}"#,
            &[(
                Warning,
                r#""aws:TagKeys""#,
                "`aws:TagKeys` is a list: test it with ForAnyValue or ForAllValues",
            )],
        ),
        (
            r#""StringLike":{"cognito-identity.amazonaws.com:amr":"c"}"#,
            &[(
                Warning,
                r#""cognito-identity.amazonaws.com:amr""#,
                "`cognito-identity.amazonaws.com:amr` is a list: test it with ForAnyValue or ForAllValues",
            )],
        ),
        (
            r#""ForAllValues:StringEquals":{"a:b":"c"}"#,
            &[(
                Warning,
                r#""ForAllValues:StringEquals""#,
                "`ForAllValues` holds for a request that lacks the key",
            )],
        ),
        (r#""ForAllValues:StringEquals":{"a:b":"c"},"Null":{"A:b":"false"}"#, &[]),
        (
            r#""ForAllValues:Null":{"a:b":"true"}"#,
            &[(Warning, r#""ForAllValues:Null""#, "`ForAllValues:Null` always holds")],
        ),
        (
            r#""ForAnyValue:Null":{"a:b":"true"}"#,
            &[(Warning, r#""ForAnyValue:Null""#, "`ForAnyValue:Null` never holds")],
        ),
    ];
    for (condition, wanted) in rows {
        let statement =
            format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{{condition}}}}}"#);
        check(Usage::Identity, &[(&statement, wanted)]);
    }
    let old = r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":"${c:d}"}}}}"#;
    let plain = "without \"Version\": \"2012-10-17\" this is no variable but plain text";
    assert_eq!(told(old, Usage::Scp), [(Warning, r#""${c:d}""#.to_owned(), plain.to_owned())]);
}

#[test]
fn principals() {
    let rows: &[(&str, &str, &[Told<'_>])] = &[
        (
            r#""*""#,
            "sts:AssumeRole",
            &[(Error, r#""*""#, "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".")],
        ),
        (r#"{"AWS":"*"}"#, "sts:AssumeRole", &[(Warning, r#""*""#, "`*` is everyone, in every account")]),
        (
            r#"{"AWS":"arn:aws:iam::111122223333:role/*"}"#,
            "sts:AssumeRole",
            &[(
                Error,
                r#""arn:aws:iam::111122223333:role/*""#,
                "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:role/*\"",
            )],
        ),
        (
            r#"{"AWS":"arn:aws:iam::111122223333:group/g"}"#,
            "sts:AssumeRole",
            &[(
                Error,
                r#""arn:aws:iam::111122223333:group/g""#,
                "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:group/g\"",
            )],
        ),
        (
            r#"{"AWS":"AROACKCEVSQ6C2EXAMPLE"}"#,
            "sts:AssumeRole",
            &[(
                Warning,
                r#""AROACKCEVSQ6C2EXAMPLE""#,
                "a bare id: the user or role that stood here was deleted",
            )],
        ),
        (r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/r/s"}"#, "sts:AssumeRole", &[]),
        (
            r#"{"Service":"ec2"}"#,
            "sts:AssumeRole",
            &[(Error, r#""ec2""#, "Invalid principal in policy: \"SERVICE\":\"ec2\"")],
        ),
        (
            r#"{"Federated":"https://token.actions.githubusercontent.com"}"#,
            "sts:AssumeRoleWithWebIdentity",
            &[(
                Error,
                r#""https://token.actions.githubusercontent.com""#,
                "Invalid principal in policy: \"FEDERATED\":\"https://token.actions.githubusercontent.com\"",
            )],
        ),
        (
            r#"{"Aws":"*"}"#,
            "sts:AssumeRole",
            &[(Error, r#""Aws""#, "Invalid principal in policy: `Aws` is no kind of principal")],
        ),
        (
            r#"{}"#,
            "sts:AssumeRole",
            &[
                (Error, "{}", "Missing required field Principal cannot be empty!"),
                (Warning, "{}", "nobody is named: the statement does nothing"),
            ],
        ),
        (
            r#""111122223333""#,
            "sts:AssumeRole",
            &[(Error, r#""111122223333""#, "Invalid principal in policy: `111122223333`")],
        ),
        (
            r#"{"AWS":"111122223333"}"#,
            "s3:GetObject",
            &[(Error, r#""s3:GetObject""#, "AssumeRole policy may only specify STS AssumeRole actions.")],
        ),
        (
            r#"{"AWS":"111122223333"}"#,
            "sts:AssumeRoleWithWebIdentity",
            &[(
                Warning,
                r#""sts:AssumeRoleWithWebIdentity""#,
                "`sts:AssumeRoleWithWebIdentity` works only for a web identity provider, and none is named",
            )],
        ),
        (
            r#"{"Federated":"accounts.google.com"}"#,
            "sts:AssumeRole",
            &[(
                Warning,
                r#""sts:AssumeRole""#,
                "`sts:AssumeRole` works only for an AWS or Service principal, and none is named",
            )],
        ),
        (
            r#"{"Federated":"accounts.google.com"}"#,
            "sts:AssumeRoleWithSAML",
            &[(
                Warning,
                r#""sts:AssumeRoleWithSAML""#,
                "`sts:AssumeRoleWithSAML` works only for a SAML provider, and none is named",
            )],
        ),
        (
            r#"{"Federated":"arn:aws:iam::111122223333:saml-provider/x"}"#,
            "sts:AssumeRoleWithWebIdentity",
            &[(
                Warning,
                r#""sts:AssumeRoleWithWebIdentity""#,
                "`sts:AssumeRoleWithWebIdentity` works only for a web identity provider, and none is named",
            )],
        ),
    ];
    for (principal, action, wanted) in rows {
        let statement = format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"{action}"}}"#);
        check(Usage::Trust, &[(&statement, wanted)]);
    }
    check(
        Usage::Trust,
        &[
            (
                r#"{"Effect":"Allow","Action":"sts:AssumeRole"}"#,
                &[(
                    Error,
                    r#"{"Effect":"Allow","Action":"sts:AssumeRole"}"#,
                    "Missing required field Principal",
                )],
            ),
            (
                r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole","Resource":"*"}"#,
                &[(Error, r#""*""#, "Has prohibited field Resource")],
            ),
            (
                r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole","NotResource":"*"}"#,
                &[(Error, r#""*""#, "AssumeRole policy must not contain resources.")],
            ),
            (
                r#"{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#,
                &[(Error, r#"{"AWS":"111122223333"}"#, "Allow with NotPrincipal is not allowed.")],
            ),
        ],
    );
    check(
        Usage::Resource,
        &[(
            r#"{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}"#,
            &[(
                Warning,
                r#"{"AWS":"111122223333"}"#,
                "`NotPrincipal` with `Allow` grants to everyone else, anonymous callers included",
            )],
        )],
    );
    check(
        Usage::Rcp,
        &[(
            r#"{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}"#,
            &[(Error, r#"{"AWS":"111122223333"}"#, "a resource control policy names `*` and nobody else")],
        )],
    );
}
