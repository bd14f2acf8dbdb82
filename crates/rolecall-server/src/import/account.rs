//! An account as its files tell of it, made into entities.

use std::collections::{BTreeMap, BTreeSet};

use rolecall_model::arn::Arn;
use rolecall_model::instant::Instant;
use rolecall_model::provider_url::provider_name;
use rolecall_state::entity::{
    Cluster, ClusterStatus, Group, InstanceProfile, LastUsed, ManagedPolicy, OidcProvider,
    PodIdentityAssociation, PolicyVersion, Role, User,
};
use serde_json::Value;

use super::member::{
    attached, boundary, document, inline, instant, list, tag_map, tags, text, text_if, texts,
};

/// `MaxSessionDuration` where no file says.
const DURATION: u32 = 3600;

/// What the files held so far.
#[derive(Default)]
pub struct Account {
    number: Option<String>,
    /// Users.
    pub users: Vec<User>,
    /// Groups; their members are filled in by [`Account::complete`].
    pub groups: Vec<Group>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Managed policies of the account.
    pub policies: Vec<ManagedPolicy>,
    /// Managed policies of AWS.
    pub aws_policies: Vec<ManagedPolicy>,
    /// Instance profiles.
    pub instance_profiles: Vec<InstanceProfile>,
    /// OIDC providers.
    pub providers: Vec<OidcProvider>,
    /// Clusters.
    pub clusters: Vec<Cluster>,
    /// Pod Identity associations.
    pub associations: Vec<PodIdentityAssociation>,
    /// What could not be taken, or not wholly.
    pub remarks: Vec<String>,
    /// Names of groups, with the ids of their members.
    members: BTreeMap<String, Vec<String>>,
    /// What `get-role` and `list-roles` say of roles beyond the details.
    summaries: BTreeMap<String, Summary>,
    /// Providers that a list names.
    listed: BTreeSet<String>,
}

#[derive(Default)]
struct Summary {
    description: Option<String>,
    duration: Option<u32>,
    /// The role by itself, where no details have it.
    role: Option<Role>,
}

impl Account {
    /// The account's twelve digits, as the first ARN had them.
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

    /// Remarks something.
    pub fn remark(&mut self, text: String) {
        self.remarks.push(text);
    }

    /// A page of `get-account-authorization-details`.
    pub fn details(&mut self, page: &Value) {
        for user in list(page, "UserDetailList") {
            self.user(user);
        }
        for group in list(page, "GroupDetailList") {
            self.group(group);
        }
        for role in list(page, "RoleDetailList") {
            if let Some(taken) = self.role(role) {
                self.roles.push(taken);
            }
            for profile in list(role, "InstanceProfileList") {
                self.instance_profile(profile, &text(role, "RoleName"));
            }
        }
        for policy in list(page, "Policies") {
            self.policy(policy);
        }
    }

    /// A role of `get-role` or `list-roles`.
    pub fn role_summary(&mut self, value: &Value) {
        let role = self.role(value);
        let duration = value.get("MaxSessionDuration").and_then(Value::as_u64);
        let summary = Summary {
            description: text_if(value, "Description"),
            duration: duration.and_then(|seconds| u32::try_from(seconds).ok()),
            role,
        };
        self.summaries.insert(text(value, "RoleName"), summary);
    }

    /// The output of `get-open-id-connect-provider`, which does not name the account.
    pub fn provider(&mut self, value: &Value) {
        let url = text(value, "Url");
        let name = provider_name(&url).unwrap_or(&url).to_owned();
        self.providers.push(OidcProvider {
            account: String::new(),
            url: name,
            client_ids: texts(value, "ClientIDList"),
            thumbprints: texts(value, "ThumbprintList"),
            tags: tags(value, "Tags"),
            created: instant(value, "CreateDate").unwrap_or(Instant(0)),
        });
    }

    /// An entry of `list-open-id-connect-providers`.
    pub fn listed_provider(&mut self, value: &Value) {
        let arn = text(value, "Arn");
        if self.owns(&arn)
            && let Some((_, name)) = arn.split_once(":oidc-provider/")
        {
            self.listed.insert(name.to_owned());
        }
    }

    /// The output of `eks describe-cluster`.
    pub fn cluster(&mut self, value: &Value) {
        let Some(arn) = self.own_arn(value, "arn", "cluster") else { return };
        let member = |path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
        self.clusters.push(Cluster {
            account: arn.account,
            region: arn.region,
            name: text(value, "name"),
            created: instant(value, "createdAt").unwrap_or(Instant(0)),
            version: text(value, "version"),
            status: ClusterStatus::Active,
            endpoint: text_if(value, "endpoint"),
            certificate_authority: member("/certificateAuthority/data"),
            role_arn: text(value, "roleArn"),
            issuer: member("/identity/oidc/issuer"),
            tags: tag_map(value),
            other: None,
        });
    }

    /// The output of `eks describe-pod-identity-association`.
    pub fn association(&mut self, value: &Value) {
        let Some(arn) = self.own_arn(value, "associationArn", "association") else { return };
        let created = instant(value, "createdAt").unwrap_or(Instant(0));
        self.associations.push(PodIdentityAssociation {
            account: arn.account,
            region: arn.region,
            cluster: text(value, "clusterName"),
            namespace: text(value, "namespace"),
            service_account: text(value, "serviceAccount"),
            id: text(value, "associationId"),
            role_arn: text(value, "roleArn"),
            created,
            modified: instant(value, "modifiedAt").unwrap_or(created),
            disable_session_tags: value
                .get("disableSessionTags")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            target_role_arn: text_if(value, "targetRoleArn"),
            external_id: text_if(value, "externalId"),
            policy: text_if(value, "policy"),
            tags: tag_map(value),
        });
    }

    /// Puts together what stood in different files; remarks what is missing. To be called when all are read.
    pub fn complete(&mut self) {
        let number = self.number.clone().unwrap_or_default();
        for group in &mut self.groups {
            group.members = self.members.remove(&group.name).unwrap_or_default();
            group.members.sort();
        }
        let mut undated = 0_usize;
        for role in &mut self.roles {
            let summary = self.summaries.remove(&role.name).unwrap_or_default();
            role.max_session_duration = summary.duration.unwrap_or(DURATION);
            role.description = summary.description.or(role.description.take());
            undated += usize::from(summary.duration.is_none());
        }
        let alone: Vec<(Role, Summary)> = std::mem::take(&mut self.summaries)
            .into_values()
            .filter_map(|mut one| Some((one.role.take()?, one)))
            .collect();
        for (role, summary) in alone {
            self.remark(format!("role `{}`: its policies are in no file", role.name));
            let max_session_duration = summary.duration.unwrap_or(DURATION);
            self.roles.push(Role { max_session_duration, description: summary.description, ..role });
        }
        if undated > 0 {
            self.remark(format!(
                "{undated} roles: no file says their MaxSessionDuration (`aws iam list-roles` does); {DURATION} seconds were taken"
            ));
        }
        for provider in &mut self.providers {
            provider.account.clone_from(&number);
        }
        let known: BTreeSet<String> = self.providers.iter().map(|provider| provider.url.clone()).collect();
        for name in std::mem::take(&mut self.listed).difference(&known) {
            self.remark(format!(
                "provider `{name}`: only its ARN is known (`aws iam get-open-id-connect-provider`)"
            ));
        }
        self.dangling();
        if !self.users.is_empty() {
            self.remark("passwords and access keys of users: no file of AWS's holds them".to_owned());
        }
    }

    /// Attached policies that no file has.
    fn dangling(&mut self) {
        let own = self.policies.iter().map(|policy| policy.arn(partition(&self.roles, policy)));
        let known: BTreeSet<String> = own.collect();
        let holders = self.roles.iter().flat_map(|role| role.attached_policies.iter());
        let holders = holders.chain(self.users.iter().flat_map(|user| user.attached_policies.iter()));
        let holders = holders.chain(self.groups.iter().flat_map(|group| group.attached_policies.iter()));
        let missing = |arn: &&String| !arn.contains(":iam::aws:") && !known.contains(*arn);
        let missing: BTreeSet<String> = holders.filter(missing).cloned().collect();
        for arn in missing {
            self.remark(format!("policy `{arn}` is attached, and in no file; it allows nothing"));
        }
    }

    fn user(&mut self, value: &Value) {
        let Some(arn) = self.own_arn(value, "Arn", "user") else { return };
        let id = text(value, "UserId");
        for group in texts(value, "GroupList") {
            self.members.entry(group).or_default().push(id.clone());
        }
        self.users.push(User {
            account: arn.account,
            path: path(value),
            name: text(value, "UserName"),
            id,
            created: instant(value, "CreateDate").unwrap_or(Instant(0)),
            permissions_boundary: boundary(value),
            tags: tags(value, "Tags"),
            inline_policies: inline(value, "UserPolicyList"),
            attached_policies: attached(value),
            password_last_used: None,
        });
    }

    fn group(&mut self, value: &Value) {
        let Some(arn) = self.own_arn(value, "Arn", "group") else { return };
        self.groups.push(Group {
            account: arn.account,
            path: path(value),
            name: text(value, "GroupName"),
            id: text(value, "GroupId"),
            created: instant(value, "CreateDate").unwrap_or(Instant(0)),
            members: Vec::new(),
            inline_policies: inline(value, "GroupPolicyList"),
            attached_policies: attached(value),
        });
    }

    fn role(&mut self, value: &Value) -> Option<Role> {
        let arn = self.own_arn(value, "Arn", "role")?;
        let name = text(value, "RoleName");
        let Some(trust_policy) = document(value, "AssumeRolePolicyDocument") else {
            self.remark(format!("role `{name}` was not taken: it has no trust policy"));
            return None;
        };
        let used = value.get("RoleLastUsed");
        let at = used.and_then(|used| instant(used, "LastUsedDate"));
        Some(Role {
            account: arn.account,
            path: path(value),
            name,
            id: text(value, "RoleId"),
            created: instant(value, "CreateDate").unwrap_or(Instant(0)),
            trust_policy,
            description: text_if(value, "Description"),
            max_session_duration: DURATION,
            permissions_boundary: boundary(value),
            tags: tags(value, "Tags"),
            inline_policies: inline(value, "RolePolicyList"),
            attached_policies: attached(value),
            last_used: at.zip(used).map(|(at, used)| LastUsed {
                at,
                region: text(used, "Region"),
                services: BTreeMap::new(),
            }),
        })
    }

    fn instance_profile(&mut self, value: &Value, role: &str) {
        let Some(arn) = self.own_arn(value, "Arn", "instance profile") else { return };
        self.instance_profiles.push(InstanceProfile {
            account: arn.account,
            path: path(value),
            name: text(value, "InstanceProfileName"),
            id: text(value, "InstanceProfileId"),
            created: instant(value, "CreateDate").unwrap_or(Instant(0)),
            role: Some(role.to_owned()),
            tags: tags(value, "Tags"),
        });
    }

    fn policy(&mut self, value: &Value) {
        let name = text(value, "PolicyName");
        let is_aws = Arn::parse(&text(value, "Arn")).is_some_and(|arn| arn.account == "aws");
        let account = if is_aws {
            "aws".to_owned()
        } else {
            let Some(arn) = self.own_arn(value, "Arn", "policy") else { return };
            arn.account
        };
        let mut versions: Vec<PolicyVersion> =
            list(value, "PolicyVersionList").filter_map(read_version).collect();
        versions.sort_by_key(|version| version.number);
        let default_version = number(&text(value, "DefaultVersionId")).unwrap_or_default();
        let Some(newest) =
            versions.last().filter(|_| versions.iter().any(|one| one.number == default_version))
        else {
            return self.remark(format!("policy `{name}` was not taken: its default version is in no file"));
        };
        let created = instant(value, "CreateDate").unwrap_or(Instant(0));
        let policy = ManagedPolicy {
            account,
            path: path(value),
            name,
            id: text(value, "PolicyId"),
            created,
            updated: instant(value, "UpdateDate").unwrap_or(created),
            description: text_if(value, "Description"),
            tags: tags(value, "Tags"),
            default_version,
            next_version: newest.number.saturating_add(1),
            versions,
        };
        if is_aws { self.aws_policies.push(policy) } else { self.policies.push(policy) }
    }

    /// The ARN of something of this account; the first ARN says which account that is.
    fn own_arn(&mut self, value: &Value, member: &str, kind: &str) -> Option<Arn> {
        let text = text(value, member);
        if self.owns(&text) {
            return Arn::parse(&text);
        }
        self.remark(format!("{kind} `{text}` was not taken: it is of another account, or no ARN"));
        None
    }

    fn owns(&mut self, arn: &str) -> bool {
        let Some(account) = Arn::parse(arn).map(|arn| arn.account) else { return false };
        let own = self.number.get_or_insert_with(|| account.clone());
        rolecall_model::arn::is_account(&account) && *own == account
    }
}

fn path(value: &Value) -> String {
    text_if(value, "Path").unwrap_or_else(|| "/".to_owned())
}

fn read_version(value: &Value) -> Option<PolicyVersion> {
    Some(PolicyVersion {
        number: number(&text(value, "VersionId"))?,
        created: instant(value, "CreateDate").unwrap_or(Instant(0)),
        document: document(value, "Document")?,
    })
}

fn number(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.parse().ok()
}

/// The partition of the ARNs in the files: attached policies carry it.
fn partition<'a>(roles: &'a [Role], policy: &ManagedPolicy) -> &'a str {
    let end = format!(":iam::{}:policy{}{}", policy.account, policy.path, policy.name);
    let attached = roles.iter().flat_map(|role| &role.attached_policies);
    let found = attached.filter_map(|arn| arn.strip_suffix(&end)?.strip_prefix("arn:")).next();
    found.unwrap_or("aws")
}
