//! Tags of every kind that has them.

use super::*;

#[test]
fn tags_of_every_kind() {
    let world = World::new();
    world.role("r");
    world.user("u");
    let policy = world.policy("p");
    world.ok("CreateInstanceProfile", &[("InstanceProfileName", "i")], &[]);
    let thumbprint = "a".repeat(40);
    let provider = [("Url", "https://idp.example.com"), ("ThumbprintList.member.1", &thumbprint)];
    world.ok("CreateOpenIDConnectProvider", &provider, &[]);
    let arn = "arn:aws:iam::111122223333:oidc-provider/idp.example.com";
    for (kind, by) in [
        ("Role", ("RoleName", "r")),
        ("User", ("UserName", "u")),
        ("Policy", ("PolicyArn", policy.as_str())),
        ("InstanceProfile", ("InstanceProfileName", "i")),
        ("OpenIDConnectProvider", ("OpenIDConnectProviderArn", arn)),
    ] {
        let (tag, untag, list) = (format!("Tag{kind}"), format!("Untag{kind}"), format!("List{kind}Tags"));
        let two = [
            by,
            ("Tags.member.1.Key", "Team"),
            ("Tags.member.1.Value", "a"),
            ("Tags.member.2.Key", "empty"),
            ("Tags.member.2.Value", ""),
        ];
        world.ok(&tag, &two, &["!Result"]);
        world.ok(
            &list,
            &[by],
            &["<Key>Team<", "<Value>a<", "<Key>empty<", "<Value/>", "<IsTruncated>false<"],
        );
        if kind == "Policy" {
            continue;
        }
        world.ok(&tag, &[by, ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "b")], &[]);
        world.ok(&list, &[by], &["<Key>team<", "<Value>b<", "!Team"]);
        let twice = [
            by,
            ("Tags.member.1.Key", "k"),
            ("Tags.member.1.Value", "a"),
            ("Tags.member.2.Key", "K"),
            ("Tags.member.2.Value", "b"),
        ];
        let sentence = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
        world.err(&tag, &twice, Code::InvalidInput, sentence);
        world.ok(&untag, &[by, ("TagKeys.member.1", "TEAM"), ("TagKeys.member.2", "absent")], &[]);
        world.ok(&list, &[by], &["!team", "<Key>empty<"]);
        world.ok(&list, &[by, ("MaxItems", "1")], &["<IsTruncated>false<"]);
    }
}

/// Recorded: of managed policies the case of keys counts, the shorter keys come first, and the answer to CreatePolicy
/// has them as they were given.
#[test]
fn tags_of_managed_policies() {
    let world = World::new();
    let keys = ["abc", "b", "A", "a"];
    let given: Vec<(String, &str)> = keys
        .iter()
        .enumerate()
        .flat_map(|(at, key)| {
            let member = |name: &str| format!("Tags.member.{}.{name}", at + 1);
            [(member("Key"), *key), (member("Value"), "v")]
        })
        .collect();
    let mut pairs: Vec<(&str, &str)> = given.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let order = |body: &str| -> Vec<String> {
        body.split("<Key>").skip(1).filter_map(|rest| rest.split('<').next().map(str::to_owned)).collect()
    };
    pairs.extend([("PolicyName", "p"), ("PolicyDocument", ALLOW)]);
    assert_eq!(order(&world.ok("CreatePolicy", &pairs, &[])), keys);
    let policy = ("PolicyArn", "arn:aws:iam::111122223333:policy/p");
    assert_eq!(order(&world.ok("ListPolicyTags", &[policy], &[])), ["A", "a", "b", "abc"]);
    assert_eq!(order(&world.ok("GetPolicy", &[policy], &[])), ["A", "a", "b", "abc"]);
    world.ok("UntagPolicy", &[policy, ("TagKeys.member.1", "a")], &[]);
    assert_eq!(order(&world.ok("ListPolicyTags", &[policy], &[])), ["A", "b", "abc"]);
    let page = world.ok("ListPolicyTags", &[policy, ("MaxItems", "2")], &["<IsTruncated>true<"]);
    let rest = [policy, ("Marker", text_of(&page, "Marker"))];
    assert_eq!(order(&world.ok("ListPolicyTags", &rest, &[])), ["abc"]);
    let twice = [
        policy,
        ("Tags.member.1.Key", "k"),
        ("Tags.member.1.Value", "a"),
        ("Tags.member.2.Key", "k"),
        ("Tags.member.2.Value", "b"),
    ];
    world.err("TagPolicy", &twice, Code::InvalidInput, "Duplicate tag keys found.");
}

#[test]
fn fifty_tags() {
    let world = World::new();
    world.user("u");
    for number in 0..51 {
        let key = format!("k{number}");
        let tagged = world
            .call("TagUser", &[("UserName", "u"), ("Tags.member.1.Key", &key), ("Tags.member.1.Value", "")]);
        assert_eq!(tagged.is_ok(), number < 50);
    }
    world.ok("ListUserTags", &[("UserName", "u"), ("MaxItems", "49")], &["<IsTruncated>true<", "<Marker>"]);
}
