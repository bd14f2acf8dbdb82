//! Counters in the form that Prometheus reads: the service's own, and what store, trail and key cache count themselves.
//!
//! `deploy/grafana/rolecall.json` shows them.

use std::fmt::{Display, Write as _};
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::desk::Desk;

/// Which calls are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CallLabels {
    /// `sts`, `iam` …
    pub service: &'static str,
    /// The operation; empty where it could not be told.
    pub operation: &'static str,
    /// The error code; empty for success.
    pub code: &'static str,
}

/// Which refusals are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RefusalLabels {
    /// The step that refused.
    pub step: &'static str,
}

/// All counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    calls: Family<CallLabels, Counter>,
    seconds: Histogram,
    refusals: Family<RefusalLabels, Counter>,
    exchange_refusals: Family<RefusalLabels, Counter>,
    /// Connections that are open.
    pub connections: Gauge<i64, AtomicI64>,
    /// Records that could not be made durable; each of them took its call's answer with it.
    pub records_lost: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("rolecall");
        let calls = Family::<CallLabels, Counter>::default();
        registry.register("calls", "Calls answered, by service, operation and error code", calls.clone());
        // 50 µs to 3.3 s.
        let seconds = Histogram::new(exponential_buckets(0.000_05, 2.0, 17));
        registry.register("call_seconds", "Time from a call's last byte to its answer", seconds.clone());
        let refusals = Family::<RefusalLabels, Counter>::default();
        registry.register("refusals", "Calls refused, by the step of a call's life", refusals.clone());
        let exchange_refusals = Family::<RefusalLabels, Counter>::default();
        registry.register(
            "exchange_refusals",
            "Web identity exchanges refused, by step of the exchange",
            exchange_refusals.clone(),
        );
        let connections = Gauge::default();
        registry.register("connections", "Connections that are open", connections.clone());
        let records_lost = Counter::default();
        registry.register(
            "records_lost",
            "Audit records that could not be made durable",
            records_lost.clone(),
        );
        Self { registry, calls, seconds, refusals, exchange_refusals, connections, records_lost }
    }
}

impl Metrics {
    /// Counts a call.
    pub fn call(&self, labels: &CallLabels, seconds: f64) {
        self.calls.get_or_create(labels).inc();
        self.seconds.observe(seconds);
    }

    /// Counts a refused call by its step: `request` (it names no operation, or none that is offered), `signature`, `parameters`, `permission`,
    /// `operation`, `store`, `record`.
    pub fn refused(&self, step: &'static str) {
        self.refusals.get_or_create(&RefusalLabels { step }).inc();
    }

    /// Counts a refused exchange by its step.
    pub fn exchange_refused(&self, step: &'static str) {
        self.exchange_refusals.get_or_create(&RefusalLabels { step }).inc();
    }

    /// Everything as text (OpenMetrics 1.0).
    #[must_use]
    pub fn text(&self, desk: &Desk) -> String {
        let mut out = String::new();
        // Writing to a text does not fail.
        let _ = encode(&mut out, &self.registry);
        let end = out.find("# EOF").unwrap_or(out.len());
        out.truncate(end);
        let mut lines = Lines(out);
        lines.issuers(desk);
        lines.store(desk);
        lines.trail(desk);
        lines.gauge("events", "Events that LookupEvents finds", desk.events.len() as u64);
        let generation = desk.ring.load().newest().map_or(0, |newest| u64::from(newest.id));
        lines.gauge("session_key_generation", "Generation of the key that seals sessions", generation);
        lines.0.push_str("# EOF\n");
        lines.0
    }
}

/// What others count.
struct Lines(String);

impl Lines {
    fn issuers(&mut self, desk: &Desk) {
        let counted = desk.key_sets.metrics();
        for (name, help, value) in [
            ("issuer_key_hits", "Key sets found at hand", &counted.hits),
            ("issuer_key_misses", "Key sets that had to be fetched", &counted.misses),
            ("issuer_failure_hits", "Failures of a moment ago that were told again", &counted.failure_hits),
            ("issuer_unknown_keys", "Key ids that no set had", &counted.unknown_keys),
            ("issuer_fetches", "Requests to issuers for their keys", &counted.fetches),
            ("issuer_fetch_failures", "Requests to issuers that failed", &counted.failures),
            ("issuer_evictions", "Issuers whose keys gave way to others", &counted.evictions),
        ] {
            self.counter(name, help, value.load(Relaxed));
        }
        self.gauge("issuers", "Issuers whose keys are kept", desk.key_sets.providers() as u64);
    }

    fn store(&mut self, desk: &Desk) {
        let counted = desk.state.store().counts();
        self.counter("store_transactions", "Transactions that are durable", counted.batches);
        self.counter(
            "store_commits",
            "Durable commits, each of all transactions that waited",
            counted.commits,
        );
        self.counter("store_refused", "Transactions that met a change or a failure", counted.refused);
        self.gauge("store_waiting", "Transactions that wait to be written", counted.waiting);
    }

    fn trail(&mut self, desk: &Desk) {
        let counted = desk.trail.counts();
        self.counter("trail_records", "Audit records that are durable", counted.records);
        self.counter("trail_bytes", "Bytes of them", counted.bytes);
        self.counter("trail_commits", "Syncs, each of all records that waited", counted.syncs);
        self.counter("trail_failures", "Audit records refused or lost to errors", counted.failures);
        self.metric(
            "trail_busy_seconds",
            "Time that writing and syncing took",
            "counter",
            counted.busy.as_secs_f64(),
        );
        self.gauge("trail_waiting", "Audit records that wait to be written", counted.waiting);
        self.gauge("trail_waiting_bytes", "Bytes of them, and of those being written", counted.waiting_bytes);
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.metric(name, help, "counter", value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.metric(name, help, "gauge", value);
    }

    fn metric(&mut self, name: &str, help: &str, kind: &str, value: impl Display) {
        let total = if kind == "counter" { "_total" } else { "" };
        // Writing to a text does not fail.
        let _ = writeln!(
            self.0,
            "# HELP rolecall_{name} {help}.\n# TYPE rolecall_{name} {kind}\nrolecall_{name}{total} {value}"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::config::Config;
    use crate::running::Running;
    use crate::{clock, random};

    const DASHBOARD: &str = include_str!("../../../deploy/grafana/rolecall.json");

    /// Names of our metrics in a text.
    fn names(text: &str) -> BTreeSet<String> {
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = text.split(|c| !part(c)).filter(|word| word.starts_with("rolecall_"));
        words.map(str::to_owned).collect()
    }

    fn expressions(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                let own = members.get("expr").and_then(Value::as_str);
                found.extend(own.map(str::to_owned));
                members.values().for_each(|member| expressions(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
            _ => {}
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_dashboard_asks_for_metrics_that_there_are() {
        let running =
            Running::start(Config::dev(0), clock(), random()).await.expect("the service starts in memory");
        let metrics = &running.desk.metrics;
        metrics.call(&super::CallLabels { service: "sts", operation: "", code: "AccessDenied" }, 0.1);
        metrics.refused("signature");
        metrics.exchange_refused("trust");
        let text = metrics.text(&running.desk);
        assert!(text.ends_with("# EOF\n"));
        let there = names(&text);
        let mut asked = Vec::new();
        expressions(&serde_json::from_str(DASHBOARD).unwrap(), &mut asked);
        assert!(asked.len() > 10);
        let asked: BTreeSet<String> = asked.iter().flat_map(|one| names(one)).collect();
        let missing: Vec<_> = asked.difference(&there).collect();
        assert!(missing.is_empty(), "{missing:?} are asked for, and there are {there:?}");
        running.stop().await;
    }

    fn clock() -> std::sync::Arc<dyn clock::Clock> {
        std::sync::Arc::new(clock::System)
    }

    fn random() -> std::sync::Arc<dyn random::Random> {
        std::sync::Arc::new(random::System)
    }
}
