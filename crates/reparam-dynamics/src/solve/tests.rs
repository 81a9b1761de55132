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
