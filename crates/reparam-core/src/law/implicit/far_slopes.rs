//! Derivatives of beta draws so near an end that their law is a power there.

use crate::special::digamma_difference;

/// Nearer to an end, in units of what the other shape makes of it, the rest of the power series is lost in rounding.
const NEAR: f64 = 1e-18;

/// Shapes from which on no draw is so near: `1e-18^0.3` is the share of those that are.
const SMALL: f64 = 0.3;

/// The end of the first shape `a`, where `I = x^a / (a B(a, b))`: what of `∂ ln x` does not depend on x.
#[derive(Clone, Copy)]
struct End {
    shape: f64,
    reach: f64,
    /// `ψ(a + b) - ψ(a + 1)`.
    to_own: f64,
    /// `-∂ ln x/∂b = (ψ(a + b) - ψ(b)) / a`.
    to_other: f64,
}

impl End {
    fn of(a: f64, b: f64) -> Option<Self> {
        // From the smaller argument, which is not rounded by the larger.
        let gap = || if b >= 1.0 { digamma_difference(a + 1.0, b - 1.0) } else { -digamma_difference(a + b, 1.0 - b) };
        let end = || Self { shape: a, reach: NEAR / b.max(1.0), to_own: gap(), to_other: digamma_difference(b, a) / a };
        (a < SMALL).then(end)
    }

    /// `dx/da` and `-dx/db`, both positive.
    fn slopes(&self, x: f64) -> [f64; 2] {
        [x * (-(x.ln() + self.to_own) / self.shape), x * self.to_other]
    }
}

/// Both ends of a beta law, with what is the same for all draws.
pub(super) struct FarSlopes {
    lower: Option<End>,
    upper: Option<End>,
}

impl FarSlopes {
    pub(super) fn new(a: f64, b: f64) -> Self {
        Self { lower: End::of(a, b), upper: End::of(b, a) }
    }

    /// `[dz/da, dz/db]` at `z = x = 1 - y`, or nothing where the point is not far out.
    pub(super) fn at(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        match (self.lower, self.upper) {
            (Some(end), _) if x < end.reach => Some(end.slopes(x)).map(|[own, other]| [own, -other]),
            (_, Some(end)) if y < end.reach => Some(end.slopes(y)).map(|[own, other]| [other, -own]),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::beta_slopes;

    #[test]
    fn powers_are_the_limit_of_the_whole_slopes() {
        for a in [1e-8, 1e-3, 0.05, 0.29] {
            for b in [1e-8, 1e-3, 0.2, 1.0, 7.0, 1e4, 1e8] {
                let far = FarSlopes::new(a, b);
                for k in 0..20 {
                    let small = 0.9e-18 / f64::max(b, 1.0) * 10_f64.powi(-15 * k);
                    if small < f64::MIN_POSITIVE {
                        continue;
                    }
                    let (here, there) = (far.at(small, 1.0).expect("far out"), beta_slopes(a, b, small, 1.0));
                    let other = FarSlopes::new(b, a).at(1.0, small).expect("far out");
                    for i in 0..2 {
                        // The error of the whole ones.
                        assert!((here[i] / there[i] - 1.0).abs() < 1e-12, "{a} {b} {small}: {here:?} {there:?}");
                        assert_eq!(other[1 - i], -here[i]);
                    }
                }
                assert_eq!(far.at(0.4, 0.6), None);
            }
        }
        assert_eq!(FarSlopes::new(2.0, 3.0).at(1e-30, 1.0), None);
    }
}
