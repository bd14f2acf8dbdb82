//! Failures on the way to STS: names that do not resolve, connections that time out, certificates that are not trusted.
//!
//! Only what concerns STS counts: a URL or host of it, or a line that speaks of the exchange.

use rolecall_model::evidence::attempt::Symptom;

use crate::text::{line_at, places, word};

const TIMEOUTS: [&str; 14] = [
    "Connect timeout on endpoint URL",
    "Could not connect to the endpoint URL",
    "Read timeout on endpoint URL",
    "i/o timeout",
    "connect ETIMEDOUT",
    "connect ECONNREFUSED",
    "ETIMEDOUT",
    "connection refused",
    "connection reset by peer",
    "Connection timed out",
    "Connection reset",
    "context deadline exceeded",
    "Client.Timeout exceeded",
    "no route to host",
];
const UNRESOLVED: [&str; 7] = [
    "no such host",
    "ENOTFOUND",
    "EAI_AGAIN",
    "Could not resolve host",
    "UnknownHostException",
    "Name or service not known",
    "Temporary failure in name resolution",
];
const UNTRUSTED: [&str; 9] = [
    "x509: certificate",
    "x509: cannot validate",
    "CERTIFICATE_VERIFY_FAILED",
    "unable to get local issuer certificate",
    "PKIX path building failed",
    "SSL certificate problem",
    "self-signed certificate in certificate chain",
    "self signed certificate in certificate chain",
    "certificate verify failed",
];

/// So many lines of a stack trace are looked at.
const MAX_STACK: usize = 40;

pub(super) fn find(text: &str) -> Vec<(usize, usize, Symptom)> {
    let mut found = Vec::new();
    for (marks, make) in [
        (&TIMEOUTS[..], unreachable as fn(&str, Option<String>) -> Option<Symptom>),
        (&UNRESOLVED[..], unresolved),
        (&UNTRUSTED[..], untrusted),
    ] {
        for mark in marks {
            for at in places(text, mark) {
                let (_, line) = line_at(text, at);
                let url = url_in(line);
                if concerns_sts(with_stack(text, at), url.as_deref()) {
                    found.extend(make(line, url).map(|symptom| (at, at + mark.len(), symptom)));
                }
            }
        }
    }
    found
}

/// The line around a byte with the stack trace that follows it: it may be the stack alone that names the call.
fn with_stack(text: &str, at: usize) -> &str {
    let (start, line) = line_at(text, at);
    let mut end = start + line.len();
    for next in text.get(end..).unwrap_or_default().split_inclusive('\n').skip(1).take(MAX_STACK) {
        let bare = next.trim_start();
        let belongs = bare.starts_with("at ") || bare.starts_with("Caused by") || bare.starts_with("---> ");
        if !belongs {
            break;
        }
        end += next.len();
    }
    text.get(start..end).unwrap_or(line)
}

/// The first URL of a line, else a bare host of STS.
fn url_in(line: &str) -> Option<String> {
    let url = ["https://", "http://"].iter().filter_map(|scheme| line.find(scheme)).min();
    if let Some(at) = url {
        return line.get(at..).map(|rest| word(rest).to_owned());
    }
    line.split(|c: char| c.is_whitespace() || "\"'(),".contains(c))
        .map(word)
        .find(|word| word.starts_with("sts.") && word.contains(".amazon"))
        .map(str::to_owned)
}

fn concerns_sts(line: &str, url: Option<&str>) -> bool {
    match url {
        Some(url) => {
            let host = url.split_once("://").map_or(url, |(_, rest)| rest);
            host.starts_with("sts.") || host.starts_with("sts-fips.") || host.contains(".sts.")
        }
        None => {
            let speaks =
                ["AssumeRole", "Assuming role", "assume role", "OIDC", "STS", "WebIdentity", "securitytoken"];
            speaks.iter().any(|word| line.contains(word))
                && !line.contains("IMDS")
                && !line.contains("imds")
                && !line.contains("169.254")
        }
    }
}

fn unreachable(_line: &str, url: Option<String>) -> Option<Symptom> {
    Some(Symptom::Unreachable { url })
}

fn unresolved(line: &str, url: Option<String>) -> Option<Symptom> {
    let after = |mark: &str| {
        line.split_once(mark).map(|(_, rest)| word(rest.trim_start_matches([':', ' '])).to_owned())
    };
    let named = after("lookup ")
        .or_else(|| after("ENOTFOUND "))
        .or_else(|| after("Could not resolve host"))
        .or_else(|| after("UnknownHostException"));
    let from_url = url.as_deref().map(|url| rolecall_model::provider_url::host(url).to_owned());
    let host = named.filter(|host| host.contains('.')).or(from_url)?;
    Some(Symptom::HostUnknown { host })
}

fn untrusted(_line: &str, url: Option<String>) -> Option<Symptom> {
    Some(Symptom::TlsUntrusted { url })
}
