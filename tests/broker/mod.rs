//! A real Apache Kafka for tests: fetched by Maven, started on free ports, with its data on disk.
//!
//! `PICKET_TEST_KAFKA=host:port` names one that runs already; tests that stop the broker or need
//! users of it start their own all the same. Without Java, Maven, kcat or a way to fetch the broker a
//! test fails and says what to install. Messages are read back with kcat, a client of its own.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
};
use tempfile::TempDir;

/// The super user of the broker, who may everything, and a user who may nothing.
pub(crate) const ADMIN: (&str, &str) = ("admin", "admin-secret");
pub(crate) const NOBODY: (&str, &str) = ("nobody", "nobody-secret");

/// A broker, ours or one that ran already.
pub(crate) struct Broker {
    pub(crate) address: String,
    /// Of the listener with TLS and SCRAM; empty for a broker that is not ours.
    pub(crate) secure: String,
    own: Option<Own>,
}

struct Own {
    place: TempDir,
    child: Mutex<Option<Child>>,
}

/// A message as kcat prints it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) key: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) partition: u32,
    pub(crate) value: String,
}

impl Message {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

impl Broker {
    /// Returns the broker that tests share: the one that is named, else one of ours.
    pub(crate) fn shared() -> Arc<Self> {
        #[expect(clippy::disallowed_methods, reason = "how a tester names a broker")]
        if let Ok(address) = std::env::var("PICKET_TEST_KAFKA") {
            return Arc::new(Self { address, secure: String::new(), own: None });
        }
        static SHARED: Mutex<Weak<Broker>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let broker = Arc::new(Self::start());
            *shared = Arc::downgrade(&broker);
            broker
        })
    }

    /// Starts one that the test may stop.
    pub(crate) fn start() -> Self {
        let place = tempfile::tempdir().expect("a directory");
        let [plain, secure, controller] = free_ports();
        certificates(place.path());
        let path = |name: &str| place.path().join(name).display().to_string();
        let properties = format!(
            "process.roles=broker,controller\nnode.id=1\n\
             controller.quorum.voters=1@127.0.0.1:{controller}\n\
             listeners=PLAIN://127.0.0.1:{plain},SECURE://127.0.0.1:{secure},CONTROL://127.0.0.1:{controller}\n\
             advertised.listeners=PLAIN://127.0.0.1:{plain},SECURE://localhost:{secure}\n\
             controller.listener.names=CONTROL\ninter.broker.listener.name=PLAIN\n\
             listener.security.protocol.map=PLAIN:PLAINTEXT,SECURE:SASL_SSL,CONTROL:PLAINTEXT\n\
             log.dirs={data}\noffsets.topic.replication.factor=1\n\
             transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n\
             group.initial.rebalance.delay.ms=0\nauto.create.topics.enable=false\n\
             broker.session.timeout.ms=2000\nbroker.heartbeat.interval.ms=500\n\
             authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
             super.users=User:ANONYMOUS;User:{admin}\n\
             sasl.enabled.mechanisms=SCRAM-SHA-512\n\
             listener.name.secure.scram-sha-512.sasl.jaas.config=\
             org.apache.kafka.common.security.scram.ScramLoginModule required;\n\
             ssl.keystore.type=PEM\nssl.keystore.location={keystore}\n\
             ssl.truststore.type=PEM\nssl.truststore.location={ca}\n",
            data = path("data"),
            keystore = path("broker.pem"),
            ca = path("ca.pem"),
            admin = ADMIN.0,
        );
        fs::write(place.path().join("server.properties"), properties).expect("written");
        let id = java(place.path()).args(["kafka.tools.StorageTool", "random-uuid"]).output();
        let id = String::from_utf8(id.expect("Java runs").stdout).expect("text");
        let id = id.lines().last().unwrap_or_default().trim().to_owned();
        let mut format = java(place.path());
        format.args(["kafka.tools.StorageTool", "format", "-t", &id, "-c", "server.properties"]);
        for (name, password) in [ADMIN, NOBODY] {
            let user = format!("SCRAM-SHA-512=[name={name},password={password}]");
            format.args(["--add-scram", &user]);
        }
        let formatted = format.output().expect("Java runs");
        assert!(formatted.status.success(), "{}", String::from_utf8_lossy(&formatted.stdout));
        let broker = Self {
            address: format!("127.0.0.1:{plain}"),
            secure: format!("localhost:{secure}"),
            own: Some(Own { place, child: Mutex::new(None) }),
        };
        broker.resume();
        broker
    }

    /// Whether the test may stop it and knows its users.
    pub(crate) const fn is_ours(&self) -> bool {
        self.own.is_some()
    }

    /// Returns the file of the private authority that the broker's certificate is of.
    pub(crate) fn authority(&self) -> PathBuf {
        self.own.as_ref().expect("a broker of ours").place.path().join("ca.pem")
    }

    /// Starts the process and waits until it answers.
    pub(crate) fn resume(&self) {
        let own = self.own.as_ref().expect("a broker of ours");
        let place = own.place.path();
        let log = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(place.join("broker.log"))
            .expect("written");
        let child = java(place)
            .args(["kafka.Kafka", "server.properties"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a handle"))
            .stderr(log)
            .spawn()
            .expect("Java runs");
        *own.child.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let consumer: BaseConsumer = self.client().create().expect("a client");
        // Each try waits for an answer of the broker, or for the time it has.
        let answers = (0..60).any(|_| {
            let metadata = consumer.fetch_metadata(None, Duration::from_secs(2));
            metadata.is_ok_and(|metadata| !metadata.brokers().is_empty())
        });
        let mut said = String::new();
        let _ = fs::File::open(place.join("broker.log")).map(|mut f| f.read_to_string(&mut said));
        assert!(answers, "the broker does not answer; it said:\n{said}");
    }

    /// Stops it as an operator would.
    pub(crate) fn stop(&self) {
        self.end("TERM");
    }

    /// Stops it as a loss of power would.
    pub(crate) fn kill(&self) {
        self.end("KILL");
    }

    fn end(&self, signal: &str) {
        let own = self.own.as_ref().expect("a broker of ours");
        let child = own.child.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut child) = child {
            let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
            assert!(sent.expect("kill runs").success());
            child.wait().expect("it ends");
        }
    }

    fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.address).set("log_level", "0");
        config
    }

    /// Makes a topic.
    pub(crate) fn topic(&self, name: &str, partitions: i32, settings: &[(&str, &str)]) {
        let admin: AdminClient<DefaultClientContext> = self.client().create().expect("a client");
        let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
        for (key, value) in settings {
            topic = topic.set(key, value);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let made = runtime
            .expect("a runtime")
            .block_on(admin.create_topics(&[topic], &AdminOptions::new()))
            .expect("the broker answers");
        assert!(made.iter().all(Result::is_ok), "{made:?}");
    }

    /// Returns everything in a topic, partition by partition, read by kcat.
    pub(crate) fn read(&self, topic: &str) -> Vec<Message> {
        let output = Command::new("kcat")
            .args(["-C", "-q", "-e", "-b", &self.address, "-t", topic, "-o", "beginning"])
            .args(["-f", "%k\t%h\t%p\t%s\n"])
            .output()
            .unwrap_or_else(|error| panic!("kcat: {error}; install it: apt-get install kcat"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines()
            .map(|line| {
                let mut fields = line.splitn(4, '\t');
                let mut field = || fields.next().unwrap_or_default().to_owned();
                let (key, headers, partition, value) = (field(), field(), field(), field());
                let headers = headers
                    .split(',')
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect();
                let partition = partition.parse().expect("a number");
                Message { key, headers, partition, value }
            })
            .collect()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if self.is_ours() {
            self.kill();
        }
    }
}

/// Returns Java with the broker's classes, in the place of a broker.
fn java(place: &Path) -> Command {
    let mut java = Command::new("java");
    // Java expands the star itself.
    java.args(["-Xms128m", "-Xmx384m", "-cp", &format!("{}/*", libraries().display())]);
    java.current_dir(place);
    java
}

/// Returns where the broker's classes are; fetches them the first time.
fn libraries() -> PathBuf {
    static FETCHING: Mutex<()> = Mutex::new(());
    let _one = FETCHING.lock().unwrap_or_else(PoisonError::into_inner);
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("target").join("kafka");
    let libraries = place.join("lib");
    if place.join("complete").exists() {
        return libraries;
    }
    for (program, flag) in [("java", "-version"), ("mvn", "-v")] {
        let mut command = Command::new(program);
        command.arg(flag).stdout(Stdio::null()).stderr(Stdio::null());
        let runs = command.status().is_ok_and(|status| status.success());
        assert!(
            runs,
            "no {program}: the tests run a real Apache Kafka; apt-get install default-jdk-headless maven"
        );
    }
    fs::create_dir_all(&place).expect("a directory");
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broker/pom.xml"),
        place.join("pom.xml"),
    )
    .expect("copied");
    let fetched = Command::new("mvn")
        .args(["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime"])
        .arg(format!("-DoutputDirectory={}", libraries.display()))
        .current_dir(&place)
        .output()
        .expect("Maven runs");
    assert!(
        fetched.status.success(),
        "Maven cannot fetch Apache Kafka (is there a network?), or name a broker that runs with \
         PICKET_TEST_KAFKA=host:port:\n{}",
        String::from_utf8_lossy(&fetched.stdout)
    );
    fs::write(place.join("complete"), "").expect("written");
    libraries
}

/// Makes an authority and a certificate of the broker for `localhost`, as PEM files.
fn certificates(place: &Path) {
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(place)
            .output()
            .unwrap_or_else(|error| panic!("openssl: {error}; apt-get install openssl"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    openssl(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-days",
        "2",
        "-subj",
        "/CN=Picket test authority",
    ]);
    openssl(&[
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "own.key",
        "-out",
        "own.csr",
        "-subj",
        "/CN=localhost",
    ]);
    fs::write(place.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").expect("written");
    openssl(&[
        "x509",
        "-req",
        "-in",
        "own.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-out",
        "own.pem",
        "-days",
        "2",
        "-extfile",
        "names",
    ]);
    openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", "own.key", "-out", "own.pk8"]);
    let mut all = fs::File::create(place.join("broker.pem")).expect("written");
    for name in ["own.pk8", "own.pem", "ca.pem"] {
        all.write_all(&fs::read(place.join(name)).expect("made")).expect("written");
    }
}

/// Returns ports that are free at the moment.
fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [TcpListener; N] =
        core::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").expect("a port"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}
