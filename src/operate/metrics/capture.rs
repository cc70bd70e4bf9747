//! What the capture and its lane count: frames, losses, ports, and what waited too long.

use super::{
    Family,
    Kind::{Counter, Gauge},
};

pub(super) const ROWS: &[Family] = &[
    Family {
        name: "picket_capture_port_up",
        kind: Gauge,
        labels: &["port"],
        help: "1 while the port is open and its link is up, as far as is known.",
        read: |of, out| {
            for port in &of.published.ports {
                out.add(&[&port.name], u8::from(port.up));
            }
        },
    },
    Family {
        name: "picket_capture_frames_total",
        kind: Counter,
        labels: &["port"],
        help: "Frames delivered by the port.",
        read: |of, out| {
            for port in &of.published.ports {
                out.add(&[&port.name], port.frames);
            }
        },
    },
    Family {
        name: "picket_capture_dropped_frames_total",
        kind: Counter,
        labels: &["port"],
        help: "Frames lost for want of room in the buffer of the capture: picket was too slow.",
        read: |of, out| {
            for port in &of.published.ports {
                out.add(&[&port.name], port.dropped);
            }
        },
    },
    Family {
        name: "picket_capture_missed_frames_total",
        kind: Counter,
        labels: &["port"],
        help: "Frames lost by the interface itself or its driver.",
        read: |of, out| {
            for port in &of.published.ports {
                out.add(&[&port.name], port.missed);
            }
        },
    },
    Family {
        name: "picket_capture_reopened_total",
        kind: Counter,
        labels: &["port"],
        help: "How often the port went away and was opened again.",
        read: |of, out| {
            for port in &of.published.ports {
                out.add(&[&port.name], port.reopened);
            }
        },
    },
    Family {
        name: "picket_capture_bytes_total",
        kind: Counter,
        labels: &[],
        help: "Octets delivered by all ports.",
        read: |of, out| out.add(&[], of.published.capture.bytes),
    },
    Family {
        name: "picket_capture_truncated_frames_total",
        kind: Counter,
        labels: &[],
        help: "Frames of which less was captured than was on the wire.",
        read: |of, out| out.add(&[], of.published.capture.truncated),
    },
    Family {
        name: "picket_lane_late_frames_total",
        kind: Counter,
        labels: &[],
        help: "Frames that came after the clock had passed them; they are given the time reached.",
        read: |of, out| out.add(&[], of.published.lane.late),
    },
    Family {
        name: "picket_lane_early_frames_total",
        kind: Counter,
        labels: &[],
        help: "Frames whose time was ahead of the clock; they are given the clock's.",
        read: |of, out| out.add(&[], of.published.lane.early),
    },
    Family {
        name: "picket_lane_hurried_frames_total",
        kind: Counter,
        labels: &[],
        help: "Frames that went before their turn for want of room where ports are merged.",
        read: |of, out| out.add(&[], of.published.lane.hurried),
    },
    Family {
        name: "picket_lane_lost_alerts_total",
        kind: Counter,
        labels: &[],
        help: "Alerts and revisions lost between engine and outputs: the ring and what may wait were full.",
        read: |of, out| out.add(&[], of.published.outlet.dropped),
    },
    Family {
        name: "picket_lane_lost_events_total",
        kind: Counter,
        labels: &[],
        help: "Events and statistics for topics lost between engine and outputs: the ring was full.",
        read: |of, out| out.add(&[], of.published.outlet.events_dropped),
    },
];
