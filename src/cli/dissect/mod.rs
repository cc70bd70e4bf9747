//! `picket dissect`: what is in a capture, or in pasted octets, message by message, without rules.

mod hex;
mod text;
mod tree;
mod upper;
mod walk;

use std::{
    io::{Read as _, Write},
    path::PathBuf,
    sync::Arc,
};

use anyhow::anyhow;
use clap::Args;
use picket_hw::{FileId, Frame, LinkType, PortId, Timestamp};

use super::{Failure, input::Input, output, setup};
use crate::{
    config::{Plan, Subscribers, plan::HomeNeed},
    engine::{Engine, Output, Rules},
    event::{SigEvent, fields::Names, json::Writer},
    sink::redact::Redactor,
};

/// Prints what is in a capture, message by message, without rules.
#[derive(Args, Debug)]
pub(super) struct Dissect {
    /// Captures: files, directories (in order of time), or - for stdin.
    #[arg(required_unless_present = "hex", conflicts_with = "hex")]
    inputs: Vec<PathBuf>,
    /// Octets in hexadecimal in place of a capture, or - for stdin.
    #[arg(long, value_name = "HEX")]
    hex: Option<String>,
    /// What the octets begin with; guessed when not said.
    #[arg(long = "as", value_name = "LAYER", requires = "hex", conflicts_with = "inputs")]
    layer: Option<hex::As>,
    /// The configuration file (picket.toml); docs/configuration.md has every key.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Home prefixes, such as gt:99910,imsi:00101,msisdn:99911; a bare number is all three.
    #[arg(long, value_name = "LIST")]
    home: Option<String>,
    /// One JSON object an event.
    #[arg(long)]
    json: bool,
    /// Every packet with SS7 in it as a tree of its layers.
    #[arg(long, conflicts_with = "json")]
    tree: bool,
    /// The tree with the place of each layer in the packet.
    #[arg(long, conflicts_with = "json")]
    offsets: bool,
    /// The tree with the meaning of each note, and the clause it bends.
    #[arg(long, conflicts_with = "json")]
    clauses: bool,
    /// Only this packet.
    #[arg(long, value_name = "N", conflicts_with = "hex")]
    frame: Option<u64>,
}

/// What writes events.
struct Reading {
    plan: Arc<Plan>,
    names: Names,
    redactor: Redactor,
    engine: Engine,
}

impl Dissect {
    pub(super) fn run(self) -> Result<(), Failure> {
        let plan = Arc::new(setup::plan(
            self.config.as_deref(),
            self.home.as_deref(),
            HomeNeed::Optional,
        )?);
        let reading = Reading {
            names: setup::names(&plan),
            redactor: setup::redactor(&plan, Subscribers::Clear)?,
            engine: Engine::new(Arc::clone(&plan), Arc::new(Rules::none()), setup::options(true)),
            plan,
        };
        match &self.hex {
            Some(text) => self.octets(reading, text),
            None if self.tree || self.offsets || self.clauses => self.packets(reading),
            None => self.events(reading),
        }
    }

    const fn style(&self) -> tree::Style {
        tree::Style { offsets: self.offsets, clauses: self.clauses }
    }

    /// A line or an object an event.
    fn events(&self, reading: Reading) -> Result<(), Failure> {
        let Reading { plan, mut names, redactor, mut engine } = reading;
        let mut input = Input::open(&self.inputs, true)?;
        let mut out = output::open("-".as_ref())?;
        let mut line = String::new();
        let is_subscriber = |digits| plan.networks.gt(digits).subscriber;
        input.drive(&mut engine, &mut names, None, |output, names| {
            let Output::Record(event) = output else { return Ok(()) };
            if self.frame.is_some_and(|frame| frame != event.frame.number) {
                return Ok(());
            }
            let writer = Writer { names, redactor: &redactor, is_subscriber: &is_subscriber };
            line.clear();
            if self.json {
                writer.write(event, &mut line);
            } else {
                text::event(event, &writer, &mut line);
            }
            writeln!(out, "{line}")?;
            Ok(())
        })?;
        out.flush()?;
        input.tell_faults();
        self.was_there(&engine)
    }

    /// Refuses a packet that the captures do not have.
    fn was_there(&self, engine: &Engine) -> Result<(), Failure> {
        let frames = engine.stats().frames;
        match self.frame.filter(|number| !(1..=frames).contains(number)) {
            Some(number) => {
                Err(Failure::Failed(anyhow!("--frame {number}: there are packets 1 to {frames}")))
            }
            None => Ok(()),
        }
    }

    /// A tree a packet.
    fn packets(&self, reading: Reading) -> Result<(), Failure> {
        let Reading { plan, names, redactor, mut engine } = reading;
        let is_subscriber = |digits| plan.networks.gt(digits).subscriber;
        let writer = Writer { names: &names, redactor: &redactor, is_subscriber: &is_subscriber };
        let mut input = Input::open(&self.inputs, true)?;
        let mut out = output::open("-".as_ref())?;
        let mut events = Vec::new();
        input.each(
            |frame, page| {
                engine.ingest(frame);
                take(&mut engine, &mut events);
                // Deadlines that pass before a packet tell of earlier ones.
                events.retain(|event: &SigEvent| event.frame.number == frame.number);
                let wanted = self.frame.is_none_or(|number| number == frame.number);
                if wanted && (self.frame.is_some() || !events.is_empty()) {
                    tree::header(frame, page);
                    let style = (self.style(), &writer);
                    tree::packet(frame, &events, &hex::Wrapping::NONE, style, page);
                    page.push('\n');
                }
            },
            |page| Ok(out.write_all(page.as_bytes())?),
        )?;
        out.flush()?;
        input.tell_faults();
        self.was_there(&engine)
    }

    /// Pasted octets.
    fn octets(&self, reading: Reading, text: &str) -> Result<(), Failure> {
        let mut pasted = String::new();
        let text = if text == "-" {
            std::io::stdin().lock().take(MOST_PASTED).read_to_string(&mut pasted)?;
            &pasted
        } else {
            text
        };
        let wrong = |why: String| Failure::Wrong(anyhow!("--hex: {why}"));
        let octets = hex::parse(text).map_err(wrong)?;
        if octets.len() > MOST_OCTETS {
            return Err(wrong(format!("more than {MOST_OCTETS} octets, which no message has")));
        }
        let Some(layer) = self.layer.or_else(|| hex::guess(&octets)) else {
            return Err(Failure::Failed(anyhow!(
                "nothing here looks like a layer that is read; name it with --as"
            )));
        };
        let wrapping = hex::wrap(&octets, layer);
        let Reading { plan, names, redactor, mut engine } = reading;
        let is_subscriber = |digits| plan.networks.gt(digits).subscriber;
        let writer = Writer { names: &names, redactor: &redactor, is_subscriber: &is_subscriber };
        let (bytes, link) = &wrapping.frame;
        let frame = Frame {
            at: Timestamp::EPOCH,
            bytes,
            wire_len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            port: PortId(0),
            link: LinkType(*link),
            number: 1,
            source: FileId(0),
        };
        let mut events = Vec::new();
        engine.ingest(&frame);
        take(&mut engine, &mut events);
        events.iter_mut().for_each(|event| wrapping.strip(event));
        let mut page = String::new();
        let mut out = output::open("-".as_ref())?;
        let read = if self.json {
            for event in &events {
                writer.write(event, &mut page);
                page.push('\n');
            }
            if events.is_empty() { tree::Read::Nothing } else { tree::Read::Some }
        } else {
            let name = clap::ValueEnum::to_possible_value(&layer);
            page.push_str(&format!(
                "{} octets as {}{}",
                octets.len(),
                name.as_ref().map_or("", |name| name.get_name()),
                if self.layer.is_none() { ", guessed; --as says otherwise" } else { "" }
            ));
            if !wrapping.added.is_empty() {
                page.push_str(&format!(
                    "; wrapped in {} of our own, not shown",
                    wrapping.added.join(" and ")
                ));
            }
            let read = tree::packet(&frame, &events, &wrapping, (self.style(), &writer), &mut page);
            page.push('\n');
            read
        };
        out.write_all(page.as_bytes())?;
        out.flush()?;
        match read {
            tree::Read::Some => Ok(()),
            tree::Read::Nothing => Err(Failure::Failed(anyhow!("nothing could be read"))),
        }
    }
}

fn take(engine: &mut Engine, events: &mut Vec<SigEvent>) {
    events.clear();
    while let Some(output) = engine.poll() {
        if let Output::Record(event) = output {
            events.push(event);
        }
    }
}

/// Octets of text taken from stdin.
const MOST_PASTED: u64 = 4 << 20;
/// The most a frame or a message may have.
const MOST_OCTETS: usize = 65_535;
