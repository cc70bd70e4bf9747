//! RAEX IR.21: what operators tell each other about their networks (GSMA PRD IR.21, TD.13), read
//! into `[[network]]` tables.
//!
//! Schema versions differ in namespaces and in what stands around; elements are therefore known by
//! their local names and the ones above them. Of a network its codes, country and the number ranges
//! of nodes and subscribers are taken, nothing else. Where two networks claim one prefix the first
//! keeps it, so that what is written always loads.

mod ranges;
mod read;
mod write;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use picket_dissectors::Digits;

pub use write::toml;

use super::Problem;
use crate::enrich::{numbering::Country, terms::Class};

/// A network of an IR.21 document.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Network {
    /// Where it is described: file and line.
    pub place: (PathBuf, usize),
    /// When the file was made, as it says.
    pub created: String,
    /// TADIG code (TD.13).
    pub tadig: String,
    /// Its name, else the organisation's.
    pub name: String,
    /// Its country, from the initials in the file, else from the TADIG code.
    pub country: Option<Country>,
    /// Satellite and other networks without a territory.
    pub class: Class,
    /// E.164 prefixes of its nodes.
    pub gt: Vec<Digits>,
    /// E.164 prefixes of its subscribers.
    pub msisdn: Vec<Digits>,
    /// MCC and MNC.
    pub imsi: Vec<Digits>,
    /// E.214 prefixes, those of the IMSI prefixes in the same order.
    pub mgt: Vec<Digits>,
    /// TADIG codes of networks it hosts, or that own some of its ranges.
    pub hosts: Vec<String>,
}

/// What was read of some files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// The networks, by TADIG code.
    pub networks: Vec<Network>,
    /// What could not be taken over, in the order it was met.
    pub problems: Vec<Problem>,
    /// Files that gave nothing.
    pub failed: usize,
}

/// Collects networks file by file.
#[derive(Debug, Default)]
pub struct Importer {
    networks: Vec<Network>,
    problems: Vec<Problem>,
    failed: usize,
}

impl Importer {
    /// Reads one file.
    pub fn add(&mut self, file: &Path, octets: &[u8]) {
        let before = self.networks.len();
        read::document(file, octets, &mut self.networks, &mut self.problems);
        if self.networks.len() == before {
            self.failed += 1;
        }
    }

    /// Notes a file that cannot be read.
    pub fn unreadable(&mut self, file: &Path, error: &std::io::Error) {
        self.failed += 1;
        self.problems.push(Problem {
            file: file.to_owned(),
            line: 0,
            element: String::new(),
            what: format!("cannot be read: {error}"),
        });
    }

    /// Returns the networks, each once, each prefix with one of them; `except` are TADIG codes to
    /// leave out.
    #[must_use]
    pub fn finish(mut self, except: &[String]) -> Imported {
        self.networks.retain(|network| !except.contains(&network.tadig));
        let mut networks = self.once();
        self.names(&mut networks);
        let mut out = Imported { networks, problems: self.problems, failed: self.failed };
        out.share();
        out
    }

    /// Keeps the newest description of each network.
    fn once(&mut self) -> Vec<Network> {
        let mut by_code: BTreeMap<String, Network> = BTreeMap::new();
        for network in core::mem::take(&mut self.networks) {
            let Some(first) = by_code.get(&network.tadig) else {
                by_code.insert(network.tadig.clone(), network);
                continue;
            };
            // Times are written in one form (ISO 8601), so their order is that of the text.
            let newer = network.created > first.created;
            let (kept, left) = if newer { (&network, first) } else { (first, &network) };
            let (file, line) = &kept.place;
            self.problems.push(Problem {
                file: left.place.0.clone(),
                line: left.place.1,
                element: format!("Network {}", left.tadig),
                what: format!(
                    "is described again; {}:{line} is kept{}",
                    file.display(),
                    if kept.created > left.created { ", which is newer" } else { "" }
                ),
            });
            if newer {
                by_code.insert(network.tadig.clone(), network);
            }
        }
        by_code.into_values().collect()
    }

    /// Gives each network a name of its own, which the configuration asks for.
    fn names(&self, networks: &mut [Network]) {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for network in networks.iter() {
            *count.entry(network.name.clone()).or_default() += 1;
        }
        for network in networks.iter_mut() {
            if count.get(&network.name).is_some_and(|&count| count > 1) {
                network.name = format!("{} ({})", network.name, network.tadig);
            }
        }
    }
}

impl Imported {
    /// Leaves each prefix to one network.
    fn share(&mut self) {
        let lists: [(&str, List); 4] = [
            ("GT_NumberRanges", |network| &mut network.gt),
            ("MSISDN_NumberRanges", |network| &mut network.msisdn),
            ("CCITT_E212_NumberSeries", |network| &mut network.imsi),
            ("CCITT_E214_MGT", |network| &mut network.mgt),
        ];
        for (element, list) in lists {
            let mut owners: BTreeMap<Digits, usize> = BTreeMap::new();
            for at in 0..self.networks.len() {
                let Some(network) = self.networks.get_mut(at) else { continue };
                let mut twice = Vec::new();
                list(network).retain(|prefix| match owners.get(prefix) {
                    Some(&owner) if owner != at => {
                        twice.push((*prefix, owner));
                        false
                    }
                    _ => {
                        owners.insert(*prefix, at);
                        true
                    }
                });
                let (place, tadig) = (network.place.clone(), network.tadig.clone());
                for (prefix, owner) in twice {
                    let owner = self.networks.get(owner).map_or("", |network| &network.tadig);
                    self.problems.push(Problem {
                        file: place.0.clone(),
                        line: place.1,
                        element: format!("Network {tadig} {element}"),
                        what: format!("prefix {prefix} is also {owner}'s, which keeps it"),
                    });
                }
            }
        }
    }
}

/// One of the lists of prefixes of a network.
type List = fn(&mut Network) -> &mut Vec<Digits>;

#[cfg(test)]
mod tests;
