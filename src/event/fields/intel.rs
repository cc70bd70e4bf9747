//! Fields of what lists say about the sender of a request.

use super::Row;
use crate::enrich::intel::Confidence;

/// The heaviest entry about the sender: of a request its calling title, of an answer who asked.
pub(super) static ROWS: &[Row] = rows! {
    "intel.list", List = |e| e.intel.map(|sighting| sighting.list),
        "List that the sender of the request stands on: that of the heaviest entry that holds.";
    "intel.weight", Int = |e| e.intel.map(|sighting| sighting.weight),
        "Weight of that entry, 0 to 100.";
    "intel.confidence", Name(&Confidence::NAMES) = |e| e.intel.map(|sighting| sighting.confidence.name()),
        "How sure its maker is.";
};
