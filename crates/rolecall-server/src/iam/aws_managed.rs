//! AWS's managed policies, those that people name most, with the documents that AWS has published
//! (docs/decisions/0041-managed-policies-of-aws.md).

use aws_lc_rs::digest::{SHA256, digest};
use rolecall_model::instant::Instant;
use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::entity::{Kept, ManagedPolicy, PolicyVersion};
use rolecall_state::view::View;

/// The account under which they lie.
pub const ACCOUNT: &str = "aws";

/// Policies that are written in one transaction.
const TOGETHER: usize = 50;

/// A policy as it stands in the table.
struct Row {
    path: &'static str,
    name: &'static str,
    version: u32,
    created: &'static str,
    updated: &'static str,
    document: &'static str,
}

macro_rules! aws {
    ($path:literal, $name:literal, $version:literal, $created:literal, $updated:literal) => {
        Row {
            path: $path,
            name: $name,
            version: $version,
            created: $created,
            updated: $updated,
            document: include_str!(concat!("aws_managed/", $name, ".json")),
        }
    };
}

/// Every one of them as an entity, in the order of their names. Of each the default version alone is known.
pub fn all() -> impl Iterator<Item = ManagedPolicy> {
    TABLE.iter().map(Row::policy)
}

/// What must be written so that the view holds all of them as they are now; nothing where it does.
#[must_use]
pub fn missing(view: &View) -> Vec<Transaction> {
    let account = view.account(ACCOUNT);
    let mut all: Vec<Transaction> = vec![Transaction::default()];
    for policy in self::all() {
        let known = account.as_ref().and_then(|account| account.policies.get(&policy.name));
        let compare = match known {
            Some(known) if known.value == policy => continue,
            Some(known) => Compare::unchanged(&known),
            None => Compare::absent(policy.key()),
        };
        if all.last().is_none_or(|last| last.changes.len() == TOGETHER) {
            all.push(Transaction::default());
        }
        if let Some(last) = all.last_mut() {
            last.compare.push(compare);
            last.changes.push(Change::put(policy));
        }
    }
    all.retain(|transaction| !transaction.changes.is_empty());
    all
}

impl Row {
    fn policy(&self) -> ManagedPolicy {
        let instant = |text: &str| Instant::parse(text).unwrap_or(Instant(0));
        let (created, updated) = (instant(self.created), instant(self.updated));
        let document = self.document.trim_end().to_owned();
        ManagedPolicy {
            account: ACCOUNT.to_owned(),
            path: self.path.to_owned(),
            name: self.name.to_owned(),
            id: id(self.name),
            created,
            updated,
            description: None,
            tags: Vec::new(),
            versions: vec![PolicyVersion { number: self.version, created: updated, document }],
            default_version: self.version,
            next_version: self.version + 1,
        }
    }
}

/// A policy id that is the same at every start.
fn id(name: &str) -> String {
    let sum = digest(&SHA256, name.as_bytes());
    let letters = sum.as_ref().iter().take(17).map(|byte| match byte & 31 {
        letter @ 0..26 => char::from(b'A' + letter),
        digit => char::from(b'2' + digit - 26),
    });
    "ANPA".chars().chain(letters).collect()
}

/// THE TABLE: path, name, number of the default version, when it was created and last updated.
const TABLE: &[Row] = &[
    aws!("/", "AdministratorAccess", 1, "2015-02-06T18:39:46Z", "2015-02-06T18:39:46Z"),
    aws!("/", "AdministratorAccess-AWSElasticBeanstalk", 10, "2021-01-22T19:36:54Z", "2026-05-19T20:12:27Z"),
    aws!("/", "AmazonAPIGatewayAdministrator", 1, "2015-07-09T17:34:45Z", "2015-07-09T17:34:45Z"),
    aws!("/", "AmazonAPIGatewayInvokeFullAccess", 2, "2015-07-09T17:36:12Z", "2018-12-18T18:25:10Z"),
    aws!(
        "/service-role/",
        "AmazonAPIGatewayPushToCloudWatchLogs",
        1,
        "2015-11-11T23:41:46Z",
        "2015-11-11T23:41:46Z"
    ),
    aws!("/", "AmazonAthenaFullAccess", 15, "2016-11-30T16:46:01Z", "2026-02-12T18:03:09Z"),
    aws!("/", "AmazonBedrockFullAccess", 11, "2023-12-06T15:47:17Z", "2026-08-04T05:42:21Z"),
    aws!("/", "AmazonBedrockReadOnly", 7, "2023-12-06T15:48:19Z", "2026-02-12T17:57:55Z"),
    aws!("/", "AmazonCognitoPowerUser", 9, "2015-03-24T17:14:56Z", "2026-02-12T18:00:09Z"),
    aws!("/", "AmazonCognitoReadOnly", 4, "2015-03-24T17:06:46Z", "2019-08-01T19:21:04Z"),
    aws!("/", "AmazonDynamoDBFullAccess", 15, "2015-02-06T18:40:11Z", "2021-01-29T17:38:30Z"),
    aws!("/", "AmazonDynamoDBReadOnlyAccess", 15, "2015-02-06T18:40:12Z", "2024-11-18T17:38:15Z"),
    aws!("/service-role/", "AmazonEBSCSIDriverPolicy", 15, "2022-04-04T17:24:29Z", "2026-05-13T17:42:22Z"),
    aws!("/", "AmazonEC2ContainerRegistryFullAccess", 3, "2015-12-21T17:06:48Z", "2020-12-05T00:04:19Z"),
    aws!("/", "AmazonEC2ContainerRegistryPowerUser", 3, "2015-12-21T17:05:33Z", "2019-12-10T20:48:08Z"),
    aws!("/", "AmazonEC2ContainerRegistryPullOnly", 1, "2024-10-04T16:58:49Z", "2024-10-04T16:58:49Z"),
    aws!("/", "AmazonEC2ContainerRegistryReadOnly", 3, "2015-12-21T17:04:15Z", "2019-12-10T20:56:32Z"),
    aws!(
        "/service-role/",
        "AmazonEC2ContainerServiceAutoscaleRole",
        2,
        "2016-05-12T23:25:44Z",
        "2018-02-05T19:15:15Z"
    ),
    aws!(
        "/service-role/",
        "AmazonEC2ContainerServiceEventsRole",
        3,
        "2017-05-30T16:51:35Z",
        "2023-03-06T22:25:12Z"
    ),
    aws!(
        "/service-role/",
        "AmazonEC2ContainerServiceforEC2Role",
        10,
        "2015-03-19T18:45:18Z",
        "2026-02-12T17:59:52Z"
    ),
    aws!(
        "/service-role/",
        "AmazonEC2ContainerServiceRole",
        2,
        "2015-04-09T16:14:19Z",
        "2016-08-11T13:08:01Z"
    ),
    aws!("/", "AmazonEC2FullAccess", 5, "2015-02-06T18:40:15Z", "2018-11-27T02:16:56Z"),
    aws!("/", "AmazonEC2ReadOnlyAccess", 5, "2015-02-06T18:40:17Z", "2026-02-12T18:03:17Z"),
    aws!("/service-role/", "AmazonEC2RoleforSSM", 8, "2015-05-29T17:48:35Z", "2019-01-24T19:20:51Z"),
    aws!("/", "AmazonECS_FullAccess", 22, "2017-11-07T21:36:54Z", "2026-09-02T14:47:07Z"),
    aws!(
        "/aws-service-role/",
        "AmazonECSServiceRolePolicy",
        24,
        "2017-10-14T01:18:58Z",
        "2026-04-22T23:12:09Z"
    ),
    aws!(
        "/service-role/",
        "AmazonECSTaskExecutionRolePolicy",
        1,
        "2017-11-16T18:48:22Z",
        "2017-11-16T18:48:22Z"
    ),
    aws!("/service-role/", "AmazonEFSCSIDriverPolicy", 1, "2023-07-25T20:10:04Z", "2023-07-25T20:10:04Z"),
    aws!("/", "AmazonEKS_CNI_Policy", 6, "2018-05-27T21:07:42Z", "2026-03-04T19:12:14Z"),
    aws!("/", "AmazonEKSBlockStoragePolicy", 1, "2024-10-30T20:18:13Z", "2024-10-30T20:18:13Z"),
    aws!("/", "AmazonEKSClusterPolicy", 10, "2018-05-27T21:06:14Z", "2026-02-12T17:58:15Z"),
    aws!("/", "AmazonEKSComputePolicy", 7, "2024-11-01T21:46:52Z", "2026-05-18T21:12:10Z"),
    aws!("/", "AmazonEKSFargatePodExecutionRolePolicy", 1, "2019-11-22T04:34:29Z", "2019-11-22T04:34:29Z"),
    aws!("/", "AmazonEKSLoadBalancingPolicy", 10, "2024-10-30T20:18:06Z", "2026-08-20T23:07:13Z"),
    aws!("/", "AmazonEKSLocalOutpostClusterPolicy", 4, "2022-08-24T21:56:47Z", "2024-10-24T17:59:05Z"),
    aws!("/", "AmazonEKSNetworkingPolicy", 3, "2024-10-28T22:34:33Z", "2026-08-21T17:27:32Z"),
    aws!("/", "AmazonEKSServicePolicy", 7, "2018-05-27T21:08:21Z", "2024-10-14T21:12:40Z"),
    aws!("/", "AmazonEKSVPCResourceController", 1, "2020-08-12T00:55:34Z", "2020-08-12T00:55:34Z"),
    aws!("/", "AmazonEKSWorkerNodeMinimalPolicy", 1, "2024-10-02T20:03:51Z", "2024-10-02T20:03:51Z"),
    aws!("/", "AmazonEKSWorkerNodePolicy", 3, "2018-05-27T21:09:01Z", "2023-11-27T00:06:13Z"),
    aws!("/", "AmazonElastiCacheFullAccess", 3, "2015-02-06T18:40:20Z", "2023-11-28T03:49:56Z"),
    aws!("/", "AmazonElastiCacheReadOnlyAccess", 1, "2015-02-06T18:40:21Z", "2015-02-06T18:40:21Z"),
    aws!(
        "/",
        "AmazonElasticContainerRegistryPublicFullAccess",
        1,
        "2020-12-01T17:25:52Z",
        "2020-12-01T17:25:52Z"
    ),
    aws!(
        "/",
        "AmazonElasticContainerRegistryPublicReadOnly",
        1,
        "2020-12-01T17:27:04Z",
        "2020-12-01T17:27:04Z"
    ),
    aws!(
        "/",
        "AmazonElasticFileSystemClientReadWriteAccess",
        1,
        "2020-01-13T16:21:55Z",
        "2020-01-13T16:21:55Z"
    ),
    aws!("/", "AmazonElasticFileSystemFullAccess", 10, "2015-05-27T16:22:28Z", "2024-11-07T19:34:20Z"),
    aws!("/", "AmazonElasticFileSystemReadOnlyAccess", 9, "2015-05-27T16:25:25Z", "2024-11-07T19:39:56Z"),
    aws!(
        "/service-role/",
        "AmazonElasticMapReduceforEC2Role",
        3,
        "2015-02-06T18:41:21Z",
        "2017-08-11T23:57:30Z"
    ),
    aws!("/", "AmazonElasticMapReduceFullAccess", 8, "2015-02-06T18:40:22Z", "2026-09-11T17:07:08Z"),
    aws!("/", "AmazonElasticMapReduceReadOnlyAccess", 3, "2015-02-06T18:40:23Z", "2020-07-29T23:14:09Z"),
    aws!("/service-role/", "AmazonElasticMapReduceRole", 10, "2015-02-06T18:41:20Z", "2020-06-24T22:24:20Z"),
    aws!("/", "AmazonESFullAccess", 1, "2015-10-01T19:14:00Z", "2015-10-01T19:14:00Z"),
    aws!("/", "AmazonEventBridgeFullAccess", 7, "2019-07-11T14:08:55Z", "2026-02-12T17:58:25Z"),
    aws!("/", "AmazonEventBridgeReadOnlyAccess", 7, "2019-07-11T13:59:07Z", "2026-09-24T21:37:08Z"),
    aws!("/", "AmazonGuardDutyReadOnlyAccess", 4, "2017-11-28T22:29:40Z", "2023-11-16T23:07:06Z"),
    aws!("/", "AmazonInspector2FullAccess", 4, "2021-11-29T19:10:15Z", "2024-04-25T13:21:03Z"),
    aws!("/", "AmazonKinesisFirehoseFullAccess", 1, "2015-10-07T18:45:26Z", "2015-10-07T18:45:26Z"),
    aws!("/", "AmazonKinesisFullAccess", 1, "2015-02-06T18:40:29Z", "2015-02-06T18:40:29Z"),
    aws!("/", "AmazonKinesisReadOnlyAccess", 1, "2015-02-06T18:40:30Z", "2015-02-06T18:40:30Z"),
    aws!("/", "AmazonMQFullAccess", 6, "2017-11-28T15:28:29Z", "2026-09-03T22:47:07Z"),
    aws!("/", "AmazonMSKFullAccess", 7, "2019-01-14T22:07:52Z", "2023-10-18T11:33:13Z"),
    aws!("/", "AmazonOpenSearchServiceFullAccess", 1, "2021-09-08T05:33:47Z", "2021-09-08T05:33:47Z"),
    aws!("/", "AmazonPrometheusFullAccess", 2, "2020-12-15T18:10:46Z", "2023-11-26T20:16:13Z"),
    aws!("/", "AmazonPrometheusQueryAccess", 1, "2020-12-19T01:02:58Z", "2020-12-19T01:02:58Z"),
    aws!("/", "AmazonPrometheusRemoteWriteAccess", 1, "2020-12-19T01:04:32Z", "2020-12-19T01:04:32Z"),
    aws!(
        "/service-role/",
        "AmazonRDSEnhancedMonitoringRole",
        1,
        "2015-11-11T19:58:29Z",
        "2015-11-11T19:58:29Z"
    ),
    aws!("/", "AmazonRDSFullAccess", 14, "2015-02-06T18:40:52Z", "2023-08-17T23:00:17Z"),
    aws!("/", "AmazonRDSReadOnlyAccess", 7, "2015-02-06T18:40:53Z", "2023-04-14T12:32:09Z"),
    aws!("/", "AmazonRedshiftFullAccess", 5, "2015-02-06T18:40:50Z", "2022-07-07T23:31:13Z"),
    aws!("/", "AmazonRedshiftReadOnlyAccess", 2, "2015-02-06T18:40:51Z", "2024-02-08T00:24:13Z"),
    aws!("/", "AmazonRoute53DomainsFullAccess", 1, "2015-02-06T18:40:56Z", "2015-02-06T18:40:56Z"),
    aws!("/", "AmazonRoute53FullAccess", 7, "2015-02-06T18:40:54Z", "2026-02-12T18:00:40Z"),
    aws!("/", "AmazonRoute53ReadOnlyAccess", 2, "2015-02-06T18:40:55Z", "2016-11-15T21:15:16Z"),
    aws!("/", "AmazonS3ExpressFullAccess", 1, "2026-04-03T20:42:13Z", "2026-04-03T20:42:13Z"),
    aws!("/", "AmazonS3FullAccess", 2, "2015-02-06T18:40:58Z", "2021-09-27T20:16:37Z"),
    aws!("/", "AmazonS3OutpostsFullAccess", 1, "2020-10-02T17:26:30Z", "2020-10-02T17:26:30Z"),
    aws!("/", "AmazonS3ReadOnlyAccess", 3, "2015-02-06T18:40:59Z", "2023-08-10T21:31:39Z"),
    aws!("/", "AmazonSageMakerFullAccess", 29, "2017-11-29T13:07:59Z", "2026-02-12T17:58:32Z"),
    aws!("/", "AmazonSageMakerReadOnly", 11, "2017-11-29T13:07:09Z", "2021-12-01T16:29:20Z"),
    aws!("/", "AmazonSESFullAccess", 1, "2015-02-06T18:41:02Z", "2015-02-06T18:41:02Z"),
    aws!("/", "AmazonSESReadOnlyAccess", 2, "2015-02-06T18:41:03Z", "2024-05-14T12:03:02Z"),
    aws!("/", "AmazonSNSFullAccess", 2, "2015-02-06T18:41:05Z", "2024-09-24T22:32:05Z"),
    aws!("/", "AmazonSNSReadOnlyAccess", 2, "2015-02-06T18:41:06Z", "2024-09-24T22:13:12Z"),
    aws!("/", "AmazonSQSFullAccess", 1, "2015-02-06T18:41:07Z", "2015-02-06T18:41:07Z"),
    aws!("/", "AmazonSQSReadOnlyAccess", 4, "2015-02-06T18:41:08Z", "2024-05-24T18:16:44Z"),
    aws!("/", "AmazonSSMDirectoryServiceAccess", 1, "2019-03-15T17:44:38Z", "2019-03-15T17:44:38Z"),
    aws!("/", "AmazonSSMFullAccess", 4, "2015-05-29T17:39:47Z", "2019-11-20T20:08:56Z"),
    aws!("/", "AmazonSSMManagedInstanceCore", 2, "2019-03-15T17:22:12Z", "2019-05-23T16:54:21Z"),
    aws!("/", "AmazonSSMPatchAssociation", 1, "2020-05-13T16:00:42Z", "2020-05-13T16:00:42Z"),
    aws!("/", "AmazonSSMReadOnlyAccess", 1, "2015-05-29T17:44:19Z", "2015-05-29T17:44:19Z"),
    aws!("/", "AmazonVPCFullAccess", 13, "2015-02-06T18:41:16Z", "2026-02-12T18:00:44Z"),
    aws!("/", "AmazonVPCReadOnlyAccess", 12, "2015-02-06T18:41:17Z", "2026-02-12T17:58:19Z"),
    aws!("/", "AutoScalingFullAccess", 2, "2017-01-12T19:31:58Z", "2018-02-06T21:59:13Z"),
    aws!("/", "AutoScalingReadOnlyAccess", 1, "2017-01-12T19:39:35Z", "2017-01-12T19:39:35Z"),
    aws!("/", "AWSAccountManagementFullAccess", 1, "2021-09-30T23:20:37Z", "2021-09-30T23:20:37Z"),
    aws!(
        "/aws-service-role/",
        "AWSApplicationAutoscalingECSServicePolicy",
        3,
        "2017-10-25T23:53:08Z",
        "2026-05-20T21:27:13Z"
    ),
    aws!(
        "/service-role/",
        "AWSAppSyncPushToCloudWatchLogs",
        1,
        "2018-04-09T19:38:55Z",
        "2018-04-09T19:38:55Z"
    ),
    aws!("/", "AWSBackupFullAccess", 30, "2019-11-18T22:21:52Z", "2026-02-12T18:02:46Z"),
    aws!(
        "/service-role/",
        "AWSBackupServiceRolePolicyForBackup",
        30,
        "2019-01-10T21:01:28Z",
        "2026-02-23T19:42:11Z"
    ),
    aws!(
        "/service-role/",
        "AWSBackupServiceRolePolicyForRestores",
        36,
        "2019-01-12T00:23:54Z",
        "2026-08-27T23:57:07Z"
    ),
    aws!("/", "AWSBatchFullAccess", 7, "2016-12-06T19:35:42Z", "2022-10-24T16:09:09Z"),
    aws!("/service-role/", "AWSBatchServiceRole", 14, "2016-12-06T19:36:24Z", "2026-08-25T22:27:28Z"),
    aws!("/", "AWSBillingReadOnlyAccess", 28, "2020-08-27T20:08:51Z", "2026-07-30T22:12:29Z"),
    aws!("/", "AWSCertificateManagerFullAccess", 2, "2016-01-21T17:02:36Z", "2020-08-17T22:18:28Z"),
    aws!("/", "AWSCertificateManagerPrivateCAFullAccess", 1, "2018-10-23T16:54:50Z", "2018-10-23T16:54:50Z"),
    aws!("/", "AWSCertificateManagerReadOnly", 7, "2016-01-21T17:07:33Z", "2026-08-13T18:07:23Z"),
    aws!("/", "AWSCloudFormationFullAccess", 1, "2019-07-26T21:50:35Z", "2019-07-26T21:50:35Z"),
    aws!("/", "AWSCloudFormationReadOnlyAccess", 7, "2015-02-06T18:39:49Z", "2026-02-12T18:02:00Z"),
    aws!("/", "AWSCloudTrail_FullAccess", 3, "2020-10-08T23:41:15Z", "2021-02-22T19:01:00Z"),
    aws!("/", "AWSCloudTrail_ReadOnlyAccess", 1, "2022-06-14T17:19:05Z", "2022-06-14T17:19:05Z"),
    aws!("/", "AWSCodeBuildAdminAccess", 20, "2016-12-01T19:04:44Z", "2026-02-12T18:01:51Z"),
    aws!("/", "AWSCodeBuildDeveloperAccess", 21, "2016-12-01T19:02:32Z", "2026-02-12T18:01:34Z"),
    aws!("/", "AWSCodeCommitFullAccess", 13, "2015-07-09T17:02:19Z", "2026-02-12T18:00:23Z"),
    aws!("/", "AWSCodeCommitPowerUser", 18, "2015-07-09T17:06:49Z", "2026-02-12T17:57:24Z"),
    aws!("/", "AWSCodeCommitReadOnly", 14, "2015-07-09T17:05:06Z", "2026-02-12T18:00:25Z"),
    aws!("/", "AWSCodeDeployFullAccess", 6, "2015-05-19T18:13:23Z", "2026-02-12T17:58:37Z"),
    aws!("/service-role/", "AWSCodeDeployRole", 12, "2015-05-04T18:05:37Z", "2026-09-10T10:17:08Z"),
    aws!("/", "AWSCodeDeployRoleForECS", 3, "2018-11-27T20:40:57Z", "2019-09-23T22:37:46Z"),
    aws!("/service-role/", "AWSCodeDeployRoleForLambda", 3, "2017-11-28T14:05:44Z", "2019-12-03T19:53:10Z"),
    aws!("/", "AWSCodePipeline_FullAccess", 3, "2020-08-03T22:38:28Z", "2024-03-14T17:06:23Z"),
    aws!("/", "AWSCodePipeline_ReadOnlyAccess", 1, "2020-08-03T22:25:17Z", "2020-08-03T22:25:17Z"),
    aws!("/", "AWSConfigUserAccess", 4, "2015-02-18T19:38:41Z", "2019-03-18T20:27:47Z"),
    aws!(
        "/service-role/",
        "AWSElasticBeanstalkEnhancedHealth",
        4,
        "2016-02-08T23:17:27Z",
        "2018-04-09T22:12:53Z"
    ),
    aws!("/", "AWSElasticBeanstalkMulticontainerDocker", 5, "2016-02-08T23:15:29Z", "2026-04-29T19:27:11Z"),
    aws!("/", "AWSElasticBeanstalkWebTier", 9, "2016-02-08T23:08:54Z", "2026-04-29T19:27:16Z"),
    aws!("/", "AWSElasticBeanstalkWorkerTier", 8, "2016-02-08T23:12:02Z", "2026-04-29T19:27:06Z"),
    aws!("/", "AWSGlueConsoleFullAccess", 15, "2017-08-14T13:37:39Z", "2026-09-10T20:27:08Z"),
    aws!("/service-role/", "AWSGlueServiceRole", 5, "2017-08-14T13:37:21Z", "2023-09-11T16:39:47Z"),
    aws!("/", "AWSKeyManagementServicePowerUser", 2, "2015-02-06T18:40:40Z", "2017-03-07T00:55:11Z"),
    aws!("/", "AWSLambda_FullAccess", 7, "2020-11-17T21:14:08Z", "2026-02-12T18:00:51Z"),
    aws!("/", "AWSLambda_ReadOnlyAccess", 5, "2020-11-17T21:10:32Z", "2026-02-12T18:02:55Z"),
    aws!("/service-role/", "AWSLambdaBasicExecutionRole", 1, "2015-04-09T15:03:43Z", "2015-04-09T15:03:43Z"),
    aws!(
        "/service-role/",
        "AWSLambdaDynamoDBExecutionRole",
        1,
        "2015-04-09T15:09:29Z",
        "2015-04-09T15:09:29Z"
    ),
    aws!("/service-role/", "AWSLambdaENIManagementAccess", 2, "2016-12-06T00:37:27Z", "2020-10-01T20:07:26Z"),
    aws!("/", "AWSLambdaExecute", 1, "2015-02-06T18:40:46Z", "2015-02-06T18:40:46Z"),
    aws!(
        "/service-role/",
        "AWSLambdaKinesisExecutionRole",
        2,
        "2015-04-09T15:14:16Z",
        "2018-11-19T20:09:24Z"
    ),
    aws!("/service-role/", "AWSLambdaMSKExecutionRole", 2, "2020-08-11T17:35:05Z", "2022-08-02T20:08:02Z"),
    aws!("/service-role/", "AWSLambdaRole", 1, "2015-02-06T18:41:28Z", "2015-02-06T18:41:28Z"),
    aws!(
        "/service-role/",
        "AWSLambdaSQSQueueExecutionRole",
        1,
        "2018-06-14T21:50:45Z",
        "2018-06-14T21:50:45Z"
    ),
    aws!(
        "/service-role/",
        "AWSLambdaVPCAccessExecutionRole",
        3,
        "2016-02-11T23:15:26Z",
        "2024-01-05T22:38:26Z"
    ),
    aws!("/", "AWSMarketplaceFullAccess", 8, "2015-02-11T17:21:45Z", "2026-09-11T16:27:07Z"),
    aws!("/", "AWSOrganizationsFullAccess", 9, "2018-11-06T20:31:57Z", "2026-02-12T17:59:07Z"),
    aws!("/", "AWSOrganizationsReadOnlyAccess", 6, "2018-11-06T20:32:38Z", "2024-06-07T21:32:16Z"),
    aws!("/", "AWSResourceAccessManagerFullAccess", 1, "2019-06-04T17:28:22Z", "2019-06-04T17:28:22Z"),
    aws!("/", "AWSSecurityHubFullAccess", 9, "2018-11-27T23:54:34Z", "2026-02-12T17:58:23Z"),
    aws!("/", "AWSSecurityHubReadOnlyAccess", 4, "2018-11-28T01:34:29Z", "2024-02-22T23:45:59Z"),
    aws!("/", "AWSServiceCatalogEndUserFullAccess", 8, "2018-02-15T17:22:32Z", "2026-08-04T17:57:29Z"),
    aws!("/", "AWSSSOMasterAccountAdministrator", 13, "2018-06-27T20:36:51Z", "2026-02-12T18:01:23Z"),
    aws!("/", "AWSSSOReadOnly", 12, "2018-06-27T20:24:34Z", "2026-02-12T17:59:03Z"),
    aws!("/", "AWSStepFunctionsFullAccess", 1, "2017-01-11T21:51:32Z", "2017-01-11T21:51:32Z"),
    aws!("/", "AWSStepFunctionsReadOnlyAccess", 4, "2017-01-11T21:46:19Z", "2024-04-26T18:53:54Z"),
    aws!("/", "AWSSupportAccess", 4, "2015-02-06T18:41:11Z", "2026-02-12T17:59:31Z"),
    aws!("/", "AWSWAFFullAccess", 17, "2015-10-06T20:44:00Z", "2026-07-28T21:42:26Z"),
    aws!("/", "AWSWAFReadOnlyAccess", 13, "2015-10-06T20:43:45Z", "2026-07-01T04:27:31Z"),
    aws!("/", "AWSXRayDaemonWriteAccess", 2, "2018-08-28T23:00:33Z", "2024-02-13T21:58:30Z"),
    aws!("/", "AWSXrayFullAccess", 2, "2016-12-01T18:30:55Z", "2024-04-11T17:07:36Z"),
    aws!("/job-function/", "Billing", 30, "2016-11-10T17:33:18Z", "2026-07-30T22:12:16Z"),
    aws!("/", "CloudFrontFullAccess", 15, "2015-02-06T18:39:50Z", "2026-07-30T16:42:27Z"),
    aws!("/", "CloudFrontReadOnlyAccess", 12, "2015-02-06T18:39:55Z", "2026-02-12T17:59:06Z"),
    aws!("/", "CloudWatchAgentAdminPolicy", 2, "2018-03-07T00:52:31Z", "2024-02-05T20:59:57Z"),
    aws!("/", "CloudWatchAgentServerPolicy", 3, "2018-03-07T01:06:44Z", "2024-02-06T16:37:37Z"),
    aws!("/", "CloudWatchEventsFullAccess", 5, "2016-01-14T18:37:08Z", "2026-02-12T18:00:32Z"),
    aws!("/", "CloudWatchEventsReadOnlyAccess", 3, "2016-01-14T18:27:18Z", "2022-12-01T16:29:31Z"),
    aws!("/", "CloudWatchFullAccess", 4, "2015-02-06T18:40:00Z", "2022-11-27T13:23:49Z"),
    aws!("/", "CloudWatchFullAccessV2", 17, "2023-08-01T11:32:57Z", "2026-09-22T16:57:08Z"),
    aws!("/", "CloudWatchLogsFullAccess", 8, "2015-02-06T18:40:02Z", "2026-02-12T18:00:33Z"),
    aws!("/", "CloudWatchLogsReadOnlyAccess", 12, "2015-02-06T18:40:03Z", "2026-02-12T17:59:13Z"),
    aws!("/", "CloudWatchReadOnlyAccess", 25, "2015-02-06T18:40:01Z", "2026-09-22T16:57:07Z"),
    aws!("/job-function/", "DatabaseAdministrator", 5, "2016-11-10T17:25:43Z", "2026-02-12T18:02:20Z"),
    aws!("/job-function/", "DataScientist", 6, "2016-11-10T17:28:48Z", "2026-09-02T23:37:07Z"),
    aws!("/", "ElasticLoadBalancingFullAccess", 9, "2018-09-20T20:42:07Z", "2026-02-23T18:57:07Z"),
    aws!("/", "ElasticLoadBalancingReadOnly", 3, "2018-09-20T20:17:09Z", "2023-11-26T18:15:46Z"),
    aws!("/", "IAMAccessAdvisorReadOnly", 1, "2019-06-21T19:33:45Z", "2019-06-21T19:33:45Z"),
    aws!("/", "IAMAccessAnalyzerFullAccess", 1, "2019-12-02T17:12:40Z", "2019-12-02T17:12:40Z"),
    aws!("/", "IAMAccessAnalyzerReadOnlyAccess", 4, "2019-12-02T17:12:53Z", "2024-07-18T17:49:04Z"),
    aws!("/", "IAMFullAccess", 2, "2015-02-06T18:40:38Z", "2019-06-21T19:40:00Z"),
    aws!("/", "IAMReadOnlyAccess", 4, "2015-02-06T18:40:39Z", "2018-01-25T19:11:27Z"),
    aws!("/", "IAMSelfManageServiceSpecificCredentials", 1, "2016-12-22T17:25:18Z", "2016-12-22T17:25:18Z"),
    aws!("/", "IAMUserChangePassword", 5, "2016-11-15T00:25:16Z", "2026-02-12T17:58:57Z"),
    aws!("/", "IAMUserSSHKeys", 1, "2015-07-09T17:08:54Z", "2015-07-09T17:08:54Z"),
    aws!("/job-function/", "NetworkAdministrator", 16, "2016-11-10T17:31:35Z", "2026-07-09T14:42:15Z"),
    aws!("/", "PowerUserAccess", 12, "2015-02-06T18:39:47Z", "2026-02-12T17:59:14Z"),
    aws!("/", "ReadOnlyAccess", 190, "2015-02-06T18:39:48Z", "2026-09-24T17:37:08Z"),
    aws!("/", "ResourceGroupsandTagEditorFullAccess", 6, "2015-02-06T18:39:53Z", "2023-08-10T13:29:19Z"),
    aws!("/", "SecretsManagerReadWrite", 6, "2018-04-04T18:05:29Z", "2026-08-25T23:37:10Z"),
    aws!("/", "SecurityAudit", 94, "2015-02-06T18:41:01Z", "2026-09-30T20:27:08Z"),
    aws!("/", "ServiceQuotasFullAccess", 4, "2019-06-24T15:44:35Z", "2021-02-04T21:29:43Z"),
    aws!("/job-function/", "SupportUser", 11, "2016-11-10T17:21:53Z", "2026-02-12T18:03:12Z"),
    aws!("/job-function/", "SystemAdministrator", 12, "2016-11-10T17:23:56Z", "2026-02-12T18:02:37Z"),
    aws!("/job-function/", "ViewOnlyAccess", 46, "2016-11-10T17:20:15Z", "2026-09-30T20:27:08Z"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall_policy::document::Policy;

    #[test]
    fn every_document_is_a_policy() {
        let mut ids = std::collections::HashSet::new();
        for policy in all() {
            let document = &policy.versions[0].document;
            let flaws = Policy::from_text(document).flaws;
            assert!(flaws.is_empty(), "{}: {flaws:?}", policy.name);
            assert!(policy.created.0 > 1_400_000_000, "{}", policy.name);
            assert!(ids.insert(policy.id.clone()), "{}", policy.name);
            assert_eq!(policy.id.len(), 21);
        }
        assert!(ids.len() > 150);
    }

    #[test]
    fn arns_are_those_of_aws() {
        let arns: Vec<String> = all().map(|policy| policy.arn("aws")).collect();
        for arn in [
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        ] {
            assert!(arns.iter().any(|known| known == arn), "{arn}");
        }
    }
}
