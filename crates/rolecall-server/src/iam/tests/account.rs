//! The account as a whole: alias, summary, password policy, reports, authorization details, last access.

use base64::Engine;

use super::*;

#[test]
fn alias() {
    let world = World::new();
    world.ok("ListAccountAliases", &[], &["<AccountAliases/>", "<IsTruncated>false<"]);
    world.ok("CreateAccountAlias", &[("AccountAlias", "first")], &[]);
    world.ok("CreateAccountAlias", &[("AccountAlias", "second")], &[]);
    world.ok("ListAccountAliases", &[], &["<member>second<", "!first"]);
    let missing = "The account alias first cannot be found.";
    world.err("DeleteAccountAlias", &[("AccountAlias", "first")], Code::NoSuchEntity, missing);
    world.ok("DeleteAccountAlias", &[("AccountAlias", "second")], &[]);
}

#[test]
fn an_alias_is_of_one_account() {
    let world = World::with(Config { more_accounts: vec!["999988887777".to_owned()], ..Config::dev(0) });
    let other = world.desk.state.view().account("999988887777").unwrap().account().unwrap();
    let mut taken = other.value.clone();
    taken.alias = Some("taken".to_owned());
    let change = crate::call::changed(&other, rolecall_state::change::Change::put(taken));
    world.commit(change).unwrap();
    let exists = "The account alias taken already exists.";
    world.err("CreateAccountAlias", &[("AccountAlias", "taken")], Code::EntityAlreadyExists, exists);
}

#[test]
fn summary() {
    let world = World::new();
    world.role("r");
    world.user("u");
    let arn = world.policy("p");
    world.ok("CreatePolicyVersion", &[("PolicyArn", &arn), ("PolicyDocument", ALLOW)], &[]);
    let aws = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    world.ok("AttachUserPolicy", &[("UserName", "u"), ("PolicyArn", aws)], &[]);
    world.ok("SetSecurityTokenServicePreferences", &[("GlobalEndpointTokenVersion", "v2Token")], &[]);
    let body = world.ok("GetAccountSummary", &[], &[]);
    let flat: String = body.split_whitespace().collect();
    for (key, value) in [
        ("Users", 1),
        ("Roles", 1),
        ("Groups", 0),
        ("Policies", 1),
        ("PolicyVersionsInUse", 3),
        ("AssumeRolePolicySizeQuota", 2048),
        ("AccountAccessKeysPresent", 1),
        ("GlobalEndpointTokenVersion", 2),
        ("AttachedPoliciesPerRoleQuota", 20),
    ] {
        let entry = format!("<entry><key>{key}</key><value>{value}</value></entry>");
        assert!(flat.contains(&entry), "{key} in {body}");
    }
    assert_eq!(body.matches("<entry>").count(), 34);
}

#[test]
fn password_policy() {
    let world = World::new();
    let none = "The Password Policy with domain name 111122223333 cannot be found.";
    world.err("GetAccountPasswordPolicy", &[], Code::NoSuchEntity, none);
    let none = "The account policy with name PasswordPolicy cannot be found.";
    world.err("DeleteAccountPasswordPolicy", &[], Code::NoSuchEntity, none);
    world.ok("UpdateAccountPasswordPolicy", &[("MaxPasswordAge", "90"), ("HardExpiry", "true")], &[]);
    let shown = [
        "<MinimumPasswordLength>6<",
        "<RequireSymbols>false<",
        "<ExpirePasswords>true<",
        "<MaxPasswordAge>90<",
        "<HardExpiry>true<",
        "!PasswordReusePrevention",
    ];
    world.ok("GetAccountPasswordPolicy", &[], &shown);
    world.ok("UpdateAccountPasswordPolicy", &[], &[]);
    world.ok("GetAccountPasswordPolicy", &[], &["<ExpirePasswords>false<", "!MaxPasswordAge"]);
    world.ok("DeleteAccountPasswordPolicy", &[], &[]);
}

#[test]
fn credential_report() {
    let world = World::new();
    world.user("u");
    world.ok("CreateAccessKey", &[("UserName", "u")], &[]);
    assert_eq!(world.call("GetCredentialReport", &[]).unwrap_err().code, Code::ReportNotPresent);
    world.ok("GenerateCredentialReport", &[], &["<State>STARTED<"]);
    world.ok("GenerateCredentialReport", &[], &["<State>COMPLETE<"]);
    let body = world.ok("GetCredentialReport", &[], &["<ReportFormat>text/csv<", "<GeneratedTime>2026"]);
    let content = base64::engine::general_purpose::STANDARD.decode(text_of(&body, "Content")).unwrap();
    let content = String::from_utf8(content).unwrap();
    let lines: Vec<Vec<&str>> = content.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line.len() == 22), "{content}");
    assert_eq!(lines[1][..2], ["<root_account>", "arn:aws:iam::111122223333:root"]);
    assert_eq!(lines[2][..4], ["u", "arn:aws:iam::111122223333:user/u", "2026-03-01T12:00:00Z", "false"]);
    assert_eq!(lines[2][8], "true");
}

#[test]
fn outbound_federation() {
    let world = World::new();
    let info = "GetOutboundWebIdentityFederationInfo";
    assert_eq!(world.call(info, &[]).unwrap_err().code, Code::FeatureDisabled);
    assert_eq!(
        world.call("DisableOutboundWebIdentityFederation", &[]).unwrap_err().code,
        Code::FeatureDisabled
    );
    world.ok("EnableOutboundWebIdentityFederation", &[], &["<IssuerIdentifier>http"]);
    assert_eq!(
        world.call("EnableOutboundWebIdentityFederation", &[]).unwrap_err().code,
        Code::FeatureEnabled
    );
    world.ok(info, &[], &["<JwtVendingEnabled>true<"]);
    world.ok("DisableOutboundWebIdentityFederation", &[], &[]);
}

#[test]
fn authorization_details() {
    let world = World::new();
    world.user("u");
    world.group("g");
    world.role("r");
    let arn = world.policy("p");
    world.ok("AddUserToGroup", &[("GroupName", "g"), ("UserName", "u")], &[]);
    world.ok("PutUserPolicy", &[("UserName", "u"), ("PolicyName", "i"), ("PolicyDocument", ALLOW)], &[]);
    world.ok("AttachRolePolicy", &[("RoleName", "r"), ("PolicyArn", &arn)], &[]);
    let aws = "arn:aws:iam::aws:policy/SecurityAudit";
    world.ok("AttachGroupPolicy", &[("GroupName", "g"), ("PolicyArn", aws)], &[]);
    let all = "GetAccountAuthorizationDetails";
    world.ok(
        all,
        &[],
        &[
            "<UserName>u<",
            "<GroupList>",
            "<PolicyName>i<",
            "<GroupPolicyList/>",
            "<RolePolicyList/>",
            "<InstanceProfileList/>",
            "<RoleLastUsed/>",
            "!MaxSessionDuration",
            "<PolicyVersionList>",
            aws,
            "!policy/ReadOnlyAccess",
            "<IsTruncated>false<",
        ],
    );
    let only = [("Filter.member.1", "Role")];
    world.ok(all, &only, &["<RoleName>r<", "<UserDetailList/>", "<GroupDetailList/>", "<Policies/>"]);
    let local = [("Filter.member.1", "LocalManagedPolicy")];
    world.ok(all, &local, &["!SecurityAudit", "<PolicyName>p<", "<RoleDetailList/>"]);
    let (mut marker, mut pages) = (None::<String>, Vec::new());
    loop {
        let mut pairs = vec![("MaxItems", "1")];
        pairs.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let body = world.ok(all, &pairs, &[]);
        let found = ["<UserId>", "<GroupId>", "<RoleId>", "<PolicyId>"].map(|id| body.matches(id).count());
        assert_eq!(found.iter().sum::<usize>(), 1, "{body}");
        pages.push(found);
        match body.contains("<IsTruncated>true") {
            true => marker = Some(text_of(&body, "Marker").to_owned()),
            false => break,
        }
    }
    assert_eq!(pages, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 1]]);
}

#[test]
fn last_access() {
    let world = World::new();
    world.role("r");
    world.ok("PutRolePolicy", &[("RoleName", "r"), ("PolicyName", "i"), ("PolicyDocument", ALLOW)], &[]);
    let arn = ("Arn", "arn:aws:iam::111122223333:role/r");
    let body = world.ok("GenerateServiceLastAccessedDetails", &[arn], &[]);
    let job = ("JobId", text_of(&body, "JobId"));
    assert_eq!(job.1.len(), 36);
    let done = [
        "<JobStatus>COMPLETED<",
        "<JobType>SERVICE_LEVEL<",
        "<ServiceNamespace>s3<",
        "<TotalAuthenticatedEntities>0<",
        "<IsTruncated>false<",
    ];
    world.ok("GetServiceLastAccessedDetails", &[job], &done);
    let with = [job, ("ServiceNamespace", "s3")];
    world.ok("GetServiceLastAccessedDetailsWithEntities", &with, &["<EntityDetailsList/>"]);
    let other = ("JobId", "00000000-0000-4000-a000-000000000000");
    assert_eq!(world.call("GetServiceLastAccessedDetails", &[other]).unwrap_err().code, Code::NoSuchEntity);
    let grants = [arn, ("ServiceNamespaces.member.1", "s3"), ("ServiceNamespaces.member.2", "ec2")];
    let body =
        world.ok("ListPoliciesGrantingServiceAccess", &grants, &["<PolicyType>INLINE<", "<EntityType>ROLE<"]);
    assert_eq!(body.matches("<Policies/>").count(), 1);
}

#[test]
fn what_is_not_kept_is_empty() {
    let world = World::new();
    world.ok("ListMFADevices", &[], &["<MFADevices/>", "<IsTruncated>false<"]);
    world.ok("ListVirtualMFADevices", &[], &["<VirtualMFADevices/>"]);
    world.ok("ListServerCertificates", &[], &["<ServerCertificateMetadataList/>"]);
    world.ok("ListSAMLProviders", &[], &["<SAMLProviderList/>", "!IsTruncated"]);
}
