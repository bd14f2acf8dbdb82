//! The plan's third side: what the issuer publishes.

use rolecall_model::arn::Arn;

use super::Plan;
use crate::issuer::{Wanted, published};

impl Plan<'_> {
    /// Fetches discovery document and keys. The address comes from EKS, from the API server that the user named, or from
    /// the account's own list of providers: never from a policy or a token alone.
    pub(super) async fn issuer(&self) {
        let of_cluster = match self.eks_issuer.wait().await {
            Some(issuer) => Some(issuer),
            None => self.api_issuer.wait().await,
        };
        // Which certificates count, the provider says.
        let registered = self.provider.wait().await;
        let name = registered
            .as_ref()
            .and_then(|provider| Arn::parse(&provider.arn)?.oidc_provider().map(str::to_owned));
        let of_provider = name.map(|name| format!("https://{name}"));
        let own = match (&of_cluster, &of_provider) {
            (Some(cluster), Some(provider)) => cluster == provider,
            _ => true,
        };
        let Some(url) = of_cluster.or(of_provider) else { return };
        let depth = registered.as_ref().map_or(1, |provider| provider.depth) + 1;
        let thumbprints = registered.filter(|_| own).map(|provider| provider.thumbprints).unwrap_or_default();
        let wanted = Wanted { url, thumbprints, depth, local: self.scope.local_issuers };
        published(self.desk, &wanted).await;
    }
}
