//! `picket import`: what others write, as files of the configuration.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::{Failure, output};
use crate::{
    enrich::terms::Relation,
    import::ir21::{self, Importer},
};

/// Reads what others write into files of the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// RAEX IR.21 documents of roaming partners, into [[network]] tables.
    Ir21(Ir21),
}

/// RAEX IR.21 documents of roaming partners, into [[network]] tables.
///
/// Every problem is told with file, line and element; what is sound is written all the same. The
/// output is for `include` in picket.toml.
#[derive(Args, Debug)]
pub(super) struct Ir21 {
    /// Documents, or directories of files ending in .xml.
    #[arg(required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// Where to write; - is stdout.
    #[arg(short, long, value_name = "networks.toml", default_value = "-")]
    output: PathBuf,
    /// What is agreed with these networks: roaming, national or none.
    #[arg(long, value_parser = relation, default_value = "roaming")]
    relation: Relation,
    /// A TADIG code to leave out, such as one's own; may be given again.
    #[arg(long, value_name = "TADIG")]
    except: Vec<String>,
}

impl Import {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Ir21(ir21) => ir21.run(),
        }
    }
}

impl Ir21 {
    fn run(self) -> Result<(), Failure> {
        let mut importer = Importer::default();
        let mut files = 0_usize;
        for input in &self.inputs {
            for file in documents(input).map_err(|error| {
                Failure::Failed(anyhow!("{}: cannot be read: {error}", input.display()))
            })? {
                files += 1;
                match bounded(&file) {
                    Ok(octets) => importer.add(&file, &octets),
                    Err(error) => importer.unreadable(&file, &error),
                }
            }
        }
        let found = importer.finish(&self.except);
        for problem in &found.problems {
            output::say(&format!("picket: {problem}"));
        }
        let (networks, problems) = (found.networks.len(), found.problems.len());
        output::say(&format!("{files} files, {networks} networks, {problems} problems"));
        if found.failed == files {
            return Err(Failure::Failed(anyhow!(
                "{}, so nothing was written and {} is as it was",
                if files == 0 { "no file ends in .xml" } else { "no network was found" },
                self.output.display()
            )));
        }
        output::replace(&self.output, &ir21::toml(&found.networks, self.relation))?;
        if found.failed > 0 {
            return Err(Failure::Failed(anyhow!(
                "{} of {files} files gave no network; see above",
                found.failed
            )));
        }
        Ok(())
    }
}

/// Returns the file, or those of a directory that end in `.xml`, in order.
fn documents(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut out = Vec::new();
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let xml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
        if xml && path.is_file() {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

/// Reads a file that is not too large to be what it should.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut octets)?;
    if u64::try_from(octets.len()).is_ok_and(|length| length > LARGEST) {
        let what = format!("is larger than {} MiB, which no such document is", LARGEST >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    Ok(octets)
}

fn relation(text: &str) -> Result<Relation, String> {
    Relation::ALL.iter().copied().find(|relation| relation.name() == text).ok_or_else(|| {
        let names: Vec<_> = Relation::ALL.iter().map(|relation| relation.name()).collect();
        format!("one of {}", names.join(", "))
    })
}

/// Octets of a document at most; real ones have a few hundred thousand.
const LARGEST: u64 = 64 << 20;
