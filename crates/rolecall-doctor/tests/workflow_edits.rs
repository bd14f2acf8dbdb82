//! Edits of GitHub workflows: what a job had stays, what it lacks is written where the author would.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use rolecall_collect::parse_yaml;
use rolecall_doctor::fix::workflow::{Granted, Made, grant, name_role};
use rolecall_model::json::Node;
use rolecall_model::json::edit::apply;

fn made(text: &str, change: impl Fn(&Node) -> Made) -> Result<String, String> {
    let root = parse_yaml(text).0.remove(0);
    match change(&root) {
        Ok(Granted::Already) => Ok(text.to_owned()),
        Ok(Granted::By(changes)) => Ok(apply(text, &changes).unwrap()),
        Err((_, why)) => Err(why),
    }
}

#[test]
fn a_job_is_given_its_permission() {
    let job = "jobs:\n  a:\n    runs-on: x # y\n    steps: []\n";
    let other = "  b:\n    runs-on: x\n";
    let own = "    permissions:\n      id-token: write\n      contents: read\n";
    let table = [
        ("none at all", job.to_owned(), job.replace("    runs-on", &format!("{own}    runs-on"))),
        (
            "the workflow's, of one job",
            format!("permissions:\n  contents: read # why\n{job}"),
            format!("permissions:\n  contents: read # why\n  id-token: write\n{job}"),
        ),
        (
            "the workflow's, of two jobs",
            format!("permissions:\n  packages: write\n{job}{other}"),
            format!(
                "permissions:\n  packages: write\n{}{other}",
                job.replace(
                    "    runs-on",
                    "    permissions:\n      id-token: write\n      packages: write\n    runs-on"
                )
            ),
        ),
        (
            "the job's own, in brackets",
            job.replace("    steps", "    permissions: {contents: read}\n    steps"),
            job.replace("    steps", "    permissions: {contents: read, id-token: write}\n    steps"),
        ),
        (
            "an empty block",
            job.replace("    steps", "    permissions: {} # none\n    steps"),
            job.replace("    steps", "    permissions: {id-token: write} # none\n    steps"),
        ),
        (
            "another value",
            format!("permissions:\n  id-token: none\n{job}"),
            format!("permissions:\n  id-token: write\n{job}"),
        ),
        (
            "granted already",
            format!("permissions: write-all\n{job}"),
            format!("permissions: write-all\n{job}"),
        ),
    ];
    for (what, before, after) in table {
        assert_eq!(made(&before, |root| grant(&before, root, "a")), Ok(after.clone()), "{what}");
        assert_eq!(made(&after, |root| grant(&after, root, "a")), Ok(after.clone()), "{what}, twice");
        let (before, after) = (before.replace('\n', "\r\n"), after.replace('\n', "\r\n"));
        assert_eq!(
            made(&before, |root| grant(&before, root, "a")),
            Ok(after),
            "{what}, with other line ends"
        );
    }
}

#[test]
fn what_is_not_written_out_is_left_alone() {
    let job = "jobs:\n  a:\n    runs-on: x\n";
    let table = [
        (format!("permissions: read-all\n{job}"), "a", "names no single permission"),
        (format!("permissions: read-all\n{job}  b:\n    runs-on: x\n"), "a", "name no single permission"),
        (format!("{job}    permissions:\n"), "a", "names no single permission"),
        (job.to_owned(), "c", "there is no job `c`"),
        ("jobs: {a: {runs-on: x}}\n".to_owned(), "a", "not written as lines"),
    ];
    for (text, name, words) in table {
        let refused = made(&text, |root| grant(&text, root, name)).unwrap_err();
        assert!(refused.contains(words), "{text}: {refused}");
    }
}

#[test]
fn a_role_keeps_its_quotes() {
    let text = "jobs:\n  a:\n    steps:\n    - with: {role-to-assume: 'old', name: old}\n    - with:\n        role-to-assume: old # ours\n    - with:\n        role-to-assume: \"${{ vars.ROLE }}\"\n";
    let after =
        made(text, |root| name_role(text, root, "old", "arn:aws:iam::111122223333:role/new")).unwrap();
    let new = "arn:aws:iam::111122223333:role/new";
    let wanted = text
        .replace("assume: 'old'", &format!("assume: '{new}'"))
        .replace("assume: old #", &format!("assume: {new} #"));
    assert_eq!(after, wanted);
    assert_eq!(made(&after, |root| name_role(&after, root, "old", new)), Ok(after.clone()));
    assert!(made(text, |root| name_role(text, root, "third", new)).is_err());
}
