//! The loop over rows of open chromatin against its formula in f64, in both tails.

use reparam_core::kernel::{AccessRow, AccessSlopes, accessibility_row};
use reparam_core::special::{log1p_exp, sigmoid};

/// `log p` and `log(1 - p)` in f64, `p = σ(a) σ(b) σ(c)`: by the sum of what p lacks, and its slopes in the three.
fn access_truth([a, b, c]: [f64; 3], open: bool) -> (f64, [f64; 3]) {
    let log_p = -log1p_exp(-a) - log1p_exp(-b) - log1p_exp(-c);
    let off = [-a, -b, -c].map(sigmoid);
    if open {
        return (log_p, off);
    }
    let complement = off[0] + sigmoid(a) * (off[1] + sigmoid(b) * off[2]);
    let p = log_p.exp();
    let value = if p < 0.5 { (-p).ln_1p() } else { complement.ln() };
    (value, off.map(|off| -p * off / complement))
}

#[test]
fn accessibility_is_exact_in_both_tails() {
    let ends = [-80.0_f32, -30.0, -9.0, -1.0, -0.2, 0.0, 0.7, 3.0, 11.0, 40.0, 80.0];
    for l in ends {
        for depth in ends {
            for region in ends {
                for open in [false, true] {
                    let logits = [l; 17];
                    let row = AccessRow {
                        logits: &logits,
                        depth_logit: depth,
                        region_logit: &[region; 17],
                        open: &[f32::from(u8::from(open)); 17],
                    };
                    let (mut of_logits, mut of_region) = ([0.0; 17], [0.0; 17]);
                    let slopes = AccessSlopes { logits: &mut of_logits, region_logit: &mut of_region };
                    let (value, of_depth) = accessibility_row(&row, slopes);
                    let (truth, slopes) = access_truth([l, depth, region].map(f64::from), open);
                    // Ten roundings, all relative: nothing cancels. Below e^-87 numbers of f32 have fewer digits.
                    let close = |found: f64, truth: f64| (found - truth).abs() <= 1.5e-6 * truth.abs() + 1e-36;
                    assert!(close(value / 17.0, truth), "{l} {depth} {region} {open}: {value} {}", truth * 17.0);
                    for (found, truth) in [
                        (f64::from(of_logits[3]), slopes[0]),
                        (f64::from(of_logits[16]), slopes[0]),
                        (of_depth / 17.0, slopes[1]),
                        (f64::from(of_region[3]), slopes[2]),
                        (f64::from(of_region[16]), slopes[2]),
                    ] {
                        assert!(close(found, truth), "{l} {depth} {region} {open}: slope {found}, not {truth}");
                    }
                }
            }
        }
    }
}
