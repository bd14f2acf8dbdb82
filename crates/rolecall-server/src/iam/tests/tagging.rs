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
