//! Integrals of smooth functions between given edges.

/// Positive nodes and their weights of the 20-point Gauss–Legendre rule on `[-1, 1]`, exact for polynomials of degree 39
/// (roots of the Legendre polynomial by mpmath 1.4 at 40 digits; the tests integrate polynomials).
const RULE: [(f64, f64); 10] = [
    (0.07652652113349734, 0.15275338713072584),
    (0.22778585114164507, 0.14917298647260374),
    (0.37370608871541955, 0.14209610931838204),
    (0.5108670019508271, 0.13168863844917664),
    (0.636053680726515, 0.11819453196151841),
    (0.7463319064601508, 0.10193011981724044),
    (0.8391169718222188, 0.08327674157670475),
    (0.912234428251326, 0.06267204833410907),
    (0.9639719272779138, 0.04060142980038694),
    (0.9931285991850949, 0.017614007139152118),
];

/// `∫ f` from the first to the last of the edges, a rule of 20 points between neighbours.
pub fn integrate(edges: &[f64], mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut sum = 0.0;
    for ends in edges.windows(2) {
        let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
        for (node, weight) in RULE {
            sum += half * weight * (f(middle - half * node) + f(middle + half * node));
        }
    }
    sum
}

/// Terms of a sum over counts before it takes every second, third, … of them.
const TERMS: f64 = (1 << 20) as f64;

/// `Σ f(k)` over the integers from `first` to `last`. Of more than a million it takes every so-manieth, in the middle of those it stands
/// for: a mass function spread so widely is smooth.
pub fn sum(first: f64, last: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let stride = ((last - first + 1.0) / TERMS).ceil().max(1.0);
    let (mut total, mut x) = (0.0, first + (0.5 * (stride - 1.0)).floor());
    let terms = ((last - x) / stride).floor().clamp(-1.0, TERMS) as i32;
    for _ in 0..=terms {
        total += stride * f(x);
        x += stride;
    }
    total
}

/// Tail probabilities at whose quantiles panels end: below the first lies nothing that a sum in double precision sees.
pub const TAILS: [f64; 26] = [
    1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3,
    3e-3, 0.01, 0.03, 0.06, 0.12, 0.2, 0.3, 0.4, 0.5,
];

/// Sorts edges and removes those that are repeated or not finite.
pub fn tidy(mut edges: Vec<f64>) -> Vec<f64> {
    edges.retain(|x| x.is_finite());
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_integrated_exactly() {
        // ∫₀² x^n = 2^(n+1) / (n+1); 40 terms of one sign, 40 ulp at worst.
        for n in [0, 1, 2, 17, 38, 39] {
            let exact = 2_f64.powi(n + 1) / f64::from(n + 1);
            let got = integrate(&[0.0, 2.0], |x| x.powi(n));
            assert!((got / exact - 1.0).abs() < 40.0 * f64::EPSILON, "{n}: {got}");
        }
        assert!((integrate(&[0.0, 2.0], |x| x.powi(60)) / (2_f64.powi(61) / 61.0) - 1.0).abs() > 1e-15);
    }
}
