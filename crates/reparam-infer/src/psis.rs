//! temporary
#![allow(missing_docs)]
pub struct Psis {
    pub log_weights: Vec<f64>,
    pub k_hat: f64,
    pub ess: f64,
}
pub fn psis(r: &[f64]) -> Psis {
    let m = r.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let s: f64 = r.iter().map(|x| (x - m).exp()).sum();
    let w: Vec<f64> = r.iter().map(|x| x - m - s.ln()).collect();
    let ess = 1.0 / w.iter().map(|w| (2.0 * w).exp()).sum::<f64>();
    let k = reparam_core::diagnose::tail(&r.iter().map(|x| (x - m).exp()).collect::<Vec<_>>(), 0.0)
        .map_or(f64::NAN, |t| t.index);
    Psis { log_weights: w, k_hat: k, ess }
}
pub fn resample(w: &[f64], count: usize, s: reparam_core::noise::Stream) -> Vec<usize> {
    let u: f64 = s.draw(reparam_core::noise::Noise::Uniform, 0);
    let (mut c, mut i, mut out) = (w[0].exp(), 0, vec![]);
    for k in 0..count {
        let t = (k as f64 + u) / count as f64;
        while c < t && i + 1 < w.len() {
            i += 1;
            c += w[i].exp();
        }
        out.push(i);
    }
    out
}
