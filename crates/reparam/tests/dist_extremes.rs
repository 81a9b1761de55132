//! Log-densities and their gradients at 0 and at logits of ±1e4, in `f32`.

use burn::tensor::{Device, Tensor};
use reparam::dist::{
    Bernoulli, Categorical, ContinuousBernoulli, Distribution, Entropy, KlTo, Laplace, LogProb, Moments, Normal,
    Rsample, Sample,
};

const LOGITS: [f32; 9] = [-1e4, -100.0, -20.0, -1e-6, 0.0, 1e-6, 20.0, 100.0, 1e4];

fn leaf(values: &[f32]) -> Tensor<1> {
    Tensor::<1>::from_floats(values, &Device::flex().autodiff()).require_grad()
}

#[allow(clippy::needless_pass_by_value, reason = "reading is the last thing done to a tensor")]
fn read(tensor: Tensor<1>) -> Vec<f32> {
    tensor.try_to_vec_as::<f32>().unwrap()
}

/// Value of `f` at the extreme logits, and its gradient.
fn at_extremes(f: impl Fn(Tensor<1>) -> Tensor<1>) -> Vec<(f64, f64)> {
    let logits = leaf(&LOGITS);
    let value = f(logits.clone());
    let grads = value.backward();
    let both: Vec<(f64, f64)> =
        read(value).into_iter().zip(read(logits.grad(&grads).unwrap())).map(|(v, g)| (v.into(), g.into())).collect();
    assert!(both.iter().all(|(v, g)| v.is_finite() && g.is_finite()), "{both:?}");
    both
}

/// Against the value and derivative in `f64`, to a few `f32` roundings relative to the size of either.
fn matches(f: impl Fn(Tensor<1>) -> Tensor<1>, expected: impl Fn(f64) -> (f64, f64)) {
    for ((value, slope), l) in at_extremes(f).into_iter().zip(LOGITS) {
        let (v, s) = expected(f64::from(l));
        assert!((value - v).abs() <= 4e-7 * (v.abs() + 1e-3), "value at {l}: {value}, expected {v}");
        assert!((slope - s).abs() <= 4e-7 * (s.abs() + 1.0), "slope at {l}: {slope}, expected {s}");
    }
}

fn sigmoid(l: f64) -> f64 {
    1.0 / (1.0 + (-l).exp())
}

/// `log(1 + e^l)`, to full precision for negative `l`.
fn softplus(l: f64) -> f64 {
    l.max(0.0) + (-l.abs()).exp().ln_1p()
}

#[test]
fn bernoulli_log_prob() {
    for x in [0.0, 1.0] {
        matches(
            |l| Bernoulli::from_logits(l.clone()).log_prob(l.full_like(x)),
            |l| (if x == 1.0 { -softplus(-l) } else { -softplus(l) }, x - sigmoid(l)),
        );
    }
}

#[test]
fn bernoulli_log_prob_of_a_grey_level() {
    // Between the ends the value itself is of the size of the logits: 4 roundings of that size.
    for ((value, slope), l) in
        at_extremes(|l| Bernoulli::from_logits(l.clone()).log_prob(l.full_like(0.25))).into_iter().zip(LOGITS)
    {
        let l = f64::from(l);
        assert!((value - (0.25 * l - softplus(l))).abs() <= 3e-7 * (l.abs() + 1.0));
        assert!((slope - (0.25 - sigmoid(l))).abs() <= 3e-7);
    }
}

#[test]
fn bernoulli_entropy_and_divergence() {
    matches(
        |l| Bernoulli::from_logits(l).entropy(),
        |l| {
            let a = l.abs();
            ((-a).exp().ln_1p() + a * sigmoid(-a), -l * sigmoid(l) * sigmoid(-l))
        },
    );
    let p = || Bernoulli::from_logits(Tensor::<1>::from_floats([0.5], &Device::flex()));
    for (value, _) in at_extremes(|l| Bernoulli::from_logits(l).kl(&p())) {
        assert!(value >= 0.0 && value <= softplus(0.5) + 1e-6);
    }
    at_extremes(|l| p().kl(&Bernoulli::from_logits(l)));
    let opposite = at_extremes(|l| Bernoulli::from_logits(l.clone()).kl(&Bernoulli::from_logits(l.neg())));
    assert_eq!((opposite[0].0, opposite[8].0), (1e4, 1e4));
}

#[test]
fn bernoulli_from_probs_is_finite_at_0_and_1() {
    let probs = leaf(&[0.0, 1e-30, 0.5, 1.0]);
    let law = Bernoulli::from_probs(probs.clone());
    let log_prob = law.log_prob(probs.full_like(1.0));
    let grads = log_prob.backward();
    let slopes = read(probs.grad(&grads).unwrap());
    assert!(read(log_prob).iter().chain(&slopes).all(|x| x.is_finite()));
    assert!((slopes[2] - 2.0).abs() < 1e-6);
    assert_eq!(read(law.mean()), [0.0, 1e-30, 0.5, 1.0]);
    assert_eq!(read(law.sample(Tensor::full([4], 0.75, &Device::flex()))), [0.0, 0.0, 0.0, 1.0]);
}

#[test]
fn continuous_bernoulli_at_the_likely_end_and_at_zero() {
    for x in [0.0_f32, 1.0] {
        matches(
            |l| ContinuousBernoulli::from_logits(l.clone()).log_prob(l.full_like(x)),
            |l| {
                let law = reparam_core::law::ContinuousBernoulli::from_logits(l).unwrap();
                let mut slope = [0.0];
                reparam_core::law::Law::score(&law, x.into(), &mut slope);
                (reparam_core::law::Law::log_prob(&law, x.into()), slope[0])
            },
        );
    }
    at_extremes(|l| ContinuousBernoulli::from_logits(l).log_normaliser());
    at_extremes(|l| ContinuousBernoulli::from_logits(l).mean());
    at_extremes(|l| ContinuousBernoulli::from_logits(l).variance());
    at_extremes(|l| ContinuousBernoulli::from_logits(l).entropy());
    at_extremes(|l| ContinuousBernoulli::from_logits(l.clone()).rsample(l.full_like(0.3)));
}

#[test]
fn the_log_normaliser_is_the_published_one() {
    // C(λ) = 2 atanh(1 - 2λ) / (1 - 2λ), eq. 7, away from λ = ½; log 2 at it.
    let logits = leaf(&[-3.0, 0.0, 2.0]);
    let value = read(ContinuousBernoulli::from_logits(logits).log_normaliser());
    for (got, l) in value.into_iter().zip([-3.0, 0.0, 2.0]) {
        let odd = 1.0 - 2.0 * sigmoid(l);
        let expected = if l == 0.0 { 2_f64.ln() } else { (2.0 * odd.atanh() / odd).ln() };
        assert!((f64::from(got) - expected).abs() < 2e-7);
    }
}

#[test]
fn categorical_of_far_apart_logits() {
    let logits = leaf(&[1e4, -1e4, 0.0, 9.9e3]);
    let law = Categorical::from_logits(logits.clone()).unwrap();
    let one = |k: i32| law.log_prob(Tensor::full([1], k, &Device::flex()));
    assert_eq!(read(one(1)), [-2e4]);
    let loss = law.entropy() + one(0) + law.kl(&Categorical::from_logits(logits.clone().neg()).unwrap());
    let grads = loss.backward();
    assert!(read(loss).iter().chain(&read(logits.grad(&grads).unwrap())).all(|x| x.is_finite()));
    assert_eq!(law.mode().into_scalar::<i32>(), 0);
}

#[test]
fn categorical_from_probs_is_finite_at_0() {
    let probs = leaf(&[0.0, 0.25, 0.75]);
    let law = Categorical::from_probs(probs.clone()).unwrap();
    let grads = law.entropy().backward();
    assert!(read(probs.grad(&grads).unwrap()).iter().all(|x| x.is_finite()));
    let entropy = -(0.25 * 0.25_f64.ln() + 0.75 * 0.75_f64.ln());
    assert!((f64::from(read(law.entropy())[0]) - entropy).abs() < 2e-7);
}

#[test]
fn the_laplace_corner_has_gradient_zero_and_its_tails_are_finite() {
    let loc = leaf(&[2.0]);
    let law = Laplace::new(loc.clone(), loc.clone().inner()).unwrap();
    let grads = law.log_prob(Tensor::from_floats([2.0], &Device::flex())).backward();
    assert_eq!(read(loc.grad(&grads).unwrap()), [0.0]);
    // The smallest and largest uniform draws in f32.
    let u = Tensor::<1>::from_floats([2_f32.powi(-24), 1.0 - 2_f32.powi(-24)], &Device::flex());
    let draws = read(law.unsqueeze::<1>().rsample(u));
    let far = 23.0 * 2_f32.ln() * 2.0;
    assert!((draws[0] - (2.0 - far)).abs() < 1e-5 && (draws[1] - (2.0 + far)).abs() < 1e-5);
}

#[test]
fn detached_laws_send_the_gradient_to_the_value_alone() {
    let (loc, z) = (leaf(&[0.5]), leaf(&[2.0]));
    let law = Normal::new(loc.clone(), loc.clone() * 2.0).unwrap().detach();
    let grads = law.log_prob(z.clone()).backward();
    assert!(loc.grad(&grads).is_none());
    assert_eq!(read(z.grad(&grads).unwrap()), [-1.5]);
}
