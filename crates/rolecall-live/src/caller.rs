//! The caller's own side: which link of the credential chain an SDK would take, in which region, at which endpoint.
//!
//! Nothing is called: environment and configuration files tell. Orders: reference cli.md §1 and §7.

use std::collections::BTreeMap;

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::section::{EnvConfigSections, Profile};
use aws_runtime::env_config::source::load;
use aws_types::os_shim_internal::{Env, Fs};

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

struct Seen<'s> {
    variables: &'s Variables,
    /// `--profile` switches the variables of credentials off; `AWS_PROFILE` does not.
    explicit: bool,
    config: Option<&'s Profile>,
    credentials: Option<&'s Profile>,
    name: &'s str,
}

impl Seen<'_> {
    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn of_profile(&self, key: &str) -> Option<&str> {
        // Both files are one profile, the credentials file first.
        [self.credentials, self.config].into_iter().flatten().find_map(|profile| profile.get(key))
    }

    fn state(&self, source: Source) -> State {
        match source {
            Source::Environment => self.environment(),
            Source::AssumeRole => self.assume_role(),
            Source::WebIdentity => self.web_identity(),
            Source::Sso => self.sso(),
            Source::CredentialsFile => self.keys(self.credentials, "the credentials file"),
            Source::Login => self
                .of_profile("login_session")
                .map_or(State::Unset, |_| State::Set(format!("profile `{}` of `aws login`", self.name))),
            Source::Process => self.of_profile("credential_process").map_or(State::Unset, |_| {
                State::Set(format!("credential_process of profile `{}`", self.name))
            }),
            Source::ConfigFile => self.keys(self.config, "the configuration file"),
            Source::Container => self.container(),
            Source::Instance
                if self
                    .variable("AWS_EC2_METADATA_DISABLED")
                    .is_some_and(|value| value.eq_ignore_ascii_case("true")) =>
            {
                State::Unset
            }
            Source::Instance => State::Asked,
        }
    }

    fn environment(&self) -> State {
        if self.explicit {
            return State::Unset;
        }
        match (self.variable("AWS_ACCESS_KEY_ID"), self.variable("AWS_SECRET_ACCESS_KEY")) {
            (Some(id), Some(_)) => {
                let session =
                    if self.variable("AWS_SESSION_TOKEN").is_some() { ", with a session token" } else { "" };
                State::Set(format!("access key {id}{session}"))
            }
            (Some(_), None) => State::Half("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not".into()),
            (None, Some(_)) => State::Half("AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not".into()),
            (None, None) => State::Unset,
        }
    }

    fn assume_role(&self) -> State {
        let Some(role) = self.of_profile("role_arn") else { return State::Unset };
        if self.of_profile("web_identity_token_file").is_some() {
            return State::Unset;
        }
        match self.of_profile("source_profile").or(self.of_profile("credential_source")) {
            Some(from) => State::Set(format!("{role}, with the credentials of {from}")),
            None => State::Half(format!(
                "profile `{}` names role_arn, and neither source_profile nor credential_source",
                self.name
            )),
        }
    }

    fn web_identity(&self) -> State {
        let value = |name: &str, key: &str| {
            let variable = if self.explicit { None } else { self.variable(name) };
            variable.or_else(|| self.of_profile(key)).map(str::to_owned)
        };
        let file = value("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
        let role = value("AWS_ROLE_ARN", "role_arn");
        match (file, role) {
            (Some(file), Some(role)) => State::Set(format!("{role}, with the token in {file}")),
            (Some(file), None) => {
                State::Half(format!("there is a token file, {file}, and no role (AWS_ROLE_ARN)"))
            }
            (None, Some(role)) if self.variable("AWS_ROLE_ARN").is_some() && !self.explicit => {
                State::Half(format!("AWS_ROLE_ARN is {role}, and AWS_WEB_IDENTITY_TOKEN_FILE is not set"))
            }
            _ => State::Unset,
        }
    }

    fn sso(&self) -> State {
        let (session, account) = (
            self.of_profile("sso_session").or(self.of_profile("sso_start_url")),
            self.of_profile("sso_account_id"),
        );
        match (session, account, self.of_profile("sso_role_name")) {
            (Some(session), Some(account), Some(role)) => {
                State::Set(format!("{role} of account {account}, signed in by {session}"))
            }
            (None, None, None) => State::Unset,
            _ => State::Half(format!(
                "profile `{}` lacks one of sso_session, sso_account_id, sso_role_name",
                self.name
            )),
        }
    }

    fn keys(&self, profile: Option<&Profile>, file: &str) -> State {
        let Some(profile) = profile else { return State::Unset };
        match (profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")) {
            (Some(id), Some(_)) => {
                State::Set(format!("access key {id} of profile `{}` in {file}", self.name))
            }
            (None, None) => State::Unset,
            _ => State::Half(format!("profile `{}` in {file} has one half of an access key", self.name)),
        }
    }

    fn container(&self) -> State {
        if let Some(uri) = self.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            return State::Set(uri.to_owned());
        }
        let relative = self.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        relative.map_or(State::Unset, |path| State::Set(format!("http://169.254.170.2{path}")))
    }

    fn region(&self) -> Option<Setting> {
        let variable = variable(self.variables, &["AWS_REGION", "AWS_DEFAULT_REGION"]);
        let profile = self.of_profile("region").map(|region| Setting {
            value: region.to_owned(),
            from: format!("region of profile `{}`", self.name),
        });
        variable.or(profile)
    }

    fn endpoint(&self) -> Option<Setting> {
        if self
            .variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
        {
            return None;
        }
        let variable = variable(self.variables, &["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]);
        let profile = self.of_profile("endpoint_url").map(|url| Setting {
            value: url.to_owned(),
            from: format!("endpoint_url of profile `{}`", self.name),
        });
        variable.or(profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    async fn wins(pairs: &[(&str, &str)], profile: Option<&str>, sdk: Sdk) -> String {
        let caller = caller(&of(pairs), profile, sdk, false).await;
        caller.wins().map_or("nobody".into(), |link| match &link.state {
            State::Half(_) => format!("half {}", link.source.name()),
            _ => link.source.name().to_owned(),
        })
    }

    const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "x")];
    const WEB: [(&str, &str); 2] =
        [("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")];

    #[tokio::test]
    async fn who_wins() {
        let both = [KEYS, WEB].concat();
        assert_eq!(wins(&both, None, Sdk::Botocore).await, "env");
        assert_eq!(wins(&both, Some("x"), Sdk::Botocore).await, "nobody");
        assert_eq!(wins(&WEB, None, Sdk::Botocore).await, "assume-role-with-web-identity");
        assert_eq!(wins(&WEB[..1], None, Sdk::Botocore).await, "half assume-role-with-web-identity");
        assert_eq!(wins(&KEYS[..1], None, Sdk::JavaScript).await, "half env");
        let container = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials")];
        assert_eq!(
            wins(&[&WEB[..], &container].concat(), None, Sdk::Botocore).await,
            "assume-role-with-web-identity"
        );
        assert_eq!(wins(&container, None, Sdk::Botocore).await, "container-role");
        assert_eq!(wins(&[], None, Sdk::Botocore).await, "nobody");
    }

    #[tokio::test]
    async fn of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let (config, credentials) = (folder.path().join("config"), folder.path().join("credentials"));
        std::fs::write(&config, "[default]\nregion = eu-west-1\n[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\n[profile role]\nrole_arn = arn:aws:iam::111122223333:role/x\n[profile web]\nrole_arn = arn:aws:iam::111122223333:role/x\nweb_identity_token_file = /t\n").unwrap();
        std::fs::write(
            &credentials,
            "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n",
        )
        .unwrap();
        let files = [
            ("AWS_CONFIG_FILE", config.to_str().unwrap()),
            ("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().unwrap()),
        ];
        let table = [
            (None, "shared-credentials-file"),
            (Some("sso"), "half sso"),
            (Some("role"), "half assume-role"),
            (Some("web"), "assume-role-with-web-identity"),
        ];
        for (profile, wanted) in table {
            let found = caller(&of(&files), profile, Sdk::Botocore, true).await;
            let link = found.wins().unwrap();
            let half = if matches!(link.state, State::Half(_)) { "half " } else { "" };
            assert_eq!(format!("{half}{}", link.source.name()), wanted, "{profile:?}");
        }
        let found = caller(&of(&files), None, Sdk::Botocore, true).await;
        assert_eq!(found.region.unwrap().value, "eu-west-1");
    }
}
