//! `picket key`: keys of pseudonyms and of what is sealed.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::{Failure, output::say};
use crate::sink::key;

/// Makes keys.
#[derive(Args, Debug)]
pub(super) struct Key {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Makes a key file: 32 random octets, readable by its owner only. Never replaces one.
    New {
        /// The file.
        file: PathBuf,
    },
}

impl Key {
    pub(super) fn run(self) -> Result<(), Failure> {
        let What::New { file } = self.what;
        key::make(&file).map_err(|error| Failure::Failed(anyhow!(error)))?;
        say(&format!(
            "picket: made {}, mode 0600. Name it with privacy.key_file (pseudonyms) or privacy.seal_key_file (sealed identities); to change a key in use, name the old one with privacy.previous_key_file and a last day with privacy.previous_key_until",
            file.display()
        ));
        Ok(())
    }
}
