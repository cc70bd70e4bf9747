//! Ranges of numbers as the fewest prefixes that cover exactly them.

use picket_dissectors::Digits;

/// Why a range is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wrong {
    /// Start and stop have different numbers of digits.
    Length,
    /// The stop comes before the start.
    Order,
    /// The number has more digits than there may be.
    Long,
}

/// Returns the prefixes of all numbers `base` + `start` to `base` + `stop`; both ends count.
pub(super) fn prefixes(base: &str, start: &str, stop: &str) -> Result<Vec<Digits>, Wrong> {
    if start.len() != stop.len() {
        return Err(Wrong::Length);
    }
    if start > stop {
        return Err(Wrong::Order);
    }
    if base.len() + start.len() > Digits::MAX {
        return Err(Wrong::Long);
    }
    let mut out = Vec::new();
    cover(base, start.as_bytes(), stop.as_bytes(), &mut out);
    Ok(out)
}

/// Covers the range below a prefix. Only along its two edges does it go deeper, so that there are at
/// most eighteen prefixes a digit.
fn cover(prefix: &str, start: &[u8], stop: &[u8], out: &mut Vec<Digits>) {
    if start.iter().all(|&digit| digit == b'0') && stop.iter().all(|&digit| digit == b'9') {
        out.extend(Digits::parse(prefix));
        return;
    }
    let (Some((first, low)), Some((last, high))) = (start.split_first(), stop.split_first()) else {
        return;
    };
    for digit in *first..=*last {
        let prefix = format!("{prefix}{}", char::from(digit));
        let (nines, zeros) = ([b'9'].repeat(high.len()), [b'0'].repeat(low.len()));
        let low = if digit == *first { low } else { zeros.as_slice() };
        let high = if digit == *last { high } else { nines.as_slice() };
        cover(&prefix, low, high, out);
    }
}

/// Returns the fewest prefixes that cover the same numbers: what others cover goes, ten neighbours
/// become one.
pub(super) fn merged(mut prefixes: Vec<Digits>) -> Vec<Digits> {
    loop {
        prefixes.sort_unstable_by_key(|prefix| prefix.to_string());
        let mut out: Vec<Digits> = Vec::with_capacity(prefixes.len());
        for prefix in prefixes.iter().copied() {
            if out.last().is_some_and(|&last| prefix.starts_with(last)) {
                continue;
            }
            out.push(prefix);
            let Some(length) = prefix.len().checked_sub(1) else { continue };
            let parent = prefix.first(length);
            let tail = out.len().saturating_sub(10);
            let ten = out.get(tail..).unwrap_or_default();
            let siblings = ten.iter().all(|p| p.len() == prefix.len() && p.starts_with(parent))
                && ten.len() == 10;
            if siblings && length > 0 {
                out.truncate(tail);
                out.push(parent);
            }
        }
        if out.len() == prefixes.len() {
            return out;
        }
        prefixes = out;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(prefixes: &[Digits]) -> Vec<String> {
        prefixes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_range_is_its_fewest_prefixes() {
        for (base, start, stop, want) in [
            ("999", "0000", "9999", &["999"][..]),
            ("999", "", "", &["999"]),
            ("999", "5000", "5999", &["9995"]),
            ("999", "5000", "6999", &["9995", "9996"]),
            ("999", "5000", "5000", &["9995000"]),
            ("999", "0998", "1001", &["9990998", "9990999", "9991000", "9991001"]),
            ("999", "080", "099", &["99908", "99909"]),
        ] {
            let found = prefixes(base, start, stop).unwrap();
            assert_eq!(texts(&found), want, "{base} {start}-{stop}");
        }
        for (start, stop, want) in [
            ("00", "999", Wrong::Length),
            ("50", "49", Wrong::Order),
            ("0000000000000000000000000000", "9999999999999999999999999999", Wrong::Long),
        ] {
            assert_eq!(prefixes("999", start, stop), Err(want), "{start}-{stop}");
        }
    }

    #[test]
    fn neighbours_and_covered_prefixes_go() {
        let all =
            |texts: &[&str]| texts.iter().filter_map(|t| Digits::parse(t)).collect::<Vec<_>>();
        let ten: Vec<String> = (0..10).map(|n| format!("99{n}")).collect();
        let ten: Vec<&str> = ten.iter().map(String::as_str).collect();
        assert_eq!(texts(&merged(all(&ten))), ["99"]);
        assert_eq!(texts(&merged(all(&["9991", "999", "1", "12"]))), ["1", "999"]);
        let digits: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        let digits: Vec<&str> = digits.iter().map(String::as_str).collect();
        assert_eq!(merged(all(&digits)).len(), 10, "the whole world is no prefix");
    }

    proptest! {
        #[test]
        fn prefixes_cover_the_range_and_nothing_else(a in 0_u32..10_000, b in 0_u32..10_000) {
            let (start, stop) = (a.min(b), a.max(b));
            let found = prefixes("99", &format!("{start:04}"), &format!("{stop:04}")).unwrap();
            let merged = merged(found.clone());
            prop_assert_eq!(&merged, &found);
            for number in 0..10_000_u32 {
                let digits = Digits::parse(&format!("99{number:04}")).unwrap();
                let covered = found.iter().filter(|prefix| digits.starts_with(**prefix)).count();
                prop_assert_eq!(covered, usize::from((start..=stop).contains(&number)));
            }
        }
    }
}
