//! Features over time. Trackers write fields of the event; only rules raise alerts.

pub mod business;
pub mod cadence;
pub mod chain;
pub mod delivery;
pub mod fallback;
pub mod flood;
pub mod habit;
pub mod polls;
pub mod presence;
pub mod ratio;
pub mod regularity;
pub mod sequence;
pub mod slow;
pub mod sweep;
pub mod ways;

use picket_dissectors::Digits;
use picket_hw::Timestamp;

/// Returns whole seconds since the Unix epoch.
pub(crate) fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.nanos() / 1_000_000_000).unwrap_or(u32::MAX)
}

/// Returns the leading digits that global titles rented together share: the seven or eight that
/// lessors hand out, or less of a short one.
#[must_use]
pub fn block(title: Digits) -> Digits {
    title.first(BLOCK.min(title.len().saturating_sub(2)))
}

/// Folds digits to 32 bits that are not zero; two of a few collide one time in four thousand million.
fn fold(digits: Digits) -> u32 {
    let bits = digits.bits().get();
    let mixed = (bits ^ (bits >> 64)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    u32::try_from((mixed >> 96) & 0xffff_ffff).unwrap_or(1).max(1)
}

/// Digits of a block.
const BLOCK: usize = 8;
