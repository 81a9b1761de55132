//! Problems as log densities: against an independent implementation, closed forms and finite differences.

mod common;

use common::{apply, chain, chain_solution, constants, lotka_volterra, product, state, table};
use reparam_core::noise::Key;
use reparam_dynamics::{
    DynamicModel, Experiment, Expression, Function, Measurement, NoiseLaw, Parameter, Prior, PriorLaw, Problem,
    ProblemError, Scale, SolveOptions, System,
};
use reparam_infer::{LogDensity, LogDensityError, Model, gradient_errors};

fn parameter(name: &str, scale: Scale, bounds: [f64; 2], law: PriorLaw) -> Parameter {
    Parameter {
        name: name.into(),
        unit: String::new(),
        scale,
        bounds,
        nominal: None,
        estimated: true,
        prior: Prior { law, on_scale: false },
    }
}

fn measurement(time: f64, value: f64, formula: impl Into<Expression>, noise: impl Into<Expression>) -> Measurement {
    Measurement {
        experiment: 0,
        observable: "y".into(),
        time,
        value,
        formula: formula.into(),
        noise: noise.into(),
        scale: Scale::Lin,
        noise_law: NoiseLaw::Normal,
    }
}

fn problem(system: System, parameters: Vec<Parameter>, measurements: Vec<Measurement>) -> Problem {
    let experiments = vec![Experiment { name: "all".into(), ..Experiment::default() }];
    Problem { name: "a test".into(), system, parameters, experiments, measurements, time_unit: "a".into() }
}

/// Pelts of hares and lynxes, 1900 to 1920.
const PELTS: [[f64; 21]; 2] = [
    [
        30.0, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22.0, 25.4, 27.1, 40.3, 57.0, 76.6, 52.3, 19.5, 11.2, 7.6,
        14.6, 16.2, 24.7,
    ],
    [
        4.0, 6.1, 9.8, 35.2, 59.4, 41.7, 19.0, 13.0, 8.3, 9.1, 7.4, 8.0, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1,
        8.6,
    ],
];

fn pelts() -> Problem {
    let positive = |name, law| parameter(name, Scale::Lin, [0.0, f64::INFINITY], law);
    let ten = PriorLaw::LogNormal(10_f64.ln(), 1.0);
    let parameters = vec![
        positive("alpha", PriorLaw::Normal(1.0, 0.5)),
        positive("beta", PriorLaw::Normal(0.05, 0.05)),
        positive("gamma", PriorLaw::Normal(1.0, 0.5)),
        positive("delta", PriorLaw::Normal(0.05, 0.05)),
        positive("u0", ten),
        positive("v0", ten),
        positive("sigma1", PriorLaw::LogNormal(-1.0, 1.0)),
        positive("sigma2", PriorLaw::LogNormal(-1.0, 1.0)),
    ];
    let series = |at: usize, state: &'static str, noise: &'static str| {
        let years = PELTS[at].into_iter().enumerate();
        years.map(move |(year, value)| Measurement {
            observable: ["hare", "lynx"][at].into(),
            scale: Scale::Ln,
            ..measurement(year as f64, value, state, noise)
        })
    };
    let measurements = series(0, "u", "sigma1").chain(series(1, "v", "sigma2")).collect();
    problem(lotka_volterra(), parameters, measurements)
}

/// The reference solved its equations to 1e-13; here the tolerance is 1e-11, and errors of a step add up to 10 of them in the
/// states (`tests/simulate.rs`), 42 times residuals over their scale (up to 4 / 0.25 each) in the density.
#[test]
fn lotka_volterra_agrees_with_an_independent_implementation() {
    let model = DynamicModel::new(pelts())
        .expect("a problem")
        .with_options(SolveOptions::default().with_tolerances(1e-11, 1e-11));
    let mut gradient = [0.0; 8];
    for row in table(include_str!("golden/lotka_volterra_density.csv")) {
        let value = model.value_and_gradient(&row[..8], &mut gradient).expect("a density");
        assert!((value - row[8]).abs() < 1e-10 * 42.0 * 16.0, "{value} {}", row[8]);
        for (found, want) in gradient.iter().zip(&row[9..]) {
            assert!((found - want).abs() < 1e-6 * (1.0 + want.abs()), "{found} {want}");
        }
    }
    let x = table(include_str!("golden/lotka_volterra_density.csv"))[0][..8].to_vec();
    let mut quantities = [0.0; 8];
    model.constrain(&x, &mut quantities);
    assert!((quantities[0] - 0.55).abs() < 1e-15 && (quantities[7] - 0.25).abs() < 1e-15);
    assert_eq!(model.quantities()[0].scale, "ln");
    assert_eq!(model.name(6), "sigma1");
    assert_eq!(model.axes()[0], "time (a)");
    assert_eq!(model.observations()[22].series, "lynx");
}

/// All that can be in a problem: scales, bounds, priors, laws of noise, formulae, two experiments, one after a rest.
fn everything() -> Problem {
    let system = System {
        constants: constants(&[("k1", 0.7), ("k2", 0.3), ("a0", 2.0), ("feed", 0.1)]),
        states: vec![
            state("a", "a0", apply(Function::Subtract, ["feed".into(), product(["k1", "a"])])),
            state("b", 0.0, apply(Function::Subtract, [product(["k1", "a"]), product(["k2", "b"])])),
        ],
        assigned: vec![(
            "ratio".into(),
            apply(Function::Divide, ["a".into(), apply(Function::Add, ["b".into(), 1.0.into()])]),
        )],
        ..System::default()
    };
    let mut parameters = vec![
        parameter("k1", Scale::Log10, [1e-3, 1e3], PriorLaw::Flat),
        parameter("k2", Scale::Ln, [0.0, f64::INFINITY], PriorLaw::Gamma(2.0, 3.0)),
        parameter("offset", Scale::Lin, [f64::NEG_INFINITY, f64::INFINITY], PriorLaw::Cauchy(0.1, 0.5)),
        parameter("gain", Scale::Lin, [0.5, 4.0], PriorLaw::Laplace(1.1, 0.7)),
        parameter("sd", Scale::Log10, [0.01, f64::INFINITY], PriorLaw::LogNormal(-1.0, 0.8)),
        parameter("level", Scale::Lin, [f64::NEG_INFINITY, 3.0], PriorLaw::Normal(1.0, 2.0)),
        parameter("rest", Scale::Log10, [1e-2, 1e2], PriorLaw::Normal(-0.5, 0.4)),
    ];
    parameters[6].prior.on_scale = true;
    parameters.push(Parameter {
        estimated: false,
        nominal: Some(2.0),
        ..parameter("twice", Scale::Lin, [0.0, 1.0], PriorLaw::Flat)
    });
    let gain = apply(Function::Multiply, ["gain".into(), apply(Function::Add, ["ratio".into(), "offset".into()])]);
    let noise = apply(Function::Multiply, ["sd".into(), apply(Function::Add, [1.0.into(), product(["a", "twice"])])]);
    let mut measurements = Vec::new();
    for (at, time) in [0.0, 0.5, 1.0, 2.0, 2.0, 5.0, f64::INFINITY].into_iter().enumerate() {
        let value = 1.0 + 0.1 * at as f64;
        measurements.push(measurement(time, value, gain.clone(), noise.clone()));
        let logarithmic = measurement(time, value, apply(Function::Add, ["b".into(), 0.3.into()]), "sd");
        measurements.push(Measurement { scale: Scale::Log10, noise_law: NoiseLaw::Laplace, ..logarithmic.clone() });
        measurements.push(Measurement { experiment: 1, scale: Scale::Ln, ..logarithmic });
    }
    let second = Experiment {
        name: "second".into(),
        settings: vec![("a".into(), "level".into()), ("feed".into(), 0.2.into())],
        preequilibration: Some(vec![("feed".into(), product(["rest", "twice"]))]),
        start: 0.0,
    };
    let mut problem = problem(system, parameters, measurements);
    problem.experiments.push(second);
    problem
}

/// Central differences have a truncation error of about `(6e-6)²` of the third derivative, and the solver's error, 1e-12, over the step, 6e-6,
/// times the weights of 21 residuals: together below 1e-5 of a gradient of the size of 1 to 100.
#[test]
fn gradients_match_finite_differences() {
    let options = SolveOptions::default().with_tolerances(1e-12, 1e-14);
    let model = DynamicModel::new(everything()).expect("a problem").with_options(options);
    let x = [0.3, -0.4, 0.2, 0.5, -0.7, 0.1, -0.6];
    let mut gradient = [0.0; 7];
    model.value_and_gradient(&x, &mut gradient).expect("a density");
    for (slope, error) in gradient.iter().zip(gradient_errors(&model, &x).expect("a density")) {
        assert!(error.abs() < 1e-5 * (10.0 + slope.abs()), "{slope}: {error}");
    }
    let model = DynamicModel::new(pelts()).expect("a problem").with_options(options);
    let x = [-0.6, -3.5, -0.2, -3.7, 3.4, 1.8, -1.2, -1.4];
    for error in gradient_errors(&model, &x).expect("a density") {
        assert!(error.abs() < 1e-3, "{error}");
    }
}

/// The priors of all parameters integrate to 1 in their coordinates: the trapezoidal rule with steps of at most 0.01 is exact to 1e-5 also
/// for the one with a corner, `h²/12` times a slope of about 1, and misses Cauchy's tails, `2 · 0.5 / (π 2000)`.
#[test]
fn priors_integrate_to_one() {
    let problem = everything();
    for at in 0..7 {
        let mut one = problem.clone();
        one.parameters[at].nominal = None;
        let fixed = [1.0, 1.0, 0.1, 1.0, 0.1, 1.0, 1.0];
        for (other, value) in fixed.iter().enumerate().filter(|(other, _)| *other != at) {
            one.parameters[other] =
                Parameter { estimated: false, nominal: Some(*value), ..one.parameters[other].clone() };
        }
        // Only the prior: the measurement depends on nothing.
        one.measurements = vec![measurement(0.0, 0.0, 0.0, 1.0)];
        let model = DynamicModel::new(one).expect("a problem");
        // Where one end is open the number itself would overflow beyond 5.
        let open = [1, 4, 5].contains(&at);
        let (low, high) = if at == 2 { (-2000.0, 2000.0) } else { (-40.0, if open { 5.0 } else { 40.0 }) };
        let points = 400_000;
        let step = (high - low) / f64::from(points);
        let mut slope = [0.0];
        let mut sum = 0.0;
        for point in 0..=points {
            let value = model.value_and_gradient(&[low + step * f64::from(point)], &mut slope).expect("a density");
            sum += step * (value + 0.5 * std::f64::consts::TAU.ln()).exp();
        }
        let tolerance = if at == 2 { 1.0 / (std::f64::consts::PI * 2000.0) + 1e-5 } else { 1e-5 };
        assert!((sum - 1.0).abs() < tolerance, "{}: {sum}", model.name(0));
        // The same law on the linear scale.
        let (x, draw) = (0.3, model.prior_draw(Key::new(1).site("draw").step(0)).expect("a proper prior"));
        let mut value = [0.0; 3];
        for (value, x) in value.iter_mut().zip([x - 1e-5, x, x + 1e-5]) {
            model.constrain(&[x], std::slice::from_mut(value));
        }
        let log = model.value_and_gradient(&[x], &mut slope).expect("a density") + 0.5 * std::f64::consts::TAU.ln();
        let by_value = log - ((value[2] - value[0]) / 2e-5).abs().ln();
        assert!((model.prior_log_density(0, value[1]).expect("a proper prior") - by_value).abs() < 1e-8);
        assert!(draw[0].is_finite());
    }
}

/// Draws from a prior have its quantiles: of 2000 draws the share below the median is within 5 standard errors, `5 · 0.5/√2000`, of a half (false
/// alarm 6e-7 a parameter); draws from another parameter's prior are not.
#[test]
fn prior_draws_have_the_median() {
    let model = DynamicModel::new(everything()).expect("a problem");
    let mut middle = model.start();
    assert_eq!(middle.len(), 7);
    let draws: Vec<Vec<f64>> =
        (0..2000).map(|step| model.prior_draw(Key::new(7).site("prior").step(step)).expect("proper priors")).collect();
    let share = |at: usize, median: f64| draws.iter().filter(|draw| draw[at] < median).count() as f64 / 2000.0;
    for (at, median) in middle.iter().enumerate() {
        assert!((share(at, *median) - 0.5).abs() < 0.056, "{at}: {}", share(at, *median));
    }
    middle.rotate_left(1);
    assert!((share(1, middle[1]) - 0.5).abs() > 0.056);
}

/// `a -> b -> c` in closed form: log-likelihood, chi-square, residuals, gradient on the parameters' scales.
#[test]
fn evaluation_matches_the_closed_form() {
    let nominal = |value: f64, parameter: Parameter| Parameter { nominal: Some(value), ..parameter };
    let parameters = vec![
        nominal(0.7, parameter("k1", Scale::Log10, [1e-3, 1e3], PriorLaw::Flat)),
        nominal(0.3, parameter("k2", Scale::Lin, [1e-3, 1e3], PriorLaw::Normal(0.0, 1.0))),
        nominal(0.1, parameter("sd", Scale::Ln, [1e-3, 1e3], PriorLaw::Flat)),
    ];
    let data = [(0.5, 0.4), (1.0, 0.9), (3.0, 0.7)];
    let measurements = data
        .into_iter()
        .map(|(time, value)| Measurement { scale: Scale::Log10, ..measurement(time, value, "b", "sd") })
        .collect();
    let model = DynamicModel::new(problem(chain(), parameters, measurements)).expect("a problem");
    let got = model.with_options(SolveOptions::tight()).evaluate_nominal().expect("a density");
    let (mut log, mut square, mut gradient) = (0.0, 0.0, [0.0; 3]);
    for (at, (time, value)) in data.into_iter().enumerate() {
        let (y, s) = chain_solution([0.7, 0.3, 2.0], time);
        let residual = (value.log10() - y[1].log10()) / 0.1;
        log += -0.5 * residual * residual - 0.1_f64.ln() - 0.5 * std::f64::consts::TAU.ln();
        log -= value.ln() + std::f64::consts::LN_10.ln();
        square += residual * residual;
        let pull = residual / 0.1 / (y[1] * std::f64::consts::LN_10);
        gradient[0] += pull * s[0][1] * 0.7 * std::f64::consts::LN_10;
        gradient[1] += pull * s[1][1];
        gradient[2] += residual * residual - 1.0;
        assert!((got.simulations[at] - y[1]).abs() < 1e-9);
        assert!((got.residuals[at] - residual).abs() < 1e-7);
        assert_eq!(got.noise[at], 0.1);
    }
    assert!((got.log_likelihood - log).abs() < 1e-7);
    assert!((got.chi_square - square).abs() < 1e-7);
    let prior = -0.5 * 0.09 - 0.5 * std::f64::consts::TAU.ln();
    assert!((got.log_posterior - log - prior).abs() < 1e-7);
    for (found, want) in got.gradient.iter().zip(gradient) {
        assert!((found - want).abs() < 1e-6 * (1.0 + want.abs()), "{found} {want}");
    }
}

/// `x' = feed - k x` at rest at `feed / k`, then on with another feed: `x(t) = f2/k + (f1/k - f2/k) e^(-k t)`; a second state is set anew
/// after the rest. Derivatives by `k`, `f1`.
#[test]
fn experiments_begin_after_a_rest() {
    let rate = |x: &str| apply(Function::Subtract, ["feed".into(), product(["k", x])]);
    let system = System {
        constants: constants(&[("k", 0.5), ("feed", 0.0)]),
        states: vec![state("x", 9.0, rate("x")), state("z", 9.0, rate("z"))],
        ..System::default()
    };
    let nominal = |name, value| Parameter {
        nominal: Some(value),
        ..parameter(name, Scale::Lin, [0.0, f64::INFINITY], PriorLaw::Flat)
    };
    let measurements = vec![
        measurement(2.0, 0.0, "x", 1.0),
        measurement(0.0, 0.0, "z", 1.0),
        measurement(f64::INFINITY, 0.0, "z", 1.0),
    ];
    let mut problem = problem(system, vec![nominal("k", 0.5), nominal("f1", 3.0)], measurements);
    problem.experiments[0] = Experiment {
        name: "second".into(),
        settings: vec![("feed".into(), 1.0.into()), ("z".into(), 7.0.into())],
        preequilibration: Some(vec![("feed".into(), "f1".into())]),
        start: 0.0,
    };
    let model = DynamicModel::new(problem).expect("a problem").with_options(SolveOptions::tight());
    let got = model.evaluate_nominal().expect("a density");
    let e = (-1.0_f64).exp();
    let x = 2.0 + 4.0 * e;
    for (found, want) in got.simulations.iter().zip([x, 7.0, 2.0]) {
        assert!((found - want).abs() < 1e-8, "{found} {want}");
    }
    // d/dk: -f2/k² - (f1 - f2)/k² e - t (f1 - f2)/k e; the log-likelihood weighs each by -simulation.
    let by_k = -4.0 - 8.0 * e - 2.0 * 4.0 * e;
    for (found, want) in got.gradient.iter().zip([-x * by_k + 2.0 * 4.0, -x * 2.0 * e]) {
        assert!((found - want).abs() < 1e-7, "{found} {want}");
    }
}

/// Replicates are the expectation with noise, and replace the data.
#[test]
fn replicates_replace_the_data() {
    let model = DynamicModel::new(pelts()).expect("a problem");
    let x = [-0.6, -3.5, -0.2, -3.7, 3.4, 1.8, -1.2, -1.4];
    let (mut expected, mut replicate) = ([0.0; 42], [0.0; 42]);
    let stream = Key::new(3).site("replicate").step(0);
    model.predict(&x, stream, &mut expected, &mut replicate).expect("a prediction");
    let mut again = [0.0; 42];
    model.predict(&x, stream, &mut expected, &mut again).expect("a prediction");
    assert_eq!(replicate, again);
    // Sum of 42 squares of standard normals: mean 42, sd √84 = 9.2; 6 of them are a false alarm of 1e-6 at most (chi-square tail).
    let scale = |at: usize| if at < 21 { (-1.2_f64).exp() } else { (-1.4_f64).exp() };
    let square = |of: &[f64]| (0..42).map(|at| ((of[at] / expected[at]).ln() / scale(at)).powi(2)).sum::<f64>();
    assert!((square(&replicate) - 42.0).abs() < 55.0, "{}", square(&replicate));
    assert!(square(&replicate.map(|value| value * 3.0)) > 97.0);
    let other = model.with_observations(&replicate).expect("other data");
    assert_eq!(other.observations()[5].value, replicate[5]);
    assert!(model.with_observations(&[1.0; 3]).is_none());
    assert!(model.with_observations(&[-1.0; 42]).is_none());
}

/// The same bits however often, and at points without a solution an error.
#[test]
fn evaluations_repeat_and_fail_as_events() {
    let model = DynamicModel::new(pelts()).expect("a problem");
    let x = [-0.6, -3.5, -0.2, -3.7, 3.4, 1.8, -1.2, -1.4];
    let (mut first, mut second) = ([0.0; 8], [0.0; 8]);
    let value = model.value_and_gradient(&x, &mut first).expect("a density");
    assert_eq!(model.value_and_gradient(&x, &mut second), Ok(value));
    assert_eq!(first, second);
    // Both have errors of steps of 1e-6, in 42 residuals over scales of a quarter.
    assert!((model.value(&x).expect("a density") - value).abs() < 1e-2);
    for (at, wrong) in [(0, 800.0), (1, 60.0), (4, 700.0), (6, -800.0), (7, f64::NAN)] {
        let mut x = x;
        x[at] = wrong;
        match model.value_and_gradient(&x, &mut first) {
            Err(LogDensityError::Failed(_)) => {}
            Ok(value) => assert!(!value.is_finite() || value < -1e3, "{at} {wrong}: {value}"),
            Err(other) => panic!("{other}"),
        }
    }
}

/// A fault in a problem.
type Change = fn(&mut Problem);

#[test]
fn faults_are_found_before_anything_runs() {
    let of = |change: &dyn Fn(&mut Problem)| {
        let mut problem = pelts();
        change(&mut problem);
        DynamicModel::new(problem).map(drop).expect_err("a fault")
    };
    let changes: [(Change, &str); 16] = [
        (|p| p.measurements.clear(), "the problem has no measurements"),
        (|p| p.parameters[2].estimated = false, "parameter 'gamma': must have a nominal value"),
        (|p| drop(p.parameters.remove(6)), "measurement 1 ('hare'): noise: unknown name 'sigma1'"),
        (|p| p.parameters[1].name = "alpha".into(), "parameter 'alpha' is there twice"),
        (|p| p.parameters[1].name = "u".into(), "parameter 'u': must not have the name of a state"),
        (|p| p.parameters[1].bounds = [2.0, 1.0], "parameter 'beta': its lower bound must be less"),
        (|p| p.parameters[1].bounds = [f64::NAN, 1.0], "parameter 'beta': its lower bound must be less"),
        (|p| p.parameters[1].nominal = Some(-1.0), "parameter 'beta': its nominal value must lie within its bounds"),
        (|p| p.parameters[1].nominal = Some(f64::NAN), "parameter 'beta': its nominal value must be finite"),
        (
            |p| p.parameters[1].prior.law = PriorLaw::Normal(0.0, -1.0),
            "parameter 'beta': a prior's location must be finite",
        ),
        (
            |p| p.measurements[2].noise = (-0.5).into(),
            "measurement 3 ('hare'): the scale of its noise must be finite and > 0, got -0.5",
        ),
        (|p| p.measurements[2].formula = "wolf".into(), "measurement 3 ('hare'): observable: unknown name 'wolf'"),
        (|p| p.measurements[2].value = -3.0, "measurement 3 ('hare'): must be > 0 on a logarithmic scale, got -3"),
        (|p| p.measurements[2].value = f64::NAN, "measurement 3 ('hare'): must be finite"),
        (|p| p.measurements[2].time = -3.0, "measurement 3 ('hare'): its time must not be before"),
        (|p| p.measurements[2].experiment = 9, "measurement 3 ('hare'): must be of one of the experiments"),
    ];
    for (change, want) in changes {
        let error = of(&change).to_string();
        assert!(error.starts_with(want), "{error}");
    }
    let error = of(&|p| p.experiments[0].settings.push(("wolf".into(), 1.0.into())));
    assert!(matches!(error, ProblemError::System { .. }), "{error}");
}

#[test]
#[ignore = "a measurement"]
fn time() {
    let model = DynamicModel::new(pelts()).expect("a problem");
    let x = [-0.6, -3.5, -0.2, -3.7, 3.4, 1.8, -1.2, -1.4];
    let mut gradient = [0.0; 8];
    let mut best = [f64::INFINITY; 2];
    for _ in 0..200 {
        let start = std::time::Instant::now();
        for _ in 0..10 {
            std::hint::black_box(model.value_and_gradient(&x, &mut gradient).expect("a density"));
        }
        best[0] = best[0].min(start.elapsed().as_secs_f64() / 10.0);
        let (mut expected, mut replicate) = ([0.0; 42], [0.0; 42]);
        let start = std::time::Instant::now();
        for _ in 0..10 {
            let stream = Key::new(3).site("replicate").step(0);
            model.predict(&x, stream, &mut expected, &mut replicate).expect("a prediction");
        }
        best[1] = best[1].min(start.elapsed().as_secs_f64() / 10.0);
    }
    println!("value and gradient {:.1} us, prediction {:.1} us", best[0] * 1e6, best[1] * 1e6);
}
