//! Strikes secrets out of a text: token signatures, session credentials, secret keys, authorization headers.
//!
//! Length and lines stay, so that places found later are places of the file.

/// The text with every secret overwritten by stars.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in signatures(text).into_iter().chain(labelled(text)).chain(session_tokens(text)) {
        if let Some(secret) = bytes.get_mut(range) {
            secret.fill(b'*');
        }
    }
    // Whole ASCII runs are overwritten by ASCII: the result is text again.
    String::from_utf8(bytes).unwrap_or_default()
}

type Range = std::ops::Range<usize>;

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The third part of everything that looks like a JWT, `eyJ….….SIGNATURE`, percent-encoded dots included.
fn signatures(text: &str) -> Vec<Range> {
    let bytes = text.as_bytes();
    let run = |from: usize| {
        from + bytes.get(from..).unwrap_or_default().iter().take_while(|byte| is_base64url(**byte)).count()
    };
    let dot = |at: usize| match bytes.get(at..) {
        Some([b'.', ..]) => Some(at + 1),
        Some([b'%', b'2', b'E' | b'e', ..]) => Some(at + 3),
        _ => None,
    };
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("eyJ")).map(|at| from + at) {
        let header = run(start);
        let signature = dot(header).and_then(|claims| dot(run(claims)));
        match signature {
            Some(signature) => {
                // Standard base64 and line breaks inside a signature are struck out too.
                let more = |byte: &u8| is_base64url(*byte) || matches!(byte, b'+' | b'/' | b'=');
                let end = signature
                    + bytes.get(signature..).unwrap_or_default().iter().take_while(|byte| more(byte)).count();
                found.push(signature..end);
                from = end.max(start + 3);
            }
            None => from = header.max(start + 3),
        }
    }
    found
}

/// Names whose value is a secret, in the spellings of SDKs, files, headers and CI platforms.
const LABELS: [&str; 25] = [
    "secretaccesskey",
    "secret_access_key",
    "aws_secret_key",
    "sessiontoken",
    "session_token",
    "security_token",
    "x-amz-security-token",
    "aws_security_token",
    "authorization",
    "actions_id_token_request_token",
    "bitbucket_step_oidc_token",
    "circle_oidc_token_v2",
    "circle_oidc_token",
    "x-amz-signature",
    "signature=",
    "client_secret",
    "ci_job_jwt_v2",
    "ci_job_jwt",
    "ci_job_token",
    "authorization_token",
    "bearer",
    "github_token",
    "gitlab_token",
    "password",
    "oidc_token",
];

fn labelled(text: &str) -> Vec<Range> {
    let folded = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for label in LABELS {
        for at in crate::text::places(&folded, label) {
            found.extend(value_after(text, at + label.len(), label == "authorization"));
        }
    }
    found
}

/// The value after a label: `=`, `:`, `>` or quotes between them. A whole line for an Authorization header.
fn value_after(text: &str, at: usize, whole_line: bool) -> Option<Range> {
    let rest = text.get(at..)?;
    let gap = rest.len() - rest.trim_start_matches(['"', '\'', ' ', '=', ':', '>', '\\', '\t']).len();
    let value = rest.get(gap..)?;
    let separated = gap > 0 || text.get(..at).is_some_and(|before| before.ends_with('='));
    if !separated {
        return None;
    }
    let ends = |c: char| {
        if whole_line { "\"'\n\r}".contains(c) } else { c.is_whitespace() || "\"'<>,;&}\\".contains(c) }
    };
    let length = value.find(ends).unwrap_or(value.len());
    let start = at + gap;
    // What is no secret by its length or form: `null`, `***`, a word of a sentence, `$(pwd)/token` in a script.
    let secret =
        value.get(..length).filter(|value| value.len() >= 16 && value.is_ascii() && !value.starts_with('$'));
    secret.map(|_| start..start + length)
}

/// Session tokens by their recorded beginnings (reference sts.md §6.3).
fn session_tokens(text: &str) -> Vec<Range> {
    let bytes = text.as_bytes();
    let starts = ["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"]
        .into_iter()
        .flat_map(|start| crate::text::places(text, start));
    let more =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'%' | b'-' | b'_');
    starts
        .map(|at| at..at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| more(byte)).count())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strikes_out_and_keeps_places() {
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXNlY3JldA";
        let table = [
            (format!("token={jwt} next"), "c2lnbmF0dXJlLXNlY3JldA"),
            (format!("WebIdentityToken={}&x=1", jwt.replace('.', "%2E")), "c2lnbmF0dXJlLXNlY3JldA"),
            ("\"SecretAccessKey\": \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"".into(), "wJalrXUtnFEMI"),
            ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(), "wJalrXUtnFEMI"),
            ("<SessionToken>IQoJb3JpZ2luX2VjEJ//////abc</SessionToken>".into(), "X2VjEJ"),
            (
                "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=abcdef0123456789".into(),
                "abcdef0123456789",
            ),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN=c29tZS1vcGFxdWUtdG9rZW4".into(), "c29tZS1vcGFxdWU"),
            ("curl -H 'Authorization: bearer c29tZS1vcGFxdWUtdG9rZW4'".into(), "c29tZS1vcGFxdWU"),
            ("GITHUB_TOKEN: ghs_0123456789abcdefghij".into(), "0123456789abcdefghij"),
        ];
        for (text, secret) in table {
            let struck = redact(&text);
            assert_eq!(struck.len(), text.len());
            assert!(!struck.contains(secret), "{struck}");
        }
        for kept in [
            "the session token is missing; Signature expired; authorization: none",
            "AWS_SESSION_TOKEN=***",
            "export AWS_WEB_IDENTITY_TOKEN_FILE=$(pwd)/web-identity-token",
            "BITBUCKET_STEP_OIDC_TOKEN > $(pwd)/web-identity-token",
        ] {
            assert_eq!(redact(kept), kept);
        }
    }
}
