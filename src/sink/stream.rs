//! Events, anomalies and statistics to Kafka: as they come, not spooled, bounded, losses counted.
//!
//! They are many and each is worth little, so they have a producer of their own that never holds up
//! alerts: at most [`MESSAGES`] messages and [`KIBIBYTES`] wait in memory, a minute at most, and what
//! finds no room or is not acknowledged in that time is counted as lost.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use picket_hw::Timestamp;
use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    error::KafkaError,
    message::DeliveryResult,
    producer::{BaseRecord, Producer, ProducerContext, PurgeConfig, ThreadedProducer},
    types::RDKafkaErrorCode,
};
use serde::Serialize;

use super::{
    delivery::DeliveryError,
    format::Shape,
    kafka::{client, headers, source},
    redact::Redactor,
    shown::{self, Purpose},
};
use crate::{
    config::{Plan, Subscribers, outputs::Topics},
    event::{
        SigEvent,
        fields::{
            Names,
            number::{Holder, Number, Numbering},
        },
        json::{Writer, rfc3339},
    },
};

/// What came of one topic.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct StreamCounts {
    /// Messages acknowledged.
    pub delivered: u64,
    /// Messages that found no room or were not acknowledged in time.
    pub lost: u64,
}

/// The topics besides alerts.
pub struct Streams {
    producer: ThreadedProducer<Counting>,
    topics: Topics,
    plan: Arc<Plan>,
    redactor: Redactor,
    source: String,
    sensor: String,
    counts: Arc<[Counts; 3]>,
    line: String,
    stats: u64,
}

impl core::fmt::Debug for Streams {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Streams").field("topics", &self.topics).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Counts {
    delivered: AtomicU64,
    lost: AtomicU64,
}

/// Counts what is acknowledged and what is not.
struct Counting {
    counts: Arc<[Counts; 3]>,
}

impl ClientContext for Counting {
    fn log(&self, _: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(facility, message, "librdkafka");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // The producer of alerts says the same, with the state it means.
        tracing::debug!(%error, reason, "librdkafka");
    }
}

impl ProducerContext for Counting {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, stream: Self::DeliveryOpaque) {
        if let Some(counts) = self.counts.get(stream) {
            let counter = if result.is_ok() { &counts.delivered } else { &counts.lost };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Streams {
    /// Starts what the plan names topics for; `None` when it names none.
    ///
    /// # Errors
    ///
    /// Returns an error when a property of Kafka is wrong or there is no key for the pseudonyms.
    pub fn start(plan: &Arc<Plan>) -> Result<Option<Self>, DeliveryError> {
        let Some(config) = &plan.output.kafka else { return Ok(None) };
        let topics = config.topics.clone();
        if topics.events.is_none() && topics.anomalies.is_none() && topics.stats.is_none() {
            return Ok(None);
        }
        let form = config.subscribers.or(plan.subscribers).unwrap_or(Subscribers::Pseudonym);
        let redactor = shown::redactor(plan, form, Purpose::Output)?;
        let mut settings = client(config)?;
        settings
            .set("message.timeout.ms", "60000")
            .set("queue.buffering.max.messages", MESSAGES.to_string())
            .set("queue.buffering.max.kbytes", KIBIBYTES.to_string())
            .set("linger.ms", "50");
        let counts: Arc<[Counts; 3]> = Arc::default();
        let context = Counting { counts: Arc::clone(&counts) };
        let producer = settings.create_with_context(context).map_err(|error: KafkaError| {
            DeliveryError::Outlet(super::outlet::OutletError {
                key: "kafka".to_owned(),
                what: error.to_string(),
                remedy: "correct output.kafka.properties".to_owned(),
            })
        })?;
        Ok(Some(Self {
            producer,
            topics,
            plan: Arc::clone(plan),
            redactor,
            source: source(&plan.sensor),
            sensor: plan.sensor.clone(),
            counts,
            line: String::new(),
            stats: 0,
        }))
    }

    /// Puts another plan in force for what is sent from now on; topics stay as they were.
    pub fn install(&mut self, plan: Arc<Plan>) {
        self.plan = plan;
    }

    /// Whether events are wanted: all of them, or those with an anomaly.
    #[must_use]
    pub const fn wants_events(&self) -> bool {
        self.topics.events.is_some() || self.topics.anomalies.is_some()
    }

    /// Whether statistics are wanted.
    #[must_use]
    pub const fn wants_stats(&self) -> bool {
        self.topics.stats.is_some()
    }

    /// Sends an event to the topics that want it. Never waits.
    pub fn event(&mut self, event: &SigEvent, names: &Names) {
        let odd = !event.notes.is_empty();
        let topics = [
            (EVENTS, self.topics.events.as_deref(), "picket.event.v1"),
            (ANOMALIES, self.topics.anomalies.as_deref().filter(|_| odd), "picket.anomaly.v1"),
        ];
        if topics.iter().all(|(_, topic, _)| topic.is_none()) {
            return;
        }
        let networks = &self.plan.networks;
        let is_subscriber = |digits| networks.gt(digits).subscriber;
        let writer = Writer { names, redactor: &self.redactor, is_subscriber: &is_subscriber };
        self.line.clear();
        writer.write(event, &mut self.line);
        let key = writer.subscriber(event).map(|shown| shown.as_str().to_owned()).or_else(|| {
            let title = event.sccp.as_ref()?.calling.gt?;
            let holder = if title.mobile || title.place.subscriber {
                Holder::Subscriber
            } else {
                Holder::Node
            };
            let digits = title.e164.unwrap_or(title.digits);
            let number = Number { digits, numbering: Numbering::E164, holder };
            Some(writer.number(event, number).as_str().to_owned())
        });
        let component = event.tcap.and_then(|tcap| tcap.component).map_or(0, |found| found.index);
        let id = format!(
            "{}.{}.{}.{}.{component}",
            self.sensor,
            event.at.nanos(),
            event.frame.source,
            event.frame.number
        );
        let time = written(event.at);
        for (stream, topic, kind) in topics {
            if let Some(topic) = topic {
                self.send(stream, topic, kind, &id, &time, key.as_deref(), &self.line);
            }
        }
    }

    /// Sends statistics, a JSON object. Never waits.
    pub fn stats(&mut self, json: &str, at: Timestamp) {
        let Some(topic) = self.topics.stats.clone() else { return };
        self.stats += 1;
        let id = format!("{}.{}.{}", self.sensor, at.nanos(), self.stats);
        let key = self.sensor.clone();
        self.send(STATS, &topic, "picket.stats.v1", &id, &written(at), Some(&key), json);
    }

    /// Returns what came of events, anomalies and statistics.
    #[must_use]
    pub fn counts(&self) -> [(&'static str, StreamCounts); 3] {
        let names = ["events", "anomalies", "stats"];
        core::array::from_fn(|at| {
            let counts = self.counts.get(at);
            let read = |of: fn(&Counts) -> &AtomicU64| {
                counts.map_or(0, |counts| of(counts).load(Ordering::Relaxed))
            };
            let found = StreamCounts { delivered: read(|c| &c.delivered), lost: read(|c| &c.lost) };
            (names.get(at).copied().unwrap_or_default(), found)
        })
    }

    /// Waits for what is on its way, so long at most.
    pub fn flush(&self, patience: core::time::Duration) {
        if let Err(error) = self.producer.flush(patience) {
            tracing::warn!(%error, waiting = self.producer.in_flight_count(), "events are given up");
            self.producer.purge(PurgeConfig::default().queue().inflight());
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what a message has")]
    fn send(
        &self,
        stream: usize,
        topic: &str,
        kind: &str,
        id: &str,
        time: &str,
        key: Option<&str>,
        text: &str,
    ) {
        let headers = headers(Shape::Json, id, kind, &self.source, time);
        let mut record = BaseRecord::<str, str, usize>::with_opaque_to(topic, stream)
            .payload(text)
            .headers(headers);
        if let Some(key) = key {
            record = record.key(key);
        }
        if let Err((error, _)) = self.producer.send(record) {
            if let Some(counts) = self.counts.get(stream) {
                counts.lost.fetch_add(1, Ordering::Relaxed);
            }
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                tracing::debug!(%error, topic, "not sent");
            }
        }
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        // Or dropping the client would wait for it.
        self.producer.purge(PurgeConfig::default().queue().inflight());
    }
}

fn written(at: Timestamp) -> String {
    let mut time = String::new();
    rfc3339(at, &mut time);
    time
}

const EVENTS: usize = 0;
const ANOMALIES: usize = 1;
const STATS: usize = 2;
/// Messages that may wait.
pub const MESSAGES: u32 = 100_000;
/// Memory they may take.
pub const KIBIBYTES: u32 = 65_536;
