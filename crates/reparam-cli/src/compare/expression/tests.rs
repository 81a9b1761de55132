use burn::tensor::{DType, Device, Tensor, TensorData};

use super::{Expression, ExpressionError, Variables};

/// Values and derivatives of a formula in one variable, in double precision.
fn at(text: &str, xs: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let expression = Expression::parse(text, Variables::Number).unwrap_or_else(|error| panic!("{text}: {error}"));
    let data = TensorData::new(xs.to_vec(), [xs.len(), 1, 1]);
    let x = Tensor::<3>::from_data(data, (&Device::flex().autodiff(), DType::F64)).require_grad();
    let values = expression.evaluate(&x);
    assert_eq!(values.dims(), [xs.len(), 1]);
    let slopes = if values.is_tracked() { x.grad(&values.clone().sum().backward()) } else { None };
    let slopes = slopes.map_or_else(|| vec![0.0; xs.len()], |slopes| slopes.try_to_vec_as().unwrap());
    (values.try_to_vec_as().unwrap(), slopes)
}

fn error(text: &str) -> ExpressionError {
    Expression::parse(text, Variables::Number).unwrap_err()
}

#[test]
fn values_and_derivatives_are_those_of_the_formulas() {
    type F = fn(f64) -> f64;
    let table: [(&str, F, F); 30] = [
        ("(x-3)^2", |x| (x - 3.0).powi(2), |x| 2.0 * (x - 3.0)),
        ("-x^2", |x| -x * x, |x| -2.0 * x),
        ("2^-x", |x| 2_f64.powf(-x), |x| -(2_f64.ln()) * 2_f64.powf(-x)),
        ("x^3 - 2*x + 1e-1", |x| x.powi(3) - 2.0 * x + 0.1, |x| 3.0 * x * x - 2.0),
        ("1/x", |x| 1.0 / x, |x| -1.0 / (x * x)),
        ("x/4", |x| x / 4.0, |_| 0.25),
        ("10 - 3 - x", |x| 7.0 - x, |_| -1.0),
        ("8/2/x", |x| 4.0 / x, |x| -4.0 / (x * x)),
        ("x*x", |x| x * x, |x| 2.0 * x),
        ("exp(x)", f64::exp, f64::exp),
        ("log(square(x))", |x| (x * x).ln(), |x| 2.0 / x),
        ("ln(x*x)", |x| (x * x).ln(), |x| 2.0 / x),
        ("sqrt(1+x^2)", |x| (1.0 + x * x).sqrt(), |x| x / (1.0 + x * x).sqrt()),
        ("sin(2*x)", |x| (2.0 * x).sin(), |x| 2.0 * (2.0 * x).cos()),
        (
            "cos(pi*x)",
            |x| (std::f64::consts::PI * x).cos(),
            |x| -std::f64::consts::PI * (std::f64::consts::PI * x).sin(),
        ),
        ("tan(x)", f64::tan, |x| 1.0 / x.cos().powi(2)),
        ("tanh(x)", f64::tanh, |x| 1.0 - x.tanh().powi(2)),
        ("sigmoid(x)", |x| 1.0 / (1.0 + (-x).exp()), |x| (-x).exp() / (1.0 + (-x).exp()).powi(2)),
        ("softplus(x)", |x| x.exp().ln_1p(), |x| 1.0 / (1.0 + (-x).exp())),
        ("relu(x)", |x| x.max(0.0), |x| f64::from(u8::from(x > 0.0))),
        ("abs(x)", f64::abs, f64::signum),
        ("min(x, 0.3)", |x| x.min(0.3), |x| f64::from(u8::from(x < 0.3))),
        ("max(0.3, x)", |x| x.max(0.3), |x| f64::from(u8::from(x > 0.3))),
        ("pow(abs(x), 1.5)", |x| x.abs().powf(1.5), |x| 1.5 * x.abs().sqrt() * x.signum()),
        ("abs(x)^x", |x| x.abs().powf(x), |x| x.abs().powf(x) * (x.abs().ln() + 1.0)),
        ("step(x) + sign(x)", |x| if x > 0.0 { 2.0 } else { -1.0 }, |_| 0.0),
        ("(x>0)*x + (x<=0)*3", |x| if x > 0.0 { x } else { 3.0 }, |x| f64::from(u8::from(x > 0.0))),
        (
            "if(x >= 0, sqrt(x), -x)",
            |x| if x >= 0.0 { x.sqrt() } else { -x },
            |x| if x >= 0.0 { 0.5 / x.sqrt() } else { -1.0 },
        ),
        ("e*x^0 + x^1", |x| std::f64::consts::E + x, |_| 1.0),
        (" + ( x ) ** 4 ", |x| x.powi(4), |x| 4.0 * x.powi(3)),
    ];
    let xs = [-1.7, -0.4, 0.2, 0.9, 2.6];
    for (text, value, slope) in table {
        let (values, slopes) = at(text, &xs);
        for (i, &x) in xs.iter().enumerate() {
            // A handful of roundings on either side, each of an ulp of numbers below 100.
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-13 * (1.0 + b.abs());
            assert!(near(values[i], value(x)), "{text} at {x}: {} and {}", values[i], value(x));
            assert!(near(slopes[i], slope(x)), "d/dx {text} at {x}: {} and {}", slopes[i], slope(x));
        }
    }
}

#[test]
fn a_branch_that_is_not_taken_does_not_spoil_the_derivative() {
    let (values, slopes) =
        at("if(x > 0, sqrt(x) + if(x > 1, 1/(x-1), 0), 0) + if(x != 5, 1/(x-5), 0)", &[-1.0, 0.25, 4.0, 5.0]);
    assert!(values.iter().chain(&slopes).all(|number| number.is_finite()), "{values:?} {slopes:?}");
    assert_eq!(at("if(x > 9, ln(x), 2)", &[1.0, -2.0]), (vec![2.0, 2.0], vec![0.0, 0.0]));
}

#[test]
fn extremes_do_not_overflow() {
    let (values, slopes) = at("softplus(x) + sigmoid(x)", &[-800.0, 800.0]);
    assert_eq!(values, [0.0, 801.0]);
    assert_eq!(slopes, [0.0, 1.0]);
}

#[test]
fn vectors_and_categories_have_numbered_variables() {
    let data = TensorData::new(vec![0.0, 1.0, 0.0, 0.2, 0.3, 0.5], [2, 1, 3]);
    let x = Tensor::<3>::from_data(data, (&Device::flex(), DType::F64));
    let value = |text: &str, variables| -> Vec<f64> {
        Expression::parse(text, variables).unwrap().evaluate(&x).try_to_vec_as().unwrap()
    };
    assert_eq!(value("x0 + 10*x1 + 100*x2", Variables::Vector(3)), [10.0, 53.2]);
    assert_eq!(value("x", Variables::Categories(3)), [1.0, 1.3]);
    assert_eq!(value("7", Variables::Categories(3)), [7.0, 7.0]);
    assert!(Expression::parse("x", Variables::Vector(3)).is_err());
    for wrong in ["x3", "x00", "x-1x", "x01"] {
        assert!(Expression::parse(wrong, Variables::Categories(3)).is_err(), "{wrong}");
    }
}

#[test]
fn a_mistake_is_told_with_its_place() {
    for (text, column, what) in [
        ("", 1, "expected a number, a variable, a function or '(', got the end"),
        ("(x-3", 5, "expected an operator or ')', got the end"),
        ("2 x", 3, "expected an operator or the end, got 'x'"),
        ("x +* 2", 4, "expected a number, a variable, a function or '(', got '*'"),
        ("x)", 2, "expected an operator or the end, got ')'"),
        ("1 + sn(x)", 5, "no function is called 'sn'"),
        ("1 + y", 5, "no variable is called 'y'; a draw is x"),
        ("sin", 1, "'sin' is a function: expected sin(x)"),
        ("x(2)", 1, "'x' is no function: write x*(…) for a product"),
        ("min(x)", 1, "min takes 2 arguments, got 1"),
        ("if(x, 1)", 1, "if takes 3 arguments, got 2"),
        ("1e999", 1, "expected a finite number, got '1e999'"),
        ("é", 1, "expected a number, a variable, a function or '(', got 'é'"),
    ] {
        let error = error(text);
        assert_eq!((error.column, error.what.as_str()), (column, what), "{text}");
    }
    assert!(error("sqt(x)").hint.starts_with("did you mean sqrt"));
    assert!(error("x0").hint.starts_with("did you mean x"));
}

#[test]
fn depth_and_length_are_bounded() {
    for text in [
        format!("{}x{}", "(".repeat(100_000), ")".repeat(100_000)),
        "(".repeat(3000),
        "-".repeat(3000) + "x",
        "x^".repeat(1500) + "x",
        "x+".repeat(1500) + "x",
        "abs(".repeat(900),
        "- ( ".repeat(900),
    ] {
        let error = error(&text);
        assert!(error.what.contains("deeply") || error.what.contains("at most"), "{}", error.what);
    }
    let deep = format!("{}x{}", "abs(".repeat(100), ")".repeat(100));
    assert_eq!(at(&deep, &[-2.0]), (vec![2.0], vec![-1.0]));
    assert_eq!(at(&("x+".repeat(200) + "x"), &[1.0]), (vec![201.0], vec![201.0]));
}

#[test]
fn no_text_breaks_it() {
    // Pieces of formulas in random order, and random characters.
    let pieces = [
        "x", "1", "2.5e-3", "(", ")", "+", "-", "*", "/", "^", "sin(", "min(", ",", "if(", ">", "==", " ", "e", "x0",
        ".", "é", "\0", "𝔵",
    ];
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let x = Tensor::<3>::from_floats([[[0.5]], [[-2.0]]], &Device::flex().autodiff()).require_grad();
    let mut read = 0;
    for _ in 0..20_000 {
        let text: String = (0..=next(12)).map(|_| pieces[next(pieces.len())]).collect();
        match Expression::parse(&text, Variables::Number) {
            Ok(expression) => {
                read += 1;
                let values = expression.evaluate(&x);
                assert_eq!(values.dims(), [2, 1], "{text}");
                if values.is_tracked() {
                    let _ = x.grad(&values.sum().backward());
                }
            }
            Err(error) => assert!(error.column >= 1 && error.column <= text.chars().count() + 1, "{text}: {error}"),
        }
    }
    assert!(read > 300, "{read} of 20000 texts are formulas");
}

#[test]
fn it_knows_what_is_in_it() {
    let parse = |text| Expression::parse(text, Variables::Number).unwrap();
    assert!(parse("x").uses_draws() && !parse("sin(1)").uses_draws());
    assert!(parse("step(x)").has_steps() && parse("2*(x>1)").has_steps() && !parse("abs(x)").has_steps());
}
