//! `--evidence`: the frames of every alert's dialogues as pcapng.

use std::{
    io::Write,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use picket_hw::file::FileCapture;

use super::{Failure, output};
use crate::{engine::Engine, sink::evidence::Recorder};

/// Evidence being written.
pub(super) struct Evidence {
    recorder: Recorder<Box<dyn Write>>,
    path: PathBuf,
    /// The inputs, where they can be read again.
    again: Option<Vec<PathBuf>>,
}

impl Evidence {
    /// Begins a file, and has the engine tell which frames belong together.
    pub(super) fn begin(
        path: &Path,
        inputs: &[PathBuf],
        engine: &mut Engine,
    ) -> Result<Self, Failure> {
        let again = inputs.iter().all(|input| input.is_file() || input.is_dir());
        let again = again.then(|| inputs.to_vec());
        let line = if again.is_some() { None } else { Some(LINE) };
        let recorder = Recorder::new(output::open(path)?, LIMIT, line)?;
        engine.keep_trails();
        Ok(Self { recorder, path: path.to_owned(), again })
    }

    /// Writes what is wanted, and says how much that was.
    pub(super) fn finish(mut self, quiet: bool) -> Result<(), Failure> {
        if let Some(inputs) = &self.again {
            let mut capture = FileCapture::open(inputs, FileCapture::BURST)
                .map_err(|error| Failure::Failed(anyhow!(error)))?;
            self.recorder
                .collect(&mut capture)
                .context("reading the input again for evidence")
                .map_err(Failure::Failed)?;
        }
        let counts = self
            .recorder
            .finish()
            .with_context(|| format!("{}: cannot be written", self.path.display()))
            .map_err(Failure::Failed)?;
        if !quiet {
            output::say(&format!(
                "picket: evidence: {} frames, {} octets, in {} (raw frames: subscribers can be read in it)",
                counts.frames,
                counts.octets,
                self.path.display()
            ));
        }
        if counts.over_limit > 0 {
            output::say(&format!(
                "picket: evidence: {} frames left out, the file holds {} MiB at most; replay a shorter capture or fewer rules",
                counts.over_limit,
                LIMIT >> 20
            ));
        }
        if counts.too_late > 0 {
            output::say(&format!(
                "picket: evidence: {} frames had gone by when an alert cited them; give a file in place of a pipe to have them all",
                counts.too_late
            ));
        }
        Ok(())
    }
}

impl Deref for Evidence {
    type Target = Recorder<Box<dyn Write>>;

    fn deref(&self) -> &Self::Target {
        &self.recorder
    }
}

impl DerefMut for Evidence {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.recorder
    }
}

/// Octets of frames in one file of evidence.
const LIMIT: u64 = 1 << 30;
/// Octets that wait where the input cannot be read again.
const LINE: usize = 256 << 20;
