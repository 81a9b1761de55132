//! Relaxed laws: their hard forms, their limits, and what they share with the laws that they relax.

use super::*;
use crate::law::{
    BinaryConcrete, Binomial, GumbelSoftmax, Law, NegativeBinomial, Poisson, RelaxedCounts, RelaxedPoisson,
};
use crate::noise::Key;
use crate::special::{logit, sigmoid};

fn noise(index: u64, count: usize) -> Vec<f64> {
    let mut out = vec![0.0; count];
    Key::new(20).site("relaxed").step(0).fill(Noise::Gumbel, index * count as u64, &mut out);
    out
}

#[test]
fn hard_draws_are_gumbel_max_draws_of_the_same_noise() {
    let logits = [0.4, -1.3, 1.0, 0.0];
    let mut seen = [0.0; 4];
    for temperature in [1e-6, 0.1, 1.0, 30.0] {
        let law = GumbelSoftmax::new(temperature, &logits).unwrap();
        for i in 0..2000 {
            let g = noise(i, 4);
            let sums: Vec<f64> = logits.iter().zip(&g).map(|(l, g)| l + g).collect();
            let best = (0..4).max_by(|a, b| sums[*a].total_cmp(&sums[*b])).unwrap();
            let (z, y) = (law.draw_from(&g), law.log_draw(&g));
            assert_eq!(law.hard(&z)[best], 1.0, "{law:?}");
            assert!(law.contains(&z) && y.iter().all(|y| y.is_finite()));
            seen[best] += 1.0 / 8000.0;
        }
    }
    // 2000 draws (each four times): a share is off by 4.9 standard errors once in 10^6.
    let total: f64 = logits.iter().map(|l| l.exp()).sum();
    for (share, l) in seen.iter().zip(logits) {
        let p = l.exp() / total;
        assert!((share - p).abs() < 4.9 * (p * (1.0 - p) / 2000.0).sqrt());
    }
}

#[test]
fn two_categories_are_the_binary_law() {
    for temperature in [0.05, 0.7, 3.0] {
        let two = GumbelSoftmax::new(temperature, &[0.9, -0.4]).unwrap();
        let one = BinaryConcrete::new(temperature, 0.9 + 0.4).unwrap();
        // The difference of two Gumbel draws is logistic.
        let g = [0.3, -0.8];
        let (z, x) = (two.draw_from(&g), one.draw(g[0] - g[1]));
        assert!((z[0] - x).abs() < 1e-15);
        let x = [sigmoid(0.3), sigmoid(-0.3)];
        assert!((two.log_prob(&x) - one.log_prob(x[0])).abs() < 1e-12);
        // Both by quadrature, to 1e-13.
        assert!((two.mean()[0] - one.mean()).abs() < 1e-12, "{} {}", two.mean()[0], one.mean());
        assert!((two.variance()[1] - one.variance()).abs() < 1e-12);
        let log: Vec<f64> = x.iter().map(|x| x.ln()).collect();
        // dy = dx / x.
        assert!((two.log_prob_of_log(&log) - two.log_prob(&x) - log[0]).abs() < 1e-12);
        let y = logit(x[0]);
        assert!((one.log_prob_of_logit(y) - one.log_prob(x[0]) - (x[0] * x[1]).ln()).abs() < 1e-12);
    }
    let interior = GumbelSoftmax::new(3.0, &[0.9, -0.4]).unwrap().mode();
    assert!((interior[0] - BinaryConcrete::new(3.0, 1.3).unwrap().mode()).abs() < 1e-12);
}

#[test]
fn moments_sum_to_one_over_categories_and_symmetric_ones_are_equal() {
    for temperature in [0.02, 0.5, 20.0] {
        let law = GumbelSoftmax::new(temperature, &[0.7, -2.0, 0.7, 0.0, -30.0]).unwrap();
        let mean = law.mean();
        assert!((mean.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{law:?}: {mean:?}");
        assert!((mean[0] - mean[2]).abs() < 1e-15);
    }
}

#[test]
fn cut_counts_say_what_the_cut_takes() {
    let poisson = Poisson::new(2.5).unwrap();
    for points in [2.0, 4.0, 9.0, 30.0] {
        let law = RelaxedPoisson::new(0.3, poisson, points).unwrap();
        let logits = &law.softmax().parameters()[1];
        assert!((logits.iter().map(|l| l.exp()).sum::<f64>() - 1.0).abs() < 1e-14);
        let cut: f64 = logits.iter().zip(0..).map(|(l, k)| l.exp() * f64::from(k)).sum();
        assert!((law.truncation() - (2.5 - cut)).abs() < 1e-14, "{points}");
    }
    // All counts of a binomial law: nothing is cut.
    let binomial = Binomial::from_logits(4.0, 0.3).unwrap();
    assert_eq!(RelaxedCounts::new(0.3, binomial, 5.0).unwrap().truncation(), 0.0);
    let message = RelaxedCounts::new(0.3, binomial, 6.0).unwrap_err().to_string();
    assert_eq!(message, "relaxed-binomial: points must be at most total_count + 1 = 5, got 6");
    let message = RelaxedCounts::new(0.0, binomial, 5.0).unwrap_err().to_string();
    assert_eq!(message, "relaxed-binomial: temperature must be > 0, got 0");
}

#[test]
fn slopes_of_a_relaxed_count_are_its_differences() {
    let g = noise(7, 8);
    let count = |v: &[f64]| {
        let law = RelaxedCounts::new(v[0], NegativeBinomial::new(v[1], v[2]).unwrap(), 8.0).unwrap();
        let z = law.softmax().draw_from(&g);
        let mut slopes = [0.0; 4];
        law.count_slopes(&z, &mut slopes);
        (law.count(&z), slopes)
    };
    for at in [[0.4, 3.0, 0.8], [1.0, 0.2, 30.0], [2.0, 200.0, 5.0]] {
        let (_, slopes) = count(&at);
        for i in 0..3 {
            let expected = richardson(1e-3 * at[i], |h| {
                let mut moved = at;
                moved[i] += h;
                vec![count(&moved).0]
            })[0];
            // Richardson: h⁴ of the size of the parameter, and rounding 2⁻⁵² · 7 / h.
            assert!(
                (slopes[i] - expected).abs() < 1e-8 * (1.0 + expected.abs()),
                "{at:?} in {i}: {slopes:?} {expected}"
            );
        }
        assert_eq!(slopes[3], 0.0);
    }
}

#[test]
fn hard_counts_are_cut_counts() {
    let law = RelaxedPoisson::new(0.5, Poisson::new(2.5).unwrap(), 5.0).unwrap();
    let mut shares = [0.0; 5];
    for i in 0..10_000 {
        shares[law.hard(&law.softmax().draw_from(&noise(i, 5))) as usize] += 1e-4;
    }
    // |z| < 4.9: false alarm 1e-6 each.
    for (share, l) in shares.iter().zip(&law.softmax().parameters()[1]) {
        let p = l.exp();
        assert!((share - p).abs() < 4.9 * (p * (1.0 - p) / 1e4).sqrt(), "{shares:?}");
    }
}

#[test]
fn extremes_are_finite() {
    for temperature in [1e-300, 1e-8, 1.0, 1e8] {
        for logits in [[0.0, 0.0, 0.0], [1e300, -1e300, 0.0], [700.0, -700.0, 1e-8]] {
            let law = GumbelSoftmax::new(temperature, &logits).unwrap();
            let g = noise(1, 3);
            let (z, y) = (law.draw_from(&g), law.log_draw(&g));
            assert!(law.contains(&z), "{law:?}: {z:?}");
            assert!(y.iter().all(|y| y.is_finite() && *y <= 0.0), "{law:?}: {y:?}");
            let mut out = [0.0; 4];
            law.pull_back(&z, &[1.0, -2.0, 0.5], &mut out);
            assert!(out.iter().all(|s| s.is_finite()), "{law:?}: {out:?}");
        }
    }
}
