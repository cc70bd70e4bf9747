//! `picket ctl`: asks a running sensor something through its control socket.

use std::{
    io::{BufRead, BufReader, Read, Write},
    os::unix::net::UnixStream,
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use serde_json::Value;

use super::{Failure, output, setup};
use crate::{
    config::{outputs::Control, plan::HomeNeed},
    operate::control::protocol::{Hello, LONGEST_LINE, PROTOCOL, Reply, Request},
};

/// Asks a running sensor something, through its control socket.
#[derive(Args, Debug)]
pub(super) struct Ctl {
    #[command(flatten)]
    place: Place,
    /// Prints what was answered as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// Where the sensor answers.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// The control socket. Default: that of `--config`, else /run/picket/control.sock.
    #[arg(long, value_name = "PATH", global = true)]
    socket: Option<PathBuf>,
    /// The configuration the sensor runs with, for its control.socket.
    #[arg(short, long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How the sensor stands: ports, losses, rules, outputs, what it may do.
    Status,
    /// Has it read configuration, rules and lists anew; says why when the new ones are refused.
    Reload,
    /// Lists the rules in force with their alerts so far.
    Rules,
    /// Counters, operations and the senders with most alerts, once (`picket top` goes on).
    Top {
        /// How many senders.
        #[arg(short, long, default_value_t = 10)]
        senders: usize,
    },
    /// Logs as a filter says from now on: error, warn, info, debug, or TARGET=LEVEL,...
    LogLevel {
        /// The filter.
        filter: String,
    },
    /// Does not raise alerts of a rule for a while, or lists and lifts what was suppressed so.
    Suppress(Suppress),
}

#[derive(Args, Debug)]
struct Suppress {
    /// Id or name of the rule. Without one, lists what is suppressed.
    #[arg(requires_all = ["reason", "duration"], conflicts_with = "lift")]
    rule: Option<String>,
    /// Only for attackers whose global title begins so.
    #[arg(long)]
    gt: Option<String>,
    /// Only for attackers of this network.
    #[arg(long)]
    network: Option<String>,
    /// Only about this IMSI or MSISDN.
    #[arg(long)]
    subscriber: Option<String>,
    /// Why; it is logged.
    #[arg(long)]
    reason: Option<String>,
    /// For how long: 90s, 30m, 8h, 7d.
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    duration: Option<u64>,
    /// Ends the suppression of this number.
    #[arg(long, value_name = "NUMBER")]
    lift: Option<u32>,
}

impl Ctl {
    pub(super) fn run(self) -> Result<(), Failure> {
        let request = self.command.request();
        let mut line = self.place.connect()?;
        let result = line.ask(&request)?;
        let text = if self.json { format!("{result:#}\n") } else { told(&request, &result) };
        let mut out = output::open("-".as_ref())?;
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }
}

impl Command {
    fn request(&self) -> Request {
        match self {
            Self::Status => Request::Status,
            Self::Reload => Request::Reload,
            Self::Rules => Request::Rules,
            Self::Top { senders } => Request::Top { senders: *senders },
            Self::LogLevel { filter } => Request::LogLevel { filter: filter.clone() },
            Self::Suppress(Suppress { lift: Some(number), .. }) => {
                Request::Lift { number: *number }
            }
            Self::Suppress(suppress) => match &suppress.rule {
                None => Request::Suppressions,
                Some(rule) => Request::Suppress {
                    rule: rule.clone(),
                    gt: suppress.gt.clone(),
                    network: suppress.network.clone(),
                    subscriber: suppress.subscriber.clone(),
                    reason: suppress.reason.clone().unwrap_or_default(),
                    seconds: suppress.duration.unwrap_or_default(),
                },
            },
        }
    }
}

/// A conversation with a sensor.
pub(super) struct Line {
    stream: BufReader<UnixStream>,
    pub(super) hello: Hello,
}

impl Place {
    /// Connects and reads the greeting.
    pub(super) fn connect(&self) -> Result<Line, Failure> {
        let socket = match (&self.socket, &self.config) {
            (Some(socket), _) => socket.clone(),
            (None, Some(config)) => {
                let plan = setup::plan(Some(config), None, HomeNeed::Optional)?;
                let control = plan.control.ok_or_else(|| {
                    let what = "has no table [control]: this sensor has no control socket";
                    Failure::Wrong(anyhow!("{}: {what}", config.display()))
                })?;
                control.socket
            }
            (None, None) => Control::default().socket,
        };
        let failed = |error: anyhow::Error| Failure::Failed(error);
        let stream = UnixStream::connect(&socket).map_err(|error| {
            failed(anyhow!(
                "{}: {error}; is picket running with [control], and are you root or in control.group?",
                socket.display()
            ))
        })?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut line = Line {
            stream: BufReader::new(stream),
            hello: Hello {
                picket: String::new(),
                protocol: 0,
                sensor: String::new(),
                refused: None,
            },
        };
        line.hello = line.read().with_context(|| socket.display().to_string()).map_err(failed)?;
        if let Some(refused) = &line.hello.refused {
            return Err(failed(anyhow!("{}: {refused}", socket.display())));
        }
        if line.hello.protocol != PROTOCOL {
            let theirs = &line.hello.picket;
            return Err(failed(anyhow!(
                "picket {theirs} runs there, which answers otherwise; use its own picket ctl"
            )));
        }
        Ok(line)
    }
}

impl Line {
    /// Asks, and waits for the answer.
    pub(super) fn ask(&mut self, request: &Request) -> Result<Value, Failure> {
        let reply = self.exchange(request).map_err(Failure::Failed)?;
        match reply {
            Reply { ok: true, result, .. } => Ok(result),
            Reply { error, .. } => Err(Failure::Failed(anyhow!(error.unwrap_or_default()))),
        }
    }

    fn exchange(&mut self, request: &Request) -> anyhow::Result<Reply> {
        let mut text = serde_json::to_vec(request)?;
        text.push(b'\n');
        self.stream.get_mut().write_all(&text).context("the sensor hung up")?;
        self.read()
    }

    fn read<T: serde::de::DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let mut line = String::new();
        let read = (&mut self.stream).take(LONGEST_LINE).read_line(&mut line);
        if read.context("no answer")? == 0 {
            return Err(anyhow!("the sensor hung up"));
        }
        serde_json::from_str(&line).context("what answers there is no picket")
    }
}

/// Reads `90s`, `30m`, `8h` or `7d` as seconds.
fn duration(text: &str) -> Result<u64, String> {
    let wrong = || "write a number and s, m, h or d: 8h".to_owned();
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number = text.strip_suffix(unit).and_then(|number| number.parse::<u64>().ok());
    let number = number.filter(|&number| number > 0).ok_or_else(wrong)?;
    number.checked_mul(seconds).ok_or_else(wrong)
}

/// Says an answer to a person.
fn told(request: &Request, result: &Value) -> String {
    let text = |key: &str| super::top::plain(result.get(key).unwrap_or(&Value::Null));
    match request {
        Request::Reload => {
            format!("read anew: {} rules, {} networks\n", text("rules"), text("networks"))
        }
        Request::LogLevel { .. } => format!("logging: {}\n", text("filter")),
        Request::Suppress { .. } => {
            format!("suppressed until {} (number {})\n", text("until"), text("number"))
        }
        Request::Lift { .. } => format!("lifted: {} (number {})\n", text("rule"), text("number")),
        Request::Status => super::top::lines(result, 0),
        Request::Rules => super::top::rows(result, &["level", "alerts", "off", "name", "title"]),
        Request::Suppressions => {
            super::top::rows(result, &["number", "until", "rule", "gt", "network", "reason"])
        }
        Request::Top { .. } => super::top::page(result, None),
    }
}

/// How long an answer may take: reading rules anew takes a moment.
const PATIENCE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        for (text, want) in [
            ("90s", Some(90)),
            ("30m", Some(1_800)),
            ("8h", Some(28_800)),
            ("7d", Some(604_800)),
            ("8", None),
            ("0h", None),
            ("h", None),
            ("", None),
            ("5w", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(duration(text).ok(), want, "{text:?}");
        }
    }
}
