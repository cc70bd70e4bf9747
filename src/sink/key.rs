//! Keys: of the pseudonyms and of what is sealed, each a file of its own, readable by its owner only.

use std::{
    fs, io,
    io::{Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use picket_hw::Timestamp;

use crate::config::Plan;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("{path}: this key cannot be {what} ({error}); name another with privacy.{setting}")]
    File {
        /// Which.
        path: PathBuf,
        /// The setting that names it.
        setting: &'static str,
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        error: io::Error,
    },
    /// Others may read it.
    #[error(
        "{path}: this key can be read by others (mode {mode:o}); chmod 600 it, and change it if they did (picket key new)"
    )]
    Open {
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is too short to keep anything secret.
    #[error("{path}: a key of {length} octets is too short; make one with picket key new")]
    Short {
        /// Which.
        path: PathBuf,
        /// Its length.
        length: usize,
    },
    /// There is nowhere to keep it.
    #[error(
        "a key is needed; name a file with privacy.{setting}, or a directory to keep one in with state.dir"
    )]
    Nowhere {
        /// The setting that names it.
        setting: &'static str,
    },
}

/// Returns the key of the pseudonyms; makes one where the plan keeps state and there is none.
///
/// # Errors
///
/// Returns an error when the file cannot be read or made, is open to others or too short.
pub fn subscriber(plan: &Plan) -> Result<Vec<u8>, KeyError> {
    own(plan.key_file.as_deref(), plan, "key_file", SUBSCRIBER)
}

/// Returns the key of the pseudonyms when there is one; makes none.
///
/// # Errors
///
/// Returns an error when the file cannot be read, is open to others or too short.
pub fn subscriber_if_there(plan: &Plan) -> Result<Option<Vec<u8>>, KeyError> {
    match (&plan.key_file, &plan.state_dir) {
        (None, None) => Ok(None),
        (None, Some(dir)) if !dir.join(SUBSCRIBER).exists() => Ok(None),
        _ => subscriber(plan).map(Some),
    }
}

/// Returns the key that the pseudonyms had before, and until when both are told.
///
/// # Errors
///
/// Returns an error when the file cannot be read, is open to others or too short.
pub fn previous(plan: &Plan) -> Result<Option<(Vec<u8>, Timestamp)>, KeyError> {
    let Some((path, until)) = &plan.previous_key else { return Ok(None) };
    let key = read(path, "previous_key_file")?;
    Ok(Some((key, Timestamp::from_nanos(*until))))
}

/// Returns the key that identities are sealed with; makes one where the plan keeps state and there is
/// none.
///
/// # Errors
///
/// Returns an error when the file cannot be read or made, is open to others or too short.
pub fn seal(plan: &Plan) -> Result<Vec<u8>, KeyError> {
    own(plan.seal_key_file.as_deref(), plan, "seal_key_file", "seal.key")
}

/// Makes a file with a new key: 32 random octets, mode 0600. Never replaces a file.
///
/// # Errors
///
/// Returns an error when there is such a file, or none can be made.
pub fn make(path: &Path) -> Result<Vec<u8>, KeyError> {
    let setting = "key_file";
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    if let Some(dir) = dir.filter(|dir| !dir.is_dir()) {
        let what = format!("there is no directory {}", dir.display());
        let error = io::Error::new(io::ErrorKind::NotFound, what);
        return Err(KeyError::File { path: path.to_owned(), setting, what: "made", error });
    }
    make_for(path, setting)
}

fn own(
    named: Option<&Path>,
    plan: &Plan,
    setting: &'static str,
    name: &str,
) -> Result<Vec<u8>, KeyError> {
    if let Some(path) = named {
        return read(path, setting);
    }
    let path = plan.state_dir.as_ref().ok_or(KeyError::Nowhere { setting })?.join(name);
    if path.exists() { read(&path, setting) } else { make_for(&path, setting) }
}

fn read(path: &Path, setting: &'static str) -> Result<Vec<u8>, KeyError> {
    let failed = |error| KeyError::File { path: path.to_owned(), setting, what: "read", error };
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

/// Returns a key that is forgotten when the program ends, the same until then: pseudonyms of two
/// runs cannot be compared.
///
/// # Errors
///
/// Returns an error when the system gives no randomness.
pub fn of_this_run() -> Result<&'static [u8], KeyError> {
    static KEY: OnceLock<Vec<u8>> = OnceLock::new();
    if KEY.get().is_none() {
        let (path, setting) = (RANDOM.into(), "key_file");
        let key =
            random().map_err(|error| KeyError::File { path, setting, what: "read", error })?;
        // Should another thread have been faster, its key counts.
        let _ = KEY.set(key);
    }
    Ok(KEY.get_or_init(Vec::new))
}

fn random() -> io::Result<Vec<u8>> {
    let mut key = vec![0; LENGTH];
    fs::File::open(RANDOM).and_then(|mut source| source.read_exact(&mut key))?;
    Ok(key)
}

fn make_for(path: &Path, setting: &'static str) -> Result<Vec<u8>, KeyError> {
    let failed = |error| KeyError::File { path: path.to_owned(), setting, what: "made", error };
    let key = random().map_err(failed)?;
    if let Some(directory) = path.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(directory).map_err(failed)?;
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(&key).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(key)
}

const SUBSCRIBER: &str = "subscriber.key";
const RANDOM: &str = "/dev/urandom";
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
        assert!(matches!(
            subscriber(&Plan::default()),
            Err(KeyError::Nowhere { setting: "key_file" })
        ));
        assert_eq!(of_this_run().unwrap().len(), LENGTH);
        assert_eq!(of_this_run().unwrap(), of_this_run().unwrap());
    }

    #[test]
    fn every_key_is_a_file_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let old = dir.path().join("old.key");
        let made = make(&old).unwrap();
        assert!(matches!(make(&old), Err(KeyError::File { what: "made", .. })), "not replaced");
        assert!(
            make(&dir.path().join("typo/new.key")).is_err() && !dir.path().join("typo").exists()
        );
        let plan = Plan {
            state_dir: Some(dir.path().to_owned()),
            previous_key: Some((old, 7)),
            ..Plan::default()
        };
        let (pseudonyms, sealed) = (subscriber(&plan).unwrap(), seal(&plan).unwrap());
        let (before, until) = previous(&plan).unwrap().unwrap();
        assert_eq!((before.as_slice(), until.nanos()), (made.as_slice(), 7));
        assert!(pseudonyms != sealed && before != pseudonyms);
        assert_eq!(seal(&plan).unwrap(), sealed);
        assert_eq!(previous(&Plan::default()).unwrap(), None);
    }
}
