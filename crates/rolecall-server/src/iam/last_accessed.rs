//! Service last accessed information: Generate…, Get…, Get…WithEntities (reference iam.md §8).
//!
//! What is known of it here is when roles and access keys were last used, and for what ([`crate::uses`]). A job is done
//! at once and kept nowhere: its id holds the time, the granularity and a digest of entity and caller, by which it is
//! found again.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use aws_lc_rs::digest::{SHA256, digest};
use rolecall_model::instant::Instant;
use rolecall_policy::document::{Effect, Policy};
use rolecall_state::entity::{Role, ServiceUse, User};
use rolecall_state::key::Kind;
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use super::granting::namespaces;
use super::principal::Principal;
use crate::call::{Call, Changes, no_such, unchanged};
use crate::compiled::managed_policy;

/// How long AWS keeps a report.
const KEPT: i64 = 24 * 3600;

/// A report that was asked for.
struct Job {
    arn: String,
    by_action: bool,
    at: Instant,
}

/// A use of a service.
struct Access {
    at: Instant,
    region: String,
    by: Rc<Entity>,
}

/// A user or role that used a service.
struct Entity {
    kind: &'static str,
    arn: String,
    name: String,
    id: String,
    path: String,
}

/// GenerateServiceLastAccessedDetails.
///
/// # Errors
/// As IAM.
pub fn generate(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let arn = call.text("Arn");
    if managed_policy(call.view, arn).is_none() {
        Principal::of(call, arn)?;
    }
    let by_action = call.params.get("Granularity") == Some("ACTION_LEVEL");
    out.text("JobId", &Job { arn: arn.to_owned(), by_action, at: call.now }.id(call));
    Ok(unchanged())
}

/// GetServiceLastAccessedDetails.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let job = Job::find(call)?;
    let services: Vec<(String, Vec<Access>)> = services(call, &job.arn).into_iter().collect();
    job.head(out);
    out.text("JobType", if job.by_action { "ACTION_LEVEL" } else { "SERVICE_LEVEL" });
    let order = |(service, _): &(String, Vec<Access>)| service.clone();
    call.page_of(&services, "ServicesLastAccessed", order, out, |out, (service, accesses)| {
        out.text("ServiceName", service);
        let newest = accesses.iter().max_by_key(|access| access.at);
        if let Some(newest) = newest {
            out.instant("LastAuthenticated", newest.at);
        }
        out.text("ServiceNamespace", service);
        if let Some(newest) = newest {
            out.text("LastAuthenticatedEntity", &newest.by.arn);
            out.text("LastAuthenticatedRegion", &newest.region);
        }
        let entities: BTreeSet<&str> = accesses.iter().map(|access| access.by.id.as_str()).collect();
        out.int("TotalAuthenticatedEntities", i64::try_from(entities.len()).unwrap_or(i64::MAX));
    })?;
    Ok(unchanged())
}

/// GetServiceLastAccessedDetailsWithEntities.
///
/// # Errors
/// As IAM.
pub fn with_entities(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let job = Job::find(call)?;
    job.head(out);
    let mut newest: BTreeMap<String, Access> = BTreeMap::new();
    for access in services(call, &job.arn).remove(call.text("ServiceNamespace")).unwrap_or_default() {
        let known = newest.get(&access.by.id).is_some_and(|known| known.at >= access.at);
        if !known {
            newest.insert(access.by.id.clone(), access);
        }
    }
    let accesses: Vec<Access> = newest.into_values().collect();
    call.page_of(
        &accesses,
        "EntityDetailsList",
        |access| access.by.id.clone(),
        out,
        |out, access| {
            out.structure("EntityInfo", |out| {
                out.text("Arn", &access.by.arn);
                out.text("Name", &access.by.name);
                out.text("Type", access.by.kind);
                out.text("Id", &access.by.id);
                out.text("Path", &access.by.path);
            });
            out.instant("LastAuthenticated", access.at);
        },
    )?;
    Ok(unchanged())
}

impl Job {
    /// A random-looking UUID: seconds, granularity, digest.
    fn id(&self, call: &Call<'_>) -> String {
        let seconds = u32::try_from(self.at.0).unwrap_or_default().to_be_bytes();
        let about =
            format!("{}\n{}\n{}\n{}", call.account_id(), call.who.user_id(), self.arn, self.by_action);
        let sum = digest(&SHA256, &[about.as_bytes(), &seconds].concat());
        let hex: String = seconds.iter().chain(sum.as_ref()).map(|byte| format!("{byte:02x}")).collect();
        let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
        let level = if self.by_action { "a" } else { "b" };
        format!("{}-{}-4{}-{level}{}-{}", part(0..8), part(8..12), part(12..15), part(15..18), part(18..30))
    }

    /// The job of the id that the request names: the same principal must have asked for it.
    fn find(call: &Call<'_>) -> Result<Job, Fault> {
        let id = call.text("JobId");
        let seconds = id.get(..8).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let at = Instant(seconds.map_or(i64::MIN, i64::from));
        let is_kept = (0..KEPT).contains(&call.now.0.saturating_sub(at.0));
        let by_action = id.get(19..20) == Some("a");
        let of = |arn: String| Job { arn, by_action, at };
        let mut jobs = candidates(call).into_iter().map(of);
        let found = jobs.find(|job| is_kept && job.id(call) == id);
        found.ok_or_else(|| no_such(format!("Job {id} does not exist.")))
    }

    fn head(&self, out: &mut Writer) {
        out.text("JobStatus", "COMPLETED");
        out.instant("JobCreationDate", self.at);
        out.instant("JobCompletionDate", self.at);
    }
}

/// ARNs of everything that a report can be about.
fn candidates(call: &Call<'_>) -> Vec<String> {
    let (account, partition) = (&call.account, call.partition());
    let mut arns: Vec<String> = account.users.all().iter().map(|user| user.arn(partition)).collect();
    arns.extend(account.groups.all().iter().map(|group| group.arn(partition)));
    arns.extend(account.roles.all().iter().map(|role| role.arn(partition)));
    arns.extend(account.policies.all().iter().map(|policy| policy.arn(partition)));
    let aws = call.view.account("aws").map(|aws| aws.policies.all()).unwrap_or_default();
    arns.extend(aws.iter().map(|policy| policy.arn(partition)));
    arns
}

/// Services that the entity's policies name, and those that were used, with their uses.
fn services(call: &Call<'_>, arn: &str) -> BTreeMap<String, Vec<Access>> {
    let mut services: BTreeMap<String, Vec<Access>> = BTreeMap::new();
    let principal = Principal::of(call, arn).ok();
    let documents: Vec<String> = match (&principal, managed_policy(call.view, arn)) {
        (Some(principal), _) => principal.policies(call).into_iter().map(|source| source.document).collect(),
        (None, Some(policy)) => {
            policy.default_version().map(|version| version.document.clone()).into_iter().collect()
        }
        (None, None) => Vec::new(),
    };
    for document in documents {
        let policy = Policy::from_text(&document);
        let allows = policy.statements.iter().filter(|statement| statement.effect == Some(Effect::Allow));
        let named = allows.flat_map(namespaces).filter(|name| !name.contains(['*', '?']));
        for name in named.map(str::to_ascii_lowercase) {
            services.entry(name).or_default();
        }
    }
    for user in users(call, principal.as_ref(), arn) {
        let by = Rc::new(Entity {
            kind: "USER",
            arn: user.arn(call.partition()),
            name: user.name.clone(),
            id: user.id.clone(),
            path: user.path.clone(),
        });
        for key in call.account.access_keys_of(&user.id) {
            if let Some(used) = call.desk.uses.of_key(&key) {
                let newest = ServiceUse { at: used.at, region: used.region };
                add(&mut services, &by, [(used.service, newest)].into_iter().chain(used.services));
            }
        }
    }
    for role in roles(call, principal.as_ref(), arn) {
        let by = Rc::new(Entity {
            kind: "ROLE",
            arn: role.arn(call.partition()),
            name: role.name.clone(),
            id: role.id.clone(),
            path: role.path.clone(),
        });
        let used = call.desk.uses.of_role(&role);
        add(&mut services, &by, used.into_iter().flat_map(|used| used.services));
    }
    services
}

fn add(
    services: &mut BTreeMap<String, Vec<Access>>,
    by: &Rc<Entity>,
    uses: impl Iterator<Item = (String, ServiceUse)>,
) {
    for (service, ServiceUse { at, region }) in uses {
        services.entry(service).or_default().push(Access { at, region, by: by.clone() });
    }
}

/// The users that a report is about: of a group its members, of a policy those to whom it is attached.
fn users(call: &Call<'_>, principal: Option<&Principal>, arn: &str) -> Vec<Shared<User>> {
    match principal {
        Some(Principal::User(user)) => vec![user.clone()],
        Some(Principal::Group(group)) => {
            group.members.iter().filter_map(|id| call.view.user_by_id(id)).collect()
        }
        Some(Principal::Role(_)) => Vec::new(),
        None => {
            let found = attached(call, arn, Kind::User);
            found.into_iter().filter_map(|name| call.account.users.find(&name)).collect()
        }
    }
}

/// The roles that a report is about: of a policy those to which it is attached.
fn roles(call: &Call<'_>, principal: Option<&Principal>, arn: &str) -> Vec<Shared<Role>> {
    match principal {
        Some(Principal::Role(role)) => vec![role.clone()],
        Some(_) => Vec::new(),
        None => {
            let found = attached(call, arn, Kind::Role);
            found.into_iter().filter_map(|name| call.account.roles.find(&name)).collect()
        }
    }
}

/// Names of what a policy is attached to.
fn attached(call: &Call<'_>, arn: &str, kind: Kind) -> Vec<String> {
    let referrers = call.account.attachments(arn).into_iter().filter(|referrer| referrer.kind == kind);
    referrers.map(|referrer| referrer.name).collect()
}
