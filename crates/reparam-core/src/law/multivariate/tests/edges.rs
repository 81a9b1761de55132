//! Wrong lengths, order of draws, and extreme parameters.

use super::*;
use crate::noise::Key;

#[test]
fn a_draw_depends_on_stream_and_index_alone() {
    let stream = Key::new(3).site("order").step(2);
    for r in table() {
        let n = r.law.len();
        let mut all = vec![0.0; 20 * n];
        r.law.fill(&stream, 5, &mut all);
        for i in (0..20).rev() {
            let mut one = vec![0.0; n];
            r.law.draw(&stream, 5 + i, &mut one);
            assert_eq!(one, all[i as usize * n..(i as usize + 1) * n], "{:?}", r.law);
        }
        // Two draws of a few isolated points may be the same, twenty are not.
        assert!(r.chart.is_discrete() || all[..n] != all[n..2 * n], "{:?}", r.law);
        let mut other = vec![0.0; 20 * n];
        r.law.fill(&stream.branch(1), 5, &mut other);
        assert_ne!(other, all, "{:?}", r.law);
    }
}

#[test]
fn wrong_lengths_do_no_harm() {
    for r in table() {
        let n = r.law.len();
        for x in [vec![], vec![0.5; n + 1], vec![f64::NAN; n], vec![f64::INFINITY; n]] {
            assert!(!r.law.contains(&x));
            assert_eq!(r.law.log_prob(&x), f64::NEG_INFINITY, "{:?}", r.law);
            let mut out = vec![0.0; r.width()];
            r.law.score(&x, &mut out);
            assert!(out.iter().all(|s| s.is_nan()));
            let mut out = vec![0.0; n];
            r.law.log_prob_slope(&x, &mut out);
            assert!(out.iter().all(|s| s.is_nan()));
            if let Some(path) = r.law.as_pathwise() {
                let mut out = vec![0.0; r.width()];
                path.pull_back(&x, &vec![1.0; n], &mut out);
                assert!(out.iter().all(|s| s.is_nan()));
            }
        }
        let x = r.draws(1).remove(0);
        let mut short = [0.0; 1];
        r.law.score(&x, &mut short);
        r.law.log_prob_slope(&x, &mut short);
        r.law.draw(&Key::new(0).step(0), 0, &mut short);
        if let Some(path) = r.law.as_pathwise() {
            path.pull_back(&x, &vec![1.0; n], &mut short);
            path.pull_back(&x, &[], &mut short);
        }
    }
}

#[test]
fn families_refuse_what_does_not_fit() {
    for r in table() {
        let family = r.law.family();
        if family.parameters.is_empty() {
            continue;
        }
        assert!(family.build(&[]).is_err());
        let given = r.law.parameters();
        for p in 0..given.len() {
            for broken in [vec![], vec![f64::NAN; given[p].len()]] {
                let mut values: Vec<&[f64]> = given.iter().map(Vec::as_slice).collect();
                values[p] = &broken;
                let empty_factor = family.parameters[p].name == "cov_factor" && broken.is_empty();
                assert!(family.build(&values).is_err() || empty_factor, "{} {p}", family.name);
            }
        }
    }
}

/// `log_prob`, score and path at 200 draws; how many of them had rounded to the edge of the support.
fn finite_at_draws(law: &dyn MultivariateLaw, stream: &Stream) -> usize {
    let n = law.len();
    let width: usize = law.parameters().iter().map(Vec::len).sum();
    let mut outside = 0;
    for index in 0..200 {
        let mut z = vec![0.0; n];
        law.draw(stream, index, &mut z);
        assert!(z.iter().all(|z| z.is_finite()), "{z:?} of {law:?}");
        if !law.contains(&z) {
            outside += 1;
            continue;
        }
        assert!(law.log_prob(&z).is_finite(), "log_prob at {z:?} of {law:?}");
        let mut out = vec![0.0; width];
        law.score(&z, &mut out);
        assert!(out.iter().all(|s| s.is_finite()), "score at {z:?} of {law:?}: {out:?}");
        if let Some(path) = law.as_pathwise() {
            let mut out = vec![0.0; width];
            path.pull_back(&z, &vec![1.0; n], &mut out);
            assert!(out.iter().all(|s| s.is_finite()), "path at {z:?} of {law:?}: {out:?}");
        }
    }
    outside
}

#[test]
fn random_parameters_give_finite_numbers() {
    let stream = Key::new(10).site("fuzz").step(0);
    let mut tried = 0;
    for (place, r) in table().iter().filter(|r| !r.law.family().parameters.is_empty()).enumerate() {
        for case in 0..20 {
            // Each parameter times a power of ten between -4 and 4; what breaks a rule is refused.
            let factor = |p: usize| {
                let u: f64 = stream.branch(place as u64).branch(p as u64).draw(Noise::Uniform, case);
                if r.kinds[p] == Kind::Fixed { 1.0 } else { 10.0_f64.powf(8.0 * u - 4.0) }
            };
            let parameters = r.law.parameters().into_iter().enumerate();
            let values: Vec<Vec<f64>> = parameters.map(|(p, v)| v.iter().map(|v| factor(p) * v).collect()).collect();
            let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
            let Ok(law) = r.law.family().build(&values) else { continue };
            tried += 1;
            // Matrices with few degrees of freedom are singular to rounding now and then.
            assert!(finite_at_draws(&*law, &stream) < 100, "{law:?}");
        }
    }
    assert!(tried > 300, "{tried}");
}

#[test]
fn extreme_parameters_give_finite_numbers() {
    let stream = Key::new(9).site("extremes").step(0);
    for law in rows::extremes() {
        assert_eq!(finite_at_draws(&*law, &stream), 0, "{law:?}");
        assert!(law.entropy().is_finite() || !law.family().closed_entropy, "entropy of {law:?}");
        // A t law has no variance from two degrees of freedom down.
        let without = law.as_any().is::<MultivariateStudentT>() && law.parameters()[0][0] <= 2.0;
        let finite = law.mean().iter().chain(&law.variance()).all(|m| m.is_finite());
        assert!(finite || without, "moments of {law:?}");
    }
}
