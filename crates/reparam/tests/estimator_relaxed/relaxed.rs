//! Gumbel-Softmax and its straight-through forms against quadrature.

use burn::tensor::{DType, Tensor};
use reparam::dist::{Bernoulli, OneHotCategorical};
use reparam::estimator::{Discrete, Draws, Estimator, EstimatorError, GumbelSoftmaxGradient, StraightThrough};
use reparam_core::diagnose::Moments;

use crate::support::{
    SIGMAS, close, coin, device, die, draws, integral, mean_score, numbers, only, per_row, rows, sigmoid,
    variance_score,
};

const LOGIT: f64 = 0.4;

fn cost(x: Tensor<3>) -> Tensor<2> {
    only((x - 0.45).powi_scalar(3) * 2.0)
}

fn value(x: f64) -> f64 {
    2.0 * (x - 0.45).powi(3)
}

fn slope(x: f64) -> f64 {
    6.0 * (x - 0.45).powi(2)
}

/// `E[f(z); z < 0]` and `E[f(z); z > 0]`, `z = LOGIT + logistic noise`.
fn over_noise(f: impl Fn(f64) -> f64) -> [f64; 2] {
    let at = |z: f64| f(z) * sigmoid(z - LOGIT) * sigmoid(LOGIT - z);
    // Panels of 0.1 against features of σ(z/τ), τ of 0.3 and more, whose nearest poles are 0.9 away: 32 orders of 0.05/0.9 leave rounding. The
    // tails beyond 40 weigh e^-40.
    [integral(-40.0, 0.0, 400, at), integral(0.0, 40.0, 400, at)]
}

/// Slope of the relaxed coin in its logit at fixed noise.
fn soft_slope(z: f64, temperature: f64) -> f64 {
    let soft = sigmoid(z / temperature);
    soft * (1.0 - soft) / temperature
}

#[test]
fn gumbel_softmax_has_the_gradient_of_the_relaxed_cost() {
    for temperature in [0.3, 0.7, 2.0] {
        // ∫ f(σ(z/τ)) (-g'(z - l)) dz with the logistic density g: an integral without the path.
        let density_slope = |z: f64| {
            let p = sigmoid(z - LOGIT);
            p * (1.0 - p) * (2.0 * p - 1.0)
        };
        let of_relaxed = integral(-40.0, 40.0, 800, |z| value(sigmoid(z / temperature)) * density_slope(z));
        let by_path = over_noise(|z| slope(sigmoid(z / temperature)) * soft_slope(z, temperature));
        close("two integrals", by_path[0] + by_path[1], of_relaxed, 1e-13);
        let logits = rows(&[LOGIT], 100_000);
        let noise = draws(1);
        let all = per_row(&GumbelSoftmaxGradient::new(temperature), &coin(&logits), &logits, &cost, &noise).column(0);
        let off = mean_score(&all, of_relaxed);
        assert!(off.abs() < SIGMAS, "temperature {temperature}: {off} standard errors");
        // The gradient of the law's own cost is another one, and 10⁵ rows see it.
        let hard = sigmoid(LOGIT) * (1.0 - sigmoid(LOGIT)) * (value(1.0) - value(0.0));
        assert!(mean_score(&all, hard).abs() > SIGMAS, "temperature {temperature}");
        // Draw by draw, at the noise that it took.
        let perturbed = numbers(coin(&logits).perturb(noise.perturbation(&coin(&logits))));
        for (got, z) in all.iter().zip(perturbed).take(1000) {
            close("one draw", *got, slope(sigmoid(z / temperature)) * soft_slope(z, temperature), 1e-13);
        }
    }
}

#[test]
fn the_bias_of_gumbel_straight_through_is_that_of_the_quadrature() {
    for temperature in [0.3, 1.0] {
        let [tails, heads] = over_noise(|z| soft_slope(z, temperature));
        let expected = slope(0.0) * tails + slope(1.0) * heads;
        let logits = rows(&[LOGIT], 100_000);
        let noise = draws(1);
        let all = per_row(&StraightThrough::gumbel(temperature), &coin(&logits), &logits, &cost, &noise);
        let column = all.column(0);
        let off = mean_score(&column, expected);
        assert!(off.abs() < SIGMAS, "temperature {temperature}: {off} standard errors");
        let exact = sigmoid(LOGIT) * (1.0 - sigmoid(LOGIT)) * (value(1.0) - value(0.0));
        assert!(mean_score(&column, exact).abs() > 2.0 * SIGMAS, "temperature {temperature}: the bias must be seen");
        let perturbed = numbers(coin(&logits).perturb(noise.perturbation(&coin(&logits))));
        for ((got, draw), z) in column.iter().zip(&all.draws).zip(perturbed).take(1000) {
            assert_eq!(draw[0], f64::from(z > 0.0));
            close("one draw", *got, slope(draw[0]) * soft_slope(z, temperature), 1e-13);
        }
    }
}

#[test]
fn two_categories_are_a_coin() {
    // The difference of two Gumbel numbers is logistic, and the slope in the second logit is that in the first with the other sign.
    let (temperature, n) = (0.7, 100_000);
    let logits = rows(&[LOGIT + 0.3, 0.3], n);
    let first = |x: Tensor<3>| cost(x.narrow(2, 0, 1));
    let soft = over_noise(|z| slope(sigmoid(z / temperature)) * soft_slope(z, temperature));
    let [tails, heads] = over_noise(|z| soft_slope(z, temperature));
    let estimators: [(&dyn Estimator<OneHotCategorical<3>, 3>, f64); 2] = [
        (&GumbelSoftmaxGradient::new(temperature), soft[0] + soft[1]),
        (&StraightThrough::gumbel(temperature), slope(0.0) * tails + slope(1.0) * heads),
    ];
    for (estimator, expected) in estimators {
        let all = per_row(estimator, &die(&logits), &logits, &first, &draws(1));
        let off = mean_score(&all.column(0), expected);
        assert!(off.abs() < SIGMAS, "{}: {off} standard errors", estimator.name());
        // Softmax of two numbers, a few roundings of numbers below 10.
        assert!(all.gradients.iter().all(|g| (g[0] + g[1]).abs() < 1e-14), "{}", estimator.name());
    }
}

/// Mean and variance of the relaxed slope given the draw: tails, heads.
fn given(temperature: f64) -> [[f64; 2]; 2] {
    let chance = [sigmoid(-LOGIT), sigmoid(LOGIT)];
    let first = over_noise(|z| soft_slope(z, temperature));
    let second = over_noise(|z| soft_slope(z, temperature).powi(2));
    [0, 1].map(|b| {
        let mean = first[b] / chance[b];
        [mean, second[b] / chance[b] - mean * mean]
    })
}

#[test]
fn gumbel_rao_has_the_mean_of_gumbel_straight_through_and_the_variance_of_its_inner_draws() {
    let (temperature, chance) = (0.5, [sigmoid(-LOGIT), sigmoid(LOGIT)]);
    let parts = given(temperature);
    let slopes = [slope(0.0), slope(1.0)];
    let sum = |f: &dyn Fn(usize) -> f64| chance[0] * f(0) + chance[1] * f(1);
    let mean = sum(&|b| slopes[b] * parts[b][0]);
    let between = sum(&|b| (slopes[b] * parts[b][0] - mean).powi(2));
    let within = sum(&|b| slopes[b].powi(2) * parts[b][1]);
    let logits = rows(&[LOGIT], 40_000);
    let run = |estimator: StraightThrough, site: &str| {
        per_row(&estimator, &coin(&logits), &logits, &cost, &draws(1).site(site)).column(0)
    };
    let one = run(StraightThrough::gumbel(temperature), "gumbel");
    for inner in [1, 4, 32] {
        let all = run(StraightThrough::rao_blackwell(temperature, inner), "rao");
        let (off, spread) = (mean_score(&all, mean), variance_score(&all, between + within / inner as f64));
        assert!(off.abs() < SIGMAS, "{inner} inner draws: the mean is {off} standard errors off");
        assert!(spread.abs() < SIGMAS, "{inner} inner draws: the variance is {spread} standard errors off");
        if inner > 1 {
            // The ratio of variances, by the delta method on its logarithm.
            let (a, b) = (Moments::of(&all), Moments::of(&one));
            let error = (a.variance_error() / a.variance()).hypot(b.variance_error() / b.variance());
            let ratio = (a.variance() / b.variance()).ln();
            assert!(ratio + SIGMAS * error < 0.0, "{inner} inner draws: ln of the ratio {ratio} ± {error}");
            let expected = ((between + within / inner as f64) / (between + within)).ln();
            assert!((ratio - expected).abs() < SIGMAS * error);
        }
    }
    // A control: letting the noise move with the logits would make it the gradient of another mean, Σ f'(b) p_b ∂/∂l E[soft | b].
    let conditional = |b: usize, logit: f64| {
        let edge = sigmoid(-logit);
        let at = |u: f64| sigmoid((logit + (u / (1.0 - u)).ln()) / temperature);
        if b == 0 { integral(0.0, edge, 128, at) / edge } else { integral(edge, 1.0, 128, at) / (1.0 - edge) }
    };
    let moved = sum(&|b| slopes[b] * (conditional(b, LOGIT + 1e-4) - conditional(b, LOGIT - 1e-4)) / 2e-4);
    let all = run(StraightThrough::rao_blackwell(temperature, 32), "rao");
    assert!(mean_score(&all, moved).abs() > 2.0 * SIGMAS, "moved noise must be told apart");
}

#[test]
fn gumbel_rao_of_categories_has_the_mean_of_gumbel_straight_through() {
    let logits = rows(&[0.5, -0.5, 0.2], 40_000);
    let cost = |x: Tensor<3>| {
        let weights = Tensor::<1>::from_floats([1.0, -1.0, 2.0], &x.device()).cast(DType::F64).reshape([1, 1, 3]);
        only((x * weights).sum_dim(2)).powi_scalar(3)
    };
    let run = |estimator: StraightThrough, site: &str| {
        per_row(&estimator, &die(&logits), &logits, &cost, &draws(1).site(site))
    };
    let (one, many) =
        (run(StraightThrough::gumbel(0.7), "gumbel"), run(StraightThrough::rao_blackwell(0.7, 16), "rao"));
    for k in 0..3 {
        let (a, b) = (Moments::of(&one.column(k)), Moments::of(&many.column(k)));
        // Three parameters: 3e-6 in all.
        let off = (a.mean() - b.mean()) / a.standard_error().hypot(b.standard_error());
        assert!(off.abs() < SIGMAS, "parameter {k}: {off} standard errors");
        let error = (a.variance_error() / a.variance()).hypot(b.variance_error() / b.variance());
        assert!((b.variance() / a.variance()).ln() + SIGMAS * error < 0.0, "parameter {k}");
    }
}

fn estimators(temperature: f64) -> (GumbelSoftmaxGradient, [StraightThrough; 3]) {
    let others = [
        StraightThrough::gumbel(temperature),
        StraightThrough::gapped(temperature, 1.0),
        StraightThrough::rao_blackwell(temperature, 2),
    ];
    (GumbelSoftmaxGradient::new(temperature), others)
}

#[test]
fn cold_temperatures_and_large_logits_give_finite_gradients() {
    for dtype in [DType::F32, DType::F64] {
        let logits = Tensor::<1>::from_floats([30.0, -30.0, 0.0, 30.0], &device()).cast(dtype).reshape([1, 1, 4]);
        let logits = logits.repeat_dim(1, 500).require_grad();
        let cost = |x: Tensor<3>| x.square().sum_dim(2).squeeze_dim::<2>(2);
        let (soft, hard) = estimators(0.01);
        let mut of_coins: Vec<&dyn Estimator<Bernoulli<3>, 3>> = vec![&soft];
        let mut of_dice: Vec<&dyn Estimator<OneHotCategorical<3>, 3>> = vec![&soft];
        let plain = [StraightThrough::new(), StraightThrough::reinmax()];
        for e in hard.iter().chain(&plain) {
            of_coins.push(e);
            of_dice.push(e);
        }
        let finite = |name: &str, all: Vec<Vec<f64>>| {
            assert!(all.iter().flatten().all(|g| g.is_finite()), "{name} in {dtype:?}");
        };
        for e in of_coins {
            finite(e.name(), per_row(e, &coin(&logits), &logits, &cost, &draws(1)).gradients);
        }
        for e in of_dice {
            finite(e.name(), per_row(e, &die(&logits), &logits, &cost, &draws(1)).gradients);
        }
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_a_typed_error() {
    let logits = rows(&[0.1, 0.2], 2);
    let law = coin(&logits);
    let cost = |x: Tensor<3>| x.sum_dim(2).squeeze_dim::<2>(2);
    let refuse = |estimator: &dyn Estimator<Bernoulli<3>, 3>, noise: &Draws| {
        estimator.estimate(&law, &cost, noise).expect_err("it must be refused")
    };
    for temperature in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let (soft, hard) = estimators(temperature);
        for error in [refuse(&soft, &draws(1))].into_iter().chain(hard.iter().map(|e| refuse(e, &draws(1)))) {
            assert!(matches!(error, EstimatorError::Unfit { .. }), "{error}");
            assert!(error.to_string().contains("temperature must be finite and > 0"), "{error}");
        }
    }
    for estimator in [StraightThrough::gapped(1.0, -0.5), StraightThrough::rao_blackwell(1.0, 0)] {
        assert!(matches!(refuse(&estimator, &draws(1)), EstimatorError::Unfit { .. }));
    }
    assert!(matches!(refuse(&StraightThrough::new(), &draws(0)), EstimatorError::Draws { .. }));
    let wrong = |x: Tensor<3>| x.sum_dim(2).squeeze_dim::<2>(2).narrow(0, 0, 1);
    let error = StraightThrough::new().estimate(&law, &wrong, &draws(3)).expect_err("the shape is wrong");
    assert!(matches!(error, EstimatorError::Shape { .. }), "{error}");
}

#[test]
fn relaxed_costs_are_never_reported_as_the_cost() {
    let logits = rows(&[0.1, 0.2], 3);
    let cost = |x: Tensor<3>| x.square().sum_dim(2).squeeze_dim::<2>(2);
    let estimate = GumbelSoftmaxGradient::new(0.5).estimate(&coin(&logits), &cost, &draws(4)).expect("it fits");
    assert!(estimate.cost.is_none() && estimate.costs.is_none());
    assert_eq!(estimate.relaxed_cost.expect("there is one").dims(), [3]);
}
