//! The program that calls.

use super::*;

const USER: &str = "arn:aws:iam::111122223333:user/old";

fn set(more: &[(&str, &str)]) -> (&'static str, String) {
    let mut all = INJECTED_ENV.to_vec();
    all.extend(more);
    env(&all)
}

#[test]
fn wrong_identity() {
    let session = "arn:aws:sts::111122223333:assumed-role/app/botocore-session-1";
    let chained = error(
        "User: arn:aws:sts::111122223333:assumed-role/first/botocore-session-1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/app",
    );
    let shown = || {
        (
            "output.txt",
            format!(
                "{{\"UserId\": \"A:i-0123456789abcdef0\", \"Account\": \"111122223333\", \"Arn\": \"{NODE}\"}}"
            ),
        )
    };
    table(
        "caller.wrong-identity",
        vec![
            ("the node's role", vec![denied(NODE), app_role()], LIKELY),
            ("a user", vec![denied(USER), app_role()], LIKELY),
            ("shown by get-caller-identity", vec![shown(), app_role()], LIKELY),
            ("the role is not known, an instance all the same", vec![denied(NODE)], LIKELY),
            ("a chain", vec![chained, app_role()], POSSIBLE),
            ("the role itself", vec![denied(session), app_role()], None),
            ("the role is not known, and it is a role", vec![denied(session)], None),
        ],
    );
}

#[test]
fn a_pods_token_for_a_role_of_jobs() {
    let claims = |subject: &str, issuer: &str| {
        (
            "token.claims.json",
            format!(r#"{{"iss": "{issuer}", "sub": "{subject}", "aud": "sts.amazonaws.com"}}"#),
        )
    };
    let cluster = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    let job_role = || {
        let (name, text) = role("repo:org/app:ref:refs/heads/main");
        (
            name,
            text.replace(
                "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
                "token.actions.githubusercontent.com",
            ),
        )
    };
    let list = |host: &str| {
        (
            "providers.json",
            format!(
                r#"{{"OpenIDConnectProviderList": [{{"Arn": "arn:aws:iam::111122223333:oidc-provider/{host}"}}]}}"#
            ),
        )
    };
    let refused = || error("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    let pods = || claims("system:serviceaccount:ci:runner", cluster);
    table(
        "caller.wrong-identity",
        vec![
            (
                "the runner's pod",
                vec![refused(), pods(), job_role(), list("token.actions.githubusercontent.com")],
                LIKELY,
            ),
            ("providers were not read", vec![refused(), pods(), job_role()], POSSIBLE),
            (
                "the trusted issuer is not registered",
                vec![refused(), pods(), job_role(), list("gitlab.com")],
                None,
            ),
            (
                "the job's own token",
                vec![
                    refused(),
                    claims("repo:org/app:pull_request", "https://token.actions.githubusercontent.com"),
                    job_role(),
                    list("token.actions.githubusercontent.com"),
                ],
                None,
            ),
            (
                "a role of pods",
                vec![refused(), pods(), app_role(), list("token.actions.githubusercontent.com")],
                None,
            ),
        ],
    );
}

#[test]
fn credentials_overridden() {
    let keys = &[("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")];
    let logged = ("debug.log", "INFO Found credentials in environment variables.\n".to_owned());
    let mounted = pod(PodSpec {
        env: INJECTED_ENV,
        mounts: "    volumeMounts:\n    - name: creds\n      mountPath: /root/.aws\n",
        spec: VOLUME,
        ..PodSpec::default()
    });
    table(
        "caller.credentials-overridden",
        vec![
            ("static keys", vec![denied(USER), app_role(), set(keys)], LIKELY),
            (
                "a credentials file",
                vec![denied(USER), app_role(), set(&[("AWS_SHARED_CREDENTIALS_FILE", "/c")])],
                LIKELY,
            ),
            ("a mounted folder", vec![denied(USER), app_role(), mounted], LIKELY),
            ("the log says so", vec![denied(USER), app_role(), set(keys), logged], CERTAIN),
            (
                "a key is refused",
                vec![
                    error(
                        "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid",
                    ),
                    set(keys),
                ],
                LIKELY,
            ),
            ("a user signs, from wherever", vec![denied(USER), app_role(), set(&[])], LIKELY),
            ("web identity is not set up", vec![denied(USER), app_role(), env(keys)], POSSIBLE),
            ("keys do not sign as a node", vec![denied(NODE), app_role(), set(keys)], None),
            ("nothing else is set", vec![denied(NODE), app_role(), set(&[])], None),
            (
                "STS answered",
                vec![error("Not authorized to perform sts:AssumeRoleWithWebIdentity"), set(keys)],
                None,
            ),
            ("empty", vec![denied(NODE), app_role(), set(&[("AWS_ACCESS_KEY_ID", "")])], None),
        ],
    );
}

#[test]
fn sdk_too_old() {
    let java =
        denied(NODE).1.replace("AccessDenied:", "software.amazon.awssdk.services.s3.model.S3Exception:");
    let trail = |agent: &str| {
        (
            "cloudtrail.json",
            format!(
                r#"{{"eventName": "AssumeRole", "eventSource": "sts.amazonaws.com", "userAgent": "{agent}", "userIdentity": {{"type": "AssumedRole", "arn": "{NODE}"}}}}"#
            ),
        )
    };
    let timeout = (
        "debug.log",
        "Connect timeout on endpoint URL: \"https://sts.eu-west-1.amazonaws.com/\"\n".to_owned(),
    );
    table(
        "caller.sdk-too-old",
        vec![
            (
                "injected, and the node's role signs",
                vec![denied(NODE), app_role(), annotated(), injected_pod()],
                LIKELY,
            ),
            (
                "injected, and nothing is found",
                vec![error("Unable to locate credentials"), annotated(), injected_pod()],
                LIKELY,
            ),
            (
                "the version is shown",
                vec![denied(NODE), app_role(), set(&[]), trail("Boto3/1.9.100 Python/2.7")],
                CERTAIN,
            ),
            (
                "the version is late enough",
                vec![denied(NODE), app_role(), set(&[]), trail("Boto3/1.34.0 Botocore/1.34.0")],
                None,
            ),
            ("an SDK that always knew", vec![("error.txt", java), app_role(), set(&[])], None),
            ("a user signs", vec![denied(USER), app_role(), set(&[])], None),
            (
                "STS was not reached, and the SDK went on",
                vec![denied(NODE), app_role(), set(&[]), timeout],
                None,
            ),
            ("not injected", vec![denied(NODE), app_role(), annotated(), bare_pod()], None),
        ],
    );
}

#[test]
fn what_the_sdk_says_itself() {
    let module = "Unable to load credentials from WebIdentityTokenCredentialsProvider: To use assume role profiles the aws-java-sdk-sts module must be on the class path.";
    table(
        "caller.sdk-module-missing",
        vec![("v1", vec![error(module)], CERTAIN), ("no", vec![denied(NODE)], None)],
    );
    let cached = format!(
        "{TOKEN_FILE} token => /run/secrets/eks.amazonaws.com/serviceaccount/..2025_05_31_16_27_51.1/token"
    );
    let missing = format!("failed to open stream: {TOKEN_FILE}: No such file or directory");
    table(
        "caller.token-path-cached",
        vec![
            ("a resolved path", vec![error(&missing), ("debug.log", cached)], CERTAIN),
            ("mounted, and missed", vec![error(&missing), annotated(), injected_pod()], POSSIBLE),
            (
                "not mounted",
                vec![error(&missing), pod(PodSpec { env: INJECTED_ENV, ..PodSpec::default() })],
                None,
            ),
        ],
    );
    let throttled = "WebIdentityErr: failed to retrieve credentials\ncaused by: Throttling: Rate exceeded";
    let other =
        "An error occurred (ThrottlingException) when calling the DescribeVolumes operation: Rate exceeded";
    table(
        "caller.sts-throttled",
        vec![
            ("STS", vec![error(throttled)], CERTAIN),
            (
                "in the log, and then the node's role",
                vec![denied(NODE), ("debug.log", throttled.to_owned())],
                LIKELY,
            ),
            ("nothing says which service", vec![error("Rate exceeded")], POSSIBLE),
            ("another service", vec![error(other)], None),
        ],
    );
}

#[test]
fn session_name_invalid() {
    let said = "1 validation error detected: Value 'a/b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*";
    let request =
        |name: &str| ("request.json", format!(r#"{{"RoleArn": "{ROLE_ARN}", "RoleSessionName": "{name}"}}"#));
    table(
        "caller.session-name-invalid",
        vec![
            ("STS says so", vec![error(said)], CERTAIN),
            ("the request shows it", vec![request("two words")], CERTAIN),
            ("too long", vec![request(&"x".repeat(65))], CERTAIN),
            ("a good name", vec![request("a+b=c,d.e@f-g_h")], None),
            ("STS went past it", vec![error("Incorrect token audience"), request("a/b")], None),
            (
                "another field",
                vec![error(
                    "1 validation error detected: Value '1' at 'durationSeconds' failed to satisfy constraint: x",
                )],
                None,
            ),
        ],
    );
}

#[test]
fn not_configured() {
    let nothing =
        || error("Unable to locate credentials. You can configure credentials by running \"aws configure\".");
    let workflow = |role: &str, permissions: &str| {
        let text = format!(
            "on: push\n{permissions}jobs:\n  d:\n    steps:\n    - uses: aws-actions/configure-aws-credentials@v4\n      with:\n        role-to-assume: {role}\n"
        );
        ("workflow.yaml", text)
    };
    let grant = "permissions:\n  id-token: write\n";
    table(
        "caller.not-configured",
        vec![
            (
                "a name that is nearly right",
                vec![nothing(), env(&[("CI", "true"), ("AWS_WEB_IDENTITY_ROLE_FILE", "/t")])],
                CERTAIN,
            ),
            ("half", vec![nothing(), env(&[("GITLAB_CI", "true"), ("AWS_ROLE_ARN", ROLE_ARN)])], CERTAIN),
            ("neither", vec![nothing(), env(&[("GITLAB_CI", "true")])], LIKELY),
            (
                "in a pod, account unread",
                vec![nothing(), env(&[("KUBERNETES_SERVICE_HOST", "10.0.0.1")])],
                POSSIBLE,
            ),
            ("an action may hand it in", vec![nothing(), env(&[("GITHUB_ACTIONS", "true")])], POSSIBLE),
            ("the error alone", vec![nothing()], POSSIBLE),
            (
                "a role that renders to nothing",
                vec![nothing(), workflow("${{ secrets.ROLE }}", grant)],
                LIKELY,
            ),
            ("a role as an input", vec![nothing(), workflow(ROLE_ARN, grant)], None),
            ("no token either", vec![nothing(), workflow("${{ secrets.ROLE }}", "")], None),
            ("both are set", vec![nothing(), set(&[])], None),
            ("the account explains it", vec![nothing(), env(&[("A", "1")]), account("app", &[])], None),
        ],
    );
}

#[test]
fn wrong_flow() {
    let runner = || {
        let text = format!(
            r#"{{"Role": {{"RoleName": "app", "Arn": "{ROLE_ARN}", "AssumeRolePolicyDocument": {{"Statement": [{{"Effect": "Allow",
              "Principal": {{"AWS": "arn:aws:iam::111122223333:role/runner"}}, "Action": "sts:AssumeRole"}}]}}}}}}"#
        );
        ("role.json", text)
    };
    let missing = || {
        error(
            "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
        )
    };
    let refused = || error("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    table(
        "caller.wrong-flow",
        vec![
            ("no provider either", vec![missing(), runner()], LIKELY),
            ("the provider may be there", vec![refused(), runner()], POSSIBLE),
            ("an annotation says that it was meant", vec![missing(), runner(), annotated()], None),
            ("the role trusts a provider", vec![missing(), app_role()], None),
            ("nothing was seen", vec![runner()], None),
        ],
    );
}
