//! Identity policies: each rule of reference iam.md §5.1 in its order.

use super::*;
use crate::iam::document;

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";
const ACTIONS: &str = "Policy statement must contain actions.";
const RESOURCES: &str = "Policy statement must contain resources.";

fn verdict(text: &str) -> Option<String> {
    document::identity(text).err().map(|fault| fault.message.into_owned())
}

fn statement(inside: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{{{inside}}}}}"#)
}

#[test]
fn whole_documents() {
    let table = [
        ("", Some(SYNTAX)),
        ("This is not a json document", Some(SYNTAX)),
        ("[]", Some(SYNTAX)),
        ("{}", Some(SYNTAX)),
        (r#"{"Version":"2012-10-17"}"#, Some(SYNTAX)),
        (r#"{"Version":"2012-10-17","Statement":[]}"#, Some(SYNTAX)),
        (r#"{"Version":"2012-10-17","Statement":["x"]}"#, Some(SYNTAX)),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}],"Extra":1}"#,
            Some(SYNTAX),
        ),
        (
            r#"{"Version":"2017-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            Some(SYNTAX),
        ),
        (
            r#"{"Version":"2012-10-17","Id":["x"],"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            Some(SYNTAX),
        ),
        (
            r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            Some("Policy document must be version 2012-10-17 or greater."),
        ),
        (
            r#"{"Statement":[{"Effect":"denY","Action":"*","Resource":"*"}]}"#,
            Some("Policy document must be version 2012-10-17 or greater."),
        ),
        (
            r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            None,
        ),
    ];
    for (text, wanted) in table {
        assert_eq!(verdict(text).as_deref(), wanted, "{text}");
    }
}

#[test]
fn statements() {
    let vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    let table = [
        (r#""Action":"*","Resource":"*""#, Some(SYNTAX)),
        (r#""Effect":"Permit","Action":"*","Resource":"*""#, Some(SYNTAX)),
        (r#""Effect":"denY","Action":"*","Resource":"*""#, Some(LEGACY)),
        (r#""Effect":"Allow","Action":"*","NotAction":[],"Resource":"*""#, Some(SYNTAX)),
        (r#""Effect":"Allow","Action":"*","Resource":[],"NotResource":[]"#, Some(SYNTAX)),
        (r#""Effect":"Allow","Action":{"a":"b"},"Resource":"*""#, Some(SYNTAX)),
        (r#""Effect":"Allow","Action":[["*"]],"Resource":"*""#, Some(SYNTAX)),
        (r#""Effect":"Allow","Action":"*","Resource":"*","Sid":["x"]"#, Some(SYNTAX)),
        (r#""Effect":"Allow","Action":"*","Resource":"*","Extra":"x""#, Some(SYNTAX)),
        (r#""Effect":"Allow","Action":"*","Resource":"*","Condition":[]"#, Some(SYNTAX)),
        (r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":"x"}"#, Some(SYNTAX)),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a":{}}}"#,
            Some(SYNTAX),
        ),
        (r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"Sometimes":{"a":"b"}}"#, Some(SYNTAX)),
        (r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"Sometimes":{}}"#, None),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"a":"soon"}}"#,
            Some(LEGACY),
        ),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringLikeIfExists":{"a":["b"]}}"#,
            None,
        ),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}"#,
            None,
        ),
        (r#""Effect":"Allow","Action":"*","Resource":"arn:aws:s3::bucket""#, Some(LEGACY)),
        (r#""Effect":"Allow","Resource":"arn:aws:s3::bucket""#, Some(LEGACY)),
        (
            r#""Effect":"Allow","Action":"*","Resource":"*","Principal":"*""#,
            Some("Policy document should not specify a principal."),
        ),
        (r#""Effect":"Allow","Resource":"*""#, Some(ACTIONS)),
        (r#""Effect":"Allow","Action":[],"Resource":"nonsense""#, Some(ACTIONS)),
        (
            r#""Effect":"Allow","Action":"nonsense","Resource":"nonsense""#,
            Some("Resource nonsense must be in ARN format or \"*\"."),
        ),
        (r#""Effect":"Allow","Action":"nonsense""#, Some(vendor)),
        (r#""Effect":"Allow","NotAction":"nonsense","Resource":"*""#, Some(vendor)),
        (
            r#""Effect":"Allow","Action":"a:b:c","Resource":"*""#,
            Some("Actions/Condition can contain only one colon."),
        ),
        (r#""Effect":"Allow","Action":"s 3:b","Resource":"*""#, Some("Vendor s 3 is not valid")),
        (r#""Effect":"Allow","Action":"s3:b""#, Some(RESOURCES)),
        (r#""Effect":"Allow","Action":"s3:b","Resource":[]"#, Some(RESOURCES)),
        (r#""Effect":"Allow","Action":"s3:b","NotResource":["*"]"#, None),
        (
            r#""Effect":"Deny","NotAction":["s3:*","ec2:*"],"Resource":["arn:aws:s3:::a","arn:aws:s3:::b/*"],"Sid":"""#,
            None,
        ),
        (r#""Effect":"Allow","Action":"nosuch:Thing","Resource":"*""#, None),
    ];
    for (inside, wanted) in table {
        assert_eq!(verdict(&statement(inside)).as_deref(), wanted, "{inside}");
    }
}

#[test]
fn statement_ids() {
    let two = |first: &str, second: &str| {
        let one = |sid: &str| format!(r#"{{"Sid":"{sid}","Effect":"Allow","Action":"*","Resource":"*"}}"#);
        verdict(&format!(r#"{{"Version":"2012-10-17","Statement":[{},{}]}}"#, one(first), one(second)))
    };
    assert_eq!(two("a", "b"), None);
    assert_eq!(two("", ""), None);
    assert_eq!(two("a", "a").as_deref(), Some("Statement IDs (SID) in a single policy must be unique."));
    assert!(two("a b", "c").unwrap().starts_with("Statement IDs (SID) must be alpha-numeric."));
}

#[test]
fn every_operation_that_takes_one_looks_at_it() {
    let world = World::new();
    world.role("r");
    let arn = world.policy("p");
    let bad = ("PolicyDocument", "{}");
    for (operation, pairs) in [
        ("PutRolePolicy", vec![("RoleName", "r"), ("PolicyName", "i"), bad]),
        ("CreatePolicy", vec![("PolicyName", "q"), bad]),
        ("CreatePolicyVersion", vec![("PolicyArn", arn.as_str()), bad]),
    ] {
        world.err(operation, &pairs, Code::MalformedPolicyDocument, SYNTAX);
    }
    let long = statement(&format!(
        r#""Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{}""#,
        "a".repeat(6144)
    ));
    let pairs = [("PolicyName", "q"), ("PolicyDocument", long.as_str())];
    world.err("CreatePolicy", &pairs, Code::LimitExceeded, "Cannot exceed quota for PolicySize: 6144");
}
