//! The flags: those of amazon-eks-pod-identity-webhook with its defaults (reference eks.md §3.1), and our own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};
use rolecall_engine::inject::{Configuration, PodIdentity};

use super::instance;
use super::time::{duration, life};
use crate::commands::Failure;
use crate::commands::serve::log::Log;

/// Give pods of annotated service accounts their AWS role: the mutating admission webhook of IRSA.
///
/// Does to pods what the webhook of EKS does, and takes its flags. Certificates are made and renewed by itself, and the
/// API server is told whom to trust, unless --tls-cert and --tls-key are given. While the API server is away, the last
/// known service accounts are used. A pod is never refused.
///
/// With --review nothing is served: the files are read, and what would be answered is printed.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    pub injection: Injection,
    #[command(flatten)]
    pub serving: Serving,
    /// Print what would be answered to the pods of these files, and serve nothing; `-` is standard input.
    ///
    /// YAML or JSON: AdmissionReviews, Pods and whatever holds a pod template, with the ServiceAccounts and the ConfigMap
    /// that are to be known. For a review the answering review is printed, for a pod the JSON patch, a line each. Of a
    /// file named *.jsonl each line is a case of its own (docs/webhook-review.md).
    #[arg(long, alias = "dry-run", value_name = "FILE", num_args = 1..)]
    pub review: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  rolecall webhook --review pod.yaml serviceaccount.yaml
  kubectl get sa,deploy -n shop -o yaml | rolecall webhook --review -
  rolecall webhook --namespace eks --aws-default-region eu-west-1 --sts-regional-endpoint
  rolecall webhook --listen 127.0.0.1:8443 --cert-dir ./certs --kubeconfig ~/.kube/config";

const INJECTED: &str = "What pods get";
const CERTIFICATES: &str = "Certificates";

/// Flags that decide what pods get.
#[derive(Args, Clone, Debug)]
pub struct Injection {
    /// Prefix of the annotations.
    #[arg(long, value_name = "DOMAIN", default_value = "eks.amazonaws.com", help_heading = INJECTED)]
    pub annotation_prefix: String,
    /// Audience of tokens where no annotation says otherwise.
    #[arg(long, value_name = "AUDIENCE", default_value = "sts.amazonaws.com", help_heading = INJECTED)]
    pub token_audience: String,
    /// Life of tokens in seconds where no annotation says otherwise; at least 600.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400, help_heading = INJECTED)]
    pub token_expiration: i64,
    /// Where tokens are mounted.
    #[arg(long, value_name = "PATH", default_value = "/var/run/secrets/eks.amazonaws.com/serviceaccount", help_heading = INJECTED)]
    pub token_mount_path: String,
    /// AWS_REGION and AWS_DEFAULT_REGION of containers that have neither.
    #[arg(long, value_name = "REGION", default_value = "", hide_default_value = true, help_heading = INJECTED)]
    pub aws_default_region: String,
    /// Whether containers get AWS_STS_REGIONAL_ENDPOINTS=regional where no annotation says otherwise.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = ArgAction::Set, help_heading = INJECTED)]
    pub sts_regional_endpoint: bool,
    /// Whether annotations may hold a role's bare name; account and partition are the instance's, unless given.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = ArgAction::Set, help_heading = INJECTED)]
    pub compose_role_arn: bool,
    /// The account of bare role names.
    #[arg(long, value_name = "ACCOUNT", requires = "compose_role_arn", value_parser = account, help_heading = INJECTED)]
    pub compose_role_arn_account: Option<String>,
    /// The partition of bare role names, beside their account.
    #[arg(long, value_name = "PARTITION", default_value = "aws", help_heading = INJECTED)]
    pub compose_role_arn_partition: String,
    /// Audience of Pod Identity tokens.
    #[arg(long, value_name = "AUDIENCE", default_value = "pods.eks.amazonaws.com", help_heading = INJECTED)]
    pub container_credentials_audience: String,
    /// Where Pod Identity tokens are mounted.
    #[arg(long, value_name = "PATH", default_value = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount", help_heading = INJECTED)]
    pub container_credentials_token_mount_path: String,
    /// Volume of Pod Identity tokens.
    #[arg(long, value_name = "NAME", default_value = "eks-pod-identity-token", help_heading = INJECTED)]
    pub container_credentials_token_volume_name: String,
    /// File of Pod Identity tokens.
    #[arg(long, value_name = "FILE", default_value = "eks-pod-identity-token", help_heading = INJECTED)]
    pub container_credentials_token_path: String,
    /// AWS_CONTAINER_CREDENTIALS_FULL_URI of Pod Identity.
    #[arg(long, value_name = "URL", default_value = "http://169.254.170.23/v1/credentials", help_heading = INJECTED)]
    pub container_credentials_full_uri: String,
}

/// Flags of serving.
#[derive(Args, Clone, Debug)]
pub struct Serving {
    /// Port of reviews, on every address.
    #[arg(long, value_name = "PORT", default_value_t = 443)]
    pub port: u16,
    /// Where to take reviews, in place of --port.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Port of metrics and health, on every address.
    #[arg(long, value_name = "PORT", default_value_t = 9999)]
    pub metrics_port: u16,
    /// Where metrics and health are told, in place of --metrics-port.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<SocketAddr>,
    /// Whether the ConfigMap pod-identity-webhook of --namespace is watched for roles of service accounts.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = ArgAction::Set)]
    pub watch_config_map: bool,
    /// A file of service accounts with Pod Identity associations; watched.
    #[arg(long, value_name = "FILE")]
    pub watch_container_credentials_config: Option<PathBuf>,
    /// How long a pod waits for a service account that is not known yet.
    #[arg(long, value_name = "TIME", default_value = "100ms", value_parser = duration)]
    pub service_account_lookup_grace_period: Duration,
    /// Whether /debug/alpha/cache on the metrics port lists the service accounts with roles.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", action = ArgAction::Set)]
    pub enable_debugging_handlers: bool,
    /// Kubeconfig; KUBECONFIG, ~/.kube/config, or the pod's own account without it.
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig.
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// The API server, in place of the one that the kubeconfig names.
    #[arg(long, value_name = "URL")]
    pub kube_api: Option<String>,
    /// A certificate chain in PEM, leaf first; read again when it changes.
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = CERTIFICATES)]
    pub tls_cert: Option<PathBuf>,
    /// Its private key in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = CERTIFICATES)]
    pub tls_key: Option<PathBuf>,
    /// `false` serves /etc/webhook/certs/tls.crt and tls.key, as the webhook of EKS does.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = ArgAction::Set, help_heading = CERTIFICATES)]
    pub in_cluster: bool,
    /// Keep certificates in this folder in place of a Secret; ca.crt is what the API server is to trust.
    #[arg(long, value_name = "FOLDER", conflicts_with = "tls_cert", help_heading = CERTIFICATES)]
    pub cert_dir: Option<PathBuf>,
    /// The Secret that certificates are kept in.
    #[arg(long, value_name = "NAME", default_value = "pod-identity-webhook", help_heading = CERTIFICATES)]
    pub tls_secret: String,
    /// The Service in front of the webhook: its DNS names are those of the certificate.
    #[arg(long, value_name = "NAME", default_value = "pod-identity-webhook", help_heading = CERTIFICATES)]
    pub service_name: String,
    /// Namespace of webhook, Service, Secret and ConfigMap.
    #[arg(long, value_name = "NAME", default_value = "eks", help_heading = CERTIFICATES)]
    pub namespace: String,
    /// A further DNS name or address of the certificate; may be repeated.
    #[arg(long = "tls-name", value_name = "NAME", help_heading = CERTIFICATES)]
    pub tls_names: Vec<String>,
    /// The MutatingWebhookConfiguration whose caBundle is kept up to date; empty for none.
    #[arg(long, value_name = "NAME", default_value = "pod-identity-webhook", help_heading = CERTIFICATES)]
    pub webhook_configuration: String,
    /// Life of a certificate; it is renewed after two thirds of it.
    #[arg(long, value_name = "TIME", default_value = "720h", value_parser = life, help_heading = CERTIFICATES)]
    pub cert_duration: Duration,
    /// Life of the authority under which certificates are made; renewed likewise.
    #[arg(long, value_name = "TIME", default_value = "43800h", value_parser = life, help_heading = CERTIFICATES)]
    pub ca_duration: Duration,
    /// How long a new authority is published before it is used.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration, help_heading = CERTIFICATES)]
    pub ca_spread: Duration,
    /// How to log, on standard error.
    #[arg(long, value_enum, default_value_t = Log::Text)]
    pub log: Log,
    /// Taken and without effect: changes are seen as they are made.
    #[arg(long, hide = true, value_name = "TIME")]
    resync_period: Option<String>,
    /// Taken and without effect: everything is logged to standard error.
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    logtostderr: Option<String>,
    /// Taken and without effect.
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    alsologtostderr: Option<String>,
    /// Taken and without effect.
    #[arg(short = 'v', long = "v", hide = true, value_name = "LEVEL")]
    level: Option<String>,
}

impl Injection {
    /// What pods get. Account and partition of bare role names are those of the instance where `ask` allows to ask it.
    ///
    /// # Errors
    /// Where they are needed and not known.
    pub fn configuration(&self, ask: bool) -> Result<Configuration, Failure> {
        let compose_role_arn = match (self.compose_role_arn, &self.compose_role_arn_account) {
            (false, _) => None,
            (true, Some(account)) => Some((self.compose_role_arn_partition.clone(), account.clone())),
            (true, None) if ask => Some(instance::partition_and_account()?),
            (true, None) => {
                return Err(Failure::Unknown {
                    fact: "`--compose-role-arn` needs an account, and no instance is asked for it here"
                        .into(),
                    remedy: "give it with `--compose-role-arn-account`".into(),
                });
            }
        };
        Ok(Configuration {
            annotation_prefix: self.annotation_prefix.clone(),
            audience: self.token_audience.clone(),
            expiration: self.token_expiration.max(600),
            mount_path: self.token_mount_path.clone(),
            region: self.aws_default_region.clone(),
            regional_sts: self.sts_regional_endpoint,
            compose_role_arn,
            pod_identity: PodIdentity {
                audience: self.container_credentials_audience.clone(),
                mount_path: self.container_credentials_token_mount_path.clone(),
                volume_name: self.container_credentials_token_volume_name.clone(),
                token_path: self.container_credentials_token_path.clone(),
                full_uri: self.container_credentials_full_uri.clone(),
            },
        })
    }
}

impl Serving {
    /// Where reviews are taken.
    pub fn address(&self) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), self.port))
    }

    /// Where metrics are told.
    pub fn metrics_address(&self) -> SocketAddr {
        self.metrics_listen.unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), self.metrics_port))
    }

    /// Names of the certificate: those of the Service, of this machine where it is asked on it, and further ones.
    pub fn names(&self) -> Vec<String> {
        let (name, namespace) = (&self.service_name, &self.namespace);
        let mut names = vec![
            name.clone(),
            format!("{name}.{namespace}"),
            format!("{name}.{namespace}.svc"),
            format!("{name}.{namespace}.svc.cluster.local"),
        ];
        if self.address().ip().is_loopback() {
            names.extend(["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()]);
        }
        names.extend(self.tls_names.iter().cloned());
        names
    }
}

fn account(text: &str) -> Result<String, String> {
    match rolecall_model::arn::is_account(text) {
        true => Ok(text.to_owned()),
        false => Err("an account id is twelve digits".into()),
    }
}
