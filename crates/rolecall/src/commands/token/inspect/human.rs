//! An inspection for people: what STS would say first, then the token, then what it means.

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use super::super::span;
use super::account::{Inspection, TimeAccount};
use super::condition_keys::KeyAccount;
use crate::output::plain;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();

/// Writes the inspection.
pub fn write(inspection: &Inspection, out: &mut String) -> fmt::Result {
    headline(inspection, out)?;
    if let Some(flaw) = &inspection.flaw {
        writeln!(out)?;
        return flaw.write(out);
    }
    members("header", inspection.header.as_ref(), &[], out)?;
    members("claims", inspection.claims.as_ref(), &inspection.times, out)?;
    meaning(inspection, out)?;
    if !inspection.condition_keys.is_empty() {
        writeln!(out, "\n{BOLD}what conditions of a trust policy can see{BOLD:#}")?;
        inspection.condition_keys.iter().try_for_each(|key| condition_key(key, out))?;
    }
    if !inspection.not_condition_keys.is_empty() {
        let names: Vec<String> = inspection.not_condition_keys.iter().map(|name| plain(name)).collect();
        writeln!(out, "\n{BOLD}claims that they cannot see{BOLD:#}\n  {}", names.join(", "))?;
    }
    if !inspection.notes.is_empty() {
        writeln!(out)?;
    }
    inspection.notes.iter().try_for_each(|note| writeln!(out, "note: {}", plain(note)))
}

fn headline(inspection: &Inspection, out: &mut String) -> fmt::Result {
    let Some(first) = inspection.refusals.first() else {
        let issuer = inspection.issuer.as_ref();
        let of = issuer.map(|issuer| issuer.kind.map_or_else(|| plain(&issuer.url), str::to_owned));
        let of = of.unwrap_or_default();
        return writeln!(out, "{GREEN}SOUND{GREEN:#}  a token of {of}; not verified");
    };
    let word = if inspection.flaw.is_some() { "NO TOKEN" } else { "REFUSED" };
    writeln!(out, "{RED}{word}{RED:#}  STS would answer {}: {}", first.code, plain(&first.message))?;
    for other in inspection.refusals.iter().skip(1) {
        writeln!(out, "  and, that mended, {}: {}", other.code, plain(&other.message))?;
    }
    Ok(())
}

fn members(title: &str, object: Option<&Value>, times: &[TimeAccount], out: &mut String) -> fmt::Result {
    let Some(Value::Object(members)) = object else { return Ok(()) };
    let width = members.keys().map(|key| key.chars().count()).max().unwrap_or_default().min(40);
    writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
    for (key, value) in members {
        let shown = match value {
            Value::String(text) => plain(text),
            other => plain(&other.to_string()),
        };
        let time = times.iter().find(|time| time.claim == key).map(when).unwrap_or_default();
        writeln!(out, "  {:width$}  {shown}{time}", plain(key))?;
    }
    Ok(())
}

fn when(time: &TimeAccount) -> String {
    format!("  {DIM}{}{DIM:#}", time.instant)
}

fn meaning(inspection: &Inspection, out: &mut String) -> fmt::Result {
    writeln!(out, "\n{BOLD}what STS reads{BOLD:#}")?;
    if let Some(issuer) = &inspection.issuer {
        let provider = issuer.provider.as_deref().map_or("none can be".into(), plain);
        let kind = issuer.kind.map(|kind| format!("  {DIM}{kind}{DIM:#}")).unwrap_or_default();
        writeln!(out, "  provider  {provider}{kind}")?;
        let segments: Vec<String> = issuer
            .subject
            .iter()
            .map(|segment| format!("{} {}", segment.name, plain(&segment.value)))
            .collect();
        if !segments.is_empty() {
            writeln!(out, "  subject   {}", segments.join(", "))?;
        }
    }
    match &inspection.audience {
        Some(audience) => {
            let value = plain(&audience.value);
            writeln!(
                out,
                "  audience  {value}  {DIM}from `{}`; a client id of the provider{DIM:#}",
                audience.claim
            )?;
        }
        None => writeln!(out, "  audience  {RED}none that STS takes{RED:#}")?,
    }
    let relatives: Vec<String> =
        inspection.times.iter().filter_map(|time| relative(time, inspection.now.is_some())).collect();
    if !relatives.is_empty() {
        writeln!(out, "  times     {}", relatives.join(", "))?;
    }
    match &inspection.usable_until {
        Some(until) => writeln!(out, "  taken     until {until}  {DIM}tolerance included{DIM:#}"),
        None => Ok(()),
    }
}

/// `exp in 5 min`, or `exp 1 h after iat` where no instant was given.
fn relative(time: &TimeAccount, judged: bool) -> Option<String> {
    let seconds = time.relative?;
    Some(match (judged, seconds) {
        (true, _) => format!("{} {}", time.claim, span::from_now(seconds)),
        (false, 0) => format!("{} at iat", time.claim),
        (false, 1..) => format!("{} {} after iat", time.claim, span::words(seconds)),
        (false, _) => format!("{} {} before iat", time.claim, span::words(seconds)),
    })
}

fn condition_key(key: &KeyAccount, out: &mut String) -> fmt::Result {
    let values: Vec<String> = key.values.iter().map(|value| plain(value)).collect();
    let day = key.since.as_deref().and_then(|since| since.split('T').next());
    let since = day.map(|day| format!("  {DIM}since {day}{DIM:#}")).unwrap_or_default();
    writeln!(out, "  {}  {}{since}", plain(&key.key), values.join(", "))
}
