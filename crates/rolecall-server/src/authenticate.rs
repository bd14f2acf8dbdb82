//! Who signed a request: the key is looked up, the session opened, the signature checked (reference sigv4.md §7).

use rolecall_model::secret::Secret;
use rolecall_state::entity::{KeyOwner, KeyStatus};
use rolecall_wire::fault::Fault;
use rolecall_wire::http::Head;
use rolecall_wire::service::Service;
use rolecall_wire::sigv4::{self, Signed};

use crate::desk::Desk;
use crate::session::{self, Session, TokenFault};
use crate::who::{Actor, Who};

/// A signature that verifies.
#[derive(Debug)]
pub struct Signature {
    /// Who made it.
    pub who: Who,
    /// The region that it names.
    pub region: String,
}

/// Who signed; none where nothing was signed.
///
/// # Errors
/// As AWS, in AWS's order: form, key and token, scope, time, signature.
pub fn authenticate(
    desk: &Desk,
    service: Service,
    head: &Head<'_>,
    body: &[u8],
) -> Result<Option<Signature>, Fault> {
    let Some(signed) = sigv4::read(head)? else { return Ok(None) };
    let (who, secret) = owner(desk, &signed)?;
    signed.check_scope(service, true)?;
    signed.check_time(service, desk.clock.now())?;
    let key = desk.signing_keys.find(&signed, secret);
    signed.verify(head, body, key.key())?;
    desk.signing_keys.keep(key);
    Ok(Some(Signature { who, region: signed.region.to_string() }))
}

fn owner(desk: &Desk, signed: &Signed<'_>) -> Result<(Who, Secret<String>), Fault> {
    match signed.token() {
        Some(token) => by_session(desk, &signed.access_key_id, token),
        None => by_key(desk, &signed.access_key_id),
    }
}

fn by_key(desk: &Desk, id: &str) -> Result<(Who, Secret<String>), Fault> {
    let view = desk.state.view();
    let key = view.access_key(id).filter(|key| key.status == KeyStatus::Active);
    let key = key.ok_or_else(Fault::unknown_key)?;
    let actor = match &key.owner {
        KeyOwner::Root => Actor::Root,
        KeyOwner::User(user) => Actor::User(view.user_by_id(user).ok_or_else(Fault::unknown_key)?),
    };
    let secret = desk.unwrap_secret(id, &key.secret.0).ok_or_else(Fault::unknown_key)?;
    Ok((desk.who(&key.account, id, actor, None), secret))
}

/// A session's credentials: what they act as must still be there. A role that was deleted and made anew is another one.
fn by_session(desk: &Desk, id: &str, token: &str) -> Result<(Who, Secret<String>), Fault> {
    let opened = session::open(token, id, &desk.ring.load(), desk.clock.now().0);
    let (session, secret) = opened.map_err(|fault| match fault {
        TokenFault::Foreign => Fault::bad_token(),
        TokenFault::Expired => Fault::expired_session(),
    })?;
    let actor = actor(desk, &session).ok_or_else(Fault::unknown_key)?;
    let account = session.account.clone();
    Ok((desk.who(&account, id, actor, Some(session)), secret))
}

fn actor(desk: &Desk, session: &Session) -> Option<Actor> {
    let view = desk.state.view();
    match &session.actor {
        session::Actor::Root => Some(Actor::Root),
        session::Actor::User { user_id } => view.user_by_id(user_id).map(Actor::User),
        session::Actor::Role { role_id, .. } => view.role_by_id(role_id).map(Actor::Role),
        session::Actor::Federated { name, user_id: None } => Some(Actor::Federated(name.clone(), None)),
        session::Actor::Federated { name, user_id: Some(user_id) } => {
            view.user_by_id(user_id).map(|user| Actor::Federated(name.clone(), Some(user)))
        }
    }
}
