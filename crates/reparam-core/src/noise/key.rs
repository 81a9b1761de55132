//! Where a stream's numbers come from: a seed and a site.

use super::Stream;

/// A seed and a site: the place in a program that draws.
///
/// Sites are named, and names nest: `key.site("encoder").site("dropout")` differs from `key.site("encoderdropout")`. Two
/// different paths of names collide with probability 2^-64.
///
/// ```
/// use reparam_core::noise::Key;
/// const KEY: Key = Key::new(1).site("encoder");
/// assert_eq!(KEY, Key::new(1).site("encoder"));
/// assert_ne!(KEY, Key::new(1).site("decoder"));
/// assert_ne!(KEY.number(0), KEY.number(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub(super) seed: u64,
    pub(super) site: u64,
}

impl Key {
    /// The root site of a seed. Every seed is as good as any other.
    pub const fn new(seed: u64) -> Self {
        Self { seed, site: 0 }
    }

    /// The site of that name below this one. The hash is part of the format: it will not change between versions.
    #[must_use]
    pub const fn site(self, name: &str) -> Self {
        // FNV-1a over the name, started from the parent; scrambled afterwards, so that nesting is not concatenation.
        let bytes = name.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325 ^ self.site;
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            i += 1;
        }
        Self { seed: self.seed, site: scrambled(hash) }
    }

    /// The site of that number below this one: for layers, chains, shards. No two numbers collide.
    #[must_use]
    pub const fn number(self, number: u64) -> Self {
        // Another constant than in `site`, so that no short name is a number.
        let hash = scrambled(self.site ^ 0x6a09_e667_f3bc_c908).wrapping_add(number);
        Self { seed: self.seed, site: scrambled(hash) }
    }

    /// The numbers of this place at one step.
    pub const fn step(self, step: u64) -> Stream {
        Stream::new(self, step)
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood 2014; variant 13 of Stafford), a bijection.
const fn scrambled(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::Key;
    use std::collections::HashSet;

    #[test]
    fn paths_of_names_are_different_places() {
        let key = Key::new(3);
        let places = [
            key,
            key.site(""),
            key.site("").site(""),
            key.site("a"),
            key.site("b"),
            key.site("ab"),
            key.site("ba"),
            key.site("a").site("b"),
            key.site("b").site("a"),
            key.site("a").site(""),
            key.site("").site("a"),
            key.number(0),
            key.number(1),
            key.number(0).number(0),
            key.site("a").number(0),
            key.number(0).site("a"),
            Key::new(4).site("a"),
        ];
        let different: HashSet<_> = places.into_iter().collect();
        assert_eq!(different.len(), places.len());
    }

    #[test]
    fn site_hash_is_pinned() {
        assert_eq!(Key::new(0).site("encoder").site("noise").site, 14121794819061824289);
    }
}
