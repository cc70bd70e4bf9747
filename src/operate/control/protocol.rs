//! What is said on the control socket: JSON, a line each.
//!
//! The sensor greets with [`Hello`]; each [`Request`] gets one [`Reply`], in order.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The greeting.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Hello {
    /// Version of the program.
    pub picket: String,
    /// Version of what is said here, [`PROTOCOL`].
    pub protocol: u32,
    /// `sensor.id`.
    pub sensor: String,
    /// Why nothing is answered: who asks may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// What is asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// How everything stands.
    Status,
    /// To read configuration, rules and lists anew.
    Reload,
    /// Which rules are in force, with their alerts so far.
    Rules,
    /// Counters and the senders with most alerts.
    Top {
        /// How many senders.
        senders: usize,
    },
    /// To log as a filter says.
    LogLevel {
        /// `error`, `warn`, `info`, `debug` or `TARGET=LEVEL,...`.
        filter: String,
    },
    /// Not to raise alerts for a while.
    Suppress {
        /// Id or name of the rule.
        rule: String,
        /// Prefix of the attacker's global title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gt: Option<String>,
        /// Name of the attacker's network.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        network: Option<String>,
        /// Digits of an IMSI or MSISDN.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subscriber: Option<String>,
        /// Why.
        reason: String,
        /// For how many seconds from now.
        seconds: u64,
    },
    /// To end a suppression that was added by command.
    Lift {
        /// Its number.
        number: u32,
    },
    /// Which suppressions were added by command.
    Suppressions,
}

/// What is answered.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Reply {
    /// Whether it was done.
    pub ok: bool,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub result: Value,
    /// Why it was not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl From<Result<Value, String>> for Reply {
    fn from(result: Result<Value, String>) -> Self {
        match result {
            Ok(result) => Self { ok: true, result, error: None },
            Err(error) => Self { ok: false, result: Value::Null, error: Some(error) },
        }
    }
}

/// Version of what is said.
pub const PROTOCOL: u32 = 1;
/// Octets of a line, at most.
pub const LONGEST_LINE: u64 = 1 << 20;
