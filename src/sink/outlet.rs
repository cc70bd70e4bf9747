//! An output: takes a batch of alerts and says how far it got.

use std::sync::Arc;

use super::{
    delivery::SinkBoard,
    file::FileSink,
    kafka::KafkaSink,
    outbox::{Item, Seq},
    stdout::StdoutSink,
    syslog::SyslogSink,
    unix::UnixSink,
    webhook::WebhookSink,
};
use crate::config::{Plan, Subscribers};

/// Why an output cannot be what the configuration says.
#[derive(Debug, thiserror::Error)]
#[error("output.{key}: {what}; {remedy}")]
pub struct OutletError {
    /// The key below `output`.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// An output of the configuration.
pub(super) struct Configured {
    /// Its table.
    pub(super) name: &'static str,
    /// The form of subscribers' numbers it asks for.
    pub(super) subscribers: Option<Subscribers>,
    pub(super) outlet: Outlet,
}

/// Returns the outputs of a plan; none is reached yet.
pub(super) fn all(plan: &Plan) -> Result<Vec<Configured>, OutletError> {
    let output = &plan.output;
    let mut all = Vec::new();
    if let Some(config) = &output.stdout {
        let outlet = Outlet::Stdout(StdoutSink { shape: config.format.into() });
        all.push(Configured { name: "stdout", subscribers: config.subscribers, outlet });
    }
    if let Some(config) = &output.file {
        let outlet = Outlet::File(FileSink::new(config));
        all.push(Configured { name: "file", subscribers: config.subscribers, outlet });
    }
    if let Some(config) = &output.unix {
        let outlet = Outlet::Unix(UnixSink::new(config));
        all.push(Configured { name: "unix", subscribers: config.subscribers, outlet });
    }
    if let Some(config) = &output.kafka {
        let outlet = Outlet::Kafka(KafkaSink::new(config, &plan.sensor)?);
        all.push(Configured { name: "kafka", subscribers: config.subscribers, outlet });
    }
    if let Some(config) = &output.syslog {
        let outlet = Outlet::Syslog(Box::new(SyslogSink::new(config, &plan.sensor)?));
        all.push(Configured { name: "syslog", subscribers: config.subscribers, outlet });
    }
    if let Some(config) = &output.webhook {
        let outlet = Outlet::Webhook(Box::new(WebhookSink::new(config, &plan.sensor)?));
        all.push(Configured { name: "webhook", subscribers: config.subscribers, outlet });
    }
    Ok(all)
}

/// What came of a try.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    /// Everything up to here needs no further try.
    pub(super) up_to: Option<Seq>,
    /// What of it was refused for what it is, and why.
    pub(super) parked: Vec<(Seq, String)>,
    /// Why the rest was not taken.
    pub(super) trouble: Option<Trouble>,
}

/// Why an output does not take alerts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    /// It cannot be reached.
    Away(String),
    /// It refuses these credentials, or this user that topic.
    Refused(String),
    /// It was reached and something else is wrong.
    Failing(String),
}

impl Taken {
    /// Everything was taken.
    pub(super) fn all(items: &[Item]) -> Self {
        Self { up_to: items.last().map(|item| item.seq), ..Self::default() }
    }

    /// Nothing was.
    pub(super) fn none(trouble: Trouble) -> Self {
        Self { trouble: Some(trouble), ..Self::default() }
    }
}

/// One of the outputs.
pub(super) enum Outlet {
    Stdout(StdoutSink),
    File(FileSink),
    Unix(UnixSink),
    Kafka(KafkaSink),
    Syslog(Box<SyslogSink>),
    Webhook(Box<WebhookSink>),
}

impl Outlet {
    /// Does what can be done before there is anything to hand over.
    pub(super) async fn prepare(&mut self, board: &Arc<SinkBoard>) {
        if let Self::Kafka(sink) = self {
            sink.prepare(board).await;
        }
    }

    /// Tries to hand a batch over, in its order.
    pub(super) async fn deliver(&mut self, items: &[Item], board: &Arc<SinkBoard>) -> Taken {
        match self {
            Self::Stdout(sink) => sink.deliver(items),
            Self::File(sink) => sink.deliver(items),
            Self::Unix(sink) => sink.deliver(items).await,
            Self::Kafka(sink) => sink.deliver(items, board).await,
            Self::Syslog(sink) => sink.deliver(items).await,
            Self::Webhook(sink) => sink.deliver(items).await,
        }
    }

    /// Lets go of what it holds open, for somebody moved it away.
    pub(super) fn reopen(&mut self) {
        if let Self::File(sink) = self {
            sink.reopen();
        }
    }
}
