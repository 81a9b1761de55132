//! A table of laws: each row pairs a tensor law with its `f64` twin.
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

mod table;
pub mod vectors;

use burn::tensor::{DType, Device, Tensor, TensorData};
use reparam::dist::{Categorical, Entropy, Icdf, LogProb, Moments, Rsample, Sample};
use reparam::noise::Stream;
use reparam_core::law::{self, Law};
pub use table::table;

/// Draws of a stream.
pub type Keyed<const D: usize> = Box<dyn Fn(&Stream) -> Tensor<D>>;

pub type Map<const D: usize = 1> = Box<dyn Fn(Tensor<D>) -> Tensor<D>>;

/// A law, its methods as closures.
pub struct Face<const D: usize = 1> {
    pub batch_shape: Vec<usize>,
    pub log_prob: Map<D>,
    /// `log_prob` of the detached law.
    pub detached: Map<D>,
    pub sample: Option<Map<D>>,
    pub sample_from: Option<Keyed<D>>,
    /// Keyed draws are those of the twin's `fill`, in any float type.
    pub keyed: bool,
    pub mode: Option<Tensor<D>>,
    pub valid: bool,
    pub entropy: Option<Tensor<D>>,
    pub moments: Option<[Tensor<D>; 2]>,
    /// `rsample`, `cdf` and `icdf`.
    pub path: Option<[Map<D>; 3]>,
}

impl<const D: usize> Face<D> {
    pub fn of<L: LogProb<D, Value = Tensor<D>> + Sample<D> + 'static>(law: &L) -> Self {
        let [l, d, s, f] = [law.clone(), law.detach(), law.clone(), law.clone()];
        Self {
            batch_shape: law.batch_shape(),
            mode: Some(law.mode()),
            valid: law.validate().is_ok() && law.validate_value(&law.mode()).is_ok(),
            log_prob: Box::new(move |x| l.log_prob(x)),
            detached: Box::new(move |x| d.log_prob(x)),
            sample: Some(Box::new(move |u| s.sample(u))),
            sample_from: Some(Box::new(move |stream| f.sample_from(stream))),
            keyed: false,
            entropy: None,
            moments: None,
            path: None,
        }
    }

    pub fn keyed<L>(self, _: &L) -> Self {
        Self { keyed: true, ..self }
    }

    pub fn entropy<L: Entropy<D>>(self, law: &L) -> Self {
        Self { entropy: Some(law.entropy()), ..self }
    }

    pub fn moments<L: Moments<D>>(self, law: &L) -> Self {
        Self { moments: Some([law.mean(), law.variance()]), ..self }
    }

    pub fn path<L: Rsample<D> + Icdf<D> + 'static>(self, law: &L) -> Self {
        let [r, c, i] = [law.clone(), law.clone(), law.clone()];
        let path: [Map<D>; 3] =
            [Box::new(move |u| r.rsample(u)), Box::new(move |x| c.cdf(x)), Box::new(move |p| i.icdf(p))];
        Self { path: Some(path), ..self }
    }
}

/// Logits of category `k` are parameter `k`; values are indices as floats.
pub fn categorical(parameters: &[Tensor<1>]) -> Face {
    let columns = parameters.iter().map(|p| p.clone().unsqueeze_dim::<2>(1)).collect();
    let law = Categorical::from_logits(Tensor::cat(columns, 1)).expect("there are categories");
    let detached = reparam::dist::Distribution::detach(&law);
    Face {
        batch_shape: vec![parameters[0].dims()[0]],
        entropy: Some(law.entropy().squeeze_dim(1)),
        log_prob: Box::new(move |x| law.log_prob(x.int().unsqueeze_dim(1)).squeeze_dim(1)),
        detached: Box::new(move |x| detached.log_prob(x.int().unsqueeze_dim(1)).squeeze_dim(1)),
        moments: None,
        path: None,
        sample: None,
        sample_from: None,
        keyed: false,
        mode: None,
        valid: true,
    }
}

/// A family, parameters (one list a parameter, one entry a batch element), and how to build both faces.
#[derive(Clone)]
pub struct Row {
    pub name: &'static str,
    pub parameters: Vec<Vec<f64>>,
    pub face: fn(&[Tensor<1>]) -> Face,
    /// The same law of rank 2, where its parameters broadcast.
    pub wide: Option<fn(&[Tensor<2>]) -> Face<2>>,
}

impl Row {
    /// The twin of batch element `i`.
    pub fn twin(&self, i: usize) -> Box<dyn Law> {
        let at: Vec<f64> = self.parameters.iter().map(|p| p[i]).collect();
        law::family(self.name).expect("family exists").build(&at).expect("parameters are valid")
    }

    /// Whether parameter `k` is an integer, in which nothing is differentiated.
    pub fn is_discrete(&self, k: usize) -> bool {
        law::family(self.name).unwrap().parameters.get(k).is_some_and(|p| p.rule.is_discrete())
    }

    pub fn batch(&self) -> usize {
        self.parameters[0].len()
    }

    /// `∂ f(twin of element i) / ∂ parameter k`, central differences with one Richardson step; 0 for an integer parameter.
    pub fn difference(&self, i: usize, k: usize, f: impl Fn(&dyn Law) -> f64) -> f64 {
        if self.is_discrete(k) {
            return 0.0;
        }
        let family = law::family(self.name).unwrap();
        let at = |h: f64| {
            let mut p: Vec<f64> = self.parameters.iter().map(|p| p[i]).collect();
            p[k] += h;
            f(&*family.build(&p).unwrap())
        };
        let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
        let p = self.parameters[k][i].abs();
        let h = 1e-3 * if p == 0.0 { 1.0 } else { p.min(1.0) };
        (4.0 * slope(0.5 * h) - slope(h)) / 3.0
    }

    /// One value for each batch element, by `place` between 0 and 1, exact in `f32`.
    pub fn values(&self, place: f64) -> Vec<f64> {
        (0..self.batch()).map(|i| f64::from(self.twin(i).quantile(place) as f32)).collect()
    }
}

pub fn leaf(values: &[f64], dtype: DType) -> Tensor<1> {
    let data = TensorData::new(values.to_vec(), [values.len()]);
    Tensor::from_data(data, (&Device::flex().autodiff(), dtype)).require_grad()
}

#[allow(clippy::needless_pass_by_value, reason = "reading is the last thing done to a tensor")]
pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.try_to_vec_as::<f64>().expect("tensor is on the host")
}

/// Value of `f` at leaves made of `inputs`, and the gradient of its sum in each of them.
pub fn gradient(inputs: &[Vec<f64>], dtype: DType, f: impl Fn(&[Tensor<1>]) -> Tensor<1>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let leaves: Vec<Tensor<1>> = inputs.iter().map(|x| leaf(x, dtype)).collect();
    let out = f(&leaves);
    let value = read(out.clone());
    // The zero terms keep every leaf in the graph, also one that `f` does not use.
    let kept = leaves.iter().fold(out.sum(), |sum, l| sum + l.clone().sum() * 0.0);
    let grads = kept.backward();
    (value, leaves.iter().map(|l| read(l.grad(&grads).expect("leaf is in the graph"))).collect())
}

#[track_caller]
pub fn close(what: &str, got: f64, expected: f64, tolerance: f64) {
    let same = got == expected || got.is_nan() && expected.is_nan();
    assert!(
        same || (got - expected).abs() <= tolerance * (1.0 + expected.abs()),
        "{what}: got {got}, expected {expected}, off by {:e}",
        (got - expected).abs()
    );
}
