//! The caller's own side: which link of the credential chain an SDK would take, in which region, at which endpoint.
//!
//! Nothing is called: environment and configuration files tell. Orders: reference cli.md §1 and §7.

mod seen;

use std::collections::BTreeMap;

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::section::EnvConfigSections;
use aws_runtime::env_config::source::load;
use aws_types::os_shim_internal::{Env, Fs};
use seen::Seen;

/// Variables of a process.
pub type Variables = BTreeMap<String, String>;

/// Whose order is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sdk {
    /// The AWS CLI and boto3.
    Botocore,
    /// The JavaScript SDK, version 3.
    JavaScript,
}

/// A source of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Access keys in variables.
    Environment,
    /// A profile with `role_arn` and where its own credentials come from.
    AssumeRole,
    /// A token file and a role.
    WebIdentity,
    /// A profile of IAM Identity Center.
    Sso,
    /// Access keys in the credentials file.
    CredentialsFile,
    /// A profile of `aws login`.
    Login,
    /// A profile with `credential_process`.
    Process,
    /// Access keys in the configuration file.
    ConfigFile,
    /// ECS, or EKS Pod Identity.
    Container,
    /// The instance metadata service.
    Instance,
}

const BOTOCORE: [Source; 10] = [
    Source::Environment,
    Source::AssumeRole,
    Source::WebIdentity,
    Source::Sso,
    Source::CredentialsFile,
    Source::Login,
    Source::Process,
    Source::ConfigFile,
    Source::Container,
    Source::Instance,
];

const JAVASCRIPT: [Source; 9] = [
    Source::Environment,
    Source::Sso,
    Source::AssumeRole,
    Source::CredentialsFile,
    Source::ConfigFile,
    Source::Process,
    Source::WebIdentity,
    Source::Container,
    Source::Instance,
];

impl Source {
    /// Its name, as botocore prints it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Source::Environment => "env",
            Source::AssumeRole => "assume-role",
            Source::WebIdentity => "assume-role-with-web-identity",
            Source::Sso => "sso",
            Source::CredentialsFile => "shared-credentials-file",
            Source::Login => "login",
            Source::Process => "custom-process",
            Source::ConfigFile => "config-file",
            Source::Container => "container-role",
            Source::Instance => "iam-role",
        }
    }
}

/// How a link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is set for it.
    Unset,
    /// It is set up.
    Set(String),
    /// Half of it is set up: an SDK stops here with an error, or passes on without a word.
    Half(String),
    /// Nobody knows without asking it.
    Asked,
}

/// A link of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its source.
    pub source: Source,
    /// How it stands.
    pub state: State,
}

/// A setting and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its value.
    pub value: String,
    /// The variable or the member of a profile.
    pub from: String,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The profile, and who names it.
    pub profile: Setting,
    /// The chain in the SDK's order.
    pub chain: Vec<Link>,
    /// The region.
    pub region: Option<Setting>,
    /// The endpoint of STS where it is not the region's own.
    pub endpoint: Option<Setting>,
    /// Why the configuration files could not be read.
    pub unread: Option<String>,
}

impl Caller {
    /// The link that an SDK takes: the first that is set, or half set.
    #[must_use]
    pub fn wins(&self) -> Option<&Link> {
        self.chain.iter().find(|link| matches!(link.state, State::Set(_) | State::Half(_)))
    }
}

/// Looks at variables, and at configuration files where `files` says that they are this machine's.
pub async fn caller(variables: &Variables, profile: Option<&str>, sdk: Sdk, files: bool) -> Caller {
    let named = profile
        .map(|name| Setting { value: name.to_owned(), from: "--profile".into() })
        .or_else(|| variable(variables, &["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]));
    let selected =
        named.unwrap_or_else(|| Setting { value: "default".into(), from: "nobody named one".into() });
    let config = sections(variables, EnvConfigFileKind::Config, files).await;
    let credentials = sections(variables, EnvConfigFileKind::Credentials, files).await;
    let unread = config.as_ref().err().or(credentials.as_ref().err()).cloned();
    let (config, credentials) = (config.unwrap_or_default(), credentials.unwrap_or_default());
    let seen = Seen {
        variables,
        explicit: profile.is_some(),
        config: config.get_profile(&selected.value),
        credentials: credentials.get_profile(&selected.value),
        name: &selected.value,
    };
    let order: &[Source] = match sdk {
        Sdk::Botocore => &BOTOCORE,
        Sdk::JavaScript => &JAVASCRIPT,
    };
    let chain = order.iter().map(|source| Link { source: *source, state: seen.state(*source) }).collect();
    Caller { region: seen.region(), endpoint: seen.endpoint(), chain, unread, profile: selected }
}

async fn sections(
    variables: &Variables,
    kind: EnvConfigFileKind,
    files: bool,
) -> Result<EnvConfigSections, String> {
    if !files {
        return Ok(EnvConfigSections::default());
    }
    let pairs: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let builder = EnvConfigFiles::builder();
    let wanted = match kind {
        EnvConfigFileKind::Config => builder.include_default_config_file(true),
        _ => builder.include_default_credentials_file(true),
    };
    let source = load(&Env::from_slice(&pairs), &Fs::real(), &wanted.build()).await;
    let source = source.map_err(|error| crate::refusal::chain(&error))?;
    EnvConfigSections::parse(source).map_err(|error| crate::refusal::chain(&error))
}

fn variable(variables: &Variables, names: &[&str]) -> Option<Setting> {
    names.iter().find_map(|name| {
        let value = variables.get(*name).filter(|value| !value.is_empty())?;
        Some(Setting { value: value.clone(), from: (*name).to_owned() })
    })
}

#[cfg(test)]
mod tests;
