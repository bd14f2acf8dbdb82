//! Scope, time and signature (reference sigv4.md §6, §7).

use super::canonical::{self, Host};
use super::{Signed, SigningKey, TERMINATOR, time};
use crate::fault::{Code, Fault};
use crate::http::Head;
use crate::percent::from_hex;
use crate::service::Service;
use rolecall_model::instant::Instant;
use std::borrow::Cow;

/// How far a signature's time may lie ahead, in minutes.
const FUTURE: i64 = 5;

impl Signed<'_> {
    /// Whether the scope names the day of the signature, a region that is served (`region_served` says so for
    /// [`Signed::region`]), the service and the terminator. Several faults are told together.
    pub fn check_scope(&self, service: Service, region_served: bool) -> Result<(), Fault> {
        let mut message = String::new();
        let day = self.stamp.get(..8).unwrap_or_default();
        if self.date != day {
            message.push_str(&format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != \
                 '{day}', from '{}'.",
                self.date, self.stamp
            ));
        }
        // the sentences that follow are recorded with a blank at their end, the one above without
        let mut add = |sentence: &str| {
            message.push_str(if message.ends_with('.') { " " } else { "" });
            message.push_str(sentence);
        };
        if !region_served {
            add("Credential should be scoped to a valid region. ");
        }
        let wanted = service.signing_name();
        if self.service != wanted {
            add(&format!("Credential should be scoped to correct service: '{wanted}'. "));
        }
        if self.terminator != TERMINATOR {
            add(&format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'. ",
                self.terminator
            ));
        }
        if message.is_empty() { Ok(()) } else { Err(mismatch(message)) }
    }

    /// Whether the signature is of now: STS looks back fifteen minutes, the others five, all ahead five (§6).
    /// A presigned request has the same window.
    pub fn check_time(&self, service: Service, now: Instant) -> Result<(), Fault> {
        let past = if service == Service::Sts { 15 } else { 5 };
        let (oldest, newest) = (Instant(now.0 - past * 60), Instant(now.0 + FUTURE * 60));
        let (now, stamp) = (time::stamp(now), &self.stamp);
        if self.instant < oldest {
            let bound = time::stamp(oldest);
            let message =
                format!("Signature expired: {stamp} is now earlier than {bound} ({now} - {past} min.)");
            return Err(mismatch(message));
        }
        if self.instant > newest {
            let bound = time::stamp(newest);
            let message = format!(
                "Signature not yet current: {stamp} is still later than {bound} ({now} + {FUTURE} min.)"
            );
            return Err(mismatch(message));
        }
        Ok(())
    }

    /// Whether the key signed this request with this body. The key is the one of [`Signed::date`],
    /// [`Signed::region`] and [`Signed::service`].
    pub fn verify(&self, head: &Head<'_>, body: &[u8], key: &SigningKey) -> Result<(), Fault> {
        self.check_coverage(head)?;
        if !payload_agrees(head, body) {
            return Err(wrong());
        }
        let signature = unhex(&self.signature).ok_or_else(wrong)?;
        let scope = [&*self.date, &*self.region, &*self.service, &*self.terminator];
        let signs = |host| {
            let text = canonical::request(head, body, &self.signed_headers, self.form, host);
            key.verify(&canonical::string_to_sign(&self.stamp, scope, &text), &signature)
        };
        let default_port = head.header("host").is_some_and(|host| canonical::port_cut(host) != host);
        if signs(Host::WithoutDefaultPort) || (default_port && signs(Host::AsSent)) {
            Ok(())
        } else {
            Err(wrong())
        }
    }

    /// The host must be signed, and the target where there is one, since it says what is asked.
    fn check_coverage(&self, head: &Head<'_>) -> Result<(), Fault> {
        let covers = |name: &str| self.signed_headers().any(|have| have == name);
        if !covers("host") {
            return Err(mismatch(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        if head.header("x-amz-target").is_some() && !covers("x-amz-target") {
            return Err(mismatch("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."));
        }
        Ok(())
    }
}

/// What `X-Amz-Content-SHA256` says must be true, unless it says that the payload is not signed.
fn payload_agrees(head: &Head<'_>, body: &[u8]) -> bool {
    match head.text("x-amz-content-sha256") {
        Some("UNSIGNED-PAYLOAD") | None => true,
        Some(hash) => hash == canonical::body_hash(body),
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != out.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in out.iter_mut().zip(pairs) {
        *byte = from_hex(*high)? << 4 | from_hex(*low)?;
    }
    Some(out)
}

fn wrong() -> Fault {
    mismatch(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details.",
    )
}

fn mismatch(message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::new(Code::SignatureDoesNotMatch, message)
}
