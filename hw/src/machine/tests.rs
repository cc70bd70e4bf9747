//! Machines laid out in files, and what is said of them.

use std::os::unix::fs::symlink;

use super::*;

/// A machine: files with their text, and links.
fn machine(files: &[(&str, &str)], links: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let place = |path: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    for (path, text) in files {
        fs::write(place(path), text).unwrap();
    }
    for (path, target) in links {
        symlink(target, place(path)).unwrap();
    }
    root
}

/// The lines that ask for something.
fn wants(root: &Path, built: bool) -> Vec<(State, &'static str, String)> {
    let found = look(root, built).into_iter().filter(|finding| finding.state != State::Good);
    found
        .inspect(|finding| assert!(finding.remedy.is_some(), "{finding:?}"))
        .map(|finding| (finding.state, finding.topic, finding.what))
        .collect()
}

const NIC: &str = "sys/bus/pci/devices/0000:3b:00.0";
const READY: [(&str, &str); 14] = [
    ("usr/lib/x86_64-linux-gnu/dpdk/pmds-23.0/librte_net_ice.so.23", ""),
    ("sys/kernel/iommu_groups/7/devices/0000:3b:00.0", ""),
    ("sys/module/vfio_pci/version", ""),
    ("dev/vfio/7", ""),
    ("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "512\n"),
    ("sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "512\n"),
    ("sys/devices/system/cpu/isolated", "2-3\n"),
    ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n"),
    ("proc/irq/24/smp_affinity_list", "0-1\n"),
    ("proc/self/status", "Name:\tpicket\nCapEff:\t000001ffffffffff\n"),
    ("sys/bus/pci/devices/0000:3b:00.0/class", "0x020000\n"),
    ("sys/bus/pci/devices/0000:3b:00.0/vendor", "0x8086\n"),
    ("sys/bus/pci/devices/0000:3b:00.0/device", "0x159b\n"),
    ("sys/bus/pci/devices/0000:3b:00.0/numa_node", "1\n"),
];
const LINKS: [(&str, &str); 2] = [
    ("sys/bus/pci/devices/0000:3b:00.0/driver", "../../../bus/pci/drivers/vfio-pci"),
    ("sys/bus/pci/devices/0000:3b:00.0/iommu_group", "../../../kernel/iommu_groups/7"),
];

#[test]
fn a_machine_that_is_ready_lacks_nothing() {
    let root = machine(&READY, &LINKS);
    assert_eq!(wants(root.path(), true), []);
}

#[test]
fn a_bare_machine_is_told_what_to_do() {
    let root = machine(&[("proc/cmdline", "quiet")], &[]);
    let topics: Vec<_> =
        wants(root.path(), false).into_iter().map(|(state, topic, _)| (state, topic)).collect();
    assert_eq!(
        topics,
        [
            (State::Missing, "library"),
            (State::Missing, "library"),
            (State::Missing, "IOMMU"),
            (State::Missing, "vfio"),
            (State::Missing, "huge pages"),
            (State::Note, "cores"),
            (State::Note, "rights"),
            (State::Note, "adapter"),
        ]
    );
}

#[test]
fn one_thing_amiss_is_the_one_thing_said() {
    let other = "sys/kernel/iommu_groups/7/devices/0000:3b:00.1";
    let status = "CapEff:\t0000000000002000\n";
    for (path, text, state, topic, words) in [
        (
            "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages",
            "10",
            State::Missing,
            "huge pages",
            "20 MiB",
        ),
        (
            "sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages",
            "0",
            State::Note,
            "huge pages",
            "NUMA node 1",
        ),
        ("sys/devices/system/cpu/isolated", "", State::Note, "cores", "none is isolated"),
        (
            "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
            "powersave",
            State::Note,
            "cores",
            "powersave",
        ),
        ("proc/irq/25/smp_affinity_list", "1-2", State::Note, "interrupts", "1 interrupts"),
        ("proc/self/status", status, State::Note, "rights", "CAP_IPC_LOCK"),
        (
            "sys/bus/pci/devices/0000:3b:00.0/vendor",
            "0x1af4",
            State::Missing,
            "adapter",
            "not installed",
        ),
        (
            "sys/bus/pci/devices/0000:3b:00.0/vendor",
            "0x15b3",
            State::Missing,
            "adapter",
            "bound to vfio-pci",
        ),
        (other, "", State::Note, "adapter", "shares IOMMU group 7"),
    ] {
        let root = machine(&READY, &LINKS);
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let found = wants(root.path(), true);
        let first = found.first().expect("something is said");
        assert_eq!((first.0, first.1), (state, topic), "{path:?}: {found:?}");
        assert!(first.2.contains(words), "{path:?}: {found:?}");
    }
}

#[test]
fn an_adapter_of_the_kernel_is_shown_with_how_to_take_it() {
    let mut files = READY.to_vec();
    files.push(("sys/bus/pci/devices/0000:3b:00.0/net/ens1f0/operstate", "up\n"));
    let links = [(LINKS[0].0, "../../../bus/pci/drivers/ice"), LINKS[1]];
    let root = machine(&files, &links);
    let found = look(root.path(), true);
    let adapter = found.iter().find(|finding| finding.topic == "adapter").unwrap();
    assert!(adapter.what.contains("bound to ice, interface ens1f0, NUMA node 1"), "{adapter:?}");
    let remedy = adapter.remedy.as_deref().unwrap();
    assert!(remedy.contains("driverctl set-override 0000:3b:00.0 vfio-pci"), "{remedy}");
    assert!(root.path().join(NIC).exists());
}

#[test]
fn cores_are_read_as_the_kernel_writes_them() {
    for (list, want) in [
        ("0-2,5", vec![0, 1, 2, 5]),
        ("7", vec![7]),
        ("", vec![]),
        ("(null)", vec![]),
        ("3-1", vec![]),
    ] {
        assert_eq!(cores_of(list), want, "{list}");
    }
}
