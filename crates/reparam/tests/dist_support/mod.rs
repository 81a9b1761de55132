//! A table of laws: each row pairs a tensor law with its `f64` twin.
#![allow(dead_code, reason = "each test file uses its part")]

use burn::tensor::{DType, Device, Tensor, TensorData};
use reparam::dist::{
    Bernoulli, Categorical, ContinuousBernoulli, Entropy, Icdf, Independent, Laplace, LogProb, Moments, Normal,
    Rsample, Sample,
};
use reparam_core::law::{self, Law};

pub type Map = Box<dyn Fn(Tensor<1>) -> Tensor<1>>;

/// A law over a batch of one axis, its methods as closures.
pub struct Face {
    pub log_prob: Map,
    pub entropy: Tensor<1>,
    pub moments: Option<[Tensor<1>; 2]>,
    /// `rsample`, `cdf` and `icdf`.
    pub path: Option<[Map; 3]>,
    pub sample: Option<Map>,
}

impl Face {
    fn discrete<L>(law: L) -> Self
    where
        L: LogProb<1, Value = Tensor<1>> + Entropy<1> + Moments<1> + Sample<1> + 'static,
    {
        let sampler = law.clone();
        Self {
            entropy: law.entropy(),
            moments: Some([law.mean(), law.variance()]),
            log_prob: Box::new(move |x| law.log_prob(x)),
            path: None,
            sample: Some(Box::new(move |u| sampler.sample(u))),
        }
    }

    fn continuous<L>(law: L) -> Self
    where
        L: LogProb<1> + Entropy<1> + Moments<1> + Rsample<1> + Icdf<1> + 'static,
    {
        let [r, c, i] = [law.clone(), law.clone(), law.clone()];
        let path: [Map; 3] =
            [Box::new(move |u| r.rsample(u)), Box::new(move |x| c.cdf(x)), Box::new(move |p| i.icdf(p))];
        Self { path: Some(path), ..Self::discrete(law) }
    }

    /// Logits of category `k` are parameter `k`; values are indices as floats.
    fn categorical(parameters: &[Tensor<1>]) -> Self {
        let columns = parameters.iter().map(|p| p.clone().unsqueeze_dim::<2>(1)).collect();
        let law = Categorical::from_logits(Tensor::cat(columns, 1)).expect("there are categories");
        Self {
            entropy: law.entropy().squeeze_dim(1),
            moments: None,
            log_prob: Box::new(move |x| law.log_prob(x.int().unsqueeze_dim(1)).squeeze_dim(1)),
            path: None,
            sample: None,
        }
    }
}

/// A family, parameters (one list a parameter, one entry a batch element), and how to build both faces.
pub struct Row {
    pub name: &'static str,
    pub parameters: Vec<Vec<f64>>,
    pub face: fn(&[Tensor<1>]) -> Face,
}

/// Parameters are dyadic, so that `f32` holds them exactly and the twin sees the same law.
pub fn table() -> Vec<Row> {
    let logits = vec![0.0, -0.25, 0.75, 3.5, -9.0];
    vec![
        Row {
            name: "normal",
            parameters: vec![vec![0.0, -3.0, 1.5], vec![1.0, 0.25, 6.0]],
            face: |p| Face::continuous(Normal::new(p[0].clone(), p[1].clone()).unwrap()),
        },
        Row {
            name: "laplace",
            parameters: vec![vec![0.0, -3.0, 1.5], vec![1.0, 0.25, 6.0]],
            face: |p| Face::continuous(Laplace::new(p[0].clone(), p[1].clone()).unwrap()),
        },
        Row {
            name: "continuous-bernoulli",
            parameters: vec![vec![0.0, 0.001953125, -0.25, 0.75, 3.5, -9.0, 40.0]],
            face: |p| Face::continuous(ContinuousBernoulli::from_logits(p[0].clone())),
        },
        Row {
            name: "bernoulli",
            parameters: vec![logits],
            face: |p| Face::discrete(Bernoulli::from_logits(p[0].clone())),
        },
        Row {
            name: "categorical",
            parameters: vec![vec![0.5, 0.0], vec![-1.0, 8.0], vec![0.25, 3.0]],
            face: Face::categorical,
        },
        Row {
            name: "normal",
            parameters: vec![vec![0.5, -2.0], vec![2.0, 0.5]],
            // No axis is read as event, so that the shapes are the base's; `dist_shapes` covers the rest.
            face: |p| Face::continuous_base(Normal::new(p[0].clone(), p[1].clone()).unwrap()),
        },
    ]
}

impl Face {
    fn continuous_base(base: Normal<1>) -> Self {
        let path = Self::continuous(base.clone()).path;
        Self { path, ..Self::discrete(Independent::new(base, 0).expect("0 axes fit")) }
    }
}

impl Row {
    /// The twin of batch element `i`.
    pub fn twin(&self, i: usize) -> Box<dyn Law> {
        let at: Vec<f64> = self.parameters.iter().map(|p| p[i]).collect();
        law::family(self.name).expect("family exists").build(&at).expect("parameters are valid")
    }

    pub fn batch(&self) -> usize {
        self.parameters[0].len()
    }

    /// `∂ f(twin of element i) / ∂ parameter k`, central differences with one Richardson step.
    pub fn difference(&self, i: usize, k: usize, f: impl Fn(&dyn Law) -> f64) -> f64 {
        let at = |h: f64| {
            let mut p: Vec<f64> = self.parameters.iter().map(|p| p[i]).collect();
            p[k] += h;
            f(&*law::family(self.name).unwrap().build(&p).unwrap())
        };
        let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
        (4.0 * slope(5e-4) - slope(1e-3)) / 3.0
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
    assert!(
        (got - expected).abs() <= tolerance * (1.0 + expected.abs()),
        "{what}: got {got}, expected {expected}, off by {:e}",
        (got - expected).abs()
    );
}
