//! A judge of problems that shares no code with the crate's solvers: expressions by recursion, classical Runge–Kutta steps.

use reparam_dynamics::{Expression, Function, NoiseLaw, Prior, PriorLaw, Problem, Scale};
use std::collections::BTreeMap;
use std::f64::consts::{LN_10, PI};

/// Numbers by name.
pub type Values = BTreeMap<String, f64>;

/// The value of an expression of arithmetic.
pub fn value(expression: &Expression, values: &Values) -> f64 {
    let (function, parts) = match expression {
        Expression::Number(x) => return *x,
        Expression::Symbol(name) => return values[name],
        Expression::Apply(function, parts) => (function, parts),
    };
    let v = |index: usize| value(&parts[index], values);
    let all = || (0..parts.len()).map(v);
    match function {
        Function::Add => all().sum(),
        Function::Multiply => all().product(),
        Function::Subtract => v(0) - v(1),
        Function::Divide => v(0) / v(1),
        Function::Power => v(0).powf(v(1)),
        Function::Negate => -v(0),
        Function::Exp => v(0).exp(),
        Function::Ln => v(0).ln(),
        other => panic!("the judge does not know {other:?}"),
    }
}

/// What the model expects of each measurement, with its noise: `(expected, noise)`. `step` is the longest step of time.
pub fn predictions(problem: &Problem, parameters: &[f64], step: f64) -> Vec<(f64, f64)> {
    let mut found = vec![(0.0, 0.0); problem.measurements.len()];
    for (index, experiment) in problem.experiments.iter().enumerate() {
        let mut values: Values =
            problem.system.constants.iter().map(|constant| (constant.name.clone(), constant.value)).collect();
        values.extend(problem.parameters.iter().zip(parameters).map(|(p, x)| (p.name.clone(), *x)));
        let mut state: Vec<f64> = problem.system.states.iter().map(|state| value(&state.initial, &values)).collect();
        for (name, setting) in &experiment.settings {
            let at = problem.system.states.iter().position(|state| state.name == *name);
            state[at.expect("the judge sets states alone")] = value(setting, &values);
        }
        let mut order: Vec<usize> =
            (0..found.len()).filter(|at| problem.measurements[*at].experiment == index).collect();
        order.sort_by(|a, b| problem.measurements[*a].time.total_cmp(&problem.measurements[*b].time));
        let mut now = experiment.start;
        for at in order {
            let measurement = &problem.measurements[at];
            let steps = ((measurement.time - now) / step).ceil();
            for _ in 0..steps as usize {
                runge_kutta(problem, &mut values, &mut state, (measurement.time - now) / steps);
            }
            now = measurement.time;
            put(problem, &mut values, &state);
            found[at] = (value(&measurement.formula, &values), value(&measurement.noise, &values));
        }
    }
    found
}

fn put(problem: &Problem, values: &mut Values, state: &[f64]) {
    for (named, x) in problem.system.states.iter().zip(state) {
        values.insert(named.name.clone(), *x);
    }
    for (name, formula) in &problem.system.assigned {
        let x = value(formula, values);
        values.insert(name.clone(), x);
    }
}

/// One classical step of order 4 of a system without time in its rates.
fn runge_kutta(problem: &Problem, values: &mut Values, state: &mut [f64], h: f64) {
    let mut slope = |at: &[f64]| -> Vec<f64> {
        put(problem, values, at);
        problem.system.states.iter().map(|state| value(&state.rate, values)).collect()
    };
    let moved = |by: f64, k: &[f64]| -> Vec<f64> { state.iter().zip(k).map(|(y, k)| y + by * k).collect() };
    let k1 = slope(state);
    let k2 = slope(&moved(h / 2.0, &k1));
    let k3 = slope(&moved(h / 2.0, &k2));
    let k4 = slope(&moved(h, &k3));
    for (i, y) in state.iter_mut().enumerate() {
        *y += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
    }
}

/// `Σ ln p(measurement)`, densities of the measurement itself, whatever the scale of its noise.
pub fn log_likelihood(problem: &Problem, parameters: &[f64], step: f64) -> f64 {
    let predictions = predictions(problem, parameters, step);
    let terms = problem.measurements.iter().zip(predictions).map(|(measurement, (expected, noise))| {
        assert_eq!(measurement.noise_law, NoiseLaw::Normal);
        let y = measurement.value;
        let (difference, jacobian) = match measurement.scale {
            Scale::Lin => (y - expected, 0.0),
            Scale::Ln => ((y / expected).ln(), -y.ln()),
            Scale::Log10 => ((y / expected).log10(), -(y * LN_10).ln()),
        };
        normal(difference, 0.0, noise) + jacobian
    });
    terms.sum()
}

fn normal(x: f64, mean: f64, sd: f64) -> f64 {
    -0.5 * ((x - mean) / sd).powi(2) - sd.ln() - 0.5 * (2.0 * PI).ln()
}

/// `Σ ln p(parameter)`, laws not divided by the probability within the bounds.
pub fn log_prior(problem: &Problem, parameters: &[f64]) -> f64 {
    let terms = problem.parameters.iter().zip(parameters).map(|(parameter, x)| {
        let Prior { law, on_scale: false } = parameter.prior else { panic!("priors of the number itself") };
        match law {
            PriorLaw::Normal(mean, sd) => normal(*x, mean, sd),
            PriorLaw::LogNormal(mean, sd) => normal(x.ln(), mean, sd) - x.ln(),
            other => panic!("the judge does not know {other:?}"),
        }
    });
    terms.sum()
}
