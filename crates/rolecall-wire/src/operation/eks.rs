//! EKS: clusters, identity provider configurations, Pod Identity associations, tags (reference eks.md §1).

use super::Operation;
use super::shape::{NO_MAX, Shape, integer, list, matching, optional, required, text};
use crate::constraint::pattern;
use crate::service::Service::Eks;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write(
        Eks,
        "CreateCluster",
        &[
            required("name", CLUSTER_NAME),
            optional("version", ANY_TEXT),
            required("roleArn", ANY_TEXT),
            required("resourcesVpcConfig", VPC_CONFIG_REQUEST),
            optional("kubernetesNetworkConfig", KUBERNETES_NETWORK_CONFIG_REQUEST),
            optional("logging", LOGGING),
            optional("clientRequestToken", ANY_TEXT),
            optional("tags", TAG_MAP),
            optional("encryptionConfig", ENCRYPTION_CONFIG_LIST),
            optional("outpostConfig", OUTPOST_CONFIG_REQUEST),
            optional("accessConfig", CREATE_ACCESS_CONFIG_REQUEST),
            optional("bootstrapSelfManagedAddons", Shape::Boolean),
            optional("upgradePolicy", UPGRADE_POLICY_REQUEST),
            optional("zonalShiftConfig", Shape::Any),
            optional("remoteNetworkConfig", REMOTE_NETWORK_CONFIG_REQUEST),
            optional("computeConfig", Shape::Any),
            optional("storageConfig", Shape::Any),
            optional("deletionProtection", Shape::Boolean),
            optional("controlPlaneScalingConfig", CONTROL_PLANE_SCALING_CONFIG),
            optional("kubeApiServerConfig", Shape::Any),
            optional("kubeSchedulerConfig", KUBE_SCHEDULER_CONFIG_REQUEST),
            optional("kubeControllerManagerConfig", KUBE_CONTROLLER_MANAGER_CONFIG_REQUEST),
        ],
    )
    .at("POST", "/clusters"),
    Operation::read(Eks, "DescribeCluster", &[required("name", ANY_TEXT).in_path("name")])
        .at("GET", "/clusters/{name}"),
    Operation::read(
        Eks,
        "ListClusters",
        &[
            optional("maxResults", LIST_CLUSTERS_REQUEST_MAX_RESULTS).in_query("maxResults"),
            optional("nextToken", ANY_TEXT).in_query("nextToken"),
            optional("include", Shape::Any).in_query("include"),
        ],
    )
    .at("GET", "/clusters"),
    Operation::write(Eks, "DeleteCluster", &[required("name", ANY_TEXT).in_path("name")])
        .at("DELETE", "/clusters/{name}"),
    Operation::write(
        Eks,
        "TagResource",
        &[required("resourceArn", ANY_TEXT).in_path("resourceArn"), required("tags", TAG_MAP)],
    )
    .at("POST", "/tags/{resourceArn}"),
    Operation::write(
        Eks,
        "UntagResource",
        &[
            required("resourceArn", ANY_TEXT).in_path("resourceArn"),
            required("tagKeys", TAG_KEY_LIST).in_query("tagKeys"),
        ],
    )
    .at("DELETE", "/tags/{resourceArn}"),
    Operation::read(Eks, "ListTagsForResource", &[required("resourceArn", ANY_TEXT).in_path("resourceArn")])
        .at("GET", "/tags/{resourceArn}"),
    Operation::write(
        Eks,
        "AssociateIdentityProviderConfig",
        &[
            required("clusterName", ANY_TEXT).in_path("name"),
            required("oidc", OIDC_IDENTITY_PROVIDER_CONFIG_REQUEST),
            optional("tags", TAG_MAP),
            optional("clientRequestToken", ANY_TEXT),
        ],
    )
    .at("POST", "/clusters/{name}/identity-provider-configs/associate"),
    Operation::read(
        Eks,
        "DescribeIdentityProviderConfig",
        &[
            required("clusterName", ANY_TEXT).in_path("name"),
            required("identityProviderConfig", IDENTITY_PROVIDER_CONFIG),
        ],
    )
    .at("POST", "/clusters/{name}/identity-provider-configs/describe"),
    Operation::read(
        Eks,
        "ListIdentityProviderConfigs",
        &[
            required("clusterName", ANY_TEXT).in_path("name"),
            optional("maxResults", LIST_IDENTITY_PROVIDER_CONFIGS_REQUEST_MAX_RESULTS).in_query("maxResults"),
            optional("nextToken", ANY_TEXT).in_query("nextToken"),
        ],
    )
    .at("GET", "/clusters/{name}/identity-provider-configs"),
    Operation::write(
        Eks,
        "DisassociateIdentityProviderConfig",
        &[
            required("clusterName", ANY_TEXT).in_path("name"),
            required("identityProviderConfig", IDENTITY_PROVIDER_CONFIG),
            optional("clientRequestToken", ANY_TEXT),
        ],
    )
    .at("POST", "/clusters/{name}/identity-provider-configs/disassociate"),
    Operation::write(
        Eks,
        "CreatePodIdentityAssociation",
        &[
            required("clusterName", ANY_TEXT).in_path("name"),
            required("namespace", ANY_TEXT),
            required("serviceAccount", ANY_TEXT),
            required("roleArn", ANY_TEXT),
            optional("clientRequestToken", ANY_TEXT),
            optional("tags", TAG_MAP),
            optional("disableSessionTags", Shape::Boolean),
            optional("targetRoleArn", ANY_TEXT),
            optional("policy", ANY_TEXT),
        ],
    )
    .at("POST", "/clusters/{name}/pod-identity-associations"),
    Operation::read(
        Eks,
        "DescribePodIdentityAssociation",
        &[
            required("clusterName", ANY_TEXT).in_path("name"),
            required("associationId", ANY_TEXT).in_path("associationId"),
        ],
    )
    .at("GET", "/clusters/{name}/pod-identity-associations/{associationId}"),
    Operation::read(
        Eks,
        "ListPodIdentityAssociations",
        &[
            required("clusterName", ANY_TEXT).in_path("name"),
            optional("namespace", ANY_TEXT).in_query("namespace"),
            optional("serviceAccount", ANY_TEXT).in_query("serviceAccount"),
            optional("maxResults", LIST_POD_IDENTITY_ASSOCIATIONS_MAX_RESULTS).in_query("maxResults"),
            optional("nextToken", ANY_TEXT).in_query("nextToken"),
        ],
    )
    .at("GET", "/clusters/{name}/pod-identity-associations"),
    Operation::write(
        Eks,
        "UpdatePodIdentityAssociation",
        &[
            required("clusterName", ANY_TEXT).in_path("name"),
            required("associationId", ANY_TEXT).in_path("associationId"),
            optional("roleArn", ANY_TEXT),
            optional("clientRequestToken", ANY_TEXT),
            optional("disableSessionTags", Shape::Boolean),
            optional("targetRoleArn", ANY_TEXT),
            optional("policy", ANY_TEXT),
        ],
    )
    .at("POST", "/clusters/{name}/pod-identity-associations/{associationId}"),
    Operation::write(
        Eks,
        "DeletePodIdentityAssociation",
        &[
            required("clusterName", ANY_TEXT).in_path("name"),
            required("associationId", ANY_TEXT).in_path("associationId"),
        ],
    )
    .at("DELETE", "/clusters/{name}/pod-identity-associations/{associationId}"),
];

const CLUSTER_NAME: Shape = matching(1, 100, &pattern::CLUSTER_NAME);
const ANY_TEXT: Shape = text(0, NO_MAX);
const CONTROL_PLANE_EGRESS_MODE: Shape =
    Shape::Choice(&["AWS_MANAGED", "CUSTOMER_ROUTED", "CUSTOMER_ISOLATED"]);
const VPC_CONFIG_REQUEST: Shape = Shape::Structure(&[
    optional("subnetIds", Shape::Any),
    optional("securityGroupIds", Shape::Any),
    optional("endpointPublicAccess", Shape::Boolean),
    optional("endpointPrivateAccess", Shape::Boolean),
    optional("publicAccessCidrs", Shape::Any),
    optional("controlPlaneEgressMode", CONTROL_PLANE_EGRESS_MODE),
]);
const IP_FAMILY: Shape = Shape::Choice(&["ipv4", "ipv6"]);
const KUBERNETES_NETWORK_CONFIG_REQUEST: Shape = Shape::Structure(&[
    optional("serviceIpv4Cidr", ANY_TEXT),
    optional("ipFamily", IP_FAMILY),
    optional("elasticLoadBalancing", Shape::Any),
]);
const LOG: Shape = Shape::Choice(&["api", "audit", "authenticator", "controllerManager", "scheduler"]);
const LOG_TYPES: Shape = list(0, NO_MAX, &LOG);
const LOG_SETUP: Shape =
    Shape::Structure(&[optional("types", LOG_TYPES), optional("enabled", Shape::Boolean)]);
const LOG_SETUPS: Shape = list(0, NO_MAX, &LOG_SETUP);
const LOGGING: Shape = Shape::Structure(&[optional("clusterLogging", LOG_SETUPS)]);
const TAG_KEY: Shape = text(1, 128);
const TAG_VALUE: Shape = text(0, 256);
const TAG_MAP: Shape = Shape::Map { max: 50, key: &TAG_KEY, value: &TAG_VALUE };
const ENCRYPTION_CONFIG_LIST: Shape = list(0, 1, &Shape::Any);
const SPREAD_LEVEL: Shape = Shape::Choice(&["host", "rack"]);
const CONTROL_PLANE_PLACEMENT_REQUEST: Shape =
    Shape::Structure(&[optional("groupName", ANY_TEXT), optional("spreadLevel", SPREAD_LEVEL)]);
const ETCD_PLACEMENT_REQUEST: Shape = Shape::Structure(&[optional("spreadLevel", SPREAD_LEVEL)]);
const OUTPOST_CONFIG_REQUEST: Shape = Shape::Structure(&[
    required("outpostArns", Shape::Any),
    required("controlPlaneInstanceType", ANY_TEXT),
    optional("controlPlanePlacement", CONTROL_PLANE_PLACEMENT_REQUEST),
    optional("etcdInstanceType", ANY_TEXT),
    optional("etcdPlacement", ETCD_PLACEMENT_REQUEST),
]);
const AUTHENTICATION_MODE: Shape = Shape::Choice(&["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"]);
const CREATE_ACCESS_CONFIG_REQUEST: Shape = Shape::Structure(&[
    optional("bootstrapClusterCreatorAdminPermissions", Shape::Boolean),
    optional("authenticationMode", AUTHENTICATION_MODE),
]);
const SUPPORT: Shape = Shape::Choice(&["STANDARD", "EXTENDED"]);
const UPGRADE_POLICY_REQUEST: Shape = Shape::Structure(&[optional("supportType", SUPPORT)]);
const REMOTE_NODE_NETWORK_LIST: Shape = list(0, 1, &Shape::Any);
const REMOTE_POD_NETWORK_LIST: Shape = list(0, 1, &Shape::Any);
const REMOTE_NETWORK_CONFIG_REQUEST: Shape = Shape::Structure(&[
    optional("remoteNodeNetworks", REMOTE_NODE_NETWORK_LIST),
    optional("remotePodNetworks", REMOTE_POD_NETWORK_LIST),
]);
const PROVISIONED_CONTROL_PLANE_TIER: Shape =
    Shape::Choice(&["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"]);
const CONTROL_PLANE_SCALING_CONFIG: Shape =
    Shape::Structure(&[optional("tier", PROVISIONED_CONTROL_PLANE_TIER)]);
const SCORING_STRATEGY_TYPE: Shape = Shape::Choice(&["LeastAllocated", "MostAllocated"]);
const RESOURCE_WEIGHT_NAME: Shape = text(1, 253);
const RESOURCE_WEIGHT_VALUE: Shape = integer(1, 100);
const RESOURCE_WEIGHT: Shape =
    Shape::Structure(&[optional("name", RESOURCE_WEIGHT_NAME), optional("weight", RESOURCE_WEIGHT_VALUE)]);
const RESOURCE_WEIGHT_LIST: Shape = list(0, 100, &RESOURCE_WEIGHT);
const SCORING_STRATEGY: Shape =
    Shape::Structure(&[optional("type", SCORING_STRATEGY_TYPE), optional("resources", RESOURCE_WEIGHT_LIST)]);
const NODE_RESOURCES_FIT_CONFIG: Shape = Shape::Structure(&[optional("scoringStrategy", SCORING_STRATEGY)]);
const KUBE_SCHEDULER_CONFIG_REQUEST: Shape =
    Shape::Structure(&[optional("nodeResourcesFit", NODE_RESOURCES_FIT_CONFIG)]);
const TERMINATED_POD_GC_THRESHOLD_VALUE: Shape = integer(1, 1000000);
const POD_GC_CONTROLLER_CONFIG_REQUEST: Shape =
    Shape::Structure(&[optional("terminatedPodGcThreshold", TERMINATED_POD_GC_THRESHOLD_VALUE)]);
const KUBE_CONTROLLER_MANAGER_CONFIG_REQUEST: Shape = Shape::Structure(&[
    optional("podGcControllerConfig", POD_GC_CONTROLLER_CONFIG_REQUEST),
    optional("horizontalPodAutoscalerControllerConfig", Shape::Any),
]);
const LIST_CLUSTERS_REQUEST_MAX_RESULTS: Shape = integer(1, 100);
const TAG_KEY_LIST: Shape = list(1, 50, &TAG_KEY);
const REQUIRED_CLAIMS_KEY: Shape = text(1, 63);
const REQUIRED_CLAIMS_VALUE: Shape = text(1, 253);
const REQUIRED_CLAIMS_MAP: Shape =
    Shape::Map { max: NO_MAX, key: &REQUIRED_CLAIMS_KEY, value: &REQUIRED_CLAIMS_VALUE };
const OIDC_IDENTITY_PROVIDER_CONFIG_REQUEST: Shape = Shape::Structure(&[
    required("identityProviderConfigName", ANY_TEXT),
    required("issuerUrl", ANY_TEXT),
    required("clientId", ANY_TEXT),
    optional("usernameClaim", ANY_TEXT),
    optional("usernamePrefix", ANY_TEXT),
    optional("groupsClaim", ANY_TEXT),
    optional("groupsPrefix", ANY_TEXT),
    optional("requiredClaims", REQUIRED_CLAIMS_MAP),
]);
const IDENTITY_PROVIDER_CONFIG: Shape =
    Shape::Structure(&[required("type", ANY_TEXT), required("name", ANY_TEXT)]);
const LIST_IDENTITY_PROVIDER_CONFIGS_REQUEST_MAX_RESULTS: Shape = integer(1, 100);
const LIST_POD_IDENTITY_ASSOCIATIONS_MAX_RESULTS: Shape = integer(1, 100);
