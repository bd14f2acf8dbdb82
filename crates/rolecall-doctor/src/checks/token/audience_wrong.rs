//! The token was minted for another audience than STS and the policy expect.
//!
//! ## What you see
//! `InvalidIdentityToken: Incorrect token audience` (400).
//!
//! ## Why
//! Provider and trust policy agree, and the token names somebody else: the pod's default token is meant for the API server,
//! a Pod Identity token for `pods.eks.amazonaws.com`, a GitHub token for the owner's URL unless the job asks for another
//! audience. The GitHub action asks for `sts.amazonaws.com` unless told otherwise, in China too.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` shows `aud`.
//!
//! ## How to mend it
//! Ask for the right audience: `audience:` of the action, the annotation `eks.amazonaws.com/audience`, the projected
//! volume's `audience`, `id_tokens: … aud:` in GitLab.
//!
//! ## Source
//! GitHub Docs, "OpenID Connect reference"; Kubernetes, "Configure Service Accounts for Pods"; reference sts.md §3.6.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::exchange::audience::{AudienceFault, audience_fault};
use crate::finding::{Finding, Safety, Severity};
use crate::fix::edit::Edit;
use crate::fix::workload::{annotate, restart};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.audience-wrong",
    title: "the token was minted for another audience than STS and the policy expect",
    severity: Severity::Error,
    reads: &[Link::Token, Link::Provider, Link::Trust, Link::Role, Link::ServiceAccount, Link::Pod],
    source: include_str!("audience_wrong.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let (fault, certainty) = audience_fault(case)?;
    if fault != AudienceFault::Token {
        return None;
    }
    let claims = case.token().claims.present();
    let several: Vec<_> = claims.map(|claims| claims.texts("aud")).unwrap_or_default();
    let listed: Vec<_> = case
        .provider()
        .detail
        .present()
        .and_then(|provider| provider.client_ids.as_ref())
        .into_iter()
        .flatten()
        .collect();
    let wanted = listed.first().map_or("sts.amazonaws.com", |id| id.value.as_str());
    let has: Vec<_> = several.iter().map(|audience| audience.value.as_str()).collect();
    let has = case.audience().map_or_else(|| has.join(", "), |audience| audience.text.value);
    let (title, why) = if has.is_empty() {
        (
            "the token is meant for another audience".to_owned(),
            "STS takes a token only if its audience is one of the provider's client ids. Provider and trust policy agree, \
             so the token, which was not read, is the odd one out.",
        )
    } else {
        (
            format!("the token is meant for `{has}`"),
            "STS takes a token only if its audience is one of the provider's client ids. Here the token is the odd one out.",
        )
    };
    let mut finding = Finding::new(&CHECK, certainty, title).because(why);
    let at = case.audience().map(|audience| audience.text.at).or(several.first().map(|text| text.at));
    if let Some(at) = at {
        finding = finding.differs(at, "minted for this audience", wanted, &has);
    }
    if let (None, Some(seen)) = (at, case.saw(|symptom| *symptom == Symptom::IncorrectAudience)) {
        finding = finding.at(seen.at, "STS's answer");
    }
    if let Some(id) = listed.first() {
        finding = finding.beside(id.at, "the provider takes this");
    }
    let title = format!("have the token minted for `{wanted}`");
    Some(match by_annotation(case, &has, wanted) {
        Some(edits) => finding.change(title, Safety::Review, edits),
        None => finding.fix(title, Safety::Review, &[]),
    })
}

/// What the webhook gives where no annotation asks for another audience.
const USUAL: &str = "sts.amazonaws.com";

/// Where it is the account's own annotation that asks for this audience: the right one in its place, and the pods anew.
fn by_annotation(case: &Case<'_>, has: &str, wanted: &str) -> Option<Vec<Edit>> {
    let account = case.used_account()?;
    let (prefix, _) = case.annotation()?.key.value.rsplit_once('/')?;
    let key = format!("{prefix}/audience");
    let mut pairs = account.annotations.iter().rev();
    pairs.find(|pair| pair.key.value == key).filter(|pair| pair.value.value == has)?;
    let edit = annotate(account, &key, (wanted != USUAL).then_some(wanted))?;
    Some([edit].into_iter().chain(restart(case)).collect())
}
