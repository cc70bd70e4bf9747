//! `picket synth`: traffic that never was, with the configuration and the truth that go with it.

use std::{io::Write, path::PathBuf, sync::Arc};

use anyhow::anyhow;
use clap::Args;
use picket_hw::{
    FileId, Frame, LinkType, PortId, Timestamp,
    write::{FrameWriter, PcapWriter, Precision},
};

use super::{Failure, output};
use crate::synth::{
    Generator, Model, Options, background, configuration_of,
    evasions::{self, OPERATIONS},
    scenario::Scenario,
    scenarios,
};

/// Writes a capture of fictional networks, attacks included, and says what is in it.
///
/// Without `--scenario` it is benign background with a tracking campaign in it.
#[derive(Args, Debug)]
pub(super) struct Synth {
    /// The capture to write (pcap, nanoseconds, Ethernet); - is stdout.
    #[arg(required_unless_present_any = ["list", "print_model"])]
    out: Option<PathBuf>,
    /// Plays this scenario only; may be given again, also the same.
    #[arg(long, value_name = "NAME")]
    scenario: Vec<String>,
    /// Messages of background. Default: 20000, with scenarios 2000; 0 is none.
    #[arg(long, value_name = "N")]
    messages: Option<u64>,
    /// The same seed gives the same octets.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Writes what really happens, a JSON line each scenario played.
    #[arg(long, value_name = "OUT")]
    truth: Option<PathBuf>,
    /// Writes the configuration of the home network.
    #[arg(long, value_name = "OUT")]
    config: Option<PathBuf>,
    /// What the background is made of, as TOML; an empty file is the whole benign model. Default: a
    /// small world of twelve partners, seen without losses.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Prints the model with its defaults and writes nothing.
    #[arg(long, conflicts_with = "list")]
    print_model: bool,
    /// Lists the scenarios and writes nothing.
    #[arg(long)]
    list: bool,
}

impl Synth {
    pub(super) fn run(self) -> Result<(), Failure> {
        if self.print_model {
            return print_model();
        }
        let Some(out) = self.out.as_deref().filter(|_| !self.list) else {
            return list();
        };
        let read: Vec<_> = self.model.iter().map(|model| ("--model", &**model)).collect();
        let written = [
            ("the capture", self.out.as_ref()),
            ("--truth", self.truth.as_ref()),
            ("--config", self.config.as_ref()),
        ];
        output::apart(&read, &written)?;
        let model = match &self.model {
            Some(path) => Model::load(path).map_err(|error| Failure::Wrong(error.into()))?,
            None => Model::small(),
        };
        let options = self.options()?;
        let mut capture =
            PcapWriter::new(output::open(out)?, LinkType::ETHERNET, Precision::Nanos)?;
        let mut truth = self.truth.as_deref().map(output::open).transpose()?;
        if let Some(path) = &self.config {
            let mut config = output::open(path)?;
            config.write_all(configuration_of(&model).as_bytes())?;
            config.flush()?;
        }
        let mut generator = Generator::of(&options, &Arc::new(model));
        let mut number = 0;
        while let Some(generated) = generator.next() {
            number += 1;
            capture.write(&Frame {
                at: Timestamp::from_nanos(generated.at),
                bytes: &generated.octets,
                wire_len: u32::try_from(generated.octets.len()).unwrap_or(u32::MAX),
                port: PortId(0),
                link: LinkType::ETHERNET,
                number,
                source: FileId(0),
            })?;
            for instance in generator.truths() {
                if let Some(truth) = &mut truth {
                    writeln!(truth, "{}", instance.line())?;
                }
            }
        }
        capture.finish()?.flush()?;
        if let Some(mut truth) = truth {
            truth.flush()?;
        }
        Ok(())
    }

    fn options(&self) -> Result<Options, Failure> {
        let Self { seed, .. } = *self;
        if self.scenario.is_empty() && self.model.is_some() {
            let messages = self.messages.unwrap_or(MESSAGES);
            return Ok(Options { seed, messages, scenarios: Vec::new() });
        }
        if self.scenario.is_empty() {
            let messages = self.messages.unwrap_or(MESSAGES);
            let scenarios = scenarios::campaign(background::duration(messages));
            return Ok(Options { seed, messages, scenarios });
        }
        let messages = self.messages.unwrap_or(MESSAGES_BESIDE);
        let step = if messages == 0 { 60 } else { 600 };
        let scenarios = (0..)
            .zip(&self.scenario)
            .map(|(at, name)| Ok((lead(messages) + at * step, find(name)?)))
            .collect::<Result<_, Failure>>()?;
        Ok(Options { seed, messages, scenarios })
    }
}

/// Seconds of background before the first scenario.
const fn lead(messages: u64) -> u64 {
    if messages == 0 { 0 } else { 300 }
}

fn find(name: &str) -> Result<&'static Scenario, Failure> {
    scenarios::find(name).ok_or_else(|| {
        Failure::Wrong(anyhow!("no scenario is called {name}; `picket synth --list` names them"))
    })
}

fn print_model() -> Result<(), Failure> {
    let mut out = output::open("-".as_ref())?;
    out.write_all(Model::default().written().as_bytes())?;
    out.flush()?;
    Ok(())
}

fn list() -> Result<(), Failure> {
    let mut out = output::open("-".as_ref())?;
    for scenario in scenarios::all() {
        writeln!(out, "{:<6} {:<34} {}", scenario.group.name(), scenario.name, scenario.story)?;
    }
    let operations: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    writeln!(
        out,
        "\nAlso OPERATION.WAY, such as psi.long_tags: a request of one of these operations"
    )?;
    writeln!(out, "  {}", operations.join(" "))?;
    writeln!(out, "written in one of these ways (not all can be)")?;
    for way in evasions::ways() {
        writeln!(out, "{:<8} {:<32} {}", way.row, way.name, way.story)?;
    }
    out.flush()?;
    Ok(())
}

/// Messages of background, with a campaign in it.
const MESSAGES: u64 = 20_000;
/// Messages of background beside scenarios asked for.
const MESSAGES_BESIDE: u64 = 2_000;
