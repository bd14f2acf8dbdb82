//! Whole calls over the real pipeline, in memory: signed or not, with any parameters, and exchanges of rightly signed tokens
//! with any claims. Whatever comes, the answer can be read, and the service is never at fault.
//!
//! The input is a byte that says how to send, then method, path and query a line each and, after an empty line, the body. For
//! exchanges the body is the claims of the token, in JSON.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use rolecall_model::instant::Instant;
use rolecall_model::secret::Secret;
use rolecall_server::clock::Set;
use rolecall_server::config::Config;
use rolecall_server::desk::Desk;
use rolecall_server::issuer::{Algorithm, Wish};
use rolecall_server::origin::Origin;
use rolecall_server::pipeline::{Request, answer};
use rolecall_server::{random, start};
use rolecall_wire::http::{Answer, Head};
use rolecall_wire::sigv4::{self, Credentials};
use tokio::runtime::Runtime;

const NOW: Instant = Instant(1_790_000_000);
const ROLE: &str = "arn:aws:iam::111122223333:role/app";
const ISSUER: &str = "http://127.0.0.1:8403";

struct Service {
    runtime: Runtime,
    desk: Arc<Desk>,
}

static SERVICE: LazyLock<Service> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let desk = runtime.block_on(async {
        let (clock, random) = (Arc::new(Set::at(NOW)), Arc::new(random::System));
        let desk = start::desk(Config::dev(0), ISSUER.to_owned(), clock, random).await.unwrap();
        start::issuer_keys(&desk).await.unwrap();
        desk
    });
    let service = Service { runtime, desk };
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"],"Principal":{{"Federated":"arn:aws:iam::111122223333:oidc-provider/{}/issuer"}}}}]}}"#,
        &ISSUER[7..]
    );
    let provider = format!("Action=CreateOpenIDConnectProvider&Version=2010-05-08&Url={ISSUER}/issuer&ClientIDList.member.1=a&ThumbprintList.member.1={}", "0".repeat(40));
    let trust: String = trust.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let role = format!("Action=CreateRole&Version=2010-05-08&RoleName=app&AssumeRolePolicyDocument={trust}");
    for body in [provider, role] {
        let answer = service.send("POST", "/", "", &[], body.as_bytes(), Some("iam"));
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }
    service
});

impl Service {
    fn send(&self, method: &str, path: &str, query: &str, headers: &[(&str, &[u8])], body: &[u8], signed: Option<&str>) -> Answer {
        let mut headers = [&[("host", b"127.0.0.1".as_slice())], headers].concat();
        let head = Head { method, path, query, headers: &headers };
        let credentials = Credentials { access_key_id: "test".to_owned(), secret: Secret::new("test".to_owned()), token: None };
        let added = signed.map(|service| sigv4::sign(&head, body, &credentials, NOW, "us-east-1", service));
        let added = added.unwrap_or_default();
        headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
        let head = Head { method, path, query, headers: &headers };
        let origin =
            Origin { address: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: "fuzz", tls: None, host: "127.0.0.1" };
        self.runtime.block_on(answer(&self.desk, &Request { head, body, origin })).answer
    }

    /// A token with these claims, signed by the issuer that is registered.
    fn token(&self, claims: &str) -> Option<String> {
        let claims = serde_json::from_str(claims).ok()?;
        let wish = Wish {
            name: String::new(),
            subject: "me".to_owned(),
            audience: vec!["a".to_owned()],
            lifetime: 600,
            claims,
            algorithm: Algorithm::Es256,
        };
        self.desk.issuer.mint(&wish, NOW.0, self.desk.random.as_ref()).ok()
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((how, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let mut line = || lines.next().unwrap_or_default();
    let (method, path, query) = (line(), line(), line());
    let service = &*SERVICE;
    let json = [("content-type", b"application/x-amz-json-1.1".as_slice())];
    let answer = match how & 7 {
        0 => service.send(method, path, query, &[], body.as_bytes(), None),
        1 => service.send(method, path, query, &[], body.as_bytes(), Some("sts")),
        2 | 3 => service.send(method, path, query, &[], body.as_bytes(), Some("iam")),
        4 => {
            let target = [json[0], ("x-amz-target", query.as_bytes())];
            service.send("POST", "/", "", &target, body.as_bytes(), Some("cloudtrail"))
        }
        5 => service.send(method, path, query, &json, body.as_bytes(), Some("eks")),
        _ => {
            let Some(token) = service.token(body) else { return };
            let call = format!(
                "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={ROLE}&RoleSessionName=fuzz&WebIdentityToken={token}&{query}"
            );
            service.send("POST", "/", "", &[], call.as_bytes(), None)
        }
    };
    assert!(answer.status != 500 && (200..=599).contains(&answer.status), "{}", String::from_utf8_lossy(&answer.body));
    sound(&answer);
});

/// An answer says in what form it is, and has that form.
fn sound(answer: &Answer) {
    let text = std::str::from_utf8(&answer.body).expect("answers are text");
    if answer.content_type.contains("xml") {
        roxmltree::Document::parse(text).expect("answers in XML can be read");
    } else if answer.content_type.contains("json") && !text.is_empty() {
        serde_json::from_str::<serde_json::Value>(text).expect("answers in JSON can be read");
    }
}
