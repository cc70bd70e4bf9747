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
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
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
    /// Alerts to a Unix socket somebody listens on.
    pub unix: Option<Unix>,
    /// Alerts to an HTTP endpoint.
    pub webhook: Option<Webhook>,
    /// Frames of the dialogues that alerts are about, raw, as pcapng; `picket run` only.
    pub evidence: Option<Evidence>,
    /// Where alerts wait until every output has them, and are kept for questions.
    pub outbox: Outbox,
}

/// Form of an alert on its way out.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The alert as `schema/alert.schema.json` describes it.
    #[default]
    Json,
    /// OCSF Detection Finding (class 2004).
    Ocsf,
}

/// Where alerts wait until every output has them, and are kept for questions: a database in the
/// directory of `[state]`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Outbox {
    /// Octets of alerts kept. Beyond it delivered ones go, oldest first; then those still owed, the
    /// lowest level and the oldest first, each counted. Default: 1 GiB.
    pub max_bytes: u64,
    /// Days an alert is kept after every output has it. Default: 30.
    pub keep_days: u32,
    /// Days an alert is kept that an output has not taken; then it is given up and counted as lost.
    /// Default: 90.
    pub owed_days: u32,
    /// Alerts that may wait in memory for the disk; beyond it the lowest level and the oldest go
    /// first, each counted. Default: 16384.
    pub queue: usize,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { max_bytes: 1 << 30, keep_days: 30, owed_days: 90, queue: 16_384 }
    }
}

/// Frames of the dialogues that alerts are about, as pcapng with a comment an alert on each; `picket
/// run` only. Raw frames: subscribers can be read in them. The files are their owner's alone.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The file. One that is there becomes `PATH.1` when picket starts.
    pub path: PathBuf,
    /// Octets of frames after which the file is put aside as `PATH.1`. Default: 256 MiB.
    #[serde(default = "evidence_bytes")]
    pub rotate_bytes: u64,
    /// Files put aside that are kept; the oldest goes. Default: 7.
    #[serde(default = "evidence_files")]
    pub keep: u32,
    /// Octets of the latest frames that are held in memory, for an alert may come to want them.
    /// Default: 256 MiB.
    #[serde(default = "evidence_bytes")]
    pub ring_bytes: u64,
}

const fn evidence_bytes() -> u64 {
    256 << 20
}

const fn evidence_files() -> u32 {
    7
}

/// Alerts as JSON lines on stdout.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Stdout {
    /// Form of an alert. Default: `json`.
    pub format: Format,
    /// Form of subscriber numbers. Default: as `[privacy]` says.
    pub subscribers: Option<Subscribers>,
}

/// Alerts as JSON lines in a file.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The file; it is appended to, and opened again when it was moved away.
    pub path: PathBuf,
    /// Octets after which the file is put aside as `PATH.1`; 0 is never. Default: 100 MiB.
    #[serde(default = "rotate_bytes")]
    pub rotate_bytes: u64,
    /// Hours after which the file is put aside; 0 is never. Default: 0.
    #[serde(default)]
    pub rotate_hours: u32,
    /// Files put aside that are kept. Default: 10.
    #[serde(default = "keep_files")]
    pub keep: u32,
    /// Form of an alert. Default: `json`.
    #[serde(default)]
    pub format: Format,
    /// Form of subscriber numbers. Default: as `[privacy]` says.
    pub subscribers: Option<Subscribers>,
}

const fn rotate_bytes() -> u64 {
    100 << 20
}

const fn keep_files() -> u32 {
    10
}

/// Alerts, and what else has a topic, to Kafka.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
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
    /// Form of an alert. Default: `json`.
    #[serde(default)]
    pub format: Format,
    /// Form of subscriber numbers. Default: as `[privacy]` says, else `pseudonym`.
    pub subscribers: Option<Subscribers>,
}

/// Topics of Kafka.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
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
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
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
    /// Facility of the messages, 0 to 23 (RFC 5424 §6.2.1). Default: 16, local0.
    #[serde(default = "facility")]
    pub facility: u8,
    /// Certificates to trust over TLS, PEM. Default: those of the system.
    pub ca_file: Option<PathBuf>,
    /// Form of subscriber numbers. Default: as `[privacy]` says.
    pub subscribers: Option<Subscribers>,
}

const fn facility() -> u8 {
    16
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
    /// OCSF Detection Finding (class 2004).
    Ocsf,
}

/// Alerts to a Unix socket somebody listens on.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Unix {
    /// The socket.
    pub path: PathBuf,
    /// How alerts are told apart. Default: `stream`.
    #[serde(default)]
    pub kind: UnixKind,
    /// Form of an alert. Default: `json`.
    #[serde(default)]
    pub format: Format,
    /// Form of subscriber numbers. Default: as `[privacy]` says.
    pub subscribers: Option<Subscribers>,
}

/// Kinds of Unix sockets.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum UnixKind {
    /// A line an alert.
    #[default]
    Stream,
    /// A datagram an alert.
    Datagram,
}

/// Alerts to an HTTP endpoint, one POST an alert.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where to post: `https://host/path`.
    pub url: String,
    /// Further header fields.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Seconds until an answer must be there. Default: 10.
    #[serde(default = "webhook_timeout")]
    pub timeout_seconds: u32,
    /// Certificates to trust, PEM. Default: those of the system.
    pub ca_file: Option<PathBuf>,
    /// Form of an alert. Default: `json`.
    #[serde(default)]
    pub format: Format,
    /// Form of subscriber numbers. Default: as `[privacy]` says.
    pub subscribers: Option<Subscribers>,
}

const fn webhook_timeout() -> u32 {
    10
}

/// Metrics and health: `/metrics`, `/healthz`, `/readyz`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Address to listen on. One that others can reach needs `certificate`, `key` and `token_file`.
    /// Default: `127.0.0.1:9464`.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// Certificate chain, PEM; with it the page is served over TLS.
    pub certificate: Option<PathBuf>,
    /// Private key, PEM.
    pub key: Option<PathBuf>,
    /// File with the token that a reader sends as `Authorization: Bearer`.
    pub token_file: Option<PathBuf>,
}

impl Default for Metrics {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 9464));
        Self { listen, certificate: None, key: None, token_file: None }
    }
}

/// The control socket, for `picket ctl` and `picket top`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Control {
    /// The socket. Default: `/run/picket/control.sock`.
    pub socket: PathBuf,
    /// Group whose members may use it, besides root and the user of the sensor: a name or a number.
    pub group: Option<String>,
}

impl Default for Control {
    fn default() -> Self {
        Self { socket: "/run/picket/control.sock".into(), group: None }
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
