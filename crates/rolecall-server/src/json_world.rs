//! JSON services against a state in memory, for tests: input, constraints, permission, operation, commit.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use rolecall_model::instant::Instant;
use rolecall_state::entity::{Kept, User};
use rolecall_wire::constraint;
use rolecall_wire::fault::Fault;
use rolecall_wire::operation;
use rolecall_wire::service::Service;
use serde_json::{Map, Value};

use crate::call::{Changes, created};
use crate::clock;
use crate::config::Config;
use crate::desk::Desk;
use crate::json_call::{Done, JsonCall};
use crate::json_operations;
use crate::origin::Origin;
use crate::random::Seeded;
use crate::start;
use crate::who::{Actor, Who};

/// The account.
pub const ACCOUNT: &str = "111122223333";
/// 2026-03-01T12:00:00Z
pub const NOON: Instant = Instant(1_772_366_400);

/// A service with one account.
pub struct World {
    /// Runs what waits.
    pub runtime: tokio::runtime::Runtime,
    /// What calls share.
    pub desk: Arc<Desk>,
    /// The region that calls are signed for.
    pub region: &'static str,
}

impl World {
    /// An empty one.
    pub fn new() -> World {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let clock = Arc::new(clock::Set::at(NOON));
        let url = "http://127.0.0.1:8403".to_owned();
        let made = start::desk(Config::dev(0), url, clock, Arc::new(Seeded::new(11)));
        let desk = runtime.block_on(made).unwrap();
        World { runtime, desk, region: "eu-west-1" }
    }

    /// Calls as root, and gives the answer.
    pub fn call(&self, service: Service, name: &str, input: &Value) -> Result<Value, Fault> {
        self.call_as(Actor::Root, service, name, input)
    }

    /// Calls as somebody, and gives the answer.
    pub fn call_as(&self, actor: Actor, service: Service, name: &str, input: &Value) -> Result<Value, Fault> {
        let done = self.run(actor, service, name, input)?;
        if !done.changes.changes.is_empty() {
            self.commit(done.changes);
        }
        Ok(done.output)
    }

    /// A user with an inline policy.
    pub fn user(&self, policy: &str) -> Actor {
        let user = User {
            account: ACCOUNT.to_owned(),
            path: "/".to_owned(),
            name: "alice".to_owned(),
            id: "AIDAEXAMPLEEXAMPLEEXA".to_owned(),
            created: NOON,
            permissions_boundary: None,
            tags: Vec::new(),
            inline_policies: [("may".to_owned(), policy.to_owned())].into(),
            attached_policies: Vec::new(),
            password_last_used: None,
        };
        let name = user.name().into_owned();
        self.commit(created(user));
        Actor::User(self.desk.state.view().account(ACCOUNT).unwrap().users.get(&name).unwrap())
    }

    /// Writes changes.
    pub fn commit(&self, changes: Changes) {
        self.runtime.block_on(self.desk.state.commit(changes)).unwrap();
    }

    fn run(&self, actor: Actor, service: Service, name: &str, input: &Value) -> Result<Done, Fault> {
        let operation = operation::find(service, name).unwrap();
        let input: Map<String, Value> = input.as_object().cloned().unwrap();
        let row = json_operations::find(service, name).unwrap();
        (row.before)(&input)?;
        constraint::check_json(operation, &input)?;
        let who = self.desk.who(ACCOUNT, "test", actor, None);
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let origin = Origin { address, user_agent: "test", tls: None, host: "localhost" };
        let call = self.at(operation, &input, &who, &origin);
        let resource = (row.resource)(&call);
        let mut context = call.context(&resource);
        (row.keys)(&call, &mut context);
        call.allow(&operation.action(), &resource.arn, &context)?;
        (row.run)(&call)
    }

    fn at<'a>(
        &'a self,
        operation: &'static operation::Operation,
        input: &'a Map<String, Value>,
        who: &'a Who,
        origin: &'a Origin<'a>,
    ) -> JsonCall<'a> {
        let view = self.desk.state.view();
        JsonCall {
            operation,
            input,
            who,
            view,
            account: view.account(ACCOUNT).unwrap(),
            now: NOON,
            random: self.desk.random.as_ref(),
            desk: &self.desk,
            region: self.region,
            origin,
        }
    }
}
