//! The pod and what was injected into it.

use rolecall_doctor::finding::Severity;

use super::*;

fn webhook_pod(ready: &str) -> (&'static str, String) {
    let text = format!(
        "kind: Pod\nmetadata:\n  name: w\n  creationTimestamp: '2025-05-29T00:00:00Z'\nspec:\n  containers:\n  - name: w\nstatus:\n  conditions:\n  - type: Ready\n    status: 'True'\n    lastTransitionTime: '{ready}'\n"
    );
    ("webhook-pod.yaml", text)
}

#[test]
fn not_injected() {
    let unseen = || vec![annotated(), bare_pod()];
    let mut mesh = injected_pod();
    mesh.1.push_str("  - name: proxy\n    image: registry.example.com/proxy:1\n");
    table(
        "pod.not-injected",
        vec![
            ("the node's role signs", vec![denied(NODE), app_role(), annotated(), bare_pod()], CERTAIN),
            ("nothing was seen", unseen(), CERTAIN),
            (
                "the environment alone",
                vec![error("Unable to locate credentials"), annotated(), env(&[("HOME", "/")])],
                LIKELY,
            ),
            ("neither pod nor environment", vec![denied(NODE), app_role(), annotated()], POSSIBLE),
            ("injected", vec![denied(NODE), app_role(), annotated(), injected_pod()], None),
            ("a container came later", vec![denied(NODE), app_role(), annotated(), mesh], POSSIBLE),
            ("no annotation", vec![denied(NODE), app_role(), account("app", &[]), bare_pod()], None),
            (
                "another account",
                vec![denied(NODE), annotated(), pod(PodSpec { account: "default", ..PodSpec::default() })],
                None,
            ),
            ("STS answered", vec![error("Incorrect token audience"), annotated(), bare_pod()], None),
        ],
    );
}

#[test]
fn a_template_is_never_injected() {
    let template = "kind: Deployment\nmetadata:\n  name: app\n  namespace: shop\nspec:\n  template:\n    spec:\n      serviceAccountName: app\n      containers:\n      - name: app\n";
    let files = vec![denied(NODE), app_role(), annotated(), ("deployment.yaml", template.to_owned())];
    let certainty = ask("pod.not-injected", &files).map(|finding| finding.certainty);
    assert_ne!(certainty, CERTAIN);
}

#[test]
fn reasons_are_named() {
    let says = |files: Files<'_>, words: &str| {
        let finding = ask("pod.not-injected", &files).unwrap();
        assert!(finding.explanation.contains(words), "{words}: {}", finding.explanation);
    };
    let with = |more: Vec<(&'static str, String)>| {
        let mut files = vec![denied(NODE), app_role(), annotated(), bare_pod()];
        files.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        files.extend(more);
        files
    };
    let webhook = |body: &str| {
        let text = format!(
            "kind: MutatingWebhookConfiguration\nmetadata:\n  name: pod-identity-webhook\nwebhooks:\n- name: pod-identity-webhook.amazonaws.com\n{body}"
        );
        ("webhook.yaml", text)
    };
    let ca = "  clientConfig:\n    caBundle: QUJD\n";
    says(
        with(vec![webhook_pod("2025-05-30T00:05:00Z")]),
        "the webhook was ready only at 2025-05-30T00:05:00Z",
    );
    says(
        with(vec![pod(PodSpec { created: "2025-03-01T12:00:00Z", ..PodSpec::default() })]),
        "its account, as it is now, only at",
    );
    says(with(vec![webhook("  clientConfig:\n    caBundle: ''\n")]), "no CA bundle");
    says(
        with(vec![(
            "webhook.error",
            "Error from server (NotFound): mutatingwebhookconfigurations \"pod-identity-webhook\" not found"
                .to_owned(),
        )]),
        "no such webhook configuration",
    );
    let label = "  labels:\n    eks.amazonaws.com/skip-pod-identity-webhook: 'true'\n";
    says(with(vec![pod(PodSpec { metadata: label, ..PodSpec::default() })]), "takes it out");
    let selector = format!("{ca}  namespaceSelector:\n    matchLabels:\n      irsa: enabled\n");
    let namespace =
        ("namespace.yaml", "kind: Namespace\nmetadata:\n  name: shop\n  labels:\n    team: a\n".to_owned());
    says(with(vec![webhook(&selector), namespace]), "leaves the pod's namespace out");
    let mirror = "  annotations:\n    kubernetes.io/config.mirror: abc\n";
    says(with(vec![pod(PodSpec { metadata: mirror, ..PodSpec::default() })]), "runs this pod from a file");
    let skip = "  annotations:\n    eks.amazonaws.com/skip-containers: app\n";
    says(with(vec![pod(PodSpec { metadata: skip, ..PodSpec::default() })]), "leaves alone");
}

#[test]
fn blanks_in_skip_containers_are_not_trimmed() {
    let metadata = "  annotations:\n    eks.amazonaws.com/skip-containers: 'proxy, app'\n";
    let files = vec![denied(NODE), app_role(), annotated(), pod(PodSpec { metadata, ..PodSpec::default() })];
    let finding = ask("pod.not-injected", &files).unwrap();
    assert!(!finding.title.contains("taken out"), "{}", finding.title);
}

#[test]
fn stale() {
    let other = "arn:aws:iam::111122223333:role/old";
    let old = || {
        pod(PodSpec {
            env: &[("AWS_ROLE_ARN", other), ("AWS_WEB_IDENTITY_TOKEN_FILE", TOKEN_FILE)],
            mounts: MOUNT,
            spec: VOLUME,
            ..PodSpec::default()
        })
    };
    let refused = || error("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    let audience = || {
        account("app", &[("eks.amazonaws.com/role-arn", ROLE_ARN), ("eks.amazonaws.com/audience", "vault")])
    };
    table(
        "pod.stale",
        vec![
            ("the old role is asked for", vec![refused(), annotated(), old()], CERTAIN),
            (
                "the old audience is in the token",
                vec![error("Incorrect token audience"), audience(), injected_pod()],
                CERTAIN,
            ),
            ("nothing was seen", vec![annotated(), old()], LIKELY),
            ("the same role", vec![refused(), annotated(), injected_pod()], None),
            (
                "another account's annotation",
                vec![refused(), account("web", &[("eks.amazonaws.com/role-arn", other)]), injected_pod()],
                None,
            ),
        ],
    );
    let severity = |more: Vec<(&'static str, String)>| {
        let files: Files<'_> = [annotated(), old()].into_iter().chain(more).collect();
        ask("pod.stale", &files).map(|finding| finding.severity)
    };
    let gone = "An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name old cannot be found.";
    assert_eq!(
        severity(vec![("role.error", gone.to_owned())]),
        Some(Severity::Error),
        "the old role is gone"
    );
    assert_eq!(severity(vec![]), Some(Severity::Warning), "nobody knows whether the old role admits");
}

#[test]
fn token_not_mounted() {
    let missing = || error(&format!("open {TOKEN_FILE}: no such file or directory"));
    let variables = |mounts, spec| pod(PodSpec { env: INJECTED_ENV, mounts, spec, ..PodSpec::default() });
    let empty = "  volumes:\n  - name: aws-iam-token\n    projected:\n      sources: []\n";
    let renamed = VOLUME.replace("path: token", "path: aws-token");
    table(
        "pod.token-not-mounted",
        vec![
            ("no mount", vec![missing(), annotated(), variables("", VOLUME)], CERTAIN),
            ("no volume", vec![missing(), annotated(), variables(MOUNT, "")], CERTAIN),
            ("an empty volume", vec![missing(), annotated(), variables(MOUNT, empty)], CERTAIN),
            ("another file name", vec![missing(), annotated(), variables(MOUNT, &renamed)], CERTAIN),
            ("nothing was seen", vec![annotated(), variables("", VOLUME)], LIKELY),
            ("the error alone", vec![missing()], LIKELY),
            ("mounted", vec![missing(), annotated(), injected_pod()], None),
            ("STS answered", vec![error("Incorrect token audience"), variables("", VOLUME)], None),
        ],
    );
}

#[test]
fn partial_env() {
    let half = || pod(PodSpec { env: &[("AWS_ROLE_ARN", ROLE_ARN)], ..PodSpec::default() });
    let other = || pod(PodSpec { env: &[("AWS_WEB_IDENTITY_TOKEN_FILE", TOKEN_FILE)], ..PodSpec::default() });
    table(
        "pod.partial-env",
        vec![
            ("only the role", vec![denied(NODE), annotated(), half()], CERTAIN),
            (
                "only the file",
                vec![
                    error("configured to assume role with web identity but has no role ARN configured"),
                    annotated(),
                    other(),
                ],
                CERTAIN,
            ),
            (
                "the environment alone",
                vec![denied(NODE), annotated(), env(&[("AWS_ROLE_ARN", ROLE_ARN)])],
                LIKELY,
            ),
            ("no annotation", vec![denied(NODE), account("app", &[]), half()], POSSIBLE),
            ("both", vec![denied(NODE), annotated(), injected_pod()], None),
            ("neither", vec![denied(NODE), annotated(), bare_pod()], None),
        ],
    );
}

#[test]
fn two_mechanisms() {
    let association = |role: &str| {
        let text = format!(
            r#"{{"association": {{"clusterName": "c", "namespace": "shop", "serviceAccount": "app", "roleArn": "{role}", "associationId": "a-1"}}}}"#
        );
        ("association.json", text)
    };
    let service = || {
        let (name, text) = app_role();
        let federated = r#""Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF""#;
        (name, text.replace(federated, r#""Service": "pods.eks.amazonaws.com""#))
    };
    let other = "arn:aws:iam::111122223333:role/by-association";
    let signs = "arn:aws:sts::111122223333:assumed-role/by-association/eks-c-app-1-1b2c3d4e-0000-4000-8000-000000000001";
    table(
        "pod.two-mechanisms",
        vec![
            (
                "handed over, and web identity goes on",
                vec![
                    error("Not authorized to perform sts:AssumeRoleWithWebIdentity"),
                    service(),
                    annotated(),
                    association(ROLE_ARN),
                    injected_pod(),
                ],
                CERTAIN,
            ),
            (
                "the other role signs",
                vec![denied(signs), app_role(), annotated(), association(other)],
                LIKELY,
            ),
            ("both, and nothing was seen", vec![annotated(), association(ROLE_ARN), injected_pod()], LIKELY),
            ("only web identity", vec![denied(NODE), annotated(), injected_pod()], None),
            ("only Pod Identity", vec![denied(NODE), account("app", &[]), association(ROLE_ARN)], None),
        ],
    );
    let quiet = ask("pod.two-mechanisms", &[annotated(), association(ROLE_ARN), injected_pod()]).unwrap();
    assert_eq!(quiet.severity, rolecall_doctor::finding::Severity::Warning);
}

#[test]
fn token_unreadable() {
    let refused = || error(&format!("open {TOKEN_FILE}: permission denied"));
    let cluster = |version: &str| {
        ("cluster.json", format!(r#"{{"cluster": {{"name": "c", "version": "{version}"}}}}"#))
    };
    let user = |context: &str| {
        let spec = format!("  securityContext: {{{context}}}\n{VOLUME}");
        pod(PodSpec { env: INJECTED_ENV, mounts: MOUNT, spec: &spec, ..PodSpec::default() })
    };
    table(
        "pod.token-unreadable",
        vec![
            ("the program says so", vec![refused(), annotated(), injected_pod()], CERTAIN),
            ("the error alone", vec![refused()], CERTAIN),
            ("an old cluster and a user", vec![cluster("1.18"), user("runAsUser: 1000")], LIKELY),
            (
                "an old cluster, a user and fsGroup",
                vec![cluster("1.18"), user("runAsUser: 1000, fsGroup: 65534")],
                None,
            ),
            ("a cluster of today", vec![cluster("1.31"), user("runAsUser: 1000")], None),
            ("root", vec![cluster("1.18"), user("runAsUser: 0")], None),
            (
                "another file",
                vec![error("open /etc/app.conf: permission denied"), annotated(), injected_pod()],
                None,
            ),
        ],
    );
}

#[test]
fn pods_are_made_anew_only_where_that_helps() {
    let commands = |files: Files<'_>| {
        let finding = ask("pod.not-injected", &files).unwrap();
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).count();
        (finding.title, edits)
    };
    let (_, edits) = commands(vec![denied(NODE), app_role(), annotated(), bare_pod()]);
    assert_eq!(edits, 1, "the webhook would inject it this time");
    let metadata = "  annotations:\n    eks.amazonaws.com/skip-containers: app\n";
    let skipped = pod(PodSpec { metadata, ..PodSpec::default() });
    let (title, edits) = commands(vec![denied(NODE), app_role(), annotated(), skipped]);
    assert_eq!(edits, 0, "it would be skipped again: {title}");
}

/// No token was read, and whatever it says, STS offers clusters' tokens a few keys and no others.
#[test]
fn keys_that_no_token_fills() {
    let provider = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    let subject = format!(r#""{provider}:sub": "system:serviceaccount:shop:app""#);
    let found = |claim: &str| {
        let (name, text) = app_role();
        let role = text.replace(&subject, &format!(r#"{subject}, "{provider}:{claim}": "shop""#));
        assert_ne!(role, text);
        let cluster = format!(
            r#"{{"cluster": {{"name": "c", "identity": {{"oidc": {{"issuer": "https://{provider}"}}}}}}}}"#
        );
        let files = [(name, role), annotated(), injected_pod(), ("cluster.json", cluster)];
        ask("trust.condition-key-unsupported", &files).is_some()
    };
    assert!(found("namespace"));
    assert!(!found("email"), "a token may have it");
}

#[test]
fn another_audience_by_annotation() {
    let account = || {
        account("app", &[("eks.amazonaws.com/role-arn", ROLE_ARN), ("eks.amazonaws.com/audience", "vault")])
    };
    let provider = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    let listed =
        format!(r#"{{"Url": "{provider}", "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": []}}"#);
    let cluster = format!(
        r#"{{"cluster": {{"name": "c", "identity": {{"oidc": {{"issuer": "https://{provider}"}}}}}}}}"#
    );
    let (name, text) = injected_pod();
    let pod = (name, text.replace("sts.amazonaws.com", "vault"));
    let fixes = |account: (&'static str, String)| {
        let files = [
            app_role(),
            account,
            pod.clone(),
            ("cluster.json", cluster.clone()),
            ("provider.json", listed.clone()),
        ];
        ask("token.audience-wrong", &files).unwrap().fixes
    };
    assert!(!fixes(account()).iter().all(|fix| fix.edits.is_empty()), "the annotation is taken away");
    assert!(
        fixes(annotated()).iter().all(|fix| fix.edits.is_empty()),
        "somebody else asks for that audience"
    );
}
