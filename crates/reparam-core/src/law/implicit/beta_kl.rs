//! Divergences between the beta law and others.

use super::gamma_kl::gamma_cross_entropy;
use super::stirling_parts::{excess, log_peak};
use super::{Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, KlTo, Laplace, Law, Normal, Pareto, Uniform};
use crate::law::explicit::{lacking_mass, normal_cross_entropy};
use crate::special::{log_beta, log1p_minus};

impl KlTo<Beta> for Beta {
    fn kl(&self, p: &Beta) -> f64 {
        let ([a, b], [c, d]) = (self.shapes(), p.shapes());
        // E[-log p] as in `logit_entropy`, of which the part of the size of the shapes is the divergence of the means:
        // c ln(m'/m) + d ln(n'/n), both terms with v - ln(1 + v), v = m/m' - 1 and n/n' - 1.
        let product = a * d;
        let cross = a.mul_add(d, -product) - b.mul_add(c, -product);
        let share = |shape: f64, other: f64, mean: f64, cross: f64| {
            let v = cross / shape / (a + b);
            let log_ratio = || (mean / (a + b)).ln() + (other / shape).ln_1p();
            shape * if v < -0.5 { v - log_ratio() } else { -log1p_minus(v) }
        };
        let means = share(c, d, a, cross) + share(d, c, b, -cross);
        let whole = excess(a + b);
        let rest = log_peak(a, b) - log_peak(c, d) + (c - a) * (excess(a) - whole) + (d - b) * (excess(b) - whole);
        (means + rest).max(0.0)
    }
}

impl KlTo<ContinuousBernoulli> for Beta {
    fn kl(&self, p: &ContinuousBernoulli) -> f64 {
        // log p is linear in x.
        (-p.log_prob(self.mean()) - self.entropy()).max(0.0)
    }
}

impl KlTo<Exponential> for Beta {
    fn kl(&self, p: &Exponential) -> f64 {
        // log p is linear in x.
        (-p.log_prob(self.mean()) - self.entropy()).max(0.0)
    }
}

impl KlTo<Gamma> for Beta {
    fn kl(&self, p: &Gamma) -> f64 {
        let [a, b] = self.shapes();
        // E[ln x] = ln(mean) - (excess(a) - excess(a + b)).
        let log_off = excess(a + b) - excess(a);
        (gamma_cross_entropy(self.mean(), log_off, p) - self.entropy()).max(0.0)
    }
}

impl KlTo<Normal> for Beta {
    fn kl(&self, p: &Normal) -> f64 {
        (normal_cross_entropy(self.mean(), self.variance(), p) - self.entropy()).max(0.0)
    }
}

impl KlTo<Uniform> for Beta {
    fn kl(&self, p: &Uniform) -> f64 {
        let inside = p.log_prob(0.0).min(p.log_prob(1.0));
        (-inside - self.entropy()).max(0.0)
    }
}

impl KlTo<Beta> for Uniform {
    fn kl(&self, p: &Beta) -> f64 {
        let (low, high) = self.support().bounds();
        if low < 0.0 || high > 1.0 {
            return f64::INFINITY;
        }
        let [a, b] = p.shapes();
        let logs = (a - 1.0) * mean_log(low, high) + (b - 1.0) * mean_log(1.0 - high, 1.0 - low);
        (log_beta(a, b) - logs - self.entropy()).max(0.0)
    }
}

/// `E[ln x]` of the uniform law between `low >= 0` and `high`: `ln low + ln(1 + t) + (ln(1 + t) - t) / t`, `t = (high - low) / low`.
fn mean_log(low: f64, high: f64) -> f64 {
    let t = (high - low) / low;
    if t.is_finite() { low.ln() + t.ln_1p() + log1p_minus(t) / t } else { high.ln() - 1.0 }
}

lacking_mass!(Beta: Pareto);
lacking_mass!(Exponential: Beta);
lacking_mass!(Gamma: Beta);
lacking_mass!(Gumbel: Beta);
lacking_mass!(Laplace: Beta);
lacking_mass!(Normal: Beta);
lacking_mass!(Pareto: Beta);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_large_shapes_do_not_cancel() {
        // Second order: Fisher's information of the log-odds' limit. At a = b both means move by δ/(4a), with variance 1/(8a):
        // KL = δ²/(4a) (1 + O(δ/a)) for a step of δ in a alone, of which δ²/(16 a²) and less is the change of the width.
        for a in [1e4, 1e6, 1e8] {
            let step = 1e-2 * f64::sqrt(a);
            let (q, p) = (Beta::new(a, a).unwrap(), Beta::new(a + step, a).unwrap());
            let expected = step * step / (4.0 * a);
            assert!((q.kl(&p) / expected - 1.0).abs() < 2.0 * step / a + 1.0 / a + 1e-9, "{a}: {}", q.kl(&p));
        }
        assert_eq!(Beta::new(1e8, 3.0).unwrap().kl(&Beta::new(1e8, 3.0).unwrap()), 0.0);
    }
}
