//! `rolecall webhook --review FILE.jsonl`: a case in each line, an answer in each line (docs/webhook-review.md).

use clap::Parser;
use rolecall_model::json::write::compact;
use rolecall_model::json::{self, Kind, Node, edit::quoted};
use rolecall_server::webhook::review::Answer;

use super::flags::Injection;
use super::review::{Asked, Objects, seen};
use crate::commands::Failure;

/// Flags of a case.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct Flags {
    #[command(flatten)]
    injection: Injection,
}

/// Answers every line; says whether all of them were cases. Flags of the command hold for cases without their own.
pub async fn answers(text: &str, injection: &Injection) -> (String, bool) {
    let (mut out, mut sound) = (String::new(), true);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let parsed = json::parse(line);
        let root = parsed.root.filter(|_| !parsed.flaws.iter().any(json::Flaw::is_syntax));
        let id = root.as_ref().and_then(|root| root.get("id")).and_then(Node::scalar).unwrap_or_default();
        let answered = match &root {
            Some(root) => answer(root, injection).await,
            None => Err("the line is no JSON object".to_owned()),
        };
        sound &= answered.is_ok();
        let said = match answered {
            Ok(answer) => {
                let patch = answer.patch.as_deref().unwrap_or("null");
                let warning = answer.warning.as_deref().map_or("null".into(), quoted);
                format!("\"allowed\":true,\"patch\":{patch},\"warning\":{warning}")
            }
            Err(error) => format!("\"error\":{}", quoted(&error)),
        };
        out.push_str(&format!("{{\"id\":{},{said}}}\n", quoted(id)));
    }
    (out, sound)
}

async fn answer(case: &Node, injection: &Injection) -> Result<Answer, String> {
    let flags = match case.get("flags") {
        Some(flags) => &Flags::try_parse_from(arguments(flags)).map_err(|error| error.to_string())?.injection,
        None => injection,
    };
    let said = |failure: Failure| failure.to_string();
    let webhook = objects(case).webhook(flags.configuration(false).map_err(said)?).map_err(said)?;
    let asked = asked(case)?;
    Ok(webhook.admit(&asked.review()).await)
}

/// Flags as an object of names and values, or as the list of arguments.
fn arguments(flags: &Node) -> Vec<String> {
    let of_object = flags.members().iter().map(|member| {
        let name = member.key.trim_start_matches('-');
        format!("--{name}={}", member.value.scalar().unwrap_or_default())
    });
    let of_list = flags.elements().iter().filter_map(Node::as_str).map(str::to_owned);
    of_object.chain(of_list).collect()
}

fn objects(case: &Node) -> Objects {
    let mut objects = Objects::default();
    let accounts = ["serviceaccount", "serviceAccount", "serviceaccounts", "serviceAccounts"];
    let accounts = accounts.iter().filter_map(|key| case.get(key)).filter(|node| !node.is_null());
    for account in accounts.flat_map(Node::one_or_many) {
        let own = account.path(&["metadata", "namespace"]).and_then(Node::as_str);
        objects.accounts.push(seen(own.map_or_else(|| namespace(case), str::to_owned), account));
    }
    if let Some(map) = case.get("configmap").or_else(|| case.get("configMap")).filter(|map| !map.is_null()) {
        let text = map.path(&["data", "config"]).unwrap_or(map);
        objects.config_map = Some(text.as_str().map_or_else(|| written(text), str::to_owned));
    }
    objects.identities = case.get("identities").map(Node::elements).unwrap_or_default().to_vec();
    objects
}

fn asked(case: &Node) -> Result<Asked, String> {
    if let Some(review) = case.get("review") {
        return Ok(Asked::Review(review.clone()));
    }
    let pod = case.get("pod").ok_or("there is neither `pod` nor `review`")?;
    Ok(Asked::Pod(namespace(case), pod.clone()))
}

fn namespace(case: &Node) -> String {
    let of_request = case.path(&["review", "request", "namespace"]);
    let of_pod = case.path(&["pod", "metadata", "namespace"]);
    let named = case.get("namespace").or(of_request).or(of_pod).and_then(Node::as_str);
    named.unwrap_or("default").to_owned()
}

fn written(node: &Node) -> String {
    if let Kind::String(text) = &node.kind {
        return text.clone();
    }
    let mut out = String::new();
    compact(node, &mut out);
    out
}
