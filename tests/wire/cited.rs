//! Which frames alerts cite, of the rules whose verdict does not depend on when a frame came.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

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
