//! `picket rules`: what rules there are, and whether their cases hold.

use std::{io::Write, path::PathBuf, sync::Arc};

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::{Failure, output, setup};
use crate::{
    cases::{self, Bench, Case},
    config::plan::HomeNeed,
    engine::Rules as Compiled,
};

/// Lists and tests the rules.
#[derive(Debug, Subcommand)]
pub(super) enum Rules {
    /// Lists the rules in force.
    List(List),
    /// Tries rules on the scenarios they name as their cases.
    Test(Test),
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
    /// The configuration.
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
            writeln!(
                out,
                "{:<13} {:<9} {}  {}{off}",
                about.level.name(),
                about.category,
                about.id,
                about.title
            )?;
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
        let known_as = |info: &picket_rules::RuleInfo, text: &String| {
            info.id.as_ref() == Some(text)
                || info.name.as_ref() == Some(text)
                || info.title == *text
        };
        if let Some(unknown) =
            self.only.iter().find(|text| !infos.iter().any(|info| known_as(info, text)))
        {
            let what = anyhow!("no rule is called {unknown}; `picket rules list` names them");
            return Err(Failure::Wrong(what));
        }
        let mut out = Vec::new();
        for info in infos {
            if self.only.is_empty() || self.only.iter().any(|text| known_as(info, text)) {
                out.extend(cases::of(info).map_err(|error| Failure::Wrong(error.into()))?);
            }
        }
        Ok(out)
    }
}
