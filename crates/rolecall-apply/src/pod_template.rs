//! Kubernetes: the template of a workload's pods, its account and the variables of its containers.

use http::Method;
use rolecall_doctor::fix::edit::{Edit, Variable};
use rolecall_live::refusal::{Refusal, RefusalKind};
use rolecall_live::target::Kind;
use serde_json::{Map, Value, json};

use crate::kubernetes::{Cluster, is_conflict, part};
use crate::world::{stands, what};
use crate::{ApplyError, Stands};

/// How often a template is read again because its workload changed between look and act: controllers write its status.
const TRIES: usize = 5;

/// A workload as it stands.
struct Live {
    /// Its path in the API.
    path: String,
    kind: Kind,
    object: Value,
}

impl Live {
    fn spec(&self) -> Option<&Value> {
        self.object.pointer(match self.kind {
            Kind::CronJob => "/spec/jobTemplate/spec/template/spec",
            _ => "/spec/template/spec",
        })
    }

    /// A change of the pod's spec as one of the whole object, at the version that was read.
    fn patch(&self, spec: &Value) -> Value {
        let template = json!({"template": {"spec": spec}});
        let body = match self.kind {
            Kind::CronJob => json!({"jobTemplate": {"spec": template}}),
            _ => template,
        };
        json!({
            "metadata": {"resourceVersion": self.object.pointer("/metadata/resourceVersion")},
            "spec": body,
        })
    }
}

impl Cluster {
    /// How a template stands to an edit of it.
    pub(crate) async fn template_stands(&self, edit: &Edit) -> Result<Stands, ApplyError> {
        Ok(compare(&self.live(edit).await?, edit))
    }

    /// Changes a template, if it stands as it was read. The API server compares the version that was looked at; where
    /// only something else of the workload changed meanwhile, it is looked at again.
    pub(crate) async fn change_template(&self, edit: &Edit) -> Result<(), ApplyError> {
        for _ in 0..TRIES {
            let live = self.live(edit).await?;
            match compare(&live, edit) {
                Stands::After => return Ok(()),
                Stands::Otherwise => break,
                Stands::Before => {}
            }
            let Some(change) = change(&live, edit) else { break };
            match self.call(Method::PATCH, &live.path, Some(&live.patch(&change))).await {
                Ok(_) => return Ok(()),
                Err(refusal) if is_conflict(&refusal) => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
        Err(ApplyError::Changed { what: what(edit) })
    }

    async fn live(&self, edit: &Edit) -> Result<Live, ApplyError> {
        let (Edit::PatchPodTemplate { namespace, kind, name, .. }
        | Edit::SetContainerEnv { namespace, kind, name, .. }) = edit
        else {
            return Err(ApplyError::Changed { what: what(edit) });
        };
        let Some(kind) = Kind::of(kind) else { return Err(ApplyError::BarePod { pod: name.to_owned() }) };
        let path = |api: &str| {
            format!("/apis/{api}/namespaces/{}/{}/{}", part(namespace), kind.plural(), part(name))
        };
        let read = self.at(path(kind.api()), kind).await;
        match read {
            // Kubernetes before 1.21 has them under another version, and answers so to the whole path.
            Err(refusal) if kind == Kind::CronJob && refusal.kind == RefusalKind::NotFound => {
                Ok(self.at(path("batch/v1beta1"), kind).await?)
            }
            read => Ok(read?),
        }
    }

    async fn at(&self, path: String, kind: Kind) -> Result<Live, Refusal> {
        let object = self.call(Method::GET, &path, None).await?;
        Ok(Live { path, kind, object })
    }
}

fn compare(live: &Live, edit: &Edit) -> Stands {
    let Some(spec) = live.spec() else { return Stands::Otherwise };
    match edit {
        Edit::PatchPodTemplate { before, after, .. } => {
            let named = spec.get("serviceAccountName").and_then(Value::as_str).map(str::to_owned);
            stands(&named, before, after)
        }
        Edit::SetContainerEnv { variables, .. } => {
            let values: Option<Vec<_>> = variables.iter().map(|one| value(spec, one)).collect();
            let Some(values) = values else { return Stands::Otherwise };
            let all = |wanted: fn(&Variable) -> &Option<String>| {
                values.iter().zip(variables).all(|(value, one)| value == wanted(one))
            };
            if all(|one| &one.after) {
                Stands::After
            } else if all(|one| &one.before) {
                Stands::Before
            } else {
                Stands::Otherwise
            }
        }
        _ => Stands::Otherwise,
    }
}

/// The value of the variable in its container, none inside where it is not set. None where there is no such container,
/// and where the variable is drawn from elsewhere or stands twice.
fn value(spec: &Value, variable: &Variable) -> Option<Option<String>> {
    let (list, at) = container(spec, &variable.container)?;
    let entries = spec.get(list)?.get(at)?.get("env").and_then(Value::as_array);
    let mut own = entries.into_iter().flatten().filter(|entry| is(entry, &variable.name));
    match (own.next(), own.next()) {
        (None, _) => Some(None),
        (Some(entry), None) if entry.get("valueFrom").is_none() => {
            Some(Some(entry.get("value").and_then(Value::as_str).unwrap_or_default().to_owned()))
        }
        _ => None,
    }
}

/// The list in which a container stands, and its place there.
fn container(spec: &Value, name: &str) -> Option<(&'static str, usize)> {
    ["containers", "initContainers"].into_iter().find_map(|list| {
        let at = spec.get(list)?.as_array()?.iter().position(|one| is(one, name))?;
        Some((list, at))
    })
}

fn is(object: &Value, name: &str) -> bool {
    object.get("name").and_then(Value::as_str) == Some(name)
}

/// What of the pod's spec changes, as a merge patch: lists whole, as they were read but for what changes.
fn change(live: &Live, edit: &Edit) -> Option<Value> {
    let spec = live.spec()?;
    match edit {
        // `serviceAccount` is the old name of the same field: the API server keeps both alike.
        Edit::PatchPodTemplate { after, .. } => {
            Some(json!({"serviceAccountName": after, "serviceAccount": after}))
        }
        Edit::SetContainerEnv { variables, .. } => {
            let mut lists = Map::new();
            for variable in variables {
                let (list, at) = container(spec, &variable.container)?;
                let whole = lists.entry(list).or_insert(spec.get(list)?.clone());
                set(whole.get_mut(at)?.as_object_mut()?, variable)?;
            }
            Some(Value::Object(lists))
        }
        _ => None,
    }
}

fn set(container: &mut Map<String, Value>, variable: &Variable) -> Option<()> {
    let env = container.entry("env").or_insert_with(|| Value::Array(Vec::new())).as_array_mut()?;
    let there = env.iter().position(|entry| is(entry, &variable.name));
    if let Some(at) = there {
        env.remove(at);
    }
    if let Some(after) = &variable.after {
        let at = there.unwrap_or(variable.place).min(env.len());
        env.insert(at, json!({"name": variable.name, "value": after}));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(changes: &[(&str, usize, Option<&str>, Option<&str>)]) -> Edit {
        let own = |text: &Option<&str>| text.map(str::to_owned);
        let variables = changes.iter().map(|(name, place, before, after)| Variable {
            container: "api".into(),
            name: (*name).into(),
            place: *place,
            before: own(before),
            after: own(after),
        });
        Edit::SetContainerEnv {
            namespace: "shop".into(),
            kind: "CronJob".into(),
            name: "nightly".into(),
            variables: variables.collect(),
        }
    }

    fn live(env: &Value) -> Live {
        let containers = json!([{"name": "web"}, {"name": "api", "image": "x", "env": env, "tty": true}]);
        let spec = json!({"containers": containers, "restartPolicy": "Never"});
        let object = json!({
            "metadata": {"resourceVersion": "7"},
            "spec": {"schedule": "x", "jobTemplate": {"spec": {"template": {"spec": spec}}}},
        });
        Live { path: String::new(), kind: Kind::CronJob, object }
    }

    #[test]
    fn what_stands_is_told() {
        let taken = edit(&[("A", 0, Some("1"), None), ("C", 2, Some("3"), None)]);
        let entry = |name: &str, value: &str| json!({"name": name, "value": value});
        let (a, b, c) = (entry("A", "1"), entry("B", "2"), entry("C", "3"));
        let table = [
            (json!([a, b, c]), Stands::Before),
            (json!([b]), Stands::After),
            (json!(null), Stands::After),
            (json!([b, c]), Stands::Otherwise),
            (json!([entry("A", "other"), b, c]), Stands::Otherwise),
            (json!([a, a, b, c]), Stands::Otherwise),
            (json!([{"name": "A", "valueFrom": {}}, b, c]), Stands::Otherwise),
        ];
        for (env, wanted) in table {
            assert_eq!(compare(&live(&env), &taken), wanted, "{env}");
        }
        let elsewhere = Live { object: json!({"spec": {}}), ..live(&json!([])) };
        assert_eq!(compare(&elsewhere, &taken), Stands::Otherwise);
    }

    #[test]
    fn back_in_its_own_place() {
        let entry = |name: &str| json!({"name": name, "value": "1"});
        let before =
            json!([entry("A"), {"name": "B", "valueFrom": {"fieldRef": {}}}, entry("C"), entry("D")]);
        let taken = edit(&[("A", 0, Some("1"), None), ("C", 2, Some("1"), None)]);
        let first = live(&before);
        let gone = change(&first, &taken).unwrap();
        assert_eq!(gone.pointer("/containers/1/env").unwrap().as_array().unwrap().len(), 2);
        assert_eq!(gone.pointer("/containers/1/tty"), Some(&json!(true)), "the rest of the list stays");
        assert_eq!(first.patch(&gone).pointer("/metadata/resourceVersion"), Some(&json!("7")));
        let second = live(gone.pointer("/containers/1/env").unwrap());
        let back = change(&second, &taken.inverse().unwrap()).unwrap();
        assert_eq!(back.pointer("/containers/1/env"), Some(&before));
    }
}
