//! Networks as `[[network]]` tables, as [`crate::config`] reads them with `include`.

use core::fmt::Write;

use picket_dissectors::Digits;

use super::Network;
use crate::enrich::terms::{Class, Relation};

/// Writes the networks as TOML; all have the relation.
#[must_use]
pub fn toml(networks: &[Network], relation: Relation) -> String {
    let mut out = format!(
        "# Written by `picket import ir21`: {} networks. Name this file under `include` of picket.toml.\n",
        networks.len()
    );
    for network in networks {
        let (file, line) = &network.place;
        let _ = write!(out, "\n# {}:{line}", comment(&file.display().to_string()));
        if !network.created.is_empty() {
            let _ = write!(out, ", made {}", comment(&network.created));
        }
        if !network.hosts.is_empty() {
            let _ = write!(out, "; hosts {}", comment(&network.hosts.join(" ")));
        }
        let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let _ = writeln!(out, "\n[[network]]\nname = {}", text(&network.name));
        let _ = writeln!(out, "tadig = {}", text(&network.tadig));
        if let Some(country) = network.country {
            let _ = writeln!(out, "country = \"{country}\"");
        }
        if network.class != Class::default() {
            let _ = writeln!(out, "class = \"{}\"", network.class.name());
        }
        let _ = writeln!(out, "relation = \"{}\"", relation.name());
        for (key, list) in [
            ("gt_prefixes", &network.gt),
            ("msisdn_prefixes", &network.msisdn),
            ("imsi_prefixes", &network.imsi),
            ("mgt_prefixes", &network.mgt),
        ] {
            prefixes(&mut out, key, list);
        }
    }
    out
}

/// Writes a list, ten to a line when it is long.
fn prefixes(out: &mut String, key: &str, list: &[Digits]) {
    if list.is_empty() {
        return;
    }
    let quoted: Vec<String> = list.iter().map(|prefix| format!("\"{prefix}\"")).collect();
    if quoted.len() <= LINE {
        let _ = writeln!(out, "{key} = [{}]", quoted.join(", "));
        return;
    }
    let _ = writeln!(out, "{key} = [");
    for line in quoted.chunks(LINE) {
        let _ = writeln!(out, "  {},", line.join(", "));
    }
    out.push_str("]\n");
}

/// A comment ends with its line, whatever a file is called.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

const LINE: usize = 10;
