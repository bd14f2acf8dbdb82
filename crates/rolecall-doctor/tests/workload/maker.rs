//! Which workload made the pod, and what is done where its pods do not follow its template.

use rolecall_doctor::finding::Safety;

use super::mending::{LABELS, env, fix, made, running, table, workload};
use super::{Files, INJECTED_ENV, MOUNT, NODE, PodSpec, ROLE_ARN, VOLUME, annotated, app_role, denied, pod};

/// A workload with a role set by hand, and these lines in its `spec`.
fn held(kind: &str, lines: &str) -> (&'static str, String) {
    let (name, text) = workload(kind, "app", &env(&[INJECTED_ENV[0]]));
    (name, text.replacen("spec:\n", &format!("spec:\n{lines}"), 1))
}

#[test]
fn pods_that_stay_as_they_are() {
    let strategy = |text: &str| format!("  updateStrategy: {text}\n");
    let rolling =
        |partition| strategy(&format!("{{type: RollingUpdate, rollingUpdate: {{partition: {partition}}}}}"));
    let rows = [
        ("StatefulSet", strategy("{type: OnDelete}"), Some("is deleted")),
        ("DaemonSet", strategy("{type: OnDelete}"), Some("is deleted")),
        ("Deployment", "  paused: true\n".to_owned(), Some("is paused")),
        ("StatefulSet", rolling(2), Some("below ordinal 2")),
        ("StatefulSet", rolling(0), None),
        ("Deployment", "  paused: false\n".to_owned(), None),
        ("DaemonSet", strategy("{type: RollingUpdate}"), None),
    ];
    for (kind, lines, why) in rows {
        let given = vec![
            denied(NODE),
            app_role(),
            annotated(),
            running("app", &[INJECTED_ENV[0]]),
            held(kind, &lines),
        ];
        let fix = fix("pod.partial-env", &given);
        assert_eq!(fix.safety == Safety::ShowOnly, why.is_some(), "{kind}: {lines}");
        let notes = super::ask("pod.partial-env", &given).unwrap().notes;
        assert_eq!(notes.iter().any(|note| note.contains(why.unwrap_or("`"))), why.is_some(), "{notes:?}");
    }
}

/// The pod can be deleted, and what comes then is seen by the webhook. A mark on the template would do nothing.
#[test]
fn pods_that_stay_as_they_are_are_deleted() {
    let on_delete = || held("StatefulSet", "  updateStrategy: {type: OnDelete}\n");
    let other = [("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/old"), INJECTED_ENV[1]];
    let stale = || {
        let (mounts, spec) = (MOUNT, VOLUME);
        pod(PodSpec { env: &other, metadata: LABELS, mounts, spec, ..PodSpec::default() })
    };
    let gone = "Error from server (NotFound): serviceaccounts \"app\" not found\n".to_owned();
    table(
        "pod.stale",
        vec![(
            "there is a pod",
            vec![app_role(), annotated(), stale(), on_delete()],
            Some(("restart Pod/app-1", "refused-later")),
        )],
    );
    let made = format!("shop/app {ROLE_ARN}");
    table(
        "serviceaccount.not-found",
        vec![(
            "there is none",
            vec![app_role(), ("serviceaccount.error", gone), on_delete()],
            Some((&made, "refused-later")),
        )],
    );
}

#[test]
fn owners_tell_what_made_the_pod() {
    let owned = |references: &str, labels: &str| {
        let metadata = format!("  labels: {{app: app{labels}}}\n  ownerReferences: [{references}]\n");
        let env = &[INJECTED_ENV[0]];
        pod(PodSpec { env, metadata: &metadata, ..PodSpec::default() })
    };
    let by = |api: &str, kind: &str, name: &str| {
        format!("{{apiVersion: {api}, kind: {kind}, name: {name}, uid: u, controller: true}}")
    };
    let hash = ", pod-template-hash: 5d9f";
    let set = |name: &str| owned(&by("apps/v1", "ReplicaSet", name), hash);
    let template = |kind: &str| workload(kind, "app", &env(&[INJECTED_ENV[0]]));
    let between = |owner: &str| {
        let (_, text) = workload("ReplicaSet", "app", &env(&[INJECTED_ENV[0]]));
        let owners = format!("  name: app-v2\n  ownerReferences: [{owner}]\n");
        ("replicaset.yaml", text.replacen("  name: app\n", &owners, 1))
    };
    let two = format!("{{kind: Node, name: n}}, {}", by("apps/v1", "StatefulSet", "app"));
    let rows = [
        ("its own set", set("app-5d9f"), vec![template("Deployment")], Some("Deployment")),
        ("the set of a longer name", set("app-v2-5d9f"), vec![template("Deployment")], None),
        (
            "a set that no template gave its hash",
            owned(&by("apps/v1", "ReplicaSet", "app-5d9f"), ""),
            vec![template("Deployment")],
            None,
        ),
        ("another kind", owned(&by("apps/v1", "StatefulSet", "app"), ""), vec![template("Deployment")], None),
        (
            "that kind",
            owned(&by("apps/v1", "StatefulSet", "app"), ""),
            vec![template("StatefulSet")],
            Some("StatefulSet"),
        ),
        ("another name", owned(&by("apps/v1", "DaemonSet", "app-1"), ""), vec![template("DaemonSet")], None),
        (
            "another group",
            owned(&by("apps.kruise.io/v1", "StatefulSet", "app"), ""),
            vec![template("StatefulSet")],
            None,
        ),
        ("the node", owned(&by("v1", "Node", "app"), ""), vec![template("Deployment")], None),
        ("one of several", owned(&two, ""), vec![template("StatefulSet")], Some("StatefulSet")),
        (
            "unmarked",
            owned("{kind: StatefulSet, name: app}", ""),
            vec![template("StatefulSet")],
            Some("StatefulSet"),
        ),
        (
            "a job of its time",
            owned(&by("batch/v1", "Job", "app-29012345"), ""),
            vec![template("CronJob")],
            Some("CronJob"),
        ),
        ("a job by hand", owned(&by("batch/v1", "Job", "app-by-hand"), ""), vec![template("CronJob")], None),
        (
            "a set that was read",
            set("app-v2"),
            vec![template("Deployment"), between(&by("apps/v1", "Deployment", "app"))],
            Some("Deployment"),
        ),
        (
            "a set of something else",
            set("app-v2"),
            vec![template("Deployment"), between(&by("argoproj.io/v1alpha1", "Rollout", "app"))],
            None,
        ),
        ("a set of nobody", set("app-v2"), vec![template("Deployment"), between("")], None),
    ];
    for (what, pod, workloads, kind) in rows {
        let given: Files<'_> =
            [denied(NODE), app_role(), annotated(), pod].into_iter().chain(workloads).collect();
        let wanted = kind.map(|kind| (format!("{kind} AWS_ROLE_ARN@0-"), "unknown"));
        assert_eq!(made("pod.partial-env", &given), wanted, "{what}");
    }
}
