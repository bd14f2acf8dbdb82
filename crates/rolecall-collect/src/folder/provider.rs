//! OIDC providers and enabled regions, as the AWS CLI prints them.

use rolecall_model::document::{At, DocumentId, Located, Text};
use rolecall_model::evidence::caller::Region;
use rolecall_model::evidence::provider::Provider;
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::json::Node;

pub(super) fn list(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let Some(list) = root
        .get("OpenIDConnectProviderList")
        .or(Some(root))
        .filter(|node| matches!(node.kind, rolecall_model::json::Kind::Array(_)))
    else {
        return;
    };
    let arn = |entry: &Node| {
        let node = entry.get("Arn").unwrap_or(entry);
        Some(Located::new(node.as_str()?.to_owned(), At::new(id, node.span)))
    };
    let arns: Vec<Text> = list.elements().iter().filter_map(arn).collect();
    evidence.provider.list = Fact::read(arns, id);
}

pub(super) fn detail(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let texts = |key: &str| -> Option<Vec<Text>> {
        let node = root.get(key)?;
        Some(
            node.one_or_many()
                .iter()
                .filter_map(|one| Some(Located::new(one.as_str()?.to_owned(), At::new(id, one.span))))
                .collect(),
        )
    };
    let Some(url) = root.get("Url").or_else(|| root.get("url")) else { return };
    let Some(text) = url.as_str() else { return };
    let bare = text.strip_prefix("https://").unwrap_or(text).to_owned();
    evidence.provider.detail = Fact::read(
        Provider {
            document: id,
            url: Located::new(bare, At::new(id, url.span)),
            client_ids: texts("ClientIDList"),
            thumbprints: texts("ThumbprintList"),
            client_ids_at: root.get("ClientIDList").map(|node| At::new(id, node.span)),
            created: super::role::instant(root.get("CreateDate")),
        },
        id,
    );
}

/// `aws ec2 describe-regions --all-regions`, or `aws account list-regions`.
pub(super) fn regions(evidence: &mut Evidence, id: DocumentId, root: &Node) {
    let region = |node: &Node| {
        let text = |keys: &[&str]| {
            let found = keys.iter().find_map(|key| node.get(key))?;
            Some(Located::new(found.as_str()?.to_owned(), At::new(id, found.span)))
        };
        Some(Region {
            name: text(&["RegionName", "Name"])?,
            status: text(&["OptInStatus", "RegionOptStatus", "Status"])?,
        })
    };
    let listed = root.get("Regions").unwrap_or(root);
    evidence.caller.regions = Fact::read(listed.elements().iter().filter_map(region).collect(), id);
}
