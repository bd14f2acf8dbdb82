//! Operations of IAM against a state in memory, without network: parameters, constraints, operation, commit, bytes.

mod access_keys;
mod account;
mod groups;
mod instance_profiles;
mod paging;
mod permissions;
mod policies;
mod policy_documents;
mod providers;
mod races;
mod roles;
mod simulator;
mod tagging;
mod trust;
mod users;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use rolecall_model::instant::Instant;
use rolecall_state::store::CommitError;
use rolecall_wire::answer::{Format, Writer};
use rolecall_wire::constraint;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::operation;
use rolecall_wire::query::Params;
use rolecall_wire::service::Service;

use crate::call::{Call, Changes};
use crate::clock;
use crate::config::Config;
use crate::desk::Desk;
use crate::operations;
use crate::origin::Origin;
use crate::permission;
use crate::random::Seeded;
use crate::start;
use crate::who::{Actor, Who};

const ACCOUNT: &str = "111122223333";
/// 2026-03-01T12:00:00Z
const NOON: Instant = Instant(1_772_366_400);
const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

type Pairs<'a> = &'a [(&'a str, &'a str)];

/// A service with one account.
struct World {
    runtime: tokio::runtime::Runtime,
    desk: Arc<Desk>,
    /// What the next call finds fetched.
    thumbprint: Option<Result<String, Fault>>,
}

impl World {
    fn new() -> World {
        World::with(Config::dev(0))
    }

    fn with(config: Config) -> World {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let clock = Arc::new(clock::Set::at(NOON));
        let made = start::desk(config, "http://127.0.0.1".to_owned(), clock, Arc::new(Seeded::new(11)));
        let desk = runtime.block_on(made).unwrap();
        World { runtime, desk, thumbprint: None }
    }

    /// Calls as root.
    fn call(&self, name: &str, pairs: Pairs<'_>) -> Result<String, Fault> {
        self.call_as(Actor::Root, name, pairs)
    }

    /// Calls as a user.
    fn call_as_user(&self, user: &str, name: &str, pairs: Pairs<'_>) -> Result<String, Fault> {
        let account = self.desk.state.view().account(ACCOUNT).unwrap();
        self.call_as(Actor::User(account.users.get(user).unwrap()), name, pairs)
    }

    fn call_as(&self, actor: Actor, name: &str, pairs: Pairs<'_>) -> Result<String, Fault> {
        let (changes, body) = self.run(actor, name, pairs)?;
        if !changes.changes.is_empty() {
            self.commit(changes).unwrap();
        }
        Ok(body)
    }

    fn commit(&self, changes: Changes) -> Result<(), CommitError> {
        self.runtime.block_on(self.desk.state.commit(changes)).map(|_| ())
    }

    /// Runs an operation without writing its changes.
    fn run(&self, actor: Actor, name: &str, pairs: Pairs<'_>) -> Result<(Changes, String), Fault> {
        let operation = operation::find(Service::Iam, name).unwrap();
        let encoded: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", rolecall_wire::percent::encode(value)))
            .collect();
        let query = encoded.join("&");
        let params = Params::read(&query, b"")?;
        constraint::check(operation, &params)?;
        let who = Who {
            account: ACCOUNT.to_owned(),
            partition: "aws".to_owned(),
            access_key_id: "test".to_owned(),
            actor,
            session: None,
        };
        let row = operations::find(Service::Iam, operation.name).unwrap();
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let origin = Origin { address, user_agent: "test", tls: None, host: "localhost" };
        let view = self.desk.state.view();
        let call = Call {
            operation: operation.name,
            params: &params,
            who: &who,
            view,
            account: view.account(ACCOUNT).unwrap(),
            now: NOON,
            random: self.desk.random.as_ref(),
            desk: &self.desk,
            region: "us-east-1",
            origin: &origin,
            fetched_thumbprint: self.thumbprint.clone(),
        };
        let mut out = Writer::new(operation, Format::Xml);
        permission::check(&call, operation, row.target)?;
        let changes = (row.run)(&call, &mut out)?;
        Ok((changes, String::from_utf8(out.finish("id").body).unwrap()))
    }

    /// A call that succeeds; each fragment must be in the answer, one that begins with `!` must not.
    fn ok(&self, name: &str, pairs: Pairs<'_>, fragments: &[&str]) -> String {
        let body = self.call(name, pairs).unwrap_or_else(|fault| panic!("{name} {pairs:?}: {fault}"));
        holds(name, &body, fragments);
        body
    }

    /// A call that is refused.
    fn err(&self, name: &str, pairs: Pairs<'_>, code: Code, sentence: &str) {
        match self.call(name, pairs) {
            Ok(body) => panic!("{name} {pairs:?} gives {body}"),
            Err(fault) => assert_eq!((fault.code, &*fault.message), (code, sentence), "{name} {pairs:?}"),
        }
    }

    fn role(&self, name: &str) {
        self.ok("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", TRUST)], &[]);
    }

    fn user(&self, name: &str) {
        self.ok("CreateUser", &[("UserName", name)], &[]);
    }

    fn group(&self, name: &str) {
        self.ok("CreateGroup", &[("GroupName", name)], &[]);
    }

    /// Makes a managed policy and gives its ARN.
    fn policy(&self, name: &str) -> String {
        self.ok("CreatePolicy", &[("PolicyName", name), ("PolicyDocument", ALLOW)], &[]);
        format!("arn:aws:iam::{ACCOUNT}:policy/{name}")
    }
}

fn holds(name: &str, body: &str, fragments: &[&str]) {
    for fragment in fragments {
        match fragment.strip_prefix('!') {
            Some(absent) => assert!(!body.contains(absent), "{name}: {absent} in {body}"),
            None => assert!(body.contains(fragment), "{name}: no {fragment} in {body}"),
        }
    }
}

/// The text of the first element of a name.
fn text_of<'b>(body: &'b str, element: &str) -> &'b str {
    let (_, rest) = body.split_once(&format!("<{element}>")).unwrap_or_else(|| panic!("{element} in {body}"));
    rest.split_once('<').unwrap().0
}

#[test]
fn every_operation_of_the_wire_is_offered() {
    let missing: Vec<&str> = operation::of(Service::Iam)
        .filter(|operation| operations::find(Service::Iam, operation.name).is_none())
        .map(|operation| operation.name)
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
    let rows = crate::iam::operations::ROWS;
    let mut names: Vec<&str> = rows.iter().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len(), "a row stands twice");
}
