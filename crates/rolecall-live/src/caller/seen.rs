//! One process as its variables and its profile show it: each source of credentials by itself.

use aws_runtime::env_config::section::Profile;

use super::{Setting, Source, State, Variables, variable};

/// A process.
pub(super) struct Seen<'s> {
    pub variables: &'s Variables,
    /// `--profile` switches the variables of credentials off; `AWS_PROFILE` does not.
    pub explicit: bool,
    pub config: Option<&'s Profile>,
    pub credentials: Option<&'s Profile>,
    pub name: &'s str,
}

impl Seen<'_> {
    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn of_profile(&self, key: &str) -> Option<&str> {
        // Both files are one profile, the credentials file first.
        [self.credentials, self.config].into_iter().flatten().find_map(|profile| profile.get(key))
    }

    pub(super) fn state(&self, source: Source) -> State {
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

    pub(super) fn region(&self) -> Option<Setting> {
        let variable = variable(self.variables, &["AWS_REGION", "AWS_DEFAULT_REGION"]);
        let profile = self.of_profile("region").map(|region| Setting {
            value: region.to_owned(),
            from: format!("region of profile `{}`", self.name),
        });
        variable.or(profile)
    }

    pub(super) fn endpoint(&self) -> Option<Setting> {
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
