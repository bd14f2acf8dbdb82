//! Imports: what is taken, with its ids; what is named; and that a second one changes nothing.

use std::fs;
use std::sync::Arc;

use rolecall_model::instant::Instant;
use serde_json::json;

use super::{ImportError, Imported, run};
use crate::clock;
use crate::config::Config;
use crate::desk::Desk;
use crate::random::Seeded;
use crate::start;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

struct World {
    runtime: tokio::runtime::Runtime,
    desk: Arc<Desk>,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let clock = Arc::new(clock::Set::at(Instant(1_772_366_400)));
        let made = start::desk(Config::dev(0), "http://x".to_owned(), clock, Arc::new(Seeded::new(3)));
        let desk = runtime.block_on(made).unwrap();
        World { runtime, desk, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, value: &serde_json::Value) {
        fs::write(self.folder.path().join(name), format!("{value:#}")).unwrap();
    }

    fn import(&self) -> Result<Imported, ImportError> {
        self.runtime.block_on(run(&self.desk, self.folder.path()))
    }
}

fn role(name: &str, account: &str) -> serde_json::Value {
    let trust: serde_json::Value = serde_json::from_str(TRUST).unwrap();
    json!({
        "Path": "/ci/", "RoleName": name, "RoleId": format!("AROA{name}"), "Arn": format!("arn:aws:iam::{account}:role/ci/{name}"),
        "CreateDate": "2024-05-01T10:00:00+00:00", "AssumeRolePolicyDocument": trust,
        "InstanceProfileList": [{"Path": "/", "InstanceProfileName": format!("{name}-p"), "InstanceProfileId": "AIPAX", "Arn": format!("arn:aws:iam::{account}:instance-profile/{name}-p"), "CreateDate": "2024-05-01T10:00:00+00:00", "Roles": []}],
        "RolePolicyList": [{"PolicyName": "in", "PolicyDocument": {"Version": "2012-10-17", "Statement": []}}],
        "AttachedManagedPolicies": [{"PolicyName": "own", "PolicyArn": format!("arn:aws:iam::{account}:policy/own")}],
        "Tags": [{"Key": "team", "Value": "x"}], "RoleLastUsed": {"LastUsedDate": "2024-06-01T10:00:00+00:00", "Region": "eu-west-1"},
    })
}

fn account(world: &World) {
    world.file("details-1.json", &json!({
        "UserDetailList": [{"Path": "/", "UserName": "alice", "UserId": "AIDAALICE", "Arn": "arn:aws:iam::111122223333:user/alice", "CreateDate": "2024-05-01T10:00:00+00:00", "GroupList": ["devs"], "AttachedManagedPolicies": [], "Tags": []}],
        "GroupDetailList": [], "RoleDetailList": [role("one", "111122223333")], "Policies": [], "IsTruncated": true, "Marker": "m",
    }));
    world.file("details-2.json", &json!({
        "UserDetailList": [], "RoleDetailList": [role("two", "111122223333")],
        "GroupDetailList": [{"Path": "/", "GroupName": "devs", "GroupId": "AGPADEVS", "Arn": "arn:aws:iam::111122223333:group/devs", "CreateDate": "2024-05-01T10:00:00+00:00", "GroupPolicyList": [], "AttachedManagedPolicies": []}],
        "Policies": [{"PolicyName": "own", "PolicyId": "ANPAOWN", "Arn": "arn:aws:iam::111122223333:policy/own", "Path": "/", "DefaultVersionId": "v3", "CreateDate": "2024-05-01T10:00:00+00:00", "UpdateDate": "2024-05-02T10:00:00+00:00",
            "PolicyVersionList": [{"Document": {"Version": "2012-10-17", "Statement": []}, "VersionId": "v3", "IsDefaultVersion": true, "CreateDate": "2024-05-02T10:00:00+00:00"}, {"Document": "%7B%22Version%22%3A%222012-10-17%22%7D", "VersionId": "v1", "IsDefaultVersion": false, "CreateDate": "2024-05-01T10:00:00+00:00"}]}],
    }));
    world.file("role.json", &json!({"Role": {"RoleName": "one", "Arn": "arn:aws:iam::111122223333:role/ci/one", "RoleId": "AROAone", "AssumeRolePolicyDocument": {}, "MaxSessionDuration": 7200, "Description": "d"}}));
    world.file("provider.json", &json!({"Url": "idp.example.com/t1", "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["a".repeat(40)], "CreateDate": "2024-05-01T10:00:00+00:00", "Tags": []}));
    world.file("providers.json", &json!({"OpenIDConnectProviderList": [{"Arn": "arn:aws:iam::111122223333:oidc-provider/idp.example.com/t1"}, {"Arn": "arn:aws:iam::111122223333:oidc-provider/other.example.com"}]}));
    world.file("cluster.json", &json!({"cluster": {"name": "prod", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod", "createdAt": 1_772_366_400.5, "version": "1.33", "roleArn": "r", "identity": {"oidc": {"issuer": "https://x"}}, "tags": {"a": "b"}}}));
}

#[test]
fn an_account_is_taken_over_with_its_ids() {
    let world = World::new();
    account(&world);
    let imported = world.import().unwrap();
    let wanted = [
        ("managed policies", 1),
        ("users", 1),
        ("groups", 1),
        ("roles", 2),
        ("instance profiles", 2),
        ("OIDC providers", 1),
        ("clusters", 1),
    ];
    assert_eq!((imported.added.as_slice(), imported.present), (wanted.as_slice(), 0));
    let view = world.desk.state.view().account("111122223333").unwrap();
    let one = view.roles.get("one").unwrap();
    assert_eq!((one.id.as_str(), one.max_session_duration, one.path.as_str()), ("AROAone", 7200, "/ci/"));
    assert_eq!((one.trust_policy.as_str(), one.created), (TRUST, Instant(1_714_557_600)));
    assert_eq!(one.last_used.as_ref().unwrap().region, "eu-west-1");
    assert_eq!(view.roles.get("two").unwrap().max_session_duration, 3600);
    assert_eq!(view.groups.get("devs").unwrap().members, ["AIDAALICE"]);
    let own = view.policies.get("own").unwrap();
    assert_eq!((own.default_version, own.next_version, own.versions.len()), (3, 4, 2));
    assert_eq!(own.version(1).unwrap().document, r#"{"Version":"2012-10-17"}"#);
    assert_eq!(view.oidc_providers.get("idp.example.com/t1").unwrap().client_ids, ["sts.amazonaws.com"]);
    assert_eq!(view.clusters.get("eu-west-1/prod").unwrap().issuer.as_deref(), Some("https://x"));
    for part in ["other.example.com", "1 roles: no file says", "passwords"] {
        assert!(
            imported.remarks.iter().any(|remark| remark.contains(part)),
            "{part}: {:?}",
            imported.remarks
        );
    }
    // Once more: everything is there, and nothing changes.
    let revision = world.desk.state.view().revision();
    let again = world.import().unwrap();
    assert_eq!((again.added, again.present), (Vec::new(), 9));
    assert_eq!(world.desk.state.view().revision(), revision);
}

#[test]
fn what_cannot_be_taken_is_named() {
    let world = World::new();
    account(&world);
    world.file("foreign.json", &json!({"RoleDetailList": [role("far", "444455556666")]}));
    world.file("nothing.json", &json!({"hello": "world"}));
    world.file("policy.json", &json!({"Policies": [{"PolicyName": "torn", "Arn": "arn:aws:iam::111122223333:policy/torn", "DefaultVersionId": "v2", "PolicyVersionList": []}]}));
    let mut dangling = role("three", "111122223333");
    dangling["AttachedManagedPolicies"] = json!([{"PolicyArn": "arn:aws:iam::111122223333:policy/gone"}]);
    world.file("third.json", &json!({"RoleDetailList": [dangling]}));
    fs::write(world.folder.path().join("broken.json"), "{").unwrap();
    fs::write(world.folder.path().join("notes.txt"), "x").unwrap();
    let remarks = world.import().unwrap().remarks;
    for part in ["role/ci/far", "`nothing.json`", "`torn`", "policy/gone", "`broken.json`", "`notes.txt`"] {
        assert!(remarks.iter().any(|remark| remark.contains(part)), "{part}: {remarks:#?}");
    }
}

#[test]
fn what_is_there_and_differs_stays() {
    let world = World::new();
    account(&world);
    world.import().unwrap();
    world.file(
        "provider.json",
        &json!({"Url": "idp.example.com/t1", "ClientIDList": ["other"], "ThumbprintList": []}),
    );
    let imported = world.import().unwrap();
    assert!(
        imported
            .remarks
            .iter()
            .any(|remark| remark.contains("idp.example.com/t1") && remark.contains("differs"))
    );
    let view = world.desk.state.view().account("111122223333").unwrap();
    assert_eq!(view.oidc_providers.get("idp.example.com/t1").unwrap().client_ids, ["sts.amazonaws.com"]);
}

#[test]
fn nothing_and_foreign_folders_are_refused() {
    let world = World::new();
    assert!(matches!(world.import(), Err(ImportError::Nothing { .. })));
    world.file("details.json", &json!({"RoleDetailList": [role("far", "444455556666")]}));
    assert!(matches!(world.import(), Err(ImportError::Foreign { account }) if account == "444455556666"));
    let missing = world.folder.path().join("missing");
    assert!(matches!(world.runtime.block_on(run(&world.desk, &missing)), Err(ImportError::Folder { .. })));
}
