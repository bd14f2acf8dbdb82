//! Global and STS keys. Keys that describe an AWS caller are absent: there is none (policy reference 10.12).

use rolecall_policy::context::Context;

use super::Source;
use crate::world::Given;

pub(super) fn set(context: &mut Context, source: &Source<'_>) {
    context.set("aws:PrincipalIsAWSService", ["false".to_owned()]);
    context.set("aws:ViaAWSService", ["false".to_owned()]);
    context.set("aws:SecureTransport", ["true".to_owned()]);
    match source.now {
        Some(now) => {
            context.set("aws:CurrentTime", [now.to_string()]);
            context.set("aws:EpochTime", [now.0.to_string()]);
        }
        None => {
            context.set_unknown("aws:CurrentTime");
            context.set_unknown("aws:EpochTime");
        }
    }
    match source.request.session_name {
        Given::Known(name) => context.set("sts:RoleSessionName", [name.to_owned()]),
        _ => context.set_unknown("sts:RoleSessionName"),
    }
    match source.request.source_ip {
        Some(address) => context.set("aws:SourceIp", [address.to_owned()]),
        None => context.set_unknown("aws:SourceIp"),
    }
    match source.request.region {
        Some(region) => context.set("aws:RequestedRegion", [region.to_owned()]),
        None => context.set_unknown("aws:RequestedRegion"),
    }
    for key in ["aws:UserAgent", "aws:Referer", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"] {
        context.set_unknown(key);
    }
    match source.role {
        Some(role) => {
            for (key, value) in role.tags {
                context.set(&format!("aws:ResourceTag/{key}"), [value.clone()]);
                context.set(&format!("iam:ResourceTag/{key}"), [value.clone()]);
            }
        }
        None => {
            context.set_unknown_prefix("aws:resourcetag/");
            context.set_unknown_prefix("iam:resourcetag/");
        }
    }
    for key in ["aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths"] {
        context.set_unknown(key);
    }
    let account = source.request.role_arn.known().and_then(|arn| arn.split(':').nth(4));
    if let Some(account) = account.or_else(|| source.role.and_then(|role| role.arn.split(':').nth(4))) {
        context.set("aws:ResourceAccount", [account.to_owned()]);
    }
}
