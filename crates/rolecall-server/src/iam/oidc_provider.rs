//! OIDC providers: Create, Get, List, Delete, client ids and thumbprints (reference iam.md §7).

use rolecall_model::provider_url::{host, provider_name};
use rolecall_state::change::Change;
use rolecall_state::entity::OidcProvider;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::query::Params;

use super::{already_exists, quota};
use crate::call::{Call, Changes, changed, created, unchanged};

/// The issuer's URL, where a call makes IAM fetch the thumbprint itself, before it runs: a provider is to be created
/// and no thumbprint is given. Gives none where the operation will refuse the URL anyway.
#[must_use]
pub fn thumbprint_wanted<'p>(operation: &str, params: &'p Params<'_>, allow_local: bool) -> Option<&'p str> {
    let wanted = operation == "CreateOpenIDConnectProvider" && params.texts("ThumbprintList").is_empty();
    params.get("Url").filter(|url| wanted && registered_name(url, allow_local).is_some())
}

/// CreateOpenIDConnectProvider.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let url = call.text("Url");
    let invalid = || Fault::new(Code::ValidationError, "Invalid Open ID Connect Provider URL");
    let name = registered_name(url, call.desk.config.allow_local_issuers).ok_or_else(invalid)?;
    let mut thumbprints = thumbprints(call)?;
    let client_ids = client_ids(call)?;
    let tags = call.tags()?;
    if call.account.oidc_providers.find(name).is_some() {
        return Err(already_exists(format!("Provider with url {url} already exists.")));
    }
    quota::OIDC_PROVIDERS.admit(call.account.oidc_providers.len())?;
    if let (true, Some(fetched)) = (thumbprints.is_empty(), &call.fetched_thumbprint) {
        thumbprints.push(fetched.clone()?);
    }
    let provider = OidcProvider {
        account: call.account_id().to_owned(),
        url: name.to_owned(),
        client_ids,
        thumbprints,
        tags,
        created: call.now,
    };
    out.text("OpenIDConnectProviderArn", &provider.arn(call.partition()));
    super::tags_if(out, &provider.tags);
    Ok(created(provider))
}

/// GetOpenIDConnectProvider; the URL comes without `https://`.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let provider = call.provider()?;
    out.text("Url", &provider.url);
    out.instant("CreateDate", provider.created);
    out.texts("ClientIDList", &provider.client_ids);
    out.texts("ThumbprintList", &provider.thumbprints);
    super::tags(out, &provider.tags);
    Ok(unchanged())
}

/// ListOpenIDConnectProviders: all of them, never in pages.
///
/// # Errors
/// None.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    out.list("OpenIDConnectProviderList", call.account.oidc_providers.all(), |out, provider| {
        out.text("Arn", &provider.arn(call.partition()));
    });
    Ok(unchanged())
}

/// DeleteOpenIDConnectProvider; a provider that is not there is deleted already. Trust policies stay as they are.
///
/// # Errors
/// None.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    match call.provider() {
        Ok(provider) => Ok(changed(&provider, Change::delete(&provider.value))),
        Err(_) => Ok(unchanged()),
    }
}

/// UpdateOpenIDConnectProviderThumbprint: the new list takes the old one's place.
///
/// # Errors
/// As IAM.
pub fn update_thumbprints(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = call.provider()?;
    let provider = OidcProvider { thumbprints: thumbprints(call)?, ..before.value.clone() };
    Ok(changed(&before, Change::put(provider)))
}

/// AddClientIDToOpenIDConnectProvider; one that is there already stays.
///
/// # Errors
/// As IAM.
pub fn add_client_id(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = call.provider()?;
    let id = call.text("ClientID");
    if before.client_ids.iter().any(|known| known == id) {
        return Ok(unchanged());
    }
    quota::CLIENT_IDS.admit(before.client_ids.len())?;
    let mut provider = before.value.clone();
    provider.client_ids.push(id.to_owned());
    Ok(changed(&before, Change::put(provider)))
}

/// RemoveClientIDFromOpenIDConnectProvider; one that is not there does not matter.
///
/// # Errors
/// As IAM.
pub fn remove_client_id(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = call.provider()?;
    let id = call.text("ClientID");
    let mut provider = before.value.clone();
    provider.client_ids.retain(|known| known != id);
    Ok(changed(&before, Change::put(provider)))
}

/// The name under which a URL is registered, if IAM takes it: `https://`, a host, a path at most. Ports and plain
/// HTTP are for issuers on networks of one's own alone.
fn registered_name(url: &str, allow_local: bool) -> Option<&str> {
    let name = provider_name(url).filter(|_| allow_local || url.starts_with("https://"))?;
    let host = host(name);
    let strange = |c: char| !c.is_ascii_graphic() || matches!(c, '?' | '#' | '@' | '\\' | '"' | '<' | '>');
    let has_port = host.contains(':');
    (!host.is_empty() && !name.contains(strange) && (allow_local || !has_port)).then_some(name)
}

fn thumbprints(call: &Call<'_>) -> Result<Vec<String>, Fault> {
    let given = call.params.texts("ThumbprintList");
    if given.len() > quota::THUMBPRINTS {
        return Err(Fault::new(Code::InvalidInput, "Thumbprint list must contain fewer than 5 entries."));
    }
    let mut thumbprints: Vec<String> = Vec::new();
    for thumbprint in given.into_iter().map(str::to_ascii_lowercase) {
        if !thumbprints.contains(&thumbprint) {
            thumbprints.push(thumbprint);
        }
    }
    Ok(thumbprints)
}

fn client_ids(call: &Call<'_>) -> Result<Vec<String>, Fault> {
    let mut client_ids: Vec<String> = Vec::new();
    for id in call.params.texts("ClientIDList") {
        if !client_ids.iter().any(|known| known == id) {
            client_ids.push(id.to_owned());
        }
    }
    if client_ids.len() > quota::CLIENT_IDS.most {
        return Err(quota::CLIENT_IDS.exceeded());
    }
    Ok(client_ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let table = [
            ("https://idp.example.com", true, true),
            ("https://idp.example.com/t1/", true, true),
            ("https://idp.example.com:8443", false, true),
            ("http://idp.example.com", false, false),
            ("http://127.0.0.1:8403/issuer", false, true),
            ("https://idp.example.com?x=y", false, false),
            ("https://idp.example.com/#x", false, false),
            ("https://user@idp.example.com", false, false),
            ("https://", false, false),
            ("https:///path", false, false),
            ("idp.example.com", false, false),
            ("HTTPS://idp.example.com", false, false),
            ("https://idp.example.com/a b", false, false),
        ];
        for (url, strictly, locally) in table {
            assert_eq!(registered_name(url, false).is_some(), strictly, "{url}");
            assert_eq!(registered_name(url, true).is_some(), locally, "{url}");
        }
    }
}
