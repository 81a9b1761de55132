//! Divergences: closed form against the `f64` twin, against sums over the support, and 0 at equality.

mod dist_support;

use burn::tensor::{DType, Device, Tensor};
use dist_support::{close, gradient, read};
use reparam::dist::{Bernoulli, Categorical, ContinuousBernoulli, Independent, KlTo, Laplace, LogProb, Normal};
use reparam_core::law::{self, KlTo as TwinKl};

/// `f64`: a few roundings of terms up to 20 times the divergence. `f32`: likewise, to the 1e-6 that the specification asks.
const TYPES: [(DType, f64); 2] = [(DType::F64, 1e-13), (DType::F32, 1e-6)];

/// All pairs of parameter sets as two batches: `left[k][i]`, `right[k][i]`.
fn pairs(sets: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let column = |k: usize, of: &dyn Fn(usize, usize) -> usize| {
        (0..sets.len())
            .flat_map(|i| (0..sets.len()).map(move |j| (i, j)))
            .map(|(i, j)| sets[of(i, j)][k])
            .collect::<Vec<_>>()
    };
    let width = sets[0].len();
    ((0..width).map(|k| column(k, &|i, _| i)).collect(), (0..width).map(|k| column(k, &|_, j| j)).collect())
}

/// The tensor divergence of all pairs of `sets` against `twin`, and its gradient against differences of `twin`.
fn check(sets: &[Vec<f64>], kl: impl Fn(&[Tensor<1>]) -> Tensor<1>, twin: impl Fn(&[f64]) -> f64) {
    let (left, right) = pairs(sets);
    let inputs: Vec<Vec<f64>> = left.into_iter().chain(right).collect();
    for (dtype, tolerance) in TYPES {
        let (value, slopes) = gradient(&inputs, dtype, &kl);
        for i in 0..value.len() {
            let at: Vec<f64> = inputs.iter().map(|x| x[i]).collect();
            close(&format!("KL at {at:?} in {dtype:?}"), value[i], twin(&at), tolerance);
            let (half, equal) = (at.len() / 2, at[..at.len() / 2] == at[at.len() / 2..]);
            if equal {
                assert_eq!(value[i], 0.0, "KL of equal laws at {at:?}");
            }
            for k in 0..at.len() {
                // At |loc_q - loc_p| = 0 the Laplace divergence is smooth; differences across its corner are not.
                let moved = |h: f64| {
                    let mut at = at.clone();
                    at[k] += h;
                    twin(&at)
                };
                let slope = |h: f64| (moved(h) - moved(-h)) / (2.0 * h);
                let expected = (4.0 * slope(5e-4) - slope(1e-3)) / 3.0;
                // A kink in the third derivative costs the Richardson step its order: h² = 1e-6 then.
                let rough = if equal { 1e-6 } else { 2e-9 };
                let tolerance = tolerance.max(rough).max(if dtype == DType::F32 { 4e-6 } else { 0.0 });
                close(&format!("slope {k} of {half} of KL at {at:?}"), slopes[k][i], expected, tolerance);
            }
        }
    }
}

fn sets(values: &[&[f64]]) -> Vec<Vec<f64>> {
    values.iter().map(|v| v.to_vec()).collect()
}

#[test]
fn normal_matches_the_twin() {
    let law = |l: &Tensor<1>, s: &Tensor<1>| Normal::new(l.clone(), s.clone()).unwrap();
    let twin = |l: f64, s: f64| law::Normal::new(l, s).unwrap();
    let sets = sets(&[&[0.0, 1.0], &[0.5, 2.0], &[-1.0, 0.75]]);
    check(&sets, |p| law(&p[0], &p[1]).kl(&law(&p[2], &p[3])), |v| twin(v[0], v[1]).kl(&twin(v[2], v[3])));
}

#[test]
fn normal_from_log_scale_has_the_same_divergence_and_density() {
    let device = Device::flex();
    let (loc, log_scale) = (Tensor::<1>::from_floats([0.5, -1.0], &device), Tensor::from_floats([-0.5, 1.25], &device));
    let a = Normal::from_log_scale(loc.clone(), log_scale.clone()).unwrap();
    let b = Normal::new(loc.clone(), log_scale.exp()).unwrap();
    let standard = Normal::new(loc.zeros_like(), loc.ones_like()).unwrap();
    for (x, y) in [(a.kl(&standard), b.kl(&standard)), (a.log_prob(loc.zeros_like()), b.log_prob(loc.zeros_like()))] {
        for (x, y) in read(x).into_iter().zip(read(y)) {
            close("from_log_scale", x, y, 1e-6);
        }
    }
}

#[test]
fn laplace_matches_the_twin() {
    let law = |l: &Tensor<1>, s: &Tensor<1>| Laplace::new(l.clone(), s.clone()).unwrap();
    let twin = |l: f64, s: f64| law::Laplace::new(l, s).unwrap();
    let sets = sets(&[&[0.0, 1.0], &[0.5, 2.0], &[-1.0, 0.75]]);
    check(&sets, |p| law(&p[0], &p[1]).kl(&law(&p[2], &p[3])), |v| twin(v[0], v[1]).kl(&twin(v[2], v[3])));
}

#[test]
fn bernoulli_matches_the_twin() {
    let law = |l: &Tensor<1>| Bernoulli::from_logits(l.clone());
    let twin = |l: f64| law::Bernoulli::from_logits(l).unwrap();
    check(&sets(&[&[0.0], &[-2.5], &[7.0]]), |p| law(&p[0]).kl(&law(&p[1])), |v| twin(v[0]).kl(&twin(v[1])));
}

#[test]
fn continuous_bernoulli_matches_the_twin() {
    let law = |l: &Tensor<1>| ContinuousBernoulli::from_logits(l.clone());
    let twin = |l: f64| law::ContinuousBernoulli::from_logits(l).unwrap();
    check(&sets(&[&[0.0], &[-2.5], &[0.125], &[12.0]]), |p| law(&p[0]).kl(&law(&p[1])), |v| twin(v[0]).kl(&twin(v[1])));
}

#[test]
fn categorical_matches_the_twin() {
    let law = |l: &[Tensor<1>]| {
        let columns = l.iter().map(|l| l.clone().unsqueeze_dim::<2>(1)).collect();
        Categorical::from_logits(Tensor::cat(columns, 1)).unwrap()
    };
    let twin = |l: &[f64]| law::Categorical::from_logits(l).unwrap();
    check(
        &sets(&[&[0.0, 1.0, -3.0], &[2.0, 0.0, 0.5]]),
        |p| law(&p[..3]).kl(&law(&p[3..])).squeeze_dim(1),
        |v| twin(&v[..3]).kl(&twin(&v[3..])),
    );
}

#[test]
fn independent_sums_the_divergences_of_its_base() {
    let device = Device::flex();
    let normal = |loc: [[f32; 2]; 2]| {
        Normal::new(Tensor::<2>::from_floats(loc, &device), Tensor::ones([1, 1], &device)).unwrap()
    };
    let (q, p) = (normal([[0.0, 1.0], [2.0, 3.0]]), normal([[0.0, 0.0], [0.0, 0.0]]));
    let each = read(q.kl(&p));
    let rows = Independent::new(q.clone(), 1).unwrap().kl(&Independent::new(p.clone(), 1).unwrap());
    assert_eq!(rows.dims(), [2, 1]);
    assert_eq!(read(rows), [each[0] + each[1], each[2] + each[3]]);
    let all = Independent::new(q, 2).unwrap().kl(&Independent::new(p, 2).unwrap());
    assert_eq!((all.dims(), read(all)), ([1, 1], vec![each.iter().sum::<f64>()]));
}

#[test]
fn divergence_is_the_enumerated_mean_log_ratio() {
    let device = Device::flex();
    let bernoulli = |l: [f32; 3]| Bernoulli::from_logits(Tensor::<1>::from_floats(l, &device));
    let (q, p) = (bernoulli([0.5, -2.0, 4.0]), bernoulli([-0.5, -2.5, 1.0]));
    let term = |x: f64| {
        let x = Tensor::<1>::full([3], x, &device);
        q.log_prob(x.clone()).exp() * (q.log_prob(x.clone()) - p.log_prob(x))
    };
    for (sum, closed) in read(term(0.0) + term(1.0)).into_iter().zip(read(q.kl(&p))) {
        close("enumeration", sum, closed, 1e-6);
    }
}
