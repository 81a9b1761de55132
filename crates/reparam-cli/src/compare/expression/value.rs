//! A number, or a number for each draw; what functions do to both.

use burn::tensor::{Bool, Tensor, activation};

use super::function::{Binary, Unary};

/// What a part of a formula is worth.
#[expect(clippy::large_enum_variant, reason = "a handful live at a time")]
#[derive(Clone, Debug)]
pub enum Value {
    /// The same for all draws.
    Constant(f64),
    /// For each draw, `[S, N]`.
    Draws(Tensor<2>),
}

impl Value {
    /// As a tensor like this one.
    pub fn spread(self, like: &Tensor<2>) -> Tensor<2> {
        match self {
            Self::Constant(number) => like.full_like(number),
            Self::Draws(draws) => draws,
        }
    }
}

/// 1 where it holds and 0 elsewhere, a constant of the type of `like`.
fn indicator(mask: Tensor<2, Bool>, like: &Tensor<2>) -> Tensor<2> {
    mask.float().cast(like.dtype())
}

/// `f(a)`.
pub fn unary(function: Unary, a: Value) -> Value {
    match a {
        Value::Constant(a) => Value::Constant(of_number(function, a)),
        Value::Draws(a) => Value::Draws(of_draws(function, a)),
    }
}

fn of_number(function: Unary, a: f64) -> f64 {
    match function {
        Unary::Negate => -a,
        Unary::Exp => a.exp(),
        Unary::Log => a.ln(),
        Unary::Sqrt => a.sqrt(),
        Unary::Sin => a.sin(),
        Unary::Cos => a.cos(),
        Unary::Tan => a.tan(),
        Unary::Tanh => a.tanh(),
        Unary::Sigmoid => 1.0 / (1.0 + (-a).exp()),
        Unary::Softplus => a.max(0.0) + (-a.abs()).exp().ln_1p(),
        Unary::Relu => a.max(0.0),
        Unary::Abs => a.abs(),
        Unary::Square => a * a,
        Unary::Sign => f64::from(i8::from(a > 0.0) - i8::from(a < 0.0)),
        Unary::Step => f64::from(u8::from(a > 0.0)),
    }
}

fn of_draws(function: Unary, a: Tensor<2>) -> Tensor<2> {
    match function {
        Unary::Negate => a.neg(),
        Unary::Exp => a.exp(),
        Unary::Log => a.log(),
        Unary::Sqrt => a.sqrt(),
        Unary::Sin => a.sin(),
        Unary::Cos => a.cos(),
        Unary::Tan => a.tan(),
        Unary::Tanh => a.tanh(),
        Unary::Sigmoid => activation::sigmoid(a),
        // Burn's own is the identity from 20 on, which in double precision is off by 2e-9. The even part has derivative 0 at 0.
        Unary::Softplus => {
            let size = a.clone().abs();
            (a + size.clone()) * 0.5 + size.neg().exp().log1p()
        }
        Unary::Relu => activation::relu(a),
        Unary::Abs => a.abs(),
        Unary::Square => a.square(),
        Unary::Sign => a.sign(),
        Unary::Step => indicator(a.clone().greater_scalar(0.0), &a),
    }
}

/// `f(a, b)`.
pub fn binary(function: Binary, a: Value, b: Value) -> Value {
    match (a, b) {
        (Value::Constant(a), Value::Constant(b)) => Value::Constant(of_numbers(function, a, b)),
        (Value::Draws(a), Value::Constant(b)) => with_number_right(function, a, b),
        (Value::Constant(a), Value::Draws(b)) => Value::Draws(with_number_left(function, a, b)),
        (Value::Draws(a), Value::Draws(b)) => Value::Draws(of_pair(function, a, b)),
    }
}

fn of_numbers(function: Binary, a: f64, b: f64) -> f64 {
    let truth = |holds: bool| f64::from(u8::from(holds));
    match function {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Times => a * b,
        Binary::Over => a / b,
        Binary::Power => a.powf(b),
        // A NaN stays one.
        Binary::Least => {
            if b < a || b.is_nan() {
                b
            } else {
                a
            }
        }
        Binary::Most => {
            if b > a || b.is_nan() {
                b
            } else {
                a
            }
        }
        Binary::Above => truth(a > b),
        Binary::Below => truth(a < b),
        Binary::AtLeast => truth(a >= b),
        Binary::AtMost => truth(a <= b),
        Binary::Equal => truth(a == b),
        Binary::Unequal => truth(a != b),
    }
}

fn with_number_right(function: Binary, a: Tensor<2>, b: f64) -> Value {
    Value::Draws(match function {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Times => a * b,
        Binary::Over => a / b,
        // x^0 is 1 without a derivative, x^1 is x: `n x^(n - 1)` would ask for 0^-1 and 0^0.
        Binary::Power if b == 0.0 => return Value::Constant(1.0),
        Binary::Power if b == 1.0 => a,
        Binary::Power if b == 2.0 => a.square(),
        Binary::Power if b.fract() == 0.0 && b.abs() <= 64.0 => a.powi_scalar(b as i32),
        Binary::Power => a.powf_scalar(b),
        _ => {
            let b = a.full_like(b);
            of_pair(function, a, b)
        }
    })
}

fn with_number_left(function: Binary, a: f64, b: Tensor<2>) -> Tensor<2> {
    match function {
        Binary::Add => b + a,
        Binary::Subtract => b.neg() + a,
        Binary::Times => b * a,
        Binary::Power if a > 0.0 => (b * a.ln()).exp(),
        _ => of_pair(function, b.full_like(a), b),
    }
}

fn of_pair(function: Binary, a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
    let truth = |mask: Tensor<2, Bool>, like: &Tensor<2>| indicator(mask, like);
    match function {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Times => a * b,
        Binary::Over => a / b,
        Binary::Power => a.powf(b),
        Binary::Least => a.min_pair(b),
        Binary::Most => a.max_pair(b),
        Binary::Above => truth(a.clone().greater(b), &a),
        Binary::Below => truth(a.clone().lower(b), &a),
        Binary::AtLeast => truth(a.clone().greater_equal(b), &a),
        Binary::AtMost => truth(a.clone().lower_equal(b), &a),
        Binary::Equal => truth(a.clone().equal(b), &a),
        Binary::Unequal => truth(a.clone().not_equal(b), &a),
    }
}
