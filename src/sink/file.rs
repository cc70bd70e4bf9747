//! Alerts as lines in a file, put aside by size or age, opened again when somebody moved it.
//!
//! A batch counts as delivered after `fsync`. A line that a crash cut short is taken away when the
//! file is opened: its alert was not acknowledged and comes again whole. Files put aside are
//! `PATH.1` (the newest) to `PATH.n`; all have mode 0600, for alerts may name people.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    format::Shape,
    outbox::Item,
    outlet::{Taken, Trouble},
};
use crate::config::outputs;

/// A file of alerts.
pub(super) struct FileSink {
    path: PathBuf,
    shape: Shape,
    rotate_bytes: u64,
    rotate_seconds: u64,
    keep: u32,
    open: Option<Open>,
}

struct Open {
    file: File,
    /// Device and inode: the path may come to mean another file.
    identity: (u64, u64),
    size: u64,
    since: SystemTime,
    /// A pipe or a device is neither cut nor put aside.
    regular: bool,
}

impl FileSink {
    pub(super) fn new(config: &outputs::File) -> Self {
        Self {
            path: config.path.clone(),
            shape: config.format.into(),
            rotate_bytes: config.rotate_bytes,
            rotate_seconds: u64::from(config.rotate_hours) * 3600,
            keep: config.keep,
            open: None,
        }
    }

    /// Appends a batch and waits until it is on disk; a batch too long for one file is parted.
    pub(super) fn deliver(&mut self, items: &[Item]) -> Taken {
        let mut taken = Taken::default();
        let written = tokio::task::block_in_place(|| self.append_all(items, &mut taken));
        if let Err(error) = written {
            self.open = None;
            let text = format!("{}: {error}", self.path.display());
            taken.parked.retain(|(seq, _)| Some(*seq) <= taken.up_to);
            taken.trouble = Some(match error.kind() {
                io::ErrorKind::PermissionDenied => Trouble::Refused(text),
                _ => Trouble::Failing(text),
            });
        }
        taken
    }

    /// Lets go of the file; the next batch opens the path anew.
    pub(super) fn reopen(&mut self) {
        self.open = None;
    }

    fn append_all(&mut self, items: &[Item], taken: &mut Taken) -> io::Result<()> {
        self.ready()?;
        let mut lines = String::new();
        let mut up_to = None;
        for item in items {
            match self.shape.text(item) {
                Ok(text) => {
                    let more = lines.len() + text.len() + 1;
                    if !lines.is_empty() && self.is_full(more) {
                        self.append(&lines)?;
                        taken.up_to = up_to;
                        lines.clear();
                    }
                    lines.push_str(&text);
                    lines.push('\n');
                }
                Err(reason) => taken.parked.push((item.seq, reason)),
            }
            up_to = Some(item.seq);
        }
        self.append(&lines)?;
        taken.up_to = up_to;
        Ok(())
    }

    /// The file that is at the path now.
    fn ready(&mut self) -> io::Result<&mut Open> {
        if self.open.as_ref().is_some_and(|open| open.moved(&self.path)) {
            self.open = None;
        }
        Ok(match &mut self.open {
            Some(open) => open,
            none => none.insert(Open::at(&self.path)?),
        })
    }

    fn append(&mut self, text: &str) -> io::Result<()> {
        let begun = self.open.as_ref().is_some_and(|open| open.size > 0);
        if begun && (self.is_full(text.len()) || self.is_old()) {
            self.open = None;
            put_aside(&self.path, self.keep)?;
        }
        let open = self.ready()?;
        let before = open.size;
        let written = open.file.write_all(text.as_bytes()).and_then(|()| match open.regular {
            true => open.file.sync_data(),
            false => open.file.flush(),
        });
        if let Err(error) = written {
            // Half a batch on a full disk: away with it, it comes again whole.
            if open.regular {
                let _ = open.file.set_len(before);
            }
            return Err(error);
        }
        open.size += u64::try_from(text.len()).unwrap_or_default();
        Ok(())
    }

    /// Returns whether so many octets more would make the file too long.
    fn is_full(&self, more: usize) -> bool {
        let more = u64::try_from(more).unwrap_or_default();
        self.rotate_bytes > 0
            && self
                .open
                .as_ref()
                .is_some_and(|open| open.regular && open.size + more > self.rotate_bytes)
    }

    fn is_old(&self) -> bool {
        self.rotate_seconds > 0
            && self.open.as_ref().is_some_and(|open| {
                open.regular
                    && open.since.elapsed().is_ok_and(|age| age.as_secs() >= self.rotate_seconds)
            })
    }
}

/// Makes `PATH.1` of a file, `PATH.2` of `PATH.1` and so on; beyond `keep` they go.
pub(crate) fn put_aside(path: &Path, keep: u32) -> io::Result<()> {
    let aside = |number: u32| {
        let mut name = path.to_owned().into_os_string();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    if keep == 0 {
        return fs::remove_file(path);
    }
    for number in (1..keep).rev() {
        match fs::rename(aside(number), aside(number + 1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(path, aside(1))
}

impl Open {
    fn at(path: &Path) -> io::Result<Self> {
        let options = |read: bool| {
            let mut options = OpenOptions::new();
            options.read(read).append(true).create(true).mode(0o600);
            options
        };
        let special = fs::metadata(path).is_ok_and(|found| !found.is_file());
        let mut file = options(!special).open(path)?;
        let metadata = file.metadata()?;
        let regular = metadata.is_file();
        let size = if regular { cut_torn_line(&mut file, metadata.len())? } else { 0 };
        let since = metadata.created().or_else(|_| metadata.modified())?;
        Ok(Self { file, identity: (metadata.dev(), metadata.ino()), size, since, regular })
    }

    fn moved(&self, path: &Path) -> bool {
        self.regular
            && fs::metadata(path).map_or(true, |found| (found.dev(), found.ino()) != self.identity)
    }
}

/// Cuts what stands behind the last end of a line; returns the length that is left.
fn cut_torn_line(file: &mut File, length: u64) -> io::Result<u64> {
    let mut end = length;
    let mut block = vec![0; BLOCK];
    while end > 0 {
        let start = end.saturating_sub(u64::try_from(BLOCK).unwrap_or_default());
        let take = usize::try_from(end - start).unwrap_or(BLOCK);
        let part = block.get_mut(..take).unwrap_or_default();
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(at) = part.iter().rposition(|octet| *octet == b'\n') {
            end = start + u64::try_from(at).unwrap_or_default() + 1;
            break;
        }
        end = start;
    }
    if end < length {
        file.set_len(end)?;
    }
    Ok(end)
}

const BLOCK: usize = 64 * 1024;
