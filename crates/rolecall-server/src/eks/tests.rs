//! EKS by tables: what is answered, and what is refused with which code and sentence.

use rolecall_wire::fault::Code;
use rolecall_wire::service::Service::{Eks, Rolecall};
use serde_json::{Value, json};

use crate::json_world::World;

fn cluster(world: &World, name: &str) -> Value {
    world
        .call(
            Eks,
            "CreateCluster",
            &json!({"name": name, "roleArn": "arn:aws:iam::111122223333:role/eks", "resourcesVpcConfig": {"subnetIds": ["a"]}, "tags": {"team": "x"}}),
        )
        .unwrap()["cluster"]
        .clone()
}

fn association(world: &World, account: &str) -> Value {
    let input = json!({"clusterName": "prod", "namespace": "ns", "serviceAccount": account, "roleArn": "arn:aws:iam::111122223333:role/app"});
    world.call(Eks, "CreatePodIdentityAssociation", &input).unwrap()["association"].clone()
}

#[test]
fn a_cluster_is_active_at_once_and_names_its_issuer() {
    let world = World::new();
    let made = cluster(&world, "prod");
    assert_eq!(made["arn"], "arn:aws:eks:eu-west-1:111122223333:cluster/prod");
    assert_eq!(made["status"], "ACTIVE");
    assert_eq!(made["createdAt"], 1_772_366_400);
    assert_eq!(made["identity"]["oidc"]["issuer"], "http://127.0.0.1:8403/issuer/prod");
    assert_eq!(made["resourcesVpcConfig"]["endpointPublicAccess"], true);
    let described = world.call(Eks, "DescribeCluster", &json!({"name": "prod"})).unwrap();
    assert_eq!(described["cluster"], made);
    let gone = world.call(Eks, "DeleteCluster", &json!({"name": "prod"})).unwrap();
    assert_eq!(gone["cluster"]["status"], "DELETING");
    assert!(world.call(Eks, "DescribeCluster", &json!({"name": "prod"})).is_err());
}

#[test]
fn clusters_lie_in_their_region() {
    let mut world = World::new();
    cluster(&world, "prod");
    world.region = "us-east-1";
    let fault = world.call(Eks, "DescribeCluster", &json!({"name": "prod"})).unwrap_err();
    assert_eq!(fault.message, "No cluster found for name: prod.");
    assert_eq!(world.call(Eks, "ListClusters", &json!({})).unwrap()["clusters"], json!([]));
}

#[test]
fn lists_come_in_pages() {
    let world = World::new();
    let names: Vec<String> = (0..7).map(|number| format!("c{number}")).collect();
    names.iter().for_each(|name| drop(cluster(&world, name)));
    let mut found: Vec<String> = Vec::new();
    let mut token = Value::Null;
    loop {
        let input = json!({"maxResults": 3, "nextToken": token});
        let page = world.call(Eks, "ListClusters", &input).unwrap();
        found.extend(
            page["clusters"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()),
        );
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(found, names);
}

#[test]
fn refusals() {
    let world = World::new();
    cluster(&world, "prod");
    let made = association(&world, "app");
    let role = "arn:aws:iam::111122223333:role/x";
    let vpc = json!({});
    let pod = |more: Value| {
        let mut input =
            json!({"clusterName": "prod", "namespace": "ns", "serviceAccount": "new", "roleArn": role});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let oidc = |url: &str| json!({"clusterName": "prod", "oidc": {"identityProviderConfigName": "n", "issuerUrl": url, "clientId": "c"}});
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let table: [(&str, Value, Code, &str); 18] = [
        (
            "CreateCluster",
            json!({"name": "prod", "roleArn": role, "resourcesVpcConfig": vpc}),
            Code::ResourceInUseException,
            "Cluster already exists with name: prod",
        ),
        (
            "CreateCluster",
            json!({"name": "-x", "roleArn": role, "resourcesVpcConfig": vpc}),
            Code::ValidationError,
            "name",
        ),
        (
            "CreateCluster",
            json!({"name": "x", "roleArn": "role", "resourcesVpcConfig": vpc}),
            Code::InvalidParameterException,
            "Role ARN",
        ),
        (
            "DescribeCluster",
            json!({"name": "nope"}),
            Code::ResourceNotFoundException,
            "No cluster found for name: nope.",
        ),
        (
            "DeleteCluster",
            json!({"name": "nope"}),
            Code::ResourceNotFoundException,
            "No cluster found for name: nope.",
        ),
        ("ListClusters", json!({"nextToken": "%"}), Code::InvalidParameterException, "nextToken"),
        (
            "CreatePodIdentityAssociation",
            pod(json!({"serviceAccount": "app"})),
            Code::ResourceInUseException,
            "already exists",
        ),
        (
            "CreatePodIdentityAssociation",
            pod(json!({"namespace": "a/b"})),
            Code::InvalidParameterException,
            "namespace",
        ),
        (
            "CreatePodIdentityAssociation",
            pod(json!({"policy": policy})),
            Code::InvalidParameterException,
            "session tags",
        ),
        (
            "CreatePodIdentityAssociation",
            pod(json!({"policy": "{", "disableSessionTags": true})),
            Code::InvalidParameterException,
            "",
        ),
        (
            "CreatePodIdentityAssociation",
            pod(json!({"clusterName": "nope"})),
            Code::ResourceNotFoundException,
            "nope",
        ),
        (
            "DescribePodIdentityAssociation",
            json!({"clusterName": "prod", "associationId": "a-x"}),
            Code::ResourceNotFoundException,
            "a-x",
        ),
        ("AssociateIdentityProviderConfig", oidc("http://x"), Code::InvalidParameterException, "https://"),
        (
            "DescribeIdentityProviderConfig",
            json!({"clusterName": "prod", "identityProviderConfig": {"type": "oidc", "name": "n"}}),
            Code::ResourceNotFoundException,
            "n.",
        ),
        (
            "ListTagsForResource",
            json!({"resourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/nope"}),
            Code::NotFoundException,
            "nope",
        ),
        ("ListTagsForResource", json!({"resourceArn": "nope"}), Code::BadRequestException, "nope"),
        (
            "ListTagsForResource",
            json!({"resourceArn": "arn:aws:s3:::nope"}),
            Code::BadRequestException,
            "nope",
        ),
        (
            "TagResource",
            json!({"resourceArn": format!("{}x", made["associationArn"].as_str().unwrap()), "tags": {}}),
            Code::NotFoundException,
            "a-",
        ),
    ];
    for (name, input, code, part) in table {
        let fault = world.call(Eks, name, &input).unwrap_err();
        assert_eq!(fault.code, code, "{name}: {fault}");
        assert!(fault.message.contains(part), "{name}: {fault}");
    }
}

#[test]
fn associations_from_end_to_end() {
    let world = World::new();
    cluster(&world, "prod");
    let made = association(&world, "app");
    association(&world, "other");
    let id = made["associationId"].as_str().unwrap();
    assert!(id.starts_with("a-") && id.len() == 19, "{id}");
    let named = |more: Value| {
        let mut input = json!({"clusterName": "prod", "associationId": id});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let input =
        named(json!({"targetRoleArn": "arn:aws:iam::444455556666:role/t", "disableSessionTags": true}));
    let updated = world.call(Eks, "UpdatePodIdentityAssociation", &input).unwrap();
    assert_eq!(updated["association"]["externalId"], "eu-west-1/111122223333/prod/ns/app");
    let described = world.call(Eks, "DescribePodIdentityAssociation", &named(json!({}))).unwrap();
    assert_eq!(described, updated);
    let cleared =
        world.call(Eks, "UpdatePodIdentityAssociation", &named(json!({"targetRoleArn": ""}))).unwrap();
    assert!(cleared["association"].get("externalId").is_none());
    let table = [(json!({}), 2), (json!({"serviceAccount": "app"}), 1), (json!({"namespace": "none"}), 0)];
    for (more, count) in table {
        let mut input = json!({"clusterName": "prod"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let listed = world.call(Eks, "ListPodIdentityAssociations", &input).unwrap();
        assert_eq!(listed["associations"].as_array().unwrap().len(), count, "{more}");
    }
    world.call(Eks, "DeletePodIdentityAssociation", &named(json!({}))).unwrap();
    // What is left goes with the cluster: a new one of the name has none.
    world.call(Eks, "DeleteCluster", &json!({"name": "prod"})).unwrap();
    cluster(&world, "prod");
    let listed = world.call(Eks, "ListPodIdentityAssociations", &json!({"clusterName": "prod"})).unwrap();
    assert_eq!(listed["associations"], json!([]));
}

#[test]
fn identity_provider_configs_from_end_to_end() {
    let world = World::new();
    cluster(&world, "prod");
    let input = json!({"clusterName": "prod", "oidc": {"identityProviderConfigName": "corp", "issuerUrl": "https://idp.example.com", "clientId": "k8s", "requiredClaims": {"a": "b"}}});
    let update = world.call(Eks, "AssociateIdentityProviderConfig", &input).unwrap();
    assert_eq!(update["update"]["type"], "AssociateIdentityProviderConfig");
    let fault = world.call(Eks, "AssociateIdentityProviderConfig", &input).unwrap_err();
    assert_eq!(fault.code, Code::ResourceInUseException);
    let named = json!({"clusterName": "prod", "identityProviderConfig": {"type": "oidc", "name": "corp"}});
    let found = world.call(Eks, "DescribeIdentityProviderConfig", &named).unwrap();
    let oidc = &found["identityProviderConfig"]["oidc"];
    assert_eq!((&oidc["status"], &oidc["requiredClaims"]["a"]), (&json!("ACTIVE"), &json!("b")));
    let arn = json!({"resourceArn": oidc["identityProviderConfigArn"], "tags": {"k": "v"}});
    world.call(Eks, "TagResource", &arn).unwrap();
    let listed = world.call(Eks, "ListIdentityProviderConfigs", &json!({"clusterName": "prod"})).unwrap();
    assert_eq!(listed["identityProviderConfigs"], json!([{"type": "oidc", "name": "corp"}]));
    world.call(Eks, "DisassociateIdentityProviderConfig", &named).unwrap();
    assert!(world.call(Eks, "DescribeIdentityProviderConfig", &named).is_err());
}

#[test]
fn tags_by_arn() {
    let world = World::new();
    let arn = cluster(&world, "prod")["arn"].clone();
    world.call(Eks, "TagResource", &json!({"resourceArn": arn, "tags": {"team": "y", "env": "p"}})).unwrap();
    world.call(Eks, "UntagResource", &json!({"resourceArn": arn, "tagKeys": ["env", "none"]})).unwrap();
    let found = world.call(Eks, "ListTagsForResource", &json!({"resourceArn": arn})).unwrap();
    assert_eq!(found, json!({"tags": {"team": "y"}}));
    let many: serde_json::Map<String, Value> = (0..50).map(|n| (format!("k{n}"), json!("v"))).collect();
    let fault = world.call(Eks, "TagResource", &json!({"resourceArn": arn, "tags": many})).unwrap_err();
    assert_eq!(fault.code, Code::BadRequestException);
}

#[test]
fn permissions() {
    let world = World::new();
    cluster(&world, "prod");
    let tagged = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"eks:DescribeCluster","Resource":"arn:aws:eks:eu-west-1:111122223333:cluster/prod","Condition":{"StringEquals":{"aws:ResourceTag/team":"x"}}},
        {"Effect":"Allow","Action":"eks:CreatePodIdentityAssociation","Resource":"*"},
        {"Effect":"Allow","Action":"eks:AssociateIdentityProviderConfig","Resource":"*","Condition":{"StringEquals":{"eks:clientId":"good"}}},
        {"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/app","Condition":{"StringEquals":{"iam:PassedToService":"pods.eks.amazonaws.com"}}}]}"#;
    let alice = world.user(tagged);
    let config = |client: &str| json!({"clusterName": "prod", "oidc": {"identityProviderConfigName": "n", "issuerUrl": "https://x", "clientId": client}});
    let pod = |role: &str| json!({"clusterName": "prod", "namespace": "ns", "serviceAccount": "a", "roleArn": format!("arn:aws:iam::111122223333:role/{role}")});
    let table = [
        ("DescribeCluster", json!({"name": "prod"}), None),
        (
            "DescribeCluster",
            json!({"name": "nope"}),
            Some(
                "eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:111122223333:cluster/nope because no identity-based policy",
            ),
        ),
        ("ListClusters", json!({}), Some("eks:ListClusters on resource: *")),
        (
            "CreatePodIdentityAssociation",
            pod("other"),
            Some("iam:PassRole on resource: arn:aws:iam::111122223333:role/other"),
        ),
        ("CreatePodIdentityAssociation", pod("app"), None),
        ("AssociateIdentityProviderConfig", config("bad"), Some("eks:AssociateIdentityProviderConfig")),
        ("AssociateIdentityProviderConfig", config("good"), None),
    ];
    for (name, input, refused) in table {
        let done = world.call_as(alice.clone(), Eks, name, &input);
        match (done, refused) {
            (Ok(_), None) => {}
            (Err(fault), Some(part)) => {
                assert!(fault.code == Code::AccessDenied && fault.message.contains(part), "{name}: {fault}");
            }
            (done, _) => panic!("{name} {input}: {done:?}"),
        }
    }
}

#[test]
fn registered_clusters() {
    let world = World::new();
    let input = json!({"Name": "real", "Issuer": "https://oidc.example.com/id/1", "Endpoint": "https://10.0.0.1", "CertificateAuthority": "LS0t"});
    world.call(Rolecall, "RegisterCluster", &input).unwrap();
    let found = world.call(Eks, "DescribeCluster", &json!({"name": "real"})).unwrap();
    let cluster = &found["cluster"];
    assert_eq!(cluster["identity"]["oidc"]["issuer"], "https://oidc.example.com/id/1");
    assert_eq!(cluster["certificateAuthority"]["data"], "LS0t");
    // Registered anew, the issuer changes and everything else stays.
    world
        .call(Rolecall, "RegisterCluster", &json!({"Name": "real", "Issuer": "https://new.example.com"}))
        .unwrap();
    let found = world.call(Eks, "DescribeCluster", &json!({"name": "real"})).unwrap();
    assert_eq!(found["cluster"]["identity"]["oidc"]["issuer"], "https://new.example.com");
    assert_eq!(found["cluster"]["endpoint"], "https://10.0.0.1");
    let listed = world.call(Rolecall, "ListRegisteredClusters", &json!({})).unwrap();
    assert_eq!(listed["Clusters"][0]["Name"], "real");
    let fault =
        world.call(Rolecall, "RegisterCluster", &json!({"Name": "x", "Issuer": "ftp://x"})).unwrap_err();
    assert_eq!(fault.code, Code::InvalidParameterException);
    world.call(Rolecall, "RemoveCluster", &json!({"Name": "real"})).unwrap();
    assert!(world.call(Rolecall, "RemoveCluster", &json!({"Name": "real"})).is_err());
}

#[test]
fn an_account_has_a_hundred_clusters_in_a_region() {
    let mut world = World::new();
    (0..100).for_each(|number| drop(cluster(&world, &format!("c{number}"))));
    let input = json!({"name": "one-more", "roleArn": "arn:aws:iam::111122223333:role/eks", "resourcesVpcConfig": {}});
    let fault = world.call(Eks, "CreateCluster", &input).unwrap_err();
    assert_eq!(
        (fault.code, &*fault.message),
        (Code::ResourceLimitExceededException, "Cluster limit exceeded for account.")
    );
    world.call(Eks, "DeleteCluster", &json!({"name": "c7"})).unwrap();
    world.call(Eks, "CreateCluster", &input).unwrap();
    world.region = "us-east-1";
    cluster(&world, "elsewhere");
}
