//! Counters in the form that Prometheus reads.

use std::sync::atomic::AtomicI64;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use rolecall_issuer::cache::KeyCache;

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

/// Which refusals of exchanges are counted together.
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
        registry.register("exchange_refusals", "Web identity exchanges refused, by step", refusals.clone());
        let connections = Gauge::default();
        registry.register("connections", "Connections that are open", connections.clone());
        let records_lost = Counter::default();
        registry.register(
            "records_lost",
            "Audit records that could not be made durable",
            records_lost.clone(),
        );
        Self { registry, calls, seconds, refusals, connections, records_lost }
    }
}

impl Metrics {
    /// Counts a call.
    pub fn call(&self, labels: &CallLabels, seconds: f64) {
        self.calls.get_or_create(labels).inc();
        self.seconds.observe(seconds);
    }

    /// Counts a refused exchange.
    pub fn refusal(&self, step: &'static str) {
        self.refusals.get_or_create(&RefusalLabels { step }).inc();
    }

    /// Everything as text (OpenMetrics 1.0), with what the key cache counts itself.
    #[must_use]
    pub fn text(&self, keys: &KeyCache) -> String {
        use std::sync::atomic::Ordering::Relaxed;
        let mut out = String::new();
        // Writing to a text does not fail.
        let _ = encode(&mut out, &self.registry);
        let end = out.find("# EOF").unwrap_or(out.len());
        out.truncate(end);
        let counted = keys.metrics();
        let counters = [
            ("issuer_key_hits", "Key sets found at hand", &counted.hits),
            ("issuer_key_misses", "Key sets that had to be fetched", &counted.misses),
            ("issuer_unknown_keys", "Key ids that no set had", &counted.unknown_keys),
            ("issuer_fetches", "Requests to issuers for their keys", &counted.fetches),
            ("issuer_fetch_failures", "Requests to issuers that failed", &counted.failures),
        ];
        for (name, help, value) in counters {
            let value = value.load(Relaxed);
            out.push_str(&format!(
                "# HELP rolecall_{name} {help}.\n# TYPE rolecall_{name} counter\nrolecall_{name}_total {value}\n"
            ));
        }
        out.push_str(&format!(
            "# HELP rolecall_issuers Issuers whose keys are kept.\n# TYPE rolecall_issuers gauge\nrolecall_issuers {}\n# EOF\n",
            keys.providers()
        ));
        out
    }
}
