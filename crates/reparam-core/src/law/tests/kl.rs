//! Closed-form divergences against quadrature and sums.

use super::*;

/// Closed-form divergences of all pairs of `laws` against quadrature with the density of the first.
fn kl_matches<L: Law + KlTo<L> + Clone + 'static>(laws: &[(L, Vec<f64>)]) {
    for (q, edges) in laws {
        assert_eq!(q.kl(q), 0.0, "KL({q:?}, itself)");
        for (p, _) in laws {
            let law = q.clone();
            let r = made(move |_| Box::new(law.clone()), &[], Chart::Line, edges.clone());
            let expected = r.expect(|x| q.log_prob(x) - p.log_prob(x));
            let miss = (q.kl(p) - expected).abs();
            assert!(miss <= 1e-10 * (1.0 + expected), "KL({q:?}, {p:?}) is off by {miss:e}");
        }
    }
}

#[test]
fn kl_is_the_mean_log_ratio() {
    kl_matches(
        &[(0.0, 1.0), (0.5, 2.0), (-1.0, 0.3)].map(|(l, s)| (Normal::new(l, s).unwrap(), around(l, s, 12).collect())),
    );
    // The corner of the second density must be an edge too: locations and scales are multiples of 0.5.
    kl_matches(
        &[(0.0, 1.0), (0.5, 2.0), (-1.0, 0.5)]
            .map(|(l, s)| (Laplace::new(l, s).unwrap(), around(l, 0.5, 160).collect::<Vec<_>>())),
    );
    kl_matches(&[0.0, -2.0, 9.0].map(|l| (Bernoulli::from_logits(l).unwrap(), Vec::new())));
    kl_matches(&[0.0, 1e-3, -2.0, 9.0, 30.0].map(|l| (ContinuousBernoulli::from_logits(l).unwrap(), unit().collect())));
    kl_matches(&[[0.0, 1.0, -3.0], [2.0, 0.0, 0.5]].map(|l| (Categorical::from_logits(&l).unwrap(), Vec::new())));
}

#[test]
fn kl_is_infinite_where_the_second_law_lacks_mass() {
    let (half, one) = (Bernoulli::from_probs(0.5).unwrap(), Bernoulli::from_probs(1.0).unwrap());
    assert_eq!((half.kl(&one), one.kl(&half)), (f64::INFINITY, 2_f64.ln()));
    let (two, three) = (Categorical::from_probs(&[0.5, 0.5]), Categorical::from_probs(&[0.25, 0.25, 0.5]));
    assert_eq!(three.unwrap().kl(&two.unwrap()), f64::INFINITY);
}
