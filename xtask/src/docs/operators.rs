//! docs/operators.md: the condition operators, from the table that the evaluator reads.

use rolecall_policy::condition::operator::{Base, Family, Relation, TABLE};

use super::{Page, row};

const HEAD: &str = "\
# Condition operators

What each operator compares, and what it makes of a key that the request does not have. Names are read in any letter \
case.

- `IfExists` behind a name (`StringEqualsIfExists`): an absent key makes the condition true. `Null` takes none.
- `ForAnyValue:` before a name: one value of the request must fit. `ForAllValues:`: all must; with no value it is true.
- A policy variable that cannot be resolved makes an operator false, and a negated one true.

| operator | compares | `*` and `?` are patterns | negated | an absent key makes it |
|---|---|---|---|---|
";

/// The page.
pub fn page() -> Page {
    let rows = TABLE.iter().map(|base| {
        let yes = |yes: bool| if yes { "yes" } else { "" };
        row(&[&format!("`{}`", base.name), what(base), yes(patterns(base)), yes(base.negated), absent(base)])
    });
    let source = "crates/rolecall-policy/src/condition/operator.rs";
    Page::new("docs/operators.md", source, &format!("{HEAD}{}", rows.collect::<String>()))
}

fn what(base: &Base) -> &'static str {
    match base.family {
        Family::String { fold: true, .. } => "text, in any letter case",
        Family::String { fold: false, .. } => "text, with letter case",
        Family::Numeric(relation) => match relation {
            Relation::Equal => "numbers: equal",
            Relation::Less => "numbers: less",
            Relation::LessOrEqual => "numbers: less or equal",
            Relation::Greater => "numbers: greater",
            Relation::GreaterOrEqual => "numbers: greater or equal",
        },
        Family::Date(relation) => match relation {
            Relation::Equal => "instants: equal",
            Relation::Less => "instants: earlier",
            Relation::LessOrEqual => "instants: not later",
            Relation::Greater => "instants: later",
            Relation::GreaterOrEqual => "instants: not earlier",
        },
        Family::Bool => "`true` and `false`",
        Family::Binary => "bytes in base64",
        Family::IpAddress => "an address and a network",
        Family::Arn => "ARNs, part by part",
        Family::Null => "whether the key is there",
    }
}

fn patterns(base: &Base) -> bool {
    matches!(base.family, Family::String { like: true, .. } | Family::Arn)
}

fn absent(base: &Base) -> &'static str {
    match base.family {
        Family::Null => "true for `\"true\"`",
        _ if base.negated => "true",
        _ => "false",
    }
}
