//! The mass of any law between two bounds, in log space.

use std::f64::consts::LN_2;

use super::panels::integrate;
use crate::law::Law;
use crate::special::log1m_exp;

/// `log P(X < x)`.
fn log_below(law: &dyn Law, x: f64) -> f64 {
    if law.support().is_discrete() { law.log_cdf(x.ceil() - 1.0) } else { law.log_cdf(x) }
}

/// `log P(low <= X <= high)`, from the nearer tail.
pub fn log_mass_between(law: &dyn Law, low: f64, high: f64) -> f64 {
    let less = |large: f64, small: f64| {
        if small == f64::NEG_INFINITY { large } else { large + log1m_exp((small - large).min(0.0)) }
    };
    let discrete = law.support().is_discrete();
    let (below, above) = (log_below(law, low), law.log_survival(high));
    let half = -LN_2;
    // The mass, and the logarithm of what it was made smaller from.
    let (log_mass, whole) = if below > half {
        let from_low = if discrete { law.log_survival(low.ceil() - 1.0) } else { law.log_survival(low) };
        (less(from_low, above), from_low)
    } else if above > half {
        let to_high = law.log_cdf(high);
        (less(to_high, below), to_high)
    } else {
        ((-(below.exp() + above.exp())).ln_1p(), 0.0)
    };
    // Two digits lost are none that matter.
    let lost = f64::EPSILON * whole.abs().max(1.0) > 1e-14 * (log_mass - whole).exp();
    if discrete || !lost || !(low.is_finite() && high.is_finite()) {
        return log_mass;
    }
    match log_integral(law, low, high) {
        Some((log_integral, settled)) if settled || !log_mass.is_finite() => log_integral,
        _ => log_mass,
    }
}

/// `log ∫ p` over a short interval by one rule and by two, and whether both say the same.
fn log_integral(law: &dyn Law, low: f64, high: f64) -> Option<(f64, bool)> {
    let middle = low + 0.5 * (high - low);
    let top = law.log_prob(middle);
    let corner = law.mode();
    let edges = if corner > low && corner < high { vec![low, corner, high] } else { vec![low, high] };
    let halves: Vec<f64> = edges.windows(2).flat_map(|w| [w[0], w[0] + 0.5 * (w[1] - w[0])]).chain([high]).collect();
    let share = |x: f64| (law.log_prob(x) - top).exp();
    let (one, two) = (integrate(&edges, share), integrate(&halves, share));
    let value = top + two.ln();
    value.is_finite().then_some((value, (one / two - 1.0).abs() < 1e-13))
}
