//! Resources of identity policies: what IAM refuses about their ARNs (reference iam.md §5.1, rules 3 and 6).

use rolecall_model::json::Node;

use super::identity::texts;

/// A resource that IAM's older reader cannot read, which is said with another sentence than every other flaw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unparsable;

/// With what the resource part of an ARN of IAM begins.
const IAM_KINDS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// The sentence about the resources of some statements, if there is anything to say. Where a list has several flaws,
/// the last resource in reverse order of letters is the one that is told of, as IAM does.
///
/// # Errors
/// Where the older reader cannot read one.
pub fn check(statements: &[Node]) -> Result<Option<String>, Unparsable> {
    let mut sentence = None;
    for element in ["Resource", "NotResource"] {
        for statement in statements {
            let mut resources: Vec<&str> = texts(statement, [element, ""]).collect();
            resources.sort_unstable_by(|a, b| b.cmp(a));
            for resource in &resources {
                sentence = flaw(resource).or(sentence);
            }
            if sentence.is_none() && !resources.iter().all(|resource| is_parsable(resource)) {
                return Err(Unparsable);
            }
        }
    }
    Ok(sentence)
}

/// What is wrong with one resource.
fn flaw(text: &str) -> Option<String> {
    if text == "*" {
        return None;
    }
    let Some((_, rest)) = text.split_once(':') else {
        return Some(format!("Resource {text} must be in ARN format or \"*\"."));
    };
    let (partition, rest) =
        rest.split_once(':').map_or((rest, None), |(partition, rest)| (partition, Some(rest)));
    if partition != "*" && !is_partition(partition) {
        return Some(strange_partition(partition, rest.unwrap_or_default()));
    }
    let Some(rest) = rest else {
        return Some("Resource vendor must be fully qualified and cannot contain regexes.".to_owned());
    };
    let mut parts = rest.splitn(4, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (service, region, _, resource) = (next(), next(), next(), next());
    let has_region = !region.is_empty() || rest.matches(':').count() < 2;
    match service {
        "iam" if has_region => Some(format!("IAM resource {text} cannot contain region information.")),
        "iam" if !IAM_KINDS.iter().any(|kind| resource.starts_with(kind)) => {
            Some(format!("IAM resource path must either be \"*\" or start with {}.", IAM_KINDS.join(", ")))
        }
        "s3" if has_region && !resource.starts_with("accesspoint/") => {
            Some(format!("Resource {text} can not contain region information."))
        }
        _ => None,
    }
}

fn is_partition(text: &str) -> bool {
    const KNOWN: [&str; 8] =
        ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];
    KNOWN.contains(&text)
}

/// IAM shows the resource with `*` for every part that is missing.
fn strange_partition(partition: &str, rest: &str) -> String {
    let parts: Vec<&str> = rest.splitn(4, ':').collect();
    let part = |at: usize| parts.get(at).copied();
    let service = part(0).filter(|service| !service.is_empty() || parts.len() > 1).unwrap_or("*");
    let [region, account, resource] = [1, 2, 3].map(|at| part(at).unwrap_or("*"));
    let arn = format!("arn:{partition}:{service}:{region}:{account}:{resource}");
    format!("Partition \"{partition}\" is not valid for resource \"{arn}\".")
}

/// Too few parts are let pass where none of them is empty: `*` stands for what is missing.
fn is_parsable(text: &str) -> bool {
    let complete = text.matches(':').count() >= 5 || !text.contains("::");
    text == "*" || (complete && text.split(':').nth(2).is_some_and(|service| !service.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws() {
        let kinds = "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, \
                     instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, \
                     report/, access-report/.";
        let table = [
            ("*", None),
            ("arn:aws:s3:::bucket/*", None),
            ("arn:*:s3:::bucket/*", None),
            ("bucket", Some("Resource bucket must be in ARN format or \"*\".")),
            ("arn:aws", Some("Resource vendor must be fully qualified and cannot contain regexes.")),
            ("arn:mine:s3", Some("Partition \"mine\" is not valid for resource \"arn:mine:s3:*:*:*\".")),
            ("arn:mine", Some("Partition \"mine\" is not valid for resource \"arn:mine:*:*:*:*\".")),
            ("arn:aws:iam::111122223333:thing", Some(kinds)),
            ("arn:aws:iam:::thing", Some(kinds)),
            (
                "arn:aws:iam:us-east-1::thing",
                Some("IAM resource arn:aws:iam:us-east-1::thing cannot contain region information."),
            ),
            (
                "arn:aws:iam:eu-west-1:111122223333:role/x",
                Some(
                    "IAM resource arn:aws:iam:eu-west-1:111122223333:role/x cannot contain region information.",
                ),
            ),
            (
                "arn:aws:s3:eu-west-1::bucket",
                Some("Resource arn:aws:s3:eu-west-1::bucket can not contain region information."),
            ),
            ("arn:aws:s3:eu-west-1:111122223333:accesspoint/x", None),
        ];
        for (text, wanted) in table {
            assert_eq!(flaw(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn what_the_older_reader_reads() {
        for (text, wanted) in [
            ("*", true),
            ("arn:aws:s3:::bucket", true),
            ("arn:aws:s3", true),
            ("arn:aws:s3::bucket", false),
            ("arn:aws::fdsasf", false),
        ] {
            assert_eq!(is_parsable(text), wanted, "{text}");
        }
    }
}
