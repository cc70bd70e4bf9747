//! `picket intel`: lists of global titles somebody warned of, checked, and to and from MISP.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::{Failure, output};
use crate::{
    config::{ConfigError, ListedTitle, intel},
    import::misp,
};

/// Lists of global titles somebody warned of (docs/intelligence.md).
#[derive(Debug, Subcommand)]
pub(super) enum Intel {
    /// Checks files of such lists and says what they hold.
    Check(Check),
    /// Writes lists as a MISP event of phone-number attributes.
    Export(Export),
    /// Reads phone-number attributes of MISP, as JSON, into a list.
    Import(Import),
}

/// Checks files of such lists and says what they hold.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// Files of lists.
    #[arg(required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
}

/// Writes lists as a MISP event of phone-number attributes.
#[derive(Args, Debug)]
pub(super) struct Export {
    /// Files of lists.
    #[arg(required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// Where to write; - is stdout.
    #[arg(short, long, value_name = "event.json", default_value = "-")]
    output: PathBuf,
}

/// Reads phone-number attributes of MISP, as JSON, into a list.
#[derive(Args, Debug)]
pub(super) struct Import {
    /// Events, or answers to a search, as JSON.
    #[arg(required = true, value_name = "event.json")]
    inputs: Vec<PathBuf>,
    /// Where to write; - is stdout.
    #[arg(short, long, value_name = "gt-intel.yaml", default_value = "-")]
    output: PathBuf,
    /// Days an attribute holds after its last change, where it says nothing else.
    #[arg(long, value_name = "DAYS", default_value_t = 180)]
    valid_days: u32,
}

impl Intel {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check(check) => {
                for input in &check.inputs {
                    let titles = read(input)?;
                    let lists = intel::table(&titles).names().len();
                    output::say(&format!(
                        "{}: {} entries in {lists} lists",
                        input.display(),
                        titles.len()
                    ));
                }
                Ok(())
            }
            Self::Export(export) => {
                let mut titles = Vec::new();
                for input in &export.inputs {
                    titles.extend(read(input)?);
                }
                let text = serde_json::to_string_pretty(&misp::event(&titles))
                    .map_err(|error| Failure::Failed(anyhow!(error)))?;
                write(&export.output, &(text + "\n"))
            }
            Self::Import(import) => import.run(),
        }
    }
}

impl Import {
    fn run(self) -> Result<(), Failure> {
        let mut titles = Vec::new();
        let mut left = 0;
        for input in &self.inputs {
            let text = text(input)?;
            let document = serde_json::from_str(&text).map_err(|error| {
                Failure::Wrong(anyhow!("{}: is no JSON: {error}", input.display()))
            })?;
            let (found, skipped) = misp::titles(&document, self.valid_days);
            for skipped in &skipped {
                output::say(&format!(
                    "picket: {}: {}: left out: {}",
                    input.display(),
                    skipped.value,
                    skipped.why
                ));
            }
            left += skipped.len();
            titles.extend(found);
        }
        write(&self.output, &misp::yaml(&titles))?;
        output::say(&format!("{} entries, {left} attributes left out", titles.len()));
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<ListedTitle>, Failure> {
    let read = intel::read(path, &text(path)?)
        .map_err(|problems| Failure::Wrong(anyhow!(ConfigError { problems })))?;
    Ok(read.into_iter().map(|(_, title)| title).collect())
}

fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::Failed(anyhow!("{}: cannot be read: {error}", path.display())))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let mut out = output::open(path)?;
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
