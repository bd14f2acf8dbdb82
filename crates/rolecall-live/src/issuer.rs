//! What an issuer publishes, fetched as STS fetches it, and what it means where that fails.
//!
//! What the issuer answers, STS gets too. That it is not reached from here, a laptop behind a proxy or inside a private
//! network, says nothing of STS: then the documents are unread.

use rolecall_issuer::certificate::system_roots;
use rolecall_issuer::error::{Error, ErrorKind};
use rolecall_issuer::fetch::{Chain, Documents, Fetcher, Options};
use rolecall_issuer::provider::{Provider, Thumbprint};

use crate::desk::{Desk, Side};
use crate::refusal::{Refusal, RefusalKind};

/// Whose documents are fetched.
pub(crate) struct Wanted {
    /// The issuer.
    pub url: String,
    /// Thumbprints that its provider lists.
    pub thumbprints: Vec<String>,
    /// The place of the first call in the longest chain.
    pub depth: usize,
    /// Whether ports, loopback and private networks may be connected to.
    pub local: bool,
}

const WHAT: &str = "the issuer's documents";
/// What begins an answer that is none of the issuer's (docs/evidence-folder.md).
const NOT_ASKED: &str = "not fetched from here";

/// Fetches discovery document and key set into `discovery.json`, `jwks.json` and `chain.txt`, or what came in their place.
pub(crate) async fn published(desk: &Desk, wanted: &Wanted) {
    let work = async {
        let roots = system_roots().map_err(|error| {
            Refusal::new(RefusalKind::Other, error.to_string())
                .remedied("install certificates (ca-certificates), or name a file of them with SSL_CERT_FILE")
        })?;
        let options = Options { allow_local: wanted.local, ..Options::new(roots) };
        let thumbprints = wanted.thumbprints.iter().filter_map(|text| Thumbprint::parse(text));
        Ok(Fetcher::new(options).documents(&Provider::new(&wanted.url, thumbprints)).await)
    };
    // The keys are asked for where the first document says.
    match desk.ask(Side::Issuer, WHAT, wanted.depth + 1, work).await {
        Ok(documents) => put(desk, wanted, documents),
        Err(refusal) => desk.put("discovery.error", format!("{NOT_ASKED}: {}\n", refusal.line)),
    }
}

fn put(desk: &Desk, wanted: &Wanted, documents: Documents) {
    let untrusted =
        [documents.discovery.as_ref().err(), documents.keys.as_ref().and_then(|keys| keys.as_ref().err())]
            .into_iter()
            .flatten()
            .any(Error::is_thumbprint);
    if !documents.chains.is_empty() {
        let chains = documents.chains.iter().map(|chain| printed(chain, untrusted));
        desk.put("chain.txt", chains.collect());
    }
    settle(desk, wanted, "discovery", documents.discovery);
    if let Some(keys) = documents.keys {
        settle(desk, wanted, "jwks", keys);
    }
}

fn settle(desk: &Desk, wanted: &Wanted, stem: &str, read: Result<String, Error>) {
    let error = match read {
        Ok(text) => return desk.put(&format!("{stem}.json"), text),
        Err(error) => error,
    };
    let answer = match error.kind {
        ErrorKind::Status(status) => format!("HTTP/1.1 {status}\n{}\n", error.url),
        _ if error.is_the_issuers() => format!("{}\n", error.chain()),
        // The certificates stand in chain.txt, and are judged there.
        ErrorKind::Thumbprint { .. } => format!("{NOT_ASKED}: {}\n", error.chain()),
        _ => {
            let line = format!("{NOT_ASKED}: {}", error.chain());
            desk.trouble(Side::Issuer, WHAT, &refusal(&error, &line, wanted.local));
            format!("{line}\n")
        }
    };
    desk.put(&format!("{stem}.error"), answer);
}

fn refusal(error: &Error, line: &str, local: bool) -> Refusal {
    let refused = matches!(error.kind, ErrorKind::Url(_) | ErrorKind::AddressRefused { .. });
    let kind = if refused { RefusalKind::Other } else { RefusalKind::Unreachable };
    let refusal = Refusal::new(kind, line);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?=%[]".contains(c);
    match (refused && !local, error.url.chars().all(plain)) {
        (true, _) => refusal.remedied(
            "AWS fetches them over the public internet alone; for a service of your own in its place, give `--allow-local-issuers`",
        ),
        (false, true) => refusal.remedied(format!("curl -sS -m 5 '{}'", error.url)),
        (false, false) => refusal,
    }
}

/// As OpenSSL prints a chain, with fingerprints.
fn printed(chain: &Chain, untrusted: bool) -> String {
    let verdict =
        if untrusted && chain.method.is_none() { ": its authority is not in the trust store" } else { "" };
    let mut text = format!("# {}{verdict}\n", chain.host);
    for (number, certificate) in chain.certificates.iter().enumerate() {
        let subject: String = certificate.subject.chars().filter(|c| !c.is_control()).collect();
        text.push_str(&format!(" {number} s:{subject}\n   sha1:{}\n", certificate.thumbprint));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind) -> Error {
        kind.at("https://idp.example.com/.well-known/openid-configuration")
    }

    #[test]
    fn answers_and_failures_to_ask() {
        let dns =
            ErrorKind::Dns { host: "idp.example.com".into(), source: std::io::Error::other("no such host") };
        let refused = ErrorKind::AddressRefused { address: [10, 0, 0, 1].into(), range: "a private network" };
        let thumbprint = ErrorKind::Thumbprint { why: "unknown", presented: Vec::new() };
        let table = [
            (ErrorKind::Status(404), "HTTP/1.1 404", None),
            (ErrorKind::NotJson("it is no UTF-8".into()), "cannot get", None),
            (
                dns,
                NOT_ASKED,
                Some("curl -sS -m 5 'https://idp.example.com/.well-known/openid-configuration'"),
            ),
            (refused, NOT_ASKED, Some("--allow-local-issuers")),
            (thumbprint, NOT_ASKED, None),
        ];
        let wanted =
            Wanted { url: "https://idp.example.com".into(), thumbprints: Vec::new(), depth: 1, local: false };
        for (kind, begins, remedy) in table {
            let desk = Desk::new(std::time::Duration::from_secs(1), std::sync::Arc::default());
            settle(&desk, &wanted, "discovery", Err(error(kind)));
            let (files, troubles, _) = desk.finish();
            assert_eq!(files[0].0, "discovery.error");
            assert!(files[0].1.starts_with(begins), "{}", files[0].1);
            let said = troubles.first().and_then(|trouble| trouble.remedy.clone());
            assert_eq!(said.is_some(), remedy.is_some(), "{begins}: {said:?}");
            assert!(said.unwrap_or_default().contains(remedy.unwrap_or_default()));
        }
    }
}
