//! The table keeps to the conventions, and the page to the format.

use std::collections::BTreeSet;

use super::*;
use crate::sink::delivery::{OutboxStatus, SinkStatus, State};

fn snapshot() -> Snapshot {
    let sink = SinkStatus {
        name: "kafka".into(),
        state: State::Away,
        error: "a broker is away".into(),
        owed: 3,
        delivered: 5,
        parked: 1,
        failures: 2,
    };
    let outbox = OutboxStatus { kept: 8, lost: [4, 0, 0, 0, 1], ..OutboxStatus::default() };
    Snapshot {
        sensor: "stp \"a\"\\\n".into(),
        delivery: Some(Status { outbox, sinks: vec![sink] }),
        ..Snapshot::default()
    }
}

#[test]
fn names_keep_to_the_conventions() {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let mut seen = BTreeSet::new();
    for Family { name, kind, labels, help, .. } in families() {
        assert!(seen.insert(*name), "{name} stands twice");
        let prefix = name.starts_with("picket_") || name.starts_with("process_");
        assert!(prefix && name.chars().all(plain), "{name}");
        assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
        assert!(help.ends_with('.') && !help.contains('\n') && !help.contains('\\'), "{name}");
        for label in *labels {
            let fine = label.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(
                fine && !["imsi", "msisdn", "subscriber", "gt"].contains(label),
                "{name} {label}"
            );
        }
    }
}

#[test]
fn labels_are_escaped_and_samples_stand_under_their_heads() {
    let page = page(&snapshot());
    let info = "picket_build_info{version=\"";
    let info = page.lines().find(|line| line.starts_with(info)).expect("the version");
    assert!(info.ends_with(r#"sensor="stp \"a\"\\\n"} 1"#), "{info}");
    for line in [
        "picket_outbox_kept_revisions_total 8",
        "picket_outbox_lost_revisions_total{level=\"informational\"} 4",
        "picket_outbox_lost_revisions_total{level=\"critical\"} 1",
        "picket_output_state{output=\"kafka\",state=\"away\"} 1",
        "picket_output_state{output=\"kafka\",state=\"up\"} 0",
        "picket_output_owed_revisions{output=\"kafka\"} 3",
        "# TYPE picket_output_owed_revisions gauge",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
    }
    let mut family = String::new();
    for line in page.lines() {
        match line.strip_prefix("# TYPE ") {
            Some(rest) => family = rest.split(' ').next().expect("a name").to_owned(),
            None if line.starts_with('#') => {}
            None => {
                let name = line.split(['{', ' ']).next().expect("a name");
                assert_eq!(name, family, "{line}");
            }
        }
    }
}

#[test]
fn every_family_has_as_many_labels_as_its_samples() {
    for family in families() {
        let mut out = String::new();
        (family.read)(&snapshot(), &mut Samples { family, out: &mut out });
        for line in out.lines() {
            let labels = line.matches("=\"").count();
            assert_eq!(labels, family.labels.len(), "{line}");
        }
    }
}
