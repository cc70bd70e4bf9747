//! `picket rules new`: the file of a rule that loads, with a case that fires and a near miss.
//!
//! The file is a whole rule on the commonest request of its area. Whoever writes a rule begins with
//! something that works and changes it, rather than with gaps.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use clap::Args;

use super::{Failure, output};
use crate::config::error::suggest;

/// Writes the file of a new rule, with its two cases.
#[derive(Args, Debug)]
pub(in crate::cli) struct New {
    /// Its name: 6 to 66 of a-z, 0-9 and _; the file is NAME.yml.
    #[arg(value_name = "NAME")]
    name: String,
    /// What kind of abuse: dos, fraud, identity, interception, location, protocol, recon, sms or
    /// spoofing.
    #[arg(long, value_name = "AREA")]
    area: String,
    /// Where the directory of the area is, or is made.
    #[arg(long, value_name = "DIR", default_value = "rules")]
    dir: PathBuf,
}

impl New {
    pub(super) fn run(self) -> Result<(), Failure> {
        let area = AREAS.iter().find(|area| area.name == self.area).ok_or_else(|| {
            let remedy = suggest(&self.area, AREAS.iter().map(|area| area.name));
            Failure::Wrong(anyhow!("--area: `{}` is no area; {remedy}", self.area))
        })?;
        let is_word = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_');
        // Sigma wants file names of 10 to 70 characters, the ending counted.
        if !(6..=66).contains(&self.name.len()) || !self.name.chars().all(is_word) {
            let what = "write 6 to 66 of a-z, 0-9 and _, as in location_by_somebody";
            return Err(Failure::Wrong(anyhow!(
                "`{}` cannot be the name of a rule; {what}",
                self.name
            )));
        }
        let id = uuid().context("/dev/urandom cannot be read").map_err(Failure::Failed)?;
        let folder = self.dir.join(area.name);
        let path = folder.join(format!("{}.yml", self.name));
        let made = || format!("{}: cannot be made", path.display());
        fs::create_dir_all(&folder).with_context(made).map_err(Failure::Failed)?;
        let mut file = create(&path)?;
        file.write_all(area.rule(&self.name, &id).as_bytes())
            .with_context(made)
            .map_err(Failure::Failed)?;
        let mut out = output::open("-".as_ref())?;
        let (name, dir, path) = (&self.name, self.dir.display(), path.display());
        writeln!(out, "{path}: change it to what you look for, then")?;
        writeln!(out, "  picket check --rules {dir}")?;
        writeln!(out, "  picket rules test --rules {dir} {name}")?;
        out.flush()?;
        Ok(())
    }
}

/// Makes a file that was not there.
fn create(path: &Path) -> Result<File, Failure> {
    OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            let what = "is there already and is left as it is; choose another name";
            return Failure::Wrong(anyhow!("{}: {what}", path.display()));
        }
        Failure::Failed(anyhow!("{}: cannot be made ({error})", path.display()))
    })
}

/// Makes a UUID of random octets (RFC 9562 §5.4).
fn uuid() -> std::io::Result<String> {
    let mut octets = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut octets)?;
    let bits = u128::from_be_bytes(octets) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    let part = |range| hex.get(range).unwrap_or_default();
    Ok([part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-"))
}

/// A kind of abuse, with the request its new rules begin with and the scenarios that have it.
struct Area {
    name: &'static str,
    category: &'static str,
    tag: &'static str,
    title: &'static str,
    summary: &'static str,
    /// Selections and condition, as in the file.
    detection: &'static str,
    fires: &'static str,
    near_miss: &'static str,
}

impl Area {
    fn rule(&self, name: &str, id: &str) -> String {
        let Self { category, tag, title, summary, detection, fires, near_miss, .. } = self;
        let words = name.replace('_', " ");
        format!(
            "title: {title} ({words})
id: {id}
name: {name}
status: experimental
level: medium
description: >-
  Say what the rule finds, who could have a reason to do it all the same, and what the sender gets
  by it. As it stands: {title}.
author: Your name
tags:
  - {tag}
custom_attributes:
  ss7.category: {category}
  ss7.summary: {summary}
  ss7.action: Say whom to call, or what to block
falsepositives:
  - \"Say what innocent traffic looks like this, and which key of the configuration tells it apart.\"
logsource: {{ product: ss7, service: map }}
detection:
{detection}
tests:                              # scenarios of `picket synth --list`
  - {{ scenario: {fires}, expect: 1 }}
  - {{ scenario: {near_miss}, expect: 0 }}
"
        )
    }
}

const AREAS: &[Area] = &[
    Area {
        name: "dos",
        category: "dos",
        tag: "attack.impact",
        title: "Registration cancelled by a network that is not the subscriber's home",
        summary: "Somebody cancelled a registration",
        detection: "  request:
    map.operation.name: cancelLocation
    tcap.component.type: invoke
  outside:
    sccp.calling.external: true
  home:
    subscriber.from_home: true
  condition: request and outside and not home",
        fires: "cancel_location_from_abroad",
        near_miss: "cancel_location_by_home",
    },
    Area {
        name: "fraud",
        category: "cat3",
        tag: "attack.impact",
        title: "Service code dialled by an address of no known network",
        summary: "Somebody dialled a service code in a subscriber's name",
        detection: "  request:
    map.operation.name: processUnstructuredSS-Request
    tcap.component.type: invoke
  outside:
    sccp.calling.external: true
  stranger:
    sccp.calling.gt.stranger: true
  condition: request and outside and stranger",
        fires: "ussd_from_abroad",
        near_miss: "service_code",
    },
    Area {
        name: "identity",
        category: "cat1",
        tag: "attack.collection",
        title: "Call routing asked for from outside",
        summary: "Somebody outside asked for the route to a subscriber",
        detection: "  request:
    map.operation.name: sendRoutingInfo
    tcap.component.type: invoke
  outside:
    sccp.calling.external: true
  agreed:
    operation.agreed: true
  condition: request and outside and not agreed",
        fires: "sri_from_abroad",
        near_miss: "sri_from_national_operator",
    },
    Area {
        name: "interception",
        category: "cat3",
        tag: "attack.collection",
        title: "Registration by an address of no known network",
        summary: "A stranger registered a subscriber",
        detection: "  request:
    map.operation.name: [updateLocation, updateGprsLocation]
    tcap.component.type: invoke
  outside:
    sccp.calling.external: true
  stranger:
    sccp.calling.gt.stranger: true
  condition: request and outside and stranger",
        fires: "update_location_intercept",
        near_miss: "update_location_benign",
    },
    Area {
        name: "location",
        category: "cat1",
        tag: "attack.t1430.002",
        title: "Location asked for from outside",
        summary: "Somebody outside asked where a subscriber is",
        detection: "  request:
    map.operation.name: anyTimeInterrogation
    tcap.component.type: invoke
  outside:
    sccp.calling.external: true
  agreed:
    operation.agreed: true
  condition: request and outside and not agreed",
        fires: "ati_from_abroad",
        near_miss: "ati_from_own_scf",
    },
    Area {
        name: "protocol",
        category: "protocol",
        tag: "attack.defense-evasion",
        title: "Tag written in the long form",
        summary: "A request is written so that filters do not see it",
        detection: "  request:
    tcap.component.type: invoke
    anomaly.codes: ber.tag.long_form
  outside:
    sccp.calling.external: true
  condition: request and outside",
        fires: "psi_long_tag",
        near_miss: "psi_from_abroad",
    },
    Area {
        name: "recon",
        category: "recon",
        tag: "attack.discovery",
        title: "Operation refused to somebody outside as not understood",
        summary: "Somebody outside tries operations",
        detection: "  answer:
    tcap.component.type: reject
  asker:
    request.asker.external: true
  condition: answer and asker",
        fires: "opcode_sweep",
        near_miss: "ordinary_day",
    },
    Area {
        name: "sms",
        category: "sms",
        tag: "attack.collection",
        title: "Short message that the phone does not show, from outside",
        summary: "Somebody outside sent a message nobody sees",
        detection: "  request:
    map.operation.name: [mt-ForwardSM, forwardSM]
    tcap.component.type: invoke
  outside:
    sccp.calling.external: true
  type_zero:
    map.argument.sms.tp_pid: 64
  condition: request and outside and type_zero",
        fires: "silent_sms",
        near_miss: "sri_sm_then_sms",
    },
    Area {
        name: "spoofing",
        category: "spoofing",
        tag: "attack.defense-evasion",
        title: "Home address arriving from outside",
        summary: "A message pretends to come from home",
        detection: "  request:
    tcap.component.type: invoke
    anomaly.codes: gt.home_on_intl
  condition: request",
        fires: "psi_home_address_from_abroad",
        near_miss: "psi_from_home_hlr",
    },
];
