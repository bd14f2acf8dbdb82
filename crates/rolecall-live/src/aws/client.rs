//! Clients with the credentials, region and endpoint that the AWS CLI would use, each behind the guard.

use aws_config::BehaviorVersion;
use aws_config::Region;
use aws_config::SdkConfig;
use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_sdk_sts::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};

use super::failure::credentials_refusal;
use super::guard::Guard;
use crate::authorities;
use crate::refusal::{Refusal, RefusalKind};
use crate::scope::AwsScope;

/// Region where none is configured: IAM's and the global STS's.
const DEFAULT_REGION: &str = "us-east-1";

/// Configuration with credentials in hand.
#[derive(Clone, Debug)]
pub struct Connection {
    /// For making clients; credentials are resolved.
    pub config: SdkConfig,
    /// The region.
    pub region: String,
    /// Whether somebody chose the region.
    pub region_is_set: bool,
    /// Endpoint for messages, if one was given.
    pub endpoint: Option<String>,
}

/// Reading clients.
#[derive(Clone, Debug)]
pub struct Aws {
    /// STS
    pub sts: aws_sdk_sts::Client,
    /// IAM
    pub iam: aws_sdk_iam::Client,
    /// EKS
    pub eks: aws_sdk_eks::Client,
    /// CloudTrail
    pub trail: aws_sdk_cloudtrail::Client,
    /// The configuration they were made from.
    pub connection: Connection,
}

/// Resolves region, endpoint and credentials as the AWS CLI does. Credentials are resolved once, so that a failure is one.
///
/// # Errors
/// Where no credentials can be had; the remedy says what to do.
pub async fn connection(scope: &AwsScope) -> Result<Connection, Refusal> {
    let region = chosen_region(scope).await;
    let region_is_set = region.is_some();
    let region = region.unwrap_or_else(|| Region::from_static(DEFAULT_REGION));
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(region.clone());
    let http = authorities::of_environment()?.as_ref().and_then(authorities::client);
    if let Some(http) = &http {
        loader = loader.http_client(http.clone());
    }
    if let Some(profile) = &scope.profile {
        // As the AWS CLI: a profile that is named switches the variables of credentials off.
        let mut provider = ProviderConfig::without_region().with_region(Some(region.clone()));
        if let Some(http) = http {
            provider = provider.with_http_client(http);
        }
        let named =
            ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&provider).build();
        loader = loader.profile_name(profile).credentials_provider(named);
    }
    if let Some(url) = &scope.endpoint_url {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Refusal::new(RefusalKind::Other, format!("`{url}` is no endpoint URL"))
                .remedied("write it with its scheme, such as https://sts.eu-west-1.amazonaws.com"));
        }
        loader = loader.endpoint_url(url);
    }
    let config = loader.load().await;
    let endpoint = config.endpoint_url().map(str::to_owned);
    let provider = config
        .credentials_provider()
        .ok_or_else(|| Refusal::new(RefusalKind::Credentials, "Unable to locate credentials."))?;
    let credentials = provider
        .provide_credentials()
        .await
        .map_err(|error| credentials_refusal(&error, scope.profile.as_deref()))?;
    let config =
        config.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    Ok(Connection { config, region: region.to_string(), region_is_set, endpoint })
}

/// The region of a scope; that of IAM and the global STS where nobody chose one.
pub async fn region(scope: &AwsScope) -> String {
    chosen_region(scope).await.map_or_else(|| DEFAULT_REGION.to_owned(), |region| region.to_string())
}

/// Credentials of the profile that AWS_PROFILE names, else of the default one, from the files of AWS_CONFIG_FILE and
/// AWS_SHARED_CREDENTIALS_FILE or the usual ones. No variable of credentials is looked at, and no instance is asked.
///
/// # Errors
/// Where the profile has no credentials, or they cannot be had.
pub async fn credentials_of_profile() -> Result<Credentials, Refusal> {
    let provider = ProfileFileCredentialsProvider::builder().build();
    provider.provide_credentials().await.map_err(|error| credentials_refusal(&error, None))
}

/// The endpoint as far as option and environment tell, where there is no connection.
pub(crate) fn endpoint(scope: &AwsScope) -> Option<String> {
    let variable = || std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty());
    scope.endpoint_url.clone().or_else(variable)
}

/// Option, environment, profile; never the instance metadata service, which a laptop would wait for.
async fn chosen_region(scope: &AwsScope) -> Option<Region> {
    if let Some(region) = &scope.region {
        return Some(Region::new(region.clone()));
    }
    let environment = EnvironmentVariableRegionProvider::new().region().await;
    if environment.is_some() {
        return environment;
    }
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = &scope.profile {
        profile = profile.profile_name(name);
    }
    profile.build().region().await
}

/// Reading clients of a connection.
#[must_use]
pub fn connect(connection: Connection) -> Aws {
    let config = &connection.config;
    Aws {
        sts: aws_sdk_sts::Client::from_conf(
            aws_sdk_sts::config::Builder::from(config).interceptor(Guard::reading()).build(),
        ),
        iam: aws_sdk_iam::Client::from_conf(
            aws_sdk_iam::config::Builder::from(config).interceptor(Guard::reading()).build(),
        ),
        eks: aws_sdk_eks::Client::from_conf(
            aws_sdk_eks::config::Builder::from(config).interceptor(Guard::reading()).build(),
        ),
        trail: aws_sdk_cloudtrail::Client::from_conf(
            aws_sdk_cloudtrail::config::Builder::from(config).interceptor(Guard::reading()).build(),
        ),
        connection,
    }
}

impl Aws {
    /// EKS of another region, where a cluster's ARN names one.
    #[must_use]
    pub(crate) fn eks_of(&self, region: Option<&str>) -> aws_sdk_eks::Client {
        match region.filter(|region| *region != self.connection.region) {
            None => self.eks.clone(),
            Some(region) => {
                let config = aws_sdk_eks::config::Builder::from(&self.connection.config)
                    .region(Region::new(region.to_owned()))
                    .interceptor(Guard::reading());
                aws_sdk_eks::Client::from_conf(config.build())
            }
        }
    }

    /// CloudTrail of another region.
    #[must_use]
    pub(crate) fn trail_of(&self, region: Option<&str>) -> aws_sdk_cloudtrail::Client {
        match region.filter(|region| *region != self.connection.region) {
            None => self.trail.clone(),
            Some(region) => {
                let config = aws_sdk_cloudtrail::config::Builder::from(&self.connection.config)
                    .region(Region::new(region.to_owned()))
                    .interceptor(Guard::reading());
                aws_sdk_cloudtrail::Client::from_conf(config.build())
            }
        }
    }
}
