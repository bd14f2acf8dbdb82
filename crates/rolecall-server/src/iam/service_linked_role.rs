//! Service-linked roles: CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleDeletionStatus (reference
//! iam.md §6).

use std::collections::BTreeMap;

use rolecall_state::entity::Role;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::{quota, role};
use crate::call::{Call, Changes, created, no_such, unchanged};
use crate::id::{self, Prefix};

/// A service that has such a role.
struct Service {
    /// `AWSServiceName`.
    name: &'static str,
    /// What follows `AWSServiceRoleFor`.
    role: &'static str,
    /// Whether it takes a custom suffix.
    suffix: bool,
}

const fn service(name: &'static str, role: &'static str) -> Service {
    Service { name, role, suffix: false }
}

const fn suffixed(name: &'static str, role: &'static str) -> Service {
    Service { name, role, suffix: true }
}

/// THE TABLE of services whose roles are not named by the rule of [`role_name`], or that take suffixes. Source: the
/// services' own documentation, "Using service-linked roles".
const SERVICES: &[Service] = &[
    suffixed("autoscaling.amazonaws.com", "AutoScaling"),
    suffixed("lexv2.amazonaws.com", "LexV2Bots"),
    suffixed("channels.lexv2.amazonaws.com", "LexV2Channels"),
    suffixed("lex.amazonaws.com", "LexBots"),
    suffixed("channels.lex.amazonaws.com", "LexChannels"),
    suffixed("connect.amazonaws.com", "AmazonConnect"),
    suffixed("iot.amazonaws.com", "IoT"),
    service("application-autoscaling.amazonaws.com", "ApplicationAutoScaling"),
    service("dynamodb.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_DynamoDBTable"),
    service("ecs.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_ECSService"),
    service("rds.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_RDSCluster"),
    service("lambda.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_LambdaConcurrency"),
    service("access-analyzer.amazonaws.com", "AccessAnalyzer"),
    service("apigateway.amazonaws.com", "APIGateway"),
    service("ops.apigateway.amazonaws.com", "APIGateway"),
    service("batch.amazonaws.com", "Batch"),
    service("cloudtrail.amazonaws.com", "CloudTrail"),
    service("cloudwatch.amazonaws.com", "CloudWatchEvents"),
    service("config.amazonaws.com", "Config"),
    service("ec2scheduled.amazonaws.com", "EC2ScheduledInstances"),
    service("ecs.amazonaws.com", "ECS"),
    service("eks.amazonaws.com", "AmazonEKS"),
    service("eks-fargate.amazonaws.com", "AmazonEKSForFargate"),
    service("eks-nodegroup.amazonaws.com", "AmazonEKSNodegroup"),
    service("elasticache.amazonaws.com", "ElastiCache"),
    service("elasticbeanstalk.amazonaws.com", "ElasticBeanstalk"),
    service("elasticfilesystem.amazonaws.com", "AmazonElasticFileSystem"),
    service("elasticloadbalancing.amazonaws.com", "ElasticLoadBalancing"),
    service("elasticmapreduce.amazonaws.com", "EMRCleanup"),
    service("es.amazonaws.com", "AmazonElasticsearchService"),
    service("globalaccelerator.amazonaws.com", "GlobalAccelerator"),
    service("guardduty.amazonaws.com", "AmazonGuardDuty"),
    service("inspector2.amazonaws.com", "AmazonInspector2"),
    service("kafka.amazonaws.com", "Kafka"),
    service("macie.amazonaws.com", "AmazonMacie"),
    service("opensearchservice.amazonaws.com", "AmazonOpenSearchService"),
    service("organizations.amazonaws.com", "Organizations"),
    service("ram.amazonaws.com", "ResourceAccessManager"),
    service("rds.amazonaws.com", "RDS"),
    service("redshift.amazonaws.com", "Redshift"),
    service("replication.dynamodb.amazonaws.com", "DynamoDBReplication"),
    service("securityhub.amazonaws.com", "SecurityHub"),
    service("spot.amazonaws.com", "EC2Spot"),
    service("spotfleet.amazonaws.com", "EC2SpotFleet"),
    service("ssm.amazonaws.com", "AmazonSSM"),
    service("sso.amazonaws.com", "SSO"),
    service("support.amazonaws.com", "Support"),
    service("trustedadvisor.amazonaws.com", "TrustedAdvisor"),
    service("transitgateway.amazonaws.com", "VPCTransitGateway"),
    service("wafv2.amazonaws.com", "WAFV2Logging"),
];

/// CreateServiceLinkedRole.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let service = call.text("AWSServiceName");
    let name = role_name(service, call.params.get("CustomSuffix"))?;
    if call.account.roles.find(&name).is_some() {
        let sentence = format!(
            "Service role name {name} has been taken in this account, please try a different suffix."
        );
        return Err(Fault::new(Code::InvalidInput, sentence));
    }
    quota::ROLES.admit(call.account.roles.len())?;
    let role = Role {
        account: call.account_id().to_owned(),
        path: format!("/aws-service-role/{service}/"),
        name,
        id: id::mint(Prefix::Role, call.account_id(), call.random),
        created: call.now,
        trust_policy: format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{{"Service":["{service}"]}}}}]}}"#
        ),
        description: call.params.get("Description").map(str::to_owned),
        max_session_duration: 3600,
        permissions_boundary: None,
        tags: Vec::new(),
        inline_policies: BTreeMap::new(),
        attached_policies: Vec::new(),
        last_used: None,
    };
    out.structure("Role", |out| {
        role::head(call, out, &role, &role.trust_policy);
        out.text_if("Description", role.description.as_deref());
    });
    Ok(created(role))
}

/// DeleteServiceLinkedRole: gives a task, which is done at once, since no resource of a service is known here.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let role = call.role()?;
    let service = role.path.strip_prefix("/aws-service-role/").map(|rest| rest.trim_end_matches('/'));
    let Some(service) = service else {
        let sentence = format!("Role {} is not a service linked role.", role.name);
        return Err(Fault::new(Code::InvalidInput, sentence));
    };
    let uuid = id::uuid(call.random);
    out.text("DeletionTaskId", &format!("task/aws-service-role/{service}/{}/{uuid}", role.name));
    Ok(role::deleted(call, &role))
}

/// GetServiceLinkedRoleDeletionStatus. The task's id names the role; a role that is there again was made since.
///
/// # Errors
/// As IAM.
pub fn deletion_status(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let task = call.text("DeletionTaskId");
    let parts: Vec<&str> = task.split('/').collect();
    let ["task", "aws-service-role", service, name, uuid] = parts.as_slice() else {
        return Err(Fault::new(Code::InvalidInput, format!("Deletion task id {task} is not valid.")));
    };
    if uuid.len() != 36 || !role_name(service, None).is_ok_and(|rule| name.starts_with(&rule)) {
        return Err(no_such(format!("Deletion task {task} cannot be found.")));
    }
    out.text("Status", "SUCCEEDED");
    Ok(unchanged())
}

/// The name of a service's role: by the table, else `AWSServiceRoleFor` and the service's own name.
fn role_name(service: &str, suffix: Option<&str>) -> Result<String, Fault> {
    let row = SERVICES.iter().find(|row| row.name == service);
    let own = service.split('.').next().unwrap_or_default();
    if row.is_none() && (own.is_empty() || !service.ends_with(".amazonaws.com")) {
        let sentence = format!("{service} is not a service that has a service-linked role.");
        return Err(Fault::new(Code::InvalidInput, sentence));
    }
    let derived = || own.split('-').map(capitalized).collect::<String>();
    let base = row.map_or_else(derived, |row| row.role.to_owned());
    match suffix {
        None => Ok(format!("AWSServiceRoleFor{base}")),
        Some(suffix) if row.is_some_and(|row| row.suffix) => Ok(format!("AWSServiceRoleFor{base}_{suffix}")),
        Some(_) => Err(Fault::new(Code::InvalidInput, format!("Custom suffix is not allowed for {service}"))),
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
