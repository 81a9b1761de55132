//! Coins and categories: gradients by enumeration, variances where they are finite sums, biases by quadrature.

use burn::tensor::Tensor;
use reparam_core::diagnose::expectation;
use reparam_core::law::family;

use super::{Case, both, means};
use crate::measure::{Options, Problem, Subject, exact};

const UNBIASED: [&str; 9] = [
    "score-function-running-mean",
    "score-function-optimal",
    "nvil",
    "muprop",
    "rebar",
    "relax",
    "measure-valued",
    "local-expectation",
    "partial-enumeration",
];

pub(super) fn cases() -> Vec<Case> {
    let coins = [0.1, 0.5, 0.8].map(coin);
    let relaxed = [(0.3, 0.5), (-1.0, 1.0), (2.0, 0.2)].map(|(logit, temperature)| relaxed(logit, temperature));
    coins.into_iter().chain(relaxed).chain([straight_through(), two_coins(), die(), two_dice(), trapezoid()]).collect()
}

/// One coin of probability p, `(b - 0.45)²`, in the logit.
fn coin(p: f64) -> Case {
    let cost = |b: f64| (b - 0.45) * (b - 0.45);
    let (one, zero) = (cost(1.0), cost(0.0));
    let gap = one - zero;
    let g = p * (1.0 - p) * gap;
    let square = gap * gap;
    // q is the larger of the two probabilities.
    let q = p.max(1.0 - p);
    let reinforce = p * (one * (1.0 - p)).powi(2) + (1.0 - p) * (zero * p).powi(2) - g * g;
    let rloo = p * (1.0 - p) * square * (0.5 - p * (1.0 - p));
    let arm = 2.0 / 3.0 * square * (0.125 - (q - 0.5).powi(3)) - g * g;
    let disarm = square * q * q * (1.0 - q) * (0.5 - (1.0 - q));
    Case {
        name: format!("coin({p}), (b - 0.45)^2"),
        problem: Problem::new(Subject::Coins(vec![(p / (1.0 - p)).ln()]), |b| (b - 0.45).square().squeeze_dim::<2>(2)),
        options: Options::default(),
        claims: [
            both("enumerate", &[g], &[0.0]),
            both("score-function", &[g], &[reinforce]),
            both("rloo", &[g], &[rloo]),
            both("arm", &[g], &[arm]),
            both("disarm", &[g], &[disarm]),
            means(&UNBIASED, &[g]),
        ]
        .concat(),
    }
}

/// One coin, a cubic cost: relaxed gradients are those of one-dimensional integrals over logistic noise.
fn relaxed(logit: f64, temperature: f64) -> Case {
    let slope = |b: f64| 3.0 * b * b - 1.0;
    let law = family("logistic").and_then(|f| f.build(&[logit, 1.0]).ok()).expect("a finite location");
    let mean = |f: &dyn Fn(f64) -> f64| {
        let found = expectation(law.as_ref(), &mut |z, out, _| out.iter_mut().zip(z).for_each(|(o, z)| *o = f(*z)));
        found.map_or(f64::NAN, |e| e.value)
    };
    let soft = |z: f64| 1.0 / (1.0 + (-z / temperature).exp());
    let steep = |z: f64| soft(z) * (1.0 - soft(z)) / temperature;
    let relaxed = mean(&|z| slope(soft(z)) * steep(z));
    let through = mean(&|z| slope(f64::from(z > 0.0)) * steep(z));
    let p = 1.0 / (1.0 + (-logit).exp());
    Case {
        name: format!("coin of logit {logit}, b^3 - b, temperature {temperature}"),
        problem: Problem::new(Subject::Coins(vec![logit]), |b: Tensor<3>| {
            (b.clone().powi_scalar(3) - b).squeeze_dim::<2>(2)
        }),
        options: Options { temperature, ..Options::default() },
        claims: [
            means(&["gumbel-softmax"], &[relaxed]),
            means(&["gumbel-straight-through", "gumbel-rao"], &[through]),
            means(&["straight-through"], &[p * (1.0 - p) * (p * slope(1.0) + (1.0 - p) * slope(0.0))]),
            // The trapezoidal rule for a difference of 0.
            means(&["reinmax"], &[p * (1.0 - p) * (slope(0.0) + slope(1.0)) / 2.0]),
            means(&["rebar", "relax", "muprop", "disarm", "arm"], &[0.0]),
        ]
        .concat(),
    }
}

/// A linear cost of three categories: straight-through is right.
fn straight_through() -> Case {
    let problem =
        Problem::new(Subject::Categories(vec![vec![0.2, -0.5, 1.0]]), |x: Tensor<3>| table(x, &[1.0, 0.3, 2.0]));
    let gradient = known(&problem);
    let claims = means(&["straight-through", "reinmax", "muprop", "disarm", "rebar"], &gradient);
    Case { name: "three categories, a table of costs".into(), problem, options: Options::default(), claims }
}

/// A quadratic cost of three categories: `ReinMax` is right.
fn trapezoid() -> Case {
    let problem = Problem::new(Subject::Categories(vec![vec![0.2, -0.5, 1.0]]), |x: Tensor<3>| {
        (table(x, &[1.0, -0.3, 2.0]) - 0.4).square()
    });
    let gradient = known(&problem);
    let claims = means(&["reinmax"], &gradient);
    Case { name: "three categories, a quadratic cost".into(), problem, options: Options::default(), claims }
}

fn two_coins() -> Case {
    let problem = Problem::new(Subject::Coins(vec![0.4, -1.1]), |b: Tensor<3>| {
        let sum = table(b.clone(), &[1.0, 2.0]);
        let product = b.clone().narrow(2, 0, 1) * b.narrow(2, 1, 1);
        (sum - 0.7).square() + product.squeeze_dim::<2>(2) * 1.5
    });
    let gradient = known(&problem);
    let claims =
        [means(&["enumerate", "score-function", "rloo", "arm", "disarm"], &gradient), means(&UNBIASED, &gradient)]
            .concat();
    Case { name: "two coins that meet in the cost".into(), problem, options: Options::default(), claims }
}

fn die() -> Case {
    let problem = Problem::new(Subject::Categories(vec![vec![0.0, 0.7, -0.4, 0.1]]), |x: Tensor<3>| {
        table(x, &[0.3, -1.0, 2.0, 0.5]).exp()
    });
    let gradient = known(&problem);
    let claims =
        [means(&["enumerate", "score-function", "rloo", "disarm"], &gradient), means(&UNBIASED, &gradient)].concat();
    Case { name: "four categories, exp of a table".into(), problem, options: Options::default(), claims }
}

fn two_dice() -> Case {
    let logits = vec![vec![0.0, 0.7, -0.4], vec![1.0, 0.0, 0.5]];
    let problem = Problem::new(Subject::Categories(logits), |x: Tensor<3>| {
        (table(x, &[0.3, -1.0, 2.0, 0.5, 1.0, -0.2]) - 0.6).square()
    });
    let gradient = known(&problem);
    let claims =
        [means(&["enumerate", "score-function", "rloo", "disarm"], &gradient), means(&UNBIASED, &gradient)].concat();
    Case {
        name: "two variables of three categories that meet in the cost".into(),
        problem,
        options: Options::default(),
        claims,
    }
}

/// `Σ x_k t_k` of each draw.
fn table(x: Tensor<3>, values: &[f64]) -> Tensor<2> {
    let data = burn::tensor::TensorData::new(values.to_vec(), [1, 1, values.len()]);
    let table = Tensor::<3>::from_data(data, (&x.device(), x.dtype()));
    (x * table).sum_dim(2).squeeze_dim::<2>(2)
}

/// By enumeration, which the coins above check against a closed form.
fn known(problem: &Problem) -> Vec<f64> {
    exact(problem).map_or_else(|_| vec![f64::NAN; problem.parameters().len()], |e| e.gradient)
}
