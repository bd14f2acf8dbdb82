//! The chain as a picture: where it holds, where it breaks, what was not read.

use maud::{Markup, html};
use rolecall_doctor::chain::{ChainLink, State};
use rolecall_doctor::link::Link;
use rolecall_doctor::report::Report;

use super::words;

/// Distance between two links of the wide picture, and of the tall one.
const WIDE: usize = 104;
const TALL: usize = 40;

/// The picture, wide for desks and tall for phones, and what was read of each link in words.
pub fn chain(report: &Report<'_>) -> Markup {
    let links = &report.chain;
    html! {
        section .chain aria-labelledby="chain" {
            h2 #chain { "The chain" }
            (wide(links))
            (tall(links))
            details {
                summary { "What was read of each link" }
                dl {
                    @for link in links {
                        dt { (mark(class(link.state))) (name(link.link)) }
                        dd { (words(&link.summary)) }
                    }
                }
            }
        }
    }
}

fn wide(links: &[ChainLink]) -> Markup {
    let width = links.len() * WIDE;
    let x = |at: usize| at * WIDE + WIDE / 2;
    html! {
        svg .wide role="img" aria-label=(told(links)) viewBox={ "0 0 " (width) " 104" } {
            @for (at, pair) in links.windows(2).enumerate() {
                line class=(way(pair)) x1=(x(at) + 17) y1="32" x2=(x(at + 1) - 17) y2="32" {}
            }
            @for (at, link) in links.iter().enumerate() {
                g class=(class(link.state)) transform={ "translate(" (x(at)) " 32)" } {
                    (shape(link.state))
                    text .name y="42" text-anchor="middle" { (name(link.link)) }
                    text .state y="60" text-anchor="middle" { (state(link.state)) }
                }
            }
        }
    }
}

fn tall(links: &[ChainLink]) -> Markup {
    let height = links.len() * TALL;
    let y = |at: usize| at * TALL + TALL / 2;
    html! {
        svg .tall role="img" aria-label=(told(links)) viewBox={ "0 0 300 " (height) } {
            @for (at, pair) in links.windows(2).enumerate() {
                line class=(way(pair)) x1="20" y1=(y(at) + 15) x2="20" y2=(y(at + 1) - 15) {}
            }
            @for (at, link) in links.iter().enumerate() {
                g class=(class(link.state)) transform={ "translate(20 " (y(at)) ")" } {
                    (shape(link.state))
                    text .name x="30" y="5" { (name(link.link)) }
                    text .state x="276" y="5" text-anchor="end" { (state(link.state)) }
                }
            }
        }
    }
}

/// The picture for those who do not see it.
fn told(links: &[ChainLink]) -> String {
    let told: Vec<String> =
        links.iter().map(|link| format!("{} {}", name(link.link), state(link.state))).collect();
    format!("The chain from workload to caller: {}", told.join(", "))
}

/// Circle and sign of a link, around the origin.
fn shape(state: State) -> Markup {
    html! {
        @match state {
            State::Ok => { circle r="12" {} path d="M-5 0.5 L-1.5 4 L5.5 -4" {} },
            State::Broken => { circle .halo r="17" {} circle r="13" {} path d="M-4.5 -4.5 L4.5 4.5 M4.5 -4.5 L-4.5 4.5" {} },
            State::Unknown => { circle r="12" {} path d="M-3 -3.2 C-3 -7.5 3.6 -7 3.2 -3 C3 -0.6 0 -0.8 0 2 M0 5.4 L0 5.6" {} },
            State::Unreached => { circle r="5" {} },
        }
    }
}

/// How the way from one link to the next is drawn: whole as far as both were read.
fn way(pair: &[ChainLink]) -> &'static str {
    let state = |at: usize| pair.get(at).map_or(State::Unknown, |link| link.state);
    match (state(0), state(1)) {
        (State::Ok, State::Ok | State::Broken) | (State::Broken, State::Ok | State::Broken) => "way",
        _ => "way open",
    }
}

/// The sign of a state, small, before a word that says the same.
pub fn mark(class: &str) -> Markup {
    let state = match class {
        "ok" => State::Ok,
        "broken" => State::Broken,
        "unreached" => State::Unreached,
        _ => State::Unknown,
    };
    html! {
        svg .mark aria-hidden="true" viewBox="-18 -18 36 36" { g class=(class) { (shape(state)) } }
    }
}

/// The class of a state in the style sheet.
fn class(state: State) -> &'static str {
    state.name()
}

fn state(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Broken => "broken",
        State::Unknown => "not read",
        State::Unreached => "not reached",
    }
}

fn name(link: Link) -> &'static str {
    match link {
        Link::ServiceAccount => "service account",
        link => link.name(),
    }
}
