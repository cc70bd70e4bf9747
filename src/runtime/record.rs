//! The recording of a run: what the engine was given, as it was given, and when the run ended.
//!
//! Replaying it gives the alerts of the run. So frames are written in the order the engine took
//! them, with the times it took them at, and ports are described in their order.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, BufWriter},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use picket_hw::{
    Frame, PortId, Timestamp,
    live::Port,
    write::{FrameWriter, PcapngWriter},
};

use crate::event::json::rfc3339;

/// A recording that failed.
#[derive(Debug, thiserror::Error)]
#[error(
    "{path}: the recording failed after {frames} frames: {error}; \
     detection went on; replaying the file will not give the same alerts"
)]
pub struct RecordError {
    path: PathBuf,
    frames: u64,
    #[source]
    error: io::Error,
}

/// Records what passes, until it cannot; detection goes on without it.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    writer: Option<PcapngWriter<BufWriter<File>>>,
    frames: u64,
    error: Option<io::Error>,
}

impl Recorder {
    /// Makes the file anew, readable by its owner only: it holds raw traffic.
    ///
    /// # Errors
    ///
    /// Returns an error when the file cannot be written.
    pub fn create(path: &Path, ports: &[Port]) -> Result<Self, RecordError> {
        let open = || -> io::Result<PcapngWriter<BufWriter<File>>> {
            let mut options = OpenOptions::new();
            let file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
            if file.metadata()?.is_file() {
                file.set_permissions(Permissions::from_mode(0o600))?;
            }
            let application = concat!("picket ", env!("CARGO_PKG_VERSION"));
            let file = BufWriter::with_capacity(BUFFER, file);
            let mut writer = PcapngWriter::new(file, application)?;
            for (number, port) in (0..).zip(ports) {
                writer.describe(PortId(number), port.link, &port.name)?;
            }
            writer.flush()?;
            Ok(writer)
        };
        let failed = |error| RecordError { path: path.to_owned(), frames: 0, error };
        let writer = open().map_err(failed)?;
        Ok(Self { path: path.to_owned(), writer: Some(writer), frames: 0, error: None })
    }

    /// Returns the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a frame. When it was captured at another time than it is taken to be of, a comment
    /// says so.
    pub(super) fn write(&mut self, frame: &Frame<'_>, captured: Timestamp) {
        let Some(writer) = &mut self.writer else { return };
        let written = if captured == frame.at {
            writer.write(frame)
        } else {
            let mut comment = "out of order: captured at ".to_owned();
            rfc3339(captured, &mut comment);
            writer.write_commented(frame, &[&comment])
        };
        match written {
            Ok(()) => self.frames += 1,
            Err(error) => self.fail(error),
        }
    }

    /// Passes on what is buffered, so that little is lost when the program is killed.
    pub(super) fn flush(&mut self) {
        if let Some(Err(error)) = self.writer.as_mut().map(PcapngWriter::flush) {
            self.fail(error);
        }
    }

    /// Writes when the run ended.
    pub(super) fn finish(mut self, end: Timestamp) -> Result<(), RecordError> {
        if let Some(writer) = self.writer.take() {
            let finished = writer.finish(end).and_then(|output| {
                output.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
            });
            // A pipe or a device cannot be synchronised, and need not be.
            self.error = finished.err().filter(|error| error.kind() != io::ErrorKind::InvalidInput);
        }
        match self.error {
            Some(error) => Err(RecordError { path: self.path, frames: self.frames, error }),
            None => Ok(()),
        }
    }

    fn fail(&mut self, error: io::Error) {
        tracing::error!(path = %self.path.display(), %error, frames = self.frames, "recording stopped");
        self.writer = None;
        self.error = Some(error);
    }
}

const BUFFER: usize = 1 << 20;
