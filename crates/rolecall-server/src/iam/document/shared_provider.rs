//! Providers that many tenants share: IAM stores a trust policy for one of them only if it tests the claim that tells
//! the tenants apart (IAM User Guide, "Identity-provider controls for shared OIDC providers"; reference iam.md §4.3).

use rolecall_model::arn::Arn;
use rolecall_policy::condition::operator::{self, Family, Qualifier};
use rolecall_policy::document::{Condition, Effect, Policy, Statement};
use rolecall_wire::fault::Fault;

use super::malformed;

/// Cognito, which is named without an ARN.
const COGNITO: &str = "cognito-identity.amazonaws.com";

/// THE TABLE: provider without `https://`, and keys of which one must be tested. A key that begins with `:` is one of
/// the provider's.
const SHARED: [(&str, &[&str]); 22] = [
    (COGNITO, &[":aud"]),
    ("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", &["sts:RoleSessionName"]),
    ("agent.buildkite.com", &[":sub"]),
    ("oidc.codefresh.io", &[":sub"]),
    ("studio.datachain.ai/api", &[":sub"]),
    ("token.actions.githubusercontent.com", &[":sub", ":job_workflow_ref"]),
    ("oidc-configuration.audit-log.githubusercontent.com", &[":sub"]),
    ("vstoken.actions.githubusercontent.com", &[":sub"]),
    ("gitlab.com", &[":sub"]),
    ("rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7", &[":sub"]),
    ("rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr", &[":sub"]),
    ("rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg", &[":sub"]),
    ("rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26", &[":sub"]),
    ("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", &[":sub"]),
    ("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", &[":sub"]),
    ("api.pulumi.com/oidc", &[":aud"]),
    ("sandboxes.cloud", &[":aud"]),
    ("scalr.io", &[":sub"]),
    ("tokens.cloud.shisho.dev", &[":sub"]),
    ("app.terraform.io", &[":sub"]),
    ("proidc.upbound.io", &[":sub"]),
    ("oidc.vercel.com", &[":aud"]),
];

/// Whether every Allow for a shared provider tests its claim.
///
/// # Errors
/// `MalformedPolicyDocument` where one does not. IAM's own sentence is not on record, save the one for Cognito.
pub fn check(policy: &Policy) -> Result<(), Fault> {
    for statement in policy.statements.iter().filter(|statement| statement.effect == Some(Effect::Allow)) {
        for (provider, keys) in shared(statement) {
            let keys: Vec<String> = keys.iter().map(|key| full(provider, key)).collect();
            if statement.conditions.iter().any(|condition| tests(condition, &keys)) {
                continue;
            }
            if provider == COGNITO && statement.conditions.is_empty() {
                return Err(malformed("A condition block must be present for the Cognito provider"));
            }
            let wanted = keys.join(" or ");
            let sentence = format!(
                "The trust policy for the identity provider {provider} must evaluate the condition key {wanted}."
            );
            return Err(malformed(sentence));
        }
    }
    Ok(())
}

/// The shared providers that a statement names.
fn shared(statement: &Statement) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let entries = statement.principal.iter().flat_map(|element| &element.entries);
    let federated = entries.filter(|entry| entry.kind.text == "Federated");
    let names = federated.map(|entry| {
        let arn = Arn::parse(&entry.value.text);
        let name = arn.as_ref().and_then(|arn| arn.oidc_provider()).unwrap_or(&entry.value.text);
        name.to_owned()
    });
    names.filter_map(|name| SHARED.into_iter().find(|(provider, _)| *provider == name))
}

fn full(provider: &str, key: &str) -> String {
    if key.starts_with(':') { format!("{provider}{key}") } else { key.to_owned() }
}

/// Whether a condition really tests one of the keys: it must hold for some values alone, and not where the claim is
/// absent.
fn tests(condition: &Condition, keys: &[String]) -> bool {
    if !keys.iter().any(|key| key.eq_ignore_ascii_case(&condition.key.text)) {
        return false;
    }
    let Some(operator) = operator::parse(&condition.operator.text) else { return false };
    let is_text = matches!(operator.base.family, Family::String { .. } | Family::Arn);
    let positive =
        !operator.base.negated && !operator.if_exists && operator.qualifier != Qualifier::ForAllValues;
    let open = |value: &str| value.chars().all(|c| matches!(c, '*' | '?'));
    let like = matches!(operator.base.family, Family::String { like: true, .. } | Family::Arn);
    is_text
        && positive
        && !condition.values.is_empty()
        && !condition.values.iter().any(|value| like && open(&value.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(provider: &str, condition: &str) -> bool {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity"{condition}}}}}"#
        );
        check(&Policy::from_text(&text)).is_ok()
    }

    #[test]
    fn what_passes_and_what_does_not() {
        let github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
        let eks = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A";
        let test = |operator: &str, key: &str, value: &str| {
            format!(
                r#","Condition":{{"{operator}":{{"token.actions.githubusercontent.com:{key}":{value}}}}}"#
            )
        };
        let table = [
            (github, String::new(), false),
            (eks, String::new(), true),
            (github, test("StringEquals", "aud", "\"sts.amazonaws.com\""), false),
            (github, test("StringEquals", "sub", "\"repo:a/b:ref:refs/heads/main\""), true),
            (github, test("StringLike", "SUB", "\"repo:a/*\""), true),
            (github, test("StringLike", "sub", "[\"repo:a/*\",\"*\"]"), false),
            (github, test("StringLike", "sub", "\"*\""), false),
            (github, test("StringLikeIfExists", "sub", "\"repo:a/*\""), false),
            (github, test("StringNotLike", "sub", "\"repo:a/*\""), false),
            (github, test("ForAllValues:StringLike", "sub", "\"repo:a/*\""), false),
            (github, test("ForAnyValue:StringLike", "sub", "\"repo:a/*\""), true),
            (github, test("StringLike", "job_workflow_ref", "\"a/b/.github/workflows/c.yml@*\""), true),
            (github, test("Null", "sub", "\"false\""), false),
            (COGNITO, String::new(), false),
        ];
        for (provider, condition, wanted) in table {
            assert_eq!(verdict(provider, &condition), wanted, "{provider} {condition}");
        }
    }

    #[test]
    fn a_deny_needs_no_test() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/gitlab.com"},"Action":"sts:AssumeRoleWithWebIdentity"}}"#;
        assert_eq!(check(&Policy::from_text(text)), Ok(()));
    }
}
