//! Requests as botocore 1.44.0 makes and signs them, through every stage.

use crate::vectors::NOON;
use rolecall_wire::constraint::{check, check_json};
use rolecall_wire::fault::Fault;
use rolecall_wire::http::{Head, Header};
use rolecall_wire::json;
use rolecall_wire::operation::asked;
use rolecall_wire::query::Params;
use rolecall_wire::service::{Protocol, Service, told_from};
use rolecall_wire::sigv4::{self, SigningKey};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

struct Recorded<'a> {
    method: &'a str,
    target: &'a str,
    host: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

impl Recorded<'_> {
    fn with_head<T>(&self, then: impl FnOnce(&Head<'_>) -> Result<T, Fault>) -> Result<T, String> {
        let (path, query) = self.target.split_once('?').unwrap_or((self.target, ""));
        let mut headers: Vec<Header<'_>> = vec![("host", self.host.as_bytes())];
        headers.extend(self.headers.iter().map(|(name, value)| (*name, value.as_bytes())));
        let head = Head { method: self.method, path, query, headers: &headers };
        then(&head).map_err(|fault| fault.to_string())
    }

    /// Service and operation, or what a fault of any stage says.
    fn pass(&self) -> Result<(Service, &'static str), String> {
        self.with_head(|head| {
            let body = self.body.as_bytes();
            let params = Params::of_request(head, body)?;
            let service = told_from(head, &params).expect("a service");
            let (operation, labels) = asked(service, head, &params)?;
            match service.protocol() {
                Protocol::Query => check(operation, &params)?,
                _ => check_json(operation, &json::read(operation, &labels, &params, body)?)?,
            }
            self.signature(head, service)?;
            Ok((service, operation.name))
        })
    }

    fn signature(&self, head: &Head<'_>, service: Service) -> Result<(), Fault> {
        let signed = sigv4::read(head)?.expect("a signature");
        signed.check_scope(service, true)?;
        signed.check_time(service, NOON)?;
        let key = SigningKey::derive(SECRET, &signed.date, &signed.region, &signed.service);
        signed.verify(head, self.body.as_bytes(), &key)
    }
}

macro_rules! authorization {
    ($scope:literal, $headers:literal, $signature:literal) => {
        concat!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260301/",
            $scope,
            "/aws4_request, SignedHeaders=",
            $headers,
            ", Signature=",
            $signature
        )
    };
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
const DATE: (&str, &str) = ("X-Amz-Date", "20260301T120000Z");

#[test]
fn query_with_a_session_token() {
    let request = Recorded {
        method: "POST",
        target: "/",
        host: "sts.eu-west-1.amazonaws.com",
        headers: &[
            FORM,
            DATE,
            ("X-Amz-Security-Token", "IQoJb3JpZ2luX2Vj/+=="),
            (
                "Authorization",
                authorization!(
                    "eu-west-1/sts",
                    "content-type;host;x-amz-date;x-amz-security-token",
                    "024cee97aeff1816d018d9435a6c788c412e7d53f1e92d0d8ca405ccc5c18bf1"
                ),
            ),
            ("amz-sdk-request", "attempt=1; max=3"),
            ("Content-Length", "264"),
        ],
        body: "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&RoleSessionName=a+b~%C3%A9&Tags.member.1.Key=k&Tags.member.1.Value=v+w&PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess&TransitiveTagKeys.member.1=k",
    };
    // the session name was chosen to be refused; the signature holds nonetheless
    let refusal = request.pass().unwrap_err();
    assert!(refusal.contains("1 validation error detected: Value 'a b~é' at 'roleSessionName'"), "{refusal}");
    assert_eq!(request.with_head(|head| request.signature(head, Service::Sts)), Ok(()));
}

#[test]
fn query_with_lists() {
    let iam = |body, authorization| {
        let headers = &[FORM, DATE, ("Authorization", authorization)];
        Recorded { method: "POST", target: "/", host: "iam.amazonaws.com", headers, body }.pass()
    };
    assert_eq!(
        iam(
            "Action=CreateOpenIDConnectProvider&Version=2010-05-08&Url=https%3A%2F%2Fidp.example.com%2Ft1&ClientIDList.member.1=sts.amazonaws.com&ClientIDList.member.2=b&ThumbprintList=",
            authorization!(
                "us-east-1/iam",
                "content-type;host;x-amz-date",
                "6bef134478cfc52e5bfa6b4fa2fca978bdbc44b12555ddbe6d3c5a86029520c9"
            )
        ),
        Ok((Service::Iam, "CreateOpenIDConnectProvider"))
    );
    assert_eq!(
        iam(
            "Action=SimulatePrincipalPolicy&Version=2010-05-08&PolicySourceArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&ActionNames.member.1=s3%3AGetObject&ContextEntries.member.1.ContextKeyName=aws%3ASourceIp&ContextEntries.member.1.ContextKeyType=ip&ContextEntries.member.1.ContextKeyValues.member.1=203.0.113.0&ContextEntries.member.1.ContextKeyValues.member.2=203.0.113.1",
            authorization!(
                "us-east-1/iam",
                "content-type;host;x-amz-date",
                "166d262ddabad1f1889e9e295d9ceb7e352ba0a440ad800ba3e4d93dde3ee6df"
            )
        ),
        Ok((Service::Iam, "SimulatePrincipalPolicy"))
    );
}

#[test]
fn rest_json_on_a_port_of_its_own() {
    for (method, target, signature, operation) in [
        (
            "GET",
            "/tags/arn%3Aaws%3Aeks%3Aeu-west-1%3A111122223333%3Acluster%2Fmy%20prod",
            authorization!(
                "eu-west-1/eks",
                "host;x-amz-date",
                "a6caf6bb8d2ce67cb66b2b64e891f74fe5c6821fe79b1537533f1ee8564dd9a6"
            ),
            "ListTagsForResource",
        ),
        (
            "DELETE",
            "/tags/arn%3Aaws%3Aeks%3Aeu-west-1%3A111122223333%3Acluster%2Fprod?tagKeys=b%20c&tagKeys=a%2B~",
            authorization!(
                "eu-west-1/eks",
                "host;x-amz-date",
                "dcc1163c558bafc7c548d1db0b836454e3fa2801d8434898e9efb7b835b4f6fa"
            ),
            "UntagResource",
        ),
    ] {
        let headers = &[DATE, ("Authorization", signature)];
        let request = Recorded { method, target, host: "localhost:8403", headers, body: "" };
        assert_eq!(request.pass(), Ok((Service::Eks, operation)));
    }
}

#[test]
fn json_with_a_target() {
    let request = Recorded {
        method: "POST",
        target: "/",
        host: "cloudtrail.eu-west-1.amazonaws.com",
        headers: &[
            ("X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"),
            ("Content-Type", "application/x-amz-json-1.1"),
            DATE,
            (
                "Authorization",
                authorization!(
                    "eu-west-1/cloudtrail",
                    "content-type;host;x-amz-date;x-amz-target",
                    "0e14afce104b4763cbb6e3a46a935c4e525566b9d0639b2f1edd147cf6885d0f"
                ),
            ),
        ],
        body: r#"{"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}], "MaxResults": 5}"#,
    };
    assert_eq!(request.pass(), Ok((Service::CloudTrail, "LookupEvents")));
}

#[test]
fn presigned_for_a_cluster() {
    let target = "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260301%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20260301T120000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=d9d7a360ed0228abc8b38cc7c52b9297b8fe7e9bcc4593c264e9e449cc4b57e7";
    for (cluster, passes) in [("prod", true), ("other", false)] {
        let headers = &[("x-k8s-aws-id", cluster)];
        let request =
            Recorded { method: "GET", target, host: "sts.eu-west-1.amazonaws.com", headers, body: "" };
        let expected = (Service::Sts, "GetCallerIdentity");
        assert_eq!(request.pass().ok(), passes.then_some(expected), "{cluster}");
    }
}
