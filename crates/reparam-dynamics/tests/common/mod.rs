//! Systems and tables that several tests use.
#![allow(dead_code)]

use reparam_dynamics::{Constant, Expression, Function, State, System};

pub use Function::{Add, Divide, Multiply, Negate, Power, Subtract};

/// A function of others.
pub fn apply<const N: usize>(function: Function, arguments: [Expression; N]) -> Expression {
    Expression::apply(function, arguments.into())
}

/// Names or numbers multiplied.
pub fn product<const N: usize>(factors: [&str; N]) -> Expression {
    Expression::apply(Multiply, factors.map(Expression::symbol).into())
}

pub fn constants(values: &[(&str, f64)]) -> Vec<Constant> {
    values.iter().map(|(name, value)| Constant { name: (*name).into(), value: *value, unit: String::new() }).collect()
}

pub fn state(name: &str, initial: impl Into<Expression>, rate: Expression) -> State {
    State { name: name.into(), initial: initial.into(), rate }
}

pub fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(String::from).into()
}

pub const NUMBERS: [f64; 6] = [0.55, 0.028, 0.80, 0.024, 33.0, 5.9];

/// `u' = (alpha - beta v) u`, `v' = (-gamma + delta u) v`.
pub fn lotka_volterra() -> System {
    let u = apply(Multiply, [apply(Subtract, ["alpha".into(), product(["beta", "v"])]), "u".into()]);
    let v = apply(Multiply, [apply(Add, [apply(Negate, ["gamma".into()]), product(["delta", "u"])]), "v".into()]);
    let given = ["alpha", "beta", "gamma", "delta", "u0", "v0"];
    let values: Vec<(&str, f64)> = given.into_iter().zip(NUMBERS).collect();
    System { states: vec![state("u", "u0", u), state("v", "v0", v)], constants: constants(&values), ..System::default() }
}

/// `a -> b -> c` with rates `k1`, `k2`, `a` beginning at `a0`.
pub fn chain() -> System {
    let minus = |expression| apply(Negate, [expression]);
    System {
        states: vec![
            state("a", "a0", minus(product(["k1", "a"]))),
            state("b", 0.0, apply(Subtract, [product(["k1", "a"]), product(["k2", "b"])])),
            state("c", 0.0, product(["k2", "b"])),
        ],
        constants: constants(&[("k1", 0.7), ("k2", 0.3), ("a0", 2.0)]),
        ..System::default()
    }
}

/// Closed form of [`chain`]: states, and their derivatives by `k1`, `k2`, `a0`.
pub fn chain_solution([k1, k2, a0]: [f64; 3], t: f64) -> ([f64; 3], [[f64; 3]; 3]) {
    let (e1, e2, d) = ((-k1 * t).exp(), (-k2 * t).exp(), k2 - k1);
    let (a, f) = (a0 * e1, (e1 - e2) / d);
    let b = a0 * k1 * f;
    // f by k1: ((-t e1) d + (e1 - e2)) / d²; by k2: ((t e2) d - (e1 - e2)) / d²
    let (f1, f2) = ((-t * e1 * d + e1 - e2) / (d * d), (t * e2 * d - e1 + e2) / (d * d));
    let (a1, b1, b2) = (-t * a, a0 * (f + k1 * f1), a0 * k1 * f2);
    ([a, b, a0 - a - b], [[a1, b1, -a1 - b1], [0.0, b2, -b2], [a / a0, b / a0, 1.0 - (a + b) / a0]])
}

/// Robertson's reactions with their rates named `k1`, `k2`, `k3`.
pub fn robertson() -> System {
    let first = || product(["k1", "a"]);
    let (second, third) = (|| product(["k2", "b", "b"]), || product(["k3", "b", "c"]));
    System {
        states: vec![
            state("a", 1.0, apply(Subtract, [third(), first()])),
            state("b", 0.0, apply(Subtract, [apply(Subtract, [first(), second()]), third()])),
            state("c", 0.0, second()),
        ],
        constants: constants(&[("k1", 0.04), ("k2", 3e7), ("k3", 1e4)]),
        ..System::default()
    }
}

/// Rows of a table of numbers with comment lines.
pub fn table(text: &str) -> Vec<Vec<f64>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(',').map(|x| x.parse().expect("a number")).collect()).collect()
}
