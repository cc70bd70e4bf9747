//! Longest-prefix match on packed digits.
//!
//! An immutable 16-ary trie in one array. A node is twelve octets: a bitmap of its children, the
//! index of the first child (children of a node stand side by side) and the value, if any. A prefix
//! takes about two nodes; a lookup costs one array access a digit, until only one prefix is left.

use picket_dissectors::Digits;

/// Values by digit prefix.
#[derive(Clone, Debug)]
pub struct DigitTrie<T> {
    nodes: Vec<Node>,
    values: Vec<(Digits, T)>,
}

/// The same prefix was given twice; the numbers are positions in the input, in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("prefix {prefix} is given twice")]
pub struct DuplicatePrefix {
    /// The prefix.
    pub prefix: Digits,
    /// Where it stands first.
    pub first: usize,
    /// Where it stands again.
    pub second: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// Index of the first child.
    children: u32,
    /// Index of the value plus one; zero for none.
    value: u32,
    /// Bit `d` is set when there is a child for digit `d`.
    bitmap: u16,
}

impl<T> DigitTrie<T> {
    /// Builds the trie; the order of the pairs does not matter.
    ///
    /// # Errors
    ///
    /// Returns the first [`DuplicatePrefix`] in digit order.
    pub fn build(pairs: impl IntoIterator<Item = (Digits, T)>) -> Result<Self, DuplicatePrefix> {
        let mut sorted: Vec<(Digits, usize, T)> =
            pairs.into_iter().enumerate().map(|(i, (digits, value))| (digits, i, value)).collect();
        sorted.sort_by_key(|(digits, i, _)| (*digits, *i));
        for pair in sorted.windows(2) {
            if let [(prefix, first, _), (again, second, _)] = pair
                && prefix == again
            {
                return Err(DuplicatePrefix { prefix: *prefix, first: *first, second: *second });
            }
        }
        let values: Vec<(Digits, T)> = sorted.into_iter().map(|(d, _, value)| (d, value)).collect();
        Ok(Self { nodes: nodes(&values), values })
    }

    /// Returns the longest prefix of `digits` that is in the trie, and its value.
    #[must_use]
    pub fn longest(&self, digits: Digits) -> Option<(Digits, &T)> {
        let mut node = self.nodes.first()?;
        let (mut found, mut shorter) = (node.value, 0);
        for digit in digits.iter() {
            let bit = 1_u16 << (digit & 15);
            if node.bitmap & bit == 0 {
                break;
            }
            let rank = (node.bitmap & (bit - 1)).count_ones();
            let Some(next) = self.nodes.get(index(node.children.saturating_add(rank))) else {
                break;
            };
            node = next;
            if node.value != 0 {
                shorter = found;
                found = node.value;
            }
        }
        // Only a leaf stands for more digits than were walked.
        self.value(found)
            .filter(|(prefix, _)| digits.starts_with(*prefix))
            .or_else(|| self.value(shorter))
    }

    fn value(&self, number: u32) -> Option<(Digits, &T)> {
        let (prefix, value) = self.values.get(index(number.checked_sub(1)?))?;
        Some((*prefix, value))
    }

    /// Returns the value of exactly these digits.
    #[must_use]
    pub fn get(&self, digits: Digits) -> Option<&T> {
        let at = self.values.binary_search_by_key(&digits, |(prefix, _)| *prefix).ok()?;
        self.values.get(at).map(|(_, value)| value)
    }

    /// Returns how many digits of a number can matter: the length of the longest prefix.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.values.iter().map(|(prefix, _)| prefix.len()).max().unwrap_or(0)
    }

    /// Iterates over prefixes and values in digit order.
    pub fn iter(&self) -> impl Iterator<Item = (Digits, &T)> {
        self.values.iter().map(|(prefix, value)| (*prefix, value))
    }

    /// Returns the number of prefixes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no prefix.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl<T> Default for DigitTrie<T> {
    fn default() -> Self {
        Self { nodes: Vec::new(), values: Vec::new() }
    }
}

/// Lays the nodes out breadth first, so that the children of a node are neighbours.
///
/// `values` is sorted: the entries below a node are one range of it, and the entry that ends at the
/// node, if any, is the first of the range. A range of one entry is a leaf: its last digits are not
/// spelled out, [`DigitTrie::longest`] compares them.
fn nodes<T>(values: &[(Digits, T)]) -> Vec<Node> {
    let mut nodes = vec![Node::default()];
    let mut ranges = vec![(0_usize, values.len(), 0_usize)];
    let mut at = 0;
    while let Some(&(mut start, end, depth)) = ranges.get(at) {
        let mut node = Node { children: count(nodes.len()), ..Node::default() };
        let range = values.get(start..end).unwrap_or_default();
        let whole = range.first().is_some_and(|(digits, _)| digits.len() == depth);
        if whole || range.len() == 1 {
            start += 1;
            node.value = count(start);
        }
        while let Some(digit) = values.get(start..end).and_then(|r| r.first()?.0.get(depth)) {
            let rest = values.get(start..end).unwrap_or_default();
            let len = rest.partition_point(|(d, _)| d.get(depth) == Some(digit));
            node.bitmap |= 1 << digit;
            ranges.push((start, start + len, depth + 1));
            nodes.push(Node::default());
            start += len;
        }
        if let Some(slot) = nodes.get_mut(at) {
            *slot = node;
        }
        at += 1;
    }
    nodes
}

/// Nodes and values are far below 2^32: each takes more than one octet of memory.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn index(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    #[test]
    fn the_longest_prefix_wins() {
        let trie = DigitTrie::build(
            [("999", 1), ("99935", 2), ("1", 3), ("9993", 4), ("99", 5)]
                .map(|(prefix, value)| (digits(prefix), value)),
        )
        .unwrap();
        for (number, want) in [
            ("999351", Some(("99935", 2))),
            ("99935", Some(("99935", 2))),
            ("99934", Some(("9993", 4))),
            ("9994", Some(("999", 1))),
            ("998", Some(("99", 5))),
            ("9", None),
            ("", None),
            ("1f", Some(("1", 3))),
            ("2", None),
        ] {
            let got = trie.longest(digits(number)).map(|(prefix, value)| (prefix, *value));
            assert_eq!(got, want.map(|(p, v)| (digits(p), v)), "{number}");
        }
        assert_eq!(trie.get(digits("9993")), Some(&4));
        assert_eq!(trie.get(digits("99934")), None);
        assert_eq!(trie.len(), 5);
    }

    #[test]
    fn a_duplicate_names_both_places() {
        let pairs = ["12", "3", "1", "12"].map(|text| (digits(text), ()));
        let error = DigitTrie::build(pairs).unwrap_err();
        assert_eq!(error, DuplicatePrefix { prefix: digits("12"), first: 0, second: 3 });
        assert_eq!(error.to_string(), "prefix 12 is given twice");
    }

    #[test]
    fn an_empty_trie_finds_nothing() {
        for trie in [DigitTrie::<u8>::default(), DigitTrie::build([]).unwrap()] {
            assert_eq!(trie.longest(digits("123")), None);
            assert!(trie.is_empty());
        }
    }

    #[test]
    fn eighty_thousand_prefixes_stay_below_ten_megabytes() {
        // A linear congruential sequence spreads the prefixes; duplicates are dropped.
        let mut state = 1_u64;
        let mut all = std::collections::BTreeSet::new();
        while all.len() < 80_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = format!("{:010}", (state >> 20) % 10_000_000_000);
            all.insert(digits(&number[..5 + (state >> 60) as usize % 5]));
        }
        let trie = DigitTrie::build(all.into_iter().map(|d| (d, 0_u32))).unwrap();
        let octets =
            trie.nodes.len() * size_of::<Node>() + trie.values.len() * size_of::<(Digits, u32)>();
        assert!(octets < 10_000_000, "{octets}");
    }

    proptest! {
        #[test]
        fn agrees_with_a_naive_scan(
            prefixes in proptest::collection::btree_set("[0-3f]{0,5}", 0..60),
            numbers in proptest::collection::vec("[0-3f]{0,8}", 1..40),
        ) {
            let prefixes: Vec<Digits> = prefixes.iter().map(|text| digits(text)).collect();
            let trie = DigitTrie::build(prefixes.iter().rev().map(|&p| (p, p))).unwrap();
            for number in numbers {
                let number = digits(&number);
                let naive = prefixes
                    .iter()
                    .filter(|p| number.starts_with(**p))
                    .max_by_key(|p| p.len());
                prop_assert_eq!(trie.longest(number).map(|(_, v)| v), naive);
                prop_assert_eq!(trie.get(number).is_some(), prefixes.contains(&number));
            }
        }
    }
}
