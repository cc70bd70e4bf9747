//! Delivery to a real Apache Kafka: what arrives, and what happens when it does not.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failure here is the test's"
)]

#[path = "harness/alerts.rs"]
mod alerts;
mod broker;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    time::Duration,
};

use assert_cmd::cargo::cargo_bin;
use broker::{ADMIN, Broker, Message, NOBODY};
use picket::sink::delivery::{Delivery, State, runtime};
use serde_json::Value;
use tempfile::TempDir;

/// A capture with attacks, a configuration that goes with it, and a place for state.
struct Place {
    dir: TempDir,
    config: String,
}

impl Place {
    fn new(messages: u32) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let config = dir.path().join("synth.toml");
        let made = Command::new(cargo_bin!("picket"))
            .args(["synth", "--messages", &messages.to_string()])
            .arg(dir.path().join("a.pcap"))
            .arg("--config")
            .arg(&config)
            .stdout(Stdio::null())
            .status();
        assert!(made.expect("it runs").success());
        let config = fs::read_to_string(config).expect("written");
        // A capture without packets: nanoseconds, little-endian, Ethernet.
        let empty =
            [0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
        fs::write(dir.path().join("empty.pcap"), empty).expect("written");
        Self { dir, config }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Replays a capture with outputs of its own.
    fn deliver(&self, capture: &str, state: &str, outputs: &str, more: &[&str]) -> Output {
        self.command(capture, state, outputs, more).output().expect("it runs")
    }

    fn command(&self, capture: &str, state: &str, outputs: &str, more: &[&str]) -> Command {
        let config = self.path(&format!("{state}.toml"));
        // Not --state: with that a replay also starts from what the one before learnt.
        let dir = self.path(state).display().to_string();
        let settings = format!("{}\n{outputs}\n[state]\ndir = \"{dir}\"\n", self.config);
        fs::write(&config, settings).expect("written");
        let mut command = Command::new(cargo_bin!("picket"));
        let capture = if capture == "-" { PathBuf::from("-") } else { self.path(capture) };
        command.arg("replay").arg(capture).arg("-c").arg(config);
        command.args(["-q", "--deliver"]).args(more);
        command.stdin(Stdio::null());
        command
    }

    /// Returns `id.revision` of every alert of the capture, by a replay that delivers nothing.
    fn expected(&self) -> BTreeSet<String> {
        let config = self.path("plain.toml");
        fs::write(&config, &self.config).expect("written");
        let output = Command::new(cargo_bin!("picket"))
            .arg("replay")
            .arg(self.path("a.pcap"))
            .args(["--json", "-c"])
            .arg(config)
            .output()
            .expect("it runs");
        let ids: BTreeSet<_> = lines(&output.stdout).iter().map(id).collect();
        assert!(ids.len() > 100, "{} alerts", ids.len());
        ids
    }

    /// Returns the level of every alert of the capture.
    fn levels(&self) -> BTreeMap<String, String> {
        let output = Command::new(cargo_bin!("picket"))
            .arg("replay")
            .arg(self.path("a.pcap"))
            .args(["--json", "-c"])
            .arg(self.path("plain.toml"))
            .output()
            .expect("it runs");
        let level = |alert: &Value| alert["alert"]["level"].as_str().expect("a level").to_owned();
        lines(&output.stdout).iter().map(|alert| (id(alert), level(alert))).collect()
    }

    /// Returns `id.revision` of everything the outbox keeps.
    fn kept(&self, state: &str) -> BTreeSet<String> {
        let output = Command::new(cargo_bin!("picket"))
            .args(["alerts", "export", "--revisions", "--state"])
            .arg(self.path(state))
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        lines(&output.stdout).iter().map(id).collect()
    }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn lines(octets: &[u8]) -> Vec<Value> {
    text(octets).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn id(alert: &Value) -> String {
    format!("{}.{}", alert["id"].as_str().expect("an id"), alert["revision"])
}

fn kafka(address: &str, topic: &str, properties: &str) -> String {
    format!(
        "[output.kafka]\nbrokers = [\"{address}\"]\ntopics = {{ alerts = \"{topic}\" }}\n\
         subscribers = \"pseudonym\"\nproperties = {{ {properties} }}\n"
    )
}

fn secure(broker: &Broker, topic: &str, (name, password): (&str, &str), ca: bool) -> String {
    let ca = if ca {
        format!(", \"ssl.ca.location\" = \"{}\"", broker.authority().display())
    } else {
        String::new()
    };
    let properties = format!(
        "\"security.protocol\" = \"SASL_SSL\", \"sasl.mechanism\" = \"SCRAM-SHA-512\", \
         \"sasl.username\" = \"{name}\", \"sasl.password\" = \"{password}\"{ca}"
    );
    kafka(&broker.secure, topic, &properties)
}

/// Names that no other run of the tests uses, for a broker that runs for long.
fn topic(name: &str) -> String {
    format!("picket.test.{name}.{}", std::process::id())
}

fn ids(messages: &[Message]) -> BTreeSet<String> {
    messages.iter().map(|message| message.header("ce_id").to_owned()).collect()
}

/// Revisions of an alert come in their order, but for repeats of what came before.
fn assert_in_order(messages: &[Message]) {
    let mut newest: BTreeMap<(u32, String), u64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for message in messages {
        let (alert, revision) = message.header("ce_id").rsplit_once('.').expect("id.revision");
        if !seen.insert(message.header("ce_id").to_owned()) {
            continue;
        }
        let revision: u64 = revision.parse().expect("a number");
        let before = newest.insert((message.partition, alert.to_owned()), revision);
        assert!(
            before.is_none_or(|before| before < revision),
            "{alert}: {revision} after {before:?}"
        );
    }
}

#[test]
fn alerts_arrive_with_key_headers_and_in_order() {
    let broker = Broker::shared();
    let name = topic("order");
    broker.topic(&name, 3, &[]);
    let place = Place::new(3_000);
    let output = place.deliver("a.pcap", "state", &kafka(&broker.address, &name, ""), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let messages = broker.read(&name);
    println!("{} alert revisions in {name}", messages.len());
    assert_eq!(ids(&messages), place.expected());
    assert_eq!(messages.len(), ids(&messages).len(), "without trouble nothing comes twice");
    assert_in_order(&messages);
    let mut partitions: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for message in &messages {
        let alert: Value = serde_json::from_str(&message.value).expect("JSON");
        let gt = alert["attacker"]["gt"].as_str();
        let key = alert["subscriber"]["id"].as_str().or(gt).expect("a key");
        assert_eq!(message.key, key);
        assert!(alert.get("subscriber").is_none() || key.starts_with("sub:"), "{key}");
        partitions.entry(&message.key).or_default().insert(message.partition);
        let sensor = alert["sensor"]["id"].as_str().expect("a sensor");
        let want = [
            ("ce_specversion", "1.0".to_owned()),
            ("ce_id", id(&alert)),
            ("ce_type", "picket.alert.v1".to_owned()),
            ("ce_source", format!("/picket/{sensor}")),
            ("ce_time", alert["timestamp"].as_str().expect("a time").to_owned()),
            ("content-type", "application/json".to_owned()),
        ];
        let want: Vec<_> = want.map(|(key, value)| (key.to_owned(), value)).to_vec();
        assert_eq!(message.headers, want);
    }
    assert!(partitions.values().all(|of_key| of_key.len() == 1), "a key has one partition");
    assert!(partitions.len() > 10);
}

#[test]
fn who_is_refused_is_told_why_at_once_and_loses_nothing() {
    let broker = Broker::shared();
    if !broker.is_ours() {
        println!("skipped: the broker named by PICKET_TEST_KAFKA has other users");
        return;
    }
    let name = topic("secure");
    broker.topic(&name, 1, &[]);
    let place = Place::new(1_000);
    let wrong = (ADMIN.0, "not-the-password");
    for (outputs, want) in [
        (secure(&broker, &name, wrong, true), "refuses the credentials"),
        (secure(&broker, &name, NOBODY, true), "may not write there"),
        (secure(&broker, &name, ADMIN, false), "TLS is refused"),
    ] {
        let output = place.deliver("a.pcap", "state", &outputs, &["--deliver-timeout", "600"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        for want in [want, "are owed", "outbox.sqlite"] {
            assert!(said.contains(want), "{want} in: {said}");
        }
        assert!(!said.contains("not-the-password"), "{said}");
    }
    assert!(broker.read(&name).is_empty());
    // Nothing new is replayed: what arrives is what was owed.
    let output = place.deliver("empty.pcap", "state", &secure(&broker, &name, ADMIN, true), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let messages = broker.read(&name);
    println!("{} alert revisions delivered once the password was right", messages.len());
    assert_eq!(ids(&messages), place.expected());
    assert_in_order(&messages);
}

#[test]
fn a_property_nobody_knows_is_named() {
    let place = Place::new(100);
    let outputs = kafka("127.0.0.1:9", "t", "\"no.such.property\" = 1");
    let output = place.deliver("empty.pcap", "state", &outputs, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no.such.property"), "{}", text(&output.stderr));
}

#[test]
fn a_topic_that_is_not_there_is_said_and_owed() {
    let broker = Broker::shared();
    let name = topic("absent");
    let place = Place::new(1_000);
    let outputs = kafka(&broker.address, &name, "\"topic.metadata.propagation.max.ms\" = 1000");
    let output = place.deliver("a.pcap", "state", &outputs, &["--deliver-timeout", "8"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("no such topic"), "{}", text(&output.stderr));
    broker.topic(&name, 1, &[]);
    let output = place.deliver("empty.pcap", "state", &outputs, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(ids(&broker.read(&name)), place.expected());
}

#[test]
fn what_is_too_large_blocks_nothing_and_becomes_an_alert() {
    const MOST: usize = 3_000;
    let broker = Broker::shared();
    let name = topic("large");
    broker.topic(&name, 1, &[("max.message.bytes", &MOST.to_string())]);
    let place = Place::new(2_000);
    let outputs = kafka(&broker.address, &name, "\"compression.type\" = \"none\"");
    let output = place.deliver("a.pcap", "state", &outputs, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let messages = broker.read(&name);
    let notices: Vec<Value> = messages
        .iter()
        .map(|message| serde_json::from_str(&message.value).expect("JSON"))
        .filter(|alert: &Value| alert["alert"]["rule_name"] == "picket_alerts_refused")
        .collect();
    let notice_ids: BTreeSet<_> = notices.iter().map(id).collect();
    let arrived: BTreeSet<_> = ids(&messages).difference(&notice_ids).cloned().collect();
    let parked: BTreeSet<_> = place.expected().difference(&arrived).cloned().collect();
    println!("{} arrived, {} were too large", arrived.len(), parked.len());
    assert!(!parked.is_empty() && arrived.len() > parked.len());
    assert!(arrived.is_subset(&place.expected()));
    let last = notices.last().expect("a notice");
    assert_eq!(last["alert"]["count"], parked.len(), "{last}");
    assert_eq!(last["alert"]["group"]["sink"], "kafka");
    assert!(parked.is_subset(&place.kept("state")), "they stay in the outbox");
}

#[test]
fn nothing_is_lost_while_the_broker_is_away() {
    let rounds: u64 = setting("PICKET_TEST_OUTAGE_SECONDS", 20);
    let broker = Broker::start();
    let name = topic("outage");
    broker.topic(&name, 2, &[]);
    let dir = tempfile::tempdir().expect("a directory");
    let (plan, names, alerts) = alerts::some(kafka_output(&broker, &name), dir.path());
    let runtime = runtime().expect("a runtime");
    let start = || Delivery::start(&plan, runtime.handle()).expect("it starts");
    let mut alerts = alerts.into_iter().cycle().enumerate();
    let mut offered = BTreeSet::new();
    let mut offer = |delivery: &Delivery, count: usize| {
        for (number, alert) in alerts.by_ref().take(count) {
            // Each with an id of its own, however long this takes.
            let mut alert = alert;
            alert.id.0[..8].copy_from_slice(&u64::try_from(number).expect("small").to_be_bytes());
            offered.insert(format!("{}.{}", alert.id, alert.revision));
            delivery.offer(alert, &names);
        }
    };
    let mut delivery = start();
    offer(&delivery, 20);
    assert!(delivery.drain(PATIENCE), "{:?}", delivery.status());
    broker.stop();
    let mut away = false;
    for round in 0..rounds {
        offer(&delivery, 5);
        assert!(delivery.flush(PATIENCE), "kept without a broker");
        // Waits a second for progress there cannot be.
        assert!(!delivery.drain(Duration::from_secs(1)), "{:?}", delivery.status());
        away |= delivery.status().sinks.iter().any(|sink| sink.state == State::Away);
        if round == rounds / 2 {
            delivery.close();
            delivery = start();
        }
    }
    assert!(away, "{:?}", delivery.status());
    broker.resume();
    assert!(delivery.drain(PATIENCE), "{:?}", delivery.status());
    offer(&delivery, 20);
    broker.kill();
    offer(&delivery, 20);
    assert!(delivery.flush(PATIENCE));
    broker.resume();
    offer(&delivery, 20);
    assert!(delivery.drain(PATIENCE), "{:?}", delivery.status());
    let status = delivery.status();
    assert_eq!(status.outbox.lost, [0; 5]);
    delivery.close();
    let messages = broker.read(&name);
    println!(
        "broker stopped for {rounds} s, then killed: {} offered, {} arrived, {} of them again",
        offered.len(),
        ids(&messages).len(),
        messages.len() - ids(&messages).len()
    );
    assert_eq!(ids(&messages), offered);
}

#[test]
fn picket_may_be_killed_at_any_moment() {
    let kills: u64 = setting("PICKET_TEST_KILLS", 10);
    let broker = Broker::shared();
    let name = topic("killed");
    broker.topic(&name, 2, &[]);
    let place = Place::new(4_000);
    let expected = place.expected();
    let outputs = kafka(&broker.address, &name, "\"linger.ms\" = 20");
    // Places in the capture and moments from a fixed seed (xorshift). The capture comes through a pipe
    // that stays open, so that picket is always in the middle of it when it is killed.
    let capture = fs::read(place.path("a.pcap")).expect("written");
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut killed = 0;
    for _ in 0..kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let moment = Duration::from_millis(100 + random % 1_500);
        let length = capture.len() * usize::try_from(20 + random % 80).expect("small") / 100;
        let part = capture.get(..length).expect("a part").to_vec();
        let mut child = place.command("-", "state", &outputs, &[]);
        child.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = child.spawn().expect("it runs");
        let mut pipe = child.stdin.take().expect("a pipe");
        let (hold, held) = mpsc::channel::<()>();
        let writing = std::thread::spawn(move || {
            // Picket may be killed before it has read all.
            let _ = pipe.write_all(&part);
            let _ = held.recv_timeout(moment);
            pipe
        });
        let pipe = writing.join().expect("it writes");
        child.kill().expect("it is there to be killed");
        let status = child.wait().expect("it ends");
        drop((pipe, hold));
        assert_eq!(status.signal(), Some(9), "{status}");
        killed += 1;
        if !place.path("state/outbox.sqlite").exists() {
            continue;
        }
        // What was kept goes out without being found again.
        let output = place.deliver("empty.pcap", "state", &outputs, &[]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let (arrived, kept) = (ids(&broker.read(&name)), place.kept("state"));
        let missing: Vec<_> = kept.difference(&arrived).collect();
        assert!(missing.is_empty(), "kept, and never delivered: {missing:?}");
        assert!(arrived.is_subset(&expected));
    }
    let output = place.deliver("a.pcap", "state", &outputs, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let messages = broker.read(&name);
    println!(
        "killed {killed} of {kills} times: {} ids as in a calm run, {} messages",
        expected.len(),
        messages.len()
    );
    assert_eq!(ids(&messages), expected);
}

#[test]
fn events_anomalies_and_statistics_go_to_the_topics_that_are_named() {
    let broker = Broker::shared();
    let [events, anomalies, stats] = ["events", "anomalies", "stats"].map(topic);
    for name in [&events, &anomalies, &stats] {
        broker.topic(name, 1, &[]);
    }
    let place = Place::new(1_000);
    let outputs = format!(
        "[output.kafka]\nbrokers = [\"{}\"]\nsubscribers = \"pseudonym\"\n[output.kafka.topics]\n\
         alerts = \"{}\"\nevents = \"{events}\"\nanomalies = \"{anomalies}\"\nstats = \"{stats}\"\n",
        broker.address,
        topic("beside")
    );
    broker.topic(&topic("beside"), 1, &[]);
    let written = place.path("events.jsonl");
    let more = ["--events", written.to_str().expect("text")];
    let output = place.deliver("a.pcap", "state", &outputs, &more);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let written = lines(&fs::read(written).expect("written"));
    let odd = written.iter().filter(|event| event.get("anomaly").is_some()).count();
    let (events, anomalies, stats) =
        (broker.read(&events), broker.read(&anomalies), broker.read(&stats));
    println!("{} events, {} anomalies, {} statistics", events.len(), anomalies.len(), stats.len());
    assert_eq!((events.len(), anomalies.len()), (written.len(), odd));
    assert_eq!(ids(&events).len(), events.len(), "each has an id of its own");
    assert!(events.iter().all(|event| event.header("ce_type") == "picket.event.v1"));
    let last: Value = serde_json::from_str(&stats.last().expect("one").value).expect("JSON");
    assert!(last["frames"].as_u64().is_some_and(|frames| frames > 1_000), "{last}");
}

#[test]
fn an_outbox_on_a_full_disk_ends_in_time_and_says_what_it_could_not_keep() {
    let allowed = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        println!("skipped: mounting a file system is not allowed here");
        return;
    }
    let place = Place::new(6_000);
    let disk = place.path("disk");
    fs::create_dir(&disk).expect("a directory");
    // Nobody listens there: everything stays owed. The queue has room for all, so that it is the
    // disk that chooses: a queue too short for a burst knows nothing of what is on the disk.
    let outputs = "[output.unix]\npath = \"nobody.sock\"\n[output.outbox]\nqueue = 1024\n";
    let config = place.path("full.toml");
    let state = format!("[state]\ndir = \"{}\"\n", disk.display());
    fs::write(&config, format!("{}\n{outputs}\n{state}", place.config)).expect("written");
    let script = "mount -t tmpfs -o size=1m tmpfs \"$1\" && cp \"$2\" \"$1/fill\" 2>/dev/null; rm -f \"$1/fill\"
        \"$3\" replay \"$2\" -c \"$4\" -q --deliver --deliver-timeout 3 2>\"$1.err\"; echo $? >\"$1.rc\"
        \"$3\" alerts export --revisions --state \"$1\" >\"$1.jsonl\"";
    let ran = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .args([&disk, &place.path("a.pcap"), Path::new(cargo_bin!("picket")), &config])
        .output()
        .expect("it runs");
    let said = fs::read_to_string(place.path("disk.err")).expect("written");
    assert!(ran.status.success(), "{} {said}", text(&ran.stderr));
    assert_eq!(fs::read_to_string(place.path("disk.rc")).expect("written"), "1\n", "{said}");
    // Lost, or still in memory when the time was up: told either way.
    assert!(said.contains("were lost") || said.contains("could not be kept"), "{said}");
    let kept = lines(&fs::read(place.path("disk.jsonl")).expect("written"));
    let grave = |level: &str| kept.iter().filter(|alert| alert["alert"]["level"] == level).count();
    println!(
        "a disk of 1 MiB: {} kept of {}, {} critical, {} high, {} low",
        kept.len(),
        place.expected().len(),
        grave("critical"),
        grave("high"),
        grave("low")
    );
    assert!(kept.len() > 20 && kept.len() < place.expected().len());
    // The loss takes the least grave: none of what is gone is graver than what was kept.
    let levels = ["informational", "low", "medium", "high", "critical"];
    let all = place.levels();
    let rank = |level: &str| levels.iter().position(|known| *known == level).expect("a level");
    let ids: BTreeSet<String> = kept.iter().map(id).collect();
    let gone = all.iter().filter(|(id, _)| !ids.contains(*id)).map(|(_, level)| rank(level));
    // What Picket says of itself is not of the capture.
    let found = kept.iter().filter_map(|alert| all.get(&id(alert)));
    let least = found.map(|level| rank(level)).min();
    let gone = gone.max();
    assert!(gone <= least, "gone: {:?}, kept: {least:?}; {said}", gone_by(&all, &ids));
    let missing = gone_by(&all, &ids).values().sum::<usize>();
    let told = told(&said, "were lost") + told(&said, "could not be kept");
    assert!(missing <= told, "{missing} missing, {told} told: {said}");
}

/// Returns the number in the line that tells so.
fn told(said: &str, what: &str) -> usize {
    let line = said.lines().find(|line| line.starts_with("picket: ") && line.contains(what));
    let number = line.and_then(|line| line.split(' ').nth(1));
    number.map_or(0, |number| number.parse().expect("a number"))
}

/// Counts what is gone by level.
fn gone_by(all: &BTreeMap<String, String>, kept: &BTreeSet<String>) -> BTreeMap<String, usize> {
    let mut gone = BTreeMap::new();
    for (_, level) in all.iter().filter(|(id, _)| !kept.contains(*id)) {
        *gone.entry(level.clone()).or_default() += 1;
    }
    gone
}

fn kafka_output(broker: &Broker, topic: &str) -> picket::config::Output {
    toml::from_str::<BTreeMap<String, picket::config::Output>>(&kafka(&broker.address, topic, ""))
        .expect("a configuration")
        .remove("output")
        .expect("a table")
}

#[expect(clippy::disallowed_methods, reason = "how `make soak` asks for more")]
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
