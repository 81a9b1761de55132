//! Every registered pair, over all rows of its two families, against the mean log-ratio.

use super::*;

fn rows_of(name: &str) -> impl Iterator<Item = &'static Row> {
    table().iter().filter(move |r| r.law.family().name == name)
}

/// `E_q[log q - log p]`, with the corners and ends of `p` as further edges; infinite where `p` lacks mass.
fn quadrature(q: &Row, p: &Row) -> f64 {
    // A count just beyond the support of `p`, whose mass may be too small for the atoms.
    if q.law.support().is_discrete() && q.law.log_prob(p.law.support().bounds().1 + 1.0) > f64::NEG_INFINITY {
        return f64::INFINITY;
    }
    // Likewise a density beyond it: laws of this catalogue have mass between any two numbers of their support.
    let (ends, bounds) = (q.law.support().bounds(), p.law.support().bounds());
    if ends.0 < bounds.0 || ends.1 > bounds.1 {
        return f64::INFINITY;
    }
    let atoms = if q.law.support().is_discrete() {
        q.atoms().to_vec()
    } else {
        let (first, last) = (q.edges[0], q.edges[q.edges.len() - 1]);
        let of_p = p.edges.iter().map(|t| q.chart.inverse(p.chart.at(*t).0)).filter(|t| *t > first && *t < last);
        let mut edges: Vec<f64> = q.edges.iter().copied().chain(of_p).collect();
        edges.sort_by(f64::total_cmp);
        q.nodes(&edges)
    };
    // Panels of uneven width say nothing of divergence, so the row's own do.
    let ratio = |x: f64| q.law.log_prob(x) - p.law.log_prob(x);
    match q.integral(ratio) {
        Ok(value) if value.is_finite() => atoms.iter().filter(|a| a.1 > 0.0).map(|&(x, w)| w * ratio(x)).sum(),
        Ok(value) => value,
        Err(near) => panic!("{:?} needs panels that reach further for KL to {:?}, about {near}", q.law, p.law),
    }
}

#[test]
fn every_registered_kl_is_the_mean_log_ratio() {
    for pair in kl_pairs() {
        assert!(rows_of(pair.q).next().is_some() && rows_of(pair.p).next().is_some(), "{pair:?} has no rows");
        for q in rows_of(pair.q) {
            for p in rows_of(pair.p) {
                let (got, expected) = (super::super::kl(&*q.law, &*p.law).unwrap(), quadrature(q, p));
                let miss = apart(got, expected, 1.0 + expected.abs());
                assert!(miss <= 1e-10, "KL({:?} ‖ {:?}) is {got}, by quadrature {expected}", q.law, p.law);
                assert!(got >= 0.0, "KL({:?} ‖ {:?}) is {got}", q.law, p.law);
            }
        }
    }
}

#[test]
fn kl_to_itself_is_zero() {
    for pair in kl_pairs().filter(|pair| pair.q == pair.p) {
        for r in rows_of(pair.q) {
            // The parts of a formula, each of the size of the entropy at most, cancel to their rounding.
            let size = 1.0 + r.law.entropy().abs();
            assert!(super::super::kl(&*r.law, &*r.law).unwrap() <= 16.0 * f64::EPSILON * size, "{:?}", r.law);
        }
    }
}

#[test]
fn kl_is_infinite_where_the_second_law_lacks_mass() {
    let (half, one) = (Bernoulli::from_probs(0.5).unwrap(), Bernoulli::from_probs(1.0).unwrap());
    assert_eq!((half.kl(&one), one.kl(&half)), (f64::INFINITY, 2_f64.ln()));
    let (two, three) = (Categorical::from_probs(&[0.5, 0.5]), Categorical::from_probs(&[0.25, 0.25, 0.5]));
    assert_eq!(three.unwrap().kl(&two.unwrap()), f64::INFINITY);
}

#[test]
fn a_wrong_kl_is_seen() {
    // Negative control: the divergence to a close law, second order in the distance of 1e-4.
    let (q, p) = (row("normal", &[0.0, 1.0], around(0.0, 1.0, 12)), row("normal", &[1e-4, 1.0], around(0.0, 1.0, 12)));
    assert!(quadrature(&q, &p) > 1e-10);
}
