//! What a text is, told by its shape, where its name does not tell.

use rolecall_model::json::{self, Node};

/// The name under which such a text is known; none where its shape tells nothing.
pub(crate) fn known_as(text: &str) -> Option<&'static str> {
    let trimmed = text.trim();
    if is_jwt(trimmed) {
        return Some("token.txt");
    }
    let parsed = json::parse(trimmed);
    let sound = parsed.root.filter(|root| parsed.flaws.is_empty() && !root.members().is_empty());
    if let Some(root) = sound {
        return object(&root);
    }
    let manifest =
        trimmed.starts_with("apiVersion:") || trimmed.starts_with("kind:") || trimmed.contains("\nkind: ");
    if manifest {
        return Some("manifest.yaml");
    }
    is_described(trimmed).then_some("describe.txt")
}

/// `kubectl describe` begins with name and namespace; the command itself may have been copied along.
fn is_described(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| line.starts_with('$') || line.starts_with("kubectl "));
    lines.next().is_some_and(|line| line.starts_with("Name:"))
        && lines.next().is_some_and(|line| line.starts_with("Namespace:"))
}

fn is_jwt(text: &str) -> bool {
    text.starts_with("eyJ") && !text.contains(char::is_whitespace) && text.split('.').count() >= 2
}

/// Members that only one kind of document has, in the order of asking.
const SIGNS: [(&[&str], &str); 20] = [
    (&["kind", "apiVersion"], "manifest.yaml"),
    (&["eventSource"], "cloudtrail.json"),
    (&["Records"], "cloudtrail.json"),
    (&["Events"], "cloudtrail.json"),
    (&["Role"], "role.json"),
    (&["AssumeRolePolicyDocument"], "role.json"),
    (&["Roles"], "roles.json"),
    (&["RoleDetailList"], "roles.json"),
    (&["Resources", "AWSTemplateFormatVersion"], "template.json"),
    (&["OpenIDConnectProviderList"], "providers.json"),
    (&["ClientIDList"], "provider.json"),
    (&["cluster"], "cluster.json"),
    (&["keys"], "jwks.json"),
    (&["jwks_uri"], "discovery.json"),
    (&["iss", "sub"], "token.claims.json"),
    (&["RoleArn", "RoleSessionName"], "request.json"),
    (&["UserId", "Account", "Arn"], "caller-identity.json"),
    (&["association"], "association.json"),
    (&["associations"], "associations.json"),
    (&["IdentityPoolId"], "identity-pool.json"),
];

fn object(root: &Node) -> Option<&'static str> {
    let has = |keys: &[&str]| keys.iter().all(|key| root.get(key).is_some());
    let sign = SIGNS.iter().find(|(keys, _)| has(keys)).map(|(_, file)| *file);
    sign.or_else(|| (has(&["alg"]) && (has(&["kid"]) || has(&["typ"]))).then_some("token.header.json"))
        .or_else(|| {
            let statements = root.get("Statement").map(Node::one_or_many).unwrap_or_default();
            statements.iter().any(is_of_trust).then_some("trust.json")
        })
}

/// A statement of a trust policy: it names whom it admits and no resource.
fn is_of_trust(statement: &Node) -> bool {
    statement.get("Principal").is_some() && statement.get("Resource").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let table = [
            ("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln", Some("token.txt")),
            ("---\napiVersion: v1\nkind: Pod\n", Some("manifest.yaml")),
            (r#"{"apiVersion": "v1", "kind": "List", "items": []}"#, Some("manifest.yaml")),
            (r#"{"alg": "RS256", "kid": "1"}"#, Some("token.header.json")),
            (
                r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}"#,
                Some("trust.json"),
            ),
            (r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#, None),
            (r#"{"some": "thing"}"#, None),
            ("Not authorized to perform", None),
            ("$ kubectl describe sa app\nName:       app\nNamespace:  shop\n", Some("describe.txt")),
            ("Name: a form\nAddress: none\n", None),
            ("", None),
        ];
        for (text, wanted) in table {
            assert_eq!(known_as(text), wanted, "{text}");
        }
    }
}
