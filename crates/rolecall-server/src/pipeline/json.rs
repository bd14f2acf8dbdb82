//! Signed calls of JSON services: input, constraints, permission, operation, record.

use rolecall_state::store::CommitError;
use rolecall_wire::constraint;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::http::Answer;
use rolecall_wire::json;
use rolecall_wire::operation::Operation;
use rolecall_wire::query::Params;
use rolecall_wire::service::{Protocol, Service};
use serde_json::{Map, Value};

use super::{Asked, TRIES, limits_of_session, not_offered, store_fault};
use crate::authenticate::Signature;
use crate::json_call::JsonCall;
use crate::json_operations::{self, Row};
use crate::{admin, eks_auth, id};

impl Asked<'_> {
    pub(super) async fn signed_json(&self, signature: &Signature) -> Result<Answer, Fault> {
        let input = self.input();
        let result = match &input {
            Ok(input) => {
                self.permitted_json(signature, input).await.map_err(|fault| self.about(fault, input))
            }
            Err(fault) => {
                self.desk.metrics.refused("parameters");
                Err(fault.clone())
            }
        };
        let event_id = id::uuid(self.desk.random.as_ref());
        let frame = self.frame(&signature.region, &signature.who.account, &event_id);
        let empty = Map::new();
        let input = input.as_ref().unwrap_or(&empty);
        let record = frame.json(signature.who.identity(), input, result.as_ref());
        self.keep(&record).await?;
        result.map(|output| answer(self.operation, &output))
    }

    fn input(&self) -> Result<Map<String, Value>, Fault> {
        let query = Params::read(self.request.head.query, b"")?;
        json::read(self.operation, &self.labels, &query, self.request.body)
    }

    /// EKS's errors name the cluster that the call was about (reference eks.md §1).
    fn about(&self, fault: Fault, input: &Map<String, Value>) -> Fault {
        let named = ["clusterName", "name"].iter().find_map(|member| input.get(*member)?.as_str());
        match named {
            Some(name) if self.operation.service == Service::Eks && fault.cluster.is_none() => {
                fault.about_cluster(name)
            }
            _ => fault,
        }
    }

    async fn permitted_json(
        &self,
        signature: &Signature,
        input: &Map<String, Value>,
    ) -> Result<Value, Fault> {
        let (operation, metrics) = (self.operation, &self.desk.metrics);
        limits_of_session(signature, operation).inspect_err(|_| metrics.refused("permission"))?;
        if operation.service == Service::EksAuth {
            self.constrain(input)?;
            return self.exchange_pod_token(&self.json_call(signature, input)?).await;
        }
        if admin::is_effect(operation) {
            self.constrain(input)?;
            let call = self.json_call(signature, input)?;
            call.allow(&operation.action(), "*", &call.context(&json_operations::any(&call)))
                .inspect_err(|_| metrics.refused("permission"))?;
            return admin::run(&call).await.inspect_err(|_| metrics.refused("operation"));
        }
        let row = json_operations::find(operation.service, operation.name);
        let row = row.ok_or_else(|| not_offered(operation)).inspect_err(|_| metrics.refused("request"))?;
        (row.before)(input).inspect_err(|_| metrics.refused("parameters"))?;
        self.constrain(input)?;
        for _ in 0..TRIES {
            let done = self.run_json(row, &self.json_call(signature, input)?)?;
            match self.commit(done.changes).await {
                Ok(()) => return Ok(done.output),
                Err(CommitError::Conflict { .. }) => {}
                Err(CommitError::Store(error)) => {
                    metrics.refused("store");
                    return Err(store_fault(&error));
                }
            }
        }
        metrics.refused("store");
        Err(contended())
    }

    async fn exchange_pod_token(&self, call: &JsonCall<'_>) -> Result<Value, Fault> {
        let metrics = &self.desk.metrics;
        eks_auth::permitted(call).inspect_err(|_| metrics.refused("permission"))?;
        eks_auth::assume_role_for_pod_identity(call).await.inspect_err(|_| metrics.refused("operation"))
    }

    fn run_json(&self, row: &Row, call: &JsonCall<'_>) -> Result<crate::json_call::Done, Fault> {
        let metrics = &self.desk.metrics;
        let resource = (row.resource)(call);
        let mut context = call.context(&resource);
        (row.keys)(call, &mut context);
        call.allow(&self.operation.action(), &resource.arn, &context)
            .inspect_err(|_| metrics.refused("permission"))?;
        (row.run)(call).inspect_err(|_| metrics.refused("operation"))
    }

    /// EKS declares a code of its own for what its model does not admit (reference eks.md §1).
    fn constrain(&self, input: &Map<String, Value>) -> Result<(), Fault> {
        constraint::check_json(self.operation, input).map_err(|fault| {
            self.desk.metrics.refused("parameters");
            match (self.operation.service, fault.code) {
                (Service::Eks | Service::EksAuth, Code::ValidationError) => {
                    Fault { code: Code::InvalidParameterException, ..fault }
                }
                _ => fault,
            }
        })
    }

    fn json_call<'c>(
        &'c self,
        signature: &'c Signature,
        input: &'c Map<String, Value>,
    ) -> Result<JsonCall<'c>, Fault> {
        let view = self.desk.state.view();
        let account = view.account(&signature.who.account).ok_or_else(Fault::unknown_key)?;
        Ok(JsonCall {
            operation: self.operation,
            input,
            who: &signature.who,
            view,
            account,
            now: self.desk.clock.now(),
            random: self.desk.random.as_ref(),
            desk: self.desk,
            region: &signature.region,
            origin: &self.request.origin,
        })
    }
}

/// Others changed the same again and again. No error of these services says so; SDKs try again after this one.
fn contended() -> Fault {
    Fault::new(Code::ServiceUnavailable, "Others are changing the same at the same time. Try again.")
}

fn answer(operation: &Operation, output: &Value) -> Answer {
    let content_type = match operation.service.protocol() {
        Protocol::Json11 => "application/x-amz-json-1.1",
        Protocol::Query | Protocol::RestJson => "application/json",
    };
    Answer { status: 200, content_type, error_type: None, body: output.to_string().into_bytes() }
}
