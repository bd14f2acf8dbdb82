//! Tags of roles, users, managed policies, instance profiles and OIDC providers: Tag, Untag, List.

use rolecall_state::change::Change;
use rolecall_state::entity::{Entity, InstanceProfile, Kept, ManagedPolicy, OidcProvider, Role, Tag, User};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::holder::Holder;
use super::{managed_policy, quota, sorted};
use crate::call::{Call, Changes, changed, unchanged};

/// What can be tagged.
pub trait Tagged: Kept + Clone
where
    Entity: From<Self>,
{
    /// The word in the name of the quota: `Role`.
    const WORD: &'static str;

    /// The one that the request names.
    ///
    /// # Errors
    /// Where there is none.
    fn named(call: &Call<'_>) -> Result<Shared<Self>, Fault>;

    /// The one that the request names, to be changed.
    ///
    /// # Errors
    /// Where there is none, or only AWS may change it.
    fn modifiable(call: &Call<'_>) -> Result<Shared<Self>, Fault> {
        Self::named(call)
    }

    /// Its tags.
    fn tags(&self) -> &Vec<Tag>;
    /// Its tags, to be changed.
    fn tags_mut(&mut self) -> &mut Vec<Tag>;
}

/// Tag…: adds tags, or gives those that are there new values.
///
/// # Errors
/// As IAM.
pub fn tag<T: Tagged>(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<T>,
{
    let before = T::modifiable(call)?;
    let mut entity = before.value.clone();
    for tag in call.tags()? {
        match entity.tags_mut().iter_mut().find(|known| known.key.eq_ignore_ascii_case(&tag.key)) {
            Some(known) => *known = tag,
            None => entity.tags_mut().push(tag),
        }
    }
    if entity.tags().len() > quota::TAGS {
        let sentence = format!("Cannot exceed quota for TagsPer{}: {}", T::WORD, quota::TAGS);
        return Err(Fault::new(Code::LimitExceeded, sentence));
    }
    Ok(changed(&before, Change::put(entity)))
}

/// Untag…: removes tags by their keys; one that is not there does not matter.
///
/// # Errors
/// As IAM.
pub fn untag<T: Tagged>(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<T>,
{
    let before = T::modifiable(call)?;
    let keys = call.params.texts("TagKeys");
    let mut entity = before.value.clone();
    entity.tags_mut().retain(|tag| !keys.iter().any(|key| tag.key.eq_ignore_ascii_case(key)));
    Ok(changed(&before, Change::put(entity)))
}

/// List…Tags.
///
/// # Errors
/// As IAM.
pub fn list<T: Tagged>(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<T>,
{
    let entity = T::named(call)?;
    let tags = sorted(entity.tags());
    call.page_of(&tags, "Tags", |tag| tag.key.clone(), out, |out, tag| super::tag(out, tag))?;
    Ok(unchanged())
}

macro_rules! tagged {
    ($($kind:ident as $word:literal by $named:ident $(changing $modifiable:expr)?),+ $(,)?) => {
        $(impl Tagged for $kind {
            const WORD: &'static str = $word;

            fn named(call: &Call<'_>) -> Result<Shared<Self>, Fault> {
                call.$named()
            }

            $(fn modifiable(call: &Call<'_>) -> Result<Shared<Self>, Fault> {
                ($modifiable)(call)
            })?

            fn tags(&self) -> &Vec<Tag> {
                &self.tags
            }

            fn tags_mut(&mut self) -> &mut Vec<Tag> {
                &mut self.tags
            }
        })+
    };
}

tagged!(
    Role as "Role" by role changing <Role as Holder>::modifiable,
    User as "User" by user,
    ManagedPolicy as "Policy" by policy changing managed_policy::modifiable,
    InstanceProfile as "InstanceProfile" by instance_profile,
    OidcProvider as "OpenIdConnectProvider" by provider,
);
