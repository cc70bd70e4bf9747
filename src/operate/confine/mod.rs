//! Least privilege: what the program gives up once its capture is open.
//!
//! In this order: it becomes the user it is to run as and keeps no capability but those an interface
//! needs to be opened again ([`rights`]); it may reach the files of its configuration and no others, and
//! connect to the ports of its outputs and no others ([`files`], landlock); and it may not call what a
//! detector has no use for, such as starting a program ([`calls`], seccomp). All of it happens before
//! any other thread of picket starts, which so inherit it. What the kernel cannot do is told, not
//! silently left out.

mod calls;
mod files;
mod rights;

use serde::Serialize;

pub use self::files::Reach;
use self::rights::Keep;
use crate::config::{Backend, Confine, Plan, Timestamps};

/// What is in force.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Report {
    /// The user it runs as, a number.
    pub user: u32,
    /// Capabilities it has.
    pub capabilities: Vec<&'static str>,
    /// Whether programs it might start would get no more rights than it has.
    pub no_new_privileges: bool,
    /// Whether a crash writes no memory to disk, and no other program of this user may look at it.
    pub core_dumps_off: bool,
    /// Files: `enforced`, or why not.
    pub files: String,
    /// Outbound TCP: `enforced`, or why not.
    pub network: String,
    /// System calls that are refused; 0 when none is.
    pub refused_calls: usize,
}

/// Why the program cannot be confined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfineError {
    /// There is no such user.
    #[error("confine.user: there is no user `{0}`; make it with `useradd --system {0}`")]
    NoUser(String),
    /// Only root may become another user.
    #[error("confine.user: only root can become `{0}`; start picket as root, or as that user")]
    NotRoot(String),
    /// The system refused.
    #[error("confine: {what}: {why}; turn it off with confine.{key} = false if this system cannot")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        why: String,
        /// The key that turns it off.
        key: &'static str,
    },
}

/// Gives up what is not needed. `more` are paths that are written to besides those of the plan.
///
/// # Errors
///
/// Returns an error when something that is asked for cannot be done.
pub fn confine(plan: &Plan, reach: Reach) -> Result<Report, ConfineError> {
    let Confine { user, rights, files, calls, .. } = &plan.confine;
    let mut report = Report {
        user: rustix::process::geteuid().as_raw(),
        capabilities: Vec::new(),
        no_new_privileges: false,
        core_dumps_off: false,
        files: OFF.to_owned(),
        network: OFF.to_owned(),
        refused_calls: 0,
    };
    if *rights || user.is_some() {
        let keep = Keep {
            interfaces: plan.capture.backend == Backend::Pcap,
            clock: plan.capture.timestamps == Timestamps::Adapter,
        };
        rights::give_up(user.as_deref(), keep, &mut report)?;
    }
    if *files {
        let (told, network) = files::enclose(&reach.of(plan))?;
        (report.files, report.network) = (told, network);
    }
    if *calls {
        report.refused_calls = calls::refuse()?;
    }
    report.capabilities = rights::held();
    Ok(report)
}

/// Whether this machine has a user.
#[must_use]
pub fn has_user(name: &str) -> bool {
    rights::user(name).is_some()
}

const OFF: &str = "off";
