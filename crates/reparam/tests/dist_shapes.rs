//! Shapes, typed errors, and the draws axis.

use burn::tensor::{DType, Device, Int, Tensor};
use reparam::dist::{
    Bernoulli, Categorical, ContinuousBernoulli, Distribution, Entropy, Independent, Laplace, LogProb, Moments, Normal,
    Rsample, Sample, Support,
};
use reparam::noise::{self, Key, Noise};

fn device() -> Device {
    Device::flex()
}

fn zeros<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::zeros(shape, &device())
}

fn ones<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::ones(shape, &device())
}

#[test]
fn parameters_broadcast() {
    let law = Normal::new(zeros([3, 1]), ones([1, 4])).unwrap();
    assert_eq!((law.batch_shape(), law.event_shape()), (vec![3, 4], vec![]));
    for tensor in
        [law.mean(), law.variance(), law.entropy(), law.mode(), law.log_prob(zeros([3, 4])), law.rsample(zeros([3, 4]))]
    {
        assert_eq!(tensor.dims(), [3, 4]);
    }
    assert_eq!(law.noise_shape(), [3, 4]);
    assert_eq!(Laplace::new(zeros([3, 1]), ones([1, 4])).unwrap().variance().dims(), [3, 4]);
}

#[test]
fn wrong_shapes_name_both() {
    let normal = Normal::new(zeros([2, 3]), ones([2, 4])).unwrap_err();
    assert_eq!(normal.to_string(), "normal: loc of shape [2, 3] and scale of shape [2, 4] do not broadcast");
    let log_scale = Normal::from_log_scale(zeros([2]), ones([3])).unwrap_err();
    assert_eq!(log_scale.to_string(), "normal: loc of shape [2] and log_scale of shape [3] do not broadcast");
    let laplace = Laplace::new(zeros([2]), ones([3])).unwrap_err();
    assert_eq!(laplace.to_string(), "laplace: loc of shape [2] and scale of shape [3] do not broadcast");
    let empty = Categorical::from_probs(zeros([2, 0])).unwrap_err();
    assert_eq!(
        empty.to_string(),
        "categorical: probs of shape [2, 0] must hold at least one category on the last axis"
    );
    let axes = Independent::new(Bernoulli::from_logits(zeros([2, 3])), 3).unwrap_err();
    assert_eq!(axes.to_string(), "independent: 3 event axes do not fit into batch shape [2, 3]");
}

#[test]
fn wrong_values_are_named_with_rule_and_place() {
    let mut scale = [1.0_f32; 24];
    scale[2 * 8 + 7] = -0.3;
    let scale = Tensor::<1>::from_floats(&scale[..], &device()).reshape([3, 8]);
    let law = Normal::new(zeros([1, 8]), scale.clone()).unwrap();
    let message = law.validate().unwrap_err().to_string();
    // The tensor holds -0.3 rounded to f32; the error shows what it holds.
    assert!(
        message.starts_with("normal: scale must be > 0, got -0.300000") && message.ends_with(" at index [2, 7]"),
        "{message}"
    );
    assert!(Laplace::new(zeros([1, 8]), scale).unwrap().validate().is_err());
    assert!(Independent::new(law, 1).unwrap().validate().is_err());

    let one = |x: f32| Tensor::<1>::from_floats([0.5, x], &device());
    let text = |e: Result<(), reparam::dist::ValueError>| e.unwrap_err().to_string();
    assert_eq!(
        text(Bernoulli::from_logits(one(f32::NAN)).validate()),
        "bernoulli: logits must be finite, got NaN at index [1]"
    );
    assert_eq!(
        text(Bernoulli::from_probs(one(1.5)).validate()),
        "bernoulli: probs must be in [0, 1], got 1.5 at index [1]"
    );
    assert_eq!(
        text(ContinuousBernoulli::from_logits(one(f32::INFINITY)).validate()),
        "continuous-bernoulli: logits must be finite, got inf at index [1]"
    );
    assert_eq!(
        text(Categorical::from_probs(one(-1.0)).unwrap().validate()),
        "categorical: probs must be in [0, 1], got -1 at index [1]"
    );
    assert_eq!(
        text(Bernoulli::from_probs(one(1.0)).validate_value(&one(0.5))),
        "bernoulli: value must be 0 or 1, got 0.5 at index [0]"
    );
    let index = Tensor::<1, Int>::from_ints([2], &device());
    assert_eq!(
        text(Categorical::from_logits(one(0.0)).unwrap().validate_value(&index)),
        "categorical: value must be an integer in [0, 2), got 2 at index [0]"
    );
    assert_eq!(Bernoulli::from_probs(one(1.0)).validate(), Ok(()));
}

#[test]
fn independent_moves_axes_from_batch_to_event() {
    let base = Bernoulli::from_logits(zeros([2, 3, 4]));
    for (axes, batch, event, summed) in [
        (0, vec![2, 3, 4], vec![], [2, 3, 4]),
        (1, vec![2, 3], vec![4], [2, 3, 1]),
        (2, vec![2], vec![3, 4], [2, 1, 1]),
        (3, vec![], vec![2, 3, 4], [1, 1, 1]),
    ] {
        let law = Independent::new(base.clone(), axes).unwrap();
        assert_eq!((law.batch_shape(), law.event_shape()), (batch, event));
        let log_prob = law.log_prob(zeros([2, 3, 4]));
        assert_eq!(log_prob.dims(), summed);
        let elements = summed.iter().product::<usize>();
        let expected = -(24.0 / elements as f64) * std::f64::consts::LN_2;
        for x in log_prob
            .try_to_vec_as::<f64>()
            .unwrap()
            .into_iter()
            .chain(law.entropy().neg().try_to_vec_as::<f64>().unwrap())
        {
            // 24 additions in f32.
            assert!((x - expected).abs() < 24.0 * f64::from(f32::EPSILON) * 17.0);
        }
        assert_eq!(law.sample(zeros([2, 3, 4]) + 0.25).dims(), [2, 3, 4]);
    }
}

#[test]
fn independent_categories_keep_the_category_axis() {
    let base = Categorical::from_logits(zeros([2, 3, 5])).unwrap();
    assert_eq!((base.batch_shape(), base.event_shape(), base.support()), (vec![2, 3], vec![1], Support::Index(5)));
    let law = Independent::new(base, 1).unwrap();
    assert_eq!((law.batch_shape(), law.event_shape()), (vec![2], vec![3, 1]));
    let value = law.sample(law.noise_from(&Key::new(1).site("k").step(0)));
    assert_eq!(value.dims(), [2, 3, 1]);
    assert_eq!(law.validate_value(&value), Ok(()));
    assert_eq!(law.log_prob(value).dims(), [2, 1, 1]);
    assert_eq!(law.mode().dims(), [2, 3, 1]);
}

#[test]
fn draws_are_a_leading_axis() {
    let stream = Key::new(3).site("draws").step(0);
    let normal = Independent::new(Normal::new(zeros([5, 2]), ones([5, 2])).unwrap().unsqueeze::<3>(), 1).unwrap();
    let z = normal.rsample(normal.noise_for_draws(7, &stream));
    assert_eq!((z.dims(), normal.log_prob(z).dims()), ([7, 5, 2], [7, 5, 1]));

    let die = Categorical::from_logits(zeros([5, 4])).unwrap().unsqueeze::<3>();
    let k = die.sample(die.noise_for_draws(7, &stream));
    assert_eq!((k.dims(), die.log_prob(k).dims()), ([7, 5, 1], [7, 5, 1]));
    assert_eq!(die.log_prob(Tensor::zeros([1, 5, 1], &device())).dims(), [1, 5, 1]);

    let coin = Bernoulli::from_probs(ones([5]) * 0.5).unsqueeze::<2>();
    assert_eq!(coin.sample(coin.noise_for_draws(7, &stream)).dims(), [7, 5]);
    let grey = ContinuousBernoulli::from_logits(ones([5])).unsqueeze::<2>();
    assert_eq!(grey.rsample(grey.noise_for_draws(7, &stream)).dims(), [7, 5]);
}

#[test]
fn categorical_enumerates_to_one_and_picks_by_index() {
    let logits = Tensor::<2>::from_floats([[0.0, 1.0, -2.0], [3.0, 0.5, 0.5]], &device());
    let law = Categorical::from_logits(logits).unwrap();
    let mut total = zeros::<2>([2, 1]);
    for k in 0..3 {
        let log_prob = law.log_prob(Tensor::full([2, 1], k as i32, &device()));
        let expected = law.log_probs().narrow(1, k, 1);
        assert_eq!(log_prob.to_data(), expected.to_data());
        total = total + log_prob.exp();
    }
    for sum in total.try_to_vec_as::<f64>().unwrap() {
        assert!((sum - 1.0).abs() < 3.0 * f64::from(f32::EPSILON));
    }
}

#[test]
fn gumbel_noise_draws_each_category_with_its_probability() {
    // 40,000 draws of probabilities 0.1, 0.2, 0.7; each share within 4.9 standard errors, a false alarm once in 10^6. Against the
    // probabilities of another law (0.12 for 0.1: 13 standard errors) it must fail.
    let law = Categorical::from_probs(Tensor::<1>::from_floats([0.1, 0.2, 0.7], &device())).unwrap().unsqueeze::<2>();
    let draws = law.sample(law.noise_for_draws(40_000, &Key::new(11).site("shares").step(0)));
    let draws = draws.try_to_vec_as::<i64>().unwrap();
    let miss = |k: i64, p: f64| {
        let share = draws.iter().filter(|&&d| d == k).count() as f64 / 40_000.0;
        (share - p).abs() / (p * (1.0 - p) / 40_000.0).sqrt()
    };
    for (k, p) in [0.1, 0.2, 0.7].into_iter().enumerate() {
        assert!(miss(k as i64, p) < 4.9);
    }
    assert!(miss(0, 0.12) > 4.9);
}

#[test]
fn noise_is_the_streams_own_on_every_device_and_type() {
    let stream = Key::new(5).site("noise").step(9);
    for law in Noise::ALL {
        let mut single = [0.0_f32; 12];
        stream.fill(law, 0, &mut single);
        let mut double = [0.0_f64; 12];
        stream.fill(law, 0, &mut double);
        for device in [device(), device().autodiff()] {
            let tensor = noise::tensor::<2>(&stream, law, [3, 4], &device);
            assert!(!tensor.is_tracked());
            assert_eq!(tensor.try_to_vec_as::<f32>().unwrap(), single);
            let tensor = noise::tensor::<2>(&stream, law, [3, 4], (&device, DType::F64));
            assert_eq!(tensor.try_to_vec_as::<f64>().unwrap(), double);
        }
    }
}

#[test]
fn parameters_of_f64_get_noise_of_f64() {
    let double = (&device(), DType::F64);
    let law = Normal::new(Tensor::<1>::zeros([3], double), Tensor::ones([3], double)).unwrap();
    let noise = law.noise_from(&Key::new(0).site("z").step(0));
    assert_eq!((noise.dtype(), law.rsample(noise).dtype()), (DType::F64, DType::F64));
}
