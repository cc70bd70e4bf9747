//! `picket rules coverage`: which operations and kinds of abuse the rules look at.

use std::{io::Write, path::PathBuf};

use clap::Args;

use super::{Failure, output, setup};
use crate::{
    catalogue::{self, navigator, page},
    config::plan::HomeNeed,
};

/// Says which operations and kinds of abuse the rules look at.
#[derive(Args, Debug)]
pub(in crate::cli) struct Coverage {
    /// The configuration file (picket.toml): its rules are added, those it turns off left out.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A further directory or file of rules; may be given again.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// As JSON.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// As a Markdown page (docs/detection.md).
    #[arg(long)]
    markdown: bool,
    /// Also writes a layer of MITRE ATT&CK Navigator to this file; - is stdout, and nothing else.
    #[arg(long, value_name = "FILE")]
    navigator: Option<PathBuf>,
}

impl Coverage {
    pub(super) fn run(self) -> Result<(), Failure> {
        let plan = setup::plan(self.config.as_deref(), None, HomeNeed::Optional)?;
        let rules = setup::rules(&plan, &setup::names(&plan), &self.rules, false)?;
        let coverage = catalogue::Coverage::of(&rules);
        if let Some(path) = &self.navigator {
            let mut out = output::open(path)?;
            writeln!(out, "{:#}", navigator::layer(&coverage))?;
            out.flush()?;
            if super::is_dash(&self.navigator) {
                return Ok(());
            }
        }
        let text = if self.json {
            let value = serde_json::to_string_pretty(&coverage)
                .map_err(|error| Failure::Failed(error.into()))?;
            value + "\n"
        } else if self.markdown {
            page::markdown(&coverage)
        } else {
            page::text(&coverage)
        };
        let mut out = output::open("-".as_ref())?;
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }
}
