//! The key of the pseudonyms: a file of its own, readable by its owner only.

use std::{
    fs, io,
    io::{Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::config::Plan;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error(
        "{path}: the key of the pseudonyms cannot be {what} ({error}); name another with privacy.key_file"
    )]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        error: io::Error,
    },
    /// Others may read it.
    #[error(
        "{path}: the key of the pseudonyms can be read by others (mode {mode:o}); chmod 600 it, and change it if they did"
    )]
    Open {
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is too short to keep anything secret.
    #[error(
        "{path}: a key of {length} octets is too short; 32 random octets are right (head -c 32 /dev/urandom)"
    )]
    Short {
        /// Which.
        path: PathBuf,
        /// Its length.
        length: usize,
    },
    /// There is nowhere to keep it.
    #[error(
        "pseudonyms need a key; name a file with privacy.key_file, or a directory to keep one in with state.dir"
    )]
    Nowhere,
}

/// Returns the key of the pseudonyms; makes one where the plan keeps state and there is none.
///
/// # Errors
///
/// Returns an error when the file cannot be read or made, is open to others or too short.
pub fn subscriber(plan: &Plan) -> Result<Vec<u8>, KeyError> {
    if let Some(path) = &plan.key_file {
        return read(path);
    }
    let path = plan.state_dir.as_ref().ok_or(KeyError::Nowhere)?.join("subscriber.key");
    if path.exists() { read(&path) } else { make(&path) }
}

fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    let failed = |error| KeyError::File { path: path.to_owned(), what: "read", error };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Open { path: path.to_owned(), mode });
    }
    let key = fs::read(path).map_err(failed)?;
    if key.len() < SHORTEST {
        return Err(KeyError::Short { path: path.to_owned(), length: key.len() });
    }
    Ok(key)
}

fn make(path: &Path) -> Result<Vec<u8>, KeyError> {
    let failed = |error| KeyError::File { path: path.to_owned(), what: "made", error };
    let mut key = vec![0; LENGTH];
    fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut key))
        .map_err(failed)?;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(&key).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(key)
}

const LENGTH: usize = 32;
const SHORTEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_guarded() {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan { state_dir: Some(dir.path().to_owned()), ..Plan::default() };
        let key = subscriber(&plan).unwrap();
        assert_eq!(key.len(), LENGTH);
        assert_eq!(subscriber(&plan).unwrap(), key);
        let path = dir.path().join("subscriber.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(subscriber(&plan), Err(KeyError::Open { mode: 0o644, .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, b"short").unwrap();
        assert!(matches!(subscriber(&plan), Err(KeyError::Short { length: 5, .. })));
        assert!(matches!(subscriber(&Plan::default()), Err(KeyError::Nowhere)));
    }
}
