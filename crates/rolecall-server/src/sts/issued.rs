//! The credentials in an answer of STS (reference sts.md §1.1).

use rolecall_model::instant::Instant;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use crate::desk::Desk;
use crate::session::{self, Credentials, Session};

/// Issues credentials for a session.
///
/// # Errors
/// `ServiceUnavailable` while there is no key to seal with.
pub fn issue(desk: &Desk, session: &Session) -> Result<Credentials, Fault> {
    session::issue(session, &desk.ring.load(), desk.random.as_ref())
        .ok_or_else(|| Fault::new(Code::ServiceUnavailable, "The service has no key to seal sessions with."))
}

/// Writes `Credentials`.
pub fn write(out: &mut Writer, credentials: &Credentials) {
    out.structure("Credentials", |out| {
        out.text("AccessKeyId", &credentials.access_key_id);
        out.text("SecretAccessKey", credentials.secret_access_key.expose());
        out.text("SessionToken", credentials.session_token.expose());
        out.instant("Expiration", Instant(credentials.expires));
    });
}
