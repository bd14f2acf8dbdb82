//! The embedded store against the suite of all stores.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_state::conformance::CASES;
use rolecall_state::embedded::Embedded;
use rolecall_state::store::Store;

async fn conforms(store: &dyn Store) {
    // Twice, since a store that has been used must pass as well.
    for (name, run) in CASES.iter().chain(&CASES) {
        if let Err(violation) = run(store).await {
            panic!("{name}: {violation}");
        }
    }
}

#[tokio::test]
async fn in_memory() {
    conforms(&Embedded::memory().unwrap()).await;
}

#[tokio::test]
async fn on_disk() {
    let folder = tempfile::tempdir().unwrap();
    conforms(&Embedded::open(folder.path()).unwrap()).await;
    conforms(&Embedded::open(folder.path()).unwrap()).await;
}
