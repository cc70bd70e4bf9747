//! The candidate index: which detections an event can match at all, by its discriminant.
//!
//! A detection that requires a field to equal literals which have buckets is only looked at for
//! events in one of those buckets; every other detection is looked at for all events. Each list is
//! complete, so that evaluation walks exactly one, in rule order.

use crate::test::Logic;

/// For each bucket, the detections to look at.
pub(crate) struct Index {
    buckets: Vec<Box<[u32]>>,
    /// The detections that fit no bucket: all there is for an event without one.
    residue: Box<[u32]>,
}

impl Index {
    /// Sorts detections, given in rule order, into buckets.
    pub(crate) fn new<E: 'static>(detections: &[(u32, &Logic<E>)]) -> Self {
        let required: Vec<_> =
            detections.iter().map(|&(rule, logic)| (rule, logic.buckets())).collect();
        let size = required
            .iter()
            .filter_map(|(_, buckets)| buckets.as_ref()?.last().copied())
            .max()
            .map_or(0, |last| usize::from(last) + 1);
        let list = |bucket: Option<u16>| {
            required
                .iter()
                .filter(|(_, buckets)| match (buckets, bucket) {
                    (None, _) => true,
                    (Some(buckets), Some(bucket)) => buckets.contains(&bucket),
                    (Some(_), None) => false,
                })
                .map(|&(rule, _)| rule)
                .collect()
        };
        // Fewer than 65,536 buckets: the conversion cannot fail.
        let buckets = (0..size).map(|bucket| list(u16::try_from(bucket).ok())).collect();
        Self { buckets, residue: list(None) }
    }

    /// Puts every detection into every bucket.
    pub(crate) fn all<E: 'static>(detections: &[(u32, &Logic<E>)]) -> Self {
        Self { buckets: Vec::new(), residue: detections.iter().map(|&(rule, _)| rule).collect() }
    }

    /// Returns the detections to look at for an event with this discriminant, in rule order.
    pub(crate) fn candidates(&self, discriminant: Option<u16>) -> &[u32] {
        discriminant.and_then(|d| self.buckets.get(usize::from(d))).unwrap_or(&self.residue)
    }
}
