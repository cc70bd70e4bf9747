//! Numbers tried one after the other: IMSIs or telephone numbers that count up or down in small steps.

use picket_dissectors::Digits;
use serde::{Deserialize, Serialize};

/// The last number a sender asked about, and how long it has been counting.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Sequence {
    last: u64,
    length: u8,
    run: u16,
    down: bool,
}

impl Sequence {
    /// Takes a number and returns how many in a row were in small steps of one direction.
    pub fn add(&mut self, number: Digits) -> u16 {
        let value = number
            .iter()
            .take(MOST)
            .fold(0_u64, |value, digit| value * 10 + u64::from(digit.min(9)));
        let length = u8::try_from(number.len()).unwrap_or(u8::MAX);
        let down = value < self.last;
        let step = value.abs_diff(self.last);
        if step == 0 && length == self.length {
            return self.run;
        }
        let near = length == self.length && step <= STEP;
        self.run = match (near, self.run, down == self.down) {
            (false, ..) => 1,
            (true, ..=1, _) | (true, _, false) => 2,
            (true, run, true) => run.saturating_add(1),
        };
        (self.last, self.length, self.down) = (value, length, down);
        self.run
    }
}

/// The widest step.
const STEP: u64 = 20;
/// Digits that fit in 64 bits.
const MOST: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_steps_in_one_direction_are_a_sequence() {
        for (numbers, want) in [
            (&["00101400", "00101401", "00101402", "00101404"][..], 4),
            (&["00101404", "00101403", "00101401"], 3),
            (&["00101400", "00101401", "00101400", "00101401"], 2),
            (&["00101400", "00101400", "00101401"], 2),
            (&["00101400", "00177700", "00109900"], 1),
            (&["00101400", "001014001"], 1),
        ] {
            let mut sequence = Sequence::default();
            let runs = numbers.iter().map(|text| sequence.add(Digits::parse(text).unwrap()));
            assert_eq!(runs.last(), Some(want), "{numbers:?}");
        }
    }
}
