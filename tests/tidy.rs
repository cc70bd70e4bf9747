//! House rules a compiler does not check: heads of files, lengths, words, dependencies, licences.
//!
//! Reads the tree as text and never git, so that it works on a release tarball too. Each test
//! collects everything that is wrong before it fails.
#![expect(clippy::expect_used, reason = "a file of this tree that cannot be read is a failure")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// No file longer than this: beyond it a reader loses the thread.
const MOST_LINES: usize = 600;

/// What each leaf may depend on, and why it does. One that is no longer used has to go from here.
const LEAVES: [(&str, &[(&str, &str)]); 3] = [
    (
        "dissectors",
        &[
            ("arrayvec", "lists of bounded length without a heap"),
            ("crc32c", "the checksum of SCTP"),
            ("nom", "parsers of octets"),
            ("serde", "optional: numbers in what is kept over a restart"),
            ("thiserror", "one error enum"),
        ],
    ),
    (
        "rules",
        &[
            ("aho-corasick", "many substrings in one pass"),
            ("arrayvec", "windows of bounded length"),
            ("foldhash", "the engine's seeded hash"),
            ("hashbrown", "tables that take that hash"),
            ("nom", "the grammar of conditions"),
            ("regex-automata", "the `re` modifier, linear in its input"),
            ("serde", "documents into structs"),
            ("serde-saphyr", "YAML with the place of every key"),
            ("thiserror", "one error enum"),
        ],
    ),
    (
        "hw",
        &[
            ("dpdk-sys", "optional: network adapters through DPDK"),
            ("flate2", "gzip of captures"),
            ("pcap", "network interfaces through libpcap"),
            ("rustix", "waiting for several of them"),
            ("thiserror", "one error enum"),
            ("zstd", "zstd of captures"),
        ],
    ),
];

/// Folders whose code takes time, seeds and frames as arguments and touches nothing outside.
const PURE: [&str; 5] = ["src/event/", "src/state/", "src/track/", "src/enrich/", "src/engine/"];

#[test]
fn every_rust_file_opens_with_its_purpose() {
    let wrong = offenders(&["rs"], |_, text| {
        (!text.starts_with("//!")).then(|| "does not open with `//!`".to_owned())
    });
    assert_none(&wrong);
}

#[test]
fn no_rust_file_is_too_long() {
    let wrong = offenders(&["rs"], |_, text| {
        let lines = text.lines().count();
        (lines > MOST_LINES).then(|| format!("has {lines} lines, {MOST_LINES} are the most"))
    });
    assert_none(&wrong);
}

#[test]
fn nothing_is_left_for_later_and_no_machine_is_named() {
    // Spelled in pieces, so that this file does not contain them.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("#[ign", "ore"),
        concat!("unimpl", "emented!("),
        concat!("/wo", "rk/"),
    ];
    let wrong = offenders(&TEXT, |_, text| {
        words.iter().find(|word| contains_word(text, word)).map(|word| format!("contains {word}"))
    });
    assert_none(&wrong);
}

#[test]
fn no_test_sleeps() {
    let call = concat!("sle", "ep(");
    let wrong = offenders(&["rs"], |path, text| {
        let test = path.contains("tests/") || path.ends_with("tests.rs");
        (test && text.contains(call)).then(|| "sleeps; wait for the event instead".to_owned())
    });
    assert_none(&wrong);
}

#[test]
fn leaves_depend_on_what_is_listed_and_not_on_each_other() {
    for (leaf, allowed) in LEAVES {
        let manifest: toml::Table =
            read(&root().join(leaf).join("Cargo.toml")).parse().expect("a manifest is TOML");
        assert!(!manifest.contains_key("target"), "{leaf}: dependencies of one platform only");
        let used: Vec<_> = manifest["dependencies"]
            .as_table()
            .expect("dependencies are a table")
            .keys()
            .map(String::as_str)
            .collect();
        let listed: Vec<_> = allowed.iter().map(|(name, _)| *name).collect();
        assert_eq!(used, listed, "dependencies of {leaf}; the list and its reasons are in LEAVES");
    }
}

#[test]
fn pure_modules_know_no_world_outside() {
    let wrong = offenders(&["rs"], |path, text| {
        if !PURE.iter().any(|folder| path.starts_with(folder)) || path.contains("tests") {
            return None;
        }
        outside(&code_of(text.split("#[cfg(test)]").next().unwrap_or_default()))
    });
    assert_none(&wrong);
}

#[test]
fn imports_of_the_outside_are_found() {
    for (code, want) in [
        ("use std::fs::read;", Some("std::fs")),
        ("use std::{collections::BTreeMap, fs};", Some("std::fs")),
        ("use std::{\n    fmt,\n    time::{Duration, Instant},\n};", Some("std::time")),
        ("use std::fmt;\nlet now = std::time::Instant::now();", Some("std::time")),
        ("use tokio::sync::mpsc;", Some("tokio::")),
        ("use std::{fmt, sync::Arc};\nuse core::{net::IpAddr, time::Duration};", None),
        ("use std::collections::BTreeMap;\nlet thread = environment::fs;", None),
    ] {
        assert_eq!(outside(code).as_deref(), want, "{code}");
    }
}

#[test]
fn rules_know_no_protocol() {
    let wrong = offenders(&["rs"], |path, text| {
        (path.starts_with("rules/src/") && text.contains("SCCP"))
            .then(|| "names a protocol; the schema knows them".to_owned())
    });
    assert_none(&wrong);
}

#[test]
fn unsafe_code_stays_beside_dpdk() {
    let forms = ["{", "fn", "impl", "extern", "trait", "("].map(|form| {
        let space = if form == "(" { "" } else { " " };
        format!("{}{space}{form}", concat!("uns", "afe"))
    });
    let wrong = offenders(&["rs"], |path, text| {
        // A counting allocator shows that nothing is allocated; it is compiled into one test.
        let allocator = path.contains("tests/") && text.contains("impl GlobalAlloc for");
        let dpdk = path.starts_with("hw/dpdk-sys/") || path.starts_with("hw/src/dpdk");
        let code = code_of(text);
        (!dpdk && !allocator && forms.iter().any(|form| code.contains(form)))
            .then(|| "has unsafe code".to_owned())
    });
    assert_none(&wrong);
}

#[test]
fn every_shipped_rule_says_when_it_fires_and_when_not() {
    let wrong = offenders(&["yml", "yaml"], |path, text| {
        let name = path.strip_prefix("rules/library/")?.rsplit('/').next()?;
        let fits = (10..=70).contains(&name.len())
            && name
                .strip_suffix(".yml")
                .is_some_and(|stem| stem.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_')));
        if !fits {
            return Some("is not named in 10 to 70 of a-z, 0-9 and _, then .yml".to_owned());
        }
        let keys = ["id:", "description:", "falsepositives:", "level:", "tests:"];
        let missing = keys.iter().find(|key| !text.lines().any(|line| line.starts_with(*key)));
        if let Some(key) = missing {
            return Some(format!("has no {key}"));
        }
        let has = |attribute: &str| text.lines().any(|line| line.starts_with(attribute));
        let row = has("  ss7.catalogue: [") || has("  ss7.evasion: [");
        if !row || !has("  ss7.action: ") {
            return Some("names no row of the catalogue, or nothing to do".to_owned());
        }
        let expects: Vec<_> = text
            .split("expect:")
            .skip(1)
            .map(|after| after.trim_start().chars().take_while(char::is_ascii_digit).collect())
            .collect::<Vec<String>>();
        let case = |wanted: &str| expects.iter().any(|found| found == wanted);
        let cases = case("0") && case("1");
        (!cases).then(|| "needs a case with expect: 1 and one with 0".to_owned())
    });
    assert_none(&wrong);
}

#[test]
fn vectors_name_their_source() {
    let wrong = offenders(&["hex"], |_, text| {
        let first = text.lines().next().unwrap_or_default();
        (!first.starts_with('#') || !first.contains("Source:"))
            .then(|| "does not name its source in the first line".to_owned())
    });
    assert_none(&wrong);
}

#[test]
fn prose_fits_a_screen() {
    let wrong = offenders(&["md"], |_, text| {
        text.lines()
            .position(|line| line.chars().count() > 200 && !line.trim_start().starts_with('|'))
            .map(|at| format!("line {} is longer than 200 characters", at + 1))
    });
    assert_none(&wrong);
}

#[test]
fn nothing_of_the_shared_corpus_is_copied() {
    let Some(shared) = root().parent().map(|above| above.join("shared")).filter(|at| at.is_dir())
    else {
        println!("skipped: no ../shared");
        return;
    };
    let theirs: Vec<_> = files(&shared).iter().map(|path| bytes(path)).collect();
    let wrong: Vec<_> = files(&root())
        .iter()
        .filter(|path| {
            let ours = bytes(path);
            !ours.is_empty() && theirs.contains(&ours)
        })
        .map(|path| format!("{}: is a copy of a file of ../shared", shown(path)))
        .collect();
    assert_none(&wrong);
}

#[test]
fn continuous_integration_runs_what_developers_run() {
    assert!(read(&root().join(".ci/run")).lines().any(|line| line == "make test"));
    assert!(read(&root().join("Makefile")).lines().any(|line| line.starts_with("test:")));
}

#[test]
fn every_locked_package_is_licensed_as_deny_toml_allows() {
    let deny: toml::Table = read(&root().join("deny.toml")).parse().expect("deny.toml is TOML");
    let licenses = &deny["licenses"];
    let text = |value: &toml::Value| value.as_str().expect("a string").to_owned();
    let list = |value: &toml::Value| -> Vec<String> {
        value.as_array().expect("a list").iter().map(text).collect()
    };
    let sources: Vec<_> = list(&deny["sources"]["allow-registry"]);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages are a list");
    assert!(packages.len() > 50, "cargo metadata lists {} packages", packages.len());
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(source) = package["source"].as_str() else { continue };
        if !sources.iter().any(|allowed| source == format!("registry+{allowed}")) {
            wrong.push(format!("{name}: comes from {source}"));
        }
        let mut allowed = list(&licenses["allow"]);
        for exception in licenses["exceptions"].as_array().expect("a list") {
            if exception["crate"].as_str() == Some(name) {
                allowed.extend(list(&exception["allow"]));
            }
        }
        let license = package["license"].as_str().unwrap_or_default();
        if !permits(license, &allowed) {
            wrong.push(format!("{name}: is licensed {license:?}, which deny.toml does not allow"));
        }
    }
    assert_none(&wrong);
}

#[test]
fn licence_expressions_are_weighed() {
    let allowed = ["MIT".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    for (expression, want) in [
        ("MIT", true),
        ("Apache-2.0/MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(GPL-3.0 OR MIT) AND MIT", true),
        ("(GPL-3.0 OR MIT) AND GPL-2.0", false),
        ("MIT AND (GPL-3.0 OR MIT)", true),
        ("Apache-2.0", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("", false),
    ] {
        assert_eq!(permits(expression, &allowed), want, "{expression}");
    }
}

/// Finds a module of the standard library, or a crate, that reaches outside the program.
fn outside(code: &str) -> Option<String> {
    let name = |item: &str| -> String {
        item.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let used = code.split("std::").skip(1).flat_map(|after| match after.strip_prefix('{') {
        // Items of a nested group are looked at too: none is named like these modules.
        Some(group) => {
            group.split(';').next().unwrap_or_default().split([',', '{']).map(name).collect()
        }
        None => vec![name(after)],
    });
    let module = used
        .into_iter()
        .find(|head| ["fs", "net", "thread", "env", "time", "process"].contains(&head.as_str()));
    module.map(|head| format!("std::{head}")).or_else(|| {
        ["tokio::", "rand::", "getrandom::"]
            .iter()
            .find(|word| contains_word(code, word))
            .map(|word| (*word).to_owned())
    })
}

/// Weighs an SPDX expression: an OR needs one side, an AND both; OR binds weakest.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.trim().replace('/', " OR ");
    for (word, all) in [(" OR ", false), (" AND ", true)] {
        if let Some((left, right)) = split_outside_brackets(&expression, word) {
            let (left, right) = (permits(left, allowed), permits(right, allowed));
            return if all { left && right } else { left || right };
        }
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => permits(inner, allowed),
        None => allowed.contains(&expression),
    }
}

fn split_outside_brackets<'a>(expression: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    expression.match_indices(word).find_map(|(at, _)| {
        let (left, right) = (expression.get(..at)?, expression.get(at + word.len()..)?);
        (left.matches('(').count() == left.matches(')').count()).then_some((left, right))
    })
}

const TEXT: [&str; 11] =
    ["rs", "toml", "md", "yml", "yaml", "sh", "py", "hex", "html", "js", "service"];

/// Applies a check to every file with one of the extensions; returns what it objects to.
fn offenders(extensions: &[&str], check: impl Fn(&str, &str) -> Option<String>) -> Vec<String> {
    files(&root())
        .iter()
        .filter(|path| path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)))
        .filter_map(|path| {
            let name = shown(path);
            check(&name, &read(path)).map(|what| format!("{name}: {what}"))
        })
        .collect()
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Returns whether the word stands alone: not inside a longer one, as in a TADIG code.
fn contains_word(text: &str, word: &str) -> bool {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let wordy = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        (!wordy(word.chars().next()) || edge(before))
            && (!wordy(word.chars().next_back()) || edge(after))
    })
}

/// Returns the text without the lines that are comments.
fn code_of(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned()
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&bytes(path)).into_owned()
}

fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).expect("a listed file can be read")
}

/// Lists every file below, but for what is built, fetched or made by `make demo`.
fn files(below: &Path) -> Vec<PathBuf> {
    let skipped = ["target", ".git", "demo", "artifacts", "node_modules"];
    let mut found = Vec::new();
    let mut folders = vec![below.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a listed folder can be read") {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if skipped.contains(&name.as_str()) || path.is_symlink() {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
