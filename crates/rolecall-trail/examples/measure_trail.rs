//! Measures the trail: `cargo run --release -p rolecall-trail --example measure_trail [FOLDER]`.

#![allow(clippy::unwrap_used)]

use rolecall_model::instant::Instant as Seconds;
use rolecall_trail::record::{Call, Fields, Identity, Record, WebIdentity};
use rolecall_trail::ring::{Bounds, Ring};
use rolecall_trail::write::{Options, Writer};
use std::sync::Arc;
use std::time::{Duration, Instant};

const APPENDERS: usize = 16;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "/dev/shm/rolecall-trail-measure".to_owned());
    let json = record(0).to_json();
    println!("a record has {} bytes", json.len());
    let each = per_second(|n| {
        std::hint::black_box(record(n).to_json());
    });
    println!("made and written to bytes: {each:.0}/s");
    let ring = Ring::new(Bounds::default());
    let record = record(0);
    println!("pushed to the ring: {:.0}/s", per_second(|_| ring.push(&record, json.clone())));
    for workers in [1, 2] {
        println!("appended by {APPENDERS} on {workers} threads: {:.0}/s", append(&folder, workers, &json));
    }
}

fn record(number: i64) -> Record {
    let call = Call {
        time: Seconds(1_772_366_400 + number),
        source: "sts.amazonaws.com",
        name: "AssumeRoleWithWebIdentity",
        region: "eu-west-1",
        address: "203.0.113.10",
        user_agent: "aws-sdk-nodejs/2.1396.0 linux/v16.16.0 callback",
        request_id: "3f6a1c0e-0000-4000-8000-000000000002",
        event_id: "0b1e0c5e-0000-4000-8000-000000000003",
        account: "111122223333",
        read_only: true,
    };
    let provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let subject = "repo:acme/app:ref:refs/heads/main";
    let identity = Identity::web_identity(&WebIdentity { provider, audience: "sts.amazonaws.com", subject });
    let role = "arn:aws:iam::111122223333:role/deployer";
    let credentials =
        Fields::new().text("accessKeyId", "ASIAEXAMPLEEXAMPLEEX").text("expiration", "Mar 1, 2026");
    Record::new(&call, identity)
        .parameters(Fields::new().text("roleArn", role).text("roleSessionName", "GitHubActions"))
        .response(Fields::new().object("credentials", &credentials).text("provider", provider))
        .resource("111122223333", "AWS::IAM::Role", role)
}

fn per_second(mut work: impl FnMut(i64)) -> f64 {
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < Duration::from_secs(1) {
        for _ in 0..100 {
            work(count);
            count += 1;
        }
    }
    count as f64 / start.elapsed().as_secs_f64()
}

fn append(folder: &str, workers: usize, json: &[u8]) -> f64 {
    let _ = std::fs::remove_dir_all(folder);
    let writer = Arc::new(Writer::open(folder.as_ref(), Options::default()).unwrap().0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).build().unwrap();
    let start = Instant::now();
    let tasks: Vec<_> = (0..APPENDERS)
        .map(|_| {
            let (writer, json) = (Arc::clone(&writer), json.to_vec());
            runtime.spawn(async move {
                while start.elapsed() < Duration::from_secs(3) {
                    writer.append(&json).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        runtime.block_on(task).unwrap();
    }
    let (counts, elapsed) = (writer.counts(), start.elapsed().as_secs_f64());
    println!("  {:.1} records to a sync", counts.records as f64 / counts.syncs as f64);
    drop(writer);
    let _ = std::fs::remove_dir_all(folder);
    counts.records as f64 / elapsed
}
