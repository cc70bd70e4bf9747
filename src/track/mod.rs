//! Features over time. Trackers write fields of the event; only rules raise alerts.

pub mod cadence;
pub mod delivery;
pub mod presence;
