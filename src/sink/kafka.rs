//! Alerts to Kafka: keyed, with CloudEvents headers, acknowledged by all replicas in sync.
//!
//! The producer is idempotent (`acks=all`), so that what librdkafka itself sends again comes once
//! and in order; a message never times out there (`message.timeout.ms=0`), for what waits is kept
//! by the outbox anyway. A broker that is away is seen in the callbacks of the client only, never in
//! the result of a send. One batch is on its way at a time: a message of a batch that fails leaves
//! the later ones to be sent again, and a consumer drops those by `ce_id`.
//!
//! Headers are those of CloudEvents 1.0 in binary mode (Kafka protocol binding §3.2). What the broker
//! refuses for what it is, such as a message it finds too large, is parked. Every property of
//! librdkafka can be set; those set here are defaults.

use std::{sync::Arc, time::Duration};

use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    message::{Header, OwnedHeaders},
    producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer, PurgeConfig},
};

use super::{
    delivery::SinkBoard,
    format::Shape,
    outbox::Item,
    outlet::{OutletError, Taken, Trouble},
};
use crate::config::outputs;

/// A topic of a Kafka cluster.
pub(super) struct KafkaSink {
    config: ClientConfig,
    topic: String,
    shape: Shape,
    source: String,
    producer: Option<FutureProducer<Watch>>,
}

/// Hears what the client's threads have to say.
pub(super) struct Watch {
    board: Arc<SinkBoard>,
}

impl ClientContext for Watch {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        // Connection trouble comes again as an error, with the state it means.
        match level {
            RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug | RDKafkaLogLevel::Notice => {
                tracing::debug!(facility, message, "librdkafka");
            }
            _ => tracing::info!(facility, message, "librdkafka"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let code = error.rdkafka_error_code();
        self.board.trouble(&trouble(code.unwrap_or(RDKafkaErrorCode::Fail), reason));
    }
}

impl KafkaSink {
    /// Checks the properties; connects to nothing.
    pub(super) fn new(config: &outputs::Kafka, sensor: &str) -> Result<Self, OutletError> {
        let client = client(config)?;
        Ok(Self {
            config: client,
            topic: config.topics.alerts.clone(),
            shape: config.format.into(),
            source: source(sensor),
            producer: None,
        })
    }

    /// Connects and learns where the topic is, so that the first alert need not wait for it: that
    /// takes half a second to a second. A broker that is away is met again by [`Self::deliver`].
    pub(super) async fn prepare(&mut self, board: &Arc<SinkBoard>) {
        let Ok(producer) = self.connect(board) else { return };
        let topic = self.topic.clone();
        let ask = move || producer.client().fetch_metadata(Some(&topic), FIRST_CONTACT);
        // What is wrong is told by the client's own errors, or by the first batch.
        let _ = tokio::task::spawn_blocking(ask).await;
    }

    /// Sends a batch and waits for every acknowledgement, however long the broker is away.
    pub(super) async fn deliver(&mut self, items: &[Item], board: &Arc<SinkBoard>) -> Taken {
        let fatal = |producer: &FutureProducer<Watch>| producer.client().fatal_error();
        if let Some((code, text)) = self.producer.as_ref().and_then(fatal) {
            // Such a producer never sends again: the next try makes another.
            self.let_go();
            return Taken::none(trouble(code, &text));
        }
        let producer = match &self.producer {
            Some(producer) => producer.clone(),
            None => match self.connect(board) {
                Ok(producer) => producer,
                Err(error) => return Taken::none(Trouble::Failing(error.to_string())),
            },
        };
        let mut taken = self.send(&producer, items).await;
        // A batch that is too large as a whole fails every message in it: one at a time tells
        // which it was.
        if items.len() > 1 && taken.too_large {
            taken = Sent::default();
            for item in items {
                let one = self.send(&producer, std::slice::from_ref(item)).await;
                taken.taken.up_to = one.taken.up_to.or(taken.taken.up_to);
                taken.taken.parked.extend(one.taken.parked);
                taken.taken.trouble = one.taken.trouble;
                if taken.taken.trouble.is_some() {
                    break;
                }
            }
        }
        taken.taken
    }

    async fn send(&self, producer: &FutureProducer<Watch>, items: &[Item]) -> Sent {
        let mut sent = Sent::default();
        let waiting: Vec<_> = items.iter().map(|item| self.enqueue(producer, item)).collect();
        for (item, waits) in items.iter().zip(waiting) {
            let result = match waits {
                Ok(waits) => match waits.await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err((error, _))) => Err(Refusal::of(&error)),
                    Err(_) => Err(Refusal::of(&KafkaError::Canceled)),
                },
                Err(refusal) => Err(refusal),
            };
            match result {
                Ok(()) => {}
                Err(Refusal::Poison { reason, too_large }) => {
                    sent.too_large |= too_large;
                    sent.taken.parked.push((item.seq, reason));
                }
                Err(Refusal::Trouble(trouble)) => {
                    sent.taken.trouble = Some(trouble);
                    return sent;
                }
            }
            sent.taken.up_to = Some(item.seq);
        }
        sent
    }

    fn enqueue(
        &self,
        producer: &FutureProducer<Watch>,
        item: &Item,
    ) -> Result<DeliveryFuture, Refusal> {
        let poison = |reason| Refusal::Poison { reason, too_large: false };
        let text = self.shape.text(item).map_err(poison)?;
        let id = item.name();
        let headers = headers(self.shape, &id, "picket.alert.v1", &self.source, &item.time());
        let record = FutureRecord::to(&self.topic).key(&item.key).payload(&text).headers(headers);
        producer.send_result(record).map_err(|(error, _)| Refusal::of(&error))
    }

    fn connect(&mut self, board: &Arc<SinkBoard>) -> Result<FutureProducer<Watch>, KafkaError> {
        let watch = Watch { board: Arc::clone(board) };
        let producer: FutureProducer<Watch> = self.config.create_with_context(watch)?;
        self.producer = Some(producer.clone());
        Ok(producer)
    }

    /// Gives up what is on its way, or dropping the client would wait for it.
    fn let_go(&mut self) {
        if let Some(producer) = self.producer.take() {
            producer.purge(PurgeConfig::default().queue().inflight());
        }
    }
}

impl Drop for KafkaSink {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// How long a broker has to answer before there is anything for it. The end of the program waits for
/// this, so it is short.
const FIRST_CONTACT: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Sent {
    taken: Taken,
    too_large: bool,
}

/// Why a message was not acknowledged.
enum Refusal {
    /// For what it is.
    Poison { reason: String, too_large: bool },
    /// For another reason.
    Trouble(Trouble),
}

impl Refusal {
    fn of(error: &KafkaError) -> Self {
        use RDKafkaErrorCode::{
            InvalidMessage, InvalidMessageSize, InvalidRecord, MessageSizeTooLarge,
        };
        let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Fail);
        match code {
            MessageSizeTooLarge | InvalidMessageSize => {
                Self::Poison { reason: code.to_string(), too_large: true }
            }
            InvalidMessage | InvalidRecord => {
                Self::Poison { reason: code.to_string(), too_large: false }
            }
            _ => Self::Trouble(trouble(code, &error.to_string())),
        }
    }
}

/// Says what an error means for an operator.
pub(super) fn trouble(code: RDKafkaErrorCode, reason: &str) -> Trouble {
    use RDKafkaErrorCode::{
        AllBrokersDown, Authentication, BrokerTransportFailure, ClusterAuthorizationFailed,
        MessageTimedOut, OperationTimedOut, Resolve, SSL, SaslAuthenticationFailed,
        TopicAuthorizationFailed, TransactionalIdAuthorizationFailed, UnknownTopic,
        UnknownTopicOrPartition, UnsupportedSASLMechanism,
    };
    match code {
        Authentication | SaslAuthenticationFailed | UnsupportedSASLMechanism => {
            Trouble::Refused(format!("the broker refuses the credentials: {reason}"))
        }
        SSL if reason.contains("ertificate") => {
            Trouble::Refused(format!("TLS is refused: {reason}"))
        }
        TopicAuthorizationFailed
        | ClusterAuthorizationFailed
        | TransactionalIdAuthorizationFailed => Trouble::Refused(format!(
            "this user may not write there; grant WRITE and DESCRIBE on the topic: {reason}"
        )),
        UnknownTopic | UnknownTopicOrPartition => {
            Trouble::Failing(format!("there is no such topic; create it: {reason}"))
        }
        AllBrokersDown
        | BrokerTransportFailure
        | Resolve
        | MessageTimedOut
        | OperationTimedOut
        | SSL => Trouble::Away(reason.to_owned()),
        _ => Trouble::Failing(reason.to_owned()),
    }
}

/// Returns the settings of a client: ours, then those of the configuration.
pub(super) fn client(config: &outputs::Kafka) -> Result<ClientConfig, OutletError> {
    let mut client = ClientConfig::new();
    client
        .set("bootstrap.servers", config.brokers.join(","))
        .set("client.id", "picket")
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("compression.type", "zstd")
        .set("message.timeout.ms", "0")
        .set("linger.ms", "5")
        // Noticing a broker that is back should not take longer than it has to.
        .set("reconnect.backoff.max.ms", "2000")
        .set("topic.metadata.refresh.interval.ms", "30000")
        .set("log.connection.close", "false");
    for (name, value) in &config.properties {
        client.set(name, value.to_string());
    }
    let native = client.create_native_config();
    native.map_err(|error| {
        let (key, what) = match &error {
            KafkaError::ClientConfig(_, what, name, _) => {
                (format!("kafka.properties.\"{name}\""), what.clone())
            }
            other => ("kafka.properties".to_owned(), other.to_string()),
        };
        let remedy = "see CONFIGURATION.md of librdkafka 2.12".to_owned();
        OutletError { key, what, remedy }
    })?;
    Ok(client)
}

/// Returns the headers of CloudEvents 1.0 in binary mode.
pub(super) fn headers(
    shape: Shape,
    id: &str,
    kind: &str,
    source: &str,
    time: &str,
) -> OwnedHeaders {
    let headers = [
        ("ce_specversion", "1.0"),
        ("ce_id", id),
        ("ce_type", kind),
        ("ce_source", source),
        ("ce_time", time),
        ("content-type", "application/json"),
    ];
    let headers = headers
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(OwnedHeaders::new(), |all, (key, value)| {
            all.insert(Header { key, value: Some(value) })
        });
    match shape {
        Shape::Ocsf => headers.insert(Header {
            key: "ce_dataschema",
            value: Some("https://schema.ocsf.io/1.4.0/classes/detection_finding"),
        }),
        Shape::Json | Shape::Cef => headers,
    }
}

/// Returns the source of a sensor's events: a URI reference, so what is not allowed there is
/// percent-encoded (RFC 3986 §2.1).
pub(super) fn source(sensor: &str) -> String {
    let mut source = "/picket/".to_owned();
    for octet in sensor.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                source.push(char::from(octet));
            }
            other => source.push_str(&format!("%{other:02X}")),
        }
    }
    source
}
