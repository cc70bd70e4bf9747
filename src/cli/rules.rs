//! `picket rules`: what rules there are, and whether their cases hold.

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};

use super::{Failure, output, setup};
use crate::config::plan::HomeNeed;

/// Lists and tests the rules.
#[derive(Debug, Subcommand)]
pub(super) enum Rules {
    /// Lists the rules in force.
    List(List),
}

/// Lists the rules in force.
#[derive(Args, Debug)]
pub(super) struct List {
    /// The configuration.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A further directory of rules; may be given again.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

impl Rules {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(),
        }
    }
}

impl List {
    fn run(self) -> Result<(), Failure> {
        let plan = setup::plan(self.config.as_deref(), None, HomeNeed::Optional)?;
        let rules = setup::rules(&plan, &setup::names(&plan), &self.rules, false)?;
        let mut out = output::open("-".as_ref())?;
        for (about, off) in rules.about.iter().zip(&rules.disabled) {
            let off = if *off { "  (off)" } else { "" };
            writeln!(
                out,
                "{:<13} {:<9} {}  {}{off}",
                about.level.name(),
                about.category,
                about.id,
                about.title
            )?;
        }
        out.flush()?;
        Ok(())
    }
}
