//! Objects as `kubectl get -o yaml` prints them, without what nobody diagnoses and what may be secret.

use serde_json::Value;

/// Variables whose values are kept: how a program finds AWS. Every other value may be a secret.
const KEPT: [&str; 3] = ["AWS_", "KUBERNETES_", "JAVA_TOOL_OPTIONS"];
/// Of those, the ones that are secrets.
const SECRET: [&str; 3] = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"];
/// What a struck value looks like.
const STRUCK: &str = "***";
/// A copy of the object as it was applied: everything in it stands in the object too, or is older.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The object as YAML, its kind first.
#[must_use]
pub fn yaml(mut object: Value, api: &str, kind: &str) -> String {
    tidy(&mut object, kind);
    let mut whole = serde_json::Map::new();
    whole.insert("apiVersion".into(), Value::String(api.to_owned()));
    whole.insert("kind".into(), Value::String(kind.to_owned()));
    if let Value::Object(members) = object {
        for (name, value) in members {
            whole.entry(name).or_insert(value);
        }
    }
    // A value of JSON is one of YAML: this does not fail.
    serde_saphyr::to_string(&Value::Object(whole)).unwrap_or_default()
}

fn tidy(object: &mut Value, kind: &str) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        // Of a service account it tells when its annotations were last changed.
        if kind != "ServiceAccount" {
            metadata.remove("managedFields");
        }
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(APPLIED);
        }
    }
    if let Some(status) = object.get_mut("status").and_then(Value::as_object_mut) {
        status.retain(|name, _| matches!(name.as_str(), "conditions" | "phase" | "startTime"));
    }
    strike(object);
}

/// Strikes out the values of variables, wherever containers stand.
fn strike(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match value {
                    Value::Array(variables) if name == "env" => variables.iter_mut().for_each(variable),
                    _ => strike(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(strike),
        _ => {}
    }
}

fn variable(variable: &mut Value) {
    let name = variable.get("name").and_then(Value::as_str).unwrap_or_default();
    let proxy = name.to_ascii_uppercase().ends_with("_PROXY");
    let keep = (proxy || KEPT.iter().any(|prefix| name.starts_with(prefix))) && !SECRET.contains(&name);
    if let Some(Value::String(text)) = variable.get_mut("value").filter(|_| !keep)
        && !text.is_empty()
    {
        *text = struck(text);
    }
}

/// What is left of a value: that it draws on variables of the mechanism tells what depends on them, and no more.
fn struck(value: &str) -> String {
    let ends = value.split("$(").skip(1).filter_map(|after| after.split_once(')'));
    let word = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let drawn = ends.map(|(name, _)| name).filter(|name| name.starts_with("AWS_") && word(name));
    drawn.fold(STRUCK.to_owned(), |text, name| format!("{text}$({name}){STRUCK}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_back_as_it_was_and_shows_no_secret() {
        let pod = json!({
            "metadata": {
                "name": "api", "namespace": "payments", "managedFields": [{"manager": "kubectl"}],
                "annotations": {APPLIED: "{\"env\": \"hunter2\"}", "note": "yes: no #really", "number": "1e3", "empty": ""},
            },
            "spec": {"containers": [{"name": "api", "env": [
                {"name": "AWS_ROLE_ARN", "value": "arn:aws:iam::111122223333:role/x"},
                {"name": "AWS_SECRET_ACCESS_KEY", "value": "hunter2"},
                {"name": "DB_PASSWORD", "value": "hunter2"},
                {"name": "EMPTY", "value": ""},
                {"name": "HTTPS_PROXY", "value": "http://proxy:3128"},
            ], "args": ["--flag=true", "- x", "true", "multi\nline\n"]}]},
            "status": {"phase": "Running", "podIP": "10.0.0.1"},
        });
        let text = yaml(pod, "v1", "Pod");
        assert!(text.starts_with("apiVersion: v1\nkind: Pod\nmetadata:"), "{text}");
        for gone in ["hunter2", "managedFields", "podIP", APPLIED] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        let (nodes, flaws) = rolecall_collect::parse_yaml(&text);
        assert!(flaws.is_empty(), "{flaws:?}");
        let read = |keys: &[&str]| {
            nodes[0].path(keys).and_then(rolecall_model::json::Node::as_str).map(str::to_owned)
        };
        assert_eq!(read(&["metadata", "annotations", "note"]).as_deref(), Some("yes: no #really"));
        assert_eq!(read(&["metadata", "annotations", "number"]).as_deref(), Some("1e3"));
        let containers = nodes[0].path(&["spec", "containers"]).unwrap().elements();
        let values: Vec<_> = containers[0]
            .get("env")
            .unwrap()
            .elements()
            .iter()
            .map(|one| {
                one.get("value").and_then(rolecall_model::json::Node::as_str).unwrap_or("-").to_owned()
            })
            .collect();
        assert_eq!(values, ["arn:aws:iam::111122223333:role/x", STRUCK, STRUCK, "", "http://proxy:3128"]);
        let words: Vec<_> = containers[0]
            .get("args")
            .unwrap()
            .elements()
            .iter()
            .map(|one| one.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(words, ["--flag=true", "- x", "true", "multi\nline\n"]);
    }

    #[test]
    fn a_struck_value_shows_what_it_draws_on() {
        let table = [
            ("hunter2", "***"),
            ("hunter2/$(AWS_ROLE_ARN)/$(AWS_REGION)", "***$(AWS_ROLE_ARN)***$(AWS_REGION)***"),
            ("$(hunter2) $(AWS_ROLE_ARN hunter2) $(AWS_", "***"),
        ];
        for (value, wanted) in table {
            assert_eq!(struck(value), wanted, "{value}");
        }
    }
}
