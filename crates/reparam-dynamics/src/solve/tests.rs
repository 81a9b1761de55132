use super::{Method, Simulator, SolveOptions};
use crate::expression::{Expression, Function};
use crate::system::{Constant, State, System};
use Function::{Add, Multiply, Negate, Subtract};

fn apply(function: Function, arguments: Vec<Expression>) -> Expression {
    Expression::apply(function, arguments)
}

fn constants(names: &[(&str, f64)]) -> Vec<Constant> {
    names.iter().map(|(name, value)| Constant { name: (*name).into(), value: *value, unit: String::new() }).collect()
}

fn state(name: &str, initial: Expression, rate: Expression) -> State {
    State { name: name.into(), initial, rate }
}

fn lotka_volterra() -> System {
    let product = |a: &str, b: &str| apply(Multiply, vec![a.into(), b.into()]);
    let u = apply(Multiply, vec![apply(Subtract, vec!["alpha".into(), product("beta", "v")]), "u".into()]);
    let v =
        apply(Multiply, vec![apply(Add, vec![apply(Negate, vec!["gamma".into()]), product("delta", "u")]), "v".into()]);
    System {
        states: vec![state("u", "u0".into(), u), state("v", "v0".into(), v)],
        constants: constants(&[
            ("alpha", 0.55),
            ("beta", 0.028),
            ("gamma", 0.80),
            ("delta", 0.024),
            ("u0", 33.0),
            ("v0", 5.9),
        ]),
        ..System::default()
    }
}

#[test]
#[ignore = "a measurement"]
fn time() {
    let names: Vec<String> = ["alpha", "beta", "gamma", "delta", "u0", "v0"].map(String::from).into();
    let simulator = Simulator::new(&lotka_volterra(), &names).unwrap();
    let times: Vec<f64> = (0..21).map(f64::from).collect();
    let numbers = [0.55, 0.028, 0.80, 0.024, 33.0, 5.9];
    let exact = simulator.simulate(&numbers, &times, &SolveOptions::tight()).unwrap();
    for method in [Method::Explicit, Method::Implicit] {
        let options = SolveOptions::default().with_method(method);
        for sensitivities in [false, true] {
            let mut best = f64::INFINITY;
            for _ in 0..50 {
                let start = std::time::Instant::now();
                for _ in 0..10 {
                    let _ =
                        std::hint::black_box(simulator.trajectory(&numbers, &times, &options, sensitivities).unwrap());
                }
                best = best.min(start.elapsed().as_secs_f64() / 10.0);
            }
            println!("{method:?} {sensitivities} {:.1} us", best * 1e6);
        }
        let got = simulator.simulate(&numbers, &times, &options).unwrap();
        for state in 0..2 {
            let size = (0..21).map(|t| exact.state(t, state).abs()).fold(0.0, f64::max);
            let wrong = (0..21).map(|t| (got.state(t, state) - exact.state(t, state)).abs()).fold(0.0, f64::max);
            println!("  state {state}: {:.1e}", wrong / size);
            for u in 0..6 {
                let size = (0..21).map(|t| exact.sensitivity(t, state, u).abs()).fold(0.0, f64::max);
                let wrong = (0..21)
                    .map(|t| (got.sensitivity(t, state, u) - exact.sensitivity(t, state, u)).abs())
                    .fold(0.0, f64::max);
                println!("    by {u}: {:.1e}", wrong / size);
            }
        }
    }
}

/// A chain of states, each with its own number: dense sensitivities of a larger system.
fn long_chain(n: usize) -> System {
    let flow = |at: usize| apply(Multiply, vec![format!("k{at}").as_str().into(), format!("x{at}").as_str().into()]);
    let states = (0..n).map(|at| {
        let rate = if at == 0 { apply(Negate, vec![flow(0)]) } else { apply(Subtract, vec![flow(at - 1), flow(at)]) };
        state(&format!("x{at}"), if at == 0 { 1.0.into() } else { 0.0.into() }, rate)
    });
    let constants = (0..n).map(|at| Constant { name: format!("k{at}"), value: 1.0, unit: String::new() });
    System { states: states.collect(), constants: constants.collect(), ..System::default() }
}

fn robertson() -> System {
    let product = |names: &[&str]| apply(Multiply, names.iter().map(|name| (*name).into()).collect());
    let (first, second, third) = (product(&["k1", "a"]), product(&["k2", "b", "b"]), product(&["k3", "b", "c"]));
    let b = apply(Subtract, vec![apply(Subtract, vec![first.clone(), second.clone()]), third.clone()]);
    System {
        states: vec![
            state("a", 1.0.into(), apply(Subtract, vec![third, first])),
            state("b", 0.0.into(), b),
            state("c", 0.0.into(), second),
        ],
        constants: constants(&[("k1", 0.04), ("k2", 3e7), ("k3", 1e4)]),
        ..System::default()
    }
}

#[test]
#[ignore = "a measurement"]
fn time_of_others() {
    let measure = |name: &str, system: &System, numbers: &[f64], times: &[f64], options: SolveOptions| {
        let names: Vec<String> = system.constants.iter().map(|constant| constant.name.clone()).collect();
        let start = std::time::Instant::now();
        let simulator = Simulator::new(system, &names).unwrap();
        let compile = start.elapsed().as_secs_f64();
        for sensitivities in [false, true] {
            let mut best = f64::INFINITY;
            for _ in 0..20 {
                let start = std::time::Instant::now();
                let _ = std::hint::black_box(simulator.trajectory(numbers, times, &options, sensitivities).unwrap());
                best = best.min(start.elapsed().as_secs_f64());
            }
            println!(
                "{name} {:?} {sensitivities}: {:.0} us, compiled in {:.1} ms",
                options.method,
                best * 1e6,
                compile * 1e3
            );
        }
    };
    let times: Vec<f64> = (0..16).map(|k| 10_f64.powi(k - 5)).collect();
    let options = SolveOptions::default().with_tolerances(1e-6, 1e-14);
    measure("robertson", &robertson(), &[0.04, 3e7, 1e4], &times, options);
    for method in [Method::Explicit, Method::Implicit] {
        let options = SolveOptions::default().with_method(method);
        for n in [10, 40] {
            measure(&format!("chain {n}"), &long_chain(n), &vec![1.0; n], &[1.0, 10.0, 30.0], options);
        }
    }
}
