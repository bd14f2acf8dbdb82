//! Pods of any JSON, and annotations of any text: the patch is sound JSON, and a second admission changes nothing.
//!
//! The input is a pod, and after an empty line annotations as `key=value`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_engine::inject::annotations::{Account, ConfigMap};
use rolecall_engine::inject::{Configuration, Known, Plan, patch, plan};
use rolecall_model::json::parse;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let (pod, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let parsed = parse(pod);
    let Some(root) = parsed.root.filter(|_| parsed.flaws.is_empty()) else { return };
    let configuration = Configuration { region: "eu-west-1".into(), ..Configuration::default() };
    let pairs = rest.lines().filter_map(|line| line.split_once('='));
    let account =
        Account::read([("eks.amazonaws.com/role-arn", "role")].into_iter().chain(pairs), &configuration);
    let map = ConfigMap::read(rest, &configuration).ok();
    for pod_identity in [None, Some(80_000)] {
        let known = Known { namespace: "n", account: Some(&account), config_map: map.as_ref(), pod_identity };
        let Plan::Mutate(mutation) = plan(&root, &known, &configuration) else { continue };
        let operations = patch::operations(&root, &mutation);
        let document: Value = serde_json::from_str(&patch::document(&operations)).expect("a JSON patch");
        let Some(after) = patched(pod, &document) else { continue };
        let again = parse(&after.to_string()).root.expect("a pod");
        match plan(&again, &known, &configuration) {
            Plan::Mutate(second) => assert!(!second.changes(), "{second:?} of {after}"),
            other => panic!("{other:?} of {after}"),
        }
    }
});

/// Carries out the operations that the webhook uses.
fn patched(pod: &str, document: &Value) -> Option<Value> {
    let mut pod: Value = serde_json::from_str(pod).ok()?;
    for operation in document.as_array()? {
        let value = operation["value"].clone();
        match operation["path"].as_str()? {
            "/metadata/labels/eks.amazonaws.com~1pod-identity" => {
                pod["metadata"]["labels"]["eks.amazonaws.com/pod-identity"] = value;
            }
            "/metadata/labels" => pod["metadata"]["labels"] = value,
            "/spec/volumes/0" => pod["spec"]["volumes"].as_array_mut()?.insert(0, value),
            path => {
                *pod.get_mut("spec")?
                    .as_object_mut()?
                    .entry(path.rsplit('/').next()?)
                    .or_insert(Value::Null) = value
            }
        }
    }
    Some(pod)
}
