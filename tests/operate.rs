//! Operating a sensor, from outside: metrics and health are fetched as Prometheus fetches them.
#![expect(clippy::expect_used, clippy::print_stderr, reason = "a failure here is the test's")]

#[expect(dead_code, reason = "some helpers are for other tests")]
mod wire;

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Command,
    sync::Arc,
};

use picket::{
    config::Metrics,
    operate::{Desk, Duties, Listening, Operator},
    runtime::board::Board,
};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use wire::{Namespace, Scene, text};

/// Asks for a path; returns the status and what came with it.
fn get(stream: &mut (impl Read + Write), path: &str, more: &str) -> (u16, String) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: picket\r\nConnection: close\r\n{more}\r\n")
        .expect("asked");
    let mut octets = Vec::new();
    // Over TLS the other side may hang up without a farewell.
    let _ = stream.read_to_end(&mut octets);
    let answer = text(&octets);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status.unwrap_or_default(), body.to_owned())
}

fn fetch(namespace: &Namespace, path: &'static str) -> (u16, String) {
    namespace.within(move || {
        let address = SocketAddr::from(([127, 0, 0, 1], 9464));
        get(&mut TcpStream::connect(address).expect("it listens"), path, "")
    })
}

/// Returns the value of a sample, 0 where there is none.
fn sample(page: &str, name: &str) -> u64 {
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map_or(0, |value| value.parse().expect("a whole number"))
}

#[test]
fn what_is_sent_is_on_the_page() {
    let Some(namespace) = Namespace::new("metrics") else { return };
    namespace.cable("tap0", "far0");
    namespace.ip(&["link", "set", "lo", "up"]);
    let scene = Scene::new(1_000, "[capture]\ninterfaces = [\"tap0\"]\n[metrics]\n");
    let mut running = namespace.listen(&[&"-c", &scene.path("picket.toml")]);
    let frames = scene.frames();
    let sent = frames.len() as u64;
    namespace.send("far0", frames);
    // The lane puts its counters up once a second; each page says how many frames it knows of.
    let page = loop {
        let (status, page) = fetch(&namespace, "/metrics");
        assert_eq!(status, 200, "{page}");
        if sample(&page, "picket_frames_total") == sent {
            break page;
        }
    };
    for (name, want) in [
        ("picket_capture_frames_total{port=\"tap0\"}", sent),
        ("picket_capture_dropped_frames_total{port=\"tap0\"}", 0),
        ("picket_capture_port_up{port=\"tap0\"}", 1),
        ("picket_frames_quarantined_total", 0),
        ("picket_lane_lost_alerts_total", 0),
        ("picket_table_evictions_total{table=\"dialogues\"}", 0),
    ] {
        assert!(page.contains(name), "{name} is not in\n{page}");
        assert_eq!(sample(&page, name), want, "{name}");
    }
    for name in ["picket_sccp_messages_total", "picket_tcap_messages_total", "picket_events_total"]
    {
        assert!(sample(&page, name) > 0, "{name}\n{page}");
    }
    let opened: u64 = page
        .lines()
        .filter(|line| line.starts_with("picket_alerts_total{"))
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok())
        .sum();
    assert!(opened > 10, "{page}");
    // Numbers of people and of nodes have ten digits and more.
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let labels = line.rsplit_once(' ').map_or("", |(labels, _)| labels);
        let longest = labels.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        assert!(longest < Some(7), "{line}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(fetch(&namespace, path), (200, "ok\n".to_owned()), "{path}");
    }
    assert_eq!(fetch(&namespace, "/").0, 404);
    namespace.ip(&["link", "del", "tap0"]);
    running.until("port is gone");
    assert_eq!(fetch(&namespace, "/readyz"), (503, "no port is up: tap0\n".to_owned()));
    assert_eq!(fetch(&namespace, "/healthz").0, 200, "it lives and waits for the port");
    let page = fetch(&namespace, "/metrics").1;
    assert_eq!(sample(&page, "picket_capture_port_up{port=\"tap0\"}"), 0, "{page}");
    running.stop();
}

#[test]
fn an_open_address_needs_a_certificate_and_a_token() {
    let scene = Scene::new(10, "[metrics]\nlisten = \"0.0.0.0:9464\"\ncertificate = \"a.pem\"\n");
    for verb in ["check", "run"] {
        let output = Command::new(assert_cmd::cargo::cargo_bin!("picket"))
            .args([verb, "-c"])
            .arg(scene.path("picket.toml"))
            .output()
            .expect("it runs");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        for words in ["metrics.listen", "from elsewhere", "metrics.key", "metrics.token_file"] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
}

/// Makes a certificate for `localhost` that signs itself.
fn certificate(dir: &Path) -> bool {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE"])
        .arg("-keyout")
        .arg(dir.join("metrics.key"))
        .arg("-out")
        .arg(dir.join("metrics.pem"))
        .output();
    match made {
        Ok(made) => {
            assert!(made.status.success(), "{}", text(&made.stderr));
            true
        }
        Err(error) => {
            eprintln!("skipped: openssl: {error}");
            false
        }
    }
}

#[test]
fn over_tls_the_page_is_for_who_has_the_token() {
    let dir = tempfile::tempdir().expect("a directory");
    if !certificate(dir.path()) {
        return;
    }
    let at = |name: &str| dir.path().join(name);
    let config = Metrics {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        certificate: Some(at("metrics.pem")),
        key: Some(at("metrics.key")),
        token_file: Some(at("token")),
    };
    fs::write(at("token"), "short\n").expect("written");
    let error = Listening::open(&config).err().expect("it is refused").to_string();
    assert!(error.contains("metrics.token_file") && error.contains("openssl rand"), "{error}");
    fs::write(at("token"), "0123456789abcdef0123\n").expect("written");
    let listening = Listening::open(&config).expect("it listens");
    let address = listening.address().expect("an address");
    let (board, _asked) = Board::new();
    let duties = Duties { listening: Some(listening), ..Duties::default() };
    let desk = Arc::new(Desk::new("stp-a", &board));
    let operator = Operator::start(desk, duties).expect("it runs");
    let mut roots = RootCertStore::empty();
    let own = CertificateDer::from_pem_file(at("metrics.pem")).expect("a certificate");
    roots.add(own).expect("it can be trusted");
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = Arc::new(client);
    let ask = |path: &str, token: &str| {
        let name = ServerName::try_from("localhost").expect("a name");
        let connection = ClientConnection::new(Arc::clone(&client), name).expect("a client");
        let stream = TcpStream::connect(address).expect("it listens");
        get(&mut StreamOwned::new(connection, stream), path, token)
    };
    for (token, want) in [
        ("", 401),
        ("Authorization: Bearer 0123456789abcdef0124\r\n", 401),
        ("Authorization: 0123456789abcdef0123\r\n", 401),
        ("Authorization: Bearer 0123456789abcdef0123\r\n", 200),
    ] {
        let (status, page) = ask("/metrics", token);
        assert_eq!(status, want, "{token:?}");
        assert_eq!(page.contains("picket_build_info"), want == 200, "{token:?}: {page}");
    }
    let token = "Authorization: Bearer 0123456789abcdef0123\r\n";
    assert_eq!(ask("/readyz", token), (503, "not listening yet\n".to_owned()));
    // Who speaks no TLS gets nothing.
    let mut plain = TcpStream::connect(address).expect("it listens");
    assert_ne!(get(&mut plain, "/metrics", token).0, 200);
    drop(operator);
    assert!(TcpStream::connect(address).is_err(), "nothing listens once it has ended");
}
