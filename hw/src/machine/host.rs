//! The machine around the adapters: library, IOMMU, huge pages, cores, rights.

use std::collections::BTreeSet;

use super::{Adapter, Files, Finding, cores_of};

/// Whether this program has DPDK, and which drivers are installed.
pub(super) fn library(files: &Files<'_>, built: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    found.push(if built {
        Finding::good("library", "this picket is built with DPDK".to_owned())
    } else {
        let remedy =
            "build it with `cargo build --release --features dpdk`, or install the package";
        Finding::missing("library", "this picket is built without DPDK".to_owned(), remedy)
    });
    let drivers = drivers(files);
    found.push(if drivers.is_empty() {
        let remedy = "apt-get install librte-mempool-ring23 and librte-net-*23 of your adapter, or \
             libdpdk-dev for all of them";
        Finding::missing("library", "no driver of DPDK is installed".to_owned(), remedy)
    } else {
        Finding::good("library", format!("{} network drivers of DPDK installed", drivers.len()))
    });
    found
}

/// Returns the names of DPDK's network drivers that are installed.
pub(super) fn drivers(files: &Files<'_>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for lib in ["/usr/lib", "/usr/local/lib"] {
        for machine in files.names(lib) {
            let dpdk = format!("{lib}/{machine}/dpdk");
            for release in files.names(&dpdk).iter().filter(|name| name.starts_with("pmds-")) {
                let names = files.names(&format!("{dpdk}/{release}")).into_iter();
                found.extend(names.filter_map(|name| {
                    let driver = name.strip_prefix("librte_net_")?.split_once(".so")?.0;
                    Some(driver.to_owned())
                }));
            }
        }
    }
    found.into_iter().collect()
}

/// Whether devices are kept to the memory they were given.
pub(super) fn iommu(files: &Files<'_>) -> Vec<Finding> {
    let groups = files.names("/sys/kernel/iommu_groups").len();
    if groups > 0 {
        return vec![Finding::good("IOMMU", format!("on, {groups} groups"))];
    }
    let asked = files.text("/proc/cmdline").is_some_and(|line| {
        ["intel_iommu=on", "amd_iommu=on"].iter().any(|word| line.split(' ').any(|w| w == *word))
    });
    let (what, remedy) = if asked {
        ("off, though the kernel is told to use it", "switch VT-d or AMD-Vi on in the firmware")
    } else {
        (
            "off",
            "add `intel_iommu=on iommu=pt` (AMD: `iommu=pt`) to GRUB_CMDLINE_LINUX in \
             /etc/default/grub, run update-grub, reboot; VT-d or AMD-Vi must be on in the firmware. \
             Not needed for virtual devices and mlx5",
        )
    };
    vec![Finding::missing("IOMMU", what.to_owned(), remedy)]
}

/// Whether vfio can hand adapters to programs.
pub(super) fn vfio(files: &Files<'_>, adapters: &[Adapter]) -> Vec<Finding> {
    if !adapters.is_empty() && adapters.iter().all(Adapter::is_shared_with_kernel) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let loaded = ["/sys/module/vfio_pci", "/sys/bus/pci/drivers/vfio-pci"];
    found.push(if loaded.iter().any(|path| files.exists(path)) {
        Finding::good("vfio", "module vfio-pci is there".to_owned())
    } else {
        let remedy = "modprobe vfio-pci; echo vfio-pci > /etc/modules-load.d/vfio-pci.conf";
        Finding::missing("vfio", "module vfio-pci is not loaded".to_owned(), remedy)
    });
    for adapter in adapters.iter().filter(|adapter| adapter.driver.as_deref() == Some("vfio-pci")) {
        let Some((group, _)) = &adapter.group else { continue };
        if !files.exists(&format!("/dev/vfio/{group}")) {
            let what = format!("/dev/vfio/{group} of {} is not there", adapter.address);
            let remedy =
                format!("bind it anew: driverctl set-override {} vfio-pci", adapter.address);
            found.push(Finding::missing("vfio", what, remedy));
        }
    }
    found
}

/// Whether there are huge pages, and where the adapters are.
pub(super) fn huge_pages(files: &Files<'_>, adapters: &[Adapter]) -> Vec<Finding> {
    let mebibytes = |below: &str| -> u64 {
        let sizes = files.names(below).into_iter();
        let sizes = sizes.filter_map(|name| {
            let size: u64 = name.strip_prefix("hugepages-")?.strip_suffix("kB")?.parse().ok()?;
            let free = files.number(&format!("{below}/{name}/free_hugepages"))?;
            Some(size.saturating_mul(free) >> 10)
        });
        sizes.fold(0, u64::saturating_add)
    };
    let reserve = "sysctl -w vm.nr_hugepages=512 (for good: a file in /etc/sysctl.d), or \
         `default_hugepagesz=1G hugepagesz=1G hugepages=2` on the kernel's command line; \
         --no-huge works without, slower and for virtual devices only";
    let free = mebibytes("/sys/kernel/mm/hugepages");
    if free < NEEDED {
        let what = format!("{free} MiB of huge pages free, {NEEDED} wanted");
        return vec![Finding::missing("huge pages", what, reserve)];
    }
    let mut found = vec![Finding::good("huge pages", format!("{free} MiB free"))];
    let nodes: BTreeSet<u32> = adapters.iter().filter_map(|adapter| adapter.node).collect();
    for node in nodes {
        let below = format!("/sys/devices/system/node/node{node}/hugepages");
        if files.exists(&below) && mebibytes(&below) < NEEDED {
            let what =
                format!("{} MiB free on NUMA node {node}, which has an adapter", mebibytes(&below));
            let remedy = format!("echo 512 > {below}/hugepages-2048kB/nr_hugepages");
            found.push(Finding::note("huge pages", what, remedy));
        }
    }
    found
}

/// Whether a core is left alone for polling.
pub(super) fn cores(files: &Files<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let isolated = files.text("/sys/devices/system/cpu/isolated").unwrap_or_default();
    let isolated = cores_of(&isolated);
    if isolated.is_empty() {
        let remedy = "give the polling thread a core of its own on the adapter's NUMA node: \
             `isolcpus=2 nohz_full=2 rcu_nocbs=2` on the kernel's command line and \"-l\", \"2\" in \
             capture.dpdk.eal";
        found.push(Finding::note("cores", "none is isolated".to_owned(), remedy));
    } else {
        found.push(Finding::good("cores", format!("isolated: {isolated:?}")));
        let reached = interrupted(files, &isolated);
        if reached > 0 {
            let what = format!("{reached} interrupts may run on isolated cores");
            let remedy = "stop irqbalance or give it IRQBALANCE_BANNED_CPULIST, and write the other \
                 cores to /proc/irq/*/smp_affinity_list";
            found.push(Finding::note("interrupts", what, remedy));
        }
    }
    let cpus = files.names("/sys/devices/system/cpu").into_iter();
    let governors: BTreeSet<String> = cpus
        .filter_map(|cpu| {
            files.text(&format!("/sys/devices/system/cpu/{cpu}/cpufreq/scaling_governor"))
        })
        .collect();
    if governors.iter().any(|governor| governor != "performance") {
        let governors: Vec<_> = governors.into_iter().collect();
        let what = format!("governor: {}", governors.join(", "));
        found.push(Finding::note("cores", what, "cpupower frequency-set -g performance"));
    }
    found
}

/// Counts the interrupts that may run on one of the cores.
fn interrupted(files: &Files<'_>, cores: &[u32]) -> usize {
    let reaches = |irq: &String| {
        let list = files.text(&format!("/proc/irq/{irq}/smp_affinity_list")).unwrap_or_default();
        cores_of(&list).iter().any(|core| cores.contains(core))
    };
    files.names("/proc/irq").iter().filter(|irq| reaches(irq)).count()
}

/// Whether this user may do what DPDK does.
pub(super) fn rights(files: &Files<'_>) -> Vec<Finding> {
    let status = files.text("/proc/self/status").unwrap_or_default();
    let of = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let effective = of("CapEff:").and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0);
    let lacking: Vec<&str> = CAPABILITIES
        .iter()
        .filter(|(bit, _)| effective >> bit & 1 == 0)
        .map(|(_, name)| *name)
        .collect();
    let limits = files.text("/proc/self/limits").unwrap_or_default();
    let locked = limits.lines().find_map(|line| line.strip_prefix("Max locked memory"));
    let bounded =
        locked.and_then(|line| line.split_whitespace().next()).filter(|n| *n != "unlimited");
    let mut found = Vec::new();
    if lacking.is_empty() {
        found.push(Finding::good("rights", "this user may do what DPDK does".to_owned()));
    } else {
        let what = format!("this user has not {}", lacking.join(", "));
        let remedy = "start picket as root or by its systemd unit; for vfio as another user: chown \
             /dev/vfio/GROUP, LimitMEMLOCK=infinity and huge pages that are theirs";
        found.push(Finding::note("rights", what, remedy));
    }
    if let Some(limit) = bounded.filter(|_| lacking.contains(&"CAP_IPC_LOCK")) {
        let what = format!("{limit} octets of memory may be locked; vfio locks all it maps");
        found.push(Finding::missing(
            "rights",
            what,
            "ulimit -l unlimited, or LimitMEMLOCK=infinity",
        ));
    }
    found
}

/// What EAL uses as root: locked memory, physical addresses, devices.
const CAPABILITIES: [(u32, &str); 3] =
    [(14, "CAP_IPC_LOCK"), (17, "CAP_SYS_RAWIO"), (21, "CAP_SYS_ADMIN")];
/// Mebibytes of huge pages: buffers of a few queues and EAL's own.
const NEEDED: u64 = 256;
