//! Chains of processes, each with one thing set.

use super::*;

fn of(pairs: &[(&str, &str)]) -> Variables {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn wins(pairs: &[(&str, &str)], profile: Option<&str>, sdk: Sdk) -> String {
    let caller = caller(&of(pairs), profile, sdk, false).await;
    caller.wins().map_or("nobody".into(), |link| match &link.state {
        State::Half(_) => format!("half {}", link.source.name()),
        _ => link.source.name().to_owned(),
    })
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "x")];
const WEB: [(&str, &str); 2] =
    [("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")];

#[tokio::test]
async fn who_wins() {
    let both = [KEYS, WEB].concat();
    assert_eq!(wins(&both, None, Sdk::Botocore).await, "env");
    assert_eq!(wins(&both, Some("x"), Sdk::Botocore).await, "nobody");
    assert_eq!(wins(&WEB, None, Sdk::Botocore).await, "assume-role-with-web-identity");
    assert_eq!(wins(&WEB[..1], None, Sdk::Botocore).await, "half assume-role-with-web-identity");
    assert_eq!(wins(&KEYS[..1], None, Sdk::JavaScript).await, "half env");
    let container = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials")];
    assert_eq!(
        wins(&[&WEB[..], &container].concat(), None, Sdk::Botocore).await,
        "assume-role-with-web-identity"
    );
    assert_eq!(wins(&container, None, Sdk::Botocore).await, "container-role");
    assert_eq!(wins(&[], None, Sdk::Botocore).await, "nobody");
}

#[tokio::test]
async fn of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (config, credentials) = (folder.path().join("config"), folder.path().join("credentials"));
    std::fs::write(&config, "[default]\nregion = eu-west-1\n[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\n[profile role]\nrole_arn = arn:aws:iam::111122223333:role/x\n[profile web]\nrole_arn = arn:aws:iam::111122223333:role/x\nweb_identity_token_file = /t\n").unwrap();
    std::fs::write(&credentials, "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n")
        .unwrap();
    let files = [
        ("AWS_CONFIG_FILE", config.to_str().unwrap()),
        ("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().unwrap()),
    ];
    let table = [
        (None, "shared-credentials-file"),
        (Some("sso"), "half sso"),
        (Some("role"), "half assume-role"),
        (Some("web"), "assume-role-with-web-identity"),
    ];
    for (profile, wanted) in table {
        let found = caller(&of(&files), profile, Sdk::Botocore, true).await;
        let link = found.wins().unwrap();
        let half = if matches!(link.state, State::Half(_)) { "half " } else { "" };
        assert_eq!(format!("{half}{}", link.source.name()), wanted, "{profile:?}");
    }
    let found = caller(&of(&files), None, Sdk::Botocore, true).await;
    assert_eq!(found.region.unwrap().value, "eu-west-1");
}
