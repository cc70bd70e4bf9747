//! Alerts as JSON lines: to a file that is appended to, and to stdout.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
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
    writer: Box<dyn Write + Send>,
}

impl Lines {
    /// Adds a file, which is appended to and readable by its owner only.
    ///
    /// # Errors
    ///
    /// Returns an error when it cannot be opened.
    pub fn file(&mut self, path: PathBuf, redactor: Redactor) -> Result<(), RunError> {
        let open = || -> io::Result<File> {
            OpenOptions::new().append(true).create(true).mode(0o600).open(&path)
        };
        let file = open().map_err(|error| RunError::output(&path, error))?;
        self.outputs.push(Line { path, redactor, writer: Box::new(BufWriter::new(file)) });
        Ok(())
    }

    /// Adds stdout.
    pub fn stdout(&mut self, redactor: Redactor) {
        let writer = Box::new(BufWriter::new(io::stdout()));
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
                .and_then(|line| writeln!(writer, "{line}"))
                .map_err(|error| RunError::output(path, error));
            result = result.and(written);
        }
        result
    }

    fn flush(&mut self) -> Result<(), RunError> {
        let mut result = Ok(());
        for Line { path, writer, .. } in &mut self.outputs {
            let flushed = writer.flush().map_err(|error| RunError::output(path, error));
            result = result.and(flushed);
        }
        result
    }
}
