//! The account as a whole: alias, summary, token version, outbound federation (reference iam.md §6, §8).

use rolecall_state::change::{Change, Compare};
use rolecall_state::entity::{Account, AccountSettings};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::{already_exists, quota};
use crate::call::{Call, Changes, changed, no_such, unchanged};

/// CreateAccountAlias: an account has one at most, a new one takes its place; no two accounts have the same.
///
/// # Errors
/// As IAM.
pub fn create_alias(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = of(call)?;
    let alias = call.text("AccountAlias");
    let others = call.view.accounts().into_iter().filter_map(|account| account.account());
    let others: Vec<Shared<Account>> = others.filter(|other| other.account != before.account).collect();
    if others.iter().any(|other| other.alias.as_deref() == Some(alias)) {
        return Err(already_exists(format!("The account alias {alias} already exists.")));
    }
    let account = Account { alias: Some(alias.to_owned()), ..before.value.clone() };
    let mut changes = changed(&before, Change::put(account));
    changes.compare.extend(others.iter().take(100).map(|other| Compare::unchanged(other)));
    Ok(changes)
}

/// DeleteAccountAlias.
///
/// # Errors
/// As IAM.
pub fn delete_alias(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = of(call)?;
    let alias = call.text("AccountAlias");
    if before.alias.as_deref() != Some(alias) {
        return Err(no_such(format!("The account alias {alias} cannot be found.")));
    }
    Ok(changed(&before, Change::put(Account { alias: None, ..before.value.clone() })))
}

/// ListAccountAliases.
///
/// # Errors
/// As IAM.
pub fn list_aliases(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let aliases: Vec<String> = of(call)?.alias.clone().into_iter().collect();
    call.page_of_texts(&aliases, "AccountAliases", out)?;
    Ok(unchanged())
}

/// SetSecurityTokenServicePreferences. It is kept and shown; tokens of this service have one form.
///
/// # Errors
/// As IAM.
pub fn set_token_version(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = of(call)?;
    let version = if call.text("GlobalEndpointTokenVersion") == "v2Token" { 2 } else { 1 };
    let account = Account { global_endpoint_token_version: version, ..before.value.clone() };
    Ok(changed(&before, Change::put(account)))
}

/// GetOutboundWebIdentityFederationInfo.
///
/// # Errors
/// As IAM.
pub fn outbound_federation(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    if !of(call)?.settings.outbound_web_identity_federation {
        return Err(outbound_disabled(call));
    }
    out.text("IssuerIdentifier", &call.desk.issuer.url(call.account_id()));
    out.bool("JwtVendingEnabled", true);
    Ok(unchanged())
}

/// EnableOutboundWebIdentityFederation.
///
/// # Errors
/// As IAM.
pub fn enable_outbound_federation(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let before = of(call)?;
    if before.settings.outbound_web_identity_federation {
        let sentence =
            format!("Outbound web identity federation is already enabled for account {}", call.account_id());
        return Err(Fault::new(Code::FeatureEnabled, sentence));
    }
    out.text("IssuerIdentifier", &call.desk.issuer.url(call.account_id()));
    Ok(set_outbound_federation(&before, true))
}

/// DisableOutboundWebIdentityFederation.
///
/// # Errors
/// As IAM.
pub fn disable_outbound_federation(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = of(call)?;
    if !before.settings.outbound_web_identity_federation {
        return Err(outbound_disabled(call));
    }
    Ok(set_outbound_federation(&before, false))
}

fn outbound_disabled(call: &Call<'_>) -> Fault {
    let sentence =
        format!("Outbound web identity federation is not enabled for account {}", call.account_id());
    Fault::new(Code::FeatureDisabled, sentence)
}

fn set_outbound_federation(before: &Shared<Account>, enabled: bool) -> Changes {
    with_settings(before, |settings| settings.outbound_web_identity_federation = enabled)
}

/// The account with other settings.
pub fn with_settings(before: &Shared<Account>, set: impl FnOnce(&mut AccountSettings)) -> Changes {
    let mut account = before.value.clone();
    set(&mut account.settings);
    changed(before, Change::put(account))
}

/// The caller's account.
///
/// # Errors
/// Where it is gone meanwhile.
pub fn of(call: &Call<'_>) -> Result<Shared<Account>, Fault> {
    call.account.account().ok_or_else(Fault::unknown_key)
}

/// GetAccountSummary: every key (reference iam.md §6).
///
/// # Errors
/// As IAM.
pub fn summary(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let account = &call.account;
    let policies = account.policies.all();
    let local_versions: usize = policies.iter().map(|policy| policy.versions.len()).sum();
    let aws = call.view.account("aws").map(|aws| aws.policies.all()).unwrap_or_default();
    let attached =
        aws.iter().filter(|policy| account.attachment_count(&policy.arn(call.partition())) > 0).count();
    let token_version = of(call)?.global_endpoint_token_version;
    let pairs: [(&str, usize); 34] = [
        ("Users", account.users.len()),
        ("UsersQuota", quota::USERS.most),
        ("Groups", account.groups.len()),
        ("GroupsQuota", quota::GROUPS.most),
        ("ServerCertificates", 0),
        ("ServerCertificatesQuota", 20),
        ("UserPolicySizeQuota", quota::INLINE_OF_USER),
        ("GroupPolicySizeQuota", quota::INLINE_OF_GROUP),
        ("GroupsPerUserQuota", quota::GROUPS_OF_USER.most),
        ("SigningCertificatesPerUserQuota", 2),
        ("AccessKeysPerUserQuota", quota::ACCESS_KEYS.most),
        ("MFADevices", 0),
        ("MFADevicesInUse", 0),
        ("AccountMFAEnabled", 0),
        ("AccountAccessKeysPresent", usize::from(!account.root_access_keys().is_empty())),
        ("AccountPasswordPresent", 0),
        ("AccountSigningCertificatesPresent", 0),
        ("AttachedPoliciesPerGroupQuota", quota::ATTACHED_TO_GROUP.most),
        ("AttachedPoliciesPerRoleQuota", quota::ATTACHED_TO_ROLE.most),
        ("AttachedPoliciesPerUserQuota", quota::ATTACHED_TO_USER.most),
        ("Policies", policies.len()),
        ("PoliciesQuota", quota::POLICIES.most),
        ("PolicySizeQuota", quota::MANAGED_POLICY),
        ("PolicyVersionsInUse", local_versions + attached),
        ("PolicyVersionsInUseQuota", 10_000),
        ("VersionsPerPolicyQuota", quota::VERSIONS),
        ("GlobalEndpointTokenVersion", usize::from(token_version)),
        ("AssumeRolePolicySizeQuota", quota::TRUST_POLICY),
        ("InstanceProfiles", account.instance_profiles.len()),
        ("InstanceProfilesQuota", quota::INSTANCE_PROFILES.most),
        ("Providers", account.oidc_providers.len()),
        ("RolePolicySizeQuota", quota::INLINE_OF_ROLE),
        ("Roles", account.roles.len()),
        ("RolesQuota", quota::ROLES.most),
    ];
    out.map("SummaryMap", pairs, |out, name, value| out.int(name, i64::try_from(value).unwrap_or(i64::MAX)));
    Ok(unchanged())
}
