//! Captures to read: opening them, showing progress, driving an engine.

use std::{
    io::{IsTerminal, stderr},
    path::PathBuf,
};

use anyhow::anyhow;
use indicatif::{ProgressBar, ProgressStyle};
use picket_hw::{Capture, Frame, Polled, file::FileCapture};

use super::{Failure, evidence::Evidence, output::say};
use crate::{
    engine::{Engine, Judge, Output},
    event::fields::Names,
    runtime::ahead::{self, Burst},
    state::trail::Trail,
};

/// An opened input.
pub(super) struct Input {
    capture: FileCapture,
    bar: ProgressBar,
    threads: u16,
}

impl Input {
    /// Opens files, directories or `-`.
    pub(super) fn open(paths: &[PathBuf], quiet: bool) -> Result<Self, Failure> {
        let capture = FileCapture::open(paths, FileCapture::BURST)
            .map_err(|error| Failure::Failed(anyhow!(error)))?;
        let total = capture.progress().total;
        let bar = match total {
            _ if quiet || !stderr().is_terminal() => ProgressBar::hidden(),
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let style =
            "{bar:30} {percent}% {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Ok(Self { capture, bar, threads: 1 })
    }

    /// Reads on a thread of its own, when more than one may be used.
    pub(super) fn with_threads(self, threads: u16) -> Self {
        Self { threads, ..self }
    }

    /// Feeds everything to an engine and hands out what comes of it. The file names in `names` are
    /// filled in as they become known.
    pub(super) fn drive(
        &mut self,
        engine: &mut Engine,
        names: &mut Names,
        mut evidence: Option<&mut Evidence>,
        mut out: impl FnMut(&Output, &Names) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        name_files(&self.capture, names);
        if self.threads > 1 {
            self.drive_ahead(engine, names, &mut evidence, &mut out)?;
        } else {
            self.drive_here(engine, names, &mut evidence, &mut out)?;
        }
        name_files(&self.capture, names);
        if let Some(end) = self.capture.end_time() {
            engine.advance(end);
        }
        engine.finish();
        let (witness, judge) = engine.halves();
        hand_out(witness.trails(), judge, names, &mut evidence, &mut out)?;
        self.bar.finish_and_clear();
        Ok(())
    }

    fn drive_here(
        &mut self,
        engine: &mut Engine,
        names: &mut Names,
        evidence: &mut Option<&mut Evidence>,
        out: &mut impl FnMut(&Output, &Names) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (scout, mut burst) = (engine.scout(), Burst::default());
        let mut polled = Polled::Idle;
        while polled != Polled::End {
            burst.clear();
            polled = self
                .capture
                .poll(&mut |frame| burst.take(&frame, &scout))
                .map_err(|error| Failure::Failed(anyhow!(error)))?;
            burst.feed(engine, |frame| see(evidence, frame))?;
            name_files(&self.capture, names);
            let (witness, judge) = engine.halves();
            hand_out(witness.trails(), judge, names, evidence, out)?;
            self.bar.set_position(self.capture.progress().read);
        }
        Ok(())
    }

    /// As [`Self::drive_here`], with half of the engine on another thread; what comes of it is the same.
    fn drive_ahead(
        &mut self,
        engine: &mut Engine,
        names: &mut Names,
        evidence: &mut Option<&mut Evidence>,
        out: &mut impl FnMut(&Output, &Names) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let bar = &self.bar;
        let read = ahead::side_by_side(&mut self.capture, engine, |capture, burst, judge| {
            burst.frames().try_for_each(|frame| see(evidence, &frame))?;
            name_files(capture, names);
            hand_out(burst.trails(), judge, names, evidence, out)?;
            bar.set_position(capture.progress().read);
            Ok::<(), Failure>(())
        })?;
        read.map_err(|error| Failure::Failed(anyhow!(error)))
    }

    /// Hands out each packet with a page to write on; what was written is given on burst by burst.
    pub(super) fn each(
        &mut self,
        mut packet: impl FnMut(&Frame<'_>, &mut String),
        mut out: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut page = String::new();
        loop {
            let polled = self
                .capture
                .poll(&mut |frame| packet(&frame, &mut page))
                .map_err(|error| Failure::Failed(anyhow!(error)))?;
            out(&page)?;
            page.clear();
            if matches!(polled, Polled::End) {
                return Ok(());
            }
        }
    }

    /// Says what was wrong with the files.
    pub(super) fn tell_faults(&self) {
        for fault in self.capture.faults() {
            say(&format!("picket: {fault}"));
        }
    }
}

/// Adds the names of the files opened since.
fn name_files(capture: &FileCapture, names: &mut Names) {
    while let Some(name) = u16::try_from(names.files.len())
        .ok()
        .and_then(|next| capture.source_name(picket_hw::FileId(next)))
    {
        names.files.push(name.to_owned());
    }
}

/// Shows a frame to what keeps evidence.
fn see(evidence: &mut Option<&mut Evidence>, frame: &Frame<'_>) -> Result<(), Failure> {
    Ok(evidence.as_mut().map_or(Ok(()), |evidence| evidence.see(frame))?)
}

/// Hands out what came of a burst.
fn hand_out(
    trails: impl Iterator<Item = Trail>,
    judge: &mut Judge,
    names: &Names,
    evidence: &mut Option<&mut Evidence>,
    out: &mut impl FnMut(&Output, &Names) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if let Some(evidence) = evidence {
        trails.for_each(|trail| evidence.trail(trail));
    }
    while let Some(output) = judge.poll() {
        if let (Some(evidence), Output::Alert(alert)) = (&mut *evidence, &output) {
            evidence.alert(alert);
        }
        out(&output, names)?;
    }
    Ok(())
}
