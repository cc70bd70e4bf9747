//! Octets that wait for others: blocks of a fixed size out of one bounded store, and spare buffers.
//!
//! Pieces of messages are kept in [`Blocks`], so that a piece of one octet never holds more than a
//! block, however large the buffers are that messages leave in. Memory grows with use up to the
//! limit and is used again. [`Pool`] keeps a few buffers for whole messages.

/// A bounded store of blocks.
#[derive(Debug)]
pub struct Blocks {
    blocks: Vec<Block>,
    free: u32,
    held: usize,
    limit: usize,
}

/// A run of octets in a [`Blocks`].
///
/// Not `Clone` on purpose: whoever has it releases it once.
#[derive(Debug, Eq, PartialEq)]
pub struct Chain {
    first: u32,
    len: u32,
}

#[derive(Debug)]
struct Block {
    next: u32,
    octets: [u8; BLOCK],
}

impl Blocks {
    /// Makes a store of at most `octets` octets, in whole blocks, and room for one message of the
    /// longest size at least.
    #[must_use]
    pub fn new(octets: usize) -> Self {
        let limit = (octets / BLOCK).clamp(LONGEST / BLOCK + 1, NONE as usize - 1);
        Self { blocks: Vec::new(), free: NONE, held: 0, limit }
    }

    /// Returns how many octets the blocks in use take.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.held * BLOCK
    }

    /// Returns how many octets the store may take.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit * BLOCK
    }

    /// Whether `octets` octets find room.
    #[must_use]
    pub const fn has_room(&self, octets: usize) -> bool {
        octets.div_ceil(BLOCK) <= self.limit - self.held
    }

    /// Takes one block, zeroed; `None` when all are in use.
    pub fn take(&mut self) -> Option<u32> {
        if self.held >= self.limit {
            return None;
        }
        let at = self.free;
        if let Some(block) = self.blocks.get_mut(at as usize) {
            self.free = block.next;
            *block = Block::EMPTY;
            self.held += 1;
            return Some(at);
        }
        let at = u32::try_from(self.blocks.len()).ok()?;
        self.blocks.push(Block::EMPTY);
        self.held += 1;
        Some(at)
    }

    /// Returns the octets of a block.
    #[must_use]
    pub fn block(&self, at: u32) -> Option<&[u8; BLOCK]> {
        self.blocks.get(at as usize).map(|block| &block.octets)
    }

    /// Returns the octets of a block, to change them.
    #[must_use]
    pub fn block_mut(&mut self, at: u32) -> Option<&mut [u8; BLOCK]> {
        self.blocks.get_mut(at as usize).map(|block| &mut block.octets)
    }

    /// Gives a block back.
    pub fn give_back(&mut self, at: u32) {
        let free = self.free;
        if let Some(block) = self.blocks.get_mut(at as usize) {
            block.next = free;
            self.free = at;
            self.held = self.held.saturating_sub(1);
        }
    }

    /// Copies octets in; `None` when they find no room.
    pub fn store(&mut self, octets: &[u8]) -> Option<Chain> {
        let len = u32::try_from(octets.len()).ok().filter(|_| self.has_room(octets.len()))?;
        let mut first = NONE;
        for part in octets.chunks(BLOCK).rev() {
            let at = self.take()?;
            if let Some(block) = self.blocks.get_mut(at as usize) {
                block.next = first;
                for (kept, octet) in block.octets.iter_mut().zip(part) {
                    *kept = *octet;
                }
            }
            first = at;
        }
        Some(Chain { first, len })
    }

    /// Returns the octets of a chain, in parts.
    pub fn parts(&self, chain: &Chain) -> impl Iterator<Item = &[u8]> {
        let (mut at, mut left) = (chain.first, chain.len());
        core::iter::from_fn(move || {
            let block = self.blocks.get(at as usize).filter(|_| left > 0)?;
            let part = block.octets.get(..left.min(BLOCK))?;
            left -= part.len();
            at = block.next;
            Some(part)
        })
    }

    /// Appends the octets of a chain to `out`.
    pub fn read(&self, chain: &Chain, out: &mut Vec<u8>) {
        self.parts(chain).for_each(|part| out.extend_from_slice(part));
    }

    /// Whether a chain holds just these octets.
    #[must_use]
    pub fn equal(&self, chain: &Chain, octets: &[u8]) -> bool {
        chain.len() == octets.len()
            && self.parts(chain).zip(octets.chunks(BLOCK)).all(|(kept, given)| kept == given)
    }

    /// Gives the blocks of a chain back.
    #[expect(clippy::needless_pass_by_value, reason = "a chain is released once")]
    pub fn release(&mut self, chain: Chain) {
        let (mut at, mut left) = (chain.first, chain.len().div_ceil(BLOCK));
        while let Some(block) = self.blocks.get(at as usize).filter(|_| left > 0) {
            let next = block.next;
            self.give_back(at);
            at = next;
            left -= 1;
        }
    }
}

impl Chain {
    /// Returns how many octets it is long.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Block {
    const EMPTY: Self = Self { next: NONE, octets: [0; BLOCK] };
}

/// A few buffers that whole messages leave in and that come back for the next.
#[derive(Debug, Default)]
pub struct Pool(Vec<Vec<u8>>);

impl Pool {
    /// Takes an empty buffer.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        self.0.pop().unwrap_or_default()
    }

    /// Gives a buffer back.
    pub fn give_back(&mut self, mut buffer: Vec<u8>) {
        if self.0.len() < SPARE && buffer.capacity() <= 2 * LONGEST {
            buffer.clear();
            self.0.push(buffer);
        }
    }
}

/// Octets a block.
pub const BLOCK: usize = 256;
/// The longest message that is put together.
pub const LONGEST: usize = 65_536;
/// Buffers that wait for use; more are never out at once.
const SPARE: usize = 4;
/// No block.
const NONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_store_refuses_and_takes_again_after_a_release() {
        let mut blocks = Blocks::new(0);
        let limit = blocks.limit();
        assert!(limit > LONGEST);
        let full = blocks.store(&vec![7; limit]).unwrap();
        assert_eq!((blocks.held(), blocks.store(&[1]), blocks.take()), (limit, None, None));
        assert!(blocks.store(&[]).is_some_and(|chain| chain.is_empty()));
        blocks.release(full);
        assert_eq!(blocks.held(), 0);
        assert!(blocks.store(&[1]).is_some());
    }

    #[test]
    fn a_block_used_again_is_zeroed() {
        let mut blocks = Blocks::new(0);
        let at = blocks.take().unwrap();
        blocks.block_mut(at).unwrap().fill(9);
        blocks.give_back(at);
        let again = blocks.take().unwrap();
        assert_eq!((again, blocks.block(again)), (at, Some(&[0; BLOCK])));
    }

    #[test]
    fn a_pool_keeps_few_buffers_of_a_sane_size() {
        let mut pool = Pool::default();
        pool.give_back(Vec::with_capacity(LONGEST * 4));
        for _ in 0..10 {
            pool.give_back(vec![1; 10]);
        }
        assert_eq!(pool.0.len(), SPARE);
        assert!(pool.take().is_empty());
    }

    proptest! {
        #[test]
        fn what_is_stored_is_read(
            texts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..1000), 1..20),
        ) {
            let mut blocks = Blocks::new(0);
            let chains: Vec<_> = texts.iter().map(|text| blocks.store(text).unwrap()).collect();
            for (chain, text) in chains.iter().zip(&texts) {
                let mut read = Vec::new();
                blocks.read(chain, &mut read);
                prop_assert_eq!(&read, text);
                prop_assert!(blocks.equal(chain, text));
                read.push(0);
                prop_assert!(!blocks.equal(chain, &read));
                if let Some(last) = text.len().checked_sub(1) {
                    let mut other = text.clone();
                    other[last] ^= 1;
                    prop_assert!(!blocks.equal(chain, &other));
                }
            }
            chains.into_iter().for_each(|chain| blocks.release(chain));
            prop_assert_eq!(blocks.held(), 0);
        }
    }
}
