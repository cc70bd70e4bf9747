//! The verbs of the command line, and what their exit codes mean.
//!
//! 0: it ran. 1: it failed while running, an input is missing or no capture. 2: the usage, the
//! configuration or the rules are wrong. 3: an alert at or above `--fail-on`. Results go to stdout,
//! progress and summaries to stderr when stdout is an output; a closed pipe ends quietly.

mod alerts;
mod check;
mod ctl;
mod deliver;
mod dissect;
mod doubts;
mod evidence;
mod guess;
mod hw;
mod import;
mod input;
mod intel;
mod key;
mod output;
mod person;
mod reference;
mod replay;
mod reveal;
mod rules;
mod run;
mod setup;
mod source;
mod summary;
mod synth;
mod top;

use std::{io, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand, error::ErrorKind};

use crate::engine::alert::Level;

/// A passive detector of SS7 abuse.
#[derive(Debug, Parser)]
#[command(name = "picket", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Replays captures through the detector and tells what was found.
    Replay(replay::Replay),
    /// Makes keys for pseudonyms and sealed identities.
    Key(key::Key),
    /// Opens the sealed identity of an alert: who was tracked.
    Reveal(reveal::Reveal),
    /// Forgets a person: deletes every kept alert that shows them.
    Erase(reveal::Erase),
    /// Listens to live traffic until SIGTERM.
    Run(run::Run),
    /// Asks a running sensor something, through its control socket.
    Ctl(ctl::Ctl),
    /// Shows what a running sensor sees, live.
    Top(top::Top),
    /// Prints what is in a capture, message by message, without rules.
    Dissect(dissect::Dissect),
    /// Answers from the alerts that are kept.
    #[command(subcommand)]
    Alerts(alerts::Alerts),
    /// Checks the configuration and the rules; starts nothing.
    Check(check::Check),
    /// Lists, tries and explains the rules; makes new ones.
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Reads what others write (IR.21) into files of the configuration.
    #[command(subcommand)]
    Import(import::Import),
    /// Looks at the machine: what DPDK needs and it lacks.
    #[command(subcommand)]
    Hw(hw::Hw),
    /// Lists of global titles somebody warned of: checked, and to and from MISP.
    #[command(subcommand)]
    Intel(intel::Intel),
    /// Writes a capture of fictional networks and attacks.
    Synth(synth::Synth),
    /// Prints the fields that rules and events have.
    Fields(reference::Fields),
    /// Prints the oddities that are noted, with clause and level.
    Notes(reference::Format),
    /// Prints the metrics that `picket run` serves, with kind and meaning.
    Metrics(reference::Format),
    /// Prints the JSON schema of alerts, events or the configuration.
    Schema(reference::Schema),
    /// Prints a completion script.
    Completions(reference::Completions),
    /// Writes the man pages, one a verb.
    Man(reference::Man),
}

/// Why a verb ended.
#[derive(Debug)]
enum Failure {
    /// Usage, configuration or rules: exit code 2.
    Wrong(anyhow::Error),
    /// While running: exit code 1.
    Failed(anyhow::Error),
    /// An alert at or above `--fail-on`: exit code 3.
    Alerted,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let _ = error.print();
            return ExitCode::from(if asked { 0 } else { 2 });
        }
    };
    let ended = match arguments.verb {
        Verb::Replay(replay) => replay.run(),
        Verb::Run(run) => run.run(),
        Verb::Ctl(ctl) => ctl.run(),
        Verb::Top(top) => top.run(),
        Verb::Dissect(dissect) => dissect.run(),
        Verb::Alerts(alerts) => alerts.run(),
        Verb::Check(check) => check.run(),
        Verb::Rules(rules) => rules.run(),
        Verb::Import(import) => import.run(),
        Verb::Hw(hw) => hw.run(),
        Verb::Intel(intel) => intel.run(),
        Verb::Synth(synth) => synth.run(),
        Verb::Key(key) => key.run(),
        Verb::Reveal(reveal) => reveal.run(),
        Verb::Erase(erase) => erase.run(),
        Verb::Fields(fields) => fields.run(),
        Verb::Notes(format) => format.notes(),
        Verb::Metrics(format) => format.metrics(),
        Verb::Schema(schema) => schema.run(),
        Verb::Completions(completions) => completions.run(),
        Verb::Man(man) => man.run(),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Alerted) => ExitCode::from(3),
        Err(Failure::Wrong(error)) => {
            output::complain(&error);
            ExitCode::from(2)
        }
        Err(Failure::Failed(error)) if closed_pipe(&error) => ExitCode::SUCCESS,
        Err(Failure::Failed(error)) => {
            output::complain(&error);
            ExitCode::from(1)
        }
    }
}

/// Whether the reader of the output went away, which is its right.
fn closed_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken))
}

/// Returns the command line as clap knows it, for completions.
fn command() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}

fn level(text: &str) -> Result<Level, String> {
    Level::parse(text).ok_or_else(|| {
        let names: Vec<_> = Level::ALL.iter().map(|level| level.name()).collect();
        format!("one of {}", names.join(", "))
    })
}

/// A path, or `-`.
fn is_dash(path: &Option<PathBuf>) -> bool {
    path.as_deref().is_some_and(|path| path.as_os_str() == "-")
}
