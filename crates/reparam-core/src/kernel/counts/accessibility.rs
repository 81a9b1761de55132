//! Bernoulli log-likelihood of one row of open chromatin whose probability is a product of three.

use crate::kernel::dispatch::multiversion;
use crate::kernel::{LANES, math};

/// One row: probability `σ(logit) σ(depth_logit) σ(region_logit)` for each of G regions (Ashuach et al. 2022).
#[derive(Clone, Copy, Debug)]
pub struct AccessRow<'a> {
    /// `[G]`.
    pub logits: &'a [f32],
    /// Of the cell.
    pub depth_logit: f32,
    /// Of the regions, `[G]`.
    pub region_logit: &'a [f32],
    /// 1 for open regions, 0 for closed ones, `[G]`.
    pub open: &'a [f32],
}

/// Where the slopes of a row go, each as long as the row; all empty for none.
#[derive(Debug, Default)]
pub struct AccessSlopes<'a> {
    /// In the logits.
    pub logits: &'a mut [f32],
    /// In the regions' logits.
    pub region_logit: &'a mut [f32],
}

/// `σ(l)`, `σ(-l)` and `log σ(l)`, none of them by a difference.
#[inline(always)]
#[allow(clippy::inline_always)]
fn sides(l: f32) -> (f32, f32, f32) {
    let u = math::exp(-l.abs());
    let r = 1.0 / (1.0 + u);
    let log1p = math::log1p_unit(u);
    if l > 0.0 { (r, u * r, -log1p) } else { (u * r, r, l - log1p) }
}

/// `log(1 - p)` from p and `1 - p`, the latter a sum of positive numbers: by whichever is smaller.
#[inline(always)]
#[allow(clippy::inline_always)]
fn log_complement(p: f32, complement: f32) -> f32 {
    // 1 - p = 2^n f, f in [√½, √2).
    let bits = complement.to_bits();
    let shifted = bits.wrapping_sub(0x3f35_04f3);
    let n = (shifted as i32) >> 23;
    let f = f32::from_bits(bits.wrapping_sub((n as u32) << 23));
    let small = p < 0.25;
    let (x, n) = if small { (-p, 0.0) } else { (f - 1.0, n as f32) };
    n.mul_add(std::f32::consts::LN_2, math::log1p_unit(x))
}

/// Value, and slopes in the three logits.
#[inline(always)]
#[allow(clippy::inline_always)]
fn element(l: f32, region: f32, open: f32, depth: (f32, f32, f32)) -> (f32, [f32; 3]) {
    let ((on, off, log_on), (region_on, region_off, log_region), (depth_on, depth_off, log_depth)) =
        (sides(l), sides(region), depth);
    let p = on * (region_on * depth_on);
    let complement = on.mul_add(region_on.mul_add(depth_off, region_off), off);
    let is_open = open > 0.0;
    let value = if is_open { log_on + (log_region + log_depth) } else { log_complement(p, complement) };
    let inverse = 1.0 / complement;
    // Quotients at most 1, taken before p: 1 / (1 - p) alone may be near the end of f32.
    let slope = |off: f32| if is_open { off } else { -p * (off * inverse) };
    (value, [slope(off), slope(region_off), slope(depth_off)])
}

multiversion! {
    /// Log-likelihood of one row, and its slope in the cell's depth logit; the other slopes where there is room for them.
    ///
    /// `log(1 - p)` is right to a few roundings in both tails. Logits act in `1 - p` as if clamped to ±87.
    ///
    /// # Panics
    /// When the slices are not equally long.
    pub fn accessibility_row(row: &AccessRow<'_>, slopes: AccessSlopes<'_>) -> (f64, f64) {
        let width = row.logits.len();
        assert!(row.region_logit.len() == width && row.open.len() == width, "accessibility_row: {width} regions");
        let depth = sides(row.depth_logit);
        let (mut value, mut of_depth) = ([0.0_f64; LANES], [0.0_f64; LANES]);
        if slopes.logits.is_empty() {
            let read = row.logits.chunks(LANES).zip(row.region_logit.chunks(LANES)).zip(row.open.chunks(LANES));
            for ((l, r), o) in read {
                for (k, ((l, r), o)) in l.iter().zip(r).zip(o).enumerate() {
                    value[k] += f64::from(element(*l, *r, *o, depth).0);
                }
            }
            return (value.iter().sum(), 0.0);
        }
        assert!(
            slopes.logits.len() == width && slopes.region_logit.len() == width,
            "accessibility_row: slopes for {width} regions"
        );
        let ((lc, lr), (rc, rr)) = (row.logits.as_chunks::<LANES>(), row.region_logit.as_chunks::<LANES>());
        let ((oc, or), (sc, sr)) = (row.open.as_chunks::<LANES>(), slopes.logits.as_chunks_mut::<LANES>());
        let (tc, tr) = slopes.region_logit.as_chunks_mut::<LANES>();
        for (((l, r), o), (s, t)) in lc.iter().zip(rc).zip(oc).zip(sc.iter_mut().zip(tc)) {
            for k in 0..LANES {
                let (v, slope) = element(l[k], r[k], o[k], depth);
                (s[k], t[k]) = (slope[0], slope[1]);
                value[k] += f64::from(v);
                of_depth[k] += f64::from(slope[2]);
            }
        }
        for k in 0..sr.len() {
            let (v, slope) = element(lr[k], rr[k], or[k], depth);
            (sr[k], tr[k]) = (slope[0], slope[1]);
            value[k] += f64::from(v);
            of_depth[k] += f64::from(slope[2]);
        }
        (value.iter().sum(), of_depth.iter().sum())
    }
}
