//! Alerts that are not told for a while: whose, why, and until when.

use picket_dissectors::Digits;

use super::Check;
use crate::{
    config::{
        error::suggest,
        networks::Suppress,
        plan::{SubscriberMatch, Suppression},
    },
    enrich::network::Networks,
};

impl Check<'_> {
    /// Reads `[[suppress]]`.
    pub(super) fn suppressions(&mut self, networks: &Networks) -> Vec<Suppression> {
        let list = self.document.config.suppress.iter().enumerate();
        list.map(|(i, suppress)| self.suppression(&format!("suppress[{i}]"), suppress, networks))
            .collect()
    }

    fn suppression(&mut self, key: &str, written: &Suppress, networks: &Networks) -> Suppression {
        for (field, text) in [("rule", &written.rule), ("reason", &written.reason)] {
            if text.trim().is_empty() {
                self.wrong(&format!("{key}.{field}"), "is empty", format!("write the {field}"));
            }
        }
        let until = written.until.end();
        if until.is_none() {
            let what = format!("`{}` is no day", written.until);
            self.wrong(&format!("{key}.until"), what, "write a date: 2026-12-31");
        }
        let network = written.network.as_deref().and_then(|name| {
            let id = networks.by_name(name);
            if id.is_none() && !networks.all().is_empty() {
                let names =
                    networks.all().iter().map(|n| n.name.as_str()).filter(|n| !n.is_empty());
                let what = format!("`{name}` is no configured network");
                self.wrong(&format!("{key}.network"), what, suggest(name, names));
            }
            id
        });
        let gt = written.gt.as_deref().and_then(|gt| self.digits(&format!("{key}.gt"), gt, 1));
        let subscriber = written.subscriber.as_deref().map(|text| {
            let number = Digits::parse(text).filter(|d| d.is_decimal() && !d.is_empty());
            number.map_or_else(|| SubscriberMatch::Id(text.to_owned()), SubscriberMatch::Number)
        });
        Suppression {
            rule: written.rule.clone(),
            gt,
            network,
            subscriber,
            reason: written.reason.clone(),
            until: until.unwrap_or_default(),
        }
    }
}
