//! `picket reveal` and `picket erase`: opening a sealed identity, and forgetting a person. Both leave a
//! line in `audit.log` beside the alerts; without that line neither is done.

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use clap::Args;
use picket_dissectors::Digits;

use super::{Failure, deliver::STATE, output, output::say, person, setup};
use crate::{
    config::{Plan, plan::HomeNeed},
    event::fields::number::Numbering,
    sink::{
        key,
        outbox::{Limits, Outbox, Query},
        redact::{Redactor, Shown},
        seal::{Identity, Sealer},
    },
};

/// Where alerts are kept.
#[derive(Args, Debug)]
struct Place {
    /// The configuration: it names the keys.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of the alerts. Default: state.dir, else /var/lib/picket.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

/// Opens the sealed identity of an alert: who was tracked.
#[derive(Args, Debug)]
pub(super) struct Reveal {
    #[command(flatten)]
    place: Place,
    /// The alert's id, or how it alone begins.
    #[arg(value_parser = person::alert)]
    id: String,
    /// Why; kept in the audit log.
    #[arg(long, value_parser = person::reason)]
    reason: String,
}

/// Forgets a person: deletes every kept alert that shows them.
#[derive(Args, Debug)]
pub(super) struct Erase {
    #[command(flatten)]
    place: Place,
    /// The person: an IMSI or MSISDN in digits, or the subscriber.id of an alert.
    #[arg(long, value_name = "NUMBER|ID", value_parser = person::one_person)]
    subscriber: String,
    /// Why; kept in the audit log.
    #[arg(long, value_parser = person::reason)]
    reason: String,
}

impl Reveal {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (plan, dir) = self.place.open()?;
        let query = Query::open(&dir).map_err(|error| Failure::Failed(anyhow!(error)))?;
        let found = query.sealed(&self.id).map_err(|error| Failure::Failed(anyhow!(error)))?;
        if found.is_empty() {
            return Err(Failure::Failed(anyhow!(
                "{}: no alert kept in {} begins so and is about a person; picket alerts list names them",
                self.id,
                dir.display()
            )));
        }
        let alerts: BTreeSet<&str> = found.iter().map(|sealed| sealed.id.as_str()).collect();
        if alerts.len() > 1 {
            return Err(Failure::Failed(anyhow!(
                "{}: {} alerts begin so, and one is opened at a time; give more of its id",
                self.id,
                alerts.len()
            )));
        }
        let sealer = sealer(&plan)?;
        for sealed in found {
            let opened = sealer
                .open(&sealed.id, sealed.revision, &sealed.octets)
                .with_context(|| format!("alert {}", sealed.id))
                .map_err(Failure::Failed)?;
            audit(&dir, &format!("reveal alert={} reason={:?}", sealed.id, self.reason))?;
            let mut out = output::open("-".as_ref())?;
            let Identity { imsi, msisdn } = opened;
            let shown = |number: Option<String>| number.unwrap_or_else(|| "unknown".into());
            writeln!(out, "{} imsi {} msisdn {}", sealed.id, shown(imsi), shown(msisdn))?;
            out.flush()?;
        }
        Ok(())
    }
}

impl Erase {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (plan, dir) = self.place.open()?;
        let query = Query::open(&dir).map_err(|error| Failure::Failed(anyhow!(error)))?;
        let redactors = redactors(&plan)?;
        let sealer = sealer(&plan)?;
        let mut shown = BTreeSet::new();
        let mut known = BTreeSet::from([self.subscriber.clone()]);
        // An alert about one number of a person tells, sealed, of the other.
        while let Some(number) = known.pop_first() {
            if !shown.insert(number.clone()) {
                continue;
            }
            let digits = Digits::parse(&number).filter(|digits| digits.is_decimal());
            let forms = digits.into_iter().flat_map(|digits| {
                redactors.iter().map(move |redactor| redactor.id(digits, Numbering::Imsi))
            });
            shown.extend(forms.map(|form: Shown| form.as_str().to_owned()));
            let found = query.sealed_of(&shown).map_err(|error| Failure::Failed(anyhow!(error)))?;
            for sealed in found {
                // What another key sealed stays found by what it shows.
                let opened = sealer.open(&sealed.id, sealed.revision, &sealed.octets);
                let Ok(Identity { imsi, msisdn }) = opened else { continue };
                let theirs = [&imsi, &msisdn].into_iter().flatten().any(|number| {
                    shown.contains(number)
                        || Digits::parse(number).is_some_and(|digits| {
                            redactors.iter().any(|redactor| {
                                shown.contains(redactor.id(digits, Numbering::Imsi).as_str())
                            })
                        })
                });
                if theirs {
                    known.extend([imsi, msisdn].into_iter().flatten());
                }
            }
        }
        drop(query);
        let limits = Limits { octets: u64::MAX, age: u64::MAX, owed_age: u64::MAX };
        let mut outbox =
            Outbox::open(&dir, limits, &[]).map_err(|error| Failure::Failed(anyhow!(error)))?;
        let pseudonyms: Vec<&str> =
            shown.iter().map(String::as_str).filter(|text| text.starts_with("sub:")).collect();
        audit(&dir, &format!("erase subscriber={pseudonyms:?} reason={:?}", self.reason))?;
        let erased = outbox.erase(&shown).map_err(|error| Failure::Failed(anyhow!(error)))?;
        if erased == 0 {
            say(&format!(
                "picket: nothing that is kept in {} shows this person, so nothing was erased; a number is given whole, with its country or network",
                dir.display()
            ));
            return Ok(());
        }
        say(&format!(
            "picket: {erased} revisions of alerts erased from {}. What outputs were sent, recordings, evidence files and learnt state are kept elsewhere: docs/privacy.md",
            dir.display()
        ));
        Ok(())
    }
}

impl Place {
    fn open(&self) -> Result<(Plan, PathBuf), Failure> {
        let plan = setup::plan(self.config.as_deref(), None, HomeNeed::Optional)?;
        let dir = self.state.clone().or_else(|| plan.state_dir.clone());
        let dir = dir.unwrap_or_else(|| PathBuf::from(STATE));
        Ok((Plan { state_dir: Some(dir.clone()), ..plan }, dir))
    }
}

fn sealer(plan: &Plan) -> Result<Sealer, Failure> {
    let key = key::seal(plan).map_err(|error| Failure::Wrong(anyhow!(error)))?;
    Ok(Sealer::new(&key))
}

/// Returns what makes the pseudonyms that alerts may show a person by.
fn redactors(plan: &Plan) -> Result<Vec<Redactor>, Failure> {
    let wrong = |error| Failure::Wrong(anyhow!("{error}"));
    let mut all = vec![Redactor::pseudonym(&key::subscriber(plan).map_err(wrong)?)];
    if let Some((key, _)) = key::previous(plan).map_err(wrong)? {
        all.push(Redactor::pseudonym(&key));
    }
    Ok(all)
}

/// Adds a line to the audit log.
fn audit(dir: &Path, what: &str) -> Result<(), Failure> {
    let path = dir.join("audit.log");
    let user = rustix::process::getuid().as_raw();
    let at = jiff::Timestamp::now();
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| {
            writeln!(file, "{at} uid={user} {what}")?;
            file.sync_all()
        })
        .with_context(|| format!("{}: cannot be written, so nothing is done", path.display()))
        .map_err(Failure::Failed)
}
