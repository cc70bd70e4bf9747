//! The process itself, in the names every Prometheus client uses, and which version it is.

use std::fs;

use super::{
    Family,
    Kind::{Counter, Gauge},
    engine::seconds,
};

/// What the kernel says of the process.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Process {
    /// Processor time, nanoseconds.
    pub cpu: u64,
    /// Octets of memory in use.
    pub resident: u64,
    /// Octets of address space.
    pub virtual_memory: u64,
    /// Open descriptors.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
    /// When it started, seconds since the Unix epoch.
    pub started: u64,
}

impl Process {
    /// Reads it; what cannot be read is 0.
    #[must_use]
    pub fn read() -> Self {
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let uptime = fs::read_to_string("/proc/stat").unwrap_or_default();
        let boot = uptime.lines().find_map(|line| line.strip_prefix("btime "));
        let boot = boot.and_then(|seconds| seconds.trim().parse().ok()).unwrap_or_default();
        let descriptors = fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64);
        let page = rustix::param::page_size() as u64;
        let ticks = rustix::param::clock_ticks_per_second().max(1);
        Self { descriptors, ..Self::parse(&stat, boot, ticks, page) }
    }

    /// Reads the line of the kernel: proc_pid_stat(5).
    fn parse(stat: &str, boot: u64, ticks: u64, page: u64) -> Self {
        // The second field is the name in brackets and may hold anything.
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<u64> =
            rest.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect();
        let field = |number: usize| fields.get(number - 3).copied().unwrap_or_default();
        Self {
            cpu: (field(14) + field(15)).saturating_mul(1_000_000_000) / ticks,
            resident: field(24).saturating_mul(page),
            virtual_memory: field(23),
            descriptors: 0,
            threads: field(20),
            started: boot + field(22) / ticks,
        }
    }
}

pub(super) const ROWS: &[Family] = &[
    Family {
        name: "picket_build_info",
        kind: Gauge,
        labels: &["version", "sensor"],
        help: "Always 1; the version and the name of the sensor are labels.",
        read: |of, out| out.add(&[&env!("CARGO_PKG_VERSION"), &of.sensor], 1),
    },
    Family {
        name: "picket_rules",
        kind: Gauge,
        labels: &[],
        help: "Rules in force.",
        read: |of, out| out.add(&[], of.rules),
    },
    Family {
        name: "picket_suppressions",
        kind: Gauge,
        labels: &[],
        help: "Suppressions that were added by command and are in force.",
        read: |of, out| out.add(&[], of.suppressions),
    },
    Family {
        name: "picket_reloads_total",
        kind: Counter,
        labels: &["result"],
        help: "How often configuration, rules and lists were read anew, and how often that was refused.",
        read: |of, out| {
            out.add(&[&"success"], of.reloads.good);
            out.add(&[&"refused"], of.reloads.refused);
        },
    },
    Family {
        name: "picket_reload_successful",
        kind: Gauge,
        labels: &[],
        help: "0 while what stands in the files is refused and something older is in force.",
        read: |of, out| out.add(&[], u8::from(of.reloads.error.is_empty())),
    },
    Family {
        name: "picket_reload_last_success_seconds",
        kind: Gauge,
        labels: &[],
        help: "When what is in force was read, seconds since the Unix epoch.",
        read: |of, out| out.add(&[], seconds(of.reloads.last.nanos())),
    },
    Family {
        name: "process_cpu_seconds_total",
        kind: Counter,
        labels: &[],
        help: "Processor time spent, in user and kernel mode.",
        read: |of, out| out.add(&[], seconds(of.process.cpu)),
    },
    Family {
        name: "process_resident_memory_bytes",
        kind: Gauge,
        labels: &[],
        help: "Memory in use.",
        read: |of, out| out.add(&[], of.process.resident),
    },
    Family {
        name: "process_virtual_memory_bytes",
        kind: Gauge,
        labels: &[],
        help: "Address space in use.",
        read: |of, out| out.add(&[], of.process.virtual_memory),
    },
    Family {
        name: "process_open_fds",
        kind: Gauge,
        labels: &[],
        help: "Open descriptors.",
        read: |of, out| out.add(&[], of.process.descriptors),
    },
    Family {
        name: "process_threads",
        kind: Gauge,
        labels: &[],
        help: "Threads.",
        read: |of, out| out.add(&[], of.process.threads),
    },
    Family {
        name: "process_start_time_seconds",
        kind: Gauge,
        labels: &[],
        help: "When the program was started, seconds since the Unix epoch.",
        read: |of, out| out.add(&[], of.process.started),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_kernel_is_read_whatever_the_name() {
        let line =
            "77 (a b) c) S 1 77 77 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 5 0 300 4096000 12 0";
        let read = Process::parse(line, 1_000, 100, 4_096);
        let want = Process {
            cpu: 2_000_000_000,
            resident: 49_152,
            virtual_memory: 4_096_000,
            descriptors: 0,
            threads: 5,
            started: 1_003,
        };
        assert_eq!(read, want);
        assert_eq!(Process::parse("", 0, 100, 4_096), Process::default());
    }

    #[test]
    fn this_process_has_memory_and_descriptors() {
        let process = Process::read();
        assert!(process.resident > 1 << 20 && process.descriptors > 2, "{process:?}");
        assert!(process.threads > 0 && process.started > 1_600_000_000, "{process:?}");
    }
}
