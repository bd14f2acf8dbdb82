//! Records as CloudTrail writes them (reference cloudtrail.md §3, §4).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;
use rolecall_model::instant::Instant;
use rolecall_trail::record::*;
use serde_json::{Value, json};

const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const ROLE: &str = "arn:aws:iam::111122223333:role/deployer";
const SUBJECT: &str = "repo:acme/app:ref:refs/heads/main";

fn call() -> Call<'static> {
    Call {
        time: Instant(1_772_366_400),
        source: "sts.amazonaws.com",
        name: "AssumeRoleWithWebIdentity",
        region: "eu-west-1",
        address: "203.0.113.10",
        user_agent: "aws-sdk-nodejs/2.1396.0",
        request_id: "3f6a1c0e-0000-4000-8000-000000000002",
        event_id: "0b1e0c5e-0000-4000-8000-000000000003",
        account: "111122223333",
        read_only: true,
    }
}

fn web_identity() -> Identity {
    Identity::web_identity(&WebIdentity {
        provider: PROVIDER,
        audience: "sts.amazonaws.com",
        subject: SUBJECT,
    })
}

fn assumed_role(provider: Option<&str>, source_identity: Option<&str>) -> Identity {
    Identity::assumed_role(&AssumedRole {
        role_id: "AROAEXAMPLE",
        session_name: "build-17",
        session_arn: "arn:aws:sts::111122223333:assumed-role/deployer/build-17",
        account: "111122223333",
        access_key_id: "ASIAEXAMPLE",
        role_arn: "arn:aws:iam::111122223333:role/ci/deployer",
        role_name: "deployer",
        web_identity_provider: provider,
        created: Instant(1_772_366_400),
        mfa: false,
        source_identity,
    })
}

fn text(record: &Record) -> String {
    String::from_utf8(record.to_json()).unwrap()
}

/// The text of a part of a record: identities have no way to be written alone.
fn identity_text(identity: Identity) -> String {
    let text = text(&Record::new(&call(), identity));
    let (_, rest) = text.split_once("\"userIdentity\":").unwrap();
    rest.split_once(",\"eventTime\"").unwrap().0.to_owned()
}

#[test]
fn a_refused_exchange() {
    let mut record = Record::new(&call(), web_identity())
        .parameters(Fields::new().text("roleArn", ROLE).text("roleSessionName", "GitHubActions"))
        .refused("AccessDenied", "An unknown error occurred")
        .resource("111122223333", "AWS::IAM::Role", ROLE);
    record.tls_details = Some(TlsDetails {
        tls_version: Some("TLSv1.2".to_owned()),
        cipher_suite: Some("ECDHE-RSA-AES128-GCM-SHA256".to_owned()),
        client_provided_host_header: Some("sts.eu-west-1.amazonaws.com".to_owned()),
    });
    let expected = concat!(
        r#"{"eventVersion":"1.11","userIdentity":{"type":"WebIdentityUser","#,
        r#""principalId":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com:sts.amazonaws.com"#,
        r#":repo:acme/app:ref:refs/heads/main","userName":"repo:acme/app:ref:refs/heads/main","#,
        r#""identityProvider":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"#,
        r#""eventTime":"2026-03-01T12:00:00Z","eventSource":"sts.amazonaws.com","#,
        r#""eventName":"AssumeRoleWithWebIdentity","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.10","#,
        r#""userAgent":"aws-sdk-nodejs/2.1396.0","errorCode":"AccessDenied","#,
        r#""errorMessage":"An unknown error occurred","requestParameters":{"#,
        r#""roleArn":"arn:aws:iam::111122223333:role/deployer","roleSessionName":"GitHubActions"},"#,
        r#""responseElements":null,"requestID":"3f6a1c0e-0000-4000-8000-000000000002","#,
        r#""eventID":"0b1e0c5e-0000-4000-8000-000000000003","readOnly":true,"resources":[{"#,
        r#""accountId":"111122223333","type":"AWS::IAM::Role","ARN":"arn:aws:iam::111122223333:role/deployer"}],"#,
        r#""eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","#,
        r#""eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.2","#,
        r#""cipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","clientProvidedHostHeader":"sts.eu-west-1.amazonaws.com"}}"#,
    );
    assert_eq!(text(&record), expected);
}

#[test]
fn a_granted_exchange_without_its_secrets() {
    let credentials = Fields::new()
        .text("accessKeyId", "ASIAEXAMPLE")
        .text("secretAccessKey", "SECRET-KEY")
        .text("sessionToken", "SECRET-TOKEN")
        .text("expiration", "Mar 1, 2026, 1:00:00 PM");
    let user = Fields::new()
        .text("assumedRoleId", "AROAEXAMPLE:build-17")
        .text("arn", "arn:aws:sts::111122223333:assumed-role/deployer/build-17");
    let parameters = Fields::new()
        .text("roleArn", ROLE)
        .text_if("sourceIdentity", None)
        .text_if("providerId", Some("x"))
        .text("webIdentityToken", "SECRET-JWT")
        .number("durationSeconds", 3600)
        .flag("flag", false)
        .object("principalTags", &Fields::new().text("Project", "A \"quoted\"\n\u{1} \u{e9}"))
        .texts("transitiveTagKeys", ["Project", "Other"])
        .objects("tags", &[Fields::new().text("key", "k").text("value", "v"), Fields::new()]);
    let record = Record::new(&call(), web_identity())
        .parameters(parameters)
        .response(Fields::new().object("credentials", &credentials).object("assumedRoleUser", &user))
        .additional(Fields::new().text("identityProviderConnectionVerificationMethod", "IAMTrustStore"));
    let text = text(&record);
    assert!(!text.contains("SECRET-"), "{text}");
    assert!(!format!("{record:?}").contains("SECRET-"));
    assert!(!text.contains('\n'));
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        value["requestParameters"],
        json!({"roleArn": ROLE, "providerId": "x", "webIdentityToken": "HIDDEN_DUE_TO_SECURITY_REASONS",
            "durationSeconds": 3600, "flag": false, "principalTags": {"Project": "A \"quoted\"\n\u{1} \u{e9}"},
            "transitiveTagKeys": ["Project", "Other"], "tags": [{"key": "k", "value": "v"}, {}]})
    );
    assert_eq!(value["responseElements"]["credentials"]["sessionToken"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!(value["responseElements"]["credentials"]["accessKeyId"], "ASIAEXAMPLE");
    assert_eq!(value["additionalEventData"]["identityProviderConnectionVerificationMethod"], "IAMTrustStore");
}

#[test]
fn identities() {
    let user = IamUser {
        id: "AIDAEXAMPLE",
        arn: "arn:aws:iam::111122223333:user/ops/alice",
        account: "111122223333",
        access_key_id: "AKIAEXAMPLE",
        name: "alice",
        session: None,
    };
    let federated = FederatedUser {
        name: "bob",
        arn: "arn:aws:sts::111122223333:federated-user/bob",
        account: "111122223333",
        access_key_id: "ASIAEXAMPLE",
        issuer: user,
        created: Instant(1_772_366_400),
    };
    let session = r#"{"attributes":{"creationDate":"2026-03-01T12:00:00Z","mfaAuthenticated":"true"}}"#;
    let issuer = concat!(
        r#""sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","#,
        r#""arn":"arn:aws:iam::111122223333:role/ci/deployer","accountId":"111122223333","userName":"deployer"}"#,
    );
    let role = concat!(
        r#"{"type":"AssumedRole","principalId":"AROAEXAMPLE:build-17","#,
        r#""arn":"arn:aws:sts::111122223333:assumed-role/deployer/build-17","accountId":"111122223333","#,
        r#""accessKeyId":"ASIAEXAMPLE","sessionContext":{"#,
    );
    let attributes = r#""attributes":{"creationDate":"2026-03-01T12:00:00Z","mfaAuthenticated":"false"}"#;
    let table = [
        (
            assumed_role(Some(PROVIDER), Some("alice")),
            format!(
                r#"{role}{issuer},"webIdFederationData":{{"federatedProvider":"{PROVIDER}","attributes":{{}}}},{attributes},"sourceIdentity":"alice"}}}}"#
            ),
            Some("build-17"),
        ),
        (
            assumed_role(None, None),
            format!(r#"{role}{issuer},"webIdFederationData":{{}},{attributes}}}}}"#),
            Some("build-17"),
        ),
        (
            Identity::iam_user(&user),
            concat!(
                r#"{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/ops/alice","#,
                r#""accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"alice"}"#
            )
            .to_owned(),
            Some("alice"),
        ),
        (
            Identity::iam_user(&IamUser { session: Some((Instant(1_772_366_400), true)), ..user }),
            format!(
                r#"{{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/ops/alice","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"alice","sessionContext":{session}}}"#
            ),
            Some("alice"),
        ),
        (
            Identity::root("111122223333", "arn:aws:iam::111122223333:root", "AKIAEXAMPLE", None),
            concat!(
                r#"{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","#,
                r#""accountId":"111122223333","accessKeyId":"AKIAEXAMPLE"}"#
            )
            .to_owned(),
            Some("root"),
        ),
        (
            Identity::federated_user(&federated),
            format!(
                r#"{{"type":"FederatedUser","principalId":"111122223333:bob","arn":"arn:aws:sts::111122223333:federated-user/bob","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{{"sessionIssuer":{{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/ops/alice","accountId":"111122223333","userName":"alice"}},"webIdFederationData":{{}},{attributes}}}}}"#
            ),
            Some("bob"),
        ),
        (
            Identity::aws_account("444455556666", "AIDAOTHER"),
            r#"{"type":"AWSAccount","principalId":"AIDAOTHER","accountId":"444455556666"}"#.to_owned(),
            None,
        ),
        (Identity::unknown(), r#"{"type":"Unknown"}"#.to_owned(), None),
    ];
    for (identity, expected, name) in table {
        assert_eq!(identity.lookup_name(), name, "{expected}");
        assert_eq!(identity_text(identity), expected);
    }
}

#[test]
fn limits() {
    let long = "\u{e9}".repeat(2000);
    let record =
        Record::new(&Call { user_agent: &long, ..call() }, Identity::unknown()).refused("Code", &long);
    for text in [&record.user_agent, record.error_message.as_ref().unwrap()] {
        assert_eq!(text.len(), TEXT_LIMIT);
        assert!(text.chars().all(|c| c == '\u{e9}'));
    }
    let fields =
        (0..20).fold(Fields::new(), |fields, n| fields.text(&format!("member{n}"), &"x".repeat(9000)));
    let record = Record::new(&call(), Identity::unknown()).parameters(fields.clone()).additional(fields);
    let value: Value = serde_json::from_slice(&record.to_json()).unwrap();
    for (part, members, limit) in
        [("requestParameters", 11, PARAMETERS_LIMIT), ("additionalEventData", 3, ADDITIONAL_LIMIT)]
    {
        assert_eq!(value[part].as_object().unwrap().len(), members, "{part}");
        assert!(value[part].to_string().len() <= limit, "{part}");
    }
    let whole = Record::new(&call(), Identity::unknown()).parameters(Fields::new().text("a", "b"));
    assert!(text(&whole).contains(r#""requestParameters":{"a":"b"}"#));
}

#[test]
fn records_of_others_are_read() {
    // Recorded shapes: `readOnly` as text, null resources, members unknown here, no eventVersion.
    let text = br#"{"userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"},"eventTime":"2026-03-01T12:00:00Z",
        "eventSource":"sts.amazonaws.com","eventName":"AssumeRole","readOnly":"true","resources":null,
        "requestParameters":null,"addendum":{"reason":"DELIVERY_DELAY"}}"#;
    let record = Record::from_json(text).unwrap();
    assert_eq!(record.user_identity.invoked_by.as_deref(), Some("ec2.amazonaws.com"));
    assert!(record.read_only && record.resources.is_empty() && record.request_parameters.is_none());
    for (broken, why) in [
        (&br#"{"eventTime":"2026-03-01T12:00:00Z","eventSource":"a","eventName":"b"}"#[..], "userIdentity"),
        (br#"{"userIdentity":{},"eventTime":"noon","eventSource":"a","eventName":"b"}"#, "noon"),
        (br#"{"userIdentity":{},"eventTime":"2026-03-01T12:00:00Z","eventName":"b"}"#, "eventSource"),
        (b"{", "EOF"),
    ] {
        let error = Record::from_json(broken).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(texts in proptest::collection::vec(".{0,40}", 12), seconds in 0_i64..4_102_444_800) {
        let call = Call {
            time: Instant(seconds), source: &texts[0], name: &texts[1], region: &texts[2], address: &texts[3],
            user_agent: &texts[4], request_id: &texts[5], event_id: &texts[6], account: &texts[7], read_only: seconds % 2 == 0,
        };
        let identity = match seconds % 3 {
            0 => Identity::web_identity(&WebIdentity { provider: &texts[8], audience: &texts[9], subject: &texts[10] }),
            1 => assumed_role(Some(&texts[8]), Some(&texts[9])),
            _ => Identity::unknown(),
        };
        let mut record = Record::new(&call, identity)
            .parameters(Fields::new().text(&format!("x{}", texts[8]), &texts[9]).number("n", seconds))
            .resource(&texts[7], &texts[10], &texts[11]);
        if seconds % 5 == 0 {
            record = record.refused(&texts[10], &texts[11]);
            record.shared_event_id = Some(texts[0].clone());
        }
        let json = record.to_json();
        prop_assert!(!json.contains(&b'\n'));
        prop_assert_eq!(Record::from_json(&json).unwrap(), record);
    }
}
