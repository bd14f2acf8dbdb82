//! `--probe`: a real token and one real exchange, by consent, beside our own verdict.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use rolecall_apply::probe::{Answer, Bearer, exchange, file, token};
use rolecall_doctor::conclusion::Conclusion;
use rolecall_doctor::finding::Severity;
use rolecall_doctor::link::Link;
use rolecall_doctor::report::{Report, diagnose};
use rolecall_live::refusal::Refusal;
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::secret::Secret;

use super::Failure;
use super::live::{LiveFlags, runtime};
use super::target::{ReadTargets, Targets};
use crate::output;

/// Flags of the probe.
#[derive(Args, Clone, Debug, Default)]
pub struct ProbeFlags {
    /// Ask AWS itself: get a short-lived token of the service account and exchange it once. Token and credentials stay in
    /// memory; CloudTrail will show the attempt.
    #[arg(long, help_heading = "Live targets")]
    probe: bool,
    /// A token to exchange in place of the service account's own.
    #[arg(long, value_name = "FILE", requires = "probe", help_heading = "Live targets")]
    token_file: Option<PathBuf>,
}

/// What AWS answered, and what we would have.
pub struct Probed {
    answer: Answer,
    ours: Option<bool>,
}

/// Where no pod says which audience its token has: what the webhook gives.
const AUDIENCE: &str = "sts.amazonaws.com";

impl ProbeFlags {
    /// Probes, if the user says so; the answer becomes evidence. That no answer can be had is said and changes nothing.
    ///
    /// # Errors
    /// Where the token file cannot be read.
    pub fn run(
        &self,
        targets: &Targets,
        flags: &LiveFlags,
        read: &mut ReadTargets,
    ) -> Result<Option<Probed>, Failure> {
        if !self.probe {
            return Ok(None);
        }
        let given = match &self.token_file {
            Some(path) => Some(Secret::new(fs::read_to_string(path).map_err(|error| Failure::Read {
                name: path.display().to_string(),
                source: Box::new(error),
            })?)),
            None => None,
        };
        match self.ask(targets, flags, read, given) {
            Ok((token, answer)) => Ok(Some(taken_in(read, &token, answer))),
            Err(refusal) => {
                output::human::trouble("the probe", &refusal.line, refusal.remedy.as_deref());
                Ok(None)
            }
        }
    }

    fn ask(
        &self,
        targets: &Targets,
        flags: &LiveFlags,
        read: &ReadTargets,
        given: Option<Secret<String>>,
    ) -> Result<(Secret<String>, Answer), Refusal> {
        use rolecall_live::refusal::RefusalKind;
        let seen = read.collected.as_ref().map(|collected| collected.seen.clone()).unwrap_or_default();
        let missing = |what: &str, remedy: &str| {
            Refusal::new(RefusalKind::Other, format!("{what} is not known")).remedied(remedy)
        };
        let role = seen
            .role
            .ok_or_else(|| missing("the role", "name it beside the workload: its ARN, or role/NAME"))?;
        let scope = flags.scope(targets.live(flags));
        let runtime = runtime().map_err(|error| Refusal::new(RefusalKind::Other, error.to_string()))?;
        let token = match given {
            Some(token) => token,
            None => {
                let (Some(namespace), Some(account)) = (&seen.namespace, &seen.service_account) else {
                    return Err(missing(
                        "the service account",
                        "name a workload, or bring a token with `--token-file`",
                    ));
                };
                let audience = audience(&read.evidence);
                let bearer = Bearer { namespace, account, pod: seen.pod.as_deref(), audience: &audience };
                runtime.block_on(token(&scope.kubernetes, &bearer))?
            }
        };
        let region =
            flags.region.clone().or_else(|| region(&read.evidence)).unwrap_or_else(|| "us-east-1".into());
        let answer = runtime.block_on(exchange(&scope.role_aws(), &region, &role, &token))?;
        Ok((token, answer))
    }
}

/// The audience of the token that the pod's volume asks for.
fn audience(evidence: &Evidence) -> String {
    let pod = evidence.pod.pod.present();
    let volumes =
        pod.iter().flat_map(|pod| &pod.volumes).filter(|volume| volume.name.value == "aws-iam-token");
    let found = volumes.flat_map(|volume| &volume.tokens).find_map(|token| token.audience.as_ref());
    found.map_or_else(|| AUDIENCE.to_owned(), |audience| audience.value.clone())
}

/// The region that the pod is told.
fn region(evidence: &Evidence) -> Option<String> {
    let containers = evidence.pod.pod.present().into_iter().flat_map(|pod| &pod.containers);
    let variable =
        containers.flat_map(|container| container.env("AWS_REGION")).find_map(|one| one.value.as_ref());
    variable.map(|text| text.value.clone()).or_else(|| std::env::var("AWS_REGION").ok())
}

/// What we would say of this very token, and then the evidence with the answer in it.
fn taken_in(read: &mut ReadTargets, token: &Secret<String>, answer: Answer) -> Probed {
    let mut files: Vec<_> = read
        .files
        .iter()
        .filter(|(name, _)| {
            !matches!(name.as_str(), "cloudtrail.json" | "error.txt" | "caller-identity.json")
        })
        .cloned()
        .collect();
    // The token was made after the clock was looked at.
    for (_, text) in files.iter_mut().filter(|(name, _)| name == "now.txt") {
        *text = format!("{}\n", rolecall_live::now());
    }
    files.push(("token.txt".into(), token.expose().clone()));
    let ours = verdict(&diagnose(&rolecall_live::evidence(&files)));
    files.push(file(&answer));
    read.evidence = rolecall_live::evidence(&files);
    // Whether STS reaches the issuer, it alone knows: what is fetched from here does not contradict it.
    let seen = &read.evidence.attempt.observations;
    let ours = ours.filter(|_| !seen.iter().any(|seen| is_about_the_issuer(&seen.symptom)));
    match &answer {
        Answer::Admitted { arn } => output::human::note(&format!("AWS admitted the probe, as {arn}")),
        Answer::Refused { line } => output::human::note(&format!("AWS refused the probe: {line}")),
    }
    Probed { answer, ours }
}

fn is_about_the_issuer(symptom: &Symptom) -> bool {
    matches!(symptom, Symptom::KeyNotRetrieved | Symptom::IdpCommunication | Symptom::ThumbprintMismatch)
}

/// Whether STS admits, by our verdict; none where we do not decide. What fails before STS is asked, or after it has
/// answered, says nothing of its answer.
fn verdict(report: &Report<'_>) -> Option<bool> {
    let error = report.findings.iter().find(|finding| finding.severity == Severity::Error);
    let of_sts =
        |link: Link| matches!(link, Link::Token | Link::Issuer | Link::Provider | Link::Role | Link::Trust);
    match (report.conclusion, error.and_then(|finding| Link::of_slug(finding.cause))) {
        (Conclusion::Admitted, _) => Some(true),
        (Conclusion::Refused, Some(link)) if of_sts(link) => Some(false),
        _ => None,
    }
}

impl Probed {
    /// Says so in the report where AWS's answer is another one than ours.
    pub fn settle(&self, report: &mut Report<'_>) {
        let theirs = matches!(self.answer, Answer::Admitted { .. });
        match (self.ours, theirs) {
            (Some(true), false) => {
                report.conclusion = Conclusion::Disagreement;
                report.summary = "AWS refused the probe, and everything that was read admits this caller: something that was not read decides".into();
            }
            (Some(false), true) => {
                report.conclusion = Conclusion::Disagreement;
                report.summary =
                    "AWS admitted the probe, and by what was read it should refuse this caller".into();
            }
            _ => {}
        }
    }
}
