//! Alerts as JSON lines: to a file that is appended to, and to stdout.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::{RunError, Setting, outlet::Outputs};
use crate::{
    engine::Alert,
    sink::{alert::Renderer, redact::Redactor},
};

/// Outputs of JSON lines, each with its own way to show numbers.
#[derive(Default)]
pub struct Lines {
    outputs: Vec<Line>,
}

struct Line {
    path: PathBuf,
    redactor: Redactor,
    writer: Writer,
}

enum Writer {
    File(BufWriter<File>),
    Stdout(BufWriter<io::Stdout>),
}

impl Lines {
    /// Adds a file, which is appended to and readable by its owner only.
    ///
    /// # Errors
    ///
    /// Returns an error when it cannot be opened.
    pub fn file(&mut self, path: PathBuf, redactor: Redactor) -> Result<(), RunError> {
        let writer = Writer::File(append(&path)?);
        self.outputs.push(Line { path, redactor, writer });
        Ok(())
    }

    /// Adds stdout.
    pub fn stdout(&mut self, redactor: Redactor) {
        let writer = Writer::Stdout(BufWriter::new(io::stdout()));
        self.outputs.push(Line { path: "stdout".into(), redactor, writer });
    }
}

impl Outputs for Lines {
    fn alert(&mut self, alert: &Alert, setting: &Setting) -> Result<(), RunError> {
        let mut result = Ok(());
        for Line { path, redactor, writer } in &mut self.outputs {
            let document =
                Renderer { plan: &setting.plan, names: &setting.names, redactor }.document(alert);
            let written = serde_json::to_string(&document)
                .map_err(io::Error::from)
                .and_then(|line| writeln!(writer.output(), "{line}"))
                .map_err(|error| RunError::output(path, error));
            result = result.and(written);
        }
        result
    }

    fn flush(&mut self) -> Result<(), RunError> {
        let mut result = Ok(());
        for Line { path, writer, .. } in &mut self.outputs {
            let flushed = writer.output().flush().map_err(|error| RunError::output(path, error));
            result = result.and(flushed);
        }
        result
    }

    fn reopen(&mut self) -> Result<(), RunError> {
        let mut result = self.flush();
        for Line { path, writer, .. } in &mut self.outputs {
            if let Writer::File(file) = writer {
                let opened = append(path).map(|opened| *file = opened);
                result = result.and(opened);
            }
        }
        result
    }
}

impl Writer {
    fn output(&mut self) -> &mut dyn Write {
        match self {
            Self::File(file) => file,
            Self::Stdout(stdout) => stdout,
        }
    }
}

fn append(path: &Path) -> Result<BufWriter<File>, RunError> {
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    file.map(BufWriter::new).map_err(|error| RunError::output(path, error))
}
