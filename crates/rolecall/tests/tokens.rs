//! `rolecall token` as a user runs it: what is read, what is verified, and that no signature is ever printed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

mod binary;
mod signer;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;

use binary::{Run, run};
use signer::{Signer, part};

const NOW: &str = "2026-03-01T12:00:00Z";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// A signature of which any piece of some length would be found in an output.
const SIGNATURE: &str = "Zm9yYmlkZGVuLXNpZ25hdHVyZS1mb3JiaWRkZW4";

const GITHUB: &str = r#"{"iss": "https://token.actions.githubusercontent.com", "sub": "repo:octo/app:ref:refs/heads/main", "aud": "sts.amazonaws.com", "exp": 1772366700, "iat": 1772366400, "nbf": 1772366100, "repository": "octo/app", "repository_owner": "octo", "ref": "refs/heads/main"}"#;
const EKS: &str = r#"{"aud": ["https://kubernetes.default.svc"], "exp": 1772452800, "iat": 1772366400, "nbf": 1772366400, "iss": "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF", "kubernetes.io": {"namespace": "default", "serviceaccount": {"name": "app", "uid": "1"}}, "sub": "system:serviceaccount:default:app"}"#;
const LEGACY: &str = r#"{"iss": "kubernetes/serviceaccount", "kubernetes.io/serviceaccount/namespace": "default", "sub": "system:serviceaccount:default:app"}"#;
const PARTY: &str = r#"{"iss": "https://idp.example.com/", "sub": "auth0|5", "aud": ["api", "userinfo"], "azp": "client-7", "exp": 1772370000, "iat": 1772366400, "email": "a@example.com", "https://aws.amazon.com/tags": {"principal_tags": {"Project": ["Automation"]}, "transitive_tag_keys": ["Project"]}, "https://aws.amazon.com/source_identity": "alice"}"#;
const HEADER: &str = r#"{"alg": "RS256", "kid": "k1"}"#;

fn token(header: &str, claims: &str) -> String {
    format!("{}.{}.{SIGNATURE}", part(header), part(claims))
}

fn inspect(token: &str, more: &[&str]) -> Run {
    run(&[&["token", "inspect", "-"], more].concat(), token)
}

#[test]
fn what_is_read_of_a_token() {
    let rows: [(&str, &str, &[&str]); 5] = [
        ("inspect-github", GITHUB, &[]),
        ("inspect-eks-now", EKS, &["--now", NOW]),
        ("inspect-legacy", LEGACY, &[]),
        ("inspect-authorized-party", PARTY, &[]),
        ("inspect-json", PARTY, &["--format", "json"]),
    ];
    for (name, claims, more) in rows {
        insta::assert_snapshot!(name, inspect(&format!("{}\n", token(HEADER, claims)), more).stdout);
    }
    let wrapped = token(HEADER, GITHUB).replace(SIGNATURE, &format!("{}\n{SIGNATURE}", &SIGNATURE[..8]));
    insta::assert_snapshot!("inspect-wrapped", inspect(&wrapped, &[]).stdout);
    let claims = part(GITHUB);
    let standard = format!("{}.{}+{}.{SIGNATURE}", part(HEADER), &claims[..90], &claims[91..]);
    insta::assert_snapshot!("inspect-standard-base64", inspect(&standard, &[]).stdout);
    for command in ["inspect", "verify"] {
        insta::assert_snapshot!(
            format!("help-token-{command}"),
            run(&["token", command, "--help"], "").stdout
        );
    }
}

/// Text, exit code, words on standard output.
#[test]
fn inspections() {
    let good = token(HEADER, GITHUB);
    let of = |header: &str, claims: &str| token(header, claims);
    let change = |from: &str, to: &str| token(HEADER, &GITHUB.replacen(from, to, 1));
    let rows: Vec<(String, i32, &str)> = vec![
        (good.clone(), 0, "a token of GitHub Actions"),
        (format!("{good}\r\n"), 0, "SOUND"),
        (GITHUB.to_owned(), 0, "the claims stood alone"),
        (of(r#"{"alg": "none"}"#, GITHUB), 1, "`none` is none of them"),
        (of(r#"{"alg": "HS256"}"#, GITHUB), 1, "not a valid JWT"),
        (of(r#"{"alg": "RS256"}"#, GITHUB), 0, "empty string"),
        (of(r#"{"alg": "RS256", "kid": "k", "jku": "https://evil"}"#, GITHUB), 0, "jku counts for nothing"),
        (change(r#""aud": "sts.amazonaws.com","#, ""), 1, "Missing a required claim: aud"),
        (change(r#""sts.amazonaws.com""#, r#"["a", "b"]"#), 1, "more than one audience"),
        (change("1772366700", "1772366700.5"), 1, "not a valid JWT"),
        (change("https://", "http://"), 0, "no https URL"),
        (
            change("https://token.actions.githubusercontent.com", "http://127.0.0.1:8403/issuer"),
            0,
            "can never reach",
        ),
        (
            change(r#""aud""#, r#""https://aws.amazon.com/tags": {"principal_tags": {"a": "b"}}, "aud""#),
            1,
            "correct format",
        ),
        (change("repo:octo/app:ref:refs/heads/main", &good), 0, "SOUND"),
        (String::new(), 1, "it is empty"),
        ("/var/run/token".into(), 1, "path to a file"),
        (format!("\"{good}\""), 1, "quotes stand around it"),
        (format!(r#"{{"value": "{good}"}}"#), 1, "jq -r .value"),
        (format!("{good}.{SIGNATURE}.{SIGNATURE}"), 1, "a JWE"),
        (SIGNATURE.into(), 1, "it has 1 parts"),
        (good.replacen('.', "", 1), 1, "it has 2 parts"),
        ("x".repeat(30_000), 1, "longer than 20000"),
    ];
    for (text, code, words) in rows {
        let done = inspect(&text, &[]);
        let shown: String = text.chars().take(120).collect();
        assert_eq!(done.code, code, "{shown}: {}{}", done.stdout, done.stderr);
        assert!(done.stdout.contains(words), "{shown} does not say `{words}`:\n{}", done.stdout);
        silent(&done, SIGNATURE);
        silent(&inspect(&text, &["--format", "json"]), SIGNATURE);
    }
    assert!(
        inspect(&good, &["--now", "2026-03-01T12:10:00Z"]).stdout.starts_with("SOUND"),
        "five minutes of grace"
    );
    assert!(inspect(&good, &["--now", "2026-03-01T12:10:01Z"]).stdout.contains("ExpiredTokenException"));
    assert_eq!(inspect(&good, &["--now", "yesterday"]).code, 2);
    assert_eq!(run(&["token", "inspect", "no-such-file"], "").code, 2);
}

/// Any eight characters of the signature in a row would be found.
fn silent(done: &Run, signature: &str) {
    for text in [&done.stdout, &done.stderr] {
        for start in 0..signature.len() - 8 {
            assert!(!text.contains(&signature[start..start + 8]), "a signature is printed:\n{text}");
        }
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("rolecall-tokens-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What it is, the token, the key set's file, further arguments, exit code, words on standard output.
type Row<'r> = (&'r str, String, String, &'r [&'r str], i32, &'r str);

#[test]
fn verifications() {
    let folder = Folder::new("verify");
    let (signer, other) = (Signer::new("k1"), Signer::new("k1"));
    let jwks = folder.file("jwks.json", &signer.jwks());
    let good = signer.sign(GITHUB);
    let altered =
        format!("{}.{}.{}", part(signer.header()), part(GITHUB.replace("main", "evil")), signature(&good));
    let unkeyed = signer.jwks().replace(r#""kid": "k1", "#, "");
    let bare = r#"{"keys": [{"kty": "EC", "kid": "k1", "crv": "P-256"}]}"#;
    let rows: Vec<Row<'_>> = vec![
        ("good", good.clone(), jwks.clone(), &[], 0, "VERIFIED"),
        (
            "asked",
            good.clone(),
            jwks.clone(),
            &["--issuer", ISSUER, "--audience", "sts.amazonaws.com"],
            0,
            "VERIFIED",
        ),
        (
            "IAM's name",
            good.clone(),
            jwks.clone(),
            &["--issuer", "token.actions.githubusercontent.com"],
            0,
            "VERIFIED",
        ),
        (
            "slash",
            good.clone(),
            jwks.clone(),
            &["--issuer", "https://token.actions.githubusercontent.com/"],
            1,
            "No OpenIDConnect provider",
        ),
        (
            "audience",
            good.clone(),
            jwks.clone(),
            &["--audience", "STS.amazonaws.com"],
            1,
            "Incorrect token audience",
        ),
        ("altered", altered, jwks.clone(), &[], 1, "could not be validated"),
        ("another's key", other.sign(GITHUB), jwks.clone(), &[], 1, "could not be validated"),
        ("other key id", Signer::new("k2").sign(GITHUB), jwks.clone(), &[], 1, "no key `k2` among 1 (`k1`)"),
        (
            "no kid in the set",
            good.clone(),
            folder.file("unkeyed.json", &unkeyed),
            &[],
            1,
            "lacks the member `kid`",
        ),
        ("no numbers", good.clone(), folder.file("bare.json", bare), &[], 3, "NOT DECIDED"),
        ("expired", good.clone(), jwks.clone(), &["--now", "2026-03-02T12:00:00Z"], 1, "Token expired"),
        ("early", good.clone(), jwks.clone(), &["--now", "2026-03-01T11:00:00Z"], 1, "not yet valid"),
        ("unsigned", token(r#"{"alg": "none"}"#, GITHUB), jwks.clone(), &[], 1, "not a valid JWT"),
        ("no token", "rubbish".into(), jwks.clone(), &[], 1, "it has 1 parts"),
        (
            "plain http",
            signer.sign(&GITHUB.replacen("https", "http", 1)),
            jwks.clone(),
            &[],
            1,
            "no https URL",
        ),
        ("no key set", good.clone(), folder.file("x.json", "{}"), &[], 2, ""),
        ("broken key set", good.clone(), folder.file("y.json", "{\"keys\": [}"), &[], 2, ""),
        ("no file", good.clone(), "no-such-file".into(), &[], 2, ""),
        ("both", good.clone(), jwks.clone(), &["--fetch"], 2, ""),
    ];
    for (what, token, jwks, more, code, words) in rows {
        let at: &[&str] = if more.contains(&"--now") { &[] } else { &["--now", NOW] };
        let arguments = [&["token", "verify", "-", "--jwks", &jwks], at, more].concat();
        let done = run(&arguments, &token);
        assert_eq!(done.code, code, "{what}: {}{}", done.stdout, done.stderr);
        assert!(done.stdout.contains(words), "{what} does not say `{words}`:\n{}", done.stdout);
        silent(&done, signature(&good));
        silent(&run(&[&arguments[..], &["--format", "json"]].concat(), &token), signature(&good));
    }
    let neither = run(&["token", "verify", "-"], &good);
    assert!(neither.code == 2 && neither.stderr.contains("--fetch"), "{}", neither.stderr);
}

#[test]
fn what_is_read_of_a_verification() {
    let folder = Folder::new("read");
    let signer = Signer::new("k1");
    let jwks = folder.file("jwks.json", &signer.jwks());
    let rows: [(&str, &[&str]); 3] = [
        ("verify-verified", &["--audience", "sts.amazonaws.com"]),
        ("verify-refused", &["--audience", "other", "--now", "2026-03-02T12:00:00Z"]),
        ("verify-json", &["--format", "json"]),
    ];
    for (name, more) in rows {
        let at: &[&str] = if more.contains(&"--now") { &[] } else { &["--now", NOW] };
        let done =
            run(&[&["token", "verify", "-", "--jwks", &jwks], at, more].concat(), &signer.sign(GITHUB));
        insta::assert_snapshot!(name, done.stdout.replace(folder.0.to_str().unwrap(), "FOLDER"));
    }
}

/// Fetches only where `--fetch` says so, from local addresses only where that is allowed.
#[test]
fn fetching() {
    let signer = Signer::new("k1");
    let issuer = Issuer::start(&signer);
    let token = signer.sign(&GITHUB.replacen(ISSUER, &issuer.url, 1));
    let verify =
        |more: &[&str]| run(&[&["token", "verify", "-", "--now", NOW, "--fetch"], more].concat(), &token);
    let done = verify(&["--allow-local-issuers"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("fetched from http://127.0.0.1"), "{}", done.stdout);
    let requests = issuer.requests();
    assert_eq!(requests, ["/.well-known/openid-configuration", "/jwks"]);

    let unasked: [(&[&str], i32, &str); 3] = [
        (&[], 3, "--allow-local-issuers"),
        (&["--allow-local-issuers", "--issuer", ISSUER], 1, "No OpenIDConnect provider"),
        (&["--allow-local-issuers", "--audience", "other"], 1, "Incorrect token audience"),
    ];
    for (more, code, words) in unasked {
        let done = verify(more);
        assert_eq!(done.code, code, "{more:?}: {}", done.stdout);
        assert!(done.stdout.contains(words), "{more:?}: {}", done.stdout);
    }
    assert_eq!(inspect(&token, &[]).code, 0);
    assert!(issuer.requests().is_empty(), "nothing was asked of it");

    let gone = signer.sign(&GITHUB.replacen(ISSUER, &format!("{}/gone", issuer.url), 1));
    let done = run(&["token", "verify", "-", "--now", NOW, "--fetch", "--allow-local-issuers"], &gone);
    assert!(done.code == 1 && done.stdout.contains("status 404"), "{}", done.stdout);
    let metadata = signer.sign(&GITHUB.replacen(ISSUER, "https://169.254.169.254", 1));
    let done = run(&["token", "verify", "-", "--now", NOW, "--fetch", "--allow-local-issuers"], &metadata);
    assert!(done.code == 3 && done.stdout.contains("metadata"), "{}", done.stdout);
    let wrong = run(&["token", "verify", "-", "--fetch", "--thumbprint", "abc"], &gone);
    assert!(wrong.code == 2 && wrong.stderr.contains("no thumbprint"), "{}", wrong.stderr);
}

/// The signature of a token.
fn signature(token: &str) -> &str {
    token.rsplit_once('.').unwrap().1
}

/// A plain issuer on loopback.
struct Issuer {
    url: String,
    requests: std::sync::mpsc::Receiver<String>,
}

impl Issuer {
    fn start(signer: &Signer) -> Issuer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let discovery = format!(r#"{{"issuer": "{url}", "jwks_uri": "{url}/jwks"}}"#);
        let jwks = signer.jwks();
        let (sender, requests) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = [0; 4096];
                let read = stream.read(&mut head).unwrap();
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, body) = match path.as_str() {
                    "/.well-known/openid-configuration" => ("200 OK", discovery.as_str()),
                    "/jwks" => ("200 OK", jwks.as_str()),
                    _ => ("404 Not Found", ""),
                };
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                stream.write_all(answer.as_bytes()).unwrap();
                if sender.send(path).is_err() {
                    return;
                }
            }
        });
        Issuer { url, requests }
    }

    /// Paths that were asked for since the last call.
    fn requests(&self) -> Vec<String> {
        self.requests.try_iter().collect()
    }
}

/// A subject of Kubernetes alone does not make an issuer Amazon's.
#[test]
fn any_cluster_is_kubernetes() {
    let claims =
        EKS.replace("oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF", "10.0.0.5:6443");
    let (before, _) = claims.split_once(", \"kubernetes.io\"").unwrap();
    for claims in [claims.clone(), format!("{before}, \"sub\": \"system:serviceaccount:default:app\"}}")] {
        let printed = inspect(&token(HEADER, &claims), &[]).stdout;
        assert!(printed.contains("a token of Kubernetes;"), "{printed}");
    }
}
