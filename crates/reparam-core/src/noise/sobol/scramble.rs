//! Nested uniform scrambling (Owen 1995) of 64 binary digits.

/// The random words of one coordinate of one row, independent and uniform.
#[derive(Clone, Copy, Debug)]
pub struct Seeds {
    /// Seeds the bits at the nodes of the tree.
    pub tree: u64,
    /// Flips the same digits of all points. Nested flips and one more are nested flips; this one makes a single point exactly
    /// uniform, whatever the tree's generator is worth.
    pub shift: u64,
}

/// Levels of the tree whose nodes share a word: 1 + 2 + 4 + … + 32 of its bits.
const LEVELS: u32 = 6;
/// Words on the way down. Points that differ in the first 30 digits have flips of their own below.
const DEPTH: u32 = 5;

/// The point with the digit at each level flipped by a random bit that depends on the digits above it.
pub fn scrambled(x: u64, seeds: Seeds) -> u64 {
    let mut flips = 0;
    for depth in 0..DEPTH {
        let above = depth * LEVELS;
        // The digits above, after a leading 1: no two nodes have the same number.
        let word = mixed(seeds.tree, 1 << above | x.checked_shr(64 - above).unwrap_or(0));
        // The next digits, of which level j sees the first j.
        let next = x << above >> (64 - LEVELS);
        for level in 0..LEVELS {
            let node = 1 << level | next >> (LEVELS - level);
            flips |= (word >> node & 1) << (63 - above - level);
        }
    }
    let above = DEPTH * LEVELS;
    flips |= mixed(seeds.tree, 1 << above | x >> (64 - above)) >> above;
    x ^ flips ^ seeds.shift
}

/// Number `index` of `SplitMix64` (Steele, Lea and Flood 2014; variant 13 of Stafford) with this seed.
pub fn mixed(seed: u64, index: u64) -> u64 {
    let mut x = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}
