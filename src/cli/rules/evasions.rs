//! `picket rules evasions`: what becomes of requests in disguise.

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use super::{Failure, output, setup};
use crate::{
    cases,
    evasions::{Bench, markdown},
};

/// Tells what becomes of requests written so that a filter does not see them, as Markdown.
#[derive(Args, Debug)]
pub(in crate::cli) struct Evasions {
    /// A further directory of rules; may be given again.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

impl Evasions {
    pub(super) fn run(self) -> Result<(), Failure> {
        let plan = cases::plan().map_err(|error| Failure::Failed(error.into()))?;
        let rules = setup::rules(&plan, &setup::names(&plan), &self.rules, true)?;
        let bench = Bench::new(Arc::new(plan), Arc::new(rules));
        let mut out = output::open("-".as_ref())?;
        out.write_all(markdown(&bench).as_bytes())?;
        out.flush()?;
        Ok(())
    }
}
