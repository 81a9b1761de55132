//! Expressions: values, derivatives against finite differences, text, depth.

use reparam_dynamics::{Expression, ExpressionError, Function};

const UNARY: [(Function, f64); 21] = [
    (Function::Negate, 0.3),
    (Function::Exp, 0.3),
    (Function::Ln, 0.3),
    (Function::Log10, 0.3),
    (Function::Log2, 0.3),
    (Function::Sqrt, 0.3),
    (Function::Abs, 0.3),
    (Function::Abs, -0.3),
    (Function::Sin, 0.3),
    (Function::Cos, 0.3),
    (Function::Tan, 0.3),
    (Function::Asin, 0.3),
    (Function::Acos, 0.3),
    (Function::Atan, 0.3),
    (Function::Sinh, 0.3),
    (Function::Cosh, 0.3),
    (Function::Tanh, 0.3),
    (Function::Floor, 0.3),
    (Function::Ceiling, 0.3),
    (Function::Not, 0.3),
    (Function::Negate, -2.0),
];

fn apply<const N: usize>(function: Function, arguments: [Expression; N]) -> Expression {
    Expression::apply(function, arguments.into())
}

fn value(expression: &Expression, x: f64, y: f64) -> f64 {
    let names = |name: &str| match name {
        "x" => Some(x),
        "y" => Some(y),
        _ => None,
    };
    expression.value(&names).expect("a value")
}

/// Central differences with `h = 1e-5`: truncation `h²/6` times a third derivative of at most 1e3, rounding `1e-16 / h`: 2e-8.
fn assert_slopes(expression: &Expression, x: f64, y: f64) {
    let h = 1e-5;
    let by_x = (value(expression, x + h, y) - value(expression, x - h, y)) / (2.0 * h);
    let by_y = (value(expression, x, y + h) - value(expression, x, y - h)) / (2.0 * h);
    for (name, want) in [("x", by_x), ("y", by_y)] {
        let found = value(&expression.derivative(name).expect("a derivative"), x, y);
        assert!((found - want).abs() < 1e-6 * (1.0 + want.abs()), "{expression} by {name}: {found} {want}");
    }
}

#[test]
fn derivatives_match_finite_differences() {
    for (function, at) in UNARY {
        let inner = apply(function, ["x".into()]);
        assert_slopes(&inner, at, 1.0);
        assert_slopes(&apply(Function::Multiply, ["y".into(), inner.clone(), inner]), at, 1.7);
    }
    let both = [Function::Add, Function::Subtract, Function::Multiply, Function::Divide, Function::Power];
    for function in both.into_iter().chain([Function::Min, Function::Max, Function::Less, Function::GreaterEqual]) {
        assert_slopes(&apply(function, ["x".into(), "y".into()]), 0.7, 1.9);
        assert_slopes(&apply(function, [apply(Function::Exp, ["y".into()]), "x".into()]), 0.7, -0.4);
        assert_slopes(&apply(function, ["x".into(), "x".into()]), 0.7, 1.9);
    }
    let condition = apply(Function::And, [apply(Function::Less, ["x".into(), 1.0.into()]), "y".into()]);
    let pieces =
        apply(Function::Piecewise, [apply(Function::Sin, ["x".into()]), condition, apply(Function::Exp, ["y".into()])]);
    for x in [0.4, 1.6] {
        assert_slopes(&pieces, x, 0.8);
    }
    for exponent in [-3.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 7.0, 100.0, 1.5] {
        assert_slopes(&apply(Function::Power, ["x".into(), exponent.into()]), 0.9, 0.0);
    }
    for exponent in [-3.0, 2.0, 3.0, 70.0] {
        assert_slopes(&apply(Function::Power, ["x".into(), exponent.into()]), -1.01, 0.0);
    }
}

#[test]
fn powers_at_zero_have_values_and_slopes() {
    let power = apply(Function::Power, ["x".into(), "y".into()]);
    assert_eq!(value(&power, 0.0, 0.0), 1.0);
    assert_eq!(value(&power.derivative("y").expect("a derivative"), 0.0, 2.0), 0.0);
    assert_eq!(value(&power.derivative("x").expect("a derivative"), 0.0, 2.0), 0.0);
    assert_eq!(value(&power.derivative("x").expect("a derivative"), 0.0, 1.0), 1.0);
    let cube = apply(Function::Power, ["x".into(), 3.0.into()]);
    assert_eq!(value(&cube, -2.0, 0.0), -8.0);
    assert_eq!(value(&cube.derivative("x").expect("a derivative"), 0.0, 0.0), 0.0);
}

#[test]
fn logic_and_pieces_have_values() {
    let of = |function, arguments: &[f64]| {
        let arguments = arguments.iter().map(|x| Expression::from(*x)).collect();
        value(&Expression::apply(function, arguments), 0.0, 0.0)
    };
    assert_eq!(of(Function::And, &[2.0, 3.0]), 1.0);
    assert_eq!(of(Function::And, &[2.0]), 1.0);
    assert_eq!(of(Function::Or, &[0.0, 0.0, 5.0]), 1.0);
    assert_eq!(of(Function::Not, &[0.0]), 1.0);
    assert_eq!(of(Function::Piecewise, &[1.0, 0.0, 2.0, 1.0, 3.0]), 2.0);
    assert_eq!(of(Function::Piecewise, &[1.0, 0.0, 2.0, 0.0, 3.0]), 3.0);
    assert!(of(Function::Piecewise, &[1.0, 0.0]).is_nan());
    assert_eq!(of(Function::Min, &[3.0, 1.0, 2.0]), 1.0);
    assert_eq!(of(Function::Max, &[3.0, 1.0, 4.0]), 4.0);
    assert_eq!(of(Function::Add, &[]), 0.0);
}

#[test]
fn wrong_numbers_of_arguments_are_errors() {
    for (function, count) in [
        (Function::Subtract, 1),
        (Function::Exp, 2),
        (Function::Power, 3),
        (Function::Min, 0),
        (Function::Piecewise, 0),
    ] {
        let error = Expression::apply(function, vec![1.0.into(); count]).simplified();
        assert!(matches!(error, Err(ExpressionError::Arguments { .. })), "{function:?}");
    }
    let unknown = Expression::symbol("q").value(&|_| None);
    assert_eq!(unknown, Err(ExpressionError::Unknown("q".into())));
}

#[test]
fn text_has_the_parentheses_it_needs() {
    let (x, y, z) = (|| Expression::symbol("x"), || Expression::symbol("y"), || Expression::symbol("z"));
    for (expression, want) in [
        (apply(Function::Subtract, [x(), apply(Function::Subtract, [y(), z()])]), "x - (y - z)"),
        (apply(Function::Subtract, [apply(Function::Subtract, [x(), y()]), z()]), "x - y - z"),
        (apply(Function::Divide, [x(), apply(Function::Multiply, [y(), z()])]), "x / (y * z)"),
        (apply(Function::Multiply, [apply(Function::Add, [x(), y()]), z()]), "(x + y) * z"),
        (apply(Function::Power, [apply(Function::Power, [x(), y()]), z()]), "(x^y)^z"),
        (apply(Function::Power, [x(), apply(Function::Power, [y(), z()])]), "x^y^z"),
        (apply(Function::Power, [apply(Function::Negate, [x()]), 2.0.into()]), "(-x)^2"),
        (apply(Function::Negate, [apply(Function::Power, [x(), 2.0.into()])]), "-x^2"),
        (apply(Function::Power, [x(), (-2.0).into()]), "x^(-2)"),
        (apply(Function::Max, [x(), 1e-20.into(), y()]), "max(x, 1e-20, y)"),
        (apply(Function::And, [apply(Function::Less, [x(), y()]), z()]), "x < y && z"),
    ] {
        assert_eq!(expression.to_string(), want);
    }
}

#[test]
fn simplification_leaves_out_what_is_neutral() {
    let x = || Expression::symbol("x");
    for (expression, want) in [
        (apply(Function::Multiply, [1.0.into(), x(), 1.0.into()]), "x"),
        (apply(Function::Add, [x(), 0.0.into()]), "x"),
        (apply(Function::Multiply, [x(), 0.0.into()]), "0"),
        (apply(Function::Negate, [apply(Function::Negate, [x()])]), "x"),
        (apply(Function::Add, [2.0.into(), 3.0.into()]), "5"),
        (apply(Function::Subtract, [x(), x()]), "0"),
        (apply(Function::Power, [x(), 1.0.into()]), "x"),
    ] {
        assert_eq!(expression.simplified().expect("a formula").to_string(), want);
    }
}

#[test]
fn names_are_found_and_replaced() {
    let sum = apply(Function::Add, ["b".into(), apply(Function::Exp, ["a".into()]), "b".into()]);
    assert_eq!(sum.symbols().into_iter().collect::<Vec<_>>(), ["a", "b"]);
    let replaced = sum.substitute(&|name| (name == "b").then(|| Expression::symbol("a")));
    assert_eq!(replaced.to_string(), "a + exp(a) + a");
    assert_eq!(sum.depth(), 2);
}

/// 100,000 functions within functions: walks do not use the stack.
#[test]
fn deep_expressions_do_not_overflow() {
    let mut deep = Expression::symbol("x");
    for _ in 0..100_000 {
        deep = apply(Function::Sin, [deep]);
    }
    assert_eq!(deep.depth(), 100_000);
    assert_eq!(deep.symbols().len(), 1);
    assert!(value(&deep, 1.0, 0.0).abs() < 1.0);
    assert_eq!(deep.to_string().len(), 100_000 * 5 + 1);
    // Taken apart by hand: the drop that the compiler writes is recursive.
    while let Expression::Apply(_, mut arguments) = deep {
        deep = arguments.pop().expect("an argument");
    }
}
