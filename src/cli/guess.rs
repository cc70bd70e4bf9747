//! Home, guessed from the traffic, when nobody said what it is.
//!
//! Registers answer for their own network: the operator's are the ones that answer most of the
//! requests on the operator's own links, as HLR for its subscribers and as VLR for its guests. The
//! prefixes that the answering titles and the IMSIs asked about have in common are the guess.

use core::fmt;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use picket_dissectors::Digits;

use super::{Failure, input::Input, setup};
use crate::{
    config::Plan,
    engine::{Engine, Output},
    enrich::numbering,
    event::{MessageType, SigEvent},
};

/// What home may be.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    /// As `--home` takes it.
    pub(super) list: String,
    gt: Digits,
    imsi: Option<Digits>,
    msisdn: Option<Digits>,
    share: u32,
    answers: u64,
}

/// Reads the inputs once and guesses; `None` when nobody answers anything, or input cannot be read
/// twice.
pub(super) fn home(inputs: &[PathBuf]) -> Result<Option<Guess>, Failure> {
    if inputs.iter().any(|path| path.as_os_str() == "-" || !(path.is_file() || path.is_dir())) {
        return Ok(None);
    }
    let plan = Plan::default();
    let mut names = setup::names(&plan);
    let rules = crate::engine::Rules::none();
    let mut engine = Engine::new(Arc::new(plan), Arc::new(rules), setup::options(true));
    let mut seen = Seen::default();
    let mut input = Input::open(inputs, true)?;
    input.drive(&mut engine, &mut names, None, |output, _| {
        if let Output::Record(event) = output {
            seen.take(event);
        }
        Ok(())
    })?;
    Ok(seen.guess())
}

#[derive(Default)]
struct Seen {
    /// Answers as a register, by the first digits of the answering title.
    registers: BTreeMap<Digits, u64>,
    /// Subscribers asked about at each register: IMSI and MSISDN beginnings.
    imsis: BTreeMap<(Digits, Digits), u64>,
    msisdns: BTreeMap<(Digits, Digits), u64>,
    answers: u64,
}

impl Seen {
    fn take(&mut self, event: &SigEvent) {
        let Some((sccp, tcap)) = event.sccp.zip(event.tcap) else { return };
        let answer = event.dialogue.from_responder
            && matches!(tcap.message, MessageType::End | MessageType::Continue);
        let register = matches!(sccp.calling.ssn, Some(HLR | VLR));
        let Some(gt) = sccp.calling.gt.and_then(|gt| gt.e164) else { return };
        if !answer || !register || event.duplicate || self.registers.len() >= MANY {
            return;
        }
        let Some(prefix) = node_prefix(gt) else { return };
        self.answers += 1;
        *self.registers.entry(prefix).or_default() += 1;
        if sccp.calling.ssn != Some(HLR) {
            return;
        }
        if let Some(imsi) = event.subscriber.imsi {
            *self.imsis.entry((prefix, imsi.first(MCC_MNC))).or_default() += 1;
        }
        if let Some(msisdn) = event.subscriber.msisdn.and_then(node_prefix) {
            *self.msisdns.entry((prefix, msisdn)).or_default() += 1;
        }
    }

    fn guess(&self) -> Option<Guess> {
        let (&gt, &answers) = self.registers.iter().max_by_key(|&(_, count)| *count)?;
        let best = |table: &BTreeMap<(Digits, Digits), u64>| {
            let own = table.iter().filter(|((register, _), _)| *register == gt);
            own.max_by_key(|&(_, count)| *count).map(|(&(_, prefix), _)| prefix)
        };
        let (imsi, msisdn) = (best(&self.imsis), best(&self.msisdns));
        let mut list = format!("gt:{gt}");
        if let Some(imsi) = imsi {
            list.push_str(&format!(",imsi:{imsi}"));
        }
        if let Some(msisdn) = msisdn.filter(|&msisdn| msisdn != gt) {
            list.push_str(&format!(",msisdn:{msisdn}"));
        }
        let share = u32::try_from(100 * answers / self.answers.max(1)).unwrap_or(0);
        Some(Guess { list, gt, imsi, msisdn, share, answers: self.answers })
    }
}

/// Country code and the first three digits after it: nodes of one network share those.
fn node_prefix(number: Digits) -> Option<Digits> {
    let code = numbering::calling_code(number)?;
    (number.len() >= code.len() + 3).then(|| number.first(code.len() + 3))
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sure = match (self.share, self.answers) {
            (60.., 20..) => "fairly sure",
            (40.., 10..) => "not sure",
            _ => "a poor guess",
        };
        writeln!(
            f,
            "Home was guessed from the traffic ({sure}: {}% of {} answers by registers came from it).",
            self.share, self.answers
        )?;
        writeln!(f, "Say it yourself with --home {}, or write in picket.toml:", self.list)?;
        writeln!(f, "  [home]\n  gt_prefixes = [\"{}\"]", self.gt)?;
        if let Some(imsi) = self.imsi {
            writeln!(f, "  imsi_prefixes = [\"{imsi}\"]")?;
        }
        if let Some(msisdn) = self.msisdn {
            writeln!(f, "  msisdn_prefixes = [\"{msisdn}\"]")?;
        }
        Ok(())
    }
}

const HLR: u8 = 6;
const VLR: u8 = 7;
const MCC_MNC: usize = 5;
/// Prefixes told apart: a capture of a great many networks is cut here.
const MANY: usize = 10_000;
