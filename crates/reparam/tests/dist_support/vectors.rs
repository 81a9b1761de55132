//! The laws of vectors, one row each, of rank 2: one law a row.

use burn::tensor::Tensor;
use reparam::dist::*;
use reparam::noise::Stream;
use reparam_core::law::{self, MultivariateLaw};

/// A draw from noise, or from a stream.
type Draw = Box<dyn Fn(Option<Tensor<2>>, &Stream) -> Tensor<2>>;
/// So many draws of a law whose first axis has size 1.
type Many = Box<dyn Fn(usize, &Stream) -> Tensor<2>>;

/// A law, its methods as closures.
pub struct Face {
    /// Of batch and event.
    pub shapes: (Vec<usize>, Vec<usize>),
    /// The law is, and its mode lies in the support unless the density is highest at an edge.
    pub valid: bool,
    pub log_prob: Box<dyn Fn(Tensor<2>) -> Tensor<2>>,
    pub noise: Box<dyn Fn(&Stream) -> Tensor<2>>,
    pub sample: Box<dyn Fn(Tensor<2>) -> Tensor<2>>,
    pub sample_from: Box<dyn Fn(&Stream) -> Tensor<2>>,
    pub many: Many,
    pub many_by_noise: Many,
    pub entropy: Option<Tensor<2>>,
    pub moments: Option<[Tensor<2>; 2]>,
    /// `rsample` and `rsample_from`.
    pub path: Option<[Draw; 2]>,
}

impl Face {
    fn of<L: LogProb<2, Value = Tensor<2>> + Sample<2> + 'static>(law: &L) -> Self {
        let [l, n, s, f, m, b] = std::array::from_fn(|_| law.clone());
        Self {
            shapes: (law.batch_shape(), law.event_shape()),
            valid: law.validate().is_ok(),
            log_prob: Box::new(move |x| l.log_prob(x)),
            noise: Box::new(move |stream| n.noise_from(stream)),
            sample: Box::new(move |noise| s.sample(noise)),
            sample_from: Box::new(move |stream| f.sample_from(stream)),
            many: Box::new(move |draws, stream| m.sample_for_draws(draws, stream)),
            many_by_noise: Box::new(move |draws, stream| b.sample(b.noise_for_draws(draws, stream))),
            entropy: None,
            moments: None,
            path: None,
        }
    }

    fn entropy<L: Entropy<2>>(self, law: &L) -> Self {
        Self { entropy: Some(law.entropy()), ..self }
    }

    fn moments<L: Moments<2>>(self, law: &L) -> Self {
        Self { moments: Some([law.mean(), law.variance()]), ..self }
    }

    fn path<L: Rsample<2> + 'static>(self, law: &L) -> Self {
        let [r, f] = [law.clone(), law.clone()];
        let rsample: Draw = Box::new(move |noise, _| r.rsample(noise.expect("noise is given")));
        let rsample_from: Draw = Box::new(move |_, stream| f.rsample_from(stream));
        Self { path: Some([rsample, rsample_from]), ..self }
    }
}

/// A family, for each parameter the numbers of two laws, and how to build the face of tensors that hold a law a row.
#[derive(Clone)]
pub struct VectorRow {
    pub name: &'static str,
    pub parameters: Vec<[Vec<f64>; 2]>,
    pub face: fn(&[Tensor<2>]) -> Face,
}

impl VectorRow {
    pub fn twin(&self, i: usize) -> Box<dyn MultivariateLaw> {
        self.build(&self.parameters.iter().map(|p| p[i].clone()).collect::<Vec<_>>())
    }

    fn build(&self, parameters: &[Vec<f64>]) -> Box<dyn MultivariateLaw> {
        let parts: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
        law::multivariate_family(self.name).expect("family exists").build(&parts).expect("parameters are valid")
    }

    /// How many numbers the parameters of a law have.
    pub fn numbers(&self) -> usize {
        self.parameters.iter().map(|p| p[0].len()).sum()
    }

    /// `∂ f(twin i)` in each number; 0 for those that are not free: integers, and the zeros above a diagonal.
    pub fn differences(&self, i: usize, f: impl Fn(&dyn MultivariateLaw) -> f64) -> Vec<f64> {
        let mut out = Vec::new();
        for (k, parameter) in self.parameters.iter().enumerate() {
            let rule = law::multivariate_family(self.name).expect("family exists").parameters[k];
            let size = parameter[i].len().isqrt();
            for j in 0..parameter[i].len() {
                let above = rule.name == "scale_tril" && j % size > j / size;
                if above || rule.rule.is_discrete() {
                    out.push(0.0);
                    continue;
                }
                let at = |h: f64| {
                    let mut p: Vec<Vec<f64>> = self.parameters.iter().map(|p| p[i].clone()).collect();
                    p[k][j] += h;
                    f(&*self.build(&p))
                };
                let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
                out.push((4.0 * slope(5e-4) - slope(1e-3)) / 3.0);
            }
        }
        out
    }
}

/// Each row of `rows`, of `n` times some numbers, as a matrix of `n` rows.
fn matrices(rows: &Tensor<2>, n: usize) -> Tensor<3> {
    let [batch, length] = rows.dims();
    rows.clone().reshape([batch, n, length / n])
}

/// `"family", [the numbers of two laws, for each parameter], |tensors| law, abilities` beside `LogProb` and `Sample`.
macro_rules! row {
    ($name:literal, [$([$first:expr, $second:expr]),+], |$p:ident| $law:expr $(, $ability:ident)*) => {
        VectorRow {
            name: $name,
            parameters: vec![$([$first.to_vec(), $second.to_vec()]),+],
            face: |$p| {
                let law = $law.expect("shapes fit");
                Face::of(&law)$(.$ability(&law))*
            },
        }
    };
}

const LOGITS: [[f64; 3]; 2] = [[0.5, -1.0, 0.25], [2.0, 0.0, -0.75]];
const LOC: [[f64; 2]; 2] = [[0.5, -2.0], [1.0, 0.25]];
const TRIL: [[f64; 4]; 2] = [[2.0, 0.0, -0.5, 0.75], [0.5, 0.0, 1.0, 3.0]];

pub fn table() -> Vec<VectorRow> {
    vec![
        row!(
            "dirichlet",
            [[[1.0, 2.5, 0.75], [4.0, 1.5, 12.0]]],
            |p| Dirichlet::new(p[0].clone()),
            entropy,
            moments,
            path
        ),
        row!(
            "gumbel-softmax",
            [[[0.5], [1.5]], [LOGITS[0], LOGITS[1]]],
            |p| GumbelSoftmax::new(p[0].clone(), p[1].clone()),
            path
        ),
        row!(
            "low-rank-multivariate-normal",
            [
                [[0.5, -2.0, 1.0], [0.0, 3.0, 0.25]],
                [[1.0, 0.5, -2.0, 0.0, 0.25, 1.5], [0.5, -0.5, 1.0, 2.0, 0.75, 1.0]],
                [[1.0, 0.5, 2.0], [0.25, 1.5, 4.0]]
            ],
            |p| LowRankMultivariateNormal::new(p[0].clone(), matrices(&p[1], 3), p[2].clone()),
            entropy,
            moments,
            path
        ),
        row!(
            "multinomial",
            [[[5.0], [40.0]], [LOGITS[0], LOGITS[1]]],
            |p| Multinomial::from_logits(p[0].clone(), p[1].clone()),
            moments
        ),
        row!(
            "multivariate-normal",
            [[LOC[0], LOC[1]], [TRIL[0], TRIL[1]]],
            |p| MultivariateNormal::from_scale_tril(p[0].clone(), matrices(&p[1], 2)),
            entropy,
            moments,
            path
        ),
        row!(
            "multivariate-student-t",
            [[[9.0], [2.5]], [LOC[0], LOC[1]], [TRIL[0], TRIL[1]]],
            |p| MultivariateStudentT::new(p[0].clone(), p[1].clone(), matrices(&p[2], 2)),
            entropy,
            moments,
            path
        ),
        row!(
            "one-hot-categorical",
            [[LOGITS[0], LOGITS[1]]],
            |p| OneHotCategorical::from_logits(p[0].clone()),
            entropy,
            moments
        ),
    ]
}
