//! What was learnt, on disk: one file in the directory of the state, replaced as a whole.
//!
//! The file holds the numbers of subscribers in clear, so only its owner may read it. It is written
//! beside the old one and renamed over it: a crash leaves the one or the other, never half of each.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::{
    engine::{Engine, Restored},
    state::keep::KeepError,
};

/// Why learnt state is not used or kept.
#[derive(Debug, thiserror::Error)]
pub enum LearntError {
    /// The file cannot be read or written.
    #[error("{path}: learnt state cannot be {what} ({error}); check the directory and its owner")]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        error: io::Error,
    },
    /// Others may read it, and it holds numbers of subscribers.
    #[error(
        "{path}: learnt state holds numbers of subscribers and can be read by others (mode {mode:o}); chmod 600 it"
    )]
    Open {
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is not taken in.
    #[error("{path}: {error}; move it away to learn anew, or restore it from a backup")]
    Refused {
        /// Which.
        path: PathBuf,
        /// Why.
        error: KeepError,
    },
}

/// Takes in what was learnt before, if anything was.
///
/// # Errors
///
/// Returns an error when there is something and it cannot be used; the engine must then not be.
pub fn load(dir: &Path, engine: &mut Engine) -> Result<Option<Restored>, LearntError> {
    let path = dir.join(FILE);
    let failed = |error| LearntError::File { path: path.clone(), what: "read", error };
    let mode = match fs::metadata(&path) {
        Ok(about) => about.permissions().mode() & 0o777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if mode & 0o077 != 0 {
        return Err(LearntError::Open { path, mode });
    }
    let octets = fs::read(&path).map_err(failed)?;
    match engine.restore(&octets) {
        Ok(restored) => Ok(Some(restored)),
        Err(error) => Err(LearntError::Refused { path, error }),
    }
}

/// Writes a snapshot in place of the one before; makes the directory when it is not there.
///
/// # Errors
///
/// Returns an error when it cannot be written; the one before is then whole.
pub fn store(dir: &Path, snapshot: &[u8]) -> Result<(), LearntError> {
    let (path, new) = (dir.join(FILE), dir.join(NEW));
    let failed = |error| LearntError::File { path: path.clone(), what: "written", error };
    fs::create_dir_all(dir).map_err(failed)?;
    // One left by a crash may have another mode.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .map_err(failed)?;
    file.write_all(snapshot).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&new, &path).map_err(failed)?;
    fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)
}

/// The name of the file in the directory.
pub const FILE: &str = "learnt.state";
const NEW: &str = "learnt.state.new";
