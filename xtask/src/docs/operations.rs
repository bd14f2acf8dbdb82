//! docs/operations.md: the operations that the service knows, and which of them it offers, from both tables.

use rolecall_server::operations::is_offered;
use rolecall_wire::operation::{self, Operation};
use rolecall_wire::service::Service;

use super::{Page, row};

const HEAD: &str = "\
# Operations

What `rolecall serve` knows by name, and what of it it does. An operation that is known and not offered is authenticated \
and recorded like any other, and answered with `InvalidAction` and its name; why it is not offered stands in \
[differences](differences.md). Each takes the parameters of AWS's API of the same name.

`errors` are those that AWS's model of the operation declares. Beside them every operation can answer what all of a \
service can: signatures that do not pass, `AccessDenied`, `ValidationError`. `e2e/operations` calls every operation, \
and reaches every error that a caller can reach; which cannot be, and why, stands in `e2e/operations/unreached.py`.
";

/// The services in the order of the page, with the words over each.
const SERVICES: [(Service, &str); 6] = [
    (Service::Sts, "STS"),
    (Service::Iam, "IAM"),
    (Service::Eks, "EKS"),
    (Service::EksAuth, "EKS Auth"),
    (Service::CloudTrail, "CloudTrail"),
    (Service::Rolecall, "Administration of rolecall itself"),
];

/// The page.
pub fn page() -> Page {
    let mut body = HEAD.to_owned();
    for (service, words) in SERVICES {
        let mut known: Vec<&Operation> = operation::of(service).collect();
        known.sort_by_key(|operation| operation.name);
        let offered = known.iter().filter(|operation| is_offered(operation)).count();
        body.push_str(&format!("\n## {words}\n\n{offered} of {} are offered.\n\n", known.len()));
        if offered == 0 {
            let names: Vec<String> = known.iter().map(|operation| format!("`{}`", operation.name)).collect();
            body.push_str(&format!("{}\n", names.join(", ")));
            continue;
        }
        body.push_str(
            "| operation | offered | `readOnly` on the record | signed | required | errors |\n|---|---|---|---|---|---|\n",
        );
        body.extend(known.into_iter().map(line));
    }
    Page::new(
        "docs/operations.md",
        "crates/rolecall-wire/src/operation/ and the rows of rolecall-server",
        &body,
    )
}

fn line(operation: &Operation) -> String {
    let required = operation.members.iter().filter(|member| member.required);
    let required: Vec<String> = required.map(|member| format!("`{}`", member.name)).collect();
    let errors: Vec<String> =
        operation.errors().iter().map(|code| format!("`{}`", code.name(operation.service))).collect();
    row(&[
        &format!("`{}`", operation.name),
        if is_offered(operation) { "yes" } else { "no" },
        if operation.read_only { "yes" } else { "no" },
        if operation.signed { "yes" } else { "no" },
        &required.join(" "),
        &errors.join(" "),
    ])
}
