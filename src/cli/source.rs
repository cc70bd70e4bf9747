//! What `picket run` listens on: interfaces through libpcap, or ports of DPDK.

use anyhow::anyhow;
use picket_hw::live::{LiveCapture, LiveOptions, Source, TimeSource};

use super::Failure;
use crate::config::{Backend, Capture, Plan, Timestamps, Topology};

/// Opens what the plan listens on: one source, or where lanes read one an interface. Ports of DPDK
/// are one source: it is started once, and one thread polls them all.
pub(super) fn open(plan: &Plan) -> Result<Vec<Box<dyn Source>>, Failure> {
    match plan.capture.backend {
        Backend::Pcap => interfaces(plan),
        Backend::Dpdk => dpdk(&plan.capture),
    }
}

fn interfaces(plan: &Plan) -> Result<Vec<Box<dyn Source>>, Failure> {
    let capture = &plan.capture;
    let mut interfaces = capture.interfaces.clone();
    if interfaces.is_empty() {
        interfaces.extend(LiveCapture::default_interface());
        if let Some(interface) = interfaces.first() {
            tracing::warn!(interface, "capture.interfaces names none: taking the first that is up");
        }
    }
    let default = LiveOptions::default();
    let options = LiveOptions {
        filter: capture.filter.clone(),
        snaplen: capture.snaplen.unwrap_or(default.snaplen),
        buffer_bytes: capture.buffer_bytes.unwrap_or(default.buffer_bytes),
        immediate: capture.immediate,
        promiscuous: capture.promiscuous.unwrap_or(default.promiscuous),
        time: time(capture),
    };
    let together: Vec<&[String]> = match plan.threads.topology {
        Topology::Fused => vec![&interfaces],
        Topology::Lanes => interfaces.chunks(1).collect(),
    };
    let open = |interfaces: &[String]| -> Result<Box<dyn Source>, Failure> {
        let source = LiveCapture::open(interfaces, &options);
        Ok(Box::new(source.map_err(|error| Failure::Failed(anyhow!(error)))?))
    };
    together.into_iter().map(open).collect()
}

#[cfg(not(feature = "dpdk"))]
fn dpdk(_: &Capture) -> Result<Vec<Box<dyn Source>>, Failure> {
    Err(Failure::Wrong(anyhow!(
        "capture.backend = \"dpdk\": this picket was built without feature `dpdk`; \
         build it with `cargo build --release --features dpdk`, which needs libdpdk \
         (Debian: apt-get install libdpdk-dev)"
    )))
}

#[cfg(feature = "dpdk")]
fn dpdk(capture: &Capture) -> Result<Vec<Box<dyn Source>>, Failure> {
    use std::time::Duration;

    use picket_hw::dpdk::{DpdkCapture, DpdkOptions};

    let default = DpdkOptions::default();
    let dpdk = &capture.dpdk;
    let options = DpdkOptions {
        eal: dpdk.eal.clone(),
        ports: dpdk.ports.clone(),
        rx_queues: dpdk.rx_queues.unwrap_or(default.rx_queues),
        rx_descriptors: dpdk.rx_descriptors.unwrap_or(default.rx_descriptors),
        buffers: dpdk.buffers,
        mtu: dpdk.mtu,
        idle: dpdk.idle_us.map_or(default.idle, |idle| Duration::from_micros(idle.into())),
        filter: capture.filter.clone(),
        snaplen: capture.snaplen.unwrap_or(default.snaplen),
        promiscuous: capture.promiscuous.unwrap_or(default.promiscuous),
        time: time(capture),
    };
    let source = DpdkCapture::open(&options).map_err(|error| Failure::Failed(anyhow!(error)))?;
    let library = source.library();
    for offer in source.offers() {
        tracing::info!(
            library,
            port = offer.port,
            driver = offer.driver,
            node = offer.node,
            rx_queues = offer.rx_queues,
            rx_descriptors = offer.rx_descriptors,
            mtu = offer.mtu,
            buffers = offer.buffers,
            tx_queues_insisted_on = offer.sends,
            spread = offer.spread(),
            tells_sctp = offer.tells_sctp,
            "DPDK port"
        );
        if options.time == TimeSource::Adapter && !offer.stamps {
            let port = &offer.port;
            tracing::warn!(port, "the adapter does not stamp frames: the host's clock is taken");
        }
    }
    Ok(vec![Box::new(source)])
}

fn time(capture: &Capture) -> TimeSource {
    match capture.timestamps {
        Timestamps::Host => TimeSource::Host,
        Timestamps::Adapter => TimeSource::Adapter,
    }
}
