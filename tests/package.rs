//! The appliance: the unit and its score, the Debian package installed and removed, and what is shipped
//! for Prometheus and Grafana.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a failure here is the test's, and what is skipped is said"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use picket::operate::metrics;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output
}

/// Whether a program is there; else says that something is skipped.
fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        eprintln!("skipped: no {program}");
    }
    there
}

/// Exposure that systemd-analyze counts for the unit, 10 being the worst; it was 1.7 when last looked.
const MOST_EXPOSED: f64 = 1.8;

#[test]
fn the_unit_exposes_little() {
    if !has("systemd-analyze") {
        return;
    }
    let unit = root().join("hw/appliance/picket.service");
    let output = run(Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(unit));
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().rev().find(|line| line.contains("Overall exposure level"));
    let score = last.and_then(|line| line.split(':').nth(1)?.split_whitespace().next());
    let score: f64 = score.expect("a score").parse().expect("a number");
    assert!(score <= MOST_EXPOSED, "{said}");
}

/// Lists what is below a directory, as paths from it.
fn below(dir: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path.strip_prefix(dir).expect("below").to_owned());
        }
    }
    found
}

#[test]
fn the_package_is_installed_and_removed() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root installs packages, into another root too");
        return;
    }
    if !["dpkg-deb", "dpkg-shlibdeps", "systemd-sysusers"].iter().all(|program| has(program)) {
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let (package, other) = (dir.path().join("picket.deb"), dir.path().join("root"));
    let program = assert_cmd::cargo::cargo_bin!("picket");
    run(Command::new(root().join("scripts/deb.sh")).arg(program).arg(&package).arg("1"));
    for folder in ["info", "updates", "triggers"] {
        fs::create_dir_all(other.join("var/lib/dpkg").join(folder)).expect("made");
    }
    for file in ["status", "available"] {
        fs::write(other.join("var/lib/dpkg").join(file), "").expect("written");
    }
    // Nothing of this machine is touched: another root, where what it depends on is not.
    let dpkg = |arguments: &[&str]| {
        run(Command::new("dpkg")
            .arg(format!("--root={}", other.display()))
            .args(["--force-depends", "--force-script-chrootless", "--log=/dev/null"])
            .args(arguments));
    };
    dpkg(&["--install", package.to_str().expect("text")]);
    for file in [
        "usr/bin/picket",
        "lib/systemd/system/picket.service",
        "etc/picket/picket.toml",
        "usr/share/man/man1/picket.1.gz",
        "usr/share/man/man1/picket-run.1.gz",
        "usr/share/bash-completion/completions/picket",
        "usr/share/zsh/vendor-completions/_picket",
        "usr/share/doc/picket/operate.md",
        "usr/share/picket/alerts.yml",
    ] {
        assert!(other.join(file).is_file(), "{file}: {:#?}", below(&other));
    }
    let users = fs::read_to_string(other.join("etc/passwd")).expect("users");
    assert!(users.lines().any(|line| line.starts_with("picket:")), "{users}");
    let rules = below(&other.join("usr/share/picket/rules")).len();
    assert!(rules > 100, "{rules} rules");
    // The installed program runs, and says what is missing in the configuration it comes with.
    let installed = other.join("usr/bin/picket");
    let checked = Command::new(&installed)
        .args(["check", "-c"])
        .arg(other.join("etc/picket/picket.toml"))
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&checked.stderr);
    assert_eq!(checked.status.code(), Some(2), "{said}");
    assert!(said.contains("gt_prefixes"), "{said}");
    fs::create_dir_all(other.join("var/lib/picket")).expect("made");
    fs::write(other.join("var/lib/picket/outbox.sqlite"), "").expect("written");
    dpkg(&["--remove", "picket"]);
    assert!(!installed.exists());
    assert!(other.join("etc/picket/picket.toml").exists(), "a configuration outlives a removal");
    assert!(other.join("var/lib/picket/outbox.sqlite").exists(), "and so do alerts");
    dpkg(&["--purge", "picket"]);
    let left: Vec<_> = below(&other)
        .into_iter()
        .filter(|path| path.to_string_lossy().contains("picket"))
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

#[test]
fn man_pages_are_written_for_every_verb() {
    let dir = tempfile::tempdir().expect("a directory");
    run(Command::new(assert_cmd::cargo::cargo_bin!("picket")).arg("man").arg(dir.path()));
    let pages = below(dir.path());
    for page in
        ["picket.1", "picket-run.1", "picket-ctl.1", "picket-ctl-suppress.1", "picket-top.1"]
    {
        assert!(pages.contains(Path::new(page)), "{page}: {pages:?}");
    }
    let text = fs::read_to_string(dir.path().join("picket-run.1")).expect("a page");
    assert!(text.contains("SIGTERM") && text.contains("\\-\\-record"), "{text}");
}

/// Returns the metrics a text speaks of.
fn named(text: &str) -> BTreeSet<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c: char| !word(c)).filter(|found| {
        found.starts_with("picket_") || (found.starts_with("process_") && found.len() > 8)
    });
    words.map(str::to_owned).collect()
}

#[test]
fn dashboard_and_alert_rules_name_metrics_there_are() {
    let known: BTreeSet<&str> = metrics::families().map(|family| family.name).collect();
    let read =
        |name: &str| fs::read_to_string(root().join("hw/appliance").join(name)).expect("a file");
    for (file, least) in [("grafana.json", 15), ("alerts.yml", 10)] {
        let named = named(&read(file));
        assert!(named.len() >= least, "{file}: {named:?}");
        for metric in named {
            assert!(known.contains(metric.as_str()), "{file}: there is no {metric}");
        }
    }
    let board: serde_json::Value = serde_json::from_str(&read("grafana.json")).expect("JSON");
    let panels = board["panels"].as_array().expect("panels");
    assert!(panels.len() > 10, "{}", panels.len());
    for panel in panels {
        for target in panel["targets"].as_array().expect("targets") {
            let text = target["expr"].as_str().expect("an expression");
            let depth = text.chars().try_fold(0_i32, |depth, c| match c {
                '(' | '{' | '[' => Some(depth + 1),
                ')' | '}' | ']' => (depth > 0).then_some(depth - 1),
                _ => Some(depth),
            });
            assert_eq!(depth, Some(0), "{text}");
        }
    }
    if has("promtool") {
        let rules = root().join("hw/appliance/alerts.yml");
        run(Command::new("promtool").args(["check", "rules"]).arg(rules));
    }
}
