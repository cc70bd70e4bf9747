//! What is kept stays kept, in order, for each output; what must go is the least of it, and counted.

use std::fs;

use tempfile::TempDir;

use super::*;

fn limits(octets: u64) -> Limits {
    Limits { octets, age: 1_000, owed_age: 50_000 }
}

fn open(dir: &TempDir, octets: u64, sinks: &[&str]) -> Outbox {
    let sinks: Vec<String> = sinks.iter().map(|&name| name.to_owned()).collect();
    Outbox::open(dir.path(), limits(octets), &sinks).unwrap()
}

fn entry(id: &str, revision: u32, level: Level) -> Entry {
    let json = format!("{{\"id\":\"{id}\",\"revision\":{revision}}}");
    Entry {
        id: id.to_owned(),
        revision,
        at: u64::from(revision),
        level,
        rule_id: "rule".to_owned(),
        rule_name: "name".to_owned(),
        title: "title".to_owned(),
        outcome: "leaked".to_owned(),
        summary: "summary".to_owned(),
        subscriber: Some("sub:1".to_owned()),
        imsi: None,
        msisdn: None,
        gt: Some("99990100011".to_owned()),
        network: None,
        sealed: None,
        bodies: vec![Body { form: Subscribers::Pseudonym, key: "sub:1".to_owned(), json }],
    }
}

fn owed(outbox: &Outbox, sink: &str) -> Vec<String> {
    let items = outbox.batch(sink, 0, Subscribers::Pseudonym, 1_000, 1 << 20).unwrap();
    items.iter().map(|item| format!("{}.{}", item.id, item.revision)).collect()
}

fn settle_at(sink: &str, up_to: Seq) -> [Settlement; 1] {
    [Settlement { sink: sink.to_owned(), up_to, parked: Vec::new() }]
}

const PLENTY: u64 = 1 << 30;

#[test]
fn each_output_is_owed_what_it_has_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = open(&dir, PLENTY, &["kafka", "file"]);
    let entries =
        [entry("a", 0, Level::High), entry("b", 0, Level::Low), entry("a", 1, Level::High)];
    outbox.write(&entries, &[], 1).unwrap();
    assert_eq!(owed(&outbox, "kafka"), ["a.0", "b.0", "a.1"]);
    outbox.write(&[], &settle_at("kafka", 2), 2).unwrap();
    assert_eq!(owed(&outbox, "kafka"), ["a.1"]);
    assert_eq!(outbox.cursor("kafka"), Cursor { at: 2, owed: 1 });
    assert_eq!(owed(&outbox, "file"), ["a.0", "b.0", "a.1"]);
    drop(outbox);
    let outbox = open(&dir, PLENTY, &["kafka", "file", "syslog"]);
    assert_eq!(owed(&outbox, "kafka"), ["a.1"], "a cursor survives");
    assert_eq!(outbox.cursor("file").owed, 3);
    assert!(owed(&outbox, "syslog").is_empty(), "a new output is owed what comes from now on");
}

#[test]
fn a_revision_that_comes_again_is_owed_again_and_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = open(&dir, PLENTY, &["kafka"]);
    outbox.write(&[entry("a", 0, Level::High), entry("b", 0, Level::High)], &[], 1).unwrap();
    outbox.write(&[], &settle_at("kafka", 2), 1).unwrap();
    let octets = outbox.octets();
    outbox.write(&[entry("a", 0, Level::High)], &[], 2).unwrap();
    assert_eq!(owed(&outbox, "kafka"), ["a.0"]);
    assert_eq!((outbox.octets(), outbox.cursor("kafka").owed), (octets, 1));
}

#[test]
fn a_full_outbox_gives_up_delivered_then_least_grave_then_oldest() {
    let dir = tempfile::tempdir().unwrap();
    let one = entry("x", 0, Level::High).octets();
    let mut outbox = open(&dir, one * 4, &["kafka"]);
    outbox.write(&[entry("a", 0, Level::Critical)], &[], 1).unwrap();
    outbox.write(&[], &settle_at("kafka", 1), 1).unwrap();
    let entries = [("b", Level::High), ("c", Level::Low), ("d", Level::High), ("e", Level::Low)];
    let entries = entries.map(|(id, level)| entry(id, 0, level));
    let written = outbox.write(&entries, &[], 1).unwrap();
    assert!(written.lost.is_empty(), "what was delivered goes first: {written:?}");
    assert_eq!(owed(&outbox, "kafka"), ["b.0", "c.0", "d.0", "e.0"]);
    for (id, level, gone) in [
        ("f", Level::Medium, "c"),
        ("g", Level::High, "e"),
        ("h", Level::Informational, "h"),
        ("i", Level::Critical, "f"),
        ("j", Level::High, "b"),
    ] {
        let lost = outbox.write(&[entry(id, 0, level)], &[], 1).unwrap().lost;
        let lost: Vec<_> = lost.iter().map(|lost| lost.id.as_str()).collect();
        assert_eq!(lost, [gone], "after {id}");
    }
    assert_eq!(owed(&outbox, "kafka"), ["d.0", "g.0", "i.0", "j.0"]);
    assert_eq!(outbox.cursor("kafka").owed, 4);
    let losses = outbox.losses().unwrap();
    let want = [(Level::Informational, 1), (Level::Low, 2), (Level::Medium, 1), (Level::High, 1)];
    assert_eq!(losses, want);
}

#[test]
fn age_takes_what_everybody_has_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = open(&dir, PLENTY, &["kafka", "file"]);
    let entries: Vec<_> = (0..4).map(|n| entry("a", n, Level::Low)).collect();
    outbox.write(&entries[..2], &settle_at("kafka", 0), 100).unwrap();
    outbox.write(&entries[2..], &settle_at("kafka", 0), 5_000).unwrap();
    outbox.write(&[], &settle_at("kafka", 4), 5_000).unwrap();
    outbox.write(&[], &settle_at("file", 1), 5_000).unwrap();
    assert_eq!(outbox.tidy(1_000).unwrap().0, 0, "young enough");
    assert_eq!(outbox.tidy(5_000).unwrap().0, 1, "the second is old, but owed to one");
    outbox.write(&[], &settle_at("file", 4), 5_000).unwrap();
    assert_eq!(outbox.tidy(5_000).unwrap().0, 1, "the others are young");
    assert_eq!(outbox.octets(), entries[2].octets() * 2);
}

#[test]
fn an_output_never_gets_a_form_that_shows_more() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = open(&dir, PLENTY, &["kafka"]);
    let mut clear = entry("a", 0, Level::High);
    clear.bodies[0].form = Subscribers::Clear;
    let both = [Subscribers::Pseudonym, Subscribers::Masked].map(|form| {
        let json = format!("{form:?}");
        Body { form, key: String::new(), json }
    });
    let rich = Entry { bodies: both.to_vec(), ..entry("b", 0, Level::High) };
    outbox.write(&[clear, rich], &[], 1).unwrap();
    let got = |form| -> Vec<Option<String>> {
        let items = outbox.batch("kafka", 0, form, 10, 1 << 20).unwrap();
        items.into_iter().map(|item| item.json).collect()
    };
    assert_eq!(got(Subscribers::Pseudonym), [None, Some("Pseudonym".to_owned())]);
    assert_eq!(got(Subscribers::Masked), [None, Some("Masked".to_owned())]);
    assert!(got(Subscribers::Clear)[0].is_some());
    assert_eq!(got(Subscribers::Clear)[1].as_deref(), Some("Masked"));
}

#[test]
fn what_nobody_takes_for_long_is_given_up_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = open(&dir, PLENTY, &["kafka"]);
    outbox.write(&[entry("a", 0, Level::High)], &[], 1).unwrap();
    outbox.write(&[entry("b", 0, Level::Low)], &[], 40_000).unwrap();
    assert_eq!(outbox.tidy(50_000).unwrap(), (0, Vec::new()), "owed, and not for so long");
    let (gone, lost) = outbox.tidy(50_002).unwrap();
    assert_eq!((gone, lost.len(), lost[0].id.as_str(), lost[0].level), (1, 1, "a", Level::High));
    assert_eq!(outbox.cursor("kafka").owed, 1);
    assert_eq!(outbox.losses().unwrap(), [(Level::High, 1)]);
}

#[test]
fn a_disk_without_room_keeps_the_gravest() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = open(&dir, PLENTY, &["kafka"]);
    let levels = [Level::Low, Level::Critical, Level::Medium, Level::High];
    for n in 0_u32..400 {
        let level = levels[usize::try_from(n).unwrap() % 4];
        outbox.write(&[entry("a", n, level)], &[], 1).unwrap();
    }
    let one = entry("a", 0, Level::Low).octets();
    outbox.free_log();
    let way = outbox.give_way(Level::Medium, one * 100 - 1).unwrap();
    assert_eq!(way.lost.len(), 100);
    assert!(way.lost.iter().all(|gone| gone.level == Level::Low), "{way:?}");
    let way = outbox.give_way(Level::Medium, 1).unwrap();
    assert_eq!((way.lost.len(), way.lost[0].level), (1, Level::Medium));
    let way = outbox.give_way(Level::Low, one).unwrap();
    assert!(!way.freed && way.lost.is_empty(), "what is graver stays: {way:?}");
    // What somebody has goes before what is owed, however grave.
    outbox.write(&[], &settle_at("kafka", 2), 1).unwrap();
    let way = outbox.give_way(Level::Informational, 1).unwrap();
    assert!(way.freed && way.lost.is_empty(), "{way:?}");
    assert_eq!(outbox.losses().unwrap(), [(Level::Low, 100), (Level::Medium, 1)]);
}

#[test]
fn there_is_one_writer_and_its_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let dir_path = dir.path().join("state");
    let mut outbox = Outbox::open(&dir_path, limits(PLENTY), &[]).unwrap();
    outbox.write(&[entry("a", 0, Level::High)], &[], 1).unwrap();
    let second = Outbox::open(&dir_path, limits(PLENTY), &[]);
    assert!(matches!(second, Err(OutboxError::InUse { .. })), "{second:?}");
    for file in fs::read_dir(&dir_path).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
    }
    assert_eq!(fs::metadata(&dir_path).unwrap().permissions().mode() & 0o777, 0o700);
    drop(outbox);
    Outbox::open(&dir_path, limits(PLENTY), &[]).unwrap();
}

/// Power goes at any octet of the log: what was written before the last complete transaction is
/// there, whole, and nothing else. `synchronous` says that the disk had it when `write` returned.
#[test]
fn after_a_power_cut_exactly_the_finished_writes_are_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = open(&dir, PLENTY, &["kafka"]);
    let synchronous: i64 =
        outbox.connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
    assert_eq!(synchronous, 2, "FULL");
    // All of it stays in the log.
    outbox.connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    let (database, log) = (dir.path().join(FILE), dir.path().join("outbox.sqlite-wal"));
    let start = fs::metadata(&log).unwrap().len();
    // Where the log ends after each write, and what is kept and taken then.
    let mut ends = vec![(start, 0, 0)];
    for n in 0_u32..24 {
        let entries = [entry("a", 2 * n, Level::High), entry("a", 2 * n + 1, Level::High)];
        let taken = i64::from(n);
        outbox.write(&entries, &settle_at("kafka", taken), 1).unwrap();
        ends.push((fs::metadata(&log).unwrap().len(), 2 * (n + 1), taken));
    }
    let (whole, octets) = (fs::read(&log).unwrap(), fs::read(&database).unwrap());
    let mut cuts: Vec<usize> = (0..97).map(|n| whole.len() * n / 97).collect();
    for (end, ..) in &ends {
        let end = usize::try_from(*end).unwrap();
        cuts.extend([end.saturating_sub(1), end, end + 1, end + 4_000]);
    }
    let mut checked = 0;
    for cut in cuts.into_iter().filter(|cut| u64::try_from(*cut).unwrap() >= start) {
        let cut = cut.min(whole.len());
        let after = tempfile::tempdir().unwrap();
        fs::write(after.path().join(FILE), &octets).unwrap();
        fs::write(after.path().join("outbox.sqlite-wal"), &whole[..cut]).unwrap();
        let found = open(&after, PLENTY, &["kafka"]);
        let (_, kept, taken) =
            ends.iter().rfind(|(end, ..)| *end <= u64::try_from(cut).unwrap()).unwrap();
        let ids: Vec<u32> = found
            .batch("kafka", 0, Subscribers::Pseudonym, 1_000, 1 << 20)
            .unwrap()
            .iter()
            .map(|item| item.revision)
            .collect();
        let want: Vec<u32> = (u32::try_from(*taken).unwrap()..*kept).collect();
        assert_eq!(ids, want, "cut at {cut}");
        let sound: String =
            found.connection.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok", "cut at {cut}");
        checked += 1;
    }
    println!("power cut at {checked} places of a log of {} octets", whole.len());
    assert!(checked > 100);
}

#[test]
fn questions_find_what_was_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = open(&dir, PLENTY, &["kafka"]);
    let mut entries = vec![
        entry("aa", 0, Level::Low),
        entry("aa", 1, Level::High),
        entry("bb", 7, Level::Critical),
        entry("cc", 9, Level::Medium),
    ];
    entries[2].subscriber = Some("sub:2".to_owned());
    entries[2].msisdn = Some("sub:m".to_owned());
    entries[3].gt = Some("4915".to_owned());
    entries[3].rule_name = "other".to_owned();
    outbox.write(&entries, &settle_at("kafka", 3), 1).unwrap();
    outbox.write(&[], &settle_at("kafka", 3), 1).unwrap();
    let query = Query::open(dir.path()).unwrap();
    let ask = |filter: &Filter| {
        let mut found = Vec::new();
        let each = |row: Row| {
            found.push(format!("{}.{}{}", row.id, row.revision, "!".repeat(row.owed.len())));
            Ok::<(), OutboxError>(())
        };
        query.each(filter, each).unwrap();
        found
    };
    let all = Filter::default();
    for (filter, want) in [
        (all.clone(), &["aa.1", "bb.7", "cc.9!"][..]),
        (Filter { revisions: true, ..all.clone() }, &["aa.0", "aa.1", "bb.7", "cc.9!"]),
        (Filter { limit: Some(1), ..all.clone() }, &["cc.9!"]),
        (Filter { subscriber: vec!["sub:m".to_owned()], ..all.clone() }, &["bb.7"]),
        (
            Filter { subscriber: vec!["sub:2".to_owned(), "sub:1".to_owned()], ..all.clone() },
            &["aa.1", "bb.7", "cc.9!"],
        ),
        (Filter { gt: Some("49".to_owned()), ..all.clone() }, &["cc.9!"]),
        (Filter { gt: Some("999901".to_owned()), ..all.clone() }, &["aa.1", "bb.7"]),
        (Filter { rule: Some("other".to_owned()), ..all.clone() }, &["cc.9!"]),
        (Filter { level: Some(Level::High), ..all.clone() }, &["aa.1", "bb.7"]),
        (Filter { since: Some(7), ..all.clone() }, &["bb.7", "cc.9!"]),
        (Filter { since: Some(7), until: Some(9), ..all.clone() }, &["bb.7"]),
        (Filter { id: Some("a".to_owned()), ..all.clone() }, &["aa.1"]),
        (Filter { id: Some("' OR 1=1 --".to_owned()), ..all }, &[]),
    ] {
        assert_eq!(ask(&filter), want, "{filter:?}");
    }
    let nowhere = tempfile::tempdir().unwrap();
    assert!(matches!(Query::open(nowhere.path()), Err(OutboxError::Missing { .. })));
}
