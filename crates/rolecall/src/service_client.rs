//! Calls to a running service's administration: signed as the AWS CLI signs, answered in JSON 1.1.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use rolecall_live::scope::AwsScope;
use rolecall_live::{authorities, aws};
use rolecall_model::instant::Instant;
use rolecall_model::secret::Secret;
use rolecall_wire::http::Head;
use rolecall_wire::percent;
use rolecall_wire::service::Service;
use rolecall_wire::sigv4::{Credentials, sign};
use serde_json::Value;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::commands::Failure;
use crate::commands::live::runtime;

/// Where the service is, and who asks.
#[derive(Args, Clone, Debug)]
pub struct Endpoint {
    /// The service; else AWS_ENDPOINT_URL, else http://127.0.0.1:8403.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
}

/// Bytes of an answer that are read at most.
const ANSWER: u64 = 16 * 1024 * 1024;
const START: &str = "start it with `rolecall serve --dev`, or name another with `--endpoint-url`";
const BELIEVE: &str =
    "let AWS_CA_BUNDLE name its certificate, DATA/tls-certificate.pem where it made its own";
const WHO: &str = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say who asks, or a file by AWS_SHARED_CREDENTIALS_FILE, \
                   such as root's, DATA/root-credentials; without them it is `test` and `test`";
/// Variables that say that the configuration files are meant.
const FILES: [&str; 3] = ["AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"];
const DEFAULT: &str = "http://127.0.0.1:8403";

impl Endpoint {
    /// The service at a URL; none means the one that the environment names.
    pub fn at(endpoint_url: Option<String>) -> Self {
        Self { endpoint_url }
    }

    /// The service's URL, without a slash at the end.
    pub fn url(&self) -> String {
        let given = self.endpoint_url.clone().or_else(|| variable("AWS_ENDPOINT_URL"));
        given.unwrap_or_else(|| DEFAULT.to_owned()).trim_end_matches('/').to_owned()
    }

    /// Calls an operation of administration.
    ///
    /// # Errors
    /// Where the service is not reached, or refuses.
    pub fn call(&self, operation: &str, input: &Value) -> Result<Value, Failure> {
        let prefix = Service::Rolecall.target_prefixes().first().copied().unwrap_or_default();
        let headers = [
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", format!("{prefix}{operation}")),
        ];
        self.send(Service::Rolecall, &headers, &input.to_string())
    }

    /// Calls an operation of IAM, and gives its result.
    ///
    /// # Errors
    /// Where the service is not reached, or refuses.
    pub fn iam(&self, operation: &str, parameters: &[(&str, &str)]) -> Result<Value, Failure> {
        let mut body = format!("Action={operation}&Version={}", Service::Iam.api_version());
        for (name, value) in parameters {
            let _ = write!(body, "&{name}={}", percent::encode(value));
        }
        let headers = [
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("accept", "application/json".to_owned()),
        ];
        let mut answer = self.send(Service::Iam, &headers, &body)?;
        let mut inner = |name: String| answer.get_mut(name).map(Value::take).map(|inner| answer = inner);
        inner(format!("{operation}Response"));
        inner(format!("{operation}Result"));
        Ok(answer)
    }

    fn send(&self, service: Service, headers: &[(&str, String)], body: &str) -> Result<Value, Failure> {
        let url = self.url();
        let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
        let mut signed: Vec<(&str, &[u8])> = vec![("host", host.as_bytes())];
        signed.extend(headers.iter().map(|(name, value)| (*name, value.as_bytes())));
        let head = Head { method: "POST", path: "/", query: "", headers: &signed };
        let (credentials, region) = caller()?;
        let name = service.signing_name();
        let signature = sign(&head, body.as_bytes(), &credentials, now(), &region, name);
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .http_status_as_error(false)
            .proxy(None)
            .tls_config(tls()?)
            .build()
            .into();
        let mut request = agent.post(format!("{url}/"));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        for (name, value) in &signature {
            request = request.header(*name, value.as_str());
        }
        let failed = |source: ureq::Error| {
            let said = source.to_string();
            let remedy = if said.contains("certificate") { BELIEVE } else { START };
            Failure::Service {
                source: format!("the service at `{url}` does not answer: {said}").into(),
                remedy: Some(remedy.to_owned()),
            }
        };
        let mut response = request.send(body.as_bytes()).map_err(failed)?;
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(ANSWER).read_to_string().map_err(failed)?;
        let answer: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status == 200 {
            return Ok(answer);
        }
        // Query services put the error into an object of its own.
        let error = answer.get("Error").unwrap_or(&answer);
        let member = |names: &[&str]| {
            let found = names.iter().find_map(|name| error.get(*name)?.as_str());
            found.unwrap_or_default().to_owned()
        };
        let (code, said) = (member(&["__type", "Code"]), member(&["message", "Message"]));
        Err(Failure::Service {
            source: format!("the service refuses ({status} {code}): {said}").into(),
            remedy: (status == 403 || text.contains("UnrecognizedClient")).then(|| WHO.to_owned()),
        })
    }
}

/// Believes whom `AWS_CA_BUNDLE` names, as the AWS CLI does; else the system's authorities.
fn tls() -> Result<TlsConfig, Failure> {
    let bundle = authorities::of_environment()
        .map_err(|refusal| Failure::Service { source: refusal.line.into(), remedy: refusal.remedy })?;
    let roots = match &bundle {
        Some(bundle) => bundle.certificates.iter().map(|der| Certificate::from_der(der).to_owned()).into(),
        None => RootCerts::PlatformVerifier,
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build())
}

/// Who asks and in which region, as the AWS CLI finds it; but keys that lie in the usual files belong to AWS itself, so files
/// are looked at only where a variable names them, and without any the credentials are those of `--dev`.
fn caller() -> Result<(Credentials, String), Failure> {
    let runtime = runtime()?;
    let region = runtime.block_on(aws::region(&AwsScope::default()));
    let credentials = match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => Credentials {
            access_key_id: id,
            secret: Secret::new(secret),
            token: variable("AWS_SESSION_TOKEN").map(Secret::new),
        },
        _ if FILES.iter().any(|name| variable(name).is_some()) => {
            let found = runtime.block_on(aws::credentials_of_profile());
            let found = found.map_err(|refusal| Failure::Service {
                source: refusal.line.into(),
                remedy: refusal.remedy.or_else(|| Some(WHO.to_owned())),
            })?;
            Credentials {
                access_key_id: found.access_key_id().to_owned(),
                secret: Secret::new(found.secret_access_key().to_owned()),
                token: found.session_token().map(|token| Secret::new(token.to_owned())),
            }
        }
        _ => Credentials { access_key_id: "test".into(), secret: Secret::new("test".into()), token: None },
    };
    Ok((credentials, region))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Instant(since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
}
