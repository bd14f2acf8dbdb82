//! What annotations and the webhook's ConfigMap say, each with the webhook's own way of reading it.

use std::collections::HashMap;

use rolecall_model::json::{self, Node};

use super::{Configuration, DEFAULT_EXPIRATION};

/// Tokens live ten minutes at least; the API server refuses less.
const MIN_EXPIRATION: i64 = 600;

/// What the webhook keeps of a service account. Annotations take precedence over flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `role-arn`; empty where there is none.
    pub role_arn: String,
    /// `audience`
    pub audience: String,
    /// `sts-regional-endpoints`
    pub regional_sts: bool,
    /// `token-expiration` in seconds.
    pub expiration: i64,
}

impl Account {
    /// Reads an account's annotations, given as keys and values. What is not legible is passed over; a role of the wrong
    /// form is taken as it is, since the webhook does no more than log it.
    #[must_use]
    pub fn read<'p>(
        annotations: impl IntoIterator<Item = (&'p str, &'p str)>,
        configuration: &Configuration,
    ) -> Account {
        let mut account = Account {
            role_arn: String::new(),
            audience: configuration.audience.clone(),
            regional_sts: configuration.regional_sts,
            expiration: configuration.expiration,
        };
        for (key, value) in annotations {
            match own(key, configuration) {
                Some("role-arn") => account.role_arn = composed(value, configuration),
                Some("audience") => account.audience = value.to_owned(),
                Some("sts-regional-endpoints") => {
                    account.regional_sts = boolean(value).unwrap_or(account.regional_sts);
                }
                Some("token-expiration") => {
                    account.expiration = expiration(value).unwrap_or(account.expiration);
                }
                _ => {}
            }
        }
        account
    }
}

/// The key without the webhook's prefix.
fn own<'k>(key: &'k str, configuration: &Configuration) -> Option<&'k str> {
    key.strip_prefix(configuration.annotation_prefix.as_str())?.strip_prefix('/')
}

/// With `--compose-role-arn` a name becomes an ARN.
fn composed(role: &str, configuration: &Configuration) -> String {
    match &configuration.compose_role_arn {
        Some((partition, account)) if !role.contains("arn:") => {
            format!("arn:{partition}:iam::{account}:role/{role}")
        }
        _ => role.to_owned(),
    }
}

/// What the pod's own annotations say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PodAnnotations {
    pub expiration: Option<i64>,
    pub skipped: Vec<String>,
}

impl PodAnnotations {
    pub fn read(annotations: Option<&Node>, configuration: &Configuration) -> PodAnnotations {
        let find = |name: &str| {
            let key = format!("{}/{name}", configuration.annotation_prefix);
            annotations.and_then(|all| all.get(&key)).and_then(Node::as_str)
        };
        PodAnnotations {
            expiration: find("token-expiration").and_then(expiration),
            skipped: find("skip-containers").map(skipped_containers).unwrap_or_default(),
        }
    }
}

/// The containers that an annotation `skip-containers` lists: one record of comma-separated values, blanks kept. None
/// where the text is no such record.
#[must_use]
pub fn skipped_containers(value: &str) -> Vec<String> {
    record(value).unwrap_or_default()
}

/// Go's `strconv.ParseBool`.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Go's `strconv.ParseInt` in base ten, raised to what Kubernetes takes at least.
fn expiration(text: &str) -> Option<i64> {
    text.parse::<i64>().ok().map(|seconds| seconds.max(MIN_EXPIRATION))
}

/// The first record, as Go's `encoding/csv` reads it: empty lines before it are passed over, a quote inside a bare field
/// and text after a closing quote are errors.
fn record(text: &str) -> Option<Vec<String>> {
    let text = text.replace("\r\n", "\n");
    let text = text.strip_suffix('\r').unwrap_or(&text);
    let mut rest = text.trim_start_matches('\n');
    if rest.is_empty() {
        return None;
    }
    let mut fields = Vec::new();
    loop {
        let (field, after) =
            if let Some(inside) = rest.strip_prefix('"') { quoted(inside)? } else { bare(rest)? };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return (after.is_empty() || after.starts_with('\n')).then_some(fields),
        }
    }
}

fn bare(text: &str) -> Option<(String, &str)> {
    let end = text.find([',', '\n']).unwrap_or(text.len());
    let (field, after) = text.split_at_checked(end)?;
    (!field.contains('"')).then(|| (field.to_owned(), after))
}

/// What stands up to the closing quote; two quotes are one.
fn quoted(mut text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    loop {
        let (part, after) = text.split_once('"')?;
        field.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                text = next;
            }
            None => return Some((field, after)),
        }
    }
}

/// The ConfigMap that tells roles beside annotations: `{"NAMESPACE/ACCOUNT": {"RoleARN", "Audience", "UseRegionalSTS",
/// "TokenExpiration"}}`. What it does not give is not filled in from the flags, but for the life of the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigMap(HashMap<String, Account>);

impl ConfigMap {
    /// Reads the text under the key `config`.
    ///
    /// # Errors
    /// Where it is not such an object; the webhook then keeps what it had.
    pub fn read(config: &str, configuration: &Configuration) -> Result<ConfigMap, ConfigMapFlaw> {
        let parsed = json::parse(config);
        let root =
            parsed.root.filter(|_| !parsed.flaws.iter().any(json::Flaw::is_syntax)).ok_or(ConfigMapFlaw)?;
        if !matches!(root.kind, json::Kind::Object(_)) {
            return Err(ConfigMapFlaw);
        }
        let entry = |node: &Node| {
            let text = |key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
            let seconds = node.get("TokenExpiration").and_then(Node::as_integer).unwrap_or_default();
            Account {
                role_arn: text("RoleARN"),
                audience: text("Audience"),
                regional_sts: node.get("UseRegionalSTS").and_then(Node::as_bool).unwrap_or_default(),
                expiration: if seconds == 0 { configuration.expiration } else { seconds },
            }
        };
        Ok(ConfigMap(root.members().iter().map(|one| (one.key.clone(), entry(&one.value))).collect()))
    }

    fn get(&self, namespace: &str, account: &str) -> Option<&Account> {
        self.0.get(&format!("{namespace}/{account}"))
    }
}

/// The ConfigMap's text is not an object of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigMapFlaw;

impl std::fmt::Display for ConfigMapFlaw {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("the key `config` of the ConfigMap `pod-identity-webhook` holds no JSON object")
    }
}

impl std::error::Error for ConfigMapFlaw {}

/// The account that grants a role: by annotation, else by the ConfigMap, there by its namespace before the namespace `*`.
pub(super) fn with_role<'a>(
    account: Option<&'a Account>,
    config_map: Option<&'a ConfigMap>,
    namespace: &str,
    name: &str,
) -> Option<&'a Account> {
    let listed = || config_map.and_then(|map| map.get(namespace, name).or_else(|| map.get("*", name)));
    account.filter(|account| !account.role_arn.is_empty()).or_else(listed)
}

/// Regional endpoints and life of the token for Pod Identity, which has neither of its own.
pub(super) fn for_pod_identity(
    account: Option<&Account>,
    config_map: Option<&ConfigMap>,
    namespace: &str,
    name: &str,
) -> (bool, i64) {
    let found = account.or_else(|| config_map.and_then(|map| map.get(namespace, name)));
    found.map_or((false, DEFAULT_EXPIRATION), |found| (found.regional_sts, found.expiration))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_containers() {
        let table: [(&str, &[&str]); 16] = [
            ("sidecar", &["sidecar"]),
            ("a,b", &["a", "b"]),
            ("a, b", &["a", " b"]),
            ("", &[]),
            ("\n", &[]),
            ("\n\na,b", &["a", "b"]),
            ("a\nb", &["a"]),
            ("a,b\r\nc", &["a", "b"]),
            ("a\r", &["a"]),
            ("a,", &["a", ""]),
            ("\"a\",b", &["a", "b"]),
            ("\"a,b\"", &["a,b"]),
            ("\"a\"\"b\"", &["a\"b"]),
            ("a\"b", &[]),
            ("\"a\" ,b", &[]),
            ("\"a", &[]),
        ];
        for (text, wanted) in table {
            assert_eq!(skipped_containers(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn annotations_of_an_account() {
        let configuration = Configuration::default();
        let read = |key: &str, value: &str| {
            Account::read([(format!("eks.amazonaws.com/{key}").as_str(), value)], &configuration)
        };
        for (text, wanted) in
            [("3600", 3600), ("599", 600), ("-5", 600), ("+700", 700), ("999999999", 999_999_999)]
        {
            assert_eq!(read("token-expiration", text).expiration, wanted, "{text}");
        }
        for text in ["", "1h", "3600.0", " 3600", "9223372036854775808"] {
            assert_eq!(read("token-expiration", text).expiration, 86_400, "{text}");
        }
        for text in ["1", "t", "T", "TRUE", "true", "True"] {
            assert!(read("sts-regional-endpoints", text).regional_sts, "{text}");
        }
        let regional = Configuration { regional_sts: true, ..Configuration::default() };
        for (text, wanted) in [("false", false), ("F", false), ("0", false), ("no", true), ("tRUE", true)] {
            let account = Account::read([("eks.amazonaws.com/sts-regional-endpoints", text)], &regional);
            assert_eq!(account.regional_sts, wanted, "{text}");
        }
        assert_eq!(read("audience", "").audience, "");
        assert_eq!(read("role-arn", "not an arn").role_arn, "not an arn");
        assert_eq!(Account::read([("iam.amazonaws.com/role-arn", "r")], &configuration).role_arn, "");
        assert_eq!(Account::read([("eks.amazonaws.comrole-arn", "r")], &configuration).role_arn, "");
        let composing = Configuration {
            compose_role_arn: Some(("aws-cn".into(), "111122223333".into())),
            ..Configuration::default()
        };
        let composed = |value| Account::read([("eks.amazonaws.com/role-arn", value)], &composing).role_arn;
        assert_eq!(composed("path/app"), "arn:aws-cn:iam::111122223333:role/path/app");
        assert_eq!(composed("arn:aws:iam::444455556666:role/x"), "arn:aws:iam::444455556666:role/x");
    }

    #[test]
    fn the_config_map() {
        let configuration = Configuration { expiration: 7200, ..Configuration::default() };
        let text = r#"{"shop/cart":{"RoleARN":"a","Audience":"x","UseRegionalSTS":true,"TokenExpiration":30},
                       "*/cart":{"RoleARN":"b"}}"#;
        let map = ConfigMap::read(text, &configuration).unwrap();
        let find = |namespace| with_role(None, Some(&map), namespace, "cart").unwrap();
        assert_eq!(find("shop").role_arn, "a");
        assert_eq!(find("shop").expiration, 30, "no minimum here");
        assert_eq!((find("other").role_arn.as_str(), find("other").audience.as_str()), ("b", ""));
        assert_eq!(find("other").expiration, 7200);
        let annotated = Account::read([("eks.amazonaws.com/role-arn", "c")], &configuration);
        assert_eq!(with_role(Some(&annotated), Some(&map), "shop", "cart").unwrap().role_arn, "c");
        assert_eq!(for_pod_identity(None, Some(&map), "other", "cart"), (false, 86_400), "no wildcard here");
        for text in ["", "[]", "{", "1"] {
            assert_eq!(ConfigMap::read(text, &configuration), Err(ConfigMapFlaw), "{text}");
        }
    }
}
