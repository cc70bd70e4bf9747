//! Where what is found goes: starting the outputs of a configuration, and `--deliver`.

use std::{
    io::{IsTerminal, stderr},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::anyhow;

use super::Failure;
use crate::{
    config::Plan,
    sink::{
        delivery::{self, DeliveryError},
        dispatch::{Dispatch, Finished},
    },
};

/// Starts delivery of a plan beside a replay, with its state in a directory that is named on the
/// command line, in the configuration, or the default.
pub(super) fn beside(
    plan: Plan,
    state: Option<&Path>,
    quiet: bool,
) -> Result<(Dispatch, Arc<Plan>), Failure> {
    logs(if quiet { "error" } else { "warn" }, false)?;
    let dir = state.map(Path::to_owned).or_else(|| plan.state_dir.clone());
    let dir = dir.unwrap_or_else(|| PathBuf::from(STATE));
    let plan = Arc::new(Plan { state_dir: Some(dir), ..plan });
    if !delivery::has_outputs(&plan) {
        return Err(Failure::Wrong(anyhow!(
            "--deliver: the configuration names no output; add a table such as [output.kafka] or [output.file]"
        )));
    }
    Ok((start(&plan)?, plan))
}

/// Starts the outputs of a plan.
pub(super) fn start(plan: &Arc<Plan>) -> Result<Dispatch, Failure> {
    Dispatch::start(plan).map_err(|error: DeliveryError| {
        let wrong = error.is_configuration();
        let error = anyhow!(error);
        if wrong { Failure::Wrong(error) } else { Failure::Failed(error) }
    })
}

/// An error when a replay could not deliver everything.
pub(super) fn all_arrived(finished: &Finished) -> Result<(), Failure> {
    let text = finished.explain();
    if text.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(anyhow!(
        text.replace("it was not done in time", "it was not done in time (--deliver-timeout)")
    )))
}

/// Logs to stderr, as lines or as JSON.
pub(super) fn logs(filter: &str, json: bool) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).map_err(|error| {
        Failure::Wrong(anyhow!("--log {filter}: {error}; write error, warn, info or debug"))
    })?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal());
    let started = if json { logs.json().try_init() } else { logs.try_init() };
    started.map_err(|error| Failure::Failed(anyhow!("logs: {error}")))
}

/// Where state is kept when nobody said.
pub(super) const STATE: &str = "/var/lib/picket";
