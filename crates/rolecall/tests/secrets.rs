//! No signature, session credential or secret key reaches any output, wherever in the evidence it stood.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

use std::fs;
use std::path::{Path, PathBuf};

use binary::{FORMATS, corpus, root, run};

/// Stands in every planted secret, so that one look finds any of them.
const MARK: &str = "Zm9yYmlkZGVu";

const HEADER: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0";
const CLAIMS: &str = "eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6InMiLCJhdWQiOiJhIn0";

fn jwt() -> String {
    format!("{HEADER}.{CLAIMS}.{MARK}c2lnbmF0dXJl{MARK}")
}

/// Texts with a secret each, as tools print them.
fn planted() -> Vec<String> {
    let jwt = jwt();
    vec![
        format!("token: {jwt}"),
        format!("POST / Action=AssumeRoleWithWebIdentity&WebIdentityToken={}", jwt.replace('.', "%2E")),
        format!("Authorization: Bearer {jwt}"),
        format!(
            "Authorization: AWS4-HMAC-SHA256 Credential=AKIAX/20260101/us-east-1/sts/aws4_request, Signature={MARK}0123456789"
        ),
        format!("X-Amz-Security-Token: IQoJb3JpZ2lu{MARK}////"),
        format!("AWS_SECRET_ACCESS_KEY={MARK}/K7MDENG/bPxRfiCYEXAMPLE"),
        format!("export AWS_SESSION_TOKEN='IQoJb3JpZ2lu{MARK}=='"),
        format!(
            "<SecretAccessKey>{MARK}/K7MDENG/bPxRfiCY</SecretAccessKey><SessionToken>FwoGZXIvYXdz{MARK}</SessionToken>"
        ),
        format!(
            r#"{{"Credentials": {{"SecretAccessKey": "{MARK}K7MDENGbPxRfiCY", "SessionToken": "{MARK}IQoJb3JpZ2luX2Vj"}}}}"#
        ),
        format!("aws_secret_access_key = {MARK}K7MDENGbPxRfiCYEXAMPLE"),
        format!("ACTIONS_ID_TOKEN_REQUEST_TOKEN={jwt}"),
        format!("https://sts.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Signature={MARK}01234567"),
    ]
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("rolecall-secrets-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn assert_silent(arguments: &[&str], input: &str, what: &str) {
    let done = run(arguments, input);
    assert!(done.code >= 0, "{what}: {} died: {}", arguments.join(" "), done.stderr);
    for text in [&done.stdout, &done.stderr] {
        assert!(!text.contains(MARK), "{what}: {} shows a secret:\n{text}", arguments.join(" "));
    }
}

#[test]
fn pasted_secrets_are_struck_out() {
    let all = planted().join("\n");
    for text in planted().iter().chain([&all]) {
        for format in FORMATS {
            assert_silent(&["diagnose", "-", "--format", format], text, text);
        }
        assert_silent(&["explain", text], "", text);
    }
}

/// Every case, with a raw token added and every secret appended to each log, error and list of variables: findings
/// quote those files most.
#[test]
fn no_case_shows_a_planted_secret() {
    let log = planted().join("\n");
    for case in corpus() {
        let folder = Folder::new(&case.replace('/', "-"));
        copy(&root().join(&case), &folder.0);
        fs::write(folder.0.join("token.txt"), jwt()).unwrap();
        for name in ["error.txt", "debug.log", "env.txt"] {
            let path = folder.0.join(name);
            let before = fs::read_to_string(&path).unwrap_or_default();
            fs::write(path, format!("{log}\n{before}\n{log}\n")).unwrap();
        }
        for format in FORMATS {
            assert_silent(&["diagnose", folder.text(), "--format", format], "", &case);
        }
    }
}

/// Secrets where nobody expects them: inside the JSON and YAML files whose lines are quoted.
#[test]
fn secrets_inside_documents_are_struck_out() {
    let folder = Folder::new("documents");
    let jwt = jwt();
    let put = |name: &str, text: String| fs::write(folder.0.join(name), text).unwrap();
    put(
        "role.json",
        format!(
            r#"{{"Role": {{"RoleName": "a", "Description": "{jwt}", "Arn": "arn:aws:iam::111122223333:role/a", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "{jwt}"}}, "Action": "sts:AssumeRoleWithWebIdentity"}}]}}}}}}"#
        ),
    );
    put(
        "token.claims.json",
        format!(r#"{{"iss": "https://idp.example.com", "sub": "{jwt}", "aud": "{jwt}"}}"#),
    );
    put(
        "pod.yaml",
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: a\n    env:\n    - name: AWS_SECRET_ACCESS_KEY\n      value: {MARK}K7MDENGbPxRfiCYEXAMPLE\n    - {{name: AWS_ROLE_ARN, value: '{jwt}'}}\n"
        ),
    );
    put(
        "request.json",
        format!(r#"{{"RoleArn": "{jwt}", "RoleSessionName": "s", "WebIdentityToken": "{jwt}"}}"#),
    );
    put(
        "cloudtrail.json",
        format!(
            r#"{{"eventName": "AssumeRoleWithWebIdentity", "errorMessage": "{jwt}", "responseElements": {{"credentials": {{"sessionToken": "{MARK}IQoJb3JpZ2luX2Vj", "secretAccessKey": "{MARK}K7MDENGbPxRfiCY"}}}}}}"#
        ),
    );
    put("error.txt", format!("Not authorized to perform sts:AssumeRoleWithWebIdentity\n{jwt}"));
    for format in FORMATS {
        assert_silent(&["diagnose", folder.text(), "--format", format], "", "documents");
    }
}

#[test]
fn simulate_shows_claims_and_no_signature() {
    let folder = Folder::new("simulate");
    let token = folder.0.join("token.txt");
    let trust = folder.0.join("trust.json");
    fs::write(&token, jwt()).unwrap();
    fs::write(&trust, r#"{"Version": "2012-10-17", "Statement": []}"#).unwrap();
    let (token, trust) = (token.to_str().unwrap(), trust.to_str().unwrap());
    let arguments =
        ["simulate", "--token", token, "--trust", trust, "--resource", "arn:aws:iam::111122223333:role/a"];
    let done = run(&arguments, "");
    assert!(done.stdout.contains("idp.example.com"), "{}{}", done.stdout, done.stderr);
    assert_silent(&arguments, "", "simulate");
    assert_silent(&["simulate", "--token", token, "--trust", token, "--resource", &jwt()], "", "no policy");
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
