//! What a confined sensor can no longer do, by trying it.
//!
//! A confinement cannot be taken off again, so each is tried in a process of its own: this test
//! program, started anew with one of its tests, which tells what came of each try.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a failure here is the test's, and what a process tried is told"
)]

#[expect(dead_code, reason = "some helpers are for other tests")]
mod wire;

use std::{
    collections::BTreeMap,
    env, fs, io,
    net::{TcpListener, TcpStream},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::Command,
};

use picket::{
    config::{Confine, Plan},
    operate::confine::{Reach, confine},
};
use rustix::net::{AddressFamily, SocketType};
use wire::{Namespace, Scene, text};

/// Where a started process works: directory, port that is allowed, port that is not, user.
const TASK: &str = "PICKET_TEST_CONFINED";

fn told(what: &str, result: io::Result<()>) {
    match result {
        Ok(()) => println!("try {what} = done"),
        Err(error) => println!("try {what} = {}", error.raw_os_error().unwrap_or(-1)),
    }
}

/// Not a test by itself: what the processes do that the others start.
#[test]
fn a_process_tries_everything() {
    let Some(task) = env::var_os(TASK) else { return };
    let task = task.into_string().expect("text");
    let [dir, near, far, user] = *task.split('|').collect::<Vec<_>>() else { return };
    let (dir, inside) = (Path::new(dir), Path::new(dir).join("inside"));
    let plan = Plan {
        state_dir: Some(inside.clone()),
        confine: Confine {
            user: (!user.is_empty()).then(|| user.to_owned()),
            connect_ports: vec![near.parse().expect("a port")],
            ..Confine::default()
        },
        ..Plan::default()
    };
    let report = confine(&plan, Reach::default()).expect("it is confined");
    // The name of the test stands in the line that is begun.
    println!("\nreport {}", serde_json::to_string(&report).expect("JSON"));
    told("write inside", fs::write(inside.join("new"), "x"));
    told("write outside", fs::write(dir.join("outside/new"), "x"));
    told("read outside", fs::read(dir.join("outside/there")).map(drop));
    told("read names", fs::read("/etc/hosts").map(drop));
    told("run", Err(Command::new("/bin/true").exec()));
    told("start", Command::new("/bin/true").status().map(drop));
    told("thread", std::thread::Builder::new().spawn(|| ()).map(drop));
    let port = |port: &str| ("127.0.0.1", port.parse::<u16>().expect("a port"));
    told("connect near", TcpStream::connect(port(near)).map(drop));
    told("connect far", TcpStream::connect(port(far)).map(drop));
    told("listen", TcpListener::bind(("127.0.0.1", 0)).map(drop));
    let vsock = rustix::net::socket(AddressFamily::from_raw(40), SocketType::STREAM, None);
    told("other socket", vsock.map(drop).map_err(io::Error::from));
    let own = rustix::process::pidfd_open(
        rustix::process::getpid(),
        rustix::process::PidfdFlags::empty(),
    );
    let stolen = own.and_then(|own| {
        rustix::process::pidfd_getfd(own, 1, rustix::process::PidfdGetfdFlags::empty())
    });
    told("look into a process", stolen.map(drop).map_err(io::Error::from));
    told("chroot", rustix::process::chroot(dir).map_err(io::Error::from));
    told("give away", std::os::unix::fs::chown(inside.join("new"), Some(12_345), None));
    let parent = rustix::process::getppid().expect("a parent");
    told(
        "signal",
        rustix::process::kill_process(parent, rustix::process::Signal::CONT)
            .map_err(io::Error::from),
    );
    told(
        "capture",
        pcap::Capture::from_device("lo")
            .and_then(|lo| lo.open())
            .map(drop)
            .map_err(|error| io::Error::other(error.to_string())),
    );
    let status = fs::read_to_string("/proc/thread-self/status").expect("a status");
    for line in status
        .lines()
        .filter(|line| ["Uid", "Cap", "NoN", "Sec"].iter().any(|head| line.starts_with(head)))
    {
        println!("status {line}");
    }
    let core = rustix::process::getrlimit(rustix::process::Resource::Core);
    println!("status Core:\t{:?}", core.maximum);
}

/// What a process told.
struct Tried {
    tries: BTreeMap<String, String>,
    status: BTreeMap<String, String>,
    report: serde_json::Value,
}

fn tried(user: &str) -> Option<Tried> {
    let dir = tempfile::tempdir().expect("a directory");
    for name in ["inside", "outside"] {
        fs::create_dir(dir.path().join(name)).expect("a directory");
    }
    fs::write(dir.path().join("outside/there"), "x").expect("written");
    let everyone = fs::Permissions::from_mode(0o777);
    for name in ["", "inside", "outside"] {
        fs::set_permissions(dir.path().join(name), everyone.clone()).expect("set");
    }
    let listen = || TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let (near, far) = (listen(), listen());
    let port = |of: &TcpListener| of.local_addr().expect("an address").port();
    let task = format!("{}|{}|{}|{user}", dir.path().display(), port(&near), port(&far));
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "a_process_tries_everything", "--nocapture", "--test-threads=1"])
        .env(TASK, task)
        .output()
        .expect("it runs");
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    let pairs = |head: &str, mark: &str| -> BTreeMap<String, String> {
        let lines = said.lines().filter_map(|line| line.strip_prefix(head)?.split_once(mark));
        lines.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    let report = said.lines().find_map(|line| line.strip_prefix("report "));
    let report = serde_json::from_str(report.expect("a report")).expect("JSON");
    let tried = Tried { tries: pairs("try ", " = "), status: pairs("status ", ":\t"), report };
    if tried.report["files"] != "enforced" {
        eprintln!("skipped: {}", tried.report["files"]);
        return None;
    }
    Some(tried)
}

/// Checks what is the same for every user.
fn check(Tried { tries, status, report }: &Tried) {
    let network = report["network"].to_string().contains("enforced");
    if !network {
        eprintln!("skipped: rules of the network: {}", report["network"]);
    }
    let (permitted, access) = ("1", "13");
    for (what, want) in [
        ("write inside", "done"),
        ("write outside", access),
        ("read outside", access),
        ("read names", "done"),
        ("run", permitted),
        ("start", permitted),
        ("thread", "done"),
        ("connect near", "done"),
        ("connect far", if network { access } else { "done" }),
        ("listen", if network { access } else { "done" }),
        ("other socket", permitted),
        ("look into a process", permitted),
        ("chroot", permitted),
        ("give away", permitted),
    ] {
        assert_eq!(
            tries.get(what).map(String::as_str),
            Some(want),
            "{what}: {tries:#?} {report:#}"
        );
    }
    assert_eq!((status["NoNewPrivs"].as_str(), status["Seccomp"].as_str()), ("1", "2"));
    assert_eq!(status["Core"], "Some(0)");
    assert!(report["refused_calls"].as_u64() > Some(50), "{report:#}");
}

/// Whether this user may capture at all.
fn captures() -> bool {
    let may = pcap::Capture::from_device("lo").and_then(|lo| lo.open()).is_ok();
    if !may {
        eprintln!("skipped: no right to capture here");
    }
    may
}

#[test]
fn what_is_forbidden_fails() {
    let Some(tried) = tried("") else { return };
    check(&tried);
    if captures() {
        assert_eq!(tried.tries["capture"], "done", "an interface can be opened again");
        // CAP_NET_RAW is the fourteenth.
        for set in ["CapEff", "CapPrm", "CapBnd"] {
            assert_eq!(tried.status[set], "0000000000002000", "{set}");
        }
        assert_eq!(tried.report["capabilities"], serde_json::json!(["NET_RAW"]));
    }
    assert_eq!(tried.status["CapInh"], "0000000000000000");
    assert_eq!(tried.status["CapAmb"], "0000000000000000");
}

#[test]
fn another_user_captures_and_may_do_nothing_else() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can become another user");
        return;
    }
    let Some(tried) = tried("nobody") else { return };
    check(&tried);
    assert!(tried.status["Uid"].split('\t').all(|uid| uid == "65534"), "{:?}", tried.status);
    assert_eq!(tried.report["user"], 65_534);
    if captures() {
        assert_eq!(tried.tries["capture"], "done");
        assert_eq!(tried.status["CapEff"], "0000000000002000");
    }
    assert_eq!(tried.tries["signal"], "1", "it may not signal who is not its own");
}

#[test]
fn a_user_there_is_not_is_named() {
    let user = Some("picket-none".to_owned());
    let plan = Plan { confine: Confine { user, ..Confine::default() }, ..Plan::default() };
    let error = confine(&plan, Reach::default()).expect_err("it is refused").to_string();
    assert!(error.contains("picket-none") && error.contains("useradd"), "{error}");
}

#[test]
fn a_running_sensor_is_confined_and_says_so() {
    let Some(namespace) = Namespace::new("confine") else { return };
    namespace.cable("tap0", "far0");
    let more = "[capture]\ninterfaces = [\"tap0\"]\n[control]\nsocket = \"control.sock\"\n";
    let scene = Scene::new(100, more);
    let running = namespace.listen(&[&"-c", &scene.path("picket.toml")]);
    let asked = Command::new(assert_cmd::cargo::cargo_bin!("picket"))
        .args(["ctl", "--json", "status", "-c"])
        .arg(scene.path("picket.toml"))
        .output()
        .expect("it runs");
    let status: serde_json::Value = serde_json::from_slice(&asked.stdout).expect("JSON");
    let confinement = &status["confinement"];
    assert_eq!(confinement["no_new_privileges"], true, "{status:#}");
    assert_eq!(confinement["capabilities"], serde_json::json!(["NET_RAW"]), "{status:#}");
    assert_eq!(confinement["core_dumps_off"], true, "{status:#}");
    // Every thread, not the first alone.
    let tasks = Path::new("/proc").join(status["pid"].to_string()).join("task");
    let mut threads = 0;
    for task in fs::read_dir(tasks).expect("its threads").flatten() {
        let about = fs::read_to_string(task.path().join("status")).expect("a status");
        for line in ["NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000002000"] {
            assert!(about.lines().any(|found| found == line), "{line} is not in {about}");
        }
        threads += 1;
    }
    assert!(threads > 4, "{threads}");
    let (_, log) = running.stop();
    assert!(log.contains("confined"), "{log}");
}
