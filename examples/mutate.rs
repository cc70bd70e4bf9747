//! Bends captures in a thousand ways each and replays them: `mutate [-n N] [-s SEED] [-p PICKET] FILE...`
//!
//! Each mutation goes through the reader, the engine with the shipped rules and the writers of alerts
//! and events, in this process; one in fifty also through `picket replay` and `picket dissect` when
//! `-p` names the program. A panic anywhere, a run that takes too long, memory beyond the bound or an
//! exit code other than 0 and 1 ends it with the file, the kind and the seed. A folder stands for
//! what is in it.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a tool for developers, which ends by panicking"
)]

#[path = "../tests/mutation/mod.rs"]
mod mutation;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use mutation::{Capture, KINDS, run};
use picket::{cases, engine::Rules, event::fields::Names, pack};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut count, mut seed, mut program, mut files) = (1_000, 1, None, Vec::new());
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse::<u64>().ok());
        match argument.as_str() {
            "-n" => count = number().expect("-n takes a number"),
            "-s" => seed = number().expect("-s takes a number"),
            "-p" => program = Some(PathBuf::from(arguments.next().expect("-p takes a program"))),
            path => files.extend(captures(Path::new(path))),
        }
    }
    let plan = Arc::new(cases::plan().expect("the configuration of synth is good"));
    let (rules, _) = pack::load(&plan, &Names::default(), &[]).expect("the rules compile");
    let bench = Bench { plan, rules: Arc::new(rules), program, count, seed };
    let mut total = 0;
    for file in &files {
        total += bench.bend(file);
    }
    println!("{total} mutations of {} captures, peak {} MiB", files.len(), peak() >> 10);
}

struct Bench {
    plan: Arc<picket::config::Plan>,
    rules: Arc<Rules>,
    program: Option<PathBuf>,
    count: u64,
    seed: u64,
}

impl Bench {
    /// Bends a capture; returns in how many ways.
    fn bend(&self, path: &Path) -> u64 {
        let capture = Capture::new(fs::read(path).expect("a capture can be read"));
        // A thousand octets of a frame may be repeated a thousand times.
        let limit =
            LONGEST + Duration::from_micros(200) * u32::try_from(capture.len()).unwrap_or(u32::MAX);
        let (mut frames, mut started) = (0, BTreeMap::new());
        let mut slowest = (Duration::ZERO, String::new());
        for number in 0..self.count {
            let kind = KINDS[usize::try_from(number).unwrap_or(0) % KINDS.len()];
            let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(number);
            let file = capture.mutated(kind, seed);
            let what = || format!("{} {kind} seed {seed}", path.display());
            if number % EVERY == 0 {
                self.through_the_program(&file, &what());
            }
            let before = spent();
            let stats = run(&self.plan, &self.rules, file);
            let took = spent().saturating_sub(before);
            assert_eq!(stats.panics, 0, "{}: a dissector panicked", what());
            assert!(took < limit, "{}: took {took:?}", what());
            assert!(peak() < MEMORY, "{}: {} KiB of memory", what(), peak());
            frames += stats.frames;
            if took > slowest.0 {
                slowest = (took, format!("{kind} seed {seed}"));
            }
            *started.entry(kind).or_insert(0_u64) += 1;
        }
        println!(
            "{}: {} frames, {} mutations of {} kinds, {frames} frames replayed, slowest {} ms ({})",
            path.file_name().unwrap_or_default().to_string_lossy(),
            capture.len(),
            self.count,
            started.len(),
            slowest.0.as_millis(),
            slowest.1,
        );
        self.count
    }

    fn through_the_program(&self, file: &[u8], what: &str) {
        let Some(program) = &self.program else { return };
        let path = std::env::temp_dir().join(format!("picket-mutation-{}", std::process::id()));
        fs::write(&path, file).expect("written");
        for verb in [&["replay", "-q", "--home", "999"][..], &["dissect", "--tree"]] {
            let said = Command::new(program)
                .args(verb)
                .arg(&path)
                .stdout(Stdio::null())
                .output()
                .expect("the program runs");
            let error = String::from_utf8_lossy(&said.stderr);
            let good = matches!(said.status.code(), Some(0 | 1)) && !error.contains("panicked");
            assert!(good, "{what} {verb:?}: {} {error}", said.status);
        }
        fs::remove_file(&path).expect("removed");
    }
}

/// Returns the files of a folder, or the file.
fn captures(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).expect("a folder").flatten();
    let mut files: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Returns the processor time this process had, which says more than the clock on a busy machine.
fn spent() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name in brackets, which may hold anything: user and system time, in hundredths.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok());
    Duration::from_millis(ticks.map(|ticks: u64| ticks * 10).sum())
}

/// Returns the most memory this process had, in KiB, where the system tells.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// A mutation of each so many goes through the program too.
const EVERY: u64 = 50;
/// How long a replay may take beside what its frames do; generous, it finds what never ends.
const LONGEST: Duration = Duration::from_secs(30);
/// KiB the process may have had at most; the largest capture is read into memory some three times.
const MEMORY: u64 = 2 << 20;
