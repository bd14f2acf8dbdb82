//! The state before anybody looked: every fact unread, with the command that would read it.

use super::Evidence;
use super::attempt::Attempt;
use super::caller::CallerEvidence;
use super::fact::Fact;
use super::issuer::IssuerEvidence;
use super::permission::PermissionEvidence;
use super::pod::PodEvidence;
use super::provider::ProviderEvidence;
use super::role::RoleEvidence;
use super::serviceaccount::ServiceAccountEvidence;
use super::token::TokenEvidence;
use crate::document::Documents;

impl Evidence {
    /// Nothing known; each fact names the command that would read it (AWS CLI v2, kubectl).
    #[must_use]
    pub fn unread() -> Self {
        Evidence {
            documents: Documents::default(),
            now: Fact::not_given("date -u +%Y-%m-%dT%H:%M:%SZ > now.txt"),
            attempt: Attempt::default(),
            caller: CallerEvidence {
                environment: Fact::not_given("kubectl exec -n NAMESPACE POD -- env > env.txt"),
                request: Fact::not_given("aws sts assume-role-with-web-identity … --debug 2> debug.log"),
                logged_requests: Vec::new(),
                regions: Fact::not_given("aws ec2 describe-regions --all-regions > regions.json"),
            },
            token: TokenEvidence {
                raw: Fact::not_given(
                    "kubectl exec -n NAMESPACE POD -- cat \"$AWS_WEB_IDENTITY_TOKEN_FILE\" > token.txt",
                ),
                claims: Fact::not_given("rolecall token inspect token.txt"),
                header: Fact::not_given("rolecall token inspect token.txt"),
            },
            issuer: IssuerEvidence {
                discovery: Fact::not_given(
                    "curl -sS ISSUER/.well-known/openid-configuration > discovery.json",
                ),
                jwks: Fact::not_given("curl -sS JWKS_URI > jwks.json"),
                fetch_failures: Vec::new(),
                chains: Fact::not_given(
                    "openssl s_client -servername HOST -showcerts -connect HOST:443 > chain.txt",
                ),
                cluster: Fact::not_given("aws eks describe-cluster --name CLUSTER > cluster.json"),
                cluster_jwks: Fact::not_given("kubectl get --raw /openid/v1/jwks > cluster-jwks.json"),
                service: None,
            },
            provider: ProviderEvidence {
                list: Fact::not_given("aws iam list-open-id-connect-providers > providers.json"),
                detail: Fact::not_given(
                    "aws iam get-open-id-connect-provider --open-id-connect-provider-arn ARN > provider.json",
                ),
            },
            role: RoleEvidence {
                role: Fact::not_given("aws iam get-role --role-name ROLE > role.json"),
                others: Vec::new(),
                listed: false,
                drafts: Vec::new(),
            },
            permission: permissions(),
            serviceaccount: ServiceAccountEvidence {
                account: Fact::not_given(
                    "kubectl get serviceaccount -n NAMESPACE NAME -o yaml > serviceaccount.yaml",
                ),
                others: Vec::new(),
                namespace: Fact::not_given("kubectl get namespace NAMESPACE -o yaml > namespace.yaml"),
                associations: Fact::not_given(
                    "aws eks list-pod-identity-associations --cluster-name CLUSTER > association.json",
                ),
                identity_pool: Fact::not_given(
                    "aws cognito-identity describe-identity-pool --identity-pool-id ID > identity-pool.json",
                ),
            },
            pod: PodEvidence {
                pod: Fact::not_given("kubectl get pod -n NAMESPACE POD -o yaml > pod.yaml"),
                workloads: Vec::new(),
                webhook: Fact::not_given(
                    "kubectl get mutatingwebhookconfiguration pod-identity-webhook -o yaml > webhook.yaml",
                ),
                webhook_pod: Fact::not_given(
                    "kubectl get pod -n kube-system -l app=pod-identity-webhook -o yaml > webhook-pod.yaml",
                ),
                network_policies: Fact::not_given(
                    "kubectl get networkpolicy -n NAMESPACE -o yaml > networkpolicy.yaml",
                ),
            },
            workflows: Vec::new(),
            lookups: Vec::new(),
            skipped: Vec::new(),
            unknown_files: Vec::new(),
        }
    }
}

fn permissions() -> PermissionEvidence {
    PermissionEvidence {
        identity: Fact::not_given(
            "aws iam get-account-authorization-details --filter Role LocalManagedPolicy",
        ),
        boundary: Fact::not_given(
            "aws iam get-policy-version --policy-arn ARN --version-id VERSION > boundary.json",
        ),
        scp: Fact::not_given("aws organizations list-policies --filter SERVICE_CONTROL_POLICY"),
        rcp: Fact::not_given("aws organizations list-policies --filter RESOURCE_CONTROL_POLICY"),
        session: Fact::not_given("the --policy argument of the call, saved as session-policy.json"),
        vpc_endpoint: Fact::not_given("aws ec2 describe-vpc-endpoints > vpc-endpoint-policy.json"),
        resource: Fact::not_given("the policy on the resource, saved as resource-policy.json"),
    }
}
