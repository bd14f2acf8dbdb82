//! EKS: the cluster and its Pod Identity associations.

use rolecall_model::arn::Arn;
use serde_json::{Value, json};

use super::client::Aws;
use super::failure::refusal;
use super::json::{date, maybe, object, printed};
use crate::desk::{Desk, Side};
use crate::refusal::Refusal;

/// A cluster as it is named in a kubeconfig, an ARN or by the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClusterName {
    /// Its name.
    pub name: String,
    /// Its region, where the name tells.
    pub region: Option<String>,
}

impl ClusterName {
    /// Reads a name, an ARN, or what eksctl calls a context: `USER@NAME.REGION.eksctl.io`.
    pub(crate) fn parse(text: &str) -> ClusterName {
        if let Some(arn) = Arn::parse(text).filter(|arn| arn.service == "eks") {
            let name = arn.resource.strip_prefix("cluster/").unwrap_or(&arn.resource).to_owned();
            return ClusterName { name, region: Some(arn.region).filter(|region| !region.is_empty()) };
        }
        if let Some((name, region)) = text.strip_suffix(".eksctl.io").and_then(|rest| rest.rsplit_once('.')) {
            let name = name.rsplit('@').next().unwrap_or(name);
            return ClusterName { name: name.to_owned(), region: Some(region.to_owned()) };
        }
        ClusterName { name: text.to_owned(), region: None }
    }
}

/// `aws eks describe-cluster`: the file and the issuer.
pub(crate) async fn cluster(aws: &Aws, cluster: &ClusterName) -> Result<(String, Option<String>), Refusal> {
    let answer = aws.eks_of(cluster.region.as_deref()).describe_cluster().name(&cluster.name).send().await;
    let answer = answer.map_err(|error| refusal("DescribeCluster", &error))?;
    let Some(cluster) = answer.cluster() else {
        return Err(Refusal::new(
            crate::refusal::RefusalKind::Other,
            "DescribeCluster answered without a cluster",
        ));
    };
    let issuer = cluster.identity().and_then(|identity| identity.oidc()).and_then(|oidc| oidc.issuer());
    let value = object(vec![
        ("name", maybe(cluster.name())),
        ("arn", maybe(cluster.arn())),
        ("createdAt", date(cluster.created_at())),
        ("version", maybe(cluster.version())),
        ("endpoint", maybe(cluster.endpoint())),
        ("identity", issuer.map(|issuer| json!({"oidc": {"issuer": issuer}}))),
        ("status", cluster.status().map(|status| Value::from(status.as_str()))),
        ("platformVersion", maybe(cluster.platform_version())),
    ]);
    Ok((printed(&json!({ "cluster": value })), issuer.map(str::to_owned)))
}

/// `aws eks list-pod-identity-associations` for one account, each then described, since the list lacks the role.
pub(crate) async fn associations(
    desk: &Desk,
    aws: &Aws,
    cluster: &ClusterName,
    namespace: &str,
    account: &str,
    depth: usize,
) -> Result<String, Refusal> {
    let eks = aws.eks_of(cluster.region.as_deref());
    let ids = desk
        .ask(Side::Aws, "eks:ListPodIdentityAssociations", depth, async {
            let request = eks.list_pod_identity_associations().cluster_name(&cluster.name);
            let answer = request.namespace(namespace).service_account(account).send().await;
            let answer = answer.map_err(|error| refusal("ListPodIdentityAssociations", &error))?;
            let ids = answer.associations().iter().filter_map(|one| one.association_id());
            Ok(ids.map(str::to_owned).collect::<Vec<_>>())
        })
        .await?;
    let mut described = Vec::new();
    // One cluster has one association for one account at most.
    for id in ids.into_iter().take(1) {
        described.push(
            desk.ask(Side::Aws, "eks:DescribePodIdentityAssociation", depth + 1, async {
                let request = eks.describe_pod_identity_association().cluster_name(&cluster.name);
                let answer = request.association_id(id).send().await;
                let answer = answer.map_err(|error| refusal("DescribePodIdentityAssociation", &error))?;
                Ok(answer.association().map(association).unwrap_or_default())
            })
            .await?,
        );
    }
    Ok(printed(&json!({ "associations": described })))
}

fn association(one: &aws_sdk_eks::types::PodIdentityAssociation) -> Value {
    object(vec![
        ("clusterName", maybe(one.cluster_name())),
        ("namespace", maybe(one.namespace())),
        ("serviceAccount", maybe(one.service_account())),
        ("roleArn", maybe(one.role_arn())),
        ("associationArn", maybe(one.association_arn())),
        ("associationId", maybe(one.association_id())),
        ("targetRoleArn", maybe(one.target_role_arn())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_clusters() {
        let table = [
            ("prod", "prod", None),
            ("arn:aws:eks:eu-west-1:111122223333:cluster/prod", "prod", Some("eu-west-1")),
            ("alice@prod.eu-west-1.eksctl.io", "prod", Some("eu-west-1")),
            ("prod.eu-west-1.eksctl.io", "prod", Some("eu-west-1")),
        ];
        for (text, name, region) in table {
            let wanted = ClusterName { name: name.into(), region: region.map(str::to_owned) };
            assert_eq!(ClusterName::parse(text), wanted, "{text}");
        }
    }
}
