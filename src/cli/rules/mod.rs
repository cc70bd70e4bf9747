//! `picket rules`: what rules there are, whether their cases hold, why they fire, what they cover.

mod coverage;
mod evasions;
mod explain;
mod new;

use std::{io::Write, path::PathBuf, sync::Arc};

use anyhow::anyhow;
use clap::{Args, Subcommand};
use picket_rules::RuleInfo;

use super::{Failure, guess, input, is_dash, output, setup};
use crate::{
    cases::{self, Bench, Case},
    config::{error::suggest_or, plan::HomeNeed},
    engine::Rules as Compiled,
};

/// Lists, tries and explains the rules.
#[derive(Debug, Subcommand)]
pub(super) enum Rules {
    /// Lists the rules in force.
    List(List),
    /// Tries rules on the scenarios they name as their cases.
    Test(Test),
    /// Says event by event why a rule fires on a capture, or why not.
    Explain(explain::Explain),
    /// Says which operations and kinds of abuse the rules look at.
    Coverage(coverage::Coverage),
    /// Writes the file of a new rule, with its two cases.
    New(new::New),
    /// Tells what becomes of requests written so that a filter does not see them, as Markdown.
    Evasions(evasions::Evasions),
}

/// Tries rules on the scenarios they name as their cases.
#[derive(Args, Debug)]
pub(super) struct Test {
    /// Ids, names or titles of rules; without any, all rules.
    #[arg(value_name = "RULE")]
    only: Vec<String>,
    /// A further directory of rules; may be given again.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

/// Lists the rules in force.
#[derive(Args, Debug)]
pub(super) struct List {
    /// The configuration file (picket.toml): its rules are added, those it turns off marked.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A further directory of rules; may be given again.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

impl Rules {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(),
            Self::Test(test) => test.run(),
            Self::Explain(explain) => explain.run(),
            Self::Coverage(coverage) => coverage.run(),
            Self::New(new) => new.run(),
            Self::Evasions(evasions) => evasions.run(),
        }
    }
}

impl List {
    fn run(self) -> Result<(), Failure> {
        let plan = setup::plan(self.config.as_deref(), None, HomeNeed::Optional)?;
        let rules = setup::rules(&plan, &setup::names(&plan), &self.rules, false)?;
        let mut out = output::open("-".as_ref())?;
        for (about, off) in rules.about.iter().zip(&rules.disabled) {
            let off = if *off { "  (off)" } else { "" };
            let (level, category) = (about.level.name(), &about.category);
            let (id, name, title) = (&about.id, &about.name, &about.title);
            writeln!(out, "{level:<13} {category:<9} {id}  {name:<46} {title}{off}")?;
        }
        out.flush()?;
        Ok(())
    }
}

impl Test {
    fn run(self) -> Result<(), Failure> {
        let plan = cases::plan().map_err(|error| Failure::Failed(error.into()))?;
        let rules = setup::rules(&plan, &setup::names(&plan), &self.rules, false)?;
        let cases = self.cases(&rules)?;
        let mut bench = Bench::new(Arc::new(plan), Arc::new(rules));
        let mut out = output::open("-".as_ref())?;
        let mut failed = 0;
        for case in &cases {
            let verdict = bench.try_case(case);
            let said = if verdict.passed { "ok    " } else { "FAILED" };
            let want = if case.expect == 0 {
                "none".to_owned()
            } else {
                format!("at least {}", case.expect)
            };
            let Case { name, scenario, .. } = case;
            writeln!(
                out,
                "{said} {name} on {}: {} found, {want} expected",
                scenario.name, verdict.found
            )?;
            failed += usize::from(!verdict.passed);
        }
        writeln!(out, "{} cases, {failed} failed", cases.len())?;
        out.flush()?;
        if failed > 0 {
            return Err(Failure::Failed(anyhow!("{failed} of {} cases failed", cases.len())));
        }
        Ok(())
    }

    /// Collects the cases of the rules asked for.
    fn cases(&self, rules: &Compiled) -> Result<Vec<Case>, Failure> {
        let infos = rules.set.as_ref().map(|set| set.rules()).unwrap_or_default();
        let mut wanted = Vec::new();
        for text in &self.only {
            wanted.push(find(infos, text)?);
        }
        let mut out = Vec::new();
        for (at, info) in infos.iter().enumerate() {
            if self.only.is_empty() || wanted.contains(&at) {
                out.extend(cases::of(info).map_err(|error| Failure::Wrong(error.into()))?);
            }
        }
        Ok(out)
    }
}

/// Returns the position of the rule of that id, name or title.
fn find(infos: &[RuleInfo], text: &str) -> Result<usize, Failure> {
    let known_as = |info: &RuleInfo| {
        [info.id.as_deref(), info.name.as_deref(), Some(&info.title)].contains(&Some(text))
    };
    infos.iter().position(known_as).ok_or_else(|| {
        let names = infos.iter().filter_map(|info| info.name.as_deref());
        let remedy = suggest_or(text, names, || "`picket rules list` names them".to_owned());
        Failure::Wrong(anyhow!("no rule is called `{text}`; {remedy}"))
    })
}
