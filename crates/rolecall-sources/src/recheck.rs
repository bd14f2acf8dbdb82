//! The sources read again, by what reads evidence, and everything decided once more on what they say now.

use std::collections::BTreeMap;

use rolecall_collect::terraform::{self, Given};
use rolecall_collect::{parse_yaml, read_files};
use rolecall_doctor::fix::edit::{Edit, TrustPolicyEdit};
use rolecall_doctor::fix::prove::{Proof, prove};
use rolecall_model::arn::Arn;
use rolecall_model::evidence::Evidence;
use rolecall_model::json::edit::pretty;

use crate::folder::{SourceFile, Sources};
use crate::search::{Declaration, Notation};

/// Decides again whether `cause` is gone, on the evidence with what the changed sources say in the places of what is in
/// force. `made` are the edits and what declares each of their objects; none for an edit of nothing that files declare.
///
/// # Errors
/// Why it cannot be decided: a sentence, lower case, without a full stop.
pub fn decide(
    sources: &Sources,
    evidence: &Evidence,
    cause: &str,
    made: &[(&Edit, Option<&Declaration>)],
) -> Result<Proof, String> {
    let mut world = evidence.clone();
    let mut edits = Vec::new();
    for (edit, declaration) in made {
        let Some(declaration) = declaration else {
            edits.push((*edit).clone());
            continue;
        };
        let file = sources.file(&declaration.place.file).ok_or("a file is gone")?;
        match edit {
            Edit::SetTrustPolicy(edit) => {
                let after = trust(sources, evidence, edit, declaration, file)?;
                edits.push(Edit::SetTrustPolicy(TrustPolicyEdit {
                    after,
                    changes: Vec::new(),
                    ..edit.clone()
                }));
            }
            Edit::AnnotateServiceAccount { namespace, name, key, before, .. } => {
                if declaration.notation != Notation::Kubernetes {
                    return Err("service accounts in Terraform are not read as evidence".into());
                }
                edits.push(Edit::AnnotateServiceAccount {
                    namespace: namespace.clone(),
                    name: name.clone(),
                    key: key.clone(),
                    before: before.clone(),
                    after: annotation(file, namespace, name, key)?,
                });
            }
            Edit::GrantIdToken { file: shown, .. } | Edit::SetRoleInput { file: shown, .. } => {
                workflow(&mut world, shown, file)?;
                // What was asked with the old role will be asked with the new one.
                edits.extend(matches!(edit, Edit::SetRoleInput { .. }).then(|| (*edit).clone()));
            }
            // What the manifest says now was compared with what the edit wants.
            Edit::PatchPodTemplate { .. }
            | Edit::SetContainerEnv { .. }
            | Edit::CreateServiceAccount { .. } => {
                edits.push((*edit).clone());
            }
            _ => {
                return Err(
                    "of this source only policies, accounts and workflows are read as evidence".into()
                );
            }
        }
    }
    Ok(prove(&world, cause, &edits))
}

/// The trust policy that the source declares.
fn trust(
    sources: &Sources,
    evidence: &Evidence,
    edit: &TrustPolicyEdit,
    declaration: &Declaration,
    file: &SourceFile,
) -> Result<String, String> {
    if declaration.notation == Notation::Terraform {
        let given = given(sources, evidence, file.folder());
        let beside =
            sources.files.iter().filter(|other| other.folder() == file.folder() && other.extension() == "tf");
        let files: Vec<(String, String)> =
            beside.map(|other| (other.name.clone(), other.text.clone())).collect();
        let (roles, _) = terraform::roles(&files, &given);
        let declared =
            roles.into_iter().find(|role| role.label == declaration.what && role.file == file.name);
        return declared.ok_or("the role is not there any more")?.trust;
    }
    let is_json = file.text.trim_start().starts_with('{');
    let base = if is_json { "template.json" } else { "template.yaml" };
    let read = read_files(&[(base.to_owned(), file.text.clone().into_bytes())]);
    let role = read.role.role.present().filter(|role| {
        role.name.as_ref().is_none_or(|name| name.value == edit.role) || role.arn.value.is_empty()
    });
    let trust = role.and_then(|role| role.trust.as_ref());
    match (trust, read.skipped.first()) {
        (Some(trust), _) => Ok(pretty(&trust.node, "", "  ")),
        (None, Some(skipped)) => Err(skipped.why.clone()),
        (None, None) => Err("the template holds more than one role that trusts a provider".into()),
    }
}

/// What Terraform would know: the account of the evidence, and the variables of files that it reads by itself.
fn given(sources: &Sources, evidence: &Evidence, folder: &str) -> Given {
    let arns = evidence.role.role.present().map(|role| role.arn.value.clone());
    let arn = arns.as_deref().and_then(Arn::parse);
    let mut variables = BTreeMap::new();
    let by_itself = |file: &&SourceFile| {
        let base = file.name.rsplit('/').next().unwrap_or_default();
        file.folder() == folder && (base == "terraform.tfvars" || base.ends_with(".auto.tfvars"))
    };
    for file in sources.files.iter().filter(by_itself) {
        let Ok(body) = hcl_edit::parser::parse_body(&file.text) else { continue };
        let set = body.attributes().filter_map(|attribute| {
            Some((attribute.key.as_str().to_owned(), attribute.value.as_str()?.to_owned()))
        });
        variables.extend(set);
    }
    Given {
        account: arn.as_ref().map(|arn| arn.account.clone()).filter(|account| account.len() == 12),
        partition: arn.map_or_else(|| "aws".to_owned(), |arn| arn.partition),
        variables,
    }
}

/// The annotation that a manifest sets.
fn annotation(file: &SourceFile, namespace: &str, name: &str, key: &str) -> Result<Option<String>, String> {
    let read = read_files(&[("serviceaccount.yaml".to_owned(), file.text.clone().into_bytes())]);
    let accounts = read.serviceaccount.account.present().into_iter().chain(&read.serviceaccount.others);
    let own = accounts.into_iter().find(|account| {
        account.name.value == name && account.namespace.as_ref().is_none_or(|own| own.value == namespace)
    });
    let own = own.ok_or("the service account is not read from the manifest")?;
    let pair = own.annotations.iter().rev().find(|pair| pair.key.value == key);
    Ok(pair.map(|pair| pair.value.value.clone()))
}

/// The workflow as the source says it, in place of the one that the evidence shows.
fn workflow(world: &mut Evidence, shown: &str, file: &SourceFile) -> Result<(), String> {
    let id = world.documents.named(shown).map(|(id, _)| id).ok_or("the evidence shows no such workflow")?;
    let (documents, _) = parse_yaml(&file.text);
    let node = documents.into_iter().next().ok_or("the workflow is not legible")?;
    let own = world.workflows.iter_mut().find(|workflow| workflow.document == id);
    own.ok_or("the evidence shows no such workflow")?.node = node;
    Ok(())
}
