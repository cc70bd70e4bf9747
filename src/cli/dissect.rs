//! `picket dissect`: what is in a capture, message by message, without rules.

use std::{io::Write, path::PathBuf, sync::Arc};

use clap::Args;

use super::{Failure, input::Input, output, setup};
use crate::{
    config::{Subscribers, plan::HomeNeed},
    engine::{Engine, Output, Rules},
    event::json::Writer,
};

/// Prints what is in a capture, message by message, without rules.
#[derive(Args, Debug)]
pub(super) struct Dissect {
    /// Captures: files, directories (in order of time), or - for stdin.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The configuration.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Home prefixes, such as gt:99910,imsi:00101,msisdn:99911; a bare number is all three.
    #[arg(long, value_name = "LIST")]
    home: Option<String>,
    /// One JSON object an event.
    #[arg(long)]
    json: bool,
    /// Only this packet.
    #[arg(long, value_name = "N")]
    frame: Option<u64>,
}

impl Dissect {
    pub(super) fn run(self) -> Result<(), Failure> {
        let plan = Arc::new(setup::plan(
            self.config.as_deref(),
            self.home.as_deref(),
            HomeNeed::Optional,
        )?);
        let mut names = setup::names(&plan);
        let redactor = setup::redactor(&plan, Subscribers::Clear)?;
        let mut input = Input::open(&self.inputs, true)?;
        let mut out = output::open("-".as_ref())?;
        let mut engine =
            Engine::new(Arc::clone(&plan), Arc::new(Rules::none()), setup::options(true));
        let mut line = String::new();
        let is_subscriber = |digits| plan.networks.gt(digits).subscriber;
        input.drive(&mut engine, &mut names, |output, names| {
            let Output::Record(event) = output else { return Ok(()) };
            if self.frame.is_some_and(|frame| frame != event.frame.number) {
                return Ok(());
            }
            let writer = Writer { names, redactor: &redactor, is_subscriber: &is_subscriber };
            line.clear();
            if self.json {
                writer.write(event, &mut line);
            } else {
                super::text::event(event, &writer, &mut line);
            }
            writeln!(out, "{line}")?;
            Ok(())
        })?;
        out.flush()?;
        input.tell_faults();
        Ok(())
    }
}
