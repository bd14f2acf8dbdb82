//! The webhook's counters in the form that Prometheus reads.

use std::sync::atomic::AtomicI64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::Webhook;

/// What became of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Outcome {
    /// It got what it lacked.
    Mutated,
    /// It had everything.
    Unchanged,
    /// It names no service account.
    NoServiceAccount,
    /// Its account names no role.
    NoRole,
    /// Its account is not known: a failure.
    UnknownAccount,
    /// It could not be read: a failure.
    Unreadable,
    /// The request was no review that could be answered: a failure.
    NoReview,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    outcome: Outcome,
}

/// All counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    admissions: Family<Labels, Counter>,
    seconds: Histogram,
    /// Connections that are open.
    pub connections: Gauge<i64, AtomicI64>,
    /// 1 while the watch of the API server runs, else 0: then the last known state is used.
    pub api_server: Gauge<i64, AtomicI64>,
    /// How often the watch broke off.
    pub interruptions: Counter,
    /// When the certificate that is served ends, in seconds since 1970.
    pub certificate_expiry: Gauge<i64, AtomicI64>,
    /// Certificates that were put in place after the first.
    pub rotations: Counter,
    /// Rotations that failed; the certificate in use stays.
    pub rotation_failures: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("rolecall_webhook");
        let mut counter = |name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let interruptions =
            counter("api_server_interruptions", "How often the watch of the API server broke off");
        let rotations = counter("certificate_rotations", "Certificates put in place after the first");
        let rotation_failures = counter("certificate_rotation_failures", "Rotations that failed");
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::<i64, AtomicI64>::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let connections = gauge("connections", "Connections that are open");
        let api_server = gauge("api_server_watched", "1 while service accounts are watched, else 0");
        let certificate_expiry = gauge("certificate_expiry_seconds", "When the certificate ends, since 1970");
        let admissions = Family::<Labels, Counter>::default();
        registry.register("admissions", "Pods admitted, by what became of them", admissions.clone());
        // 10 µs to 330 ms.
        let seconds = Histogram::new(exponential_buckets(0.000_01, 2.0, 16));
        registry.register(
            "admission_seconds",
            "Time from a review's last byte to its answer",
            seconds.clone(),
        );
        Self {
            registry,
            admissions,
            seconds,
            connections,
            api_server,
            interruptions,
            certificate_expiry,
            rotations,
            rotation_failures,
        }
    }
}

impl Metrics {
    /// Counts an admission.
    pub fn admission(&self, outcome: Outcome, took: Duration) {
        self.admissions.get_or_create(&Labels { outcome }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// How many pods had an outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.admissions.get_or_create(&Labels { outcome }).get()
    }

    /// Everything as text (OpenMetrics 1.0), with what the webhook knows at the moment.
    #[must_use]
    pub fn text(&self, webhook: &Webhook) -> String {
        let mut out = String::new();
        // Writing to a text does not fail.
        let _ = encode(&mut out, &self.registry);
        let end = out.find("# EOF").unwrap_or(out.len());
        out.truncate(end);
        let (accounts, ready) = (webhook.accounts.count(), u8::from(webhook.is_ready()));
        let untold = webhook.notices.untold();
        for (name, help, kind, suffix, value) in [
            ("service_accounts", "Service accounts that are known", "gauge", "", accounts.to_string()),
            ("ready", "1 once accounts were read and there is a certificate", "gauge", "", ready.to_string()),
            ("notices_untold", "Notices logged alone", "counter", "_total", untold.to_string()),
        ] {
            let name = format!("rolecall_webhook_{name}");
            out.push_str(&format!("# HELP {name} {help}.\n# TYPE {name} {kind}\n{name}{suffix} {value}\n"));
        }
        out.push_str("# EOF\n");
        out
    }
}
