//! Divergences: every pair against draws, and what holds for all.

use super::*;
use crate::noise::Key;

/// Laws of the same support for each pair: all of the table that have the same length, and each with parameters a third larger.
fn partners() -> Vec<(Box<dyn MultivariateLaw>, Box<dyn MultivariateLaw>)> {
    let mut out = Vec::new();
    for q in table() {
        let p = (q.make)(&q.larger());
        if kl(&*q.law, &*p).is_ok() {
            out.push(((q.make)(&q.law.parameters()), p));
        }
        for p in table() {
            if q.law.len() == p.law.len() && kl(&*q.law, &*p.law).is_ok() {
                out.push(((q.make)(&q.law.parameters()), p.law));
            }
        }
    }
    out
}

#[test]
fn divergences_are_those_of_the_draws() {
    let stream = Key::new(11).site("kl").step(0);
    for (q, p) in partners() {
        let exact = kl(&*q, &*p).unwrap();
        let estimate = kl_monte_carlo(&*q, &*p, 20_000, &stream);
        let off = (exact - estimate.mean).abs();
        // |z| < 5.5 as in `draws`; equal laws leave rounding.
        assert!(off < 5.5 * estimate.standard_error + 1e-9, "{exact} and {estimate:?} for {q:?}, {p:?}");
        assert!(exact >= -1e-12, "{exact} for {q:?}, {p:?}");
        assert!(kl(&*q, &*q).unwrap().abs() < 1e-12, "{q:?}");
    }
}

#[test]
fn every_pair_of_the_list_has_been_met() {
    let met: Vec<(&str, &str)> = partners().iter().map(|(q, p)| (q.family().name, p.family().name)).collect();
    for pair in kl_pairs() {
        assert!(met.contains(&(pair.q, pair.p)), "{} and {}", pair.q, pair.p);
        assert!(multivariate_family(pair.q).is_some() && multivariate_family(pair.p).is_some());
    }
}

#[test]
fn laws_of_different_lengths_have_no_divergence() {
    let one = MultivariateNormal::from_scale_tril(&[0.0], &[1.0]).unwrap();
    let two = MultivariateNormal::from_scale_tril(&[0.0, 0.0], &[1.0, 0.0, 0.0, 1.0]).unwrap();
    assert!(kl(&one, &two).unwrap().is_nan());
}
