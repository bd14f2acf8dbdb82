//! docs/issuers.md: the issuers that rolecall knows, from the engine's table.

use rolecall_engine::issuers::{Issuer, TABLE};
use rolecall_model::instant::Instant;

use super::{Page, row};

const HEAD: &str = "\
# Known issuers

How each issuer is told, how its subjects are built, and which of its claims STS offers as condition keys (`HOST:claim`) \
beyond the ones of every issuer: `aud`, `sub`, `amr`, `email`, `oaud`. A condition on any other claim is dead: the key is \
never there. The first row that fits counts; an issuer that no row knows is treated as any OpenID Connect issuer.

`*` stands for any text; a claim in parentheses tells a self-hosted issuer by the tokens it signs. *Tenancy* is the claim \
that IAM wants a trust policy to evaluate where many tenants share one issuer.

| issuer | told by | subject | usual audience | tenancy | further condition keys |
|---|---|---|---|---|---|
";

/// The page.
pub fn page() -> Page {
    let rows: String = TABLE.iter().map(issuer).collect();
    Page::new("docs/issuers.md", "crates/rolecall-engine/src/issuers/table.rs", &format!("{HEAD}{rows}"))
}

fn issuer(issuer: &Issuer) -> String {
    let hosts = issuer.hosts.iter().map(|host| format!("`{host}`"));
    let marks = issuer.marks.iter().map(|claim| format!("(`{claim}`)"));
    let code = |text: &str| if text.is_empty() { String::new() } else { format!("`{text}`") };
    row(&[
        issuer.name,
        &hosts.chain(marks).collect::<Vec<_>>().join(" "),
        &code(issuer.subject),
        &issuer.default_audience.map(code).unwrap_or_default(),
        &issuer.tenancy.map(code).unwrap_or_default(),
        &keys(issuer),
    ])
}

fn keys(issuer: &Issuer) -> String {
    let keys: Vec<String> = issuer.keys.iter().map(|key| format!("`{key}`")).collect();
    match issuer.keys_since {
        Some(since) => format!("{} (since {})", keys.join(" "), day(since)),
        None => keys.join(" "),
    }
}

fn day(seconds: i64) -> String {
    let instant = Instant(seconds).to_string();
    instant.split('T').next().unwrap_or_default().to_owned()
}
