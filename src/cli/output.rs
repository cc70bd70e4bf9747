//! Where results are written: files made anew, or the standard streams.

use std::{
    fs::{OpenOptions, Permissions},
    io::{self, BufWriter, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use anyhow::Context;

use super::Failure;

/// Opens an output: `-` is stdout, anything else a file that is truncated and readable by its owner
/// only, for it may name people.
pub(super) fn open(path: &Path) -> Result<Box<dyn Write>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufWriter::new(io::stdout())));
    }
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let file = file
        .with_context(|| {
            format!("{}: cannot be written; name a file in a directory that exists", path.display())
        })
        .map_err(Failure::Failed)?;
    // A file that was there keeps its mode when it is opened; a device keeps it for everybody.
    if file.metadata()?.is_file() {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(Box::new(BufWriter::new(file)))
}

/// Writes a line to stderr; when that is gone too, there is nobody to tell.
pub(super) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Writes an error to stderr, each of its lines marked. A cause that the error quotes is not said
/// again.
pub(super) fn complain(error: &anyhow::Error) {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    for line in text.lines() {
        say(&format!("picket: {line}"));
    }
}
