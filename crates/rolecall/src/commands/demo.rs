//! `rolecall demo`: the classic failure from end to end, against a service in this process, by the real AWS SDK.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_iam::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_iam::operation::RequestId;
use clap::Args;
use rolecall_doctor::fix::edit::Edit;
use rolecall_doctor::report::diagnose;
use rolecall_server::config::Config;
use rolecall_server::issuer::{Algorithm, Wish};
use rolecall_server::running::Running;
use rolecall_server::{clock, random};
use rolecall_trail::ring::Query;
use tokio::runtime::Runtime;

use super::diagnose::Fixes;
use super::{Done, Failure};
use crate::exit::Exit;
use crate::output;

/// Play the classic failure: a 403, its cause, its fix, and the role assumed; in seconds, without an account.
///
/// A service of rolecall's own runs on a free port of this machine while it lasts; the calls are those of the unmodified
/// AWS SDK for Rust. Nothing is written to disk.
#[derive(Args)]
#[command(after_help = "Example:\n  rolecall demo")]
pub struct Arguments {}

const SUBJECT: &str = "system:serviceaccount:payments:api";
const ROLE: &str = "payments-api";
const NEXT: &str = "What to try next:
  rolecall diagnose -n NAMESPACE deploy/NAME   your own 403, from AWS and Kubernetes
  rolecall diagnose FOLDER                     the same, from what you have of it
  rolecall serve --dev                         this service, to play with
  rolecall token mint --sub alice              a token of its issuer";
/// How long the issuer may take to make its first key.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the command.
pub fn run(_: &Arguments) -> Done {
    let runtime = Runtime::new().map_err(|error| failed(&error))?;
    runtime.block_on(play())
}

async fn play() -> Done {
    let started = Instant::now();
    let service = Running::start(Config::dev(0), Arc::new(clock::System), Arc::new(random::System));
    let service = service.await.map_err(|error| failed(&error))?;
    let mut stage = Stage { step: 0 };
    stage.step(&format!("a service of your own at {}: STS, IAM and an OIDC issuer", service.url))?;
    let token = token(&service).await?;
    let scene = Scene::new(&service, token);
    scene.set(&mut stage).await?;
    let request_id = scene.refused(&mut stage).await?;
    let trust = explained(&service, &mut stage, &request_id)?;
    scene.mend(&mut stage, &trust).await?;
    scene.admitted(&mut stage).await?;
    record(&service, &mut stage)?;
    let mut out = anstream::stdout().lock();
    writeln!(out, "\ndone in {:.1} s. {NEXT}", started.elapsed().as_secs_f64())?;
    drop(out);
    service.stop().await;
    Ok(Exit::Fine)
}

/// Numbers the steps.
struct Stage {
    step: usize,
}

impl Stage {
    fn step(&mut self, text: &str) -> io::Result<()> {
        self.step += 1;
        let gap = if self.step == 1 { "" } else { "\n" };
        writeln!(anstream::stdout().lock(), "{gap}[{}] {text}", self.step)
    }

    fn line(text: &str) -> io::Result<()> {
        writeln!(anstream::stdout().lock(), "    {text}")
    }
}

/// The issuer's keys are made after the port listens.
async fn token(service: &Running) -> Result<String, Failure> {
    let wish = Wish {
        name: "cluster".into(),
        subject: SUBJECT.into(),
        audience: vec!["sts.amazonaws.com".into()],
        lifetime: 3600,
        claims: serde_json::Map::new(),
        algorithm: Algorithm::Rs256,
    };
    let desk = &service.desk;
    let began = Instant::now();
    loop {
        match desk.issuer.mint(&wish, desk.clock.now().0, desk.random.as_ref()) {
            Ok(token) => return Ok(token),
            Err(error) if began.elapsed() > PATIENCE => return Err(failed(&error)),
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

struct Scene {
    iam: aws_sdk_iam::Client,
    sts: aws_sdk_sts::Client,
    endpoint: String,
    issuer: String,
    provider: String,
    role: String,
    token: String,
}

impl Scene {
    fn new(service: &Running, token: String) -> Scene {
        let account = &service.desk.config.account;
        let issuer = service.desk.issuer.url("cluster");
        let name = issuer.split_once("://").map_or(issuer.as_str(), |(_, name)| name).to_owned();
        let root = Credentials::new("test", "test", None, None, "demo");
        let iam = aws_sdk_iam::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&service.url)
            .credentials_provider(root.clone())
            .build();
        Scene {
            iam: aws_sdk_iam::Client::from_conf(iam),
            sts: sts(&service.url, root),
            endpoint: service.url.clone(),
            provider: format!("arn:aws:iam::{account}:oidc-provider/{name}"),
            role: format!("arn:aws:iam::{account}:role/{ROLE}"),
            issuer,
            token,
        }
    }

    /// Provider and role, the role with the fault that half of all questions about this error have.
    async fn set(&self, stage: &mut Stage) -> Result<(), Failure> {
        stage.step("an OIDC provider and a role, as somebody in a hurry makes them")?;
        self.iam
            .create_open_id_connect_provider()
            .url(&self.issuer)
            .client_id_list("sts.amazonaws.com")
            .thumbprint_list("0".repeat(40))
            .send()
            .await
            .map_err(|error| failed(&error))?;
        let name = self.provider.split_once("oidc-provider/").map_or("", |(_, name)| name);
        let trust = format!(
            r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Effect": "Allow",
      "Principal": {{ "Federated": "{}" }},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {{
        "StringEquals": {{
          "{name}:aud": "sts.amazonaws.com",
          "{name}:sub": "system:serviceaccount:payments:*"
        }}
      }}
    }}
  ]
}}"#,
            self.provider
        );
        self.iam
            .create_role()
            .role_name(ROLE)
            .assume_role_policy_document(trust)
            .send()
            .await
            .map_err(|error| failed(&error))?;
        Stage::line(&format!("provider  {}", self.provider))?;
        Stage::line(&format!("role      {}", self.role))?;
        Ok(())
    }

    async fn exchange(
        &self,
    ) -> Result<
        aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityOutput,
        aws_sdk_sts::error::SdkError<
            aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError,
        >,
    > {
        let call = self.sts.assume_role_with_web_identity();
        call.role_arn(&self.role).role_session_name("api").web_identity_token(&self.token).send().await
    }

    async fn refused(&self, stage: &mut Stage) -> Result<String, Failure> {
        stage.step(&format!("the pod `payments/api` shows its token ({SUBJECT})"))?;
        let error = match self.exchange().await {
            Ok(_) => return Err(failed(&io::Error::other("the exchange was not refused"))),
            Err(error) => error,
        };
        let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or_default());
        Stage::line(&format!(
            "An error occurred ({code}) when calling AssumeRoleWithWebIdentity: {message}"
        ))?;
        Stage::line("That is all that AWS ever says.")?;
        error.request_id().map(str::to_owned).ok_or_else(|| failed(&error))
    }

    async fn mend(&self, stage: &mut Stage, trust: &str) -> Result<(), Failure> {
        stage.step("the smallest fix, applied: aws iam update-assume-role-policy")?;
        let call = self.iam.update_assume_role_policy().role_name(ROLE).policy_document(trust);
        call.send().await.map_err(|error| failed(&error))?;
        Ok(())
    }

    async fn admitted(&self, stage: &mut Stage) -> Result<(), Failure> {
        stage.step("the same token again")?;
        let output = self.exchange().await.map_err(|error| failed(&error))?;
        let keys = output.credentials().ok_or_else(|| failed(&io::Error::other("no credentials came")))?;
        let (id, secret, token) = (keys.access_key_id(), keys.secret_access_key(), keys.session_token());
        let session = Credentials::new(id, secret, Some(token.to_owned()), None, "demo");
        let whoami = sts(&self.endpoint, session).get_caller_identity().send().await;
        let whoami = whoami.map_err(|error| failed(&error))?;
        Stage::line(&format!("aws sts get-caller-identity: {}", whoami.arn().unwrap_or_default()))?;
        Ok(())
    }
}

fn sts(endpoint: &str, credentials: Credentials) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

/// Prints the diagnosis of the refusal and gives the trust policy that mends it.
fn explained(service: &Running, stage: &mut Stage, request_id: &str) -> Result<String, Failure> {
    stage.step(&format!("why: rolecall diagnose --event {request_id}\n"))?;
    let desk = &service.desk;
    let kept = desk.refusals.find(&desk.config.account, request_id);
    let kept = kept.ok_or_else(|| failed(&io::Error::other("the service kept no refusal")))?;
    let files: Vec<(String, Vec<u8>)> =
        kept.files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    let evidence = rolecall_collect::read_files(&files);
    let report = diagnose(&evidence);
    output::human::report(&report, Fixes::Diff)?;
    let edits = report.findings.first().and_then(|finding| finding.fixes.first()).map(|fix| &fix.edits);
    let trust = edits.into_iter().flatten().find_map(|edit| match edit {
        Edit::SetTrustPolicy(edit) => Some(edit.after.clone()),
        _ => None,
    });
    trust.ok_or_else(|| failed(&io::Error::other("the doctor offers no fix")))
}

/// Shows what the audit record says of both attempts.
fn record(service: &Running, stage: &mut Stage) -> io::Result<()> {
    stage.step("both attempts are on the record, as CloudTrail would show them")?;
    let desk = &service.desk;
    let found = desk.events.search(&Query {
        account: &desk.config.account,
        region: None,
        start: None,
        end: None,
        attribute: Some((rolecall_trail::ring::Attribute::EventName, "AssumeRoleWithWebIdentity")),
        before: None,
        limit: 2,
    });
    for entry in found.entries.iter().rev() {
        let Ok(record) = entry.record() else { continue };
        let outcome = record.error_code.as_deref().unwrap_or("granted");
        let subject = record.user_identity.user_name.as_deref().unwrap_or_default();
        Stage::line(&format!("{}  {}  {outcome:14}  {subject}", record.event_time, record.event_name))?;
    }
    Ok(())
}

fn failed(error: &(dyn std::error::Error + 'static)) -> Failure {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    Failure::Service { source: text.into(), remedy: None }
}
