//! Distribution function, survival, quantiles and their logarithms.

use super::*;

#[test]
fn distribution_function_is_the_integral_of_the_density() {
    holds("cdf", SUM, |r| {
        let atoms = r.atoms();
        let ends: Vec<f64> = if r.edges.is_empty() {
            atoms.iter().map(|a| a.0).collect()
        } else {
            r.edges.iter().map(|t| r.chart.at(*t).0).collect()
        };
        let (mut below, mut next, mut miss) = (0.0, 0, 0.0_f64);
        for end in ends {
            while next < atoms.len() && atoms[next].0 <= end {
                below += atoms[next].1;
                next += 1;
            }
            miss = miss.max((below - r.law.cdf(end)).abs()).max((1.0 - below - r.law.survival(end)).abs());
        }
        miss
    });
}

#[test]
fn both_sides_add_to_one_and_their_logarithms_are_theirs() {
    holds("sides", SUM, |r| {
        let mut miss = 0.0_f64;
        for x in r.places() {
            let (below, above) = (r.law.cdf(x), r.law.survival(x));
            miss = miss.max((below + above - 1.0).abs());
            // Logarithms of numbers that are right to a relative 1e-12, or near 1 to an absolute one.
            miss = miss.max(apart(r.law.log_cdf(x), below.ln(), 1.0 + below.ln().abs()));
            miss = miss.max(apart(r.law.log_survival(x), above.ln(), 1.0 + above.ln().abs()));
        }
        let (start, end) = (f64::NEG_INFINITY, f64::INFINITY);
        let limits = [r.law.cdf(start), r.law.survival(end), 1.0 - r.law.cdf(end), 1.0 - r.law.survival(start)];
        limits.into_iter().map(f64::abs).fold(miss, f64::max)
    });
}

/// The tail of a law on one side.
struct Side {
    log_mass: fn(&dyn Law, f64) -> f64,
    quantile: fn(&dyn Law, f64) -> f64,
    outwards: f64,
}

const SIDES: [Side; 2] = [
    Side { log_mass: |law, x| law.log_cdf(x), quantile: |law, p| law.quantile(p), outwards: -1.0 },
    Side { log_mass: |law, x| law.log_survival(x), quantile: |law, p| law.upper_quantile(p), outwards: 1.0 },
];

#[test]
fn quantiles_invert_both_tails() {
    holds("tails", SUM, |r| {
        let mut miss = 0.0_f64;
        for side in SIDES {
            for p in [1e-300, 1e-100, 1e-20, 1e-9, 1e-3, 0.2, 0.7] {
                let x = (side.quantile)(&*r.law, p);
                if r.law.support().is_discrete() {
                    // The smallest x with F(x) >= p, or with P(X > x) <= p, up to rounding.
                    let enough = if side.outwards < 0.0 {
                        r.law.cdf(x) >= p * (1.0 - 1e-14) && (x == 0.0 || r.law.cdf(x - 1.0) < p * (1.0 + 1e-14))
                    } else {
                        r.law.survival(x) <= p * (1.0 + 1e-14)
                            && (x == 0.0 || r.law.survival(x - 1.0) > p * (1.0 - 1e-14))
                    };
                    miss = miss.max(f64::from(!enough));
                    continue;
                }
                let (low, high) = r.law.support().bounds();
                if x <= low || x >= high {
                    // Rounded to an end: right where no other number has so little mass beyond it.
                    let inside = if x <= low { low.next_up() } else { high.next_down() };
                    miss = miss.max(f64::from((side.log_mass)(&*r.law, inside) < p.ln() - 1e-9));
                    continue;
                }
                let log_mass = (side.log_mass)(&*r.law, x);
                // A rounding of x, and of the parts that it is a sum of, moves the logarithm by the hazard at x.
                let hazard = (r.law.log_prob(x) - p.ln()).exp();
                let size = x.abs() + r.law.quantile(0.5).abs() + r.spread();
                let allowed = 1.0 + p.ln().abs() + 8.0 * f64::EPSILON * hazard * size / SUM;
                // Where the hazard of a rounding is above 1, x may be the end of the support and its mass 0.
                if allowed * SUM < 0.1 {
                    miss = miss.max((log_mass - p.ln()).abs() / allowed);
                }
            }
        }
        miss
    });
    holds("quantile", SUM, |r| {
        let outside = [-0.1, 1.1, f64::NAN].into_iter();
        let numbers = |p: f64| !r.law.quantile(p).is_nan() || !r.law.upper_quantile(p).is_nan();
        let mut miss = f64::from(outside.into_iter().any(numbers));
        for p in [0.125, 0.25, 0.5, 0.75, 0.875] {
            // 1 - p is exact.
            if !r.law.support().is_discrete() {
                miss = miss.max(apart(
                    r.law.quantile(p),
                    r.law.upper_quantile(1.0 - p),
                    r.spread() + r.law.quantile(p).abs(),
                ));
            }
        }
        miss
    });
}

#[test]
fn logarithms_of_tails_have_the_slope_of_the_density() {
    // d log F = (p / F) dx, also where F underflows: five times as far out as the quantile of 1e-300.
    holds("log tails", DIFFERENCE, |r| {
        if r.law.support().is_discrete() {
            return 0.0;
        }
        let mut miss = 0.0_f64;
        for side in SIDES {
            let middle = r.law.quantile(0.5);
            let far = (side.quantile)(&*r.law, 1e-300);
            let near = (side.quantile)(&*r.law, 1e-6);
            for x in [near, far, middle + 5.0 * (far - middle)] {
                if !r.law.support().contains(x) || !x.is_finite() || x.abs() > 1e150 {
                    continue;
                }
                let log_mass = (side.log_mass)(&*r.law, x);
                assert!(log_mass <= 0.0, "{:?} at {x}: {log_mass}", r.law);
                let hazard = (r.law.log_prob(x) - log_mass).exp();
                let h = STEP / hazard;
                let (low, high) = r.law.support().bounds();
                let empty = x <= low || x >= high || r.law.log_prob(x) == f64::NEG_INFINITY;
                assert!(log_mass.is_finite() || empty, "{:?} at {x}: log tail {log_mass}", r.law);
                let inside = r.law.support().contains(x + h) && r.law.support().contains(x - h);
                if !inside || log_mass.is_infinite() || h < 1e5 * f64::EPSILON * x.abs() {
                    continue;
                }
                let slope = |h: f64| {
                    let (right, left) = (x + h, x - h);
                    ((side.log_mass)(&*r.law, right) - (side.log_mass)(&*r.law, left)) / (right - left)
                };
                let slope = (4.0 * slope(0.5 * h) - slope(h)) / 3.0;
                // A few roundings of the logarithm, 2⁻⁵² of its size each, over the step.
                let allowed = 1.0 + 8.0 * log_mass.abs() * f64::EPSILON / STEP / DIFFERENCE;
                // Where the logarithms have no digits behind the point, neither has the hazard.
                if allowed * DIFFERENCE < 0.1 {
                    miss = miss.max((-side.outwards * slope / hazard - 1.0).abs() / allowed);
                }
            }
        }
        miss
    });
}
