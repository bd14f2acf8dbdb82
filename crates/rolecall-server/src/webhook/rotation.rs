//! When certificates are made anew, so that at no time something is served that the API server does not trust.
//!
//! A server's certificate is renewed under the authority that is trusted already. An authority is renewed in three steps,
//! with time for every API server between them to hear of it: the next one is published beside the one in use; then it
//! signs what is served; then the old one is published no longer. What is kept is saved before it is published, and
//! published before it is served, and replicas share what is kept, so that any of them may take a step.

use std::collections::BTreeMap;

use rolecall_model::instant::Instant;
use rolecall_model::secret::Secret;

use super::certificate::{Certificate, CertificateError, authority, is_key, leaf, names, validity};

/// How long things last, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// An authority.
    pub authority: i64,
    /// A server's certificate.
    pub leaf: i64,
    /// What a change of the published authorities needs to reach every API server and replica.
    pub spread: i64,
}

impl Default for Terms {
    fn default() -> Self {
        const DAY: i64 = 86_400;
        Terms { authority: 5 * 365 * DAY, leaf: 30 * DAY, spread: 600 }
    }
}

/// What is kept: in a Secret, or in files.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The authority that signs.
    pub authority: Certificate,
    /// The one that will sign, published already.
    pub next: Option<Certificate>,
    /// The one that signed before, still published.
    pub previous: Option<String>,
    /// What is served.
    pub leaf: Certificate,
}

/// Names of the entries; `tls.crt`, `tls.key` and `ca.crt` are those of Secrets of type `kubernetes.io/tls`.
const LEAF: (&str, &str) = ("tls.crt", "tls.key");
const BUNDLE: &str = "ca.crt";
const AUTHORITY: (&str, &str) = ("ca-current.crt", "ca-current.key");
const NEXT: (&str, &str) = ("ca-next.crt", "ca-next.key");
const PREVIOUS: &str = "ca-previous.crt";

impl Kept {
    /// Every authority that is to be trusted, in PEM.
    #[must_use]
    pub fn bundle(&self) -> String {
        let next = self.next.as_ref().map(|next| next.certificate.as_str());
        let all = [Some(self.authority.certificate.as_str()), next, self.previous.as_deref()];
        all.into_iter().flatten().collect()
    }

    /// As entries by name.
    #[must_use]
    pub fn entries(&self) -> BTreeMap<String, Secret<String>> {
        let mut entries = BTreeMap::new();
        let mut put = |name: &str, text: &str| entries.insert(name.to_owned(), Secret::new(text.to_owned()));
        for ((certificate, key), pair) in
            [(LEAF, Some(&self.leaf)), (AUTHORITY, Some(&self.authority)), (NEXT, self.next.as_ref())]
        {
            if let Some(pair) = pair {
                put(certificate, &pair.certificate);
                put(key, pair.key.expose());
            }
        }
        if let Some(previous) = &self.previous {
            put(PREVIOUS, previous);
        }
        put(BUNDLE, &self.bundle());
        entries
    }

    /// Out of entries; none where something is missing or illegible, so that everything is made anew.
    #[must_use]
    pub fn read(entries: &BTreeMap<String, Secret<String>>) -> Option<Kept> {
        let text = |name: &str| entries.get(name).map(Secret::expose);
        let pair = |(certificate, key): (&str, &str)| {
            let (certificate, key) = (text(certificate)?, text(key)?);
            validity(certificate).ok()?;
            let pair = Certificate { certificate: certificate.clone(), key: Secret::new(key.clone()) };
            is_key(key).then_some(pair)
        };
        let previous = text(PREVIOUS).filter(|previous| validity(previous).is_ok()).cloned();
        Some(Kept { authority: pair(AUTHORITY)?, next: pair(NEXT), previous, leaf: pair(LEAF)? })
    }

    fn new(names: &[String], terms: &Terms, now: Instant) -> Result<Kept, CertificateError> {
        let authority = authority(now, terms.authority)?;
        let leaf = leaf(&authority, names, now, terms.leaf)?;
        Ok(Kept { authority, next: None, previous: None, leaf })
    }
}

/// The next step, if one is due. `published` says whether [`Kept::bundle`] is known to be what API servers are told to
/// trust: without it no authority is put to use or taken back.
///
/// # Errors
/// Where a certificate cannot be made.
pub fn step(
    kept: Option<&Kept>,
    published: bool,
    server: &[String],
    terms: &Terms,
    now: Instant,
) -> Result<Option<Kept>, CertificateError> {
    let Some(kept) = kept else { return Kept::new(server, terms, now).map(Some) };
    let (current, served) = (validity(&kept.authority.certificate)?, validity(&kept.leaf.certificate)?);
    if current.until <= now {
        // Nobody looked for years: nothing that is kept is worth anything.
        return Kept::new(server, terms, now).map(Some);
    }
    if let Some(next) = kept.next.as_ref().filter(|_| published)
        && now.0 >= validity(&next.certificate)?.made.0.saturating_add(terms.spread)
    {
        let leaf = leaf(next, server, now, life(next, terms, now)?)?;
        let previous = Some(kept.authority.certificate.clone());
        return Ok(Some(Kept { authority: next.clone(), next: None, previous, leaf }));
    }
    if kept.next.is_none() && now >= two_thirds(current.made, current.until) {
        let next = Some(authority(now, terms.authority)?);
        return Ok(Some(Kept { next, ..kept.clone() }));
    }
    if now >= two_thirds(served.made, served.until) || !covers(&kept.leaf.certificate, server)? {
        let leaf = leaf(&kept.authority, server, now, life(&kept.authority, terms, now)?)?;
        return Ok(Some(Kept { leaf, ..kept.clone() }));
    }
    if kept.previous.is_some() && published && now.0 >= served.made.0.saturating_add(terms.spread) {
        return Ok(Some(Kept { previous: None, ..kept.clone() }));
    }
    Ok(None)
}

/// A certificate does not outlive its authority.
fn life(authority: &Certificate, terms: &Terms, now: Instant) -> Result<i64, CertificateError> {
    let until = validity(&authority.certificate)?.until;
    Ok(terms.leaf.min(until.0.saturating_sub(now.0)))
}

fn two_thirds(made: Instant, until: Instant) -> Instant {
    Instant(made.0.saturating_add(until.0.saturating_sub(made.0) / 3 * 2))
}

fn covers(certificate: &str, server: &[String]) -> Result<bool, CertificateError> {
    let there = names(certificate)?;
    Ok(server.iter().all(|name| there.contains(name)))
}

#[cfg(test)]
mod tests;
