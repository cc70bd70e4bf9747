//! Alerts to an HTTP endpoint: one POST a revision, in order, with CloudEvents header fields.
//!
//! Success (2xx) counts as delivered. 401, 403 and 407 refuse us; 408, 429 and 5xx ask for patience;
//! 404, 405 and 410 say that the place is wrong, which somebody may correct. Any other answer from
//! 400 on means that this alert, as it is, is not wanted: it is parked.

use std::time::Duration;

use reqwest::{Client, StatusCode, header::HeaderMap};

use super::{
    format::Shape,
    kafka::source,
    outbox::Item,
    outlet::{OutletError, Taken, Trouble},
};
use crate::config::outputs;

/// An HTTP endpoint.
pub(super) struct WebhookSink {
    url: String,
    shape: Shape,
    client: Client,
    source: String,
}

impl WebhookSink {
    /// Checks the settings; connects to nothing.
    pub(super) fn new(config: &outputs::Webhook, sensor: &str) -> Result<Self, OutletError> {
        let wrong = |key: &str, what: String, remedy: &str| OutletError {
            key: format!("webhook.{key}"),
            what,
            remedy: remedy.to_owned(),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &config.headers {
            let key = format!("headers.\"{name}\"");
            let remedy = "write a header field of HTTP";
            let name: reqwest::header::HeaderName = name
                .parse()
                .map_err(|error| wrong(&key, format!("is no name of a field: {error}"), remedy))?;
            let mut value: reqwest::header::HeaderValue = value
                .parse()
                .map_err(|error| wrong(&key, format!("is no value of a field: {error}"), remedy))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let tls = super::tls::client("webhook.ca_file", config.ca_file.as_deref())?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .default_headers(headers)
            .user_agent(concat!("picket/", env!("CARGO_PKG_VERSION")))
            .timeout(Duration::from_secs(config.timeout_seconds.max(1).into()))
            // A redirection could take alerts to another host.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| wrong("url", error.to_string(), "correct the settings"))?;
        reqwest::Url::parse(&config.url)
            .map_err(|error| wrong("url", error.to_string(), "write https://host/path"))?;
        Ok(Self {
            url: config.url.clone(),
            shape: config.format.into(),
            client,
            source: source(sensor),
        })
    }

    pub(super) async fn deliver(&self, items: &[Item]) -> Taken {
        let mut taken = Taken::default();
        for item in items {
            match self.post(item).await {
                Ok(()) => {}
                Err(Refusal::Poison(reason)) => taken.parked.push((item.seq, reason)),
                Err(Refusal::Trouble(trouble)) => {
                    taken.trouble = Some(trouble);
                    return taken;
                }
            }
            taken.up_to = Some(item.seq);
        }
        taken
    }

    async fn post(&self, item: &Item) -> Result<(), Refusal> {
        let text = self.shape.text(item).map_err(Refusal::Poison)?;
        let request = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .header("ce-specversion", "1.0")
            .header("ce-id", item.name())
            .header("ce-type", "picket.alert.v1")
            .header("ce-source", &self.source)
            .header("ce-time", item.time())
            .body(text);
        let answer = request.send().await.map_err(|error| {
            // The URL may hold a secret; what went wrong is in the causes.
            let error = error.without_url();
            let mut text = error.to_string();
            let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
            while let Some(found) = cause {
                text = format!("{text}: {found}");
                cause = found.source();
            }
            Refusal::Trouble(if text.contains("certificate") {
                Trouble::Refused(format!("TLS is refused: {text}"))
            } else {
                Trouble::Away(text)
            })
        })?;
        judge(answer.status())
    }
}

enum Refusal {
    /// For what the alert is.
    Poison(String),
    Trouble(Trouble),
}

fn judge(status: StatusCode) -> Result<(), Refusal> {
    let said = format!("the endpoint answers {status}");
    match status.as_u16() {
        200..=299 => Ok(()),
        401 | 403 | 407 => Err(Refusal::Trouble(Trouble::Refused(said))),
        408 | 425 | 429 | 500..=599 => Err(Refusal::Trouble(Trouble::Away(said))),
        300..=399 | 404 | 405 | 410 => Err(Refusal::Trouble(Trouble::Failing(said))),
        _ => Err(Refusal::Poison(said)),
    }
}
