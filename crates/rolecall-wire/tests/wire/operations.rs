//! The table of operations, and how one is found.

use crate::post;
use rolecall_wire::fault::Code;
use rolecall_wire::http::{Head, Header};
use rolecall_wire::operation::{Member, Operation, Place, Shape, asked, find, lower_camel, of, route};
use rolecall_wire::query::Params;
use rolecall_wire::service::Service::{self, CloudTrail, Eks, EksAuth, Iam, Sts};
use std::collections::HashSet;

fn asks(service: Service, body: &str) -> Result<&'static str, (Code, String)> {
    let params = Params::read("", body.as_bytes()).unwrap();
    let answer = asked(service, &post(&[]), &params);
    answer.map(|(operation, _)| operation.name).map_err(|fault| (fault.code, fault.message.into_owned()))
}

#[test]
fn query_operations_are_found_by_action_and_version() {
    assert_eq!(asks(Sts, "Action=GetCallerIdentity&Version=2011-06-15"), Ok("GetCallerIdentity"));
    assert_eq!(asks(Iam, "Action=GetRole&Version=2010-05-08"), Ok("GetRole"));
    let undetermined =
        (Code::Undetermined, "Unable to determine service/operation name to be authorized".to_owned());
    for body in
        ["", "Action=", "Version=2011-06-15", "Action=Nope&Version=2011-06-15", "Action=getcalleridentity"]
    {
        assert_eq!(asks(Sts, body), Err(undetermined.clone()), "{body}");
    }
    for (body, message) in [
        ("Action=Nope&Version=2010-05-08", "Could not find operation Nope for version 2010-05-08"),
        ("Action=GetRole&Version=2011-06-15", "Could not find operation GetRole for version 2011-06-15"),
        ("Action=GetRole", "Could not find operation GetRole for version NO_VERSION_SPECIFIED"),
    ] {
        assert_eq!(asks(Iam, body), Err((Code::InvalidAction, message.to_owned())));
    }
    let params = Params::read("", b"Action=GetCallerIdentity&Version=2011-06-15").unwrap();
    for head in [Head { path: "/x", ..post(&[]) }, Head { method: "PUT", ..post(&[]) }] {
        assert_eq!(asked(Sts, &head, &params).unwrap_err().code, Code::Undetermined, "{head:?}");
    }
}

#[test]
fn json_operations_are_found_by_target() {
    let ask = |target: &str| {
        let headers: [Header<'_>; 1] = [("x-amz-target", target.as_bytes())];
        asked(CloudTrail, &post(&headers), &Params::default()).map(|(operation, _)| operation.name).ok()
    };
    assert_eq!(
        ask("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"),
        Some("LookupEvents")
    );
    assert_eq!(ask("CloudTrail_20131101.LookupEvents"), Some("LookupEvents"));
    assert_eq!(ask("CloudTrail_20131101.Nope"), None);
    assert_eq!(ask("LookupEvents"), None);
}

#[test]
fn rest_operations_are_found_by_method_and_path() {
    for (method, path, name, labels) in [
        ("GET", "/clusters", "ListClusters", vec![]),
        ("POST", "/clusters", "CreateCluster", vec![]),
        ("GET", "/clusters/prod", "DescribeCluster", vec![("name", "prod")]),
        ("DELETE", "/clusters/a%2Fb", "DeleteCluster", vec![("name", "a/b")]),
        (
            "POST",
            "/clusters/p/pod-identity-associations/a-1",
            "UpdatePodIdentityAssociation",
            vec![("name", "p"), ("associationId", "a-1")],
        ),
        (
            "GET",
            "/tags/arn%3Aaws%3Aeks%3Ar%3A1%3Acluster%2Fp",
            "ListTagsForResource",
            vec![("resourceArn", "arn:aws:eks:r:1:cluster/p")],
        ),
    ] {
        let (operation, have) = route(Eks, method, path).unwrap();
        let have: Vec<(&str, &str)> = have.iter().map(|(label, value)| (*label, &**value)).collect();
        assert_eq!((operation.name, have), (name, labels), "{method} {path}");
    }
    for (method, path) in [
        ("PUT", "/clusters"),
        ("GET", "/clusters/"),
        ("GET", "/clusters/a/b"),
        ("GET", "/clusters/%ff"),
        ("GET", "/"),
    ] {
        assert!(route(Eks, method, path).is_none(), "{method} {path}");
    }
    assert!(route(EksAuth, "POST", "/clusters/p/assume-role-for-pod-identity").is_some());
}

#[test]
fn names_and_routes_are_unique_and_labels_have_members() {
    for service in Service::ALL {
        let mut names = HashSet::new();
        for operation in of(service) {
            assert_eq!(operation.service, service);
            assert!(names.insert(operation.name), "{}", operation.name);
            labels_have_members(operation);
            members_are_sound(operation, operation.members);
        }
    }
    assert_eq!((of(Sts).count(), of(Iam).count()), (11, 123));
}

fn labels_have_members(operation: &Operation) {
    let labels: HashSet<&str> = operation
        .route
        .path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .collect();
    let places = operation.members.iter().filter_map(|member| match member.place {
        Place::Path(label) => Some(label),
        _ => None,
    });
    assert_eq!(places.collect::<HashSet<_>>(), labels, "{}", operation.name);
}

fn members_are_sound(operation: &Operation, members: &[Member]) {
    let names: HashSet<&str> = members.iter().map(|member| member.name).collect();
    assert_eq!(names.len(), members.len(), "{}", operation.name);
    for member in members {
        is_sound(operation, &member.shape);
    }
}

fn is_sound(operation: &Operation, shape: &Shape) {
    match shape {
        Shape::Text { min, max, .. } => assert!(min <= max, "{}", operation.name),
        Shape::Integer { min, max } => assert!(min <= max, "{}", operation.name),
        Shape::List { min, max, of } => {
            assert!(min <= max, "{}", operation.name);
            is_sound(operation, of);
        }
        Shape::Structure(members) => members_are_sound(operation, members),
        _ => {}
    }
}

#[test]
fn what_the_table_says_of_some() {
    for (service, name, signed, read_only, has_result) in [
        (Sts, "AssumeRoleWithWebIdentity", false, true, true),
        (Sts, "AssumeRoleWithSAML", false, true, true),
        (Sts, "AssumeRole", true, true, true),
        (Sts, "GetSessionToken", true, false, true),
        (Sts, "GetFederationToken", true, false, true),
        (Sts, "AssumeRoot", true, false, true),
        (Iam, "DeleteRole", true, false, false),
        (Iam, "UpdateRole", true, false, true),
        (Iam, "UpdateAssumeRolePolicy", true, false, false),
        (Iam, "GenerateServiceLastAccessedDetails", true, true, true),
        (Iam, "SimulatePrincipalPolicy", true, true, true),
        (CloudTrail, "LookupEvents", true, true, true),
        (EksAuth, "AssumeRoleForPodIdentity", true, true, true),
    ] {
        let operation = find(service, name).unwrap();
        let have = (operation.signed, operation.read_only, operation.has_result);
        assert_eq!(have, (signed, read_only, has_result), "{name}");
    }
    assert_eq!(find(Iam, "GetRole").unwrap().action(), "iam:GetRole");
    for (operation, secret) in [
        ("CreateLoginProfile", "Password"),
        ("UpdateLoginProfile", "Password"),
        ("ChangePassword", "OldPassword"),
        ("ChangePassword", "NewPassword"),
    ] {
        assert!(find(Iam, operation).unwrap().member(secret).unwrap().sensitive, "{operation} {secret}");
    }
    assert!(find(Sts, "AssumeRoleWithWebIdentity").unwrap().member("WebIdentityToken").unwrap().sensitive);
}

#[test]
fn lower_camel_lowers_the_first_letter() {
    for (name, lower) in
        [("RoleName", "roleName"), ("arn", "arn"), ("SAMLAssertion", "sAMLAssertion"), ("", "")]
    {
        assert_eq!(lower_camel(name), lower);
    }
}
