//! Service-linked roles: CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleDeletionStatus
//! (reference iam.md §6).

use std::collections::BTreeMap;

use rolecall_state::entity::Role;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::{linked_service, quota, role};
use crate::call::{Call, Changes, created, no_such, unchanged};
use crate::id::{self, Prefix};

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

/// The name of the role that a call is to make; `*` where there can be none.
#[must_use]
pub fn name(call: &Call<'_>) -> String {
    let name = role_name(call.text("AWSServiceName"), call.params.get("CustomSuffix"));
    name.unwrap_or_else(|_| "*".to_owned())
}

/// The name of a service's role: by the table, else `AWSServiceRoleFor` and the service's own name.
fn role_name(service: &str, suffix: Option<&str>) -> Result<String, Fault> {
    let row = linked_service::find(service);
    let own = service.strip_suffix(".amazonaws.com").filter(|own| !own.is_empty());
    let Some(own) = own else {
        let sentence = format!("{service} is not a service that has a service-linked role.");
        return Err(Fault::new(Code::InvalidInput, sentence));
    };
    let derived = || own.split(['-', '.']).map(capitalized).collect::<String>();
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
