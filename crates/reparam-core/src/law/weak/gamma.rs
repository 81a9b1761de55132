//! Weak derivatives of the gamma law.

use super::{Exponential, Gamma, Law, Noise, Pathwise, Stream, WeakDerivative, fill_stepped, in_pieces};
use crate::special::digamma;

impl WeakDerivative for Gamma {
    /// Rate: a draw, and the sum of it and an exponential one (shape `concentration + 1`); constant `concentration / rate`.
    ///
    /// Concentration: the positive and the negative part of `∂p/∂a = p (ln(rate x) - ψ(a))` (Hahn–Jordan), which meet at
    /// `x = e^ψ(a) / rate`. Their distribution functions are pieces of `∂F/∂a = -p ∂x/∂a`, inverted by halving at one uniform number
    /// for both, to some ulp: tens of microseconds a pair. None for a concentration below 0.0015, where `e^ψ(a)` underflows.
    fn fill_weak(
        &self,
        parameter: usize,
        stream: &Stream,
        first: u64,
        plus: &mut [f64],
        minus: &mut [f64],
    ) -> Option<f64> {
        let parameters = self.parameters();
        match parameter {
            0 => {
                let split = Split::new(parameters[0])?;
                in_pieces([Noise::Uniform], stream, first, [plus, minus], |[u]| {
                    // A large draw on one side goes with a large one on the other.
                    [split.place(1.0 - u, 1.0), split.place(u, -1.0)].map(|x| x / parameters[1])
                });
                Some(split.height)
            }
            1 => {
                let step = Exponential::new(parameters[1]).ok()?;
                fill_stepped(self, &step, stream, first, plus, minus);
                Some(parameters[0] / parameters[1])
            }
            _ => None,
        }
    }
}

/// `-∂F/∂a` of the law of rate 1: rises from 0 to `height` at `e^middle`, where the score is 0, and falls to 0 again.
struct Split {
    law: Gamma,
    middle: f64,
    height: f64,
}

impl Split {
    fn new(concentration: f64) -> Option<Self> {
        let law = Gamma::new(concentration, 1.0).ok()?;
        let middle = digamma(concentration);
        let split = Self { law, middle, height: f64::NAN };
        let height = split.fallen(middle);
        (middle > -660.0 && height > 0.0).then_some(Self { height, ..split })
    }

    /// `-∂F/∂a = p ∂x/∂a` at `x = e^t`; 0 where `x` leaves the range of numbers.
    fn fallen(&self, t: f64) -> f64 {
        let (x, mut slope) = (t.exp(), [0.0; 1]);
        if x == 0.0 || x == f64::INFINITY {
            return 0.0;
        }
        self.law.pathwise(x, &mut slope);
        let value = slope[0] * self.law.log_prob(x).exp();
        if value.is_finite() { value } else { 0.0 }
    }

    /// Where it is `share` of its height, above the middle (`side` 1) or below it (-1).
    fn place(&self, share: f64, side: f64) -> f64 {
        let level = share * self.height;
        let (mut inside, mut outside) = (self.middle, side * 708.0);
        // Width below 1,400 to 2^-55; a bracket of neighbouring numbers is not halved further.
        for _ in 0..66 {
            let t = inside + 0.5 * (outside - inside);
            if t == inside || t == outside {
                break;
            }
            if self.fallen(t) > level {
                inside = t;
            } else {
                outside = t;
            }
        }
        inside.exp()
    }
}
