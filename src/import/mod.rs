//! What others write, read into files of the configuration.
//!
//! Importers are given text and a name to call it by, and return what they understood together with
//! everything they did not: nothing is left out in silence.

pub mod ir21;
pub mod misp;

use core::fmt;
use std::path::PathBuf;

/// Something in a foreign file that could not be taken over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// The element or key.
    pub element: String,
    /// What is wrong, and what was done about it.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        if !self.element.is_empty() {
            write!(f, " {}:", self.element)?;
        }
        write!(f, " {}", self.what)
    }
}
