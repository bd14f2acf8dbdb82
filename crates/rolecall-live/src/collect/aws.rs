//! The plan's AWS side: who asks, the role and what hangs on it, the provider, the cluster.

use rolecall_model::arn::{Arn, parse_role_arn};

use super::{Plan, Registered};
use crate::aws::{self, Aws, Wanted};
use crate::desk::Side;
use crate::refusal::{Refusal, RefusalKind};
use crate::target::Target;

impl Plan<'_> {
    pub(super) async fn aws(&self) {
        let ask = |scope| async move {
            let made = self.desk.ask(Side::Aws, "AWS credentials", 1, aws::connection(&scope)).await;
            made.map(aws::connect)
        };
        if self.scope.role_profile.is_none() {
            let made = ask(self.scope.aws.clone()).await;
            tokio::join!(self.of_the_cluster(&made), self.of_the_role(&made));
            return;
        }
        let of_the_cluster = async { self.of_the_cluster(&ask(self.scope.aws.clone()).await).await };
        let of_the_role = async { self.of_the_role(&ask(self.scope.role_aws()).await).await };
        tokio::join!(of_the_cluster, of_the_role);
    }

    /// What lies in the cluster's account.
    async fn of_the_cluster(&self, made: &Result<Aws, Refusal>) {
        match made {
            Ok(aws) => {
                tokio::join!(self.eks(aws), self.associations(aws));
            }
            Err(_) => self.eks_issuer.set(None),
        }
    }

    /// What lies in the role's account.
    async fn of_the_role(&self, made: &Result<Aws, Refusal>) {
        let endpoint = match made {
            Ok(aws) => aws.connection.endpoint.clone(),
            Err(_) => aws::endpoint(&self.scope.aws),
        };
        if let Some(endpoint) = endpoint {
            let file = aws::printed(&serde_json::json!({ "EndpointUrl": endpoint }));
            self.desk.put("service.json", file);
        }
        match made {
            Ok(aws) => {
                tokio::join!(
                    self.identity(aws),
                    self.provider_list(aws),
                    self.role_and_what_hangs_on_it(aws),
                    self.second_role(aws),
                    self.provider(aws),
                );
            }
            Err(refusal) => self.without_role(refusal).await,
        }
    }

    async fn without_role(&self, refusal: &Refusal) {
        for stem in ["role", "providers", "provider", "identity-policies"] {
            self.desk.failed(stem, refusal);
        }
        self.caller.set(None);
        self.providers.set(None);
        self.provider.set(None);
        self.trust.set(None);
        self.role.set(self.wanted_role().await.map(|(arn, _)| arn));
    }

    async fn identity(&self, aws: &Aws) {
        let read = self.desk.ask(Side::Aws, "sts:GetCallerIdentity", 1, aws::identity(aws)).await;
        self.caller.set(read.ok());
    }

    async fn provider_list(&self, aws: &Aws) {
        let read = self.desk.ask(Side::Aws, "iam:ListOpenIDConnectProviders", 1, aws::providers(aws)).await;
        // The list is that of the caller's account: it says nothing where the role lives in another one.
        let foreign = self.foreign().await;
        if let Some(refusal) = foreign {
            self.providers.set(None);
            self.desk.failed("providers", &refusal);
            return;
        }
        match read {
            Ok((file, arns)) => {
                self.desk.put("providers.json", file);
                self.providers.set(Some(arns));
            }
            Err(refusal) => {
                self.desk.failed("providers", &refusal);
                self.providers.set(None);
            }
        }
    }

    async fn eks(&self, aws: &Aws) {
        let Some(cluster) = self.cluster.wait().await else { return self.eks_issuer.set(None) };
        let read = self.desk.ask(Side::Aws, "eks:DescribeCluster", 1, aws::cluster(aws, &cluster)).await;
        self.eks_issuer.set(read.as_ref().ok().and_then(|(_, issuer)| issuer.clone()));
        // Credentials of another account than the cluster's find no cluster of that name: that is not the cluster's absence.
        match read {
            Err(refusal) if refusal.kind == RefusalKind::NotFound => {
                let unread = Refusal::new(RefusalKind::Other, refusal.line)
                    .remedied("give `--profile` and `--region` of the cluster's account, or `cluster/NAME` beside the target");
                self.desk.trouble(Side::Aws, "eks:DescribeCluster", &unread);
            }
            read => self.desk.settle("cluster", "json", read.map(|(file, _)| file)),
        }
    }

    async fn associations(&self, aws: &Aws) {
        let (Some(cluster), Some(workload)) = (self.cluster.wait().await, self.workload.wait().await) else {
            return;
        };
        let (Some(namespace), Some(account)) = (self.namespace.wait().await, workload.account.as_deref())
        else {
            return;
        };
        let depth = workload.depth + 1;
        let read = aws::associations(self.desk, aws, &cluster, &namespace, account, depth).await;
        match read {
            // That the cluster is not found here says nothing of its associations.
            Err(refusal) if refusal.kind == RefusalKind::NotFound => {}
            read => self.desk.settle("association", "json", read),
        }
    }

    /// The role that is asked for: as the user names it, else as the pod or the annotation does; with the number of calls it
    /// took to know.
    async fn wanted_role(&self) -> Option<(String, usize)> {
        let named = self.target(|target| match target {
            Target::Role(name) => Some(name.clone()),
            _ => None,
        });
        if named.is_some() {
            return named.map(|name| (name, 0));
        }
        let workload = self.workload.wait().await?;
        let depth = workload.depth;
        // What is wrong about blanks around it, the doctor says; which role is meant is plain.
        Some((workload.role?.trim().to_owned(), depth))
    }

    async fn role_and_what_hangs_on_it(&self, aws: &Aws) {
        let Some((role, depth)) = self.wanted_role().await else {
            self.role.set(None);
            return self.trust.set(None);
        };
        let name = match parse_role_arn(&role) {
            Ok(arn) => arn.role_name().unwrap_or_default().to_owned(),
            // A bare name is the user's; a malformed annotation names no role that could be read.
            Err(_) if !role.contains(':') && !role.contains('/') => role.clone(),
            Err(_) => {
                self.role.set(Some(role));
                return self.trust.set(None);
            }
        };
        let read = self.desk.ask(Side::Aws, "iam:GetRole", depth + 1, aws::role(aws, &name)).await;
        let arn = match &read {
            Ok(read) if !role.contains(':') => read.arn.clone(),
            _ => role.clone(),
        };
        self.role.set(Some(arn.clone()));
        if let Some(refusal) = self.foreign().await {
            self.trust.set(None);
            self.desk.trouble(Side::Aws, "iam:GetRole", &refusal);
            return self.desk.failed("role", &refusal);
        }
        let boundary = read.as_ref().ok().and_then(|read| read.boundary.clone());
        let there = read.is_ok();
        self.trust.set(read.as_ref().ok().map(|read| read.trust.clone()));
        self.desk.settle("role", "json", read.map(|read| read.file));
        let policies = async {
            if there {
                aws::policies(self.desk, aws, &name, boundary.as_deref(), depth + 2).await;
            }
        };
        tokio::join!(policies, self.trail(aws, &arn, depth + 2));
    }

    /// The role that a session of the first one was refused, where it is another one of the account of these credentials.
    async fn second_role(&self, aws: &Aws) {
        let Some(second) = self.scope.second_role.as_deref().and_then(Arn::parse) else { return };
        let Some(name) = second.role_name() else { return };
        let own = self.caller.wait().await.is_some_and(|(account, _)| account == second.account);
        let Some((first, depth)) = self.wanted_role().await.filter(|_| own) else { return };
        if first.rsplit('/').next() == Some(name) {
            return;
        }
        let depth = depth.max(1) + 1;
        let read = self.desk.ask(Side::Aws, "iam:GetRole", depth, aws::role(aws, name)).await;
        if let Ok(read) = read {
            self.desk.put("chained-role.json", read.file);
        }
    }

    /// Why nothing that is read of the role's account is the role's, where the credentials are of another account. Also
    /// where the caller's account is not known: NoSuchEntity of an unknown account would say nothing.
    async fn foreign(&self) -> Option<Refusal> {
        let role = self.role.wait().await?;
        let wanted = Arn::parse(&role).map(|arn| arn.account)?;
        let Some((account, _)) = self.caller.wait().await else {
            return Some(Refusal::new(
                RefusalKind::Other,
                "it is not known of which account these credentials are",
            ));
        };
        (account != wanted).then(|| {
            Refusal::new(
                RefusalKind::Other,
                format!("the role is in account {wanted}, and these credentials are of account {account}"),
            )
            .remedied(format!("name a profile of account {wanted} with `--role-profile`; `--profile` stays that of the cluster"))
        })
    }

    async fn trail(&self, aws: &Aws, role: &str, depth: usize) {
        let Some(within) = self.scope.trail else { return };
        let workload = self.workload.wait().await.unwrap_or_default();
        let subject = match (self.namespace.wait().await, workload.account) {
            (Some(namespace), Some(account)) => Some(format!("system:serviceaccount:{namespace}:{account}")),
            _ => None,
        };
        let wanted = Wanted { role, subject: subject.as_deref(), within, region: workload.region.as_deref() };
        let read =
            self.desk.ask(Side::Aws, "cloudtrail:LookupEvents", depth, aws::events(aws, &wanted)).await;
        if let Ok(Some(file)) = read {
            self.desk.put("cloudtrail.json", file);
        }
    }

    /// The provider of the issuer, or the one that the trust policy names.
    async fn provider(&self, aws: &Aws) {
        let Some((arn, depth)) = self.chosen().await else { return self.provider.set(None) };
        let read =
            self.desk.ask(Side::Aws, "iam:GetOpenIDConnectProvider", depth, aws::detail(aws, &arn)).await;
        let thumbprints = read.as_ref().map(|read| read.thumbprints.clone()).unwrap_or_default();
        self.provider.set(Some(Registered { arn, thumbprints, depth }));
        self.desk.settle("provider", "json", read.map(|read| read.file));
    }

    /// Its ARN, and the place of the call that reads it.
    async fn chosen(&self) -> Option<(String, usize)> {
        let listed = self.providers.wait().await?;
        let issuer = match self.eks_issuer.wait().await {
            Some(issuer) => Some(issuer),
            None => self.api_issuer.wait().await,
        };
        if let Some(arn) = aws::choose(&listed, issuer.as_deref(), None) {
            return Some((arn, 2));
        }
        let depth = self.workload.wait().await.map_or(0, |workload| workload.depth) + 2;
        aws::choose(&listed, None, self.trust.wait().await.as_deref()).map(|arn| (arn, depth))
    }
}
