//! OIDC providers.

use super::*;

const ARN: (&str, &str) =
    ("OpenIDConnectProviderArn", "arn:aws:iam::111122223333:oidc-provider/idp.example.com/t1");

fn strict() -> World {
    World::with(Config { allow_local_issuers: false, ..Config::dev(0) })
}

#[test]
fn a_provider_from_creation_to_deletion() {
    let world = strict();
    let print = "ABCDEF0123".repeat(4);
    let create = [
        ("Url", "https://idp.example.com/t1"),
        ("ClientIDList.member.1", "sts.amazonaws.com"),
        ("ThumbprintList.member.1", print.as_str()),
    ];
    world.ok(
        "CreateOpenIDConnectProvider",
        &create,
        &["<OpenIDConnectProviderArn>arn:aws:iam::111122223333:oidc-provider/idp.example.com/t1<", "!<Tags>"],
    );
    let exists = "Provider with url https://idp.example.com/t1 already exists.";
    world.err("CreateOpenIDConnectProvider", &create, Code::EntityAlreadyExists, exists);
    world.ok(
        "GetOpenIDConnectProvider",
        &[ARN],
        &["<Url>idp.example.com/t1</Url>", "<member>sts.amazonaws.com<", "<member>abcdef0123", "<Tags/>"],
    );
    world.ok(
        "ListOpenIDConnectProviders",
        &[],
        &["<Arn>arn:aws:iam::111122223333:oidc-provider/idp", "!IsTruncated"],
    );
    for _ in 0..2 {
        world.ok("AddClientIDToOpenIDConnectProvider", &[ARN, ("ClientID", "other")], &[]);
    }
    let body = world.ok("GetOpenIDConnectProvider", &[ARN], &[]);
    assert_eq!(body.matches("<member>other<").count(), 1);
    for _ in 0..2 {
        world.ok("RemoveClientIDFromOpenIDConnectProvider", &[ARN, ("ClientID", "other")], &[]);
    }
    let new = "b".repeat(40);
    world.ok("UpdateOpenIDConnectProviderThumbprint", &[ARN, ("ThumbprintList.member.1", &new)], &[]);
    world.ok("GetOpenIDConnectProvider", &[ARN], &[&new, "!abcdef0123", "!other"]);
    for _ in 0..2 {
        world.ok("DeleteOpenIDConnectProvider", &[ARN], &[]);
    }
    let missing =
        "OpenIDConnect Provider not found for arn arn:aws:iam::111122223333:oidc-provider/idp.example.com/t1";
    for operation in ["GetOpenIDConnectProvider", "ListOpenIDConnectProviderTags"] {
        world.err(operation, &[ARN], Code::NoSuchEntity, missing);
    }
    let add = [ARN, ("ClientID", "x")];
    world.err("AddClientIDToOpenIDConnectProvider", &add, Code::NoSuchEntity, missing);
}

#[test]
fn what_is_refused() {
    let world = strict();
    let create = "CreateOpenIDConnectProvider";
    let print = "a".repeat(40);
    for url in
        ["example", "http://idp.example.com", "https://idp.example.com:8443", "https://idp.example.com?x=y"]
    {
        let pairs = [("Url", url), ("ThumbprintList.member.1", print.as_str())];
        world.err(create, &pairs, Code::ValidationError, "Invalid Open ID Connect Provider URL");
    }
    let names: Vec<String> = (1..=101).map(|number| format!("ClientIDList.member.{number}")).collect();
    let mut pairs: Vec<(&str, &str)> = vec![("Url", "https://idp.example.com")];
    pairs.extend(names.iter().map(|name| (name.as_str(), name.as_str())));
    let quota = "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100";
    world.err(create, &pairs, Code::LimitExceeded, quota);
    let names: Vec<String> = (1..=6).map(|number| format!("ThumbprintList.member.{number}")).collect();
    let mut pairs: Vec<(&str, &str)> = vec![("Url", "https://idp.example.com")];
    pairs.extend(names.iter().map(|name| (name.as_str(), print.as_str())));
    world.err(create, &pairs, Code::InvalidInput, "Thumbprint list must contain fewer than 5 entries.");
}

#[test]
fn a_trailing_slash_stays_and_letter_case_too() {
    let world = strict();
    let print = ("ThumbprintList.member.1", &*"a".repeat(40));
    for url in ["https://idp.example.com/", "https://idp.example.com", "https://idp.example.com/T"] {
        let name = url.strip_prefix("https://").unwrap();
        world.ok("CreateOpenIDConnectProvider", &[("Url", url), print], &[&format!("oidc-provider/{name}<")]);
    }
}

#[test]
fn without_thumbprints_one_is_fetched() {
    use crate::iam::oidc_provider::thumbprint_wanted;
    let mut world = strict();
    let url = ("Url", "https://idp.example.com/t1");
    let failed = Fault::new(Code::OpenIdIdpCommunicationError, "cannot be reached");
    world.thumbprint = Some(Err(failed.clone()));
    assert_eq!(world.call("CreateOpenIDConnectProvider", &[url]), Err(failed));
    world.thumbprint = Some(Ok("c".repeat(40)));
    world.ok("CreateOpenIDConnectProvider", &[url], &[]);
    world.ok("GetOpenIDConnectProvider", &[ARN], &[&"c".repeat(40), "<ClientIDList/>"]);
    let wanted = |query: &str, local: bool| {
        let params = Params::read(query, b"").unwrap();
        thumbprint_wanted("CreateOpenIDConnectProvider", &params, local).map(str::to_owned)
    };
    assert_eq!(wanted("Url=https://a.b", false).as_deref(), Some("https://a.b"));
    assert_eq!(wanted("Url=https://a.b&ThumbprintList=", false).as_deref(), Some("https://a.b"));
    assert_eq!(wanted("Url=https://a.b&ThumbprintList.member.1=x", false), None);
    assert_eq!(wanted("Url=http://127.0.0.1:1", false), None);
    assert_eq!(wanted("Url=http://127.0.0.1:1", true).as_deref(), Some("http://127.0.0.1:1"));
}
