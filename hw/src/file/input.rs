//! Which inputs a capture has: files, what directories hold, and streams.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    Open,
    fault::{Fault, What},
};
use crate::{
    capture::CaptureError,
    frame::{FileId, Timestamp},
};

/// One input.
pub(super) struct Input {
    /// As the user gave it.
    pub(super) name: String,
    /// Octets it has; none for a stream.
    pub(super) size: Option<u64>,
    origin: Origin,
}

enum Origin {
    Path(PathBuf),
    StandardInput,
    Stream(Option<Box<dyn Read + Send>>),
}

impl Input {
    /// Makes an input of a stream.
    pub(super) fn stream(name: String, stream: Box<dyn Read + Send>) -> Self {
        Self { name, size: None, origin: Origin::Stream(Some(stream)) }
    }

    /// Opens it for reading from the start.
    ///
    /// # Errors
    ///
    /// Returns an error when it cannot be opened. A stream opens once.
    pub(super) fn open(&mut self) -> Result<Box<dyn Read + Send>, CaptureError> {
        let opened: io::Result<Box<dyn Read + Send>> = match &mut self.origin {
            Origin::Path(path) => File::open(path).map(|file| Box::new(file) as _),
            Origin::StandardInput => Ok(Box::new(io::stdin())),
            Origin::Stream(stream) => Ok(stream.take().unwrap_or_else(|| Box::new(io::empty()))),
        };
        opened.map_err(|error| CaptureError::Open { file: self.shown().to_owned(), error })
    }

    /// Returns what it is called in messages.
    pub(super) fn shown(&self) -> &str {
        if matches!(self.origin, Origin::StandardInput) { "standard input" } else { &self.name }
    }
}

/// Returns the inputs that paths name, in order, and what was passed over in directories.
///
/// Regular files are looked at, so that one that is no capture is told before reading starts.
///
/// # Errors
///
/// Returns an error for a path that cannot be opened or is no capture, for a directory without
/// captures, and when there is nothing or too much to read.
pub(super) fn expand(paths: &[PathBuf]) -> Result<(Vec<Input>, Vec<Fault>), CaptureError> {
    let (mut inputs, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        let name = path.display().to_string();
        if name == "-" {
            inputs.push(Input { name, size: None, origin: Origin::StandardInput });
            continue;
        }
        let about =
            fs::metadata(path).map_err(|error| CaptureError::Open { file: name.clone(), error })?;
        if about.is_dir() {
            inputs.append(&mut directory(path, &mut faults)?);
        } else if about.is_file() {
            let (input, _) = examine(path, about.len())?;
            inputs.push(input);
        } else {
            // A pipe or device can be read only once, so it is not looked at.
            inputs.push(Input { name, size: None, origin: Origin::Path(path.clone()) });
        }
    }
    match inputs.len() {
        0 => Err(CaptureError::NoInput),
        count if count > INPUTS => Err(CaptureError::TooMany { count, limit: INPUTS }),
        _ => Ok((inputs, faults)),
    }
}

/// Returns the captures in a directory and below, by the time of their first packet, then by name.
fn directory(path: &Path, faults: &mut Vec<Fault>) -> Result<Vec<Input>, CaptureError> {
    let mut files = Vec::new();
    walk(path, DEPTH, &mut files)
        .map_err(|error| CaptureError::Open { file: path.display().to_string(), error })?;
    files.sort();
    let count = files.len();
    let mut found = Vec::new();
    for file in files {
        let examined = fs::metadata(&file)
            .map_err(|error| CaptureError::Open { file: file.display().to_string(), error })
            .and_then(|about| examine(&file, about.len()));
        match examined {
            Ok((input, first)) => found.push((first, input)),
            Err(error) => faults.push(Fault {
                file: file.display().to_string(),
                offset: 0,
                packet: 0,
                what: What::PassedOver(error.to_string()),
            }),
        }
    }
    if found.is_empty() {
        let directory = path.display().to_string();
        return Err(CaptureError::NoCaptures { directory, files: count });
    }
    // Stable: by name where the times are the same.
    found.sort_by_key(|&(first, _)| first);
    Ok(found.into_iter().map(|(_, input)| input).collect())
}

/// Collects regular files; links to files are followed, links to directories are not.
fn walk(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let linked = fs::symlink_metadata(&path).is_ok_and(|about| about.is_symlink());
        // A dangling link is told as one that cannot be opened.
        match fs::metadata(&path) {
            Ok(about) if about.is_dir() => {
                let below = depth.checked_sub(1);
                if !linked && below.is_none_or(|depth| walk(&path, depth, files).is_err()) {
                    // Told like a file that cannot be opened.
                    files.push(path);
                }
            }
            // Opening a pipe would wait for its writer.
            Ok(about) if !about.is_file() => {}
            _ => files.push(path),
        }
    }
    Ok(())
}

/// Returns an input for a file, and the time of its first packet.
fn examine(path: &Path, size: u64) -> Result<(Input, Option<Timestamp>), CaptureError> {
    let name = path.display().to_string();
    let mut input = Input { name, size: Some(size), origin: Origin::Path(path.to_owned()) };
    let mut open = Open::new(&mut input, FileId(0))?;
    let first = open.first_time();
    Ok((input, first))
}

const INPUTS: usize = 65_536;
const DEPTH: usize = 16;
