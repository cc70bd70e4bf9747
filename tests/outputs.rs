//! Every output but Kafka, each against something real that listens.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failure here is the test's"
)]

#[path = "harness/alerts.rs"]
mod alerts;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, UdpSocket},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixDatagram, UnixListener},
    },
    path::Path,
    process::Command,
    sync::{Arc, mpsc},
    time::Duration,
};

use picket::{
    config::Output,
    engine::Alert,
    event::fields::Names,
    sink::delivery::{Delivery, State, runtime},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::Value;
use tempfile::TempDir;

/// Alerts, and delivery of them to the outputs of a configuration.
struct Bench {
    dir: TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        Self { dir, runtime: runtime().expect("a runtime") }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn start(&self, outputs: &str) -> (Delivery, Arc<Names>, Vec<Alert>) {
        let outputs = toml::from_str::<BTreeMap<String, Output>>(outputs)
            .expect("a configuration")
            .remove("output")
            .expect("a table");
        let state = self.dir.path().join("state");
        let (plan, names, mut alerts) = alerts::some(outputs, &state);
        alerts.truncate(ALERTS);
        (Delivery::start(&plan, self.runtime.handle()).expect("it starts"), names, alerts)
    }

    /// Delivers some alerts and returns `id.revision` of each.
    fn deliver(&self, outputs: &str) -> Vec<String> {
        let (delivery, names, alerts) = self.start(outputs);
        let ids = offer(&delivery, &names, &alerts);
        assert!(delivery.drain(PATIENCE), "{:?}", delivery.status());
        ids
    }
}

fn offer(delivery: &Delivery, names: &Arc<Names>, alerts: &[Alert]) -> Vec<String> {
    alerts
        .iter()
        .map(|alert| {
            delivery.offer(alert.clone(), names);
            format!("{}.{}", alert.id, alert.revision)
        })
        .collect()
}

fn id(json: &str) -> String {
    let alert: Value = serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {json}"));
    format!("{}.{}", alert["id"].as_str().expect("an id"), alert["revision"])
}

fn ids_of_file(path: &str) -> Vec<String> {
    fs::read_to_string(path).expect("written").lines().map(id).collect()
}

/// What was put aside of a file, the newest first.
fn put_aside(path: &str) -> Vec<String> {
    (1..).map(|n| format!("{path}.{n}")).take_while(|p| Path::new(p).exists()).collect()
}

/// The alerts of a file and of what was put aside of it, in the order they were written.
fn ids_of_files(path: &str) -> Vec<String> {
    let mut files = put_aside(path);
    files.reverse();
    files.push(path.to_owned());
    files.iter().flat_map(|path| ids_of_file(path)).collect()
}

#[test]
fn a_file_is_rotated_and_opened_again_when_it_was_moved() {
    let bench = Bench::new();
    let path = bench.path("alerts.jsonl");
    let outputs = format!("[output.file]\npath = \"{path}\"\nrotate_bytes = 30000\nkeep = 50\n");
    let (delivery, names, alerts) = bench.start(&outputs);
    let (first, second) = alerts.split_at(ALERTS / 2);
    let offered = offer(&delivery, &names, first);
    assert!(delivery.drain(PATIENCE));
    let aside = put_aside(&path);
    assert!(aside.len() > 1, "{aside:?}");
    let found = ids_of_files(&path);
    assert_eq!(found, offered, "in order, in files {}", aside.len());
    for file in aside.iter().chain([&path]) {
        let length = fs::metadata(file).expect("there").len();
        assert!(length <= 30_000, "{file}: {length}");
        let mode = fs::metadata(file).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }
    // As logrotate does, with no word to us.
    let moved = bench.path("moved.jsonl");
    fs::rename(&path, &moved).expect("moved");
    let later = offer(&delivery, &names, second.get(..5).expect("some"));
    assert!(delivery.drain(PATIENCE));
    assert!(ids_of_files(&path).ends_with(&later));
    // And with one: what is written in its place is left alone.
    delivery.reopen();
    let last = offer(&delivery, &names, second.get(5..8).expect("some"));
    assert!(delivery.drain(PATIENCE));
    assert!(ids_of_files(&path).ends_with(&[later, last].concat()));
    delivery.close();
    // A crash in the middle of a line.
    let whole = fs::read_to_string(&path).expect("written");
    fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(b"{\"event_type\":\"al"))
        .expect("written");
    let more = bench.deliver(&outputs.replace("30000", "0"));
    let after = fs::read_to_string(&path).expect("written");
    assert!(after.starts_with(&whole));
    assert!(after.lines().map(id).collect::<Vec<_>>().ends_with(&more));
}

#[test]
fn each_output_shows_people_as_it_is_told_to() {
    let bench = Bench::new();
    let (a, b) = (bench.path("a.jsonl"), bench.path("b.sock"));
    let socket = UnixListener::bind(&b).expect("a socket");
    let outputs = format!(
        "[output.file]\npath = \"{a}\"\nsubscribers = \"masked\"\n\
         [output.unix]\npath = \"{b}\"\nsubscribers = \"clear\"\n"
    );
    let (delivery, names, alerts) = bench.start(&outputs);
    let offered = offer(&delivery, &names, &alerts);
    let (stream, _) = socket.accept().expect("it connects");
    let clear: Vec<_> = BufReader::new(stream).lines().take(ALERTS).map(Result::unwrap).collect();
    assert!(delivery.drain(PATIENCE));
    let masked = fs::read_to_string(&a).expect("written");
    assert_eq!(clear.iter().map(|line| id(line)).collect::<Vec<_>>(), offered);
    let numbers: BTreeSet<_> = clear
        .iter()
        .filter_map(|line| {
            let alert: Value = serde_json::from_str(line).expect("JSON");
            let person = &alert["subscriber"];
            person["msisdn"].as_str().or_else(|| person["imsi"].as_str()).map(str::to_owned)
        })
        .collect();
    assert!(!numbers.is_empty());
    let database = fs::read(bench.path("state/outbox.sqlite")).expect("there");
    let log = fs::read(bench.path("state/outbox.sqlite-wal")).unwrap_or_default();
    for number in &numbers {
        assert!(number.bytes().all(|octet| octet.is_ascii_digit()), "{number}");
        assert!(!masked.contains(number), "{number}");
        // The form that one output asks for is kept for it, and only then.
        assert!(contains(&database, number) || contains(&log, number));
    }
}

#[test]
fn by_default_nothing_on_disk_names_a_subscriber() {
    let bench = Bench::new();
    let path = bench.path("a.jsonl");
    let (delivery, names, alerts) = bench.start(&format!("[output.file]\npath = \"{path}\"\n"));
    offer(&delivery, &names, &alerts);
    assert!(delivery.drain(PATIENCE));
    delivery.close();
    let numbers: BTreeSet<String> = alerts
        .iter()
        .filter_map(|alert| alert.subscriber.as_ref())
        .flat_map(|subject| [subject.imsi, subject.msisdn])
        .flatten()
        .map(|digits| digits.to_string())
        .filter(|number| number.len() > 8)
        .collect();
    assert!(numbers.len() > 5, "{numbers:?}");
    for file in fs::read_dir(bench.path("state")).expect("there") {
        let octets = fs::read(file.expect("there").path()).expect("read");
        for number in &numbers {
            assert!(!contains(&octets, number), "{number}");
        }
    }
    let shown = fs::read_to_string(path).expect("written");
    assert!(shown.contains("\"sub:") && numbers.iter().all(|number| !shown.contains(number)));
}

fn contains(octets: &[u8], text: &str) -> bool {
    octets.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_unix_datagram_socket_gets_an_alert_each() {
    let bench = Bench::new();
    let path = bench.path("d.sock");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    let outputs =
        format!("[output.unix]\npath = \"{path}\"\nkind = \"datagram\"\nformat = \"ocsf\"\n");
    let (delivery, names, alerts) = bench.start(&outputs);
    let offered = offer(&delivery, &names, &alerts);
    let mut octets = vec![0; 1 << 20];
    for want in offered {
        let length = socket.recv(&mut octets).expect("a datagram");
        let finding: Value = serde_json::from_slice(&octets[..length]).expect("JSON");
        assert_eq!(finding["metadata"]["uid"], want);
        assert_finding(&finding);
    }
}

/// What the published schema requires of a Detection Finding and of the objects in it: attributes
/// marked `required` in `base_event`, `finding`, `detection_finding`, `metadata`, `product`,
/// `finding_info`, `analytic`, `observable`, `evidences` (one of) and `remediation`, versions 1.1 to 1.6.
fn assert_finding(finding: &Value) {
    for pointer in [
        "/activity_id",
        "/category_uid",
        "/class_uid",
        "/severity_id",
        "/time",
        "/type_uid",
        "/metadata/version",
        "/metadata/product/name",
        "/metadata/product/vendor_name",
        "/finding_info/uid",
        "/finding_info/title",
        "/finding_info/analytic/type_id",
        "/remediation/desc",
    ] {
        assert!(
            finding.pointer(pointer).is_some_and(|found| !found.is_null()),
            "{pointer}: {finding}"
        );
    }
    let number = |pointer: &str| finding.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    assert_eq!((number("/class_uid"), number("/category_uid")), (2004, 2));
    assert_eq!(number("/type_uid"), 2004 * 100 + number("/activity_id"));
    assert!((1..=2).contains(&number("/activity_id")) && (1..=5).contains(&number("/severity_id")));
    assert!(number("/time") > 1_500_000_000_000, "milliseconds");
    let list =
        |name: &str| finding.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    for observable in list("observables") {
        assert!(observable["name"].is_string() && observable["type_id"].is_number());
        assert!(observable["value"].is_string());
    }
    for evidence in list("evidences") {
        assert!(evidence["data"].is_object(), "{evidence}");
    }
}

#[test]
fn syslog_over_udp_carries_rfc_5424_with_cef() {
    let bench = Bench::new();
    let server = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = server.local_addr().expect("an address");
    let outputs =
        format!("[output.syslog]\naddress = \"{address}\"\nformat = \"cef\"\nfacility = 4\n");
    let (delivery, names, mut alerts) = bench.start(&outputs);
    // Few enough for the socket's buffer: nothing else holds datagrams back.
    alerts.truncate(20);
    let offered = offer(&delivery, &names, &alerts);
    let mut octets = vec![0; 1 << 16];
    for want in offered {
        let length = server.recv(&mut octets).expect("a datagram");
        let message = std::str::from_utf8(&octets[..length]).expect("text");
        let (priority, body) = header(message);
        assert!((34..=38).contains(&priority), "facility 4, severity 2 to 6: {message}");
        assert!(body.starts_with("CEF:0|Picket|Picket|"), "{message}");
        let (id, revision) = want.rsplit_once('.').expect("id.revision");
        assert!(body.contains(&format!("externalId={id} ")), "{message}");
        assert!(body.contains(&format!("cs1={revision}")), "{message}");
    }
}

/// Takes a message of RFC 5424 apart as its grammar has it; returns priority and body.
fn header(message: &str) -> (u32, &str) {
    let (priority, rest) =
        message.strip_prefix('<').and_then(|m| m.split_once('>')).expect("a priority");
    let mut fields = rest.splitn(7, ' ');
    let mut next = || fields.next().expect("a field");
    assert_eq!(next(), "1", "version");
    let time: jiff::Timestamp = next().parse().expect("a time");
    assert!(time.subsec_nanosecond() % 1_000 == 0, "microseconds at most (§6.2.3)");
    let host = next();
    assert!(!host.is_empty() && host.len() <= 255 && host.is_ascii());
    assert_eq!(next(), "picket");
    assert!(next().parse::<u32>().is_ok(), "a process");
    assert_eq!(next(), "alert");
    let (data, body) = next().split_once("] ").expect("structured data");
    assert!(data.starts_with("[origin software=\"picket\" swVersion=\""), "{data}");
    (priority.parse().expect("a number"), body)
}

/// Reads messages counted in octets (RFC 6587 §3.4.1).
fn counted(stream: impl Read, messages: usize) -> Vec<String> {
    let mut stream = BufReader::new(stream);
    (0..messages)
        .map(|_| {
            let mut length = Vec::new();
            stream.read_until(b' ', &mut length).expect("a length");
            let length: usize =
                String::from_utf8(length).expect("text").trim().parse().expect("a number");
            let mut message = vec![0; length];
            stream.read_exact(&mut message).expect("a message");
            String::from_utf8(message).expect("text")
        })
        .collect()
}

#[test]
fn syslog_over_tcp_counts_octets_and_comes_back() {
    let bench = Bench::new();
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = server.local_addr().expect("an address");
    let outputs = format!("[output.syslog]\naddress = \"{address}\"\ntransport = \"tcp\"\n");
    let (delivery, names, alerts) = bench.start(&outputs);
    let (first, second) = alerts.split_at(10);
    for part in [first, second] {
        let offered = offer(&delivery, &names, part);
        let (stream, _) = server.accept().expect("it connects");
        let found: Vec<_> =
            counted(&stream, part.len()).iter().map(|message| id(header(message).1)).collect();
        assert_eq!(found, offered);
        assert!(delivery.drain(PATIENCE));
        // The server goes away between the two, and the second is sent to it when it is back.
        drop(stream);
    }
}

#[test]
fn syslog_over_tls_trusts_the_authority_it_is_told_to() {
    let bench = Bench::new();
    let config = tls_server(&bench);
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = server.local_addr().expect("an address").port();
    let outputs = |ca: &str| {
        format!(
            "[output.syslog]\naddress = \"localhost:{port}\"\ntransport = \"tls\"\nca_file = \"{ca}\"\n"
        )
    };
    let accept = || {
        let (stream, _) = server.accept().expect("it connects");
        let session = rustls::ServerConnection::new(Arc::clone(&config)).expect("a session");
        rustls::StreamOwned::new(session, stream)
    };
    let (delivery, names, alerts) = bench.start(&outputs(&bench.path("other.pem")));
    offer(&delivery, &names, &alerts);
    let mut refused = accept();
    assert!(refused.read(&mut [0]).is_err(), "the client does not trust the server");
    drop(refused);
    assert!(!delivery.drain(PATIENCE), "{:?}", delivery.status());
    let status = delivery.status().sinks.remove(0);
    assert_eq!(status.state, State::Refused, "{status:?}");
    delivery.close();
    let (delivery, _, alerts) = bench.start(&outputs(&bench.path("ca.pem")));
    let found = counted(accept(), alerts.len());
    let found: Vec<_> = found.iter().map(|message| id(header(message).1)).collect();
    let want: Vec<_> =
        alerts.iter().map(|alert| format!("{}.{}", alert.id, alert.revision)).collect();
    assert_eq!(found, want, "what was owed");
    assert!(delivery.drain(PATIENCE));
}

/// Makes an authority, another one, and a server's settings with a certificate of the first.
fn tls_server(bench: &Bench) -> Arc<rustls::ServerConfig> {
    let openssl = |arguments: &str| {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(bench.dir.path())
            .output()
            .unwrap_or_else(|error| panic!("openssl: {error}; apt-get install openssl"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    for name in ["ca", "other"] {
        openssl(&format!(
            "req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.pem -days 2 -subj /CN={name}"
        ));
    }
    openssl("req -newkey rsa:2048 -nodes -keyout own.key -out own.csr -subj /CN=localhost");
    fs::write(bench.path("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").expect("written");
    openssl(
        "x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out own.pem -days 2 -extfile names",
    );
    let chain = CertificateDer::pem_file_iter(bench.path("own.pem"))
        .expect("made")
        .collect::<Result<Vec<_>, _>>()
        .expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(bench.path("own.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a configuration");
    Arc::new(config)
}

/// Reads one request of HTTP/1.1 and answers it; returns its header fields and body.
fn serve(stream: &mut (impl Read + Write), status: &str) -> (BTreeMap<String, String>, String) {
    let mut octets = Vec::new();
    let mut octet = [0];
    while !octets.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut octet).expect("a request");
        octets.push(octet[0]);
    }
    let head = String::from_utf8(octets).expect("text");
    assert!(head.starts_with("POST /hook HTTP/1.1\r\n"), "{head}");
    let fields: BTreeMap<_, _> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut body = vec![0; fields["content-length"].parse().expect("a number")];
    stream.read_exact(&mut body).expect("a body");
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        .and_then(|()| stream.flush())
        .expect("answered");
    (fields, String::from_utf8(body).expect("text"))
}

#[test]
fn a_webhook_posts_over_https_and_minds_the_answers() {
    let bench = Bench::new();
    let config = tls_server(&bench);
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = server.local_addr().expect("an address").port();
    let outputs = format!(
        "[output.webhook]\nurl = \"https://localhost:{port}/hook\"\nca_file = \"{}\"\n\
         headers = {{ authorization = \"Bearer secret\" }}\n",
        bench.path("ca.pem")
    );
    let (delivery, names, mut alerts) = bench.start(&outputs);
    alerts.truncate(4);
    let offered = offer(&delivery, &names, &alerts);
    // Patience, success, refused for what it is, success; the first is tried again.
    let answers = ["503 Busy", "200 OK", "422 No", "204 None", "200 OK", "200 OK"];
    let (heard, hears) = mpsc::channel();
    let serving = std::thread::spawn(move || {
        for answer in answers {
            let (stream, _) = server.accept().expect("it connects");
            let session = rustls::ServerConnection::new(Arc::clone(&config)).expect("a session");
            let mut stream = rustls::StreamOwned::new(session, stream);
            heard.send(serve(&mut stream, answer)).expect("somebody listens");
        }
    });
    assert!(delivery.drain(PATIENCE), "{:?}", delivery.status());
    serving.join().expect("it served");
    let heard: Vec<_> = hears.into_iter().collect();
    let ids: Vec<_> = heard.iter().map(|(fields, _)| fields["ce-id"].clone()).collect();
    let want = [&offered[0], &offered[0], &offered[1], &offered[2], &offered[3]];
    assert_eq!(ids.iter().take(5).collect::<Vec<_>>(), want);
    for (fields, body) in &heard {
        assert_eq!(fields["ce-id"], id(body));
        assert_eq!(fields["authorization"], "Bearer secret");
        assert_eq!(fields["ce-type"], "picket.alert.v1");
        assert_eq!(fields["content-type"], "application/json");
    }
    let notice: Value = serde_json::from_str(&heard[5].1).expect("JSON");
    assert_eq!(notice["alert"]["rule_name"], "picket_alerts_refused", "{notice}");
    assert!(notice["summary"].as_str().is_some_and(|text| text.contains("422")), "{notice}");
    let status = delivery.status().sinks.remove(0);
    assert_eq!((status.parked, status.owed, status.state), (1, 0, State::Up), "{status:?}");
}

/// Alerts that are offered.
const ALERTS: usize = 60;
const PATIENCE: Duration = Duration::from_secs(60);
