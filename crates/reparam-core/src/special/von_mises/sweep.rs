//! The path against an independent method, at random.

use super::{von_mises_quantile, von_mises_slope};
use std::f64::consts::PI;

/// Takahasi and Mori's tanh-sinh rule (1974) with a step of 1/16: the shares of the length on both sides of each node, and its weight.
struct TanhSinh(Vec<[f64; 3]>);

impl TanhSinh {
    fn new() -> Self {
        let node = |i: i32| {
            let t = f64::from(i) / 16.0;
            let s = 0.5 * PI * t.sinh();
            let weight = 0.25 * PI * t.cosh() / s.cosh() / s.cosh() / 16.0;
            [1.0 / (1.0 + (-2.0 * s).exp()), 1.0 / (1.0 + (2.0 * s).exp()), weight]
        };
        Self((-52..=52).map(node).collect())
    }

    /// `∫ f` over a length; f takes the distances from both ends.
    fn integrate(&self, length: f64, f: impl Fn(f64, f64) -> f64) -> f64 {
        let (mut sum, mut lost) = (0.0, 0.0);
        for [from, to, weight] in &self.0 {
            // Compensated summation.
            let term = weight * f(length * from, length * to) - lost;
            let next: f64 = sum + term;
            lost = (next - sum) - term;
            sum = next;
        }
        length * sum
    }

    /// `-dx/dκ` from its definition: `A` by quadrature too, the exponent and the factor from sines of the angles themselves.
    fn path(&self, k: f64, x: f64) -> f64 {
        let rise = |t: f64| 2.0 * (0.5 * t).sin().powi(2);
        // There `κ (1 - cos t)` is at least 52, as sin t >= 2t/π.
        let whole = PI.min(16.0 / k.sqrt());
        let density = |t: f64| (-k * rise(t)).exp();
        let complement = self.integrate(whole, |t, _| density(t) * rise(t)) / self.integrate(whole, |t, _| density(t));
        if rise(x) <= complement {
            return self.integrate(x, |t, below| {
                (2.0 * k * (0.5 * (x + t)).sin() * (0.5 * below).sin()).exp() * (complement - rise(t))
            });
        }
        // Or where the slope at x, at least half of which remains, has used up the exponent.
        let distance = (PI - x) + 1.2246467991473532e-16;
        let end = distance.min(16.0 / k.sqrt()).min(90.0 / (k * x.sin()));
        self.integrate(end, |v, _| {
            (-2.0 * k * (x + 0.5 * v).sin() * (0.5 * v).sin()).exp() * (rise(x + v) - complement)
        })
    }
}

#[test]
fn no_outlier_among_random_points() {
    const COUNT: u64 = 100_000;
    let mut state = 1_u64;
    // Marsaglia's xorshift, enough to scatter points.
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let rule = TanhSinh::new();
    let mut worst = [(0.0, 0.0, 0.0); 2];
    for _ in 0..COUNT {
        let k = 10.0_f64.powf(-8.0 + 16.0 * uniform());
        let tail = 0.5 * 10.0_f64.powf(-8.0 * uniform().powi(2));
        let x = -von_mises_quantile(k, tail);
        let error = (von_mises_slope(k, x) / -rule.path(k, x) - 1.0).abs();
        let place = usize::from(!(1e-3..=1e4).contains(&k));
        if error.is_nan() || error > worst[place].0 {
            worst[place] = (if error.is_nan() { f64::INFINITY } else { error }, k, x);
        }
    }
    println!("von_mises_slope against tanh-sinh, {COUNT} points: (error, κ, x) at worst");
    println!("κ from 1e-3 to 1e4: {:?}; outside: {:?}", worst[0], worst[1]);
    // Both methods round at some ulp; the reference, with its larger weights, at some ten.
    assert!(worst.iter().all(|(error, ..)| *error < 1e-13));
}
