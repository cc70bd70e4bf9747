//! The command line: what goes where, and what the exit codes mean.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

/// The header of a capture without packets: nanoseconds, little-endian, Ethernet.
const EMPTY: &[u8] =
    &[0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, octets).expect("written");
        path
    }

    /// Writes an attack and the configuration that goes with it.
    fn attack(&self) -> (PathBuf, PathBuf) {
        let (capture, config) = (self.path("a.pcap"), self.path("picket.toml"));
        let made = Command::new(cargo_bin!("picket"))
            .args(["synth", "--scenario", "ati_from_abroad", "--messages", "100"])
            .arg(&capture)
            .arg("--config")
            .arg(&config)
            .status();
        assert!(made.expect("it runs").success());
        (capture, config)
    }
}

fn picket(arguments: &[&dyn AsRef<Path>]) -> Output {
    let arguments = arguments.iter().map(|argument| argument.as_ref());
    Command::new(cargo_bin!("picket"))
        .args(arguments.map(Path::as_os_str))
        .stdin(Stdio::null())
        .output()
        .expect("it runs")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[test]
fn exit_codes_say_why_it_ended() {
    let place = Place::new();
    let (capture, config) = place.attack();
    let empty = place.write("empty.pcap", EMPTY);
    let letter = place.write("letter.txt", b"Dear reader, this is not a capture.");
    let bad_config = place.write("bad.toml", b"[home]\nglobal_tittles = [\"999\"]\n");
    fs::create_dir(place.path("bare")).expect("a directory");
    fs::create_dir(place.path("rules")).expect("a directory");
    place.write("rules/bad.yml", b"title: bad\nlogsource: [\n");
    let (missing, bare, rules) =
        (place.path("missing.pcap"), place.path("bare"), place.path("rules"));
    let cases: [(&[&dyn AsRef<Path>], i32, &str); 9] = [
        (&[&"replay", &empty], 0, ""),
        (&[&"replay", &missing], 1, "missing.pcap"),
        (&[&"replay", &letter], 1, "letter.txt"),
        (&[&"replay", &bare], 1, "bare"),
        (&[&"replay", &empty, &"--no-such-flag"], 2, "--no-such-flag"),
        (&[&"replay", &empty, &"-c", &bad_config], 2, "bad.toml:2"),
        (&[&"replay", &empty, &"-c", &config, &"--rules", &rules], 2, "bad.yml"),
        (&[&"replay", &capture, &"-c", &config, &"--fail-on", &"low"], 3, ""),
        (&[&"replay", &empty, &"-c", &config, &"--fail-on", &"low"], 0, ""),
    ];
    for (arguments, code, said) in cases {
        let output = picket(arguments);
        let shown: Vec<_> = arguments.iter().map(|argument| argument.as_ref().display()).collect();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{shown:?}\n{out}\n{err}");
        assert!(err.contains(said), "{shown:?}: {err}");
    }
}

#[test]
fn stdout_carries_the_output_alone() {
    let place = Place::new();
    let (capture, config) = place.attack();
    for flags in [&["--json"][..], &["--alerts", "-"], &["--events", "-"]] {
        let mut arguments: Vec<&dyn AsRef<Path>> = vec![&"replay", &capture, &"-c", &config];
        arguments.extend(flags.iter().map(|flag| flag as &dyn AsRef<Path>));
        let output = picket(&arguments);
        let out = text(&output.stdout);
        assert!(!out.is_empty(), "{flags:?}");
        for line in out.lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect(line);
            assert!(value.is_object(), "{line}");
        }
        assert_eq!(output.stderr.is_empty(), flags == ["--json"], "{}", text(&output.stderr));
    }
    let quiet = picket(&[&"replay", &capture, &"-c", &config, &"-q"]);
    assert!(quiet.stdout.is_empty() && quiet.stderr.is_empty(), "{quiet:?}");
}

#[test]
fn nothing_is_written_over_what_is_read() {
    let place = Place::new();
    let (capture, config) = place.attack();
    let (octets, settings) = (fs::read(&capture).expect("read"), fs::read(&config).expect("read"));
    let dir = place.path("");
    let beside = dir.join("./a.pcap");
    let new = place.path("new.jsonl");
    let cases: [&[&dyn AsRef<Path>]; 7] = [
        &[&"replay", &capture, &"-c", &config, &"--evidence", &capture],
        &[&"replay", &capture, &"-c", &config, &"--alerts", &beside],
        &[&"replay", &dir, &"-c", &config, &"--events", &capture],
        &[&"replay", &capture, &"-c", &config, &"--alerts", &config],
        &[&"replay", &capture, &"-c", &config, &"--alerts", &new, &"--events", &new],
        &[&"synth", &capture, &"--config", &capture],
        &[&"synth", &capture, &"--truth", &new, &"--config", &new],
    ];
    for arguments in cases {
        let output = picket(arguments);
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains("at once; name another file"), "{err}");
        assert_eq!(fs::read(&capture).expect("read"), octets);
        assert_eq!(fs::read(&config).expect("read"), settings);
    }
    let both = picket(&[&"replay", &capture, &"-c", &config, &"--alerts", &"-", &"--events", &"-"]);
    assert!(both.status.success(), "a stream takes everything");
}

#[test]
fn a_capture_with_a_snap_length_is_told() {
    let place = Place::new();
    let (capture, config) = place.attack();
    let octets = fs::read(&capture).expect("read");
    let le = |at: usize| u32::from_le_bytes(octets[at..at + 4].try_into().expect("four"));
    let (mut cut, mut at) = (octets[..24].to_vec(), 24);
    while at < octets.len() {
        let length = usize::try_from(le(at + 8)).expect("small");
        let kept = length.min(100);
        cut.extend_from_slice(&octets[at..at + 8]);
        cut.extend_from_slice(&u32::try_from(kept).expect("small").to_le_bytes());
        cut.extend_from_slice(&octets[at + 12..at + 16 + kept]);
        at += 16 + length;
    }
    let cut = place.write("cut.pcap", &cut);
    let output = picket(&[&"replay", &cut, &"-c", &config]);
    assert!(
        text(&output.stderr).contains("packets were cut when they were captured"),
        "{output:?}"
    );
    assert!(text(&output.stdout).contains("cut short when it was captured"), "{output:?}");
    let whole = picket(&[&"replay", &capture, &"-c", &config]);
    assert!(whole.stderr.is_empty(), "{whole:?}");
}

#[test]
fn what_a_check_lets_pass_works() {
    let place = Place::new();
    let (_, config) = place.attack();
    let settings = fs::read_to_string(&config).expect("read");
    let (settings, _) = settings.split_once("[privacy]").expect("the last table");
    let checked = |more: &str| {
        let config = place.write("c.toml", format!("{settings}{more}").as_bytes());
        let output = picket(&[&"check", &"-c", &config]);
        (output.status.code(), text(&output.stderr))
    };
    let good = checked("");
    assert_eq!(good, (Some(0), String::new()));
    for (more, code, said) in [
        ("[capture]\nfilter = \"sctp and and\"\n", 2, "capture.filter: "),
        ("[output.kafka]\nbrokers = [\"foo\"]\n", 2, "`foo` is not host:port"),
        (
            "[rules]\ndisable = [\"sms_floood\"]\n",
            0,
            "rules.disable: no rule has the id or name `sms_floood`",
        ),
        (
            "[[suppress]]\nrule = \"foo\"\nreason = \"x\"\nuntil = \"2030-01-01\"\n",
            0,
            "suppress.rule: no rule",
        ),
        ("[[network]]\nname = \"Bare\"\n", 0, "network `Bare` has no prefix"),
        ("[privacy]\nkey_file = \"typo.key\"\n", 0, "would not start on this machine"),
        ("[confine]\nuser = \"nosuchuser\"\n", 0, "there is no user `nosuchuser`"),
        ("[web]\n", 0, "no console"),
        ("[rules]\n[rules]\n", 2, "`rules` is here a second time"),
    ] {
        let (ended, err) = checked(more);
        assert_eq!(ended, Some(code), "{more}: {err}");
        assert!(err.contains(said), "{more}: {err}");
    }
}

#[test]
fn outputs_are_made_anew_for_their_owner_only() {
    let place = Place::new();
    let (_, config) = place.attack();
    let empty = place.write("empty.pcap", EMPTY);
    let (alerts, events) = (place.write("alerts.jsonl", b"old\n"), place.path("events.jsonl"));
    let output =
        picket(&[&"replay", &empty, &"-c", &config, &"--alerts", &alerts, &"--events", &events]);
    assert!(output.status.success(), "{output:?}");
    for path in [&alerts, &events] {
        assert_eq!(fs::read(path).expect("it was made"), b"");
    }
    let mode = fs::metadata(&events).expect("it was made").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_cut_capture_is_read_as_far_as_it_goes() {
    let place = Place::new();
    let (capture, config) = place.attack();
    let whole = fs::read(&capture).expect("it was made");
    let cut = place.write("cut.pcap", &whole[..whole.len() - 9]);
    let output = picket(&[&"replay", &cut, &"-c", &config]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("cut.pcap"), "{}", text(&output.stderr));
}

#[test]
fn two_threads_say_what_one_says() {
    let place = Place::new();
    let (capture, config) = place.attack();
    let said = ["1", "2"].map(|threads| {
        let out = picket(&[&"replay", &capture, &"-c", &config, &"--json", &"--threads", &threads]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stdout)
    });
    assert!(!said[0].is_empty());
    assert_eq!(said[0], said[1]);
    // What is wrong with the input is told all the same.
    let whole = fs::read(&capture).expect("it was made");
    let cut = place.write("cut.pcap", &whole[..whole.len() - 9]);
    let wrong = picket(&[&"replay", &cut, &"-c", &config, &"--threads", &"2"]);
    assert!(text(&wrong.stderr).contains("cut.pcap"), "{}", text(&wrong.stderr));
}

#[test]
fn stdin_is_an_input() {
    let place = Place::new();
    let (capture, config) = place.attack();
    let named = picket(&[&"replay", &capture, &"-c", &config, &"--json"]);
    let child = Command::new(cargo_bin!("picket"))
        .args(["replay", "-", "--json", "-c"])
        .arg(&config)
        .stdin(fs::File::open(&capture).expect("it was made"))
        .output()
        .expect("it runs");
    assert_eq!(child.status.code(), Some(0), "{}", text(&child.stderr));
    let ids = |output: &Output| text(&output.stdout).lines().count();
    assert!(ids(&child) > 0);
    assert_eq!(ids(&named), ids(&child));
}

#[test]
fn the_home_that_was_guessed_is_told() {
    let place = Place::new();
    let (capture, _) = place.attack();
    let output = picket(&[&"replay", &capture]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("--home"), "{}", text(&output.stdout));
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let place = Place::new();
    let (capture, _) = place.attack();
    let mut child = Command::new(cargo_bin!("picket"))
        .arg("dissect")
        .arg(&capture)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}
