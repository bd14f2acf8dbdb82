//! The policy simulator.

use super::*;

const PUT: &str = r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}"#;

/// One line, blanks between elements left out.
fn flat(body: &str) -> String {
    body.lines().map(str::trim).collect()
}

#[test]
fn the_recorded_example() {
    let world = World::new();
    world.role("r");
    world.ok("PutRolePolicy", &[("RoleName", "r"), ("PolicyName", "mine"), ("PolicyDocument", PUT)], &[]);
    let pairs = [
        ("PolicySourceArn", "arn:aws:iam::111122223333:role/r"),
        ("ActionNames.member.1", "s3:PutObject"),
        ("ActionNames.member.2", "s3:GetObjectVersion"),
        ("ResourceArns.member.1", "arn:aws:s3:::bucket"),
    ];
    let body = flat(&world.ok("SimulatePrincipalPolicy", &pairs, &[]));
    let (first, second) = body.split_once("<EvalActionName>s3:GetObjectVersion<").unwrap();
    let matched = "<MatchedStatements><member><SourcePolicyId>mine</SourcePolicyId><SourcePolicyType>IAM Policy</SourcePolicyType><StartPosition><Line>1</Line><Column>41</Column></StartPosition><EndPosition><Line>1</Line><Column>113</Column></EndPosition></member></MatchedStatements>";
    assert_eq!(first.matches(matched).count(), 2, "{first}");
    holds(
        "first",
        first,
        &[
            "<EvalResourceName>arn:aws:s3:::bucket</EvalResourceName><EvalDecision>allowed<",
            "<EvalDecisionDetails/>",
            "<EvalResourceDecision>allowed<",
            "<MissingContextValues/>",
            "!PermissionsBoundaryDecisionDetail",
            "!OrganizationsDecisionDetail",
        ],
    );
    holds("second", second, &["<EvalDecision>implicitDeny<", "<MatchedStatements/>", "<IsTruncated>false<"]);
}

fn custom(world: &World, policy: &str, more: Pairs<'_>) -> Result<String, Fault> {
    let mut pairs = vec![("PolicyInputList.member.1", policy)];
    pairs.extend_from_slice(more);
    world.call("SimulateCustomPolicy", &pairs).map(|body| flat(&body))
}

#[test]
fn decisions() {
    let world = World::new();
    let both = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:Delete*","Resource":"arn:aws:s3:::kept/*"}]}"#;
    let action = ("ActionNames.member.1", "s3:DeleteObject");
    let body = custom(&world, both, &[action]).unwrap();
    holds(
        "any",
        &body,
        &[
            "<EvalResourceName>*<",
            "<EvalDecision>allowed<",
            "!EvalDecisionDetails",
            "!ResourceSpecificResults",
        ],
    );
    let two = [
        action,
        ("ResourceArns.member.1", "arn:aws:s3:::other/x"),
        ("ResourceArns.member.2", "arn:aws:s3:::kept/x"),
    ];
    let body = custom(&world, both, &two).unwrap();
    holds(
        "two",
        &body,
        &[
            "<EvalDecision>explicitDeny<",
            "<EvalResourceDecision>allowed<",
            "<EvalResourceDecision>explicitDeny<",
        ],
    );
    let top = body.split_once("<ResourceSpecificResults>").unwrap().0;
    assert_eq!(top.matches("<SourcePolicyId>PolicyInputList.1<").count(), 1, "{top}");
    let bounded = [action, ("PermissionsBoundaryPolicyInputList.member.1", ALLOW)];
    let body = custom(&world, both, &bounded).unwrap();
    holds("bounded", &body, &["<EvalDecision>implicitDeny<", "<AllowedByPermissionsBoundary>false<"]);
    let scp = [
        action,
        ("OrderedOrganizationPolicyInputList.member.1.ServiceControlPolicyInputList.member.1", ALLOW),
    ];
    let body = custom(&world, both, &scp).unwrap();
    holds("organization", &body, &["<EvalDecision>implicitDeny<", "<AllowedByOrganizations>false<"]);
}

#[test]
fn trust_policies_are_not_simulated() {
    let world = World::new();
    // AssumeRoleWithWebIdentity is unsigned, and no policy of a caller bears on it; the simulator does not know that.
    for action in ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"] {
        let policy = |effect: &str| {
            format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Action":"{action}","Resource":"*"}}}}"#
            )
        };
        for resource in ["arn:aws:iam::111122223333:role/x", "*"] {
            let pairs = [("ActionNames.member.1", action), ("ResourceArns.member.1", resource)];
            let decided = |policy: &str| custom(&world, policy, &pairs).unwrap();
            let name = format!("{action} on {resource}");
            holds(
                &name,
                &decided(&policy("Allow")),
                &["<EvalDecision>allowed<", "<SourcePolicyId>PolicyInputList.1<"],
            );
            holds(&name, &decided(&policy("Deny")), &["<EvalDecision>explicitDeny<"]);
            holds(&name, &decided(PUT), &["<EvalDecision>implicitDeny<"]);
        }
    }
}

#[test]
fn missing_and_given_keys() {
    let world = World::new();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::home/${aws:username}/*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}},{"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}"#;
    let action = ("ActionNames.member.1", "s3:GetObject");
    let body = custom(&world, policy, &[action]).unwrap();
    holds(
        "missing",
        &body,
        &["<MissingContextValues><member>aws:username</member><member>aws:SourceIp</member><"],
    );
    let given = [
        action,
        ("ResourceArns.member.1", "arn:aws:s3:::home/ann/x"),
        ("ContextEntries.member.1.ContextKeyName", "aws:sourceip"),
        ("ContextEntries.member.1.ContextKeyType", "ip"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "203.0.113.7"),
        ("ContextEntries.member.2.ContextKeyName", "aws:username"),
        ("ContextEntries.member.2.ContextKeyType", "string"),
        ("ContextEntries.member.2.ContextKeyValues.member.1", "ann"),
    ];
    holds(
        "given",
        &custom(&world, policy, &given).unwrap(),
        &["<EvalDecision>allowed<", "<MissingContextValues/>"],
    );
    let keys = world.ok("GetContextKeysForCustomPolicy", &[("PolicyInputList.member.1", policy)], &[]);
    let wanted = "<ContextKeyNames><member>aws:username</member><member>aws:SourceIp</member><member>aws:MultiFactorAuthPresent</member></ContextKeyNames>";
    assert!(flat(&keys).contains(wanted), "{keys}");
    world.user("ann");
    world.ok("PutUserPolicy", &[("UserName", "ann"), ("PolicyName", "p"), ("PolicyDocument", policy)], &[]);
    let source = ("PolicySourceArn", "arn:aws:iam::111122223333:user/ann");
    let own = flat(&world.ok("GetContextKeysForPrincipalPolicy", &[source], &[]));
    assert!(own.contains(wanted), "{own}");
    let simulated = [source, action];
    let filled = flat(&world.ok("SimulatePrincipalPolicy", &simulated, &[]));
    assert!(
        filled.contains("<MissingContextValues><member>aws:SourceIp</member></MissingContextValues>"),
        "{filled}"
    );
}

#[test]
fn between_accounts() {
    let world = World::new();
    let resource = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"*"}}"#;
    let pairs = [
        ("ActionNames.member.1", "s3:GetObject"),
        ("ResourceArns.member.1", "arn:aws:s3:::theirs/x"),
        ("ResourcePolicy", resource),
        ("ResourceOwner", "arn:aws:iam::999988887777:root"),
        ("CallerArn", "arn:aws:iam::111122223333:user/ann"),
    ];
    let body = custom(&world, ALLOW, &pairs).unwrap();
    holds(
        "both",
        &body,
        &["<EvalDecision>allowed<", "<entry><key>IAM Policy</key><value>allowed</value></entry>"],
    );
    let body = custom(&world, PUT, &pairs).unwrap();
    holds("one", &body, &["<EvalDecision>implicitDeny<", "<key>Resource Policy</key><value>allowed<"]);
}

#[test]
fn exclusions_and_boundaries_of_a_principal() {
    let world = World::new();
    world.user("u");
    let arn = world.policy("p");
    world.ok("AttachUserPolicy", &[("UserName", "u"), ("PolicyArn", &arn)], &[]);
    world.ok("PutUserPermissionsBoundary", &[("UserName", "u"), ("PermissionsBoundary", &arn)], &[]);
    let ask = |more: Pairs<'_>| {
        let mut pairs = vec![
            ("PolicySourceArn", "arn:aws:iam::111122223333:user/u"),
            ("ActionNames.member.1", "s3:GetObject"),
        ];
        pairs.extend_from_slice(more);
        flat(&world.ok("SimulatePrincipalPolicy", &pairs, &[]))
    };
    holds(
        "own",
        &ask(&[]),
        &["<EvalDecision>allowed<", "<AllowedByPermissionsBoundary>true<", "<SourcePolicyId>p<"],
    );
    for exclusion in [
        ("PolicyExclusionList.member.1.PolicyType", "user-managed"),
        ("PolicyExclusionList.member.1.PolicyArn", "arn:aws:iam::111122223333:policy/*"),
    ] {
        holds("less", &ask(&[exclusion]), &["<EvalDecision>implicitDeny<"]);
    }
    let spared = ("PolicyExclusionList.member.1.PolicyType", "permission-boundary");
    holds("unbounded", &ask(&[spared]), &["<EvalDecision>allowed<", "!AllowedByPermissionsBoundary"]);
}

#[test]
fn pages_and_refusals() {
    let world = World::new();
    let actions = [
        ("ActionNames.member.1", "s3:A"),
        ("ActionNames.member.2", "s3:B"),
        ("ActionNames.member.3", "s3:C"),
        ("MaxItems", "2"),
    ];
    let first = custom(&world, ALLOW, &actions).unwrap();
    holds("first", &first, &["s3:A<", "s3:B<", "!s3:C<", "<IsTruncated>true<"]);
    let mut rest = actions.to_vec();
    rest.push(("Marker", text_of(&first, "Marker")));
    holds("rest", &custom(&world, ALLOW, &rest).unwrap(), &["!s3:A<", "s3:C<", "<IsTruncated>false<"]);
    let action = ("ActionNames.member.1", "s3:GetObject");
    let table = [
        ("{", vec![action], "Syntax errors in policy."),
        (ALLOW, vec![("ActionNames.member.1", "s3:*")], "Invalid Action Name: s3:*"),
        (ALLOW, vec![action, ("ResourcePolicy", PUT)], "CallerArn is required when ResourcePolicy is given."),
        (
            ALLOW,
            vec![action, ("ResourceHandlingOption", "EC2-VPC-EBS")],
            "EC2-VPC-EBS requires a resource of type instance",
        ),
        (
            ALLOW,
            vec![action, ("CallerArn", "arn:aws:sts::111122223333:assumed-role/r/s")],
            "Invalid Caller Arn: arn:aws:sts::111122223333:assumed-role/r/s is not the ARN of an IAM user.",
        ),
    ];
    for (policy, pairs, sentence) in table {
        let fault = custom(&world, policy, &pairs).unwrap_err();
        assert_eq!((fault.code, &*fault.message), (Code::InvalidInput, sentence));
    }
    let source = ("PolicySourceArn", "arn:aws:sts::111122223333:assumed-role/r/s");
    world.err(
        "SimulatePrincipalPolicy",
        &[source, action],
        Code::InvalidInput,
        "Invalid Entity Arn: arn:aws:sts::111122223333:assumed-role/r/s does not clearly define entity type and name.",
    );
    let gone = ("PolicySourceArn", "arn:aws:iam::111122223333:user/gone");
    world.err(
        "SimulatePrincipalPolicy",
        &[gone, action],
        Code::NoSuchEntity,
        "The user with name gone cannot be found.",
    );
}
