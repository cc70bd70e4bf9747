//! `picket check`: the configuration and the rules, nothing started.

use std::{io::Write, path::PathBuf};

use anyhow::anyhow;
use clap::Args;

use super::{Failure, doubts, output, setup};
use crate::{cases, config::plan::HomeNeed};

/// Checks the configuration and the rules; starts nothing.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// The configuration file (picket.toml); docs/configuration.md has every key.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A further directory or file of rules; may be given again.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

impl Check {
    pub(super) fn run(self) -> Result<(), Failure> {
        let need = if self.config.is_some() { HomeNeed::Required } else { HomeNeed::Optional };
        let plan = setup::plan(self.config.as_deref(), None, need)?;
        let names = setup::names(&plan);
        let rules = setup::rules(&plan, &names, &self.rules, false)?;
        for info in rules.set.as_ref().map(|set| set.rules()).unwrap_or_default() {
            if let Err(error) = cases::of(info) {
                output::say(&format!("picket: warning: {error} [unknown_case]"));
            }
        }
        crate::sink::delivery::check(&plan).map_err(|error| Failure::Wrong(anyhow!(error)))?;
        let faults = doubts::faults(&plan);
        if !faults.is_empty() {
            return Err(Failure::Wrong(anyhow!(faults.join("\n"))));
        }
        for lack in doubts::lacks(&plan) {
            output::say(&format!("picket: warning: a run would not start on this machine: {lack}"));
        }
        let mut out = output::open("-".as_ref())?;
        if let Some(config) = &self.config {
            writeln!(
                out,
                "{}: home and {} other networks, {} links, {} suppressions, {} lists: good",
                config.display(),
                plan.networks.all().len().saturating_sub(1),
                plan.links.len(),
                plan.suppressions.len(),
                plan.lists.len(),
            )?;
        }
        let off = rules.disabled.iter().filter(|&&off| off).count();
        writeln!(
            out,
            "{} rules: good{}",
            rules.about.len(),
            if off > 0 { format!(", {off} of them off") } else { String::new() }
        )?;
        out.flush()?;
        Ok(())
    }
}
