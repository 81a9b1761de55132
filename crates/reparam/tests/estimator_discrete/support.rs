//! Problems with known gradients, laws whose draws and noise the test chooses, and the estimates that these give.

use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};
use reparam::dist::{Bernoulli, Distribution, LogProb, OneHotCategorical, Sample, Support, ValueError};
use reparam::estimator::{Discrete, Draws, Estimate, Estimator, ScoreNorm};
use reparam::noise::{Key, Noise};

pub fn device() -> Device {
    Device::flex().autodiff()
}

pub fn constant<const D: usize>(values: &[f64], shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), (&device(), DType::F64))
}

pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    let tensor = if tensor.is_autodiff() { tensor.inner() } else { tensor };
    tensor.to_data_as::<f64>().iter::<f64>().collect()
}

pub fn draws(count: usize) -> Draws {
    Draws::new(count, Key::new(8).site("estimator-discrete"), 0)
}

/// Laws that are built from logits.
pub trait FromLogits<const D: usize>: Discrete<D> + ScoreNorm<D> {
    fn from_logits_of(logits: Tensor<D>) -> Self;
}

impl<const D: usize> FromLogits<D> for Bernoulli<D> {
    fn from_logits_of(logits: Tensor<D>) -> Self {
        Self::from_logits(logits)
    }
}

impl<const D: usize> FromLogits<D> for OneHotCategorical<D> {
    fn from_logits_of(logits: Tensor<D>) -> Self {
        Self::from_logits(logits).expect("there are categories")
    }
}

/// One row: its logits, and the categories of one variable (1 for coins).
///
/// Its cost is `f(x; w, l) = (a·x - w)² + exp(0.4 b·x) + 0.3 l·x`, with a parameter `w` of its own, and with the logits `l` in it directly.
#[derive(Clone, Debug)]
pub struct Problem {
    pub logits: Vec<f64>,
    pub categories: usize,
}

const A: [f64; 6] = [1.0, 2.0, -0.6, 0.9, -1.3, 0.4];
const B: [f64; 6] = [0.7, -1.1, 1.6, 0.2, 0.5, -0.8];
pub const W: f64 = 0.7;
const DIRECT: f64 = 0.3;

/// What stands in the tables of these tests: one coin, two coins, one variable of three categories.
pub fn problems() -> [Problem; 4] {
    let coins = |logits: &[f64]| Problem { logits: logits.to_vec(), categories: 1 };
    [coins(&[0.4]), coins(&[-1.2, 0.8]), coins(&[0.3, -0.5, 1.1]), die()]
}

pub fn die() -> Problem {
    Problem { logits: vec![0.2, -0.9, 0.6], categories: 3 }
}

/// Two variables of three categories, the logits of each in turn.
pub fn dice() -> Problem {
    Problem { logits: vec![0.2, -0.9, 0.6, 1.0, 0.1, -0.4], categories: 3 }
}

impl Problem {
    pub fn width(&self) -> usize {
        self.logits.len()
    }

    /// Probabilities, entry by entry.
    pub fn probs(&self) -> Vec<f64> {
        if self.categories == 1 {
            return self.logits.iter().map(|l| 1.0 / (1.0 + (-l).exp())).collect();
        }
        let softmax = |l: &[f64]| {
            let total: f64 = l.iter().map(|l| l.exp()).sum();
            l.iter().map(|l| l.exp() / total).collect::<Vec<_>>()
        };
        self.logits.chunks(self.categories).flat_map(softmax).collect()
    }

    /// All outcomes, with their probabilities.
    pub fn outcomes(&self) -> Vec<(f64, Vec<f64>)> {
        let each: Vec<Vec<(f64, Vec<f64>)>> = self
            .probs()
            .chunks(self.categories)
            .map(|p| match *p {
                [p] => vec![(1.0 - p, vec![0.0]), (p, vec![1.0])],
                _ => p.iter().enumerate().map(|(k, w)| (*w, unit(k, p.len()))).collect(),
            })
            .collect();
        each.iter().fold(vec![(1.0, vec![])], |all, variable| {
            let grown =
                all.iter().map(|(w, x)| variable.iter().map(move |(v, y)| (w * v, [x.clone(), y.clone()].concat())));
            grown.flatten().collect()
        })
    }

    pub fn cost(&self, x: &[f64]) -> f64 {
        let direct: f64 = x.iter().zip(&self.logits).map(|(x, l)| DIRECT * x * l).sum();
        (dot(&A, x) - W).powi(2) + (0.4 * dot(&B, x)).exp() + direct
    }

    /// The derivative of the cost in `w`.
    pub fn slope_in_w(x: &[f64]) -> f64 {
        -2.0 * (dot(&A, x) - W)
    }

    /// The derivative of the cost in the logits, the draw held fixed.
    pub fn direct(x: &[f64]) -> Vec<f64> {
        x.iter().map(|x| DIRECT * x).collect()
    }

    /// The derivative of the log-probability in the logits, for coins and for categories alike.
    pub fn score(&self, x: &[f64]) -> Vec<f64> {
        x.iter().zip(self.probs()).map(|(x, p)| x - p).collect()
    }

    /// The cost on tensors, `w` one for each row.
    pub fn tensor_cost<const D: usize>(logits: &Tensor<D>, w: &Tensor<2>) -> impl Fn(Tensor<D>) -> Tensor<2> + use<D> {
        let (logits, w) = (logits.clone(), w.clone());
        let width: usize = logits.dims()[2..].iter().product();
        let row = |values: &[f64]| {
            let data = TensorData::new(values[..width].to_vec(), [1, 1, width]);
            Tensor::<3>::from_data(data, (&w.device(), w.dtype()))
        };
        let (a, b) = (row(&A), row(&B));
        move |x| {
            let x = flat(x);
            let sum = |x: Tensor<3>| x.sum_dim(2).squeeze_dim::<2>(2);
            let direct = sum(x.clone() * flat(logits.clone())) * DIRECT;
            (sum(x.clone() * a.clone()) - w.clone()).square() + (sum(x * b.clone()) * 0.4).exp() + direct
        }
    }

    /// The gradient, in the logits and then in `w`: `Σ p(x) [f(x) ∇ log p(x) + ∇ f(x)]`.
    pub fn gradient(&self) -> Vec<f64> {
        let mut sum = vec![0.0; self.width() + 1];
        for (p, x) in self.outcomes() {
            let (f, score, direct) = (self.cost(&x), self.score(&x), Self::direct(&x));
            for i in 0..self.width() {
                sum[i] += p * (f * score[i] + direct[i]);
            }
            sum[self.width()] += p * Self::slope_in_w(&x);
        }
        sum
    }

    /// The axes after the second, where tensors have rank `D`.
    pub fn shape<const D: usize>(&self, first: usize, rows: usize) -> [usize; D] {
        let mut shape = [1; D];
        (shape[0], shape[1]) = (first, rows);
        shape[D - 1] = if D == 4 { self.categories } else { self.width() };
        if D == 4 {
            shape[2] = self.width() / self.categories;
        }
        shape
    }
}

pub fn unit(k: usize, width: usize) -> Vec<f64> {
    (0..width).map(|i| f64::from(u8::from(i == k))).collect()
}

fn dot(a: &[f64], x: &[f64]) -> f64 {
    a.iter().zip(x).map(|(a, x)| a * x).sum()
}

fn flat<const D: usize>(x: Tensor<D>) -> Tensor<3> {
    let dims = x.dims();
    x.reshape([dims[0], dims[1], dims[2..].iter().product()])
}

/// A law whose draw, perturbation and uniform noise are those that the test chose, whatever noise it is given.
#[derive(Clone, Debug)]
pub struct Chosen<L, const D: usize> {
    pub law: L,
    pub value: Tensor<D>,
    pub noise: Tensor<D>,
    pub uniform: Tensor<D>,
    /// A fault for negative controls: no gradient flows through the perturbed logits given the draw.
    pub cut: bool,
}

impl<L: Distribution<D, Value = Tensor<D>>, const D: usize> Distribution<D> for Chosen<L, D> {
    type Value = Tensor<D>;

    fn batch_shape(&self) -> Vec<usize> {
        self.law.batch_shape()
    }

    fn event_shape(&self) -> Vec<usize> {
        self.law.event_shape()
    }

    fn support(&self) -> Support {
        self.law.support()
    }

    fn mode(&self) -> Tensor<D> {
        self.law.mode()
    }

    fn validate(&self) -> Result<(), ValueError> {
        self.law.validate()
    }

    fn validate_value(&self, value: &Tensor<D>) -> Result<(), ValueError> {
        self.law.validate_value(value)
    }

    fn detach(&self) -> Self {
        Self { law: self.law.detach(), ..self.clone() }
    }

    fn options(&self) -> TensorCreationOptions {
        self.law.options()
    }
}

impl<L: LogProb<D> + Distribution<D, Value = Tensor<D>>, const D: usize> LogProb<D> for Chosen<L, D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        self.law.log_prob(value)
    }

    fn score_term(&self, value: Tensor<D>, weight: Tensor<D>) -> Tensor<D> {
        self.law.score_term(value, weight)
    }
}

impl<L: Sample<D> + Distribution<D, Value = Tensor<D>>, const D: usize> Sample<D> for Chosen<L, D> {
    fn noise(&self) -> Noise {
        self.law.noise()
    }

    fn noise_shape(&self) -> [usize; D] {
        self.law.noise_shape()
    }

    fn sample(&self, _noise: Tensor<D>) -> Tensor<D> {
        self.value.clone()
    }
}

impl<L: ScoreNorm<D> + Distribution<D, Value = Tensor<D>>, const D: usize> ScoreNorm<D> for Chosen<L, D> {
    fn score_square(&self, value: Tensor<D>) -> Tensor<2> {
        self.law.score_square(value)
    }
}

impl<L: Discrete<D>, const D: usize> Discrete<D> for Chosen<L, D> {
    fn parameter(&self) -> Tensor<D> {
        self.law.parameter()
    }

    fn with_parameter(&self, logits: Tensor<D>) -> Self {
        Self { law: self.law.with_parameter(logits), ..self.clone() }
    }

    fn perturbation(&self) -> Noise {
        self.law.perturbation()
    }

    fn probabilities(&self) -> Tensor<D> {
        self.law.probabilities()
    }

    fn categories(&self) -> usize {
        self.law.categories()
    }

    fn perturb(&self, _noise: Tensor<D>) -> Tensor<D> {
        self.law.perturb(self.noise.clone())
    }

    fn hard(&self, _perturbed: Tensor<D>) -> Tensor<D> {
        self.value.clone()
    }

    fn soft(&self, perturbed: Tensor<D>, temperature: f64) -> Tensor<D> {
        self.law.soft(perturbed, temperature)
    }

    fn perturb_given(&self, value: Tensor<D>, _uniform: Tensor<D>) -> Tensor<D> {
        let given = self.law.perturb_given(value, self.uniform.clone());
        // The fault removes the path.
        if self.cut { given.detach() } else { given }
    }

    fn tangent(&self, direction: Tensor<D>) -> Tensor<D> {
        self.law.tangent(direction)
    }

    fn tangent_given(&self, value: Tensor<D>, _uniform: Tensor<D>, direction: Tensor<D>) -> Tensor<D> {
        self.law.tangent_given(value, self.uniform.clone(), direction)
    }

    fn path_at(&self, probs: Tensor<D>) -> Tensor<D> {
        self.law.path_at(probs)
    }

    fn gap(&self, value: Tensor<D>, gap: f64) -> Tensor<D> {
        self.law.gap(value, gap)
    }
}

/// Draws and noise of many rows, row by row; a row has `draws` of the problem's width one after the other.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub draws: usize,
    pub value: Vec<Vec<f64>>,
    pub noise: Vec<Vec<f64>>,
    pub uniform: Vec<Vec<f64>>,
    pub cut: bool,
}

impl Choice {
    /// Draws alone; the noise is not looked at.
    pub fn of_draws(draws: usize, value: Vec<Vec<f64>>) -> Self {
        let idle = value.iter().map(|v| vec![0.5; v.len()]).collect::<Vec<_>>();
        Self { draws, value, noise: idle.clone(), uniform: idle, cut: false }
    }
}

/// `[S, N, …]` from rows of `S` draws.
fn stacked<const D: usize>(problem: &Problem, draws: usize, rows: &[Vec<f64>]) -> Tensor<D> {
    let width = problem.width();
    let entries: Vec<f64> = (0..draws)
        .flat_map(|s| rows.iter().flat_map(move |row| row[s * width..(s + 1) * width].iter().copied()))
        .collect();
    // Without a graph, as draws and noise are.
    constant::<D>(&entries, problem.shape(draws, rows.len())).inner()
}

/// Leaves of a batch of rows of one problem: logits `[1, N, …]` and `w`, `[1, N]`.
pub fn leaves<const D: usize>(problem: &Problem, rows: usize) -> (Tensor<D>, Tensor<2>) {
    let logits = constant(&problem.logits.repeat(rows), problem.shape(1, rows)).require_grad();
    (logits, constant(&vec![W; rows], [1, rows]).require_grad())
}

/// Gradients of a row in the logits and then in `w`, for each row.
pub fn gradients<const D: usize>(estimate: &Estimate, logits: &Tensor<D>, w: &Tensor<2>) -> Vec<Vec<f64>> {
    let found = estimate.loss().backward();
    let rows = w.dims()[1];
    let in_logits = logits.grad(&found).map_or_else(|| vec![0.0; logits.dims().iter().product()], numbers);
    let in_w = w.grad(&found).map_or_else(|| vec![0.0; rows], numbers);
    let width = in_logits.len() / rows;
    in_logits.chunks(width).zip(in_w).map(|(g, w)| [g, &[w]].concat()).collect()
}

/// What an estimator says of each row.
pub fn estimates<L: FromLogits<D>, const D: usize>(
    estimator: &dyn Estimator<Chosen<L, D>, D>,
    problem: &Problem,
    choice: &Choice,
) -> Vec<Vec<f64>> {
    let (logits, w) = leaves::<D>(problem, choice.value.len());
    let law = Chosen {
        law: L::from_logits_of(logits.clone()),
        value: stacked(problem, choice.draws, &choice.value),
        noise: stacked(problem, choice.draws, &choice.noise),
        uniform: stacked(problem, choice.draws, &choice.uniform),
        cut: choice.cut,
    };
    let cost = Problem::tensor_cost(&logits, &w);
    let estimate = estimator.estimate(&law, &cost, &draws(choice.draws)).expect("the question fits");
    gradients(&estimate, &logits, &w)
}

/// Every way in which a row can have `count` independent draws, with its probability.
pub fn tuples(problem: &Problem, count: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let outcomes = problem.outcomes();
    let start = vec![(1.0, Vec::new())];
    let all = (0..count).fold(start, |all, _| {
        let grown =
            all.iter().map(|(w, x)| outcomes.iter().map(move |(v, y)| (w * v, [x.clone(), y.clone()].concat())));
        grown.flatten().collect()
    });
    all.into_iter().unzip()
}

/// Weighted mean of rows, entry by entry.
pub fn mean(weights: &[f64], rows: &[Vec<f64>]) -> Vec<f64> {
    let mut sum = vec![0.0; rows[0].len()];
    for (w, row) in weights.iter().zip(rows) {
        sum.iter_mut().zip(row).for_each(|(s, x)| *s += w * x);
    }
    sum
}

/// Weighted variance of rows, entry by entry.
pub fn variance(weights: &[f64], rows: &[Vec<f64>]) -> Vec<f64> {
    let middle = mean(weights, rows);
    let squares: Vec<Vec<f64>> =
        rows.iter().map(|r| r.iter().zip(&middle).map(|(x, m)| (x - m) * (x - m)).collect()).collect();
    mean(weights, &squares)
}

/// The largest distance of two vectors' entries.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().chain(b).all(|x| x.is_finite()), "{a:?} {b:?}");
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Costs are below 20 and their slopes below 10, scores below 1, weights add up to 1, and a sum has at most 1000 terms that are each rounded
/// some 20 times: 20 · 20 · 2⁻⁵³ = 4e-14, and 1000 additions at random add less.
pub const EXACT: f64 = 1e-12;
