//! Every tensor law of vectors against its `f64` twin: values, draws, and gradients in every parameter.

mod dist_support;

use burn::tensor::{DType, Device, Tensor, TensorData};
use dist_support::vectors::{VectorRow, table};
use dist_support::{close, read};
use reparam::noise::{Key, Noise, Plan};
use reparam_core::law::{self, MultivariateLaw};

/// Element type, and tolerance relative to `1 + |expected|`: the host computes in `f64`, so that all there is to round are the inputs of a
/// reduction over up to 25 rows, at 2⁻²⁴ each in `f32`, and terms 40 times the result.
const TYPES: [(DType, f64); 2] = [(DType::F64, 5e-14), (DType::F32, 3e-5)];

/// Two values of each law; the second row of parameters makes another law.
const BATCH: usize = 2;

fn leaf(values: &[f64], width: usize, dtype: DType) -> Tensor<2> {
    let data = TensorData::new(values.to_vec(), [values.len() / width, width]);
    Tensor::from_data(data, (&Device::flex().autodiff(), dtype)).require_grad()
}

fn leaves(row: &VectorRow, dtype: DType) -> Vec<Tensor<2>> {
    row.parameters.iter().map(|p| leaf(&p.concat(), p[0].len(), dtype)).collect()
}

/// What `f` gives, and the gradient of its sum weighted by `weights` in each leaf, one row a law.
fn gradients(leaves: &[Tensor<2>], weights: &[f64], f: Tensor<2>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let value = read(f.clone());
    let weights = Tensor::<2>::from_data(TensorData::new(weights.to_vec(), f.dims()), (&f.device(), f.dtype()));
    // The zero terms keep every leaf in the graph.
    let kept = leaves.iter().fold((f * weights.inner()).sum(), |sum, l| sum + l.clone().sum() * 0.0);
    let grads = kept.backward();
    (value, leaves.iter().map(|l| read(l.grad(&grads).expect("leaf is in the graph"))).collect())
}

/// The weights of the numbers of draw `i`: different, and of both signs.
fn weights(n: usize) -> Vec<f64> {
    (0..BATCH * n).map(|k| if k % 2 == 0 { 0.5 + k as f64 / 16.0 } else { -0.25 }).collect()
}

/// Checks gradients in the parameters against `expected`, the numbers of all parameters of each law one after the other.
fn compare(what: &str, row: &VectorRow, slopes: &[Vec<f64>], expected: &[Vec<f64>], tolerance: f64) {
    for (i, expected) in expected.iter().enumerate() {
        let got = row.parameters.iter().zip(slopes).flat_map(|(p, s)| s[i * p[0].len()..(i + 1) * p[0].len()].to_vec());
        for (k, (got, expected)) in got.zip(expected).enumerate() {
            close(&format!("{what} of {} {i}, slope {k}", row.name), got, *expected, tolerance);
        }
    }
}

fn values(row: &VectorRow, dtype: DType) -> Vec<Vec<f64>> {
    let stream = Key::new(3).site("values").step(0);
    let draw = |i: usize| {
        let twin = row.twin(i);
        let mut z = vec![0.0; twin.len()];
        twin.draw(&stream, 7 + i as u64, &mut z);
        z.iter().map(|z| if dtype == DType::F32 { f64::from(*z as f32) } else { *z }).collect()
    };
    (0..BATCH).map(draw).collect()
}

#[test]
fn log_prob_and_its_gradients_match_the_twin() {
    for (row, (dtype, tolerance)) in rows() {
        let (parameters, x) = (leaves(&row, dtype), values(&row, dtype));
        let value = leaf(&x.concat(), x[0].len(), dtype);
        let log_prob = ((row.face)(&parameters).log_prob)(value.clone());
        assert_eq!(log_prob.dims(), [BATCH, 1]);
        let all: Vec<_> = parameters.into_iter().chain([value]).collect();
        let (got, slopes) = gradients(&all, &[1.0; BATCH], log_prob);
        let mut expected = Vec::new();
        for (i, x) in x.iter().enumerate() {
            let twin = row.twin(i);
            close(&format!("log_prob of {twin:?}"), got[i], twin.log_prob(x), tolerance);
            let (mut score, mut slope) = (vec![0.0; row.numbers()], vec![0.0; x.len()]);
            twin.score(x, &mut score);
            twin.log_prob_slope(x, &mut slope);
            for (k, expected) in slope.iter().enumerate() {
                let name = format!("log_prob of {twin:?}, slope in number {k}");
                close(&name, slopes.last().expect("the value is last")[i * x.len() + k], *expected, tolerance);
            }
            expected.push(score);
        }
        compare("log_prob", &row, &slopes, &expected, tolerance);
    }
}

#[test]
fn keyed_draws_and_their_gradients_are_those_of_the_twin() {
    let stream = Key::new(5).site("draws").step(2);
    for (row, (dtype, tolerance)) in rows() {
        let parameters = leaves(&row, dtype);
        let face = (row.face)(&parameters);
        let constant = (face.sample_from)(&stream);
        assert!(!constant.is_tracked());
        let plain: Vec<_> = parameters.iter().map(|p| p.clone().inner()).collect();
        assert_eq!(read(constant.clone()), read(((row.face)(&plain).sample_from)(&stream)), "{}", row.name);
        let n = constant.dims()[1];
        let draws = read(constant.clone());
        let mut expected = Vec::new();
        for i in 0..BATCH {
            let (twin, mut z, mut pulled) = (row.twin(i), vec![0.0; n], vec![0.0; row.numbers()]);
            twin.draw(&stream, i as u64, &mut z);
            for (got, z) in draws[i * n..].iter().zip(&z) {
                close(&format!("draw {i} of {twin:?}"), *got, *z, tolerance);
            }
            if let Some(path) = twin.as_pathwise() {
                path.pull_back(&z, &weights(n)[i * n..(i + 1) * n], &mut pulled);
                expected.push(pulled);
            }
        }
        assert_eq!(face.path.is_some(), !expected.is_empty(), "{}", row.name);
        if let Some([_, rsample_from]) = &face.path {
            let (got, slopes) = gradients(&parameters, &weights(n), rsample_from(None, &stream));
            assert_eq!(got, draws);
            compare("rsample_from", &row, &slopes, &expected, tolerance);
        }
    }
}

#[test]
fn gradients_of_draws_from_noise_are_pulled_back_too() {
    for (row, (dtype, tolerance)) in rows() {
        let parameters = leaves(&row, dtype);
        let face = (row.face)(&parameters);
        let noise = (face.noise)(&Key::new(1).site("noise").step(0));
        let constant = read((face.sample)(noise.clone()));
        let n = constant.len() / BATCH;
        let Some([rsample, _]) = &face.path else { continue };
        let (got, slopes) = gradients(&parameters, &weights(n), rsample(Some(noise), &Key::new(0).step(0)));
        assert_eq!(got, constant, "{}", row.name);
        let pulled = |i: usize| {
            let mut pulled = vec![0.0; row.numbers()];
            let twin = row.twin(i);
            let path = twin.as_pathwise().expect("it has a path");
            path.pull_back(&got[i * n..(i + 1) * n], &weights(n)[i * n..(i + 1) * n], &mut pulled);
            pulled
        };
        // In f32 the draw that the twin is asked about is rounded.
        compare("rsample", &row, &slopes, &[pulled(0), pulled(1)], if dtype == DType::F32 { 2e-4 } else { tolerance });
    }
}

type Summary = fn(&dyn MultivariateLaw) -> Vec<f64>;

const SUMMARIES: [(&str, Summary); 3] =
    [("entropy", |law| vec![law.entropy()]), ("mean", |law| law.mean()), ("variance", |law| law.variance())];

#[test]
fn entropy_and_moments_match_the_twin() {
    for (row, (dtype, tolerance)) in rows() {
        for (what, twin) in SUMMARIES {
            // A graph serves one backward pass.
            let parameters = leaves(&row, dtype);
            let face = (row.face)(&parameters);
            let got = match (what, face.moments) {
                ("entropy", _) => face.entropy,
                ("mean", moments) => moments.map(|[mean, _]| mean),
                (_, moments) => moments.map(|[_, variance]| variance),
            };
            let Some(got) = got else { continue };
            let columns = got.dims()[1];
            let (got, slopes) = gradients(&parameters, &weights(columns), got);
            let mut expected = Vec::new();
            for i in 0..BATCH {
                for (got, expected) in got[i * columns..].iter().zip(twin(&*row.twin(i))) {
                    close(&format!("{what} of {} {i}", row.name), *got, expected, tolerance);
                }
                expected.push(row.differences(i, |law| {
                    let weights = weights(columns);
                    twin(law).iter().zip(&weights[i * columns..]).map(|(x, w)| x * w).sum()
                }));
            }
            // Differences have an error of their own of 1e-9.
            compare(what, &row, &slopes, &expected, tolerance.max(1e-9));
        }
    }
}

/// Draws by noise and by key have the twin's mean and variance: 20,000 draws, |z| < 5.7, which is 1e-8 for each of some 90 numbers.
#[test]
fn draws_have_the_moments_of_the_law() {
    const DRAWS: usize = 20_000;
    let stream = Key::new(11).site("moments").step(0);
    for row in table().into_iter().filter(|r| r.twin(0).variance().iter().all(|v| v.is_finite())) {
        let first: Vec<_> = row.parameters.iter().map(|p| leaf(&p[0], p[0].len(), DType::F64).inner()).collect();
        let face = (row.face)(&first);
        for draws in [(face.many)(DRAWS, &stream), (face.many_by_noise)(DRAWS, &stream)] {
            assert_eq!(draws.dims(), [DRAWS, row.twin(0).len()]);
            let z = off_by(&read(draws), &*row.twin(0));
            assert!(z < 5.7, "{}: {z} standard errors", row.name);
        }
    }
}

/// The largest distance of sample moments from those of the law, in standard errors.
fn off_by(draws: &[f64], law: &dyn MultivariateLaw) -> f64 {
    let n = law.len();
    let (mean, variance) = (law.mean(), law.variance());
    let distance = |k: usize, f: &dyn Fn(f64) -> f64| {
        let values: Vec<f64> = draws.iter().skip(k).step_by(n).map(|x| f(*x)).collect();
        let count = values.len() as f64;
        let centre = values.iter().sum::<f64>() / count;
        let spread = values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / count;
        // An entry that does not vary is off by rounding at most.
        centre.abs() / (spread / count).sqrt().max(1e-9)
    };
    let of = |k: usize| distance(k, &|x| x - mean[k]).max(distance(k, &|x| (x - mean[k]).powi(2) - variance[k]));
    (0..n).map(of).fold(0.0, f64::max)
}

#[test]
fn draws_of_another_law_are_seen() {
    // Negative control: the draws are those of the second law of the row.
    let row = table().into_iter().find(|r| r.name == "dirichlet").expect("a row");
    let second: Vec<_> = row.parameters.iter().map(|p| leaf(&p[1], p[1].len(), DType::F64).inner()).collect();
    let draws = ((row.face)(&second).many)(20_000, &Key::new(11).step(0));
    assert!(off_by(&read(draws), &*row.twin(0)) > 5.7);
}

#[test]
fn one_law_meets_many_values_and_collects_their_gradients() {
    for row in table() {
        let one: Vec<_> = row.parameters.iter().map(|p| leaf(&p[0], p[0].len(), DType::F64)).collect();
        let face = (row.face)(&one);
        assert_eq!(face.shapes, (vec![1], vec![row.twin(0).len()]));
        assert!(face.valid, "{}", row.name);
        let stream = Key::new(2).site("many").step(0);
        let draws = (face.many)(70, &stream);
        let (_, slopes) = gradients(&one, &[1.0; 70], (face.log_prob)(draws.clone()));
        let mut expected = vec![0.0; row.numbers()];
        let twin = row.twin(0);
        for x in read(draws).chunks(twin.len()) {
            let mut score = vec![0.0; row.numbers()];
            twin.score(x, &mut score);
            expected.iter_mut().zip(score).for_each(|(sum, s)| *sum += s);
        }
        // Sums of 70 terms that cancel, each up to a hundred.
        compare("sum of log_prob", &row, &slopes, &[expected], 1e-11);
    }
}

#[test]
fn antithetic_draws_take_noise() {
    let device = Device::flex();
    let zero = Tensor::<2>::zeros([2, 2], &device);
    let tril = Tensor::<2>::eye(2, &device).unsqueeze::<3>();
    let normal = reparam::dist::MultivariateNormal::from_scale_tril(zero, tril).unwrap();
    let draws = reparam::dist::Sample::sample_from(&normal, &Key::new(1).step(0).plan(Plan::Antithetic));
    let draws = read(draws);
    assert_eq!((draws[1], draws[3]), (-draws[0], -draws[2]));
    assert_eq!(reparam::dist::Sample::noise(&normal), Noise::StandardNormal);
}

#[test]
fn wrong_shapes_and_values_are_named() {
    use reparam::dist::{Dirichlet, Distribution, MultivariateNormal};
    let device = Device::flex();
    let error =
        MultivariateNormal::from_scale_tril(Tensor::<1>::zeros([2], &device), Tensor::<2>::ones([2, 3], &device));
    let message = "multivariate-normal: scale_tril of shape [2, 3] must end in [2, 2]";
    assert_eq!(error.unwrap_err().to_string(), message);
    let concentration = Tensor::<2>::from_floats([[1.0, 2.0], [0.5, -1.0]], &device);
    let law = Dirichlet::new(concentration).unwrap();
    let message = "dirichlet: concentration must be > 0, got -1 at index [1, 1]";
    assert_eq!(law.validate().unwrap_err().to_string(), message);
    let outside = Dirichlet::new(Tensor::<2>::ones([2, 2], &device)).unwrap();
    let value = Tensor::<2>::from_floats([[0.25, 0.75], [0.5, 0.25]], &device);
    let message = "dirichlet: value must be each x > 0, sum 1, which that at index [1] is not";
    assert_eq!(outside.validate_value(&value).unwrap_err().to_string(), message);
}

#[test]
#[should_panic(expected = "rsample of multivariate-normal 0, slope 2")]
fn the_comparison_sees_a_path_that_is_cut() {
    // Negative control: the draw is right, its factor gets no gradient.
    let row = table().into_iter().find(|r| r.name == "multivariate-normal").expect("a row");
    let parameters = leaves(&row, DType::F64);
    let cut = [parameters[0].clone(), parameters[1].clone().inner()];
    let face = (row.face)(&cut);
    let noise = (face.noise)(&Key::new(1).step(0));
    let [rsample, _] = face.path.expect("a path");
    let (got, slopes) = gradients(&parameters, &weights(2), rsample(Some(noise), &Key::new(0).step(0)));
    let (twin, mut pulled) = (row.twin(0), vec![0.0; row.numbers()]);
    twin.as_pathwise().unwrap().pull_back(&got[..2], &weights(2)[..2], &mut pulled);
    compare("rsample", &row, &slopes, &[pulled], 1e-9);
}

/// Families without a tensor face, and why.
const WITHOUT: [(&str, &str); 10] = [
    ("diagonal-normal-mixture", "parameters of three ranks"),
    ("lkj-cholesky", "draws are matrices"),
    ("multivariate-normal-covariance", "f64 only: tensors take the Cholesky factor"),
    ("multivariate-normal-mixture", "parameters of three ranks"),
    ("multivariate-normal-precision", "f64 only: tensors take the Cholesky factor"),
    ("power-spherical", "f64 only"),
    ("relaxed-binomial", "f64 only: the categories are found on the host"),
    ("relaxed-negative-binomial", "f64 only: the categories are found on the host"),
    ("relaxed-poisson", "f64 only: the categories are found on the host"),
    ("wishart", "draws are matrices"),
];

#[test]
fn every_family_has_a_row_or_a_reason() {
    for family in law::multivariate_families() {
        let row = table().iter().any(|r| r.name == family.name);
        let reason = WITHOUT.iter().any(|(name, _)| *name == family.name);
        assert!(row != reason, "{}", family.name);
    }
}

fn rows() -> impl Iterator<Item = (VectorRow, (DType, f64))> {
    table().into_iter().flat_map(|row| TYPES.map(|kind| (row.clone(), kind)))
}
