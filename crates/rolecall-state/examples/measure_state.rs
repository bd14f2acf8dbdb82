//! Measures the state: `cargo run --release -p rolecall-state --example measure_state [FOLDER]`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use rolecall_model::instant::Instant as Seconds;
use rolecall_state::change::{Change, Transaction};
use rolecall_state::embedded::Embedded;
use rolecall_state::entity::Role;
use rolecall_state::state::State;
use rolecall_state::view::View;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROLES: usize = 100_000;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "/dev/shm/rolecall-state-measure".to_owned());
    let _ = std::fs::remove_dir_all(&folder);
    let state = open(&folder).await;
    let start = Instant::now();
    for first in (0..ROLES).step_by(100) {
        let changes = (first..first + 100).map(|n| Change::put(role(n))).collect();
        state.commit(Transaction { compare: Vec::new(), changes }).await.unwrap();
    }
    println!("wrote {ROLES} roles in {:.2?}", start.elapsed());
    commits(&state).await;
    drop(state);
    let size = std::fs::metadata(format!("{folder}/state.redb")).unwrap().len();
    let start = Instant::now();
    let store = Arc::new(Embedded::open(folder.as_ref()).unwrap());
    println!("opened a file of {} MB, all checksums verified, in {:.2?}", size >> 20, start.elapsed());
    let start = Instant::now();
    let state = State::open(store).await.unwrap();
    println!("loaded {ROLES} roles in {:.2?}", start.elapsed());
    lookups(state.view(), 1);
    lookups(state.view(), 2);
    drop(state);
    let _ = std::fs::remove_dir_all(&folder);
}

async fn open(folder: &str) -> Arc<State> {
    Arc::new(State::open(Arc::new(Embedded::open(folder.as_ref()).unwrap())).await.unwrap())
}

fn role(number: usize) -> Role {
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:acme/app:ref:refs/heads/main"}}}]}"#;
    let inline = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}]}"#;
    Role {
        account: "111122223333".to_owned(),
        path: "/ci/".to_owned(),
        name: format!("Deployer-{number:06}"),
        id: format!("AROAEXAMPLE{number:010}"),
        created: Seconds(1_772_366_400),
        trust_policy: trust.to_owned(),
        description: Some("Deploys the application".to_owned()),
        max_session_duration: 3600,
        permissions_boundary: None,
        tags: Vec::new(),
        inline_policies: BTreeMap::from([("read".to_owned(), inline.to_owned())]),
        attached_policies: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
        last_used: None,
    }
}

async fn commits(state: &Arc<State>) {
    for tasks in [1, 16, 64] {
        let start = Instant::now();
        let running: Vec<_> = (0..tasks)
            .map(|task| {
                let state = Arc::clone(state);
                tokio::spawn(async move {
                    let mut count = 0;
                    while start.elapsed() < Duration::from_secs(2) {
                        let changes = vec![Change::put(role(task * 1000 + count % 1000))];
                        state.commit(Transaction { compare: Vec::new(), changes }).await.unwrap();
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        let mut count = 0;
        for task in running {
            count += task.await.unwrap();
        }
        println!("{tasks} at once: {:.0} commits/s", count as f64 / start.elapsed().as_secs_f64());
    }
}

fn lookups(view: &Arc<View>, threads: usize) {
    let names: Vec<_> = (0..1000).map(|n| (role(n * 97).name, role(n * 97).id)).collect();
    for (what, names) in [("one role", &names[..1]), ("1000 roles", &names[..])] {
        let rounds = 2_000_000 / names.len();
        // Time on the processor, so that what else runs on the machine does not count.
        let timed = |look: &(dyn Fn(&View, &(String, String)) + Sync)| -> f64 {
            let all = || (0..rounds).for_each(|_| names.iter().for_each(|name| look(view, name)));
            let one = || {
                let start = on_processor();
                all();
                (on_processor() - start) as f64 / (rounds * names.len()) as f64
            };
            std::thread::scope(|scope| {
                let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
                running.into_iter().map(|thread| thread.join().unwrap()).sum::<f64>() / threads as f64
            })
        };
        let by_name = timed(&|view, (name, _)| {
            std::hint::black_box(view.role("111122223333", name).unwrap());
        });
        let by_id = timed(&|view, (_, id)| {
            std::hint::black_box(view.role_by_id(id).unwrap());
        });
        println!("{threads} threads, {what}: {by_name:.0} ns by account and name, {by_id:.0} ns by id");
    }
}

/// Nanoseconds this thread has been running.
fn on_processor() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}
