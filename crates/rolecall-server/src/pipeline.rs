//! The life of a request, in one sitting: parse, tell the operation, authenticate, check, authorize, run, record, answer.

mod json;

use std::time::Instant as Stopwatch;

use rolecall_issuer::provider::Provider;
use rolecall_state::change::Transaction;
use rolecall_state::store::{CommitError, StoreError};
use rolecall_trail::record::{Identity, Record};
use rolecall_trail::write::Expected;
use rolecall_wire::answer::{Format, Writer};
use rolecall_wire::constraint;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::http::{Answer, Head};
use rolecall_wire::operation::{self, Labels, Operation};
use rolecall_wire::query::Params;
use rolecall_wire::service::{Protocol, Service, told_from};

use crate::authenticate::{Signature, authenticate};
use crate::call::Call;
use crate::desk::Desk;
use crate::iam::oidc_provider::thumbprint_wanted;
use crate::metrics::CallLabels;
use crate::operations::{self, Row};
use crate::origin::Origin;
use crate::record::Frame;
use crate::sts::assume_role_with_web_identity as web_identity;
use crate::who::Actor;
use crate::{denial, id, permission};

/// How often an operation is run again because somebody else changed what it rests on.
const TRIES: usize = 16;
/// The region of calls whose signature names none.
const REGION: &str = "us-east-1";

/// A request, whole.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Everything but the body.
    pub head: Head<'a>,
    /// The body.
    pub body: &'a [u8],
    /// Where it came from.
    pub origin: Origin<'a>,
}

/// The answer to a request, and the id that goes with it.
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// The request id.
    pub request_id: String,
}

/// Answers a request of AWS's API. The audit record is durable before this returns.
pub async fn answer(desk: &Desk, request: &Request<'_>) -> Answered {
    let started = Stopwatch::now();
    let request_id = id::uuid(desk.random.as_ref());
    let format = Format::asked(&request.head);
    let told = tell(request);
    let (service, operation) = match &told {
        Ok((operation, ..)) => (operation.service, Some(*operation)),
        Err((service, _)) => (*service, None),
    };
    let result = match told {
        Ok((operation, labels, params)) => {
            let request_id = &request_id;
            let expected = desk.trail.expect();
            let call =
                Asked { desk, request, request_id, operation, labels, params: &params, format, expected };
            call.answer().await
        }
        Err((_, fault)) => {
            desk.metrics.refused("request");
            Err(fault)
        }
    };
    let code = result.as_ref().err().map_or("", |fault| fault.code.name(service));
    let answer = result.unwrap_or_else(|fault| fault.render(service, format, &request_id));
    let name = operation.map_or("", |operation| operation.name);
    let labels = CallLabels { service: service.signing_name(), operation: name, code };
    let seconds = started.elapsed().as_secs_f64();
    desk.metrics.call(&labels, seconds);
    tracing::info!(
        request_id,
        service = labels.service,
        operation = name,
        status = answer.status,
        code,
        seconds
    );
    Answered { answer, request_id }
}

/// Which operation is asked for, and with which parameters.
fn tell<'a>(request: &Request<'a>) -> Result<(&'static Operation, Labels, Params<'a>), (Service, Fault)> {
    let unknown = |fault| (Service::Sts, fault);
    let form =
        request.head.text("content-type").is_none_or(|kind| kind.starts_with("application/x-www-form"));
    let body: &[u8] = if form { request.body } else { b"" };
    let params = Params::read(request.head.query, body).map_err(unknown)?;
    let service = told_from(&request.head, &params).ok_or_else(|| unknown(Fault::undetermined()))?;
    let asked = operation::asked(service, &request.head, &params);
    let (operation, labels) = asked.map_err(|fault| (service, fault))?;
    Ok((operation, labels, params))
}

/// What running an operation came to.
enum Ran<'u> {
    /// It ran, and this is to be changed.
    Done(Transaction),
    /// It runs when the thumbprint of this issuer has been fetched.
    NeedsThumbprint(&'u str),
}

/// A request whose operation is known.
struct Asked<'a> {
    desk: &'a Desk,
    request: &'a Request<'a>,
    request_id: &'a str,
    operation: &'static Operation,
    /// What the path names.
    labels: Labels,
    params: &'a Params<'a>,
    format: Format,
    /// Until the record is appended.
    expected: Expected,
}

impl Asked<'_> {
    async fn answer(&self) -> Result<Answer, Fault> {
        let Asked { desk, request, operation, .. } = self;
        let signature = match authenticate(desk, operation.service, &request.head, request.body) {
            Ok(signature) => signature,
            Err(fault) => {
                desk.metrics.refused("signature");
                return Err(self.unauthenticated(fault).await);
            }
        };
        match signature {
            Some(signature) => self.signed(&signature).await,
            None if !operation.signed => self.unsigned(REGION).await,
            None => {
                desk.metrics.refused("signature");
                Err(self.unauthenticated(Fault::unsigned()).await)
            }
        }
    }

    /// Calls that show a token in place of a signature; whoever signs them all the same is not asked for permission.
    async fn unsigned(&self, region: &str) -> Result<Answer, Fault> {
        if self.operation.name != "AssumeRoleWithWebIdentity" {
            self.desk.metrics.refused("request");
            return Err(self.unauthenticated(not_offered(self.operation)).await);
        }
        let constrained = constraint::check(self.operation, self.params);
        if let Err(fault) = constrained {
            self.desk.metrics.refused("parameters");
            return Err(self.unauthenticated(fault).await);
        }
        self.exchange(region).await
    }

    async fn exchange(&self, region: &str) -> Result<Answer, Fault> {
        let Asked { desk, request, params, .. } = self;
        let exchange = web_identity::exchange(desk, params, &request.origin, region).await;
        let account = exchange.arn.as_ref().map_or("", |arn| arn.account.as_str());
        let event_id = id::uuid(desk.random.as_ref());
        let frame = self.frame(region, account, &event_id);
        let recorded = self.keep(&frame.exchange(&exchange, params)).await;
        let issued = match &exchange.outcome {
            Ok(issued) => issued,
            Err(refused) => {
                let explained = denial::keep(desk, &exchange, refused, params, &frame);
                recorded?;
                return Err(explained);
            }
        };
        // No credential leaves without its record.
        recorded?;
        let role = exchange.role.as_ref().ok_or_else(internal)?;
        desk.uses.assumed(role, region, desk.clock.now());
        let partition = exchange.arn.as_ref().map_or("aws", |arn| arn.partition.as_str());
        let mut out = Writer::new(self.operation, self.format);
        let session_name = params.get("RoleSessionName").unwrap_or_default();
        web_identity::write(&mut out, role, partition, session_name, issued);
        Ok(out.finish(self.request_id))
    }

    async fn signed(&self, signature: &Signature) -> Result<Answer, Fault> {
        if !self.operation.signed {
            return self.unsigned(&signature.region).await;
        }
        let (service, now) = (self.operation.service, self.desk.clock.now());
        self.desk.uses.signed(&signature.who, service, &signature.region, now);
        if self.operation.service.protocol() != Protocol::Query {
            return self.signed_json(signature).await;
        }
        let result = self.permitted(signature).await;
        let event_id = id::uuid(self.desk.random.as_ref());
        let frame = self.frame(&signature.region, &signature.who.account, &event_id);
        let identity = signature.who.identity();
        let record = frame.signed(identity, self.params, result.as_ref());
        self.keep(&record).await?;
        result
    }

    async fn permitted(&self, signature: &Signature) -> Result<Answer, Fault> {
        let Asked { operation, params, .. } = self;
        let metrics = &self.desk.metrics;
        limits_of_session(signature, operation).inspect_err(|_| metrics.refused("permission"))?;
        constraint::check(operation, params).inspect_err(|_| metrics.refused("parameters"))?;
        let row = operations::find(operation.service, operation.name);
        let row = row.ok_or_else(|| not_offered(operation)).inspect_err(|_| metrics.refused("request"))?;
        let mut thumbprint = None;
        for _ in 0..TRIES {
            let mut out = Writer::new(operation, self.format);
            let changes = match self.run(row, signature, &thumbprint, &mut out)? {
                Ran::Done(changes) => changes,
                Ran::NeedsThumbprint(url) => {
                    thumbprint = Some(self.fetch_thumbprint(url).await);
                    continue;
                }
            };
            match self.commit(changes).await {
                Ok(()) => return Ok(out.finish(self.request_id)),
                Err(CommitError::Conflict { .. }) => {}
                Err(CommitError::Store(error)) => {
                    metrics.refused("store");
                    return Err(store_fault(&error));
                }
            }
        }
        metrics.refused("store");
        Err(concurrent())
    }

    fn run(
        &self,
        row: &Row,
        signature: &Signature,
        thumbprint: &Option<Result<String, Fault>>,
        out: &mut Writer,
    ) -> Result<Ran<'_>, Fault> {
        let view = self.desk.state.view();
        let account = view.account(&signature.who.account).ok_or_else(Fault::unknown_key)?;
        let call = Call {
            operation: self.operation.name,
            fetched_thumbprint: thumbprint.clone(),
            params: self.params,
            who: &signature.who,
            view,
            account,
            now: self.desk.clock.now(),
            random: self.desk.random.as_ref(),
            desk: self.desk,
            region: &signature.region,
            origin: &self.request.origin,
        };
        let metrics = &self.desk.metrics;
        permission::check(&call, self.operation, row.target)
            .inspect_err(|_| metrics.refused("permission"))?;
        // Only somebody who may create the provider makes the service ask its issuer; without TLS there is nothing to ask for.
        let allow_local = self.desk.config.allow_local_issuers;
        match thumbprint_wanted(self.operation.name, self.params, allow_local) {
            Some(url) if thumbprint.is_none() && url.starts_with("https://") => Ok(Ran::NeedsThumbprint(url)),
            _ => (row.run)(&call, out).map(Ran::Done).inspect_err(|_| metrics.refused("operation")),
        }
    }

    /// The thumbprint that an issuer's certificates have now, or the sentence that IAM has where it cannot be had.
    async fn fetch_thumbprint(&self, url: &str) -> Result<String, Fault> {
        let provider = Provider::new(url, []);
        self.desk.fetcher.thumbprint(&provider).await.map(|thumbprint| thumbprint.to_string()).map_err(|error| {
            tracing::warn!(request_id = self.request_id, failure = error.chain(), "the thumbprint cannot be had");
            // The words of the API reference; the sentence on the wire is not recorded.
            let sentence = "The request failed because IAM cannot connect to the OpenID Connect identity provider URL.";
            Fault::new(Code::OpenIdIdpCommunicationError, sentence)
        })
    }

    async fn commit(&self, changes: Transaction) -> Result<(), CommitError> {
        if changes.changes.is_empty() {
            return Ok(());
        }
        self.desk.state.commit(changes).await.map(|_| ())
    }

    /// Records a call that nobody can be held to, and gives its fault back.
    async fn unauthenticated(&self, fault: Fault) -> Fault {
        let event_id = id::uuid(self.desk.random.as_ref());
        let frame = self.frame(REGION, "", &event_id);
        let record = frame.signed(Identity::unknown(), self.params, Err(&fault));
        match self.keep(&record).await {
            Ok(()) => fault,
            Err(fault) => fault,
        }
    }

    fn frame<'f>(&'f self, region: &'f str, account: &'f str, event_id: &'f str) -> Frame<'f> {
        Frame {
            operation: self.operation,
            now: self.desk.clock.now(),
            region,
            origin: &self.request.origin,
            request_id: self.request_id,
            event_id,
            account,
        }
    }

    /// Makes a record durable; only then is it found by whoever looks for events.
    async fn keep(&self, record: &Record) -> Result<(), Fault> {
        let json = record.to_json();
        let receipt = self.desk.trail.append(&json);
        self.expected.over();
        receipt.await.map_err(|error| {
            self.desk.metrics.refused("record");
            self.desk.metrics.records_lost.inc();
            tracing::error!(request_id = self.request_id, %error, "the audit record is not durable");
            Fault::new(
                Code::ServiceUnavailable,
                "The request cannot be recorded, and is not answered without a record.",
            )
        })?;
        if record.is_in_event_history() {
            self.desk.events.push(record, json);
        }
        Ok(())
    }
}

/// What temporary credentials may not do (reference sts.md §5.2, §5.3): those of GetFederationToken call neither IAM nor
/// STS, those of GetSessionToken without MFA no IAM and of STS only two operations.
fn limits_of_session(signature: &Signature, operation: &Operation) -> Result<(), Fault> {
    if signature.who.session.is_none() || operation.name == "GetCallerIdentity" {
        return Ok(());
    }
    let by_session_token = matches!(signature.who.actor, Actor::Root | Actor::User(_));
    let barred = match (&signature.who.actor, operation.service) {
        (Actor::Federated(..), Service::Iam | Service::Sts) => true,
        (_, Service::Iam) => by_session_token,
        (_, Service::Sts) => by_session_token && !GIVE_REASONS.contains(&operation.name),
        _ => false,
    };
    if barred { Err(Fault::unknown_key()) } else { Ok(()) }
}

/// Operations that sessions of GetSessionToken may call, or whose refusal has a sentence of its own.
const GIVE_REASONS: [&str; 3] = ["AssumeRole", "GetSessionToken", "GetFederationToken"];

fn not_offered(operation: &Operation) -> Fault {
    let sentence = format!(
        "{} is not offered by this service; see docs/differences.md for what is and why.",
        operation.name
    );
    Fault::new(Code::InvalidAction, sentence)
}

fn concurrent() -> Fault {
    Fault::new(
        Code::ConcurrentModification,
        "The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again.",
    )
}

fn internal() -> Fault {
    Fault::new(Code::InternalFailure, "We encountered an internal error. Please try again.")
}

/// What a caller is told of a store that fails; the log says the rest.
fn store_fault(error: &StoreError) -> Fault {
    tracing::error!(%error, "the change was not stored");
    match error {
        StoreError::TooLarge { .. } => Fault::new(Code::LimitExceeded, error.to_string()),
        StoreError::Full { .. } => {
            Fault::new(Code::ServiceUnavailable, "The disk of the service is full; nothing was changed.")
        }
        _ => Fault::new(Code::ServiceUnavailable, "The store of the service cannot be used."),
    }
}
