//! Time units of pcapng interfaces (draft-ietf-opsawg-pcapng, `if_tsresol` and `if_tsoffset`).

use crate::frame::Timestamp;

/// How an interface counts time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolution {
    unit: Unit,
    /// Nanoseconds to add.
    offset: i128,
}

#[derive(Clone, Copy, Debug)]
enum Unit {
    /// This many nanoseconds a tick.
    Times(u64),
    /// This many ticks a nanosecond.
    Per(u64),
    /// Ticks of two to this negative power of a second.
    Binary(u32),
}

impl Resolution {
    /// Makes a resolution of `if_tsresol` and `if_tsoffset`, in seconds.
    pub(super) fn new(tsresol: u8, tsoffset: i64) -> Self {
        let power = u32::from(tsresol & 0x7f);
        let unit = if tsresol & 0x80 != 0 {
            Unit::Binary(power)
        } else if let Some(tens) = 9u32.checked_sub(power) {
            Unit::Times(10u64.pow(tens))
        } else {
            // Beyond 10^-28 s a 64-bit count is at most a nanosecond or two.
            Unit::Per(10u64.checked_pow(power - 9).unwrap_or(u64::MAX))
        };
        Self { unit, offset: i128::from(tsoffset) * i128::from(NANOS_PER_SECOND) }
    }

    /// Returns the time of a count of ticks, at most [`Timestamp::MAX`].
    pub(super) fn time(self, ticks: u64) -> Timestamp {
        let nanos = match self.unit {
            Unit::Times(nanos) => u128::from(ticks) * u128::from(nanos),
            Unit::Per(ticks_per_nano) => u128::from(ticks / ticks_per_nano),
            // At most 94 bits, and the power is at most 127.
            Unit::Binary(power) => (u128::from(ticks) * u128::from(NANOS_PER_SECOND)) >> power,
        };
        let nanos = i128::try_from(nanos).unwrap_or(i128::MAX).saturating_add(self.offset).max(0);
        Timestamp::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

const NANOS_PER_SECOND: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_become_nanoseconds_in_every_unit() {
        for (tsresol, tsoffset, ticks, want) in [
            (6, 0, 1_700_000_000_000_001, 1_700_000_000_000_001_000),
            (9, 0, 1_700_000_000_000_000_001, 1_700_000_000_000_000_001),
            (0, 0, 1_700_000_000, 1_700_000_000_000_000_000),
            (3, 0, 1_500, 1_500_000_000),
            (12, 0, 1_234_567, 1_234),
            (28, 0, u64::MAX, 1),
            (29, 0, u64::MAX, 1),
            (127, 0, u64::MAX, 1),
            (0x80, 0, 7, 7_000_000_000),
            (0x80 | 10, 0, 512, 500_000_000),
            (0x80 | 32, 0, (5 << 32) | (1 << 31), 5_500_000_000),
            (0xff, 0, u64::MAX, 0),
            (6, 1_700_000_000, 1, 1_700_000_000_000_001_000),
            (6, -1, 3_000_000, 2_000_000_000),
            (6, -9, 3_000_000, 0),
            (0, i64::MAX, u64::MAX, u64::MAX),
            (0, i64::MIN, u64::MAX, u64::MAX),
        ] {
            let time = Resolution::new(tsresol, tsoffset).time(ticks);
            assert_eq!(time.nanos(), want, "{tsresol:#x} {tsoffset} {ticks}");
        }
    }
}
