//! Templates of pods and accounts that are mended: which edit comes of which evidence, what follows from it, and where
//! there is advice alone.

use rolecall_doctor::finding::Safety;
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::edit::Edit;
use rolecall_doctor::fix::files::files;
use rolecall_doctor::report::diagnose;
use rolecall_model::evidence::Evidence;

use super::{
    Files, INJECTED_ENV, NODE, PodSpec, ROLE_ARN, TOKEN_FILE, account, annotated, app_role, denied, error,
    pod,
};

pub(super) const LABELS: &str = "  labels: {app: app, pod-template-hash: 5d9f}\n";

/// A workload whose template has these variables, a line each.
pub(super) fn workload(kind: &str, account: &str, env: &str) -> (&'static str, String) {
    let spec = format!(
        "serviceAccountName: {account}\ncontainers:\n- name: app\n  image: registry.example.com/app:1\n{env}"
    );
    let template = |indent: &str| {
        let lines: Vec<String> = spec.lines().map(|line| format!("{indent}    {line}")).collect();
        format!(
            "{indent}template:\n{indent}  metadata:\n{indent}    labels: {{app: app}}\n{indent}  spec:\n{}\n",
            lines.join("\n")
        )
    };
    let body = match kind {
        "CronJob" => format!("  jobTemplate:\n    spec:\n{}", template("      ")),
        _ => template("  "),
    };
    let text = format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: app\n  namespace: shop\nspec:\n{body}"
    );
    ("deployment.yaml", text)
}

/// Variables of a container, as `workload` takes them.
pub(super) fn env(variables: &[(&str, &str)]) -> String {
    let lines = variables.iter().map(|(name, value)| format!("  - name: {name}\n    value: {value}\n"));
    format!("  env:\n{}", lines.collect::<String>())
}

pub(super) fn running(account: &str, variables: &[(&str, &str)]) -> (&'static str, String) {
    pod(PodSpec { account, env: variables, metadata: LABELS, ..PodSpec::default() })
}

fn read(given: &Files<'_>) -> Evidence {
    let files: Vec<(String, Vec<u8>)> =
        given.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes())).collect();
    rolecall_collect::read_files(&files)
}

/// The first fix of the finding of that cause.
pub(super) fn fix(cause: &str, given: &Files<'_>) -> Fix {
    let evidence = read(given);
    let report = diagnose(&evidence);
    let finding = report.findings.into_iter().find(|finding| finding.cause == cause);
    finding.unwrap_or_else(|| panic!("no {cause}")).fixes.remove(0)
}

/// What the edits of a fix change, a word for each, and how its proof ends; none where it is advice.
pub(super) fn made(cause: &str, given: &Files<'_>) -> Option<(String, &'static str)> {
    let fix = fix(cause, given);
    if fix.edits.is_empty() {
        assert_eq!(fix.safety, Safety::ShowOnly);
        return None;
    }
    assert_eq!(fix.safety, Safety::Review, "what somebody wrote is not changed without a look");
    let words = fix.edits.iter().map(|edit| match edit {
        Edit::SetContainerEnv { kind, variables, .. } => {
            let one = |one: &rolecall_doctor::fix::edit::Variable| match &one.after {
                Some(after) => format!("{}@{}={after}", one.name, one.place),
                None => format!("{}@{}-", one.name, one.place),
            };
            format!("{kind} {}", variables.iter().map(one).collect::<Vec<_>>().join(" "))
        }
        Edit::PatchPodTemplate { kind, before, after, .. } => {
            format!("{kind} {}>{}", before.as_deref().unwrap_or("-"), after.as_deref().unwrap_or("-"))
        }
        Edit::CreateServiceAccount { namespace, name, annotations } => {
            format!("{namespace}/{name} {}", annotations.values().cloned().collect::<String>())
        }
        Edit::RestartWorkload { kind, name, .. } => format!("restart {kind}/{name}"),
        other => panic!("{other:?}"),
    });
    let words = words.collect::<Vec<_>>().join(", ");
    Some((words, fix.proof.unwrap().consequence.name()))
}

/// What is shown, its files, and what [`made`] gives of them.
type Row<'r> = (&'r str, Files<'r>, Option<(&'r str, &'static str)>);

pub(super) fn table(cause: &str, rows: Vec<Row<'_>>) {
    for (what, given, wanted) in rows {
        let wanted = wanted.map(|(words, consequence)| (words.to_owned(), consequence));
        assert_eq!(made(cause, &given), wanted, "{cause}: {what}");
    }
}

#[test]
fn half_of_the_variables() {
    let role = ("AWS_ROLE_ARN", ROLE_ARN);
    let half = || running("app", &[("LOG", "debug"), role]);
    let by_hand = || env(&[("LOG", "debug"), role, ("AWS_REGION", "eu-west-1")]);
    let base = || vec![denied(NODE), app_role(), annotated()];
    let with = |more: Vec<(&'static str, String)>| base().into_iter().chain(more).collect::<Files<'_>>();
    let taken = |kind: &str| format!("{kind} AWS_ROLE_ARN@1-");
    let drawn = "  env:\n  - name: AWS_ROLE_ARN\n    valueFrom: {configMapKeyRef: {name: c, key: k}}\n";
    let arguments = "  args: [--role, $(AWS_ROLE_ARN)]\n";
    let mounted = "  volumeMounts:\n  - {name: d, mountPath: /d, subPathExpr: $(AWS_ROLE_ARN)}\n";
    let twice = env(&[role, role]);
    let other = env(&[("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/other")]);
    let skipped = |(name, text): (&'static str, String)| {
        let labels = "labels: {app: app}";
        (
            name,
            text.replace(
                labels,
                &format!("{labels}\n      annotations: {{eks.amazonaws.com/skip-containers: app}}"),
            ),
        )
    };
    table(
        "pod.partial-env",
        vec![
            (
                "a deployment",
                with(vec![half(), workload("Deployment", "app", &by_hand())]),
                Some((&taken("Deployment"), "unknown")),
            ),
            (
                "a cron job",
                with(vec![half(), workload("CronJob", "app", &by_hand())]),
                Some((&taken("CronJob"), "unknown")),
            ),
            (
                "no pod yet",
                with(vec![workload("StatefulSet", "app", &by_hand())]),
                Some((&taken("StatefulSet"), "unknown")),
            ),
            ("a job's template is not changed", with(vec![half(), workload("Job", "app", &by_hand())]), None),
            ("the template was not read", with(vec![half()]), None),
            ("drawn from elsewhere", with(vec![half(), workload("Deployment", "app", drawn)]), None),
            (
                "another variable draws on it",
                with(vec![
                    half(),
                    workload("Deployment", "app", &env(&[role, ("OTHER", "$(AWS_ROLE_ARN)/x")])),
                ]),
                None,
            ),
            (
                "the command line draws on it",
                with(vec![half(), workload("Deployment", "app", &format!("{}{arguments}", env(&[role])))]),
                None,
            ),
            (
                "the path of a mount draws on it",
                with(vec![half(), workload("Deployment", "app", &format!("{}{mounted}", env(&[role])))]),
                None,
            ),
            (
                "that is no reference",
                with(vec![
                    half(),
                    workload("Deployment", "app", &env(&[("OTHER", "$$(AWS_ROLE_ARN) $(AWS_ROLE)"), role])),
                ]),
                Some((&taken("Deployment"), "unknown")),
            ),
            ("set twice", with(vec![half(), workload("Deployment", "app", &twice)]), None),
            ("another role was set by hand", with(vec![half(), workload("Deployment", "app", &other)]), None),
            (
                "the container is left out",
                with(vec![half(), skipped(workload("Deployment", "app", &by_hand()))]),
                None,
            ),
            (
                "the account names no role",
                vec![
                    denied(NODE),
                    app_role(),
                    account("app", &[]),
                    half(),
                    workload("Deployment", "app", &by_hand()),
                ],
                None,
            ),
            ("not in the template", with(vec![half(), workload("Deployment", "app", "")]), None),
        ],
    );
}

#[test]
fn all_of_the_variables() {
    let all = [
        ("AWS_REGION", "eu-west-1"),
        INJECTED_ENV[0],
        ("AWS_STS_REGIONAL_ENDPOINTS", "regional"),
        INJECTED_ENV[1],
    ];
    let missing = || error(&format!("open {TOKEN_FILE}: no such file or directory"));
    let base = |env: &str| {
        vec![missing(), app_role(), annotated(), running("app", &all), workload("Deployment", "app", env)]
    };
    let mounted =
        "  volumeMounts:\n  - {name: other, mountPath: /var/run/secrets/eks.amazonaws.com/serviceaccount}\n";
    table(
        "pod.token-not-mounted",
        vec![
            (
                "both go at once, and the region stays",
                base(&env(&all)),
                Some(("Deployment AWS_ROLE_ARN@1- AWS_WEB_IDENTITY_TOKEN_FILE@3-", "unknown")),
            ),
            (
                "another variable draws on one",
                base(&env(&[&all[..], &[("FILE", "$(AWS_WEB_IDENTITY_TOKEN_FILE)")]].concat())),
                None,
            ),
            ("something is mounted there", base(&format!("{}{mounted}", env(&all))), None),
            ("the template has none: something else strips the mount", base(""), None),
        ],
    );
}

#[test]
fn a_session_name() {
    let named = |name: &str| env(&[("AWS_ROLE_SESSION_NAME", name)]);
    let pod = |name: &str| {
        let all = [INJECTED_ENV, &[("AWS_ROLE_SESSION_NAME", name)]].concat();
        running("app", &all)
    };
    let drawn = env(&[("AWS_ROLE_SESSION_NAME", "shop/app"), ("ME", "$(AWS_ROLE_SESSION_NAME)")]);
    let with = |name: &str, template: &str| {
        vec![app_role(), annotated(), pod(name), workload("Deployment", "app", &named(template))]
    };
    table(
        "caller.session-name-invalid",
        vec![
            (
                "mended",
                with("shop/app", "shop/app"),
                Some(("Deployment AWS_ROLE_SESSION_NAME@0=shop-app", "unknown")),
            ),
            ("the template says another", with("shop/app", "shop-app"), None),
            (
                "another variable draws on it",
                vec![app_role(), annotated(), pod("shop/app"), workload("Deployment", "app", &drawn)],
                None,
            ),
            (
                "a request names it",
                vec![annotated(), ("request.json", r#"{"RoleSessionName": "shop/app"}"#.to_owned())],
                None,
            ),
        ],
    );
    // A name that Kubernetes puts together is not the one that the program gets.
    let parts = with("'$(NS)-$(POD)'", "'$(NS)-$(POD)'");
    assert!(super::ask("caller.session-name-invalid", &parts).is_none());
}

#[test]
fn another_account() {
    let two = |second: (&'static str, String)| {
        let (name, first) = account("web", &[]);
        (name, format!("{first}---\n{}", second.1))
    };
    let bare = || running("web", &[]);
    let with = |accounts, template| vec![denied(NODE), app_role(), accounts, bare(), template];
    let elsewhere = || {
        let (name, text) = annotated();
        (name, text.replace("namespace: shop", "namespace: other"))
    };
    table(
        "serviceaccount.not-used",
        vec![
            (
                "both are read",
                with(two(annotated()), workload("Deployment", "web", "")),
                Some(("Deployment web>app", "unknown")),
            ),
            (
                "only the one that was meant",
                with(annotated(), workload("DaemonSet", "web", "")),
                Some(("DaemonSet web>app", "unknown")),
            ),
            ("a job", with(two(annotated()), workload("Job", "web", "")), None),
            ("in another namespace", with(elsewhere(), workload("Deployment", "web", "")), None),
            ("the template was not read", vec![denied(NODE), app_role(), two(annotated()), bare()], None),
            (
                "nothing says that this one was meant",
                with(account("x", &[]), workload("Deployment", "web", "")),
                None,
            ),
        ],
    );
}

#[test]
fn no_account() {
    let gone = || {
        (
            "serviceaccount.error",
            "Error from server (NotFound): serviceaccounts \"app\" not found\n".to_owned(),
        )
    };
    let injected = || running("app", INJECTED_ENV);
    let made = format!("shop/app {ROLE_ARN}, restart Pod/app-1");
    let without_pod = format!("shop/app {ROLE_ARN}, restart Deployment/app");
    let job = format!("shop/app {ROLE_ARN}");
    let similar = || {
        let (_, text) = account("apq", &[("eks.amazonaws.com/role-arn", ROLE_ARN)]);
        ("serviceaccount.yaml", text)
    };
    let said = || ("serviceaccount-app.error", gone().1);
    let template = |kind| workload(kind, "app", "");
    table(
        "serviceaccount.not-found",
        vec![
            (
                "a pod of before",
                vec![app_role(), gone(), injected(), template("Deployment")],
                Some((&made, "unknown")),
            ),
            ("no pod", vec![app_role(), gone(), template("Deployment")], Some((&without_pod, "unknown"))),
            ("a job goes on trying", vec![app_role(), gone(), template("Job")], Some((&job, "unknown"))),
            ("no role is known", vec![gone(), template("Deployment")], None),
            ("another name was looked for", vec![app_role(), gone(), running("web", INJECTED_ENV)], None),
            ("one of a similar name", vec![app_role(), said(), similar(), injected()], None),
            ("no pod and no template", vec![app_role(), gone()], None),
        ],
    );
}

/// The token of the pod that comes of the template is known but for its signature: with the provider and the cluster's
/// issuer everything before the issuer's keys is decided.
#[test]
fn decided_on_the_pod_that_comes_of_it() {
    let issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    let provider = format!(r#"{{"Url": "{issuer}", "ClientIDList": ["sts.amazonaws.com"]}}"#);
    let providers = format!(
        r#"{{"OpenIDConnectProviderList": [{{"Arn": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}]}}"#
    );
    let cluster = format!(
        r#"{{"cluster": {{"name": "c", "identity": {{"oidc": {{"issuer": "https://{issuer}"}}}}}}}}"#
    );
    let given = |template: &str, pod: &[(&str, &str)]| {
        vec![
            denied(NODE),
            app_role(),
            annotated(),
            ("provider.json", provider.clone()),
            ("providers.json", providers.clone()),
            ("cluster.json", cluster.clone()),
            running("app", pod),
            workload("Deployment", "app", template),
        ]
    };
    let role = [INJECTED_ENV[0]];
    let fix = fix("pod.partial-env", &given(&env(&role), &role));
    let proof = fix.proof.unwrap();
    assert!(proof.sentence.ends_with("rests on the issuer's keys (not read)"), "{}", proof.sentence);
}

#[test]
fn folders_keep_the_rest_of_the_manifest() {
    let variables = [("LOG", "debug"), INJECTED_ENV[0], ("AWS_REGION", "eu-west-1")];
    let (name, text) = workload("Deployment", "app", &env(&variables));
    let given = vec![denied(NODE), app_role(), annotated(), running("app", &variables), (name, text.clone())];
    let evidence = read(&given);
    let changes = files(&evidence, &fix("pod.partial-env", &given).edits);
    let after =
        |name: &str| changes.iter().find(|change| change.name == name).map(|change| change.after.clone());
    let gone = format!("        - name: AWS_ROLE_ARN\n          value: {ROLE_ARN}\n");
    assert!(text.contains(&gone), "{text}");
    assert_eq!(after("deployment.yaml"), Some(Some(text.replace(&gone, ""))));
    assert_eq!(after("pod.yaml"), Some(None), "another pod comes of it");
}

/// The folder with the changes made, read again, has the fault no more.
#[test]
fn mended_folders_are_mended() {
    let all = [
        ("AWS_REGION", "eu-west-1"),
        INJECTED_ENV[0],
        ("AWS_STS_REGIONAL_ENDPOINTS", "regional"),
        INJECTED_ENV[1],
    ];
    let (name, first) = account("web", &[]);
    let two = (name, format!("{first}---\n{}", annotated().1));
    let gone = "Error from server (NotFound): serviceaccounts \"app\" not found\n".to_owned();
    let named = [("AWS_ROLE_SESSION_NAME", "shop/app")];
    let table: Vec<(&str, Files<'_>)> = vec![
        (
            "pod.token-not-mounted",
            vec![app_role(), annotated(), running("app", &all), workload("Deployment", "app", &env(&all))],
        ),
        (
            "serviceaccount.not-used",
            vec![app_role(), two, running("web", &[]), workload("Deployment", "web", "")],
        ),
        (
            "serviceaccount.not-found",
            vec![app_role(), ("serviceaccount.error", gone), workload("Deployment", "app", "")],
        ),
        (
            "caller.session-name-invalid",
            vec![app_role(), annotated(), workload("CronJob", "app", &env(&named))],
        ),
    ];
    for (cause, given) in table {
        let mut after: std::collections::BTreeMap<String, String> =
            given.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
        let changes = files(&read(&given), &fix(cause, &given).edits);
        assert!(!changes.is_empty(), "{cause}");
        for change in changes {
            match change.after {
                Some(text) => after.insert(change.name, text),
                None => after.remove(&change.name),
            };
        }
        let after: Vec<(String, Vec<u8>)> =
            after.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        let evidence = rolecall_collect::read_files(&after);
        assert!(evidence.pod.pod.present().is_some(), "{cause}: the template is there still");
        let left: Vec<_> = diagnose(&evidence).findings.into_iter().map(|finding| finding.cause).collect();
        assert!(!left.contains(&cause), "{cause}: {left:?}");
    }
}

#[test]
fn what_draws_on_a_variable_is_told() {
    let drawn = env(&[INJECTED_ENV[0], ("OTHER", "$(AWS_ROLE_ARN)/x")]);
    let given = vec![
        denied(NODE),
        app_role(),
        annotated(),
        running("app", &[INJECTED_ENV[0]]),
        workload("Deployment", "app", &drawn),
    ];
    let finding = super::ask("pod.partial-env", &given).unwrap();
    let wanted = "`OTHER` of container `app` draws on `AWS_ROLE_ARN`: change that first";
    assert!(finding.notes.iter().any(|note| note == wanted), "{:?}", finding.notes);
}

#[test]
fn what_the_other_account_has_is_told() {
    let given =
        vec![denied(NODE), app_role(), annotated(), running("web", &[]), workload("Deployment", "web", "")];
    let notes = super::ask("serviceaccount.not-used", &given).unwrap().notes;
    assert!(notes.iter().any(|note| note.starts_with("what is bound to `web` (RBAC")), "{notes:?}");
}

#[test]
fn who_renders_it_is_told() {
    let marks = [
        ("labels: {app.kubernetes.io/managed-by: Helm}", Some("Helm")),
        ("annotations: {argocd.argoproj.io/tracking-id: 'a:b'}", Some("Argo CD")),
        ("labels: {kustomize.toolkit.fluxcd.io/name: apps}", Some("Flux")),
        (
            "ownerReferences: [{apiVersion: example.com/v1, kind: Store, name: s, controller: true}]",
            Some("Store `s`"),
        ),
        ("labels: {app: app}", None),
    ];
    for (mark, who) in marks {
        let (name, text) = workload("Deployment", "app", &env(&[INJECTED_ENV[0]]));
        let text = text.replace("  namespace: shop\n", &format!("  namespace: shop\n  {mark}\n"));
        let given = vec![denied(NODE), annotated(), running("app", &[INJECTED_ENV[0]]), (name, text)];
        let finding = super::ask("pod.partial-env", &given).unwrap();
        let noted = finding.notes.iter().find(|note| note.contains("is rendered by"));
        assert_eq!(noted.is_some(), who.is_some(), "{mark}");
        assert!(who.is_none_or(|who| noted.unwrap().contains(who)), "{mark}: {noted:?}");
    }
}
