//! `picket hw check` on a machine laid out in files.

use std::{fs, process::Command};

use assert_cmd::cargo::cargo_bin;

#[test]
fn what_is_missing_is_said_with_its_remedy() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("proc")).unwrap();
    fs::write(root.path().join("proc/cmdline"), "quiet intel_iommu=on\n").unwrap();
    let mut picket = Command::new(cargo_bin!("picket"));
    let output = picket.args(["hw", "check", "--root"]).arg(root.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for words in
        ["missing  IOMMU: off", "VT-d", "missing  vfio", "modprobe vfio-pci", "vm.nr_hugepages"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("things are missing for DPDK"), "{complaint}");
}
