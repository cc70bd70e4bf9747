//! The network adapters of a machine: who drives them, and what DPDK needs to.

use super::{Files, Finding};

/// A network adapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Adapter {
    /// Its PCI address.
    pub address: String,
    /// Vendor and device, as `lspci -n` writes them.
    pub id: String,
    /// The driver it is bound to.
    pub driver: Option<String>,
    /// The interface the kernel has of it.
    pub interface: Option<String>,
    /// Its NUMA node.
    pub node: Option<u32>,
    /// Its IOMMU group, and how many devices share that.
    pub group: Option<(String, usize)>,
}

impl Adapter {
    /// Finds the Ethernet adapters.
    pub(super) fn all(files: &Files<'_>) -> Vec<Self> {
        let addresses = files.names(DEVICES).into_iter();
        addresses.filter_map(|address| Self::of(files, address)).collect()
    }

    fn of(files: &Files<'_>, address: String) -> Option<Self> {
        let at = |what: &str| format!("{DEVICES}/{address}/{what}");
        // Class 02 is network, subclass 00 Ethernet (PCI Code and ID Assignment).
        files.text(&at("class")).filter(|class| class.starts_with("0x0200"))?;
        let hex =
            |what: &str| files.text(&at(what)).map(|id| id.trim_start_matches("0x").to_owned());
        let group = files.link(&at("iommu_group")).map(|group| {
            let shared = files.names(&format!("/sys/kernel/iommu_groups/{group}/devices")).len();
            (group, shared)
        });
        // Behind virtio-pci the interface is one level deeper.
        let mut nets = files.names(&at("net"));
        if nets.is_empty() {
            let below = files.names(&at("")).into_iter().filter(|name| name.starts_with("virtio"));
            nets = below.flat_map(|name| files.names(&at(&format!("{name}/net")))).collect();
        }
        Some(Self {
            id: format!("{}:{}", hex("vendor")?, hex("device")?),
            driver: files.link(&at("driver")),
            interface: nets.into_iter().next(),
            node: files.text(&at("numa_node")).and_then(|node| node.parse().ok()),
            group,
            address,
        })
    }

    /// Returns the names DPDK's driver for it may have: by the kernel's driver, else by vendor.
    pub(super) fn drivers(&self) -> &'static [&'static str] {
        let by_driver: &[&str] = match self.driver.as_deref() {
            Some("ixgbe" | "ixgbevf") => &["ixgbe"],
            Some("i40e") => &["i40e"],
            Some("iavf") => &["iavf"],
            Some("ice") => &["ice"],
            Some("igb" | "e1000e" | "e1000") => &["e1000"],
            Some("igc") => &["igc"],
            Some("mlx5_core") => &["mlx5"],
            Some("virtio-pci") => &["virtio"],
            Some("vmxnet3") => &["vmxnet3"],
            Some("bnxt_en") => &["bnxt"],
            Some("ena") => &["ena"],
            _ => &[],
        };
        if !by_driver.is_empty() {
            return by_driver;
        }
        match self.id.split(':').next() {
            Some("8086") => &["ixgbe", "i40e", "ice", "e1000", "igc", "iavf"],
            Some("15b3") => &["mlx5"],
            Some("1af4") => &["virtio"],
            Some("15ad") => &["vmxnet3"],
            Some("14e4") => &["bnxt"],
            Some("1d0f") => &["ena"],
            _ => &[],
        }
    }

    /// Whether DPDK works beside the kernel's driver instead of in its place.
    pub(super) fn is_shared_with_kernel(&self) -> bool {
        self.id.starts_with("15b3:")
    }

    /// Whether it is bound to a driver that hands it to programs.
    pub(super) fn is_given(&self) -> bool {
        matches!(self.driver.as_deref(), Some("vfio-pci" | "uio_pci_generic" | "igb_uio"))
    }
}

/// Says of each adapter what it lacks.
pub(super) fn findings(files: &Files<'_>, adapters: &[Adapter]) -> Vec<Finding> {
    if adapters.is_empty() {
        let remedy = "virtual devices (--vdev) work without; for traffic of a tap put one in";
        return vec![Finding::note(TOPIC, "no PCI network adapter".to_owned(), remedy)];
    }
    let installed = super::host::drivers(files);
    adapters.iter().flat_map(|adapter| about(adapter, &installed)).collect()
}

fn about(adapter: &Adapter, installed: &[String]) -> Vec<Finding> {
    let Adapter { address, id, driver, interface, .. } = adapter;
    let driver = driver.as_deref().unwrap_or("no driver");
    let node = adapter.node.map_or(String::new(), |node| format!(", NUMA node {node}"));
    let interface =
        interface.as_deref().map_or(String::new(), |name| format!(", interface {name}"));
    let what = format!("{address} ({id}) bound to {driver}{interface}{node}");
    let mut found = Vec::new();
    if adapter.is_shared_with_kernel() {
        found.push(if driver == "mlx5_core" {
            Finding::good(TOPIC, format!("{what}; DPDK works beside it"))
        } else {
            let remedy = format!("driverctl unset-override {address}: mlx5 stays with mlx5_core");
            Finding::missing(TOPIC, what, remedy)
        });
    } else if driver == "vfio-pci" {
        found.push(Finding::good(TOPIC, what));
    } else if adapter.is_given() {
        let remedy = format!(
            "driverctl set-override {address} vfio-pci, with the IOMMU on: {driver} protects no memory"
        );
        found.push(Finding::note(TOPIC, what, remedy));
    } else {
        let remedy = format!(
            "to capture on it: driverctl set-override {address} vfio-pci; its interface goes away, \
             so never the one you are logged in through"
        );
        found.push(Finding::note(TOPIC, what, remedy));
    }
    if let Some((group, shared)) = adapter.group.as_ref().filter(|(_, shared)| *shared > 1) {
        let what = format!("{address} shares IOMMU group {group} with {} others", shared - 1);
        let remedy =
            "all of them have to be bound to vfio-pci, or move the adapter to another slot";
        found.push(Finding::note(TOPIC, what, remedy));
    }
    let wanted = adapter.drivers();
    if wanted.is_empty() {
        let remedy = "look for its driver in DPDK's list of network drivers";
        found.push(Finding::note(
            TOPIC,
            format!("{address} ({id}): driver not known here"),
            remedy,
        ));
    } else if !wanted.iter().any(|name| installed.iter().any(|there| there == name)) {
        let packages: Vec<_> = wanted.iter().map(|name| format!("librte-net-{name}23")).collect();
        let what = format!("DPDK's driver for {address} is not installed");
        let remedy = format!("apt-get install {}", packages.join(" or "));
        found.push(Finding::missing(TOPIC, what, remedy));
    }
    found
}

const TOPIC: &str = "adapter";
const DEVICES: &str = "/sys/bus/pci/devices";
