//! Where results are written: files made anew, or the standard streams.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, BufWriter, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};

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

/// Writes a whole file in place of what was there, so that who reads it sees one or the other.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let named = path.file_name().filter(|_| path.metadata().is_ok_and(|found| found.is_file()));
    let Some(name) = named else {
        let mut out = open(path)?;
        out.write_all(text.as_bytes())?;
        return Ok(out.flush()?);
    };
    let mut beside = name.to_owned();
    beside.push(".new");
    let beside = path.with_file_name(beside);
    let mut out = open(&beside)?;
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(fs::rename(&beside, path)?)
}

/// Refuses to write over what is read, and to write two things to one file. What is named comes with
/// the option that names it.
pub(super) fn apart(
    read: &[(&str, &Path)],
    written: &[(&str, Option<&PathBuf>)],
) -> Result<(), Failure> {
    let mut known = Vec::new();
    for (what, path) in read {
        if path.is_dir() {
            let entries = fs::read_dir(path).into_iter().flatten().flatten();
            let captures = entries.map(|entry| entry.path()).filter(|path| is_capture(path));
            known.extend(captures.filter_map(|path| Some((*what, place(&path)?))));
        } else {
            known.extend(place(path).map(|place| (*what, place)));
        }
    }
    for (what, path) in written {
        let Some((path, place)) = path.and_then(|path| Some((path, place(path)?))) else {
            continue;
        };
        if let Some((other, _)) = known.iter().find(|(_, known)| *known == place) {
            return Err(Failure::Wrong(anyhow!(
                "{}: is {other} and {what} at once; name another file",
                path.display()
            )));
        }
        known.push((what, place));
    }
    Ok(())
}

/// Whether a file of a directory of captures is one by its name.
fn is_capture(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase().contains("cap"))
}

/// Returns where a file is or would be; `None` for streams and devices, which take anything.
fn place(path: &Path) -> Option<PathBuf> {
    if path.as_os_str() == "-" || path.metadata().is_ok_and(|found| !found.is_file()) {
        return None;
    }
    path.canonicalize().ok().or_else(|| {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        Some(dir.unwrap_or_else(|| Path::new(".")).canonicalize().ok()?.join(path.file_name()?))
    })
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
