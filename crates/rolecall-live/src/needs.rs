//! What a reader needs to be permitted: the smallest IAM policy and RBAC role.

use rolecall_model::arn::Arn;

use crate::aws::ALLOWED;

/// The IAM policy. Where the role is known, the actions that take a role are limited to it.
#[must_use]
pub fn iam_policy(role: Option<&str>) -> String {
    let role = role.filter(|role| Arn::parse(role).is_some_and(|arn| arn.role_name().is_some()));
    let is_role = |action: &&str| {
        ["GetRole", "ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies"]
            .iter()
            .any(|name| action.strip_prefix("iam:") == Some(name))
    };
    let all: Vec<&str> = ALLOWED
        .iter()
        .map(|(_, _, action)| *action)
        .filter(|action| *action != "sts:GetCallerIdentity")
        .collect();
    let of_role: Vec<&str> = all.iter().copied().filter(is_role).collect();
    let others: Vec<&str> = all.iter().copied().filter(|action| !is_role(action)).collect();
    let statement = |sid: &str, actions: &[&str], resource: &str| serde_json::json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource});
    let statements = match role {
        Some(role) => {
            vec![statement("ReadTheRole", &of_role, role), statement("ReadWhatItRestsOn", &others, "*")]
        }
        None => vec![statement("ReadRolesAndWhatTheyRestOn", &all, "*")],
    };
    crate::aws::printed(&serde_json::json!({"Version": "2012-10-17", "Statement": statements}))
}

/// The RBAC role. The webhook's configuration and the namespace are read cluster-wide, and are done without where they may
/// not be.
pub const RBAC: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: rolecall-reader
rules:
- apiGroups: ['']
  resources: [pods, serviceaccounts, namespaces]
  verbs: [get, list]
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets, replicasets]
  verbs: [get]
- apiGroups: [batch]
  resources: [jobs, cronjobs]
  verbs: [get, list]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [list]
- apiGroups: [admissionregistration.k8s.io]
  resources: [mutatingwebhookconfigurations]
  verbs: [list]
- nonResourceURLs: [/.well-known/openid-configuration, /openid/v1/jwks]
  verbs: [get]
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_limited_to_the_role() {
        let role = "arn:aws:iam::111122223333:role/api";
        let policy: serde_json::Value = serde_json::from_str(&iam_policy(Some(role))).unwrap();
        assert_eq!(policy["Statement"][0]["Resource"], role);
        assert_eq!(policy["Statement"][0]["Action"][0], "iam:GetRole");
        assert!(
            policy["Statement"][1]["Action"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one == "iam:ListOpenIDConnectProviders")
        );
        let open: serde_json::Value = serde_json::from_str(&iam_policy(None)).unwrap();
        assert_eq!(open["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(iam_policy(Some("no role")), iam_policy(None));
    }

    #[test]
    fn rbac_is_a_manifest() {
        let (nodes, flaws) = rolecall_collect::parse_yaml(RBAC);
        assert!(flaws.is_empty() && nodes.len() == 1);
    }
}
