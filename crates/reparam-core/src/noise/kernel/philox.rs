//! Philox4x32-10: four random words from a counter and a key, with nothing in between.
//!
//! Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The block at any place of the stream
//! costs the same, so threads, resumed runs and single draws need no state to be carried or skipped. Seven rounds are the fewest
//! that pass all of `TestU01`'s `BigCrush` there; ten are the authors' default, with a margin. Seven would save a seventh of the time of
//! a normal draw, and are not used.

/// Words of 64 bits in a tile: the words of eight blocks.
pub(crate) const TILE_WORDS: usize = 16;
/// The raw bits of a tile, each word little-endian: lane `l` of the first half holds words 0 and 1 of block `l`, lane `l` of the
/// second half words 2 and 3. One word is one `f64` draw, or two `f32` draws, low half first.
pub type Tile = [u64; TILE_WORDS];

const BLOCKS: usize = TILE_WORDS / 2;
const ROUNDS: usize = 10;
const LOW: u64 = 0xffff_ffff;
const MULTIPLIERS: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];
const WEYL: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];

/// One block. `counter` and `key` hold their 32-bit words with word 0 lowest, as does the result.
///
/// Words travel in 64-bit lanes whose upper halves hold rubbish: the widening product reads the lower halves only, so that a
/// vector instruction gives both halves of the product, and nothing is packed or unpacked between rounds.
#[inline(always)]
pub(crate) const fn block(counter: [u64; 2], key: u64) -> [u64; 2] {
    let [mut c0, mut c2] = counter;
    let (mut c1, mut c3) = (c0 >> 32, c2 >> 32);
    let (mut k0, mut k1) = (key as u32, (key >> 32) as u32);
    let mut round = 0;
    while round < ROUNDS - 1 {
        let (p0, p1) = ((c0 & LOW) * MULTIPLIERS[0], (c2 & LOW) * MULTIPLIERS[1]);
        (c0, c1, c2, c3) = ((p1 >> 32) ^ c1 ^ k0 as u64, p1, (p0 >> 32) ^ c3 ^ k1 as u64, p0);
        (k0, k1) = (k0.wrapping_add(WEYL[0]), k1.wrapping_add(WEYL[1]));
        round += 1;
    }
    // The last round, with its two halves put together: a rotation, where a shift would become another multiplication.
    let (p0, p1) = ((c0 & LOW) * MULTIPLIERS[0], (c2 & LOW) * MULTIPLIERS[1]);
    [p1.rotate_left(32) ^ ((c1 ^ k0 as u64) & LOW), p0.rotate_left(32) ^ ((c3 ^ k1 as u64) & LOW)]
}

/// Tiles `first`, `first + 1`, … of the stream `id` = (upper half of the counter, key).
#[inline(always)]
pub(crate) fn tiles(id: [u64; 2], first: u64, out: &mut [Tile]) {
    for (n, tile) in out.iter_mut().enumerate() {
        let start = first.wrapping_add(n as u64).wrapping_mul(BLOCKS as u64);
        let (low, high) = tile.split_at_mut(BLOCKS);
        for l in 0..BLOCKS {
            let [a, b] = block([start.wrapping_add(l as u64), id[0]], id[1]);
            low[l] = a.to_le();
            high[l] = b.to_le();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::block;

    #[test]
    fn blocks_are_those_of_random123() {
        // `kat_vectors` of the authors' Random123 library, lines `philox4x32 10`, words written here highest first.
        let known = [
            ([0, 0], 0, [0xe169c58d_6627e8d5, 0x9b00dbd8_bc57ac4c]),
            ([u64::MAX, u64::MAX], u64::MAX, [0x41c83b0e_408f276d, 0x6d5451fd_a20bc7c6]),
            (
                [0x85a308d3_243f6a88, 0x03707344_13198a2e],
                0x299f31d0_a4093822,
                [0x94fdcceb_d16cfe09, 0x24126ea1_5001e420],
            ),
        ];
        for (counter, key, expected) in known {
            assert_eq!(block(counter, key), expected);
        }
    }
}
