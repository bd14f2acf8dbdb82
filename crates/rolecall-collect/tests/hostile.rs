//! Folders as a stranger or an accident makes them: each bad file is named, the rest is read, nothing hangs or panics.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use rolecall_collect::{Limits, read_folder, read_text};
use rolecall_model::evidence::{Evidence, UnreadReason};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A folder of its own that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("rolecall-hostile-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Folder {
        fs::write(self.0.join(name), bytes).unwrap();
        self
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn read(&self) -> Evidence {
        read_folder(&self.0, &Limits::default()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const ROLE: &str = r#"{"Role": {"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}}"#;
const CLAIMS: &str = r#"{"iss": "https://idp.example.com", "sub": "x", "aud": "y", "iat": 1, "exp": 2}"#;

fn why(evidence: &Evidence, name: &str) -> String {
    evidence
        .skipped
        .iter()
        .find(|skipped| skipped.name == name)
        .map(|skipped| skipped.why.clone())
        .unwrap_or_default()
}

#[test]
fn truncated_json_gives_what_was_there() {
    for cut in 1..ROLE.len() {
        let folder = Folder::new();
        folder.put("role.json", &ROLE[..cut]).put("token.claims.json", CLAIMS);
        let evidence = folder.read();
        assert!(evidence.token.claims.present().is_some(), "the rest is read");
        assert!(!why(&evidence, "role.json").is_empty(), "cut at {cut}: nobody said so");
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = Folder::new();
    folder.put("token.claims.json", CLAIMS);
    fs::create_dir(folder.path().join("role.json")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path().join("error.txt")).status().unwrap().success());
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("env.txt")).unwrap();
    std::os::unix::fs::symlink("token.claims.json", folder.path().join("token.header.json")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("jwks.json")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("debug.log")).unwrap();
    let evidence = folder.read();
    assert!(why(&evidence, "role.json").contains("folder"));
    assert!(why(&evidence, "error.txt").contains("pipe"));
    assert!(why(&evidence, "env.txt").contains("leads out"));
    assert!(why(&evidence, "jwks.json").contains("nowhere"));
    assert!(why(&evidence, "debug.log").contains("leads out"));
    assert!(evidence.token.claims.present().is_some());
    assert!(evidence.token.header.present().is_some(), "a link inside the folder is followed");
    assert!(evidence.caller.environment.is_unread());
}

#[test]
fn size_is_bounded() {
    let folder = Folder::new();
    let large = vec![b' '; 50 * 1024 * 1024];
    folder.put("role.json", &large).put("token.claims.json", CLAIMS);
    let mut log = vec![b'x'; 5 * 1024 * 1024];
    log.extend_from_slice(b"\nAn error occurred: Not authorized to perform sts:AssumeRoleWithWebIdentity\n");
    folder.put("debug.log", &log);
    let evidence = folder.read();
    assert!(why(&evidence, "role.json").contains("at most"));
    assert!(evidence.token.claims.present().is_some());
    assert_eq!(evidence.attempt.observations.len(), 1, "the end of a long log is read");
    let many = Folder::new();
    for number in 0..600 {
        many.put(&format!("file-{number}.txt"), "x");
    }
    assert!(many.read().skipped.iter().any(|skipped| skipped.why.contains("512 files")));
}

#[test]
fn bytes_that_are_no_text() {
    let folder = Folder::new();
    let noise: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(CLAIMS.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    folder
        .put("role.json", &noise)
        .put("token.claims.json", &wide)
        .put("pod.yaml", &noise)
        .put("cluster.json", "");
    let evidence = folder.read();
    assert!(!why(&evidence, "role.json").is_empty());
    let reason = &evidence.role.role.unread().unwrap().reason;
    assert!(matches!(reason, UnreadReason::Broken(_)), "{reason:?}");
    assert_eq!(
        evidence.token.claims.present().unwrap().text("sub").unwrap().value,
        "x",
        "PowerShell's UTF-16 is read"
    );
}

#[test]
fn nesting_and_duplicates() {
    let folder = Folder::new();
    folder.put("jwks.json", "[".repeat(1_000_000)).put("pod.yaml", "{a: ".repeat(100_000));
    folder
        .put("role.json", ROLE.replace("\"Arn\"", "\"Arn\": \"first\", \"Arn\""))
        .put("token.claims.json", CLAIMS);
    let evidence = folder.read();
    assert!(why(&evidence, "jwks.json").contains("nested"));
    assert!(!why(&evidence, "pod.yaml").is_empty());
    assert_eq!(
        evidence.role.role.present().unwrap().arn.value,
        "arn:aws:iam::111122223333:role/app",
        "the last one counts"
    );
}

#[test]
fn names_are_made_visible() {
    let folder = Folder::new();
    folder.put("a\u{1b}[31mred\n.txt", "x");
    let evidence = folder.read();
    assert!(
        evidence.unknown_files.iter().all(|name| !name.contains(char::is_control)),
        "{:?}",
        evidence.unknown_files
    );
}

#[test]
fn every_file_of_the_corpus_is_read() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus"));
    // Configuration of programs that rolecall does not interpret.
    let programs = ["app-config.yaml", "secretstore.yaml"];
    for group in ["ci", "k8s"] {
        for case in fs::read_dir(root.join(group)).unwrap() {
            let path = case.unwrap().path().join("evidence");
            let evidence = read_folder(&path, &Limits::default()).unwrap();
            assert_eq!(evidence.skipped, [], "{}", path.display());
            let unknown: Vec<_> =
                evidence.unknown_files.iter().filter(|name| !programs.contains(&name.as_str())).collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", path.display());
        }
    }
}

#[test]
fn pasted_texts_find_their_place() {
    assert!(read_text("-", ROLE.as_bytes()).role.role.present().is_some());
    assert!(read_text("-", CLAIMS.as_bytes()).token.claims.present().is_some());
    assert!(
        read_text("-", b"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: b}\n")
            .serviceaccount
            .account
            .present()
            .is_some()
    );
    assert_eq!(read_text("-", b"Error: Incorrect token audience").attempt.observations.len(), 1);
    let event = r#"{"eventSource": "sts.amazonaws.com", "eventName": "AssumeRoleWithWebIdentity", "errorCode": "AccessDenied"}"#;
    assert_eq!(read_text("-", event.as_bytes()).attempt.events.len(), 1);
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    let evidence = read_text("-", jwt.as_bytes());
    assert_eq!(evidence.token.claims.present().unwrap().text("sub").unwrap().value, "x");
    assert!(evidence.documents.iter().all(|(_, document)| !document.text.contains("c2lnbmF0dXJl")));
    for bytes in [&b""[..], b"\0\0\0\0", b"\xFF\xFE", b"{", b"---\n- [", b"eyJ"] {
        let _ = read_text("-", bytes);
    }
}
