//! Direction numbers of Sobol' points.

/// Coordinates that have direction numbers.
pub const COORDINATES: usize = 1024;

/// Degree, inner coefficients and initial numbers of coordinates 1, 2, …, as little-endian `u16` (`scripts/sobol_directions.py`).
///
/// The table new-joe-kuo-6 of S. Joe and F. Y. Kuo (2008), SIAM J. Sci. Comput. 30, 2635, © 2008 by them, under a BSD licence.
const TABLE: &[u8] = include_bytes!("joe_kuo.bin");

/// The first `bits` directions of the first `width` coordinates, `[bit][coordinate]`, the first digit in the highest bit.
///
/// Bratley and Fox (1988), their recurrence for `m`, multiplied by `2^(64 - k)`.
pub fn directions(bits: usize, width: usize) -> Vec<Vec<u64>> {
    let mut table = TABLE.as_chunks::<2>().0.iter().map(|pair| u64::from(u16::from_le_bytes(*pair)));
    let mut out = vec![vec![0; width]; bits];
    let mut v = [0_u64; 64];
    for coordinate in 0..width.min(COORDINATES) {
        if coordinate == 0 {
            // Van der Corput: all m = 1.
            v = std::array::from_fn(|k| 1 << (63 - k));
        } else {
            let degree = table.next().unwrap_or(1) as usize;
            let inner = table.next().unwrap_or(0);
            for k in 0..64 {
                if k < degree {
                    v[k] = table.next().unwrap_or(1) << (63 - k);
                    continue;
                }
                v[k] = v[k - degree] ^ v[k - degree] >> degree;
                for j in 1..degree {
                    if inner >> (degree - 1 - j) & 1 == 1 {
                        v[k] ^= v[k - j];
                    }
                }
            }
        }
        for (row, v) in out.iter_mut().zip(v) {
            row[coordinate] = v;
        }
    }
    out
}
