//! What a simulation is about: policies with their names, who calls, what is known of the request.

use rolecall_engine::authorize::{Caller, LayerKind, Layers, Policies};
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;
use rolecall_wire::fault::Fault;

use super::request::{Request, readable};
use crate::call::Call;
use crate::iam::principal::Source;

/// A policy as results name it.
pub(super) struct Document {
    /// `SourcePolicyId`.
    pub id: String,
    /// The text, to which lines and columns refer.
    pub text: String,
    /// The text, read.
    pub policy: Policy,
}

impl Document {
    /// A policy of an entity. One that cannot be read is evaluated as it is in earnest.
    pub fn stored(source: Source) -> Document {
        let policy = Policy::from_text(&source.document);
        Document { id: source.name, text: source.document, policy }
    }

    /// A policy that the request gives.
    pub fn read(id: String, text: &str) -> Result<Document, Fault> {
        Ok(Document { id, text: text.to_owned(), policy: readable(text)? })
    }

    /// A list of policies that the request gives: `PolicyInputList.1`, `PolicyInputList.2` …
    pub fn given(call: &Call<'_>, name: &str) -> Result<Vec<Document>, Fault> {
        let texts = call.params.texts(name).into_iter().enumerate();
        texts.map(|(at, text)| Document::read(format!("{name}.{}", at + 1), text)).collect()
    }
}

/// Service control policies by level, the root first.
pub(super) fn organization_levels(call: &Call<'_>) -> Result<Vec<Vec<Policy>>, Fault> {
    let levels = call.params.list("OrderedOrganizationPolicyInputList");
    let level = |texts: Vec<&str>| texts.into_iter().map(readable).collect();
    levels.iter().map(|view| level(view.texts("ServiceControlPolicyInputList"))).collect()
}

/// A simulation, ready to be asked.
pub(super) struct Scenario {
    pub identity: Vec<Document>,
    pub boundary: Vec<Document>,
    pub resource: Vec<Document>,
    pub has_organization: bool,
    pub layers: Layers,
    pub caller: Caller,
    pub context: Context,
    /// The account that owns the resources.
    pub owner: String,
    pub is_cross_account: bool,
}

impl Scenario {
    pub fn new(
        call: &Call<'_>,
        request: &Request,
        caller: &str,
        context: Context,
        identity: Vec<Document>,
        boundary: Vec<Document>,
        levels: &[Vec<Policy>],
    ) -> Scenario {
        let policies = |documents: &[Document]| -> Vec<Policy> {
            documents.iter().map(|document| document.policy.clone()).collect()
        };
        let given = request.resource_policy.as_ref();
        let layers = Layers::compile(&Policies {
            identity: &policies(&identity),
            boundary: &policies(&boundary),
            scp: levels,
            resource: given.map(|document| &document.policy),
            ..Policies::default()
        })
        .with_own_always();
        let caller = Caller::from_arn(caller, None);
        let account = caller.account.clone().unwrap_or_else(|| call.account_id().to_owned());
        let owner = request.owner.clone().unwrap_or_else(|| account.clone());
        let copy = |document: &Document| Document {
            id: document.id.clone(),
            text: document.text.clone(),
            policy: document.policy.clone(),
        };
        Scenario {
            is_cross_account: owner != account,
            resource: given.map(copy).into_iter().collect(),
            has_organization: !levels.is_empty(),
            identity,
            boundary,
            layers,
            caller,
            context,
            owner,
        }
    }

    /// The documents of a layer, as its trace counts them; SCPs are never told of.
    pub fn documents(&self, kind: LayerKind) -> &[Document] {
        match kind {
            LayerKind::Identity => &self.identity,
            LayerKind::Boundary => &self.boundary,
            LayerKind::Resource => &self.resource,
            _ => &[],
        }
    }
}
