//! Label selectors as queries.

use serde_json::Value;

/// A selector as the query parameter has it (Kubernetes documentation, "Labels and Selectors").
pub(super) fn selector(selector: &Value) -> Option<String> {
    let mut terms = Vec::new();
    for (key, value) in selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten() {
        terms.push(format!("{key}={}", value.as_str()?));
    }
    for expression in selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten() {
        let key = expression.get("key")?.as_str()?;
        let values: Vec<&str> = expression
            .get("values")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let values = values.join(",");
        terms.push(match expression.get("operator")?.as_str()? {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return None,
        });
    }
    (!terms.is_empty()).then(|| terms.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selectors() {
        let table = [
            (json!({"matchLabels": {"app": "api", "tier": "web"}}), Some("app=api,tier=web")),
            (
                json!({"matchExpressions": [
                    {"key": "app", "operator": "In", "values": ["a", "b"]},
                    {"key": "old", "operator": "DoesNotExist"},
                    {"key": "x", "operator": "Exists"},
                    {"key": "y", "operator": "NotIn", "values": ["z"]},
                ]}),
                Some("app in (a,b),!old,x,y notin (z)"),
            ),
            (json!({}), None),
            (json!({"matchExpressions": [{"key": "app", "operator": "Unheard"}]}), None),
        ];
        for (given, wanted) in table {
            assert_eq!(selector(&given).as_deref(), wanted, "{given}");
        }
    }
}
