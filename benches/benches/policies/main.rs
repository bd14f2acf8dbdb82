//! Decisions beside those of two other engines, in one run: `cargo bench -p rolecall-benches --bench policies`.
//!
//! Parsing, compiling and making requests ready are outside the timed part, and every decision is checked first. Figures
//! are CPU time of this thread a decision, the best of several rounds. With `--check` it fails where a figure of
//! docs/performance.md is not reached.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

mod engines;
mod generate;
mod workload;

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use engines::{Cedar, Engine, IamRs, Rolecall, said};
use workload::{Said, Workload, read};

/// A workload and what is to be reached on it, in microseconds; times are against iam-rs.
struct Goal {
    workload: Workload,
    times: Option<f64>,
    explained: Option<f64>,
    compiled: Option<f64>,
}

fn main() {
    let check = std::env::args().any(|argument| argument == "--check");
    let file = |name, packed: &[u8], times, explained, compiled| Goal {
        workload: read(name, packed),
        times: Some(times),
        explained,
        compiled,
    };
    let made = |name, seed, policies, statements, requests| Goal {
        workload: generate::workload(name, seed, policies, statements, requests),
        times: None,
        explained: None,
        compiled: None,
    };
    let goals = [
        file("w1", include_bytes!("../../workloads/w1.json.gz"), 5.0, Some(5.0), None),
        file("w2", include_bytes!("../../workloads/w2.json.gz"), 100.0, Some(50.0), None),
        file("w3", include_bytes!("../../workloads/w3.json.gz"), 500.0, None, Some(60_000.0)),
        made("g2", 2, 10, 20, 200),
        made("g3", 3, 100, 100, 100),
    ];
    println!(
        "{:4} {:>10} {:>12} {:>10} {:>12} {:>12} {:>8} {:>8}",
        "µs", "compile", "decide", "explain", "iam-rs", "cedar", "×iam-rs", "×cedar"
    );
    let missed: Vec<String> = goals.iter().flat_map(run).collect();
    missed.iter().for_each(|line| println!("not reached: {line}"));
    assert!(!check || missed.is_empty(), "a figure is not reached");
}

/// Measures one workload, prints its row, and tells what is not reached.
fn run(goal: &Goal) -> Vec<String> {
    let workload = &goal.workload;
    let parsed = Rolecall::parse(workload);
    let compile = best(5, || Rolecall::compile(black_box(&parsed), workload.on_resource));
    let ours = Rolecall::compile(&parsed, workload.on_resource);
    let decisions = decisions(&ours, workload);
    for (request, decided) in workload.requests.iter().zip(&decisions) {
        assert_eq!(said(ours.trace(&ours.ready(request)).outcome), *decided, "trace of {}", request.action);
        assert!(
            request.expect.is_none_or(|expect| expect == *decided),
            "{} {}",
            request.action,
            request.resource
        );
    }
    let decide = decision(&ours, workload, &decisions);
    let ready: Vec<_> = workload.requests.iter().map(|request| ours.ready(request)).collect();
    let explain = best(20, || {
        ready.iter().map(|request| ours.trace(black_box(request)).statements.len()).sum::<usize>()
    }) / ready.len() as f64;
    let iam = decision(&IamRs::compile(workload), workload, &decisions);
    let cedar = decision(&Cedar::compile(workload), workload, &decisions);
    println!(
        "{:4} {compile:>10.1} {decide:>12.3} {explain:>10.2} {iam:>12.2} {cedar:>12.2} {:>8.0} {:>8.0}",
        workload.name,
        iam / decide,
        cedar / decide
    );
    let mut missed = Vec::new();
    let mut hold = |what: &str, reached: bool| {
        if !reached {
            missed.push(format!("{} {what}", workload.name));
        }
    };
    hold("times iam-rs", goal.times.is_none_or(|times| iam / decide >= times));
    hold("explanation", goal.explained.is_none_or(|limit| explain <= limit));
    hold("compiling", goal.compiled.is_none_or(|limit| compile <= limit));
    missed
}

fn decisions<E: Engine>(engine: &E, workload: &Workload) -> Vec<Said> {
    workload.requests.iter().map(|request| engine.decide(&engine.ready(request))).collect()
}

/// Microseconds a decision, after all of them were checked.
fn decision<E: Engine>(engine: &E, workload: &Workload, wanted: &[Said]) -> f64 {
    let got = decisions(engine, workload);
    for ((request, got), wanted) in workload.requests.iter().zip(&got).zip(wanted) {
        assert_eq!(
            got,
            wanted,
            "{} of {}: {} {}",
            std::any::type_name::<E>(),
            workload.name,
            request.action,
            request.resource
        );
    }
    let ready: Vec<E::Ready> = workload.requests.iter().map(|request| engine.ready(request)).collect();
    let round = best(20, || {
        ready.iter().filter(|request| engine.decide(black_box(request)) == Said::Allowed).count()
    });
    round / ready.len() as f64
}

/// Microseconds of CPU that the work takes, the best of so many rounds. Quick work is repeated within a round, and slow
/// work ends the rounds early.
fn best<T>(rounds: usize, mut work: impl FnMut() -> T) -> f64 {
    let mut timed = |times: u32| {
        let start = ThreadTime::now();
        for _ in 0..times {
            black_box(work());
        }
        start.elapsed() / times
    };
    let once = timed(1);
    let times =
        u32::try_from(Duration::from_millis(2).as_nanos() / once.as_nanos().max(1)).unwrap_or(1).max(1);
    let rounds = if once > Duration::from_millis(500) { 3 } else { rounds };
    let fastest = (0..rounds).map(|_| timed(times)).min().unwrap_or(once);
    fastest.as_secs_f64() * 1e6
}
