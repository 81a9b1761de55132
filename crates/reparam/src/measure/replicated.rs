//! One law of numbers or vectors, known at run time, in many equal rows: its draws, scores and paths come from the `f64` law.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorCreationOptions, TensorData};
use reparam_core::law::{Law, MultivariateLaw};
use reparam_core::noise::{Key, Stream};

use crate::attach::{PullBack, pull};
use crate::dist::{Distribution, LogProb, Rsample, Sample, Support, ValueError};
use crate::estimator::{Draws, ScoreNorm, WeakDerivative, WeakPair, weak_gamma, weak_normal};
use crate::noise::{Noise, Source};

/// A law of numbers or of vectors.
#[derive(Clone, Debug)]
pub enum AnyLaw {
    /// Of numbers.
    Scalar(Arc<dyn Law>),
    /// Of vectors and matrices.
    Vector(Arc<dyn MultivariateLaw>),
}

impl AnyLaw {
    /// Numbers of a draw.
    pub fn width(&self) -> usize {
        match self {
            Self::Scalar(_) => 1,
            Self::Vector(law) => law.len(),
        }
    }

    /// All numbers of all parameters.
    pub fn parameters(&self) -> Vec<f64> {
        match self {
            Self::Scalar(law) => law.parameters(),
            Self::Vector(law) => law.parameters().concat(),
        }
    }

    /// Whether draws have a path.
    pub fn has_path(&self) -> bool {
        match self {
            Self::Scalar(law) => law.as_pathwise().is_some(),
            Self::Vector(law) => law.as_pathwise().is_some(),
        }
    }

    fn fill(&self, stream: &Stream, out: &mut [f64]) {
        match self {
            Self::Scalar(law) => law.fill(stream, 0, out),
            Self::Vector(law) => law.fill(stream, 0, out),
        }
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        match self {
            Self::Scalar(law) => law.score(x[0], out),
            Self::Vector(law) => law.score(x, out),
        }
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        match self {
            Self::Scalar(law) => law.log_prob(x[0]),
            Self::Vector(law) => law.log_prob(x),
        }
    }
}

/// A law in `N` rows with equal parameters `[1, N, P]`, each a leaf of its own: draws `[S, N, E]` and scores.
#[derive(Clone, Debug)]
pub struct Replicated {
    law: AnyLaw,
    /// `[1, N, P]`, all numbers of all parameters of each row.
    parameters: Tensor<3>,
}

/// A [`Replicated`] law whose draws have a path.
#[derive(Clone, Debug)]
pub struct ReplicatedPath(Replicated);

impl Replicated {
    /// The law with these parameters, which must hold the law's own numbers in every row.
    pub fn new(law: AnyLaw, parameters: Tensor<3>) -> Self {
        Self { law, parameters }
    }

    /// The same with its path, where it has one.
    pub fn with_path(self) -> Option<ReplicatedPath> {
        self.law.has_path().then_some(ReplicatedPath(self))
    }

    fn dims(&self) -> [usize; 3] {
        [1, self.parameters.dims()[1], self.law.width()]
    }

    fn tensor(values: Vec<f64>, dims: [usize; 3]) -> Tensor<3> {
        Tensor::from_data(TensorData::new(values, dims), (&Device::flex(), burn::tensor::DType::F64))
    }

    /// Scores of draws `[S, N, E]`: `[S, N, P]`, a constant.
    fn scores(&self, value: &Tensor<3>) -> Tensor<3> {
        let [draws, rows, width] = value.dims();
        // A constant, as documented.
        let x = numbers(value.clone().inner());
        let count = self.parameters.dims()[2];
        let mut out = vec![0.0; draws * rows * count];
        for (x, row) in x.chunks_exact(width.max(1)).zip(out.chunks_exact_mut(count.max(1))) {
            self.law.score(x, row);
        }
        Self::tensor(out, [draws, rows, count])
    }

    /// Parameter `k`, `[1, N, 1]`, in the graph.
    fn parameter(&self, k: usize) -> Tensor<3> {
        self.parameters.clone().narrow(2, k, 1)
    }

    /// The draws that uniform noise gives, each keyed by its number.
    fn keyed(&self, noise: &Tensor<3>) -> Tensor<3> {
        let [draws, rows, _] = noise.dims();
        let mut out = vec![0.0; draws * rows * self.law.width()];
        for (u, z) in numbers(noise.clone()).iter().zip(out.chunks_exact_mut(self.law.width().max(1))) {
            self.law.fill(&Key::new(u.to_bits()).step(0), z);
        }
        Self::tensor(out, [draws, rows, self.law.width()])
    }
}

/// The numbers of a tensor, row-major.
pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

impl Distribution<3> for Replicated {
    type Value = Tensor<3>;

    fn batch_shape(&self) -> Vec<usize> {
        self.dims()[..2].to_vec()
    }

    fn event_shape(&self) -> Vec<usize> {
        vec![self.law.width()]
    }

    fn support(&self) -> Support {
        match &self.law {
            AnyLaw::Scalar(law) => law.support(),
            AnyLaw::Vector(_) => Support::Real,
        }
    }

    fn mode(&self) -> Tensor<3> {
        let mode = match &self.law {
            AnyLaw::Scalar(law) => vec![law.mode()],
            AnyLaw::Vector(law) => law.mode(),
        };
        Self::tensor(mode, [1, 1, self.law.width()]).expand(self.dims())
    }

    fn validate(&self) -> Result<(), ValueError> {
        // The law was built: its parameters are valid.
        Ok(())
    }

    fn validate_value(&self, value: &Tensor<3>) -> Result<(), ValueError> {
        let width = self.law.width();
        for (i, x) in numbers(value.clone().inner()).chunks_exact(width.max(1)).enumerate() {
            let (law, inside) = match &self.law {
                AnyLaw::Scalar(law) => (law.family().name, law.support().contains(x[0])),
                AnyLaw::Vector(law) => (law.family().name, law.contains(x)),
            };
            if !inside {
                let rule = self.support();
                return Err(ValueError::Value { law, parameter: "value", rule, value: x[0], index: vec![i] });
            }
        }
        Ok(())
    }

    fn detach(&self) -> Self {
        // Removes the score term and the path.
        Self { law: self.law.clone(), parameters: self.parameters.clone().inner() }
    }

    fn options(&self) -> TensorCreationOptions {
        (&self.parameters.device(), self.parameters.dtype()).into()
    }
}

impl Sample<3> for Replicated {
    fn noise(&self) -> Noise {
        match &self.law {
            AnyLaw::Scalar(law) => law.family().noise,
            AnyLaw::Vector(_) => Noise::Uniform,
        }
    }

    fn noise_shape(&self) -> [usize; 3] {
        [1, self.parameters.dims()[1], 1]
    }

    fn sample(&self, noise: Tensor<3>) -> Tensor<3> {
        let dims = noise.dims();
        match &self.law {
            AnyLaw::Scalar(law) => Self::tensor(numbers(noise).into_iter().map(|e| law.draw(e)).collect(), dims),
            AnyLaw::Vector(_) => self.keyed(&noise),
        }
    }

    fn sample_for_draws(&self, draws: usize, source: &impl Source) -> Tensor<3> {
        let Some(stream) = source.stream() else {
            return self.sample(self.noise_for_draws(draws, source));
        };
        let [_, rows, width] = self.dims();
        let mut out = vec![0.0; draws * rows * width];
        self.law.fill(&stream, &mut out);
        Self::tensor(out, [draws, rows, width])
    }
}

impl LogProb<3> for Replicated {
    fn log_prob(&self, value: Tensor<3>) -> Tensor<3> {
        let [draws, rows, width] = value.dims();
        let scores = self.scores(&value);
        // Constants: the value of the log-density.
        let x = numbers(value.inner());
        let values = x.chunks_exact(width.max(1)).map(|x| self.law.log_prob(x)).collect();
        // Removes the value of the parameters: their gradient stays.
        let step = self.parameters.clone() - self.parameters.clone().inner();
        Self::tensor(values, [draws, rows, 1]) + (scores * step).sum_dim(2)
    }

    fn score_term(&self, value: Tensor<3>, weight: Tensor<3>) -> Tensor<3> {
        // A constant: the product with the parameters has it as its gradient.
        (self.scores(&value) * weight.inner()).sum_dim(0) * self.parameters.clone()
    }
}

impl ScoreNorm<3> for Replicated {
    fn score_square(&self, value: Tensor<3>) -> Tensor<2> {
        self.scores(&value).square().sum_dim(2).squeeze_dim::<2>(2)
    }
}

/// Normal, gamma, exponential and Poisson by tensor expressions, other laws by [`reparam_core::law::WeakDerivative`].
impl WeakDerivative<3> for Replicated {
    fn weak(&self, draws: &Draws) -> Vec<WeakPair<3>> {
        let AnyLaw::Scalar(law) = &self.law else { return Vec::new() };
        let shape = [draws.count(), self.dims()[1], 1];
        let noise = |site: &str, kind| draws.site(site).noise(kind, shape, self.options());
        // Constants: the draws do not move here.
        let number = |k: usize| self.parameter(k).inner();
        match law.family().name {
            "normal" => {
                let maxwell = ["maxwell-0", "maxwell-1", "maxwell-2"].map(|site| noise(site, Noise::StandardNormal));
                let rayleigh = noise("rayleigh", Noise::Exponential);
                let uniform = noise("coupling", Noise::Uniform);
                weak_normal([self.parameter(0), self.parameter(1)], rayleigh, maxwell, uniform).into()
            }
            "gamma" => {
                let drawn = ["gamma", "beta"].map(|site| draws.site(site).sample(self));
                let exponential = noise("exponential", Noise::Exponential);
                let normal = noise("beta-normal", Noise::StandardNormal);
                weak_gamma([self.parameter(0), self.parameter(1)], drawn, exponential, normal).into()
            }
            "exponential" => {
                let less = draws.site("exponential").sample(self);
                let more = less.clone() + noise("more", Noise::Exponential) / number(0);
                vec![WeakPair { parameter: self.parameter(0), constant: number(0).recip(), plus: less, minus: more }]
            }
            "poisson" => {
                let less = draws.sample(self);
                let constant = number(0).ones_like();
                vec![WeakPair { parameter: self.parameter(0), constant, plus: less.clone() + 1.0, minus: less }]
            }
            // The pairs of the `f64` law itself.
            _ => {
                let (Some(law), [s, n, _]) = (law.as_weak(), shape) else { return Vec::new() };
                let pair = |k: usize| {
                    let (mut plus, mut minus) = (vec![0.0; s * n], vec![0.0; s * n]);
                    let stream = draws.site("weak").stream();
                    let constant = law.fill_weak(k, &stream, 0, &mut plus, &mut minus)?;
                    let [plus, minus] = [plus, minus].map(|x| Self::tensor(x, shape));
                    let constant = number(k).ones_like() * constant;
                    Some(WeakPair { parameter: self.parameter(k), constant, plus, minus })
                };
                (0..self.parameters.dims()[2]).filter_map(pair).collect()
            }
        }
    }
}

/// Families of numbers whose every parameter has a weak derivative here.
pub(super) const WEAK: [&str; 6] = ["normal", "gamma", "exponential", "poisson", "log-normal", "geometric"];

/// Passes on what the path does not change.
macro_rules! as_replicated {
    () => {
        type Value = Tensor<3>;

        fn batch_shape(&self) -> Vec<usize> {
            self.0.batch_shape()
        }

        fn event_shape(&self) -> Vec<usize> {
            self.0.event_shape()
        }

        fn support(&self) -> Support {
            self.0.support()
        }

        fn mode(&self) -> Tensor<3> {
            self.0.mode()
        }

        fn validate(&self) -> Result<(), ValueError> {
            self.0.validate()
        }

        fn validate_value(&self, value: &Tensor<3>) -> Result<(), ValueError> {
            self.0.validate_value(value)
        }

        fn detach(&self) -> Self {
            // Removes the score term and the path.
            Self(self.0.detach())
        }

        fn options(&self) -> TensorCreationOptions {
            self.0.options()
        }
    };
}

impl Distribution<3> for ReplicatedPath {
    as_replicated!();
}

impl Sample<3> for ReplicatedPath {
    fn noise(&self) -> Noise {
        self.0.noise()
    }

    fn noise_shape(&self) -> [usize; 3] {
        self.0.noise_shape()
    }

    fn sample(&self, noise: Tensor<3>) -> Tensor<3> {
        self.0.sample(noise)
    }

    fn sample_for_draws(&self, draws: usize, source: &impl Source) -> Tensor<3> {
        self.0.sample_for_draws(draws, source)
    }
}

impl Rsample<3> for ReplicatedPath {
    fn rsample(&self, noise: Tensor<3>) -> Tensor<3> {
        let z = self.0.sample(noise);
        self.attached(z)
    }

    fn rsample_for_draws(&self, draws: usize, source: &impl Source) -> Tensor<3> {
        let (AnyLaw::Scalar(law), Some(stream)) = (&self.0.law, source.stream()) else {
            let z = self.0.sample_for_draws(draws, source);
            return self.attached(z);
        };
        let [_, rows, _] = self.0.dims();
        let count = self.0.parameters.dims()[2];
        let (mut z, mut slopes) = (vec![0.0; draws * rows], vec![0.0; draws * rows * count]);
        if let Some(law) = law.as_pathwise() {
            law.fill_pathwise(&stream, 0, &mut z, &mut slopes);
        }
        self.with_slopes(Replicated::tensor(z, [draws, rows, 1]), slopes)
    }
}

impl ReplicatedPath {
    /// Scalar draws with their derivatives, a row for each.
    fn with_slopes(&self, z: Tensor<3>, slopes: Vec<f64>) -> Tensor<3> {
        let [draws, rows, _] = z.dims();
        let count = self.0.parameters.dims()[2];
        // Removes the value of the parameters: their gradient stays.
        let step = self.0.parameters.clone() - self.0.parameters.clone().inner();
        z + (Replicated::tensor(slopes, [draws, rows, count]) * step).sum_dim(2)
    }

    /// Draws with the path that leads to them.
    fn attached(&self, z: Tensor<3>) -> Tensor<3> {
        let count = self.0.parameters.dims()[2];
        // Constants: the path is a function of the draw.
        let x = numbers(z.clone().inner());
        match &self.0.law {
            AnyLaw::Scalar(law) => {
                let mut slopes = vec![0.0; x.len() * count];
                if let Some(law) = law.as_pathwise() {
                    for (z, row) in x.iter().zip(slopes.chunks_exact_mut(count.max(1))) {
                        law.pathwise(*z, row);
                    }
                }
                self.with_slopes(z, slopes)
            }
            AnyLaw::Vector(law) => {
                let (law, width, rows) = (law.clone(), law.len(), z.dims()[1]);
                let back: Arc<PullBack<1>> = Arc::new(move |cotangent: &[f64]| {
                    let mut out = vec![0.0; rows * count];
                    let pairs = x.chunks_exact(width.max(1)).zip(cotangent.chunks_exact(width.max(1)));
                    for (i, (z, c)) in pairs.enumerate() {
                        let row = (i % rows) * count;
                        if let Some(law) = law.as_pathwise() {
                            law.pull_back(z, c, &mut out[row..row + count]);
                        }
                    }
                    [out]
                });
                pull(z, [self.0.parameters.clone()], &back)
            }
        }
    }
}
