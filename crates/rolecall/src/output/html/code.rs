//! Blocks of code with a button that copies them.

use maud::{Markup, html};

use crate::output::plain;

/// Numbers for the blocks of a page, so that each button finds its own.
#[derive(Default)]
pub struct Ids(usize);

impl Ids {
    fn next(&mut self) -> usize {
        self.0 += 1;
        self.0
    }
}

/// Text to be copied; `what` names it for those who hear the button.
pub fn block(ids: &mut Ids, what: &str, text: &str) -> Markup {
    framed(ids, what, &html! { @for line in text.split_inclusive('\n') { (indented(line)) } })
}

/// A unified diff, added and removed lines told apart by sign and colour.
pub fn diff(ids: &mut Ids, text: &str) -> Markup {
    let class = |line: &str| match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => "file",
        [b'@', b'@', ..] => "hunk",
        [b'+', ..] => "add",
        [b'-', ..] => "del",
        _ => "same",
    };
    let lines = html! {
        @for line in text.split_inclusive('\n') { span class={ "row " (class(line)) } { (indented(line)) } }
    };
    framed(ids, "diff", &lines)
}

/// A line whose indent the style sheet may narrow on a small screen; what is copied stays as it is.
fn indented(line: &str) -> Markup {
    let (sign, rest) = match line.strip_prefix(['+', '-']) {
        Some(rest) => line.split_at(line.len() - rest.len()),
        None => ("", line),
    };
    let (blanks, words) = rest.split_at(rest.len() - rest.trim_start_matches(' ').len());
    html! { (sign) @if !blanks.is_empty() { span .indent { (blanks) } } (plain(words)) }
}

fn framed(ids: &mut Ids, what: &str, code: &Markup) -> Markup {
    let id = ids.next();
    html! {
        div .code {
            button .copy type="button" hidden data-of={ "code-" (id) } aria-label={ "Copy the " (what) } { "Copy" }
            pre tabindex="0" aria-label=(what) { code id={ "code-" (id) } { (code) } }
        }
    }
}
