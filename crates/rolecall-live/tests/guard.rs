//! The wall: reading clients call what the table lists, and nothing else leaves them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::net::TcpListener;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_iam::config::{Credentials, SharedCredentialsProvider};
use rolecall_live::aws::{ALLOWED, Connection, connect};

/// Nobody answers here, and whoever connects is counted.
fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

fn connection(url: &str) -> Connection {
    let config = aws_config::SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests_with_session_token()))
        .timeout_config(
            aws_config::timeout::TimeoutConfig::builder()
                .operation_timeout(Duration::from_millis(500))
                .build(),
        )
        .build();
    Connection { config, region: "us-east-1".into(), region_is_set: true, endpoint: Some(url.to_owned()) }
}

#[tokio::test]
async fn what_is_not_in_the_table_does_not_leave() {
    let (listener, url) = listener();
    let aws = connect(connection(&url));
    let refused = [
        format!("{:?}", aws.sts.get_session_token().send().await.unwrap_err()),
        format!("{:?}", aws.sts.get_federation_token().name("x1").send().await.unwrap_err()),
        format!(
            "{:?}",
            aws.sts
                .assume_role()
                .role_arn("arn:aws:iam::111122223333:role/x")
                .role_session_name("s1")
                .send()
                .await
                .unwrap_err()
        ),
        format!(
            "{:?}",
            aws.iam
                .update_assume_role_policy()
                .role_name("x")
                .policy_document("{}")
                .send()
                .await
                .unwrap_err()
        ),
        format!("{:?}", aws.iam.create_access_key().send().await.unwrap_err()),
        format!("{:?}", aws.iam.delete_role().role_name("x").send().await.unwrap_err()),
        format!("{:?}", aws.iam.generate_credential_report().send().await.unwrap_err()),
        format!("{:?}", aws.eks.delete_cluster().name("x").send().await.unwrap_err()),
        format!("{:?}", aws.trail.delete_trail().name("x").send().await.unwrap_err()),
    ];
    for error in refused {
        assert!(error.contains("is not among the operations that this client may call"), "{error}");
    }
    assert!(listener.accept().is_err(), "somebody connected");
}

#[tokio::test]
async fn what_is_in_the_table_leaves() {
    let (listener, url) = listener();
    let aws = connect(connection(&url));
    let error = aws.iam.get_role().role_name("x").send().await.unwrap_err();
    assert!(!format!("{error:?}").contains("is not among"), "{error:?}");
    assert!(listener.accept().is_ok(), "nobody connected");
}

/// Names do not decide, and yet none of them may sound like a change.
#[test]
fn the_table_reads() {
    for (service, operation, action) in ALLOWED {
        let verb = ["Get", "List", "Describe", "Lookup"].iter().any(|verb| operation.starts_with(verb));
        assert!(
            verb && !["GetSessionToken", "GetFederationToken"].contains(operation),
            "{service} {operation}"
        );
        assert!(action.ends_with(&format!(":{operation}")), "{action}");
    }
}
