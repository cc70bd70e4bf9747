//! Outputs, metrics and console as written.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

/// How subscriber numbers are written.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Subscribers {
    /// A keyed hash: the same subscriber has the same pseudonym.
    Pseudonym,
    /// The first digits, the rest hidden.
    Masked,
    /// The digits.
    Clear,
}

/// Where alerts and events go.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Output {
    /// Alerts as JSON lines on stdout.
    pub stdout: Option<Stdout>,
    /// Alerts as JSON lines in a file.
    pub file: Option<File>,
    /// Alerts, and what else has a topic, to Kafka.
    pub kafka: Option<Kafka>,
    /// Alerts to a syslog server (RFC 5424).
    pub syslog: Option<Syslog>,
    /// Alerts to an HTTP endpoint.
    pub webhook: Option<Webhook>,
}

/// Alerts as JSON lines on stdout.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Stdout {
    /// Form of subscriber numbers. Default: as `[privacy]` says.
    pub subscribers: Option<Subscribers>,
}

/// Alerts as JSON lines in a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The file; it is appended to.
    pub path: PathBuf,
    /// Form of subscriber numbers. Default: as `[privacy]` says.
    pub subscribers: Option<Subscribers>,
}

/// Alerts, and what else has a topic, to Kafka.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kafka {
    /// Brokers to start from: `host:port`.
    pub brokers: Vec<String>,
    /// Topics; what has none is not sent, except alerts.
    #[serde(default)]
    pub topics: Topics,
    /// Any property of librdkafka.
    #[serde(default)]
    pub properties: BTreeMap<String, Property>,
    /// Form of subscriber numbers. Default: as `[privacy]` says, else `pseudonym`.
    pub subscribers: Option<Subscribers>,
}

/// Topics of Kafka.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Topics {
    /// Topic of alerts. Default: `ss7.alerts`.
    pub alerts: String,
    /// Topic of events.
    pub events: Option<String>,
    /// Topic of anomalies.
    pub anomalies: Option<String>,
    /// Topic of statistics.
    pub stats: Option<String>,
}

impl Default for Topics {
    fn default() -> Self {
        Self { alerts: "ss7.alerts".into(), events: None, anomalies: None, stats: None }
    }
}

/// Value of a librdkafka property.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(untagged, expecting = "a string, an integer or a boolean")]
pub enum Property {
    /// As text.
    Text(String),
    /// As an integer.
    Number(i64),
    /// As a boolean.
    Switch(bool),
}

impl core::fmt::Display for Property {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Switch(on) => write!(f, "{on}"),
        }
    }
}

/// Alerts to a syslog server (RFC 5424).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Syslog {
    /// The server: `host:port`.
    pub address: String,
    /// How messages travel. Default: `udp`.
    #[serde(default)]
    pub transport: SyslogTransport,
    /// Syntax of the message body. Default: `json`.
    #[serde(default)]
    pub format: SyslogFormat,
    /// Form of subscriber numbers. Default: as `[privacy]` says.
    pub subscribers: Option<Subscribers>,
}

/// How syslog messages travel.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum SyslogTransport {
    /// One datagram a message (RFC 5426).
    #[default]
    Udp,
    /// Octet counting over TCP (RFC 6587).
    Tcp,
    /// The same over TLS (RFC 5425).
    Tls,
}

/// Syntax of a syslog message body.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum SyslogFormat {
    /// The alert as JSON.
    #[default]
    Json,
    /// Common Event Format.
    Cef,
}

/// Alerts to an HTTP endpoint, one POST an alert.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where to post: `https://host/path`.
    pub url: String,
    /// Further header fields.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Form of subscriber numbers. Default: as `[privacy]` says.
    pub subscribers: Option<Subscribers>,
}

/// Metrics and health: `/metrics`, `/healthz`, `/readyz`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Address to listen on. Default: `127.0.0.1:9464`.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 9464)) }
    }
}

/// The console.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Address to listen on. Default: `127.0.0.1:8464`.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// Certificate chain, PEM. Required when the address is not of this host only.
    pub certificate: Option<PathBuf>,
    /// Private key, PEM.
    pub key: Option<PathBuf>,
}

impl Default for Web {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8464)), certificate: None, key: None }
    }
}
