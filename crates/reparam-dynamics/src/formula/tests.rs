use super::parse_formula;
use crate::{Expression, Function};

/// The value, with `x` = 3 and `y` = 5.
fn value(expression: &Expression) -> f64 {
    let Expression::Apply(function, parts) = expression else {
        return match expression {
            Expression::Number(x) => *x,
            Expression::Symbol(name) if name == "x" => 3.0,
            Expression::Symbol(name) if name == "y" => 5.0,
            other => panic!("{other:?}"),
        };
    };
    let v: Vec<f64> = parts.iter().map(value).collect();
    let truth = |b: bool| f64::from(u8::from(b));
    match function {
        Function::Add => v.iter().sum(),
        Function::Multiply => v.iter().product(),
        Function::Subtract => v[0] - v[1],
        Function::Divide => v[0] / v[1],
        Function::Power => v[0].powf(v[1]),
        Function::Negate => -v[0],
        Function::Exp => v[0].exp(),
        Function::Ln => v[0].ln(),
        Function::Sqrt => v[0].sqrt(),
        Function::Cos => v[0].cos(),
        Function::Min => v.iter().copied().fold(f64::INFINITY, f64::min),
        Function::Max => v.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Function::Less => truth(v[0] < v[1]),
        Function::LessEqual => truth(v[0] <= v[1]),
        Function::Greater => truth(v[0] > v[1]),
        Function::GreaterEqual => truth(v[0] >= v[1]),
        Function::Equal => truth(v[0] == v[1]),
        Function::NotEqual => truth(v[0] != v[1]),
        Function::And => truth(v.iter().all(|x| *x != 0.0)),
        Function::Or => truth(v.iter().any(|x| *x != 0.0)),
        Function::Not => truth(v[0] == 0.0),
        Function::Piecewise => {
            let (otherwise, pieces) = v.split_last().expect("an odd count");
            pieces.chunks(2).find(|piece| piece[1] != 0.0).map_or(*otherwise, |piece| piece[0])
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_are_those_of_arithmetic() {
    for (text, expected) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("10 - 4 + 3 - 2", 7.0),
        ("24 / 4 / 3", 2.0),
        ("24 / 4 * 3", 18.0),
        ("2 * 24 / 4 * 3 / 9", 4.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("2 ** 3", 8.0),
        ("-2 ^ 2", -4.0),
        ("(-2) ^ 2", 4.0),
        ("2 ^ -1", 0.5),
        ("-x + y", 2.0),
        ("- - x", 3.0),
        ("2 * -x", -6.0),
        ("1e-1 + .5 + 1.", 1.6),
        ("2e1x", f64::NAN),
        ("x < y", 1.0),
        ("x + 2 >= y", 1.0),
        ("x < y && y < x || x == 3", 1.0),
        ("!(x < y)", 0.0),
        ("!x == 0", 1.0),
        ("x != 3", 0.0),
        ("piecewise(1, x > y, 2, x > 2, 3)", 2.0),
        ("piecewise(1, x > y, 3)", 3.0),
        ("min(x, y, 1) + max(x, y)", 6.0),
        ("pow(x, 2) + sqrt(y + 4)", 12.0),
        ("ln(e) + log(e) + log(8, 2)", 5.0),
        ("cos(pi)", -1.0),
        ("true + true + false", 2.0),
        ("sign(-x) + 10 * heaviside(0) + sign(0)", 4.0),
        ("sec(0)", 1.0),
        ("asinh(0.75) - ln(2)", 0.0),
        ("acosh(1.25) - ln(2)", 0.0),
        ("atanh(0.6) - ln(2)", 0.0),
    ] {
        if expected.is_nan() {
            assert!(parse_formula(text).is_err(), "{text}");
            continue;
        }
        let found = value(&parse_formula(text).unwrap_or_else(|e| panic!("{text}: {e}")));
        // A few roundings of numbers up to 512.
        assert!((found - expected).abs() <= 8.0 * f64::EPSILON * expected.abs().max(1.0), "{text}: {found}");
    }
}

#[test]
fn faults_name_the_column_and_the_rule() {
    for (text, message) in [
        ("", "column 1: expected a value, got the end"),
        ("1 +", "column 4: expected a value, got the end"),
        ("(1", "column 3: expected ')', got the end"),
        ("1)", "column 2: expected an operator or the end, got ')'"),
        ("2 A", "column 3: expected an operator or the end, got 'A'"),
        ("a = b", "column 3: '=' has no meaning in a formula; write '=='"),
        ("α·β", "column 2: '·' has no meaning in a formula; write '*'"),
        ("a $ b", "column 3: '$' has no meaning in a formula"),
        ("a < b < c", "column 7: comparisons do not chain: join them with &&"),
        ("1 + sqtr(2)", "column 5: unknown function 'sqtr'; did you mean 'sqrt'?"),
        ("k1(A + B)", "column 1: unknown function 'k1'"),
        ("exp(1, 2)", "column 1: exp takes 1 argument, got 2"),
        ("piecewise(1, 2)", "column 1: piecewise takes value, condition, …, otherwise, got 2"),
        ("exp(1; 2)", "column 6: ';' has no meaning in a formula"),
        ("1e999", "column 1: a number must be finite and written like 2, 0.5 or 1e-3, got '1e999'"),
        ("1.2.3", "column 1: a number must be finite and written like 2, 0.5 or 1e-3, got '1.2.3'"),
    ] {
        let error = parse_formula(text).expect_err(text);
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn nesting_has_a_limit_and_length_has_none() {
    for (open, close) in [("(", ")"), ("-", ""), ("exp(", ")"), ("2^", ""), ("!", ""), ("sign(", ")"), ("1/(", ")")] {
        let deep = format!("{}x{}", open.repeat(100_000), close.repeat(100_000));
        assert!(parse_formula(&deep).is_err(), "{open}");
    }
    assert!(parse_formula(&format!("{}x{}", "(".repeat(100), ")".repeat(100))).is_ok());
    // Each doubles its argument: 60 of them would be 2^60 parts.
    assert!(parse_formula(&format!("{}x{}", "sign(".repeat(60), ")".repeat(60))).is_err());
    assert!(parse_formula(&("1 / ".repeat(1000) + "x")).is_err());
    let long = parse_formula(&("1 + x - ".repeat(10_000) + "y")).expect("a long sum");
    // The first round adds 1 and 3, each later one takes 1 and adds 3, the end takes 5.
    assert_eq!(value(&long), 1.0 + 3.0 * 10_000.0 - 9_999.0 - 5.0);
}

#[test]
fn sums_and_products_are_flat() {
    let symbol = |name: &str| Expression::Symbol(name.into());
    let apply = |function, parts: Vec<Expression>| Expression::Apply(function, parts);
    assert_eq!(
        parse_formula("kf * A ^ 2 * B").unwrap(),
        apply(
            Function::Multiply,
            vec![symbol("kf"), apply(Function::Power, vec![symbol("A"), Expression::Number(2.0)]), symbol("B")]
        )
    );
    assert_eq!(parse_formula("a - b").unwrap(), apply(Function::Subtract, vec![symbol("a"), symbol("b")]));
    assert_eq!(parse_formula("-3").unwrap(), Expression::Number(-3.0));
}

/// What an expression is written as is read as one with the same value, to the last bit.
#[test]
fn written_formulae_are_read_back() {
    for text in [
        "x + y - x * (y - 7 / x) / y ^ 2 ^ x",
        "-(x + y) * -y - -2 ^ 2 + (-2) ^ 2",
        "(x - y) - (7 - x)",
        "x / (y / 7) / 11 * (x * y)",
        "(y ^ x) ^ y + x ^ -y",
        "!(x < y) && (7 >= x || x == y) && x != 1e-300",
        "(x < y) + 1 < (x && y)",
        "piecewise(1, x > 4, 0.1, y <= 3, 1e22)",
    ] {
        let expression = parse_formula(text).expect(text);
        let written = expression.to_string();
        let again = parse_formula(&written).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(value(&again).to_bits(), value(&expression).to_bits(), "{written}");
    }
    for text in [
        "exp(x) + ln(x) + log10(x) + log2(x) + sqrt(x) + abs(x) + floor(x) + ceil(x) + min(x, y, z) + max(x, y)",
        "sin(x) + cos(x) + tan(x) + asin(x) + acos(x) + atan(x) + sinh(x) + cosh(x) + tanh(x)",
        "sign(x) + log(x, 3) + asinh(x)",
    ] {
        let expression = parse_formula(text).expect(text);
        assert_eq!(parse_formula(&expression.to_string()), Ok(expression));
    }
}
