//! `picket fields`, `notes`, `schema` and `completions`: what the program knows of itself.

use std::{io::Write, path::PathBuf};

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use super::{Failure, output};
use crate::{
    config::{Config, page},
    event::{coverage, reference},
    operate::metrics,
    sink::alert::Document,
};

/// How a table is printed.
#[derive(Args, Debug)]
pub(super) struct Format {
    /// As a Markdown page.
    #[arg(long)]
    markdown: bool,
    /// As JSON.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
}

/// Prints the fields that rules and events have.
#[derive(Args, Debug)]
pub(super) struct Fields {
    #[command(flatten)]
    format: Format,
    /// What is read of each operation, and what tells of each evasion, as a Markdown page.
    #[arg(long, conflicts_with_all = ["markdown", "json"])]
    coverage: bool,
}

impl Fields {
    pub(super) fn run(&self) -> Result<(), Failure> {
        if self.coverage {
            return print(&coverage::markdown());
        }
        let (text, page) = (reference::fields_text, reference::fields_markdown);
        self.format.print(text, page, reference::fields_json)
    }
}

impl Format {
    pub(super) fn notes(&self) -> Result<(), Failure> {
        self.print(reference::notes_text, reference::notes_markdown, reference::notes_json)
    }

    pub(super) fn metrics(&self) -> Result<(), Failure> {
        self.print(metrics::text, metrics::markdown, metrics::listing)
    }

    fn print(
        &self,
        text: fn() -> String,
        markdown: fn() -> String,
        json: fn() -> serde_json::Value,
    ) -> Result<(), Failure> {
        let page = match self {
            Self { json: true, .. } => format!("{:#}\n", json()),
            Self { markdown: true, .. } => markdown(),
            Self { .. } => text(),
        };
        print(&page)
    }
}

/// Prints the JSON schema of alerts, events or the configuration.
#[derive(Args, Debug)]
pub(super) struct Schema {
    /// Of what.
    of: Of,
    /// As a Markdown page of every key with its default and an example (configuration only).
    #[arg(long)]
    markdown: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    Alert,
    Event,
    Config,
}

impl Schema {
    pub(super) fn run(&self) -> Result<(), Failure> {
        if self.markdown {
            if !matches!(self.of, Of::Config) {
                let what =
                    "--markdown: only the configuration has a page; see docs/ for the others";
                return Err(Failure::Wrong(anyhow::anyhow!(what)));
            }
            return print(&page::markdown());
        }
        let schema = match self.of {
            Of::Alert => Document::schema().to_value(),
            Of::Event => reference::event_schema(),
            Of::Config => Config::schema().to_value(),
        };
        print(&format!("{schema:#}\n"))
    }
}

/// Prints a completion script.
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// For which shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "picket", &mut script);
        let mut out = output::open("-".as_ref())?;
        out.write_all(&script)?;
        out.flush()?;
        Ok(())
    }
}

fn print(page: &str) -> Result<(), Failure> {
    let mut out = output::open("-".as_ref())?;
    out.write_all(page.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes the man pages.
#[derive(Args, Debug)]
pub(super) struct Man {
    /// The directory they are written into, one a verb.
    dir: PathBuf,
}

impl Man {
    pub(super) fn run(&self) -> Result<(), Failure> {
        std::fs::create_dir_all(&self.dir)?;
        Ok(clap_mangen::generate_to(super::command(), &self.dir)?)
    }
}
