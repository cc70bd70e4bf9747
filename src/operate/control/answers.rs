//! What each command of the control socket does.

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::protocol::Request;
use crate::{
    config::plan::{SubscriberMatch, Suppression},
    event::{
        fields::{Named, Names},
        json::rfc3339,
    },
    operate::Desk,
    runtime::{
        helm::{Answer, Wish},
        lane::{self, Top},
    },
    sink::statistics,
};

/// Whether a command changes something, and so is logged.
pub(super) const fn changes_something(request: &Request) -> bool {
    // A suppression is logged where it is put in force, without the number of its subscriber.
    matches!(request, Request::Reload | Request::LogLevel { .. } | Request::Lift { .. })
}

pub(super) async fn answer(desk: &Desk, request: Request) -> Result<Value, String> {
    let board = desk.board();
    match request {
        Request::Status => Ok(status(desk)),
        Request::Reload => {
            let reloaded = wish(desk, |answer| Wish::Reload(Some(answer))).await?;
            Ok(json!({ "rules": reloaded.rules, "networks": reloaded.networks }))
        }
        Request::Rules => rules(desk),
        Request::Top { senders } => {
            let top = wish(desk, |answer| Wish::Top(senders.min(MOST_SENDERS), answer)).await?;
            Ok(standing(desk, &top))
        }
        Request::LogLevel { filter } => desk.log_as(&filter).map(|()| json!({ "filter": filter })),
        Request::Suppress { rule, gt, network, subscriber, reason, seconds } => {
            let digits = |text: String| {
                let read = Digits::parse(&text).filter(|d| d.is_decimal() && !d.is_empty());
                read.ok_or_else(|| format!("{text:?} is no number; write digits only"))
            };
            if reason.trim().is_empty() {
                return Err("a suppression needs a reason".to_owned());
            }
            if seconds == 0 || seconds > LONGEST {
                return Err("it lasts a second at least and 366 days at most".to_owned());
            }
            let setting = board.setting().ok_or(NOT_YET)?;
            let network = network.map(|name| {
                let id = setting.plan.networks.by_name(&name);
                id.ok_or_else(|| format!("`{name}` is no configured network"))
            });
            let until = lane::clock().saturating_add(seconds.saturating_mul(1_000_000_000));
            let suppression = Suppression {
                rule,
                gt: gt.map(digits).transpose()?,
                network: network.transpose()?,
                subscriber: subscriber.map(digits).transpose()?.map(SubscriberMatch::Number),
                reason,
                until: until.nanos(),
            };
            let number = wish(desk, |answer| Wish::Suppress(suppression, answer)).await?;
            Ok(json!({ "number": number, "until": time(until) }))
        }
        Request::Lift { number } => {
            let lifted = wish(desk, |answer| Wish::Lift(number, answer)).await?;
            Ok(json!({ "number": number, "rule": lifted.rule }))
        }
        Request::Suppressions => {
            let setting = board.setting().ok_or(NOT_YET)?;
            let rows = board.suppressions();
            Ok(rows.iter().map(|(number, row)| suppression(*number, row, &setting.names)).collect())
        }
    }
}

/// Asks the thread that steers, and waits for its answer.
async fn wish<T: Send + 'static>(
    desk: &Desk,
    wish: impl FnOnce(Answer<T>) -> Wish,
) -> Result<T, String> {
    let (reply, answer) = oneshot::channel();
    desk.board().ask(wish(Box::new(move |result| {
        let _ = reply.send(result);
    })));
    answer.await.unwrap_or_else(|_| Err("the run is ending".to_owned()))
}

fn status(desk: &Desk) -> Value {
    let (board, published) = (desk.board(), desk.board().published());
    let setting = board.setting();
    let reloads = board.reloads();
    let process = crate::operate::metrics::Process::read();
    let ports = published.ports.iter().map(|port| {
        json!({
            "name": port.name,
            "up": port.up,
            "frames": port.frames,
            "dropped": port.dropped,
            "missed": port.missed,
            "reopened": port.reopened,
            "trouble": port.trouble,
        })
    });
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "sensor": desk.sensor(),
        "pid": std::process::id(),
        "started": process.started,
        "resident_bytes": process.resident,
        "healthy": desk.health().err().map_or(Value::Bool(true), Value::String),
        "ready": desk.readiness().err().map_or(Value::Bool(true), Value::String),
        "time": time(published.now),
        "learning_until": published.learning_until.map(time),
        "frames": published.stats.frames,
        "alerts": published.stats.alerts.iter().map(|(_, _, count)| count).sum::<u64>(),
        "suppressed": published.stats.suppressed,
        "lost_alerts": published.outlet.dropped,
        "ports": ports.collect::<Vec<_>>(),
        "rules": setting.as_ref().map(|setting| setting.rules.about.len()),
        "networks": setting.as_ref().map(|setting| setting.plan.networks.all().len()),
        "suppressions": board.suppressions().len(),
        "reloads": {
            "good": reloads.good,
            "refused": reloads.refused,
            "last": time(reloads.last),
            "error": reloads.error,
        },
        "delivery": desk.delivery(),
        "confinement": desk.confinement(),
    })
}

fn rules(desk: &Desk) -> Result<Value, String> {
    let setting = desk.board().setting().ok_or(NOT_YET)?;
    let published = desk.board().published();
    let row = |(about, disabled): (&std::sync::Arc<crate::engine::alert::Rule>, &bool)| {
        let named = |name: &str| name == about.name || name == about.id;
        let alerts: u64 = published
            .stats
            .alerts
            .iter()
            .filter(|(_, rule, _)| named(rule))
            .map(|(_, _, count)| count)
            .sum();
        json!({
            "name": about.name,
            "id": about.id,
            "level": about.level.name(),
            "title": about.title,
            "off": disabled,
            "alerts": alerts,
        })
    };
    Ok(setting.rules.about.iter().zip(&setting.rules.disabled).map(row).collect())
}

/// What `picket top` shows, at one moment.
fn standing(desk: &Desk, top: &Top) -> Value {
    let published = desk.board().published();
    let setting = desk.board().setting();
    let names = setting.as_ref().map(|setting| &setting.names);
    let senders = top.senders.iter().map(|(gt, sender)| {
        let place = &sender.place;
        let network = place.network.and_then(|id| names?.get(Named::Network, id.0.into()));
        // An address can be a subscriber's own number.
        let gt =
            if place.subscriber { format!("{}*", gt.first(gt.len() / 2)) } else { gt.to_string() };
        json!({
            "gt": gt,
            "network": network,
            "country": place.country.map(|country| country.to_string()),
            "messages": sender.messages,
            "alerts": sender.alerts,
        })
    });
    let mut stats = statistics::object(&published.stats, desk.sensor(), published.now);
    if let Some(stats) = stats.as_object_mut() {
        stats.insert("senders".to_owned(), senders.collect());
        let lost = |port: &picket_hw::live::Port| port.dropped.saturating_add(port.missed);
        let dropped: u64 = published.ports.iter().map(lost).sum();
        stats.insert("dropped".to_owned(), dropped.into());
        stats.insert("late".to_owned(), published.lane.late.into());
        stats.insert("sequence".to_owned(), published.sequence.into());
        stats.insert("ports".to_owned(), published.ports.len().into());
        let up = published.ports.iter().filter(|port| port.up).count();
        stats.insert("ports_up".to_owned(), up.into());
    }
    stats
}

fn suppression(number: u32, row: &Suppression, names: &Names) -> Value {
    json!({
        "number": number,
        "rule": row.rule,
        "gt": row.gt.map(|gt| gt.to_string()),
        "network": row.network.and_then(|id| names.get(Named::Network, id.0.into())),
        "subscriber": row.subscriber.is_some(),
        "reason": row.reason,
        "until": time(Timestamp::from_nanos(row.until)),
    })
}

fn time(at: Timestamp) -> String {
    let mut text = String::new();
    rfc3339(at, &mut text);
    text
}

const NOT_YET: &str = "the run has not begun yet";
/// Senders that are told at most.
const MOST_SENDERS: usize = 1_000;
/// Seconds of a year.
const LONGEST: u64 = 366 * 86_400;
