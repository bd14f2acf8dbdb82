//! Which service a request is for.

use rolecall_wire::http::{Head, Header};
use rolecall_wire::query::Params;
use rolecall_wire::service::Service::{self, CloudTrail, Eks, EksAuth, Iam, Rolecall, Sts};
use rolecall_wire::service::told_from;

fn scope(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIA/20260301/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

fn told(path: &str, query: &str, body: &str, headers: &[Header<'_>]) -> Option<Service> {
    let head = Head { method: "POST", path, query, headers };
    told_from(&head, &Params::read(query, body.as_bytes()).unwrap())
}

#[test]
fn by_host() {
    for (host, service) in [
        ("sts.amazonaws.com", Some(Sts)),
        ("sts.eu-west-1.amazonaws.com", Some(Sts)),
        ("sts-fips.us-east-1.amazonaws.com:443", Some(Sts)),
        ("sts.cn-north-1.amazonaws.com.cn", Some(Sts)),
        ("sts.eu-west-1.api.aws", Some(Sts)),
        ("iam.amazonaws.com", Some(Iam)),
        ("iam.global.api.aws", Some(Iam)),
        ("eks.eu-west-1.amazonaws.com", Some(Eks)),
        ("eks-auth.eu-west-1.api.aws", Some(EksAuth)),
        ("cloudtrail.eu-west-1.amazonaws.com", Some(CloudTrail)),
        ("s3.amazonaws.com", None),
        ("sts.notamazonaws.com", None),
        ("localhost:8403", None),
        ("[::1]:8403", None),
    ] {
        assert_eq!(told("/", "", "", &[("host", host.as_bytes())]), service, "{host}");
    }
}

#[test]
fn by_scope() {
    for (name, service) in [
        ("sts", Some(Sts)),
        ("iam", Some(Iam)),
        ("eks", Some(Eks)),
        ("eks-auth", Some(EksAuth)),
        ("cloudtrail", Some(CloudTrail)),
        ("rolecall", Some(Rolecall)),
        ("s3", None),
    ] {
        let value = scope(name);
        assert_eq!(told("/", "", "", &[("authorization", value.as_bytes())]), service, "{name}");
        let query = format!("X-Amz-Credential=AKIA%2F20260301%2Feu-west-1%2F{name}%2Faws4_request");
        assert_eq!(told("/", &query, "", &[]), service, "presigned {name}");
    }
    // the host of AWS is stronger; the mismatch is told when the scope is checked
    let value = scope("iam");
    let headers: [Header<'_>; 2] = [("host", b"sts.amazonaws.com"), ("authorization", value.as_bytes())];
    assert_eq!(told("/", "", "", &headers), Some(Sts));
}

#[test]
fn by_target_and_path() {
    for (target, service) in [
        ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", Some(CloudTrail)),
        ("CloudTrail_20131101.LookupEvents", Some(CloudTrail)),
        ("Rolecall_20260101.DiagnoseEvent", Some(Rolecall)),
        ("DynamoDB_20120810.GetItem", None),
    ] {
        assert_eq!(told("/", "", "", &[("x-amz-target", target.as_bytes())]), service, "{target}");
    }
    for (path, service) in [
        ("/clusters", Some(Eks)),
        ("/clusters/prod/pod-identity-associations", Some(Eks)),
        ("/clusters/prod/assume-role-for-pod-identity", Some(EksAuth)),
        ("/tags/arn%3Aaws%3Aeks", Some(Eks)),
        ("/tags/other", None),
        ("/", None),
        ("", None),
    ] {
        assert_eq!(told(path, "", "", &[]), service, "{path}");
    }
}

#[test]
fn by_version_and_action() {
    for (body, service) in [
        ("Action=AssumeRoleWithWebIdentity&Version=2011-06-15", Some(Sts)),
        ("Action=AssumeRoleWithWebIdentity", Some(Sts)),
        ("Action=GetRole&Version=2010-05-08", Some(Iam)),
        ("Action=GetRole", Some(Iam)),
        ("Action=Nonsense&Version=2010-05-08", Some(Iam)),
        ("Action=Nonsense", None),
        ("Action=LookupEvents&Version=2013-11-01", None),
        ("Version=2011-06-15", None),
    ] {
        assert_eq!(told("/", "", body, &[]), service, "{body}");
        assert_eq!(told("/", body, "", &[]), service, "query {body}");
    }
}
