//! Constraints of the Query protocol, in AWS's words (reference sts.md §2.2).

use rolecall_wire::constraint::check;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::operation::find;
use rolecall_wire::query::Params;
use rolecall_wire::service::Service::{self, Iam, Sts};

const ROLE: &str = "RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=s1";

fn checked(service: Service, operation: &str, body: &str) -> Result<(), Fault> {
    check(find(service, operation).unwrap(), &Params::read("", body.as_bytes()).unwrap())
}

fn message(service: Service, operation: &str, body: &str) -> String {
    match checked(service, operation, body) {
        Ok(()) => String::new(),
        Err(fault) => {
            assert_eq!(fault.code, Code::ValidationError, "{}", fault.message);
            fault.message.into_owned()
        }
    }
}

#[test]
fn recorded_sentences() {
    let session = "RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=Session1:2";
    assert_eq!(
        message(Sts, "AssumeRole", session),
        r"1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*"
    );
    assert_eq!(
        message(Sts, "AssumeRole", "RoleArn=&RoleSessionName=s1"),
        r"2 validation errors detected: Value '' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+; Value '' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"
    );
    let thumbprint = "Url=https://x&ThumbprintList.member.1=abc&ThumbprintList.member.2=def";
    assert_eq!(
        message(Iam, "CreateOpenIDConnectProvider", thumbprint),
        "1 validation error detected: Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]"
    );
}

#[test]
fn one_constraint_at_a_time() {
    let long = "x".repeat(65);
    for (service, operation, body, violation) in [
        (
            Iam,
            "GetRole",
            String::new(),
            "Value null at 'roleName' failed to satisfy constraint: Member must not be null",
        ),
        (Iam, "GetRole", format!("RoleName={long}"), "Member must have length less than or equal to 64"),
        (
            Sts,
            "AssumeRole",
            format!("{ROLE}&DurationSeconds=899"),
            "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
        ),
        (
            Sts,
            "AssumeRole",
            format!("{ROLE}&DurationSeconds=43201"),
            "Member must have value less than or equal to 43200",
        ),
        (
            Sts,
            "AssumeRole",
            format!("{ROLE}&TokenCode=12345"),
            "Value '12345' at 'tokenCode' failed to satisfy constraint: Member must have length greater than or equal to 6",
        ),
        (
            Sts,
            "AssumeRole",
            format!("{ROLE}&PolicyArns.member.1.arn=short"),
            "Value 'short' at 'policyArns.1.member.arn' failed to satisfy constraint: Member must have length greater than or equal to 20",
        ),
        (
            Sts,
            "AssumeRole",
            format!(
                "{ROLE}&Tags.member.1.Key=a&Tags.member.1.Value=b&Tags.member.3.Key=%23&Tags.member.3.Value="
            ),
            r"Value '#' at 'tags.2.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+",
        ),
        (
            Sts,
            "AssumeRole",
            format!("{ROLE}&Tags.member.1.Key=a"),
            "Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null",
        ),
        (
            Sts,
            "AssumeRoot",
            "TargetPrincipal=111122223333".to_owned(),
            "Value null at 'taskPolicyArn' failed to satisfy constraint: Member must not be null",
        ),
        (
            Sts,
            "GetWebIdentityToken",
            "SigningAlgorithm=RS256&Audience=".to_owned(),
            "Value at 'audience' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            Iam,
            "UpdateAccessKey",
            "AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status=active".to_owned(),
            "Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive",
        ),
        (
            Iam,
            "CreateAccountAlias",
            "AccountAlias=a--b".to_owned(),
            "Member must satisfy regular expression pattern: ^[a-z0-9]",
        ),
    ] {
        let text = message(service, operation, &body);
        assert!(
            text.starts_with("1 validation error detected: Value ") && text.contains(violation),
            "{operation}: {text}"
        );
    }
}

#[test]
fn near_misses_pass() {
    let longest = "x".repeat(64);
    for (service, operation, body) in [
        (Iam, "GetRole", format!("RoleName={longest}&Unknown.member.x=1")),
        (Sts, "AssumeRole", format!("{ROLE}&DurationSeconds=900")),
        (Sts, "AssumeRole", format!("{ROLE}&DurationSeconds=43200&TokenCode=123456&Tags=&PolicyArns=")),
        (Sts, "AssumeRole", format!("{ROLE}&Tags.member.7.Key=a+b&Tags.member.7.Value=")),
        (Sts, "GetCallerIdentity", String::new()),
        (Iam, "GetUser", String::new()),
        (
            Iam,
            "CreateOpenIDConnectProvider",
            "Url=https://x&ThumbprintList=&ClientIDList.member.1=a".to_owned(),
        ),
        (Iam, "CreateLoginProfile", "UserName=a&Password=p&PasswordResetRequired=True".to_owned()),
        (Sts, "GetSessionToken", "DurationSeconds=129600".to_owned()),
    ] {
        assert_eq!(message(service, operation, &body), "", "{operation} {body}");
    }
}

#[test]
fn lengths_count_as_in_java() {
    let name = "ключ".repeat(32);
    let tag = |key: &str| format!("{ROLE}&Tags.member.1.Key={key}&Tags.member.1.Value=");
    assert_eq!(message(Sts, "AssumeRole", &tag(&name)), "");
    assert!(message(Sts, "AssumeRole", &tag(&format!("{name}x"))).contains("less than or equal to 128"));
    // two units each: 𝒜 is a letter beyond the basic plane
    assert_eq!(message(Sts, "AssumeRole", &tag(&"𝒜".repeat(64))), "");
    assert!(message(Sts, "AssumeRole", &tag(&"𝒜".repeat(65))).contains("less than or equal to 128"));
}

#[test]
fn secrets_are_not_repeated() {
    let body = "RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=s1&WebIdentityToken=abc";
    assert_eq!(
        message(Sts, "AssumeRoleWithWebIdentity", body),
        "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4"
    );
    let password = "hunter2".repeat(20);
    let text = message(Iam, "CreateLoginProfile", &format!("UserName=u&Password={password}"));
    assert!(text.contains("Value at 'password'") && !text.contains("hunter2"), "{text}");
}

#[test]
fn values_of_another_kind() {
    for (service, operation, body) in [
        (Sts, "AssumeRole", format!("{ROLE}&DurationSeconds=soon")),
        (Sts, "AssumeRole", format!("{ROLE}&DurationSeconds=3600.0")),
        (Sts, "AssumeRole", format!("{ROLE}&DurationSeconds=99999999999999999999")),
        (Sts, "AssumeRole", format!("{ROLE}&DurationSeconds=")),
        (Sts, "AssumeRole", format!("{ROLE}&Tags=a")),
        (Sts, "AssumeRole", format!("{ROLE}&Tags.1.Key=a")),
        (Sts, "AssumeRole", format!("{ROLE}&Tags.member.x.Key=a")),
        (Sts, "AssumeRole", format!("{ROLE}&PolicyArns.member.0.arn=a")),
        (Sts, "AssumeRole", format!("{ROLE}&TransitiveTagKeys.member.1.Key=a")),
        (Iam, "CreateLoginProfile", "UserName=a&Password=p&PasswordResetRequired=yes".to_owned()),
    ] {
        assert_eq!(checked(service, operation, &body).unwrap_err().code, Code::MalformedInput, "{body}");
    }
}

#[test]
fn many_and_huge_violations_make_a_bounded_message() {
    let huge = "#".repeat(1 << 19);
    let text = message(Sts, "AssumeRole", &format!("RoleArn={huge}&RoleSessionName={huge}"));
    assert!(text.starts_with("3 validation errors detected: ") && text.len() < 20_000, "{}", text.len());
    let tags: String =
        (1..=4000).map(|n| format!("&Tags.member.{n}.Key=%23&Tags.member.{n}.Value=%23")).collect();
    let text = message(Sts, "AssumeRole", &format!("{ROLE}{tags}"));
    assert!(
        text.starts_with("8001 validation errors detected: Value at 'tags' failed") && text.len() < 30_000
    );
    assert!(!text.contains("tags.51.member.key"));
    let keys: String =
        (1..=4000).map(|n| format!("&TransitiveTagKeys.member.{n}={}", "%23".repeat(99))).collect();
    let text = message(Sts, "AssumeRole", &format!("{ROLE}{keys}"));
    assert!(text.contains("…]' at 'transitiveTagKeys'") && text.len() < 10_000, "{}", text.len());
}
