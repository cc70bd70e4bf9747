//! Where what is found goes: starting the outputs of a configuration, and `--deliver`.

use std::{
    io::{IsTerminal, stderr},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::anyhow;
use tracing_subscriber::{EnvFilter, filter::LevelFilter, reload};

use super::Failure;
use crate::{
    config::Plan,
    operate::LogAs,
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
    drop(logs(if quiet { "error" } else { "warn" }, false)?);
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
///
/// Returns what sets another filter later.
pub(super) fn logs(filter: &str, json: bool) -> Result<LogAs, Failure> {
    fn parsed(filter: &str) -> Result<EnvFilter, String> {
        let remedy = "write error, warn, info or debug";
        // A bare word that is no level would be taken for the only module that may speak.
        let bare = filter.split(',').map(str::trim).find(|directive| {
            !directive.contains(['=', '[']) && directive.parse::<LevelFilter>().is_err()
        });
        if let Some(bare) = bare {
            return Err(format!("{filter}: `{bare}` is no level; {remedy}"));
        }
        EnvFilter::try_new(filter).map_err(|error| format!("{filter}: {error}; {remedy}"))
    }
    fn setter<S: 'static>(handle: reload::Handle<EnvFilter, S>) -> LogAs {
        Box::new(move |filter| {
            handle.reload(parsed(filter)?).map_err(|error| error.to_string())?;
            tracing::warn!(filter, "logging as told by command");
            Ok(())
        })
    }
    let filter = parsed(filter).map_err(|why| Failure::Wrong(anyhow!("--log {why}")))?;
    let logs = tracing_subscriber::fmt().with_writer(stderr).with_ansi(stderr().is_terminal());
    // The filter comes last: what can be set anew is of the type of all before it.
    let (started, log_as) = if json {
        let logs = logs.json().with_env_filter(filter).with_filter_reloading();
        let log_as = setter(logs.reload_handle());
        (logs.try_init(), log_as)
    } else {
        let logs = logs.with_env_filter(filter).with_filter_reloading();
        let log_as = setter(logs.reload_handle());
        (logs.try_init(), log_as)
    };
    started.map_err(|error| Failure::Failed(anyhow!("logs: {error}")))?;
    Ok(log_as)
}

/// Where state is kept when nobody said.
pub(super) const STATE: &str = "/var/lib/picket";
