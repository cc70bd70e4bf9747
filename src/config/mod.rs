//! The configuration as written (`picket.toml`), and the plan made of it.
//!
//! [`Document::load`] reads the file and its includes; [`Document::plan`] checks everything once and
//! resolves it to a [`Plan`] without options left. The doc comments of the fields are the
//! descriptions in the published schema. Unknown keys are errors.

mod day;
pub mod document;
pub mod error;
pub mod intel;
pub mod lists;
pub mod networks;
pub mod outputs;
pub mod page;
pub mod plan;
mod resolve;
mod route;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

pub use day::Day;
pub use document::Document;
pub use error::{ConfigError, Problem};
pub use intel::ListedTitle;
pub use networks::{Home, HomeNode, Link, LinkMatch, Network, NumberOrText, Suppress};
pub use outputs::{Control, Metrics, Output, Subscribers, Web};
pub use plan::Plan;
pub use route::{LinkKey, LinkPlan};

/// The configuration of a sensor. Relative paths are relative to the file they stand in.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Further files with `[[network]]` tables, as `picket import ir21` writes them.
    pub include: Vec<PathBuf>,
    /// This sensor.
    pub sensor: Sensor,
    /// The network that is protected. Required; `picket replay` can do without.
    pub home: Option<Home>,
    /// Other networks: partners, competitors, hubs.
    pub network: Vec<Network>,
    /// Which side of the network a link is on; the first that matches counts.
    pub link: Vec<Link>,
    /// Alerts not to raise, each with a reason and an end.
    pub suppress: Vec<Suppress>,
    /// How subscriber numbers leave the sensor.
    pub privacy: Privacy,
    /// Where frames come from.
    pub capture: Capture,
    /// Detection rules besides the shipped pack.
    pub rules: Rules,
    /// Named lists for the rules.
    pub lists: Lists,
    /// Global titles somebody warned of; `[lists] gt_intel` names files of them.
    pub gt_intel: Vec<ListedTitle>,
    /// What is kept between messages and between runs.
    pub state: State,
    /// Threads of `picket run`.
    pub runtime: Threads,
    /// Where alerts and events go; an output is on when its table is there.
    pub output: Output,
    /// Reading configuration, rules and lists anew while the sensor runs.
    pub reload: ReloadPolicy,
    /// What the program gives up once its capture is open.
    pub confine: Confine,
    /// Metrics and health; off without the table.
    pub metrics: Option<Metrics>,
    /// The control socket, for `picket ctl` and `picket top`; off without the table.
    pub control: Option<Control>,
    /// The console, which this version does not have: nothing listens.
    pub web: Option<Web>,
}

/// What `picket run` gives up once its capture is open. `picket ctl status` tells what is in force.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Confine {
    /// User to become; only root can. Default: stays who started it.
    pub user: Option<String>,
    /// Give up capabilities but those to open interfaces again, gain no new ones, write no core dumps.
    pub rights: bool,
    /// Reach the files of this configuration and no others, connect to the TCP ports of the outputs
    /// and no others (landlock).
    pub files: bool,
    /// Have system calls a detector has no use for refused (seccomp).
    pub calls: bool,
    /// Further files and directories to read, such as those of includes to come.
    pub read: Vec<PathBuf>,
    /// Further directories to write to.
    pub write: Vec<PathBuf>,
    /// Further TCP ports to connect to: those of brokers that are not named here, but by others.
    pub connect_ports: Vec<u16>,
}

impl Default for Confine {
    fn default() -> Self {
        Self {
            user: None,
            rights: true,
            files: true,
            calls: true,
            read: Vec::new(),
            write: Vec::new(),
            connect_ports: Vec::new(),
        }
    }
}

/// Reading configuration, rules and lists anew while the sensor runs. SIGHUP and `picket ctl
/// reload` always do.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct ReloadPolicy {
    /// Do it whenever one of the files has changed and rested for a second.
    pub watch: bool,
}

/// This sensor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sensor {
    /// Name of the sensor in events and alerts (`sensor.id`).
    pub id: String,
}

impl Default for Sensor {
    fn default() -> Self {
        Self { id: "picket".into() }
    }
}

/// How subscriber numbers leave the sensor.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// Form of subscriber numbers. Default: `pseudonym` for `picket run` and Kafka, `clear` for
    /// `picket replay` and `picket dissect` on a file.
    pub subscribers: Option<Subscribers>,
    /// Key of the pseudonyms. Absent: made with mode 0600 in the directory of `[state]`.
    pub key_file: Option<PathBuf>,
    /// The key of the pseudonyms that was in force before. Until `previous_key_until` alerts also
    /// carry `subscriber.previous_id`, so that those of both keys can be joined.
    pub previous_key_file: Option<PathBuf>,
    /// The last day of that, UTC, by event time.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub previous_key_until: Option<Day>,
    /// Key that seals who an alert is about in the store of alerts, for `picket reveal`. Absent:
    /// made with mode 0600 in the directory of `[state]`.
    pub seal_key_file: Option<PathBuf>,
}

/// Where frames come from.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Capture {
    /// How frames are captured.
    pub backend: Backend,
    /// Interfaces to listen on (`pcap`).
    pub interfaces: Vec<String>,
    /// Capture filter in BPF syntax. Default: one that keeps SCTP and what carries it.
    pub filter: Option<String>,
    /// Octets kept of a frame. Default: 65535.
    pub snaplen: Option<u32>,
    /// Kernel buffer an interface, in octets (`pcap`). Default: 64 MiB.
    pub buffer_bytes: Option<u32>,
    /// Hand over each frame at once instead of gathering for 10 ms (`pcap`): costs nearly twice as
    /// much a frame.
    pub immediate: bool,
    /// Take frames addressed to others too. Default: true.
    pub promiscuous: Option<bool>,
    /// Who stamps frames. Default: `host`.
    pub timestamps: Timestamps,
    /// Settings of the `dpdk` backend.
    pub dpdk: Dpdk,
}

/// How frames are captured.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// libpcap.
    #[default]
    Pcap,
    /// DPDK; needs a build with `--features dpdk`.
    Dpdk,
}

/// Threads of `picket run`.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Threads {
    /// Which threads read frames and which decides. What comes of it is the same.
    pub topology: Topology,
    /// Processors that the threads which read frames run on, in their order; those of the adapter's
    /// NUMA node are best. Default: where the system puts them.
    pub lane_cpus: Vec<u16>,
    /// Processor that the thread which decides runs on (`lanes`). Default: where the system puts it.
    pub engine_cpu: Option<u16>,
}

/// Which threads read frames and which decides.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Topology {
    /// One thread reads and decides: the least work for each frame.
    #[default]
    Fused,
    /// A thread for each interface reads frames and what each says by itself, another decides: for
    /// taps that one thread cannot read.
    Lanes,
}

/// Who stamps frames.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Timestamps {
    /// The kernel, or with DPDK the program when it takes a burst.
    #[default]
    Host,
    /// The adapter, where it offers times in step with the system's clock; else as `host`.
    Adapter,
}

/// Settings of the `dpdk` backend.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Dpdk {
    /// Arguments of the environment abstraction layer, as DPDK spells them; paths in them are
    /// relative to the working directory.
    pub eal: Vec<String>,
    /// PCI addresses or names of virtual devices. Default: every port that is found.
    pub ports: Vec<String>,
    /// Receive queues of each port, over which the adapter spreads frames. Default: 1.
    pub rx_queues: Option<u16>,
    /// Descriptors of each queue: frames that may wait there. Default: 4096, or what the adapter takes.
    pub rx_descriptors: Option<u16>,
    /// Buffers for frames on each NUMA node. Default: what the queues hold and a little more.
    pub buffers: Option<u32>,
    /// Octets of a packet the adapter takes at most (jumbo frames). Default: as the adapter is.
    pub mtu: Option<u16>,
    /// Microseconds the polling thread sleeps when nothing comes; 0: it never sleeps. Default: 100.
    pub idle_us: Option<u32>,
}

/// Detection rules besides the shipped pack.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Directories of further rules.
    pub dirs: Vec<PathBuf>,
    /// Rules not to load, by id or name.
    pub disable: Vec<String>,
}

/// Named lists for the rules.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lists {
    /// Directories of lists: `NAME.txt`, one value a line, `#` begins a comment.
    pub dirs: Vec<PathBuf>,
    /// Files of global titles somebody warned of (YAML, `docs/intelligence.md`).
    pub gt_intel: Vec<PathBuf>,
}

/// What is kept between messages and between runs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct State {
    /// Directory of the outbox, learnt state and keys. Default: nothing is kept, but alerts that may
    /// have to wait for an output (Kafka, syslog, Unix socket, webhook) wait in `/var/lib/picket`.
    pub dir: Option<PathBuf>,
    /// Hours after the first message in which it is learnt what is usual: who sends what to whom, how
    /// often, and which way. Until then nothing is called new, strange or more than usual.
    pub learning_hours: u32,
    /// How many entries each table holds.
    pub capacity: Capacity,
}

impl Default for State {
    fn default() -> Self {
        Self { dir: None, learning_hours: LEARNING_HOURS, capacity: Capacity::default() }
    }
}

/// What vendors of firewalls recommend as the least for learning where subscribers roam.
pub const LEARNING_HOURS: u32 = 12;

/// How many entries each table holds; a full table evicts and counts. Memory is taken as tables
/// fill.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Capacity {
    /// SCTP associations, each direction.
    pub associations: u32,
    /// IP packets being put together.
    pub ip_fragments: u32,
    /// SCTP user messages being put together.
    pub sctp_fragments: u32,
    /// SCCP messages being put together.
    pub sccp_segments: u32,
    /// TCAP dialogues that are open.
    pub dialogues: u32,
    /// Groups that correlation rules remember.
    pub correlations: u32,
    /// Subscribers remembered: bindings, last place, cadence.
    pub subscribers: u32,
    /// Subscribers whose requests are followed over days: those somebody asked about who should not.
    pub dossiers: u32,
    /// Global titles remembered: novelty, cadence, what was seen of them.
    pub global_titles: u32,
    /// Alerts that are open.
    pub alerts: u32,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            associations: 4_096,
            ip_fragments: 4_096,
            sctp_fragments: 16_384,
            sccp_segments: 16_384,
            dialogues: 1_000_000,
            correlations: 1_000_000,
            subscribers: 2_000_000,
            dossiers: 131_072,
            global_titles: 262_144,
            alerts: 65_536,
        }
    }
}
