//! What a run is held to: the file that was sent, where the verdict does not depend on when a frame came.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::wire::Scene;

/// Frames that alerts cite, by rule.
pub(crate) type Cited = BTreeMap<String, BTreeSet<u64>>;

/// Returns the rules that look at one message alone: none of their fields changes with the clock.
pub(crate) fn clockless() -> BTreeSet<String> {
    fn read(directory: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(directory).expect("the rules").flatten() {
            if entry.path().is_dir() {
                read(&entry.path(), names);
                continue;
            }
            let text = fs::read_to_string(entry.path()).expect("a rule");
            let timed = ["correlation:", "tracking.", "dialogue.", "previous"];
            if timed.iter().all(|word| !text.contains(word)) {
                let name = text.lines().find_map(|line| line.strip_prefix("name: "));
                names.extend(name.map(str::to_owned));
            }
        }
    }
    let mut names = BTreeSet::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/library"), &mut names);
    names
}

/// Takes the labelled attacks of an evaluation set; `None`, having said so, where there is none.
pub(crate) fn lab(more: &str) -> Option<Scene> {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/lab");
    let scene = Scene::empty();
    if fs::copy(lab.join("attacks.pcap.gz"), scene.path("sent.pcap")).is_err() {
        eprintln!("skipped: no ../shared");
        return None;
    }
    let written = fs::read_to_string(lab.join("picket.toml")).expect("a configuration");
    // Digits, as in the configurations that `picket synth` writes: a run shows pseudonyms otherwise.
    scene.configure(&written, &format!("[privacy]\nsubscribers = \"clear\"\n{more}"));
    Some(scene)
}

/// Holds a run to its recording, whose replay gives the same octets, and to the file that was sent:
/// rules that need no clock cite the same frames.
pub(crate) fn as_in_its_file(scene: &Scene) {
    let alerts = scene.alerts();
    let replayed = scene.replay("record.pcapng");
    let differs = alerts.lines().zip(replayed.lines()).find(|(live, file)| live != file);
    assert_eq!(differs, None);
    assert_eq!(alerts.len(), replayed.len());
    let rules = clockless();
    let (live, file) = (cited(&alerts, &rules), cited(&scene.replay("sent.pcap"), &rules));
    assert!(file.len() >= 10, "{file:?}");
    assert_eq!(live, file);
}

/// Returns the frames alerts of these rules cite.
pub(crate) fn cited(alerts: &str, rules: &BTreeSet<String>) -> Cited {
    let mut cited = Cited::new();
    for line in alerts.lines() {
        let alert: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let name = alert["alert"]["rule_name"].as_str().expect("a name").to_owned();
        if !rules.contains(&name) {
            continue;
        }
        let frames = alert["evidence"].as_array().expect("evidence").iter();
        let frames = frames.map(|evidence| evidence["frame"].as_u64().expect("a frame"));
        cited.entry(name).or_default().extend(frames);
    }
    cited
}
