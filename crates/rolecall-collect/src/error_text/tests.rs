//! One table: what a text says, in the wrappings of many SDKs.

use super::*;

fn says(text: &str) -> Vec<Symptom> {
    observe(DocumentId(0), text, true).into_iter().map(|seen| seen.symptom).collect()
}

fn url(text: &str) -> Option<String> {
    Some(text.into())
}

#[test]
fn sentences_in_many_wrappings() {
    let denied = |principal: &str, action: &str, resource: Option<&str>, reason: Option<&str>| {
        Symptom::Denied(rolecall_model::evidence::attempt::Denial {
            principal: principal.into(),
            action: action.into(),
            resource: resource.map(str::to_owned),
            reason: reason.map(str::to_owned),
        })
    };
    let table = [
        (
            "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity",
            Symptom::TrustDenied,
        ),
        (
            "{\"error\":\"WebIdentityErr: failed\\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\\n\\tstatus code: 403\"}",
            Symptom::TrustDenied,
        ),
        ("<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>", Symptom::TrustDenied),
        (
            "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://idp.example.com/\n\tstatus code: 400",
            Symptom::NoProvider { issuer: "https://idp.example.com/".into() },
        ),
        (
            "caused by: InvalidIdentityToken: No OpenIDConnect provider found in your account for https://idp.example.com/t\\n\\tstatus",
            Symptom::NoProvider { issuer: "https://idp.example.com/t".into() },
        ),
        ("Error: Incorrect token audience", Symptom::IncorrectAudience),
        (
            "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity",
            Symptom::KeyNotRetrieved,
        ),
        (
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
            Symptom::ThumbprintMismatch,
        ),
        ("Missing a required claim: aud", Symptom::MissingClaim { claim: "aud".into() }),
        (
            "Token expired: current date/time 1704727025 must be before the expiration date/time 1704574064</Message>",
            Symptom::TokenExpired { now: Some(1_704_727_025), expiry: Some(1_704_574_064) },
        ),
        (
            "1 validation error detected: Value 'a/b' at 'roleSessionName' failed to satisfy constraint: Member must",
            Symptom::Validation { field: "roleSessionName".into(), value: Some("a/b".into()) },
        ),
        ("ValidationError: Request ARN is invalid", Symptom::RequestArnInvalid),
        (
            "RegionDisabledException: STS is not activated in this region for account:111122223333.",
            Symptom::RegionDisabled,
        ),
        (
            "User: arn:aws:sts::111122223333:assumed-role/node/i-0abc is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows the s3:GetObject action",
            denied(
                "arn:aws:sts::111122223333:assumed-role/node/i-0abc",
                "s3:GetObject",
                Some("arn:aws:s3:::b/k"),
                Some("no identity-based policy allows the s3:GetObject action"),
            ),
        ),
        (
            "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/t\n\tstatus code: 403",
            denied(
                "arn:aws:sts::111122223333:assumed-role/r/s",
                "sts:AssumeRole",
                Some("arn:aws:iam::444455556666:role/t"),
                None,
            ),
        ),
        (
            "User: arn:aws:iam::111122223333:user/u is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b with an explicit deny in a service control policy",
            denied(
                "arn:aws:iam::111122223333:user/u",
                "s3:PutObject",
                Some("arn:aws:s3:::b"),
                Some("with an explicit deny in a service control policy"),
            ),
        ),
        (
            "no permissions for [indices:data/write/bulk] and User [name=arn:aws:iam::111122223333:role/node, requestedTenant=null]",
            denied("arn:aws:iam::111122223333:role/node", "indices:data/write/bulk", None, None),
        ),
        (
            "Unable to locate credentials. You can configure credentials by running \"aws configure\".",
            Symptom::NoCredentials,
        ),
        ("Error: Could not load credentials from any providers", Symptom::NoCredentials),
        (
            "failed to retrieve jwt from provide source, unable to read file at .: read .: is a directory",
            Symptom::TokenFileNotSet,
        ),
        (
            "Access to the path '/var/run/secrets/eks.amazonaws.com/serviceaccount/token' is denied.",
            Symptom::TokenFileUnreadable {
                path: url("/var/run/secrets/eks.amazonaws.com/serviceaccount/token"),
            },
        ),
        (
            "open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: permission denied",
            Symptom::TokenFileUnreadable {
                path: url("/var/run/secrets/eks.amazonaws.com/serviceaccount/token"),
            },
        ),
        (
            "open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: no such file or directory",
            Symptom::TokenFileMissing {
                path: url("/var/run/secrets/eks.amazonaws.com/serviceaccount/token"),
            },
        ),
        (
            "Connect timeout on endpoint URL: \"https://sts.eu-west-1.amazonaws.com/\"",
            Symptom::Unreachable { url: url("https://sts.eu-west-1.amazonaws.com/") },
        ),
        (
            "attempt 1 of 12 failed: Could not assume role with OIDC: connect ETIMEDOUT 192.0.2.41:443. Retrying",
            Symptom::Unreachable { url: None },
        ),
        (
            "caused by: Post \"https://sts.minio.amazonaws.com/\": dial tcp: lookup sts.minio.amazonaws.com on 10.100.0.10:53: no such host",
            Symptom::HostUnknown { host: "sts.minio.amazonaws.com".into() },
        ),
        (
            "Post \"https://sts.amazonaws.com/\": x509: certificate signed by unknown authority",
            Symptom::TlsUntrusted { url: url("https://sts.amazonaws.com/") },
        ),
        ("Error message: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable", Symptom::IdTokenNotIssued),
        (
            "To use assume role profiles the aws-java-sdk-sts module must be on the class path.",
            Symptom::SdkModuleMissing { module: "aws-java-sdk-sts".into() },
        ),
        (
            "get credentials: no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded",
            Symptom::ImdsAsked,
        ),
        (
            "MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/x\"\n\tstatus",
            Symptom::MalformedPolicy {
                message: "Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/x\"".into(),
            },
        ),
        (
            "AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403)",
            Symptom::BareDenied { service: url("Amazon S3") },
        ),
    ];
    for (text, wanted) in table {
        assert!(says(text).contains(&wanted), "{text}\n{:?}", says(text));
    }
}

#[test]
fn near_misses_say_nothing() {
    let table = [
        "Get \"https://api.example.com/\": dial tcp: lookup api.example.com: no such host",
        "cat: /etc/shadow: Permission denied",
        "ACTIONS_ID_TOKEN_REQUEST_URL=https://pipelines.example.com/x",
        "open /data/file.txt: no such file or directory",
        "everything is fine",
        "",
    ];
    for text in table {
        assert_eq!(says(text), [], "{text}");
    }
    assert_eq!(observe(DocumentId(0), "HTTP 403", false), []);
}

#[test]
fn dated_lines_give_the_time() {
    let text = "2026-06-26T17:13:20Z failed: connect ETIMEDOUT: Could not assume role with OIDC";
    assert_eq!(observe(DocumentId(0), text, true)[0].time, Instant::parse("2026-06-26T17:13:20Z"));
}
