//! `rolecall fix --in DIR`: what the user reads, what is written, and that nothing is written without being told to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

use std::fs;

use binary::{Folder, run};

const CASE: &str = "corpus/k8s/011-wildcard-namespace-string-equals/evidence";
const WORKFLOW: &str = "corpus/ci/030-no-id-token-permission/evidence";

const ROLE: &str = r#"# Roles of the previews.
resource "aws_iam_role" "builder" {
  name = "garden-in-cluster-builder"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE88CC9045EF3301548C4ED3A31" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE88CC9045EF3301548C4ED3A31:aud" = "sts.amazonaws.com"
          "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE88CC9045EF3301548C4ED3A31:sub" = "system:serviceaccount:*:garden-in-cluster-builder" # all
        }
      }
    }]
  })
}
"#;

fn sources(name: &str, files: &[(&str, &str)]) -> Folder {
    let folder = Folder::absent(name);
    for (file, text) in files {
        let path = folder.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What was printed, the folder by its name alone.
fn shown(text: &str, folder: &Folder) -> String {
    text.replace(folder.text(), "infra")
}

#[test]
fn without_consent_only_the_plan_is_shown() {
    let folder = sources("sources-plan", &[("iam/roles.tf", ROLE)]);
    let done = run(&["fix", CASE, "--in", folder.text()], "");
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stderr.contains("`--yes` makes the changes"), "{}", done.stderr);
    insta::assert_snapshot!("sources-plan", shown(&done.stdout, &folder));
    assert_eq!(fs::read_to_string(folder.0.join("iam/roles.tf")).unwrap(), ROLE);
}

#[test]
fn with_consent_it_is_written_once() {
    let folder = sources("sources-yes", &[("iam/roles.tf", ROLE), ("iam/other.tf", "# other\n")]);
    let done = run(&["fix", CASE, "--in", folder.text(), "--yes"], "");
    assert!(done.stdout.contains("written: "), "{}{}", done.stdout, done.stderr);
    let written = fs::read_to_string(folder.0.join("iam/roles.tf")).unwrap();
    assert_eq!(written, ROLE.replace("serviceaccount:*:", "serviceaccount:team-a-dev:"));
    let again = run(&["fix", CASE, "--in", folder.text(), "--yes"], "");
    insta::assert_snapshot!("sources-again", shown(&again.stdout, &folder));
    assert_eq!(fs::read_to_string(folder.0.join("iam/roles.tf")).unwrap(), written);
    assert_eq!(fs::read_to_string(folder.0.join("iam/other.tf")).unwrap(), "# other\n");
}

#[test]
fn a_refusal_shows_the_fix_and_says_why() {
    let elsewhere = ROLE.replace("\"garden-in-cluster-builder\"", "\"${var.team}-in-cluster-builder\"");
    let folder = sources("sources-refused", &[("roles.tf", &elsewhere)]);
    let done = run(&["fix", CASE, "--in", folder.text(), "--yes"], "");
    assert_eq!(done.code, 2);
    insta::assert_snapshot!("sources-refused", shown(&format!("{}{}", done.stdout, done.stderr), &folder));
    assert_eq!(fs::read_to_string(folder.0.join("roles.tf")).unwrap(), elsewhere);
}

#[test]
fn a_workflow_is_given_its_permission() {
    let workflow = fs::read_to_string(binary::root().join(WORKFLOW).join("workflow.yaml")).unwrap();
    let folder = sources("sources-workflow", &[(".github/workflows/deploy.yml", &workflow)]);
    let done = run(&["fix", WORKFLOW, "--in", folder.text(), "--yes"], "");
    insta::assert_snapshot!("sources-workflow", shown(&done.stdout, &folder));
    let written = fs::read_to_string(folder.0.join(".github/workflows/deploy.yml")).unwrap();
    assert!(
        written.contains("    permissions:\n      id-token: write\n      contents: read\n    runs-on:"),
        "{written}"
    );
}

#[test]
fn what_is_no_folder_of_sources_is_said() {
    for (arguments, words) in [
        (vec!["fix", CASE, "--in", "none"], "`none` is no folder"),
        (vec!["fix", CASE, "--in", "corpus", "--out", "x"], "cannot be used with"),
        (vec!["fix", "corpus/none", "--in", "corpus"], "cannot read `corpus/none`"),
    ] {
        let done = run(&arguments, "");
        assert_eq!(done.code, 2, "{arguments:?}");
        assert!(done.stderr.contains(words), "{arguments:?}: {}", done.stderr);
    }
}
