//! Every tensor law against its `f64` twin: values, and gradients in every parameter.

mod dist_support;

use burn::tensor::{DType, Device, Tensor, TensorData};
use dist_support::{Row, close, gradient, leaf, read, table};
use reparam::noise::{Key, Noise};
use reparam_core::law::{self, Law, Support};

/// Element type, tolerance of a value, of a derivative; both relative to `1 + |expected|`.
///
/// `f64`: twelve roundings of intermediate results up to 40 times the final one, 12 · 40 · 2⁻⁵³ = 5e-14, and ten times that for
/// derivatives, where the cancelling terms are those of a quotient. `f32`: the same count with 2⁻²⁴ is 3e-5 at worst.
const TYPES: [(DType, f64, f64); 2] = [(DType::F64, 5e-14, 5e-13), (DType::F32, 3e-5, 3e-5)];

const PLACES: [f64; 5] = [0.02, 0.3, 0.5, 0.85, 0.99];

/// What the twin says: value, and slopes in each parameter and then the input. Without slopes those in the parameters are taken by
/// differences, and the input has none.
type Said = (f64, Option<Vec<f64>>);

/// Checks `face(parameters, input)` and its gradients against the twin.
fn compare(
    what: &str,
    row: &Row,
    input: &[f64],
    (dtype, value_tolerance, slope_tolerance): (DType, f64, f64),
    face: impl Fn(&[Tensor<1>], Tensor<1>) -> Tensor<1>,
    twin: impl Fn(&dyn Law, f64) -> Said,
) {
    let mut inputs = row.parameters.clone();
    inputs.push(input.to_vec());
    let (value, slopes) = gradient(&inputs, dtype, |leaves| {
        let (input, parameters) = leaves.split_last().expect("the input is last");
        face(parameters, input.clone())
    });
    for i in 0..row.batch() {
        let law = row.twin(i);
        let name = format!("{what} of {law:?} at {} in {dtype:?}", input[i]);
        let (expected, exact) = twin(&*law, input[i]);
        close(&name, value[i], expected, value_tolerance);
        if !expected.is_finite() {
            continue;
        }
        // Differences in f64 have an error of their own of 1e-9 (see `reparam_core::law::tests`).
        let tolerance = if exact.is_some() { slope_tolerance } else { slope_tolerance.max(1e-9) };
        let expected = exact.unwrap_or_else(|| {
            (0..row.parameters.len()).map(|k| row.difference(i, k, |law| twin(law, input[i]).0)).collect()
        });
        for (k, (slope, expected)) in slopes.iter().zip(expected).enumerate() {
            let steps = row.is_discrete(k) || k == row.parameters.len() && law.support().is_discrete();
            if !steps {
                close(&format!("{name}, slope {k}"), slope[i], expected, tolerance);
            }
        }
    }
}

fn log_prob(law: &dyn Law, x: f64) -> Said {
    let mut slopes = vec![0.0; law.parameters().len()];
    law.score(x, &mut slopes);
    slopes.push(law.log_prob_slope(x));
    (law.log_prob(x), Some(slopes))
}

/// `dz/dparameter` at `z`, times `factor`, and `last`.
fn path_slopes(law: &dyn Law, z: f64, factor: f64, last: f64) -> Vec<f64> {
    let mut slopes = vec![0.0; law.parameters().len()];
    law.as_pathwise().expect("it has a path").pathwise(z, &mut slopes);
    for slope in &mut slopes {
        *slope *= factor;
    }
    slopes.push(last);
    slopes
}

fn draw(law: &dyn Law, noise: f64) -> Said {
    let z = law.draw(noise);
    let base = match law.family().noise {
        Noise::Uniform => 0.0,
        Noise::StandardNormal => -0.5 * (noise * noise + std::f64::consts::TAU.ln()),
        Noise::Exponential => -noise,
        Noise::Gumbel => -noise - (-noise).exp(),
        Noise::Logistic => -noise - 2.0 * (-noise).exp().ln_1p(),
    };
    (z, Some(path_slopes(law, z, 1.0, (base - law.log_prob(z)).exp())))
}

fn cdf(law: &dyn Law, x: f64) -> Said {
    let density = law.log_prob(x).exp();
    (law.cdf(x), Some(path_slopes(law, x, -density, density)))
}

fn quantile(law: &dyn Law, p: f64) -> Said {
    let z = law.quantile(p);
    (z, Some(path_slopes(law, z, 1.0, (-law.log_prob(z)).exp())))
}

/// Values at a quantile, off the corner of the Laplace density, where derivatives are one-sided.
fn values(row: &Row, place: f64) -> Vec<f64> {
    let off = if row.name == "laplace" && place == 0.5 { 0.0625 } else { 0.0 };
    row.values(place).into_iter().map(|x| x + off).collect()
}

#[test]
fn log_prob_and_its_gradients_match_the_twin() {
    for row in table() {
        for place in PLACES {
            for kind in TYPES {
                let face = |p: &[Tensor<1>], x| ((row.face)(p).log_prob)(x);
                compare("log_prob", &row, &values(&row, place), kind, face, log_prob);
            }
        }
    }
}

#[test]
fn entropy_and_moments_match_the_twin() {
    for row in table() {
        let unused = vec![0.5; row.batch()];
        let face = row.face;
        for kind in TYPES {
            if face(&leaves(&row)).entropy.is_some() {
                let entropy = |p: &[Tensor<1>], _| face(p).entropy.expect("it has an entropy");
                compare("entropy", &row, &unused, kind, entropy, |law, _| (law.entropy(), None));
            }
            if face(&leaves(&row)).moments.is_some() {
                let moment = |p: &[Tensor<1>], k: usize| face(p).moments.expect("it has moments")[k].clone();
                compare("mean", &row, &unused, kind, |p, _| moment(p, 0), |law, _| (law.mean(), None));
                compare("variance", &row, &unused, kind, |p, _| moment(p, 1), |law, _| (law.variance(), None));
            }
        }
    }
}

fn leaves(row: &Row) -> Vec<Tensor<1>> {
    row.parameters.iter().map(|p| leaf(p, DType::F64)).collect()
}

#[test]
fn rsample_gradient_matches_the_twin() {
    for row in table() {
        // Dyadic, as the parameters.
        for noise in [0.03125, 0.25, 0.4375, 0.75, 0.96875] {
            for kind in TYPES {
                if !has_path(&row) {
                    continue;
                }
                let input = vec![noise; row.batch()];
                compare("rsample", &row, &input, kind, |p, u| path(&row, p, 0)(u), draw);
            }
        }
    }
}

#[test]
fn distribution_function_and_quantile_match_the_twin() {
    for row in table().iter().filter(|r| has_path(r)) {
        for kind in TYPES {
            for place in PLACES {
                compare("cdf", row, &values(row, place), kind, |p, x| path(row, p, 1)(x), cdf);
                // The median of a Laplace law is its corner.
                let off = if place == 0.5 { 0.03125 } else { 0.0 };
                let p = vec![f64::from(place as f32) + off; row.batch()];
                compare("icdf", row, &p, kind, |q, x| path(row, q, 2)(x), quantile);
            }
        }
    }
}

fn has_path(row: &Row) -> bool {
    (row.face)(&leaves(row)).path.is_some()
}

fn path(row: &Row, parameters: &[Tensor<1>], which: usize) -> dist_support::Map {
    (row.face)(parameters).path.expect("the law has a path").into_iter().nth(which).expect("there are three")
}

#[test]
fn sample_is_the_constant_draw() {
    for row in table() {
        let face = (row.face)(&leaves(&row));
        let Some(sample) = face.sample else { continue };
        for u in [0.03125, 0.4375, 0.75, 0.96875] {
            let draw = sample(leaf(&vec![u; row.batch()], DType::F64).inner());
            assert!(!draw.is_tracked(), "{}", row.name);
            for (i, x) in read(draw).into_iter().enumerate() {
                close(&format!("sample of {}", row.name), x, row.twin(i).draw(u), 5e-14);
            }
        }
    }
}

#[test]
fn keyed_draws_are_those_of_the_twin_and_the_same_on_every_device() {
    let stream = Key::new(7).site("laws").step(3);
    for row in table() {
        let on = |device: &Device, dtype: DType| {
            let parameters: Vec<_> = row.parameters.iter().map(|p| tensor(p, device, dtype)).collect();
            (row.face)(&parameters).sample_from.map(|draw| read(draw(&stream)))
        };
        for dtype in [DType::F32, DType::F64] {
            let keyed = (row.face)(&leaves(&row)).keyed;
            let (plain, tracked) = (on(&Device::flex(), dtype), on(&Device::flex().autodiff(), dtype));
            assert_eq!(plain, tracked, "{}", row.name);
            let Some(draws) = plain else { continue };
            for (i, got) in draws.into_iter().enumerate() {
                let (law, mut draw) = (row.twin(i), [0.0]);
                law.fill(&stream, i as u64, &mut draw);
                // f32 draws of laws without a keyed method are made of the stream's f32 noise: other numbers.
                match dtype {
                    DType::F64 => close(&format!("draw {i} of {law:?}"), got, draw[0], 5e-14),
                    _ if keyed => assert_eq!(got as f32, draw[0] as f32, "draw {i} of {law:?}"),
                    _ => {}
                }
            }
        }
    }
}

fn tensor(values: &[f64], device: &Device, dtype: DType) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), (device, dtype))
}

#[test]
fn parameters_broadcast_in_every_method() {
    for row in table() {
        let Some(wide) = row.wide else { continue };
        let several = row.parameters.len() > 1;
        let parameters: Vec<Tensor<2>> = (row.parameters.iter().enumerate())
            .map(|(k, p)| {
                Tensor::full(
                    if several && k == 0 { [2, 1] } else { [if several { 1 } else { 2 }, 3] },
                    p[0],
                    &Device::flex(),
                )
            })
            .collect();
        let face = wide(&parameters);
        assert_eq!((face.batch_shape, face.valid), (vec![2, 3], true), "{}", row.name);
        let one = || Tensor::<2>::full([2, 3], 0.25, &Device::flex());
        let mut results = vec![face.mode.unwrap(), (face.log_prob)(one().round()), (face.sample.unwrap())(one())];
        results.push((face.sample_from.unwrap())(&Key::new(0).step(0)));
        results.extend(face.entropy);
        results.extend(face.moments.into_iter().flatten());
        results.extend(face.path.into_iter().flatten().map(|f| f(one())));
        for (i, result) in results.into_iter().enumerate() {
            assert_eq!(result.dims(), [2, 3], "{}, result {i}", row.name);
        }
    }
}

#[test]
fn detached_laws_send_no_gradient_to_their_parameters() {
    for row in table() {
        let (leaves, value) = (leaves(&row), leaf(&row.values(0.3), DType::F64));
        let out = ((row.face)(&leaves).detached)(value.clone()).sum() + value.sum() * 0.0;
        let grads = out.backward();
        assert!(leaves.iter().all(|l| l.grad(&grads).is_none()), "{}", row.name);
    }
}

/// All parameters times 2^-10 and 2^10, in `f32`: draws, their log-densities, and the gradients of both are finite.
#[test]
fn extreme_parameters_give_finite_draws_densities_and_gradients() {
    let ends = [2_f64.powi(-24), 0.5, 1.0 - 2_f64.powi(-24)];
    for (row, factor) in table().into_iter().flat_map(|r| [2_f64.powi(-10), 2_f64.powi(10)].map(|f| (r.clone(), f))) {
        let scaled = |(k, p): (usize, &Vec<f64>)| {
            let rule = law::family(row.name).unwrap().parameters.get(k).map_or(Support::Real, |p| p.rule);
            let kept = |x: f64| rule.is_discrete() || !rule.contains(x * factor);
            p.iter().map(|&x| if kept(x) { x } else { x * factor }).collect()
        };
        let parameters: Vec<Vec<f64>> = row.parameters.iter().enumerate().map(scaled).collect();
        for noise in ends {
            let noise = leaf(&vec![noise; row.batch()], DType::F32).inner();
            let (draw, slopes) = gradient(&parameters, DType::F32, |p| {
                let face = (row.face)(p);
                match (face.path, face.sample) {
                    (Some([rsample, ..]), _) => rsample(noise.clone()),
                    (None, Some(sample)) => sample(noise.clone()),
                    (None, None) => noise.zeros_like(),
                }
            });
            let what = format!("{} times {factor}, draws {draw:?}", row.name);
            assert!(draw.iter().chain(slopes.iter().flatten()).all(|x| x.is_finite()), "{what}, slopes {slopes:?}");
            let (density, slopes) =
                gradient(&parameters, DType::F32, |p| ((row.face)(p).log_prob)(leaf(&draw, DType::F32)));
            let finite = density.iter().chain(slopes.iter().flatten()).all(|x| x.is_finite());
            assert!(finite, "{what}, log-densities {density:?}, slopes {slopes:?}");
        }
    }
}

#[test]
#[should_panic(expected = "slope 1")]
fn the_comparison_sees_a_path_that_is_cut() {
    // Negative control: the draw is right, its scale gets no gradient.
    let row = table().into_iter().find(|r| r.name == "normal").expect("a row");
    let row = &row;
    let cut = |p: &[Tensor<1>], u| path(row, &[p[0].clone(), p[1].clone().inner()], 0)(u);
    compare("rsample", row, &[0.25; 3], TYPES[0], cut, draw);
}

/// Families without a tensor face, and why.
const WITHOUT: [(&str, &str); 2] = [
    ("normal-mixture", "f64 only: a parameter vector for each number drawn"),
    ("tabulated", "its table is no parameter"),
];

#[test]
fn every_family_has_a_row_or_a_reason() {
    for family in law::families() {
        let row = table().iter().any(|r| r.name == family.name);
        let reason = WITHOUT.iter().any(|(name, _)| *name == family.name);
        assert!(row != reason, "{}", family.name);
    }
}
