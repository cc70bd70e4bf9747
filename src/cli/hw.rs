//! `picket hw`: what this machine has of what capture needs.

use std::{io::Write, path::PathBuf};

use anyhow::anyhow;
use clap::{Args, Subcommand};
use picket_hw::machine::{self, State};

use super::{Failure, output};

/// Looks at the machine.
#[derive(Debug, Subcommand)]
pub(super) enum Hw {
    /// Says what this machine lacks for DPDK, and what to do about it; changes nothing.
    Check(Check),
}

/// What is looked at.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// Looks at the machine whose files are below this directory.
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
}

impl Hw {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Check(check) = self;
        let found = machine::look(&check.root, cfg!(feature = "dpdk"));
        let mut out = output::open("-".as_ref())?;
        for finding in &found {
            writeln!(out, "{:8} {}: {}", finding.state, finding.topic, finding.what)?;
            if let Some(remedy) = &finding.remedy {
                writeln!(out, "         {remedy}")?;
            }
        }
        out.flush()?;
        match found.iter().filter(|finding| finding.state == State::Missing).count() {
            0 => Ok(()),
            missing => Err(Failure::Failed(anyhow!("{missing} things are missing for DPDK"))),
        }
    }
}
