//! Tags of roles, users, managed policies, instance profiles and OIDC providers: Tag, Untag, List.

use rolecall_state::change::Change;
use rolecall_state::entity::{Entity, InstanceProfile, Kept, ManagedPolicy, OidcProvider, Role, Tag, User};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::holder::Holder;
use super::{managed_policy, quota};
use crate::call::{Call, Changes, changed, unchanged};

/// What can be tagged.
pub trait Tagged: Kept + Clone
where
    Entity: From<Self>,
{
    /// The word in the name of the quota: `Role`.
    const WORD: &'static str;
    /// What is said where there would be too many; none for the quota's own sentence.
    const TOO_MANY: Option<&'static str> = None;
    /// Whether keys that differ in letter case alone are two: of managed policies they are.
    const CASE_COUNTS: bool = false;

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

    /// By what lists of its tags are sorted: by their keys; of managed policies the shorter ones come first.
    fn order(tag: &Tag) -> String {
        match Self::CASE_COUNTS {
            true => format!("{:03} {}", tag.key.chars().count(), tag.key),
            false => tag.key.clone(),
        }
    }

    /// Tags in the order of lists.
    fn sorted(tags: &[Tag]) -> Vec<&Tag> {
        let mut sorted: Vec<&Tag> = tags.iter().collect();
        sorted.sort_by_cached_key(|tag| Self::order(tag));
        sorted
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
    for tag in asked::<T>(call)? {
        match entity.tags_mut().iter_mut().find(|known| is_same::<T>(&known.key, &tag.key)) {
            Some(known) => *known = tag,
            None => entity.tags_mut().push(tag),
        }
    }
    if entity.tags().len() > quota::TAGS {
        let quota = || format!("Cannot exceed quota for TagsPer{}: {}", T::WORD, quota::TAGS);
        return Err(Fault::new(Code::LimitExceeded, T::TOO_MANY.map_or_else(quota, str::to_owned)));
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
    entity.tags_mut().retain(|tag| !keys.iter().any(|key| is_same::<T>(&tag.key, key)));
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
    let tags = T::sorted(entity.tags());
    call.page_of(&tags, "Tags", |tag| T::order(tag), out, |out, tag| super::tag(out, tag))?;
    Ok(unchanged())
}

/// Tags of the request.
///
/// # Errors
/// Where a key comes twice.
pub fn asked<T: Tagged>(call: &Call<'_>) -> Result<Vec<Tag>, Fault>
where
    Entity: From<T>,
{
    if !T::CASE_COUNTS {
        return call.tags();
    }
    let tags = call.params.list("Tags").into_iter().map(|view| Tag {
        key: view.get("Key").unwrap_or_default().to_owned(),
        value: view.get("Value").unwrap_or_default().to_owned(),
    });
    let tags: Vec<Tag> = tags.collect();
    let keys: std::collections::HashSet<&str> = tags.iter().map(|tag| tag.key.as_str()).collect();
    match keys.len() == tags.len() {
        true => Ok(tags),
        false => Err(Fault::new(Code::InvalidInput, "Duplicate tag keys found.")),
    }
}

fn is_same<T: Tagged>(one: &str, other: &str) -> bool
where
    Entity: From<T>,
{
    if T::CASE_COUNTS { one == other } else { one.eq_ignore_ascii_case(other) }
}

macro_rules! tagged {
    ($($kind:ident as $word:literal by $named:ident $(changing $modifiable:expr)? $(=> { $($more:tt)* })?),+ $(,)?) => {
        $(impl Tagged for $kind {
            const WORD: &'static str = $word;
            $($($more)*)?

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

/// Recorded of OIDC providers; the kinds that got tags with them are taken to say the same.
const MAXIMUM: &str = "The number of tags has reached the maximum limit.";

tagged!(
    Role as "Role" by role changing <Role as Holder>::modifiable,
    User as "User" by user,
    ManagedPolicy as "Policy" by policy changing managed_policy::modifiable => {
        const TOO_MANY: Option<&'static str> = Some(MAXIMUM);
        const CASE_COUNTS: bool = true;
    },
    InstanceProfile as "InstanceProfile" by instance_profile => {
        const TOO_MANY: Option<&'static str> = Some(MAXIMUM);
    },
    OidcProvider as "OpenIdConnectProvider" by provider => {
        const TOO_MANY: Option<&'static str> = Some(MAXIMUM);
    },
);
