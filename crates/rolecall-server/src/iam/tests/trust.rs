//! Trust policies: what is refused, and what becomes of principals.

use super::*;

fn document(principal: &str, rest: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"{rest}}}]}}"#
    )
}

#[test]
fn what_is_refused() {
    let world = World::new();
    let any = r#"{"AWS":"*"}"#;
    let with_action = |action: &str| document(any, "").replace("sts:AssumeRole", action);
    let table = [
        ("{".to_owned(), "This policy contains invalid Json"),
        (document(any, r#","Resource":"*""#), "Has prohibited field Resource"),
        (document(any, r#","NotResource":"*""#), "AssumeRole policy must not contain resources."),
        (document("\"*\"", ""), "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\"."),
        (document("{}", ""), "Missing required field Principal cannot be empty!"),
        (with_action("s3:GetObject"), "AssumeRole policy may only specify STS AssumeRole actions."),
        (
            document(any, r#","Condition":{"ForAllValuesStringEquals":{"a:b":"c"}}"#),
            "Invalid Condition type : ForAllValuesStringEquals",
        ),
        (
            document(r#"{"AWS":"arn:aws:iam::111122223333:role/gone"}"#, ""),
            "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:role/gone\"",
        ),
        (
            document(r#"{"AWS":"AROAAAAAAAAAAAAAAAAAA"}"#, ""),
            "Invalid principal in policy: \"AWS\":\"AROAAAAAAAAAAAAAAAAAA\"",
        ),
        (
            document(r#"{"Service":"ec2.example.com"}"#, ""),
            "Invalid principal in policy: \"SERVICE\":\"ec2.example.com\"",
        ),
        (
            document(r#"{"Federated":"nonsense"}"#, ""),
            "Invalid principal in policy: \"FEDERATED\":\"nonsense\"",
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}"#
                .to_owned(),
            "Missing required field Principal",
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
            "Could not parse the policy: Statement is empty!",
        ),
    ];
    for (text, sentence) in &table {
        let pairs = [("RoleName", "x"), ("AssumeRolePolicyDocument", text.as_str())];
        world.err("CreateRole", &pairs, Code::MalformedPolicyDocument, sentence);
    }
    let long = document(any, &format!(r#","Sid":"{}""#, "a".repeat(2048)));
    let pairs = [("RoleName", "x"), ("AssumeRolePolicyDocument", long.as_str())];
    world.err("CreateRole", &pairs, Code::LimitExceeded, "Cannot exceed quota for ACLSizePerRole: 2048");
    world.role("x");
    for (text, sentence) in &table {
        let pairs = [("RoleName", "x"), ("PolicyDocument", text.as_str())];
        world.err("UpdateAssumeRolePolicy", &pairs, Code::MalformedPolicyDocument, sentence);
    }
}

#[test]
fn what_is_taken() {
    let world = World::new();
    world.user("u");
    for (number, text) in [
        document(r#"{"AWS":"*"}"#, ""),
        document(r#"{"AWS":["111122223333","999988887777"]}"#, ""),
        document(r#"{"AWS":"arn:aws:iam::999988887777:role/unknown"}"#, ""),
        document(r#"{"AWS":"arn:aws:iam::111122223333:user/u"}"#, ""),
        document(r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/gone.example.com"}"#, ""),
        document(r#"{"AWS":"*"}"#, "").replace("2012", "2008"),
        document(r#"{"AWS":"*"}"#, "").replace("sts:AssumeRole", "sts:AssumeRole*"),
    ]
    .iter()
    .enumerate()
    {
        let name = format!("r{number}");
        world.ok("CreateRole", &[("RoleName", &name), ("AssumeRolePolicyDocument", text)], &[]);
    }
}

fn trust_of(world: &World, role: &str) -> String {
    let account = world.desk.state.view().account(ACCOUNT).unwrap();
    account.roles.get(role).unwrap().trust_policy.clone()
}

#[test]
fn accounts_are_shown_as_their_root_later() {
    let world = World::new();
    let text = document(r#"{"AWS":"111122223333"}"#, "");
    let encoded = rolecall_wire::percent::encode(&text);
    world.ok("CreateRole", &[("RoleName", "x"), ("AssumeRolePolicyDocument", &text)], &[&encoded]);
    world.ok("GetRole", &[("RoleName", "x")], &["arn%3Aaws%3Aiam%3A%3A111122223333%3Aroot"]);
}

#[test]
fn deleted_principals_leave_their_ids_and_renamed_ones_go_along() {
    let world = World::new();
    world.role("trusted");
    world.user("u");
    let body = world.ok("GetRole", &[("RoleName", "trusted")], &[]);
    let id = text_of(&body, "RoleId").to_owned();
    let text = document(
        r#"{"AWS":["arn:aws:iam::111122223333:role/trusted","arn:aws:iam::111122223333:user/u"]}"#,
        "",
    );
    world.ok("CreateRole", &[("RoleName", "x"), ("AssumeRolePolicyDocument", &text)], &[]);
    world.ok("UpdateUser", &[("UserName", "u"), ("NewUserName", "v"), ("NewPath", "/p/")], &[]);
    assert!(trust_of(&world, "x").contains("\"arn:aws:iam::111122223333:user/p/v\""));
    world.ok("DeleteRole", &[("RoleName", "trusted")], &[]);
    world.role("trusted");
    let kept = trust_of(&world, "x");
    assert!(kept.contains(&format!("\"{id}\"")) && !kept.contains("role/trusted"), "{kept}");
}

#[test]
fn shared_providers_need_their_claim() {
    let world = World::new();
    let github =
        r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}"#;
    let web = |rest: &str| document(github, rest).replace("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity");
    let create =
        |text: &str| world.call("CreateRole", &[("RoleName", "x"), ("AssumeRolePolicyDocument", text)]);
    let fault = create(&web("")).unwrap_err();
    assert_eq!(fault.code, Code::MalformedPolicyDocument);
    assert!(fault.message.contains("token.actions.githubusercontent.com:sub"), "{fault}");
    let tested =
        web(r#","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:a/b:*"}}"#);
    assert!(create(&tested).is_ok());
    let untested = [("RoleName", "x"), ("PolicyDocument", &*web(""))];
    assert!(world.call("UpdateAssumeRolePolicy", &untested).is_err());
}
