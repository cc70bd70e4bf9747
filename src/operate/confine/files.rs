//! Which files may be reached and which ports connected to (landlock).
//!
//! Landlock holds for paths below a directory, so a file that is replaced by another of its name stays
//! within reach. Rules on TCP need Linux 6.7: where they are not there, as on Debian 12, the unit's
//! `IPAddressAllow=` has to do it, and the report says so. UDP (names, syslog) is not covered by them.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, NetPort, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::ConfineError;
use crate::config::{Plan, outputs::SyslogTransport};

/// What may be reached.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reach {
    /// Read, with all below.
    pub read: BTreeSet<PathBuf>,
    /// Read and written, with all below.
    pub write: BTreeSet<PathBuf>,
    /// TCP ports that may be connected to.
    pub ports: BTreeSet<u16>,
}

impl Reach {
    /// Adds the directory a file is in, to be read.
    #[must_use]
    pub fn reading(mut self, files: impl IntoIterator<Item = PathBuf>) -> Self {
        self.read.extend(files.into_iter().map(|file| beside(&file)));
        self
    }

    /// Adds the directory a file is in, to be written to.
    #[must_use]
    pub fn writing(mut self, files: impl IntoIterator<Item = PathBuf>) -> Self {
        self.write.extend(files.into_iter().map(|file| beside(&file)));
        self
    }

    /// Adds what a plan names, and what every program needs.
    pub(super) fn of(mut self, plan: &Plan) -> Self {
        let output = &plan.output;
        self.read.extend(SYSTEM.iter().map(PathBuf::from));
        self.read.extend(plan.rule_dirs.iter().chain(&plan.confine.read).cloned());
        self.write.extend(plan.confine.write.iter().chain(&plan.state_dir).cloned());
        let previous = plan.previous_key.as_ref().map(|(path, _)| path);
        let metrics = plan.metrics.iter().flat_map(|metrics| {
            [&metrics.certificate, &metrics.key, &metrics.token_file].into_iter().flatten()
        });
        let authorities = [
            output.syslog.as_ref().and_then(|syslog| syslog.ca_file.as_ref()),
            output.webhook.as_ref().and_then(|webhook| webhook.ca_file.as_ref()),
        ];
        let properties = output.kafka.iter().flat_map(|kafka| &kafka.properties);
        let kafka = properties
            .filter(|(name, _)| name.ends_with(".location") || name.ends_with(".keytab"))
            .map(|(_, value)| PathBuf::from(value.to_string()));
        let keys = [&plan.key_file, &plan.seal_key_file].into_iter().flatten().chain(previous);
        let read: Vec<_> =
            keys.chain(metrics).chain(authorities.into_iter().flatten()).cloned().collect();
        let mut this = self.reading(read).reading(kafka);
        let file = output.file.iter().map(|file| file.path.clone());
        let unix = output.unix.iter().map(|unix| unix.path.clone());
        let socket = plan.control.iter().map(|control| control.socket.clone());
        let evidence: Vec<_> =
            output.evidence.iter().map(|evidence| evidence.path.clone()).collect();
        this.write.extend(evidence.iter().filter(|path| path.is_dir()).cloned());
        this = this.writing(file.chain(unix).chain(socket).chain(evidence));
        this.ports.extend(ports(plan));
        this
    }
}

/// Puts it in force for this thread and those it starts, and where the kernel can for all. Returns
/// what became of files and of the network.
pub(super) fn enclose(reach: &Reach) -> Result<(String, String), ConfineError> {
    let failed = |error: RulesetError| ConfineError::Refused {
        what: "landlock",
        why: error.to_string(),
        key: "files",
    };
    for dir in &reach.write {
        // What is to be written to and is not there yet is made now; later it could not be.
        if !dir.exists() {
            let _ = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
        }
    }
    let reading = AccessFs::from_read(NEWEST) & !BitFlags::from(AccessFs::Execute);
    let writing = AccessFs::from_all(NEWEST)
        & !(AccessFs::Execute | AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev);
    let devices = AccessFs::ReadFile | AccessFs::WriteFile;
    let ports = reach.ports.iter().map(|&port| NetPort::new(port, AccessNet::ConnectTcp));
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::Signal))
        .and_then(Ruleset::create)
        .and_then(|rules| rules.add_rules(path_beneath_rules(&reach.read, reading)))
        .and_then(|rules| {
            rules.add_rules(path_beneath_rules(LIBRARIES, AccessFs::from_read(NEWEST)))
        })
        .and_then(|rules| rules.add_rules(path_beneath_rules(&reach.write, writing)))
        .and_then(|rules| rules.add_rules(path_beneath_rules(DEVICES, devices)))
        .and_then(|rules| rules.add_rules(ports.map(Ok::<_, RulesetError>)))
        .and_then(|rules| rules.restrict_self())
        .map_err(failed)?;
    let abi = match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => effective_abi,
        LandlockStatus::NotEnabled => return Ok(both("this kernel has landlock turned off")),
        LandlockStatus::NotImplemented => {
            return Ok(both("this kernel has no landlock; Linux 5.13 has"));
        }
    };
    if status.ruleset == RulesetStatus::NotEnforced {
        return Ok(both("this kernel enforces none of it"));
    }
    let network = if abi >= ABI::V4 {
        let ports: Vec<_> = reach.ports.iter().map(ToString::to_string).collect();
        format!(
            "enforced: TCP to ports {}",
            if ports.is_empty() { "none".to_owned() } else { ports.join(", ") }
        )
    } else {
        "this kernel's landlock has no rules for TCP, Linux 6.7 has: IPAddressAllow= of the unit has to do"
            .to_owned()
    };
    Ok(("enforced".to_owned(), network))
}

fn both(why: &str) -> (String, String) {
    (why.to_owned(), why.to_owned())
}

/// Returns the directory a file is in.
fn beside(file: &Path) -> PathBuf {
    match file.parent() {
        Some(dir) if dir.as_os_str().is_empty() => ".".into(),
        Some(dir) => dir.to_owned(),
        None => file.to_owned(),
    }
}

/// Returns the TCP ports of the outputs, of names over TCP, and those the operator adds: brokers may
/// name others than those they are first asked at.
fn ports(plan: &Plan) -> BTreeSet<u16> {
    let output = &plan.output;
    let mut ports: BTreeSet<u16> = plan.confine.connect_ports.iter().copied().collect();
    let port = |address: &str| address.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    for broker in output.kafka.iter().flat_map(|kafka| &kafka.brokers) {
        ports.insert(port(broker).unwrap_or(KAFKA));
    }
    if let Some(syslog) = output.syslog.as_ref().filter(|s| s.transport != SyslogTransport::Udp) {
        ports.extend(port(&syslog.address));
    }
    if let Some(webhook) = &output.webhook {
        let rest = webhook.url.split_once("://").map_or("", |(_, rest)| rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let otherwise = if webhook.url.starts_with("https:") { HTTPS } else { HTTP };
        ports.insert(port(host).unwrap_or(otherwise));
    }
    if !ports.is_empty() {
        ports.insert(DNS);
    }
    ports
}

/// The newest rules that are asked for; older kernels have fewer.
const NEWEST: ABI = ABI::V6;
/// What a program reads of the system: names, certificates, time zones, interfaces, itself.
const SYSTEM: &[&str] = &[
    "/etc",
    "/run/systemd/resolve",
    "/run/NetworkManager",
    "/run/resolvconf",
    "/usr/share/ca-certificates",
    "/usr/share/zoneinfo",
    "/usr/local/share/ca-certificates",
    "/proc/self",
    "/proc/stat",
    "/proc/net",
    "/proc/sys",
    "/sys/class/net",
    "/sys/devices",
    "/sys/bus",
];
/// Where the C library finds what it loads on demand, to look up names.
const LIBRARIES: &[&str] = &["/usr/lib", "/lib", "/lib64", "/usr/lib64"];
const DEVICES: &[&str] = &["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"];
const KAFKA: u16 = 9_092;
const HTTP: u16 = 80;
const HTTPS: u16 = 443;
const DNS: u16 = 53;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::outputs::Output;

    #[test]
    fn ports_are_those_of_the_outputs() {
        for (outputs, want) in [
            ("", &[][..]),
            ("[kafka]\nbrokers = [\"a:9093\", \"b\"]", &[53, 9_092, 9_093]),
            ("[webhook]\nurl = \"https://h/x:1\"", &[53, 443]),
            ("[webhook]\nurl = \"http://[::1]:8080/x\"", &[53, 8_080]),
            ("[syslog]\naddress = \"h:514\"", &[]),
            ("[syslog]\naddress = \"h:6514\"\ntransport = \"tls\"", &[53, 6_514]),
        ] {
            let output: Output = toml::from_str(outputs).expect("outputs");
            let plan = Plan { output, ..Plan::default() };
            assert_eq!(ports(&plan).into_iter().collect::<Vec<_>>(), want, "{outputs}");
        }
    }

    #[test]
    fn the_directory_of_a_file_is_reached() {
        for (file, want) in [("/a/b", "/a"), ("b", "."), ("/", "/"), ("a/b", "a")] {
            assert_eq!(beside(Path::new(file)), Path::new(want), "{file}");
        }
    }
}
