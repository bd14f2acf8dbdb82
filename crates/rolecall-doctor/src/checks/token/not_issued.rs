//! The platform issued no token.
//!
//! ## What you see
//! `Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable`, `Credentials could not be loaded`, `OIDC Token cannot be found`;
//! or a call signed by the runner's own role; or, where an empty token file is sent, a refusal by STS.
//!
//! ## Why
//! A CI platform makes a token only for a job that asks for one: GitHub with `permissions: id-token: write` (a block that
//! does not name it sets it to none; a called workflow gets no more than the calling job; pull requests from forks get
//! none), GitLab with `id_tokens` (`CI_JOB_JWT` is gone), Bitbucket with `oidc: true` in the step, CircleCI in jobs with a
//! context and on servers that are set up for it.
//!
//! ## How to tell
//! Print the name, never the value: `env | cut -d= -f1 | grep -i -e oidc -e id_token`.
//!
//! ## How to mend it
//! Ask for the token in the job that assumes the role.
//!
//! ## Source
//! GitHub documentation, "Configuring OpenID Connect in Amazon Web Services"; GitLab, Bitbucket and CircleCI documentation
//! on OpenID Connect.

use rolecall_model::document::At;
use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::evidence::workflow::Platform;

use crate::case::{Case, Phase};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::fix::edit::Edit;
use crate::fix::workflow::{Granted, grant};
use crate::link::Link;
use crate::pipeline::environment::{Gap, gap};
use crate::pipeline::{self, Refusal};

/// The check.
pub const CHECK: Check = Check {
    slug: "token.not-issued",
    title: "the platform issued no token",
    severity: Severity::Error,
    reads: &[Link::Workload, Link::Token, Link::Caller, Link::Role],
    source: include_str!("not_issued.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let told = told(case);
    let token = case.token();
    let issued = token.claims.present().is_some() || token.raw.present().is_some();
    if told.is_none() && (issued || matches!(case.phase(), Phase::After | Phase::Admitted)) {
        return None;
    }
    let environment = case.caller().environment.present();
    let refusal = pipeline::refusal(case.workflows(), environment);
    let gap = environment.and_then(gap);
    let certainty = certainty(case, told, refusal.as_ref(), gap.as_ref())?;
    let finding = Finding::new(&CHECK, certainty, title(refusal.as_ref(), gap.as_ref())).because(why(
        case,
        refusal.as_ref(),
        gap.as_ref(),
    ));
    let mut finding = with_places(case, finding, refusal.as_ref(), told, gap.as_ref());
    if let Some(signer) = case.signer() {
        finding = finding.beside(signer.arn.at, "without a token the client went on with this identity");
    }
    let grant = refusal.as_ref().and_then(|refusal| granting(case, refusal));
    let mend = refusal.map_or_else(|| mend(case), |refusal| refusal.mend);
    Some(match grant {
        Some(edit) => finding.change(mend, Safety::Review, vec![edit]),
        None => finding.fix(mend, Safety::ShowOnly, &[]),
    })
}

/// The edit of the workflow; none where its permissions are not written out, so that nobody knows what the job needs.
fn granting(case: &Case<'_>, refusal: &Refusal) -> Option<Edit> {
    let job = refusal.job.as_deref()?.to_owned();
    let workflow = case.workflows().iter().find(|workflow| workflow.document == refusal.at.document)?;
    let document = case.evidence().documents.get(workflow.document)?;
    let made = grant(&document.text, &workflow.node, &job).ok()?;
    matches!(made, Granted::By(_)).then(|| Edit::GrantIdToken { file: document.name.clone(), job })
}

/// Where it shows; the first that there is bears the caret.
fn with_places(
    case: &Case<'_>,
    mut finding: Finding,
    refusal: Option<&Refusal>,
    told: Option<At>,
    gap: Option<&Gap>,
) -> Finding {
    let mut places: Vec<(At, &str)> = Vec::new();
    places.extend(refusal.map(|refusal| (refusal.at, refusal.label.as_str())));
    places.extend(told.map(|at| (at, "the client says so")));
    places.extend(gap.map(|gap| match gap {
        Gap::Empty(variable) => (variable.at, "empty: the token file written from it is an empty line"),
        Gap::Missing(_, at) => (*at, "the platform's variables are here, and the token's is not among them"),
    }));
    let input = || case.workflows().iter().find_map(pipeline::role_input).map(|role| role.at);
    let role = refusal.map_or_else(input, |refusal| refusal.role);
    places.extend(role.map(|at| (at, "a token is needed here")));
    for (index, (at, label)) in places.into_iter().enumerate() {
        finding = if index == 0 { finding.at(at, label) } else { finding.beside(at, label) };
    }
    finding
}

/// The client's or the platform's own word that there is no token.
fn told(case: &Case<'_>) -> Option<At> {
    let seen = case.saw(|symptom| *symptom == Symptom::IdTokenNotIssued);
    // GitHub, when a called workflow asks for more than the calling job has.
    seen.map(|seen| seen.at).or_else(|| case.says("is only allowed 'id-token: none'"))
}

fn title(refusal: Option<&Refusal>, gap: Option<&Gap>) -> String {
    match (gap, refusal) {
        (Some(Gap::Empty(variable)), _) => format!("the job has no token: `{}` is empty", variable.value),
        (_, Some(_)) => "the job that assumes the role asks for no token".into(),
        (Some(Gap::Missing(name, _)), None) => {
            format!("the platform gave the job no token: there is no `{name}`")
        }
        (None, None) => "the platform gave the job no token".into(),
    }
}

fn certainty(
    case: &Case<'_>,
    told: Option<At>,
    refusal: Option<&Refusal>,
    gap: Option<&Gap>,
) -> Option<Certainty> {
    if told.is_some() {
        return Some(Certainty::Certain);
    }
    let empty = matches!(gap, Some(Gap::Empty(_)));
    let goes_on = refusal.is_some_and(|refusal| refusal.goes_on) || empty;
    let sure = refusal.is_some_and(|refusal| refusal.sure);
    match case.phase() {
        // An empty line was sent as token, and STS answered it.
        Phase::Exchange if goes_on && empty && sure => Some(Certainty::Certain),
        Phase::Exchange if goes_on && case.saw(from_nothing).is_some() => Some(Certainty::Likely),
        Phase::Exchange | Phase::After | Phase::Admitted => None,
        Phase::OtherIdentity => {
            // The machine's own role may be what was meant.
            let meant = case.trusted().is_none_or(|trusted| !trusted.federated.is_empty());
            (refusal.is_some() && meant).then_some(Certainty::Likely)
        }
        Phase::Before => before(case, sure, refusal.is_some() || gap.is_some()),
        Phase::Unclear | Phase::Unseen if refusal.is_some() || empty => {
            Some(if sure { Certainty::Likely } else { Certainty::Possible })
        }
        Phase::Unclear | Phase::Unseen => None,
    }
}

/// The client found nothing to sign with.
fn before(case: &Case<'_>, sure: bool, hinted: bool) -> Option<Certainty> {
    let silent = |symptom: &Symptom| {
        matches!(
            symptom,
            Symptom::NoCredentials
                | Symptom::ImdsAsked
                | Symptom::TokenFileEmpty
                | Symptom::TokenFileMissing { .. }
        )
    };
    case.saw(silent)?;
    match (sure, hinted) {
        (true, _) => Some(Certainty::Certain),
        (false, true) => Some(Certainty::Likely),
        // The workflow grants the token and names the role outright: a fork's run gets none all the same.
        (false, false) => {
            let mut workflows = case.workflows().iter();
            let named = workflows.any(|workflow| {
                workflow.platform == Platform::GitHub
                    && pipeline::role_input(workflow).is_some_and(|role| !role.value.contains("${{"))
            });
            named.then_some(if by_pull_request(case) { Certainty::Likely } else { Certainty::Possible })
        }
    }
}

/// Whether the run is one for a pull request: by the environment, or because the workflow runs for nothing else.
fn by_pull_request(case: &Case<'_>) -> bool {
    let environment = case.caller().environment.present();
    let event = environment.and_then(|environment| environment.get("GITHUB_EVENT_NAME"));
    match event {
        Some(event) => event.value == "pull_request",
        None => case.workflows().iter().any(pipeline::github::is_for_pull_requests),
    }
}

/// Answers of STS to a token that is an empty line.
fn from_nothing(symptom: &Symptom) -> bool {
    match symptom {
        Symptom::TrustDenied | Symptom::NotAJwt | Symptom::TokenNotValidated => true,
        Symptom::Validation { field, .. } => field.eq_ignore_ascii_case("webIdentityToken"),
        _ => false,
    }
}

fn why(case: &Case<'_>, refusal: Option<&Refusal>, gap: Option<&Gap>) -> String {
    let end = "AWS never saw a token, so provider and trust policy do not matter yet.";
    if let Some(refusal) = refusal {
        return format!("{} {end}", refusal.why);
    }
    let github = case.workflows().iter().filter(|workflow| workflow.platform == Platform::GitHub);
    if github.filter_map(pipeline::github::grant_of_id_token).next().is_some() {
        return format!(
            "The workflow grants `id-token: write`, yet the run got no token: runs for pull requests \
             from forks get none, \
             whatever the workflow says. {end}"
        );
    }
    let circle = case.workflows().iter().filter(|workflow| workflow.platform == Platform::CircleCi);
    if circle.filter_map(pipeline::circleci::context).next().is_some() {
        return format!(
            "The job has a context, which is what the message asks for, yet the platform set no token: \
             a CircleCI server \
             of one's own makes tokens only in releases that can, and once it is set up for them. {end}"
        );
    }
    match gap {
        Some(Gap::Missing(name, _)) => {
            format!("A job with a token has `{name}` in its environment, and this one has not. {end}")
        }
        _ => format!("A platform makes a token only for a job that asks for one. {end}"),
    }
}

fn mend(case: &Case<'_>) -> String {
    let set = |name: &str| {
        case.caller().environment.present().is_some_and(|environment| environment.get(name).is_some())
    };
    let on = |platform| case.workflows().iter().any(|workflow| workflow.platform == platform);
    if set("CIRCLECI") || on(Platform::CircleCi) {
        return "give the job a context; on a server of one's own, take a release with OpenID Connect \
                and set it up"
            .into();
    }
    let github = case.workflows().iter().filter(|workflow| workflow.platform == Platform::GitHub);
    if github.filter_map(pipeline::github::grant_of_id_token).next().is_some() {
        return "assume the role in a job that does not run for pull requests from forks: on a push, or after \
                the merge"
            .into();
    }
    if set("GITHUB_ACTIONS") || on(Platform::GitHub) {
        return "give the job `permissions: id-token: write`; for pull requests from forks, assume the \
                role in a job that runs after the merge"
            .into();
    }
    "ask the platform for an ID token in the job that assumes the role".into()
}
