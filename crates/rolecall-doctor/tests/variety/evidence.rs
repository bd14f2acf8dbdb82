//! Files of evidence, right in every part unless a row changes them.

pub const NAME: &str = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
pub const ROLE_ARN: &str = "arn:aws:iam::111122223333:role/orders";
pub const DENIED: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";

type File = (&'static str, String);

/// The error text.
pub fn error(text: &str) -> File {
    ("error.txt", format!("{text}\n"))
}

/// A refusal of the node's role.
pub fn node_denied() -> File {
    error(
        "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/nodes/i-0123456789abcdef0 is not authorized to \
         perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows the \
         s3:GetObject action",
    )
}

/// A trust policy of these statements.
pub fn trust(statements: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#)
}

/// The statement that admits `shop/orders`.
pub fn statement() -> String {
    format!(
        r#"{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{NAME}"}},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {{"StringEquals": {{"{NAME}:aud": "sts.amazonaws.com",
                                             "{NAME}:sub": "system:serviceaccount:shop:orders"}}}}}}"#
    )
}

/// `aws iam get-role` with these statements.
pub fn role(statements: &str) -> File {
    let policy = trust(statements);
    let text = format!(
        r#"{{"Role": {{"RoleName": "orders", "Path": "/", "Arn": "{ROLE_ARN}", "CreateDate": "2025-03-01T00:00:00Z",
             "AssumeRolePolicyDocument": {policy}, "MaxSessionDuration": 3600}}}}"#
    );
    ("role.json", text)
}

/// A service account.
pub fn account(namespace: &str, name: &str, annotated: bool) -> String {
    let annotations = if annotated {
        format!("  annotations:\n    eks.amazonaws.com/role-arn: {ROLE_ARN}\n")
    } else {
        String::new()
    };
    format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  creationTimestamp: '2025-03-02T00:00:00Z'\n{annotations}"
    )
}

/// What the webhook puts into the container.
pub const INJECTED: &str = "    env:\n    - name: AWS_ROLE_ARN\n      value: arn:aws:iam::111122223333:role/orders\n    - name: AWS_WEB_IDENTITY_TOKEN_FILE\n      value: /var/run/secrets/eks.amazonaws.com/serviceaccount/token\n    volumeMounts:\n    - name: aws-iam-token\n      mountPath: /var/run/secrets/eks.amazonaws.com/serviceaccount\n  volumes:\n  - name: aws-iam-token\n    projected:\n      sources:\n      - serviceAccountToken:\n          audience: sts.amazonaws.com\n          path: token\n";

/// A pod `shop/orders-1` with these lines after its container's name.
pub fn pod(service_account: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: orders-1\n  namespace: shop\n  creationTimestamp: '2025-05-30T00:00:00Z'\nspec:\n  serviceAccountName: {service_account}\n  containers:\n  - name: app\n{container}"
    )
}

/// The claims of a token of `shop/orders`.
pub fn claims() -> File {
    let text = format!(
        r#"{{"iss": "https://{NAME}", "aud": ["sts.amazonaws.com"], "sub": "system:serviceaccount:shop:orders",
             "iat": 1748770000, "nbf": 1748770000, "exp": 1748856400}}"#
    );
    ("token.claims.json", text)
}

/// The instant of judgement.
pub fn now() -> File {
    ("now.txt", "2025-06-01T12:00:00Z\n".to_owned())
}

/// A tree as JSON.
pub fn json_of(node: &rolecall_model::json::Node) -> String {
    use rolecall_model::json::Kind;
    match &node.kind {
        Kind::Object(members) => {
            let members =
                members.iter().map(|member| format!("{:?}: {}", member.key, json_of(&member.value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Kind::Array(elements) => {
            format!("[{}]", elements.iter().map(json_of).collect::<Vec<_>>().join(", "))
        }
        _ => format!("{:?}", node.scalar().unwrap_or_default()),
    }
}
