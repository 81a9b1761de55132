//! The value of a tree for all draws at once.

use burn::tensor::{Bool, Tensor};

use super::Node;
use super::value::{Value, binary, unary};

/// The value for draws `[S, N, K]`: `[S, N]`, with its path in the draws.
pub fn evaluate(root: &Node, draws: &Tensor<3>) -> Tensor<2> {
    let [count, rows, width] = draws.dims();
    let mut numbers: Vec<Tensor<2>> =
        (0..width).map(|k| draws.clone().narrow(2, k, 1).reshape([count, rows])).collect();
    if root.any(&|node| *node == Node::Variable(width)) {
        let index = numbers.iter().enumerate().skip(1).map(|(k, weight)| weight.clone() * k as f64);
        let none = draws.clone().narrow(2, 0, 1).reshape([count, rows]) * 0.0;
        let sum = index.reduce(|sum, term| sum + term).unwrap_or(none);
        numbers.push(sum);
    }
    let like = draws.clone().narrow(2, 0, 1).reshape([count, rows]);
    value(root, &numbers).spread(&like)
}

fn value(node: &Node, numbers: &[Tensor<2>]) -> Value {
    match node {
        Node::Constant(number) => Value::Constant(*number),
        Node::Variable(k) => Value::Draws(numbers[*k].clone()),
        Node::Unary(function, inner) => unary(*function, value(inner, numbers)),
        Node::Binary(function, left, right) => binary(*function, value(left, numbers), value(right, numbers)),
        Node::Choice(parts) => {
            let [condition, then, otherwise] = &**parts;
            match value(condition, numbers) {
                Value::Constant(condition) => value(if condition == 0.0 { otherwise } else { then }, numbers),
                Value::Draws(condition) => choice(&condition, then, otherwise, numbers),
            }
        }
    }
}

/// `then` where the condition is not 0, `otherwise` elsewhere.
///
/// The derivative of a branch at draws that do not take it would be multiplied by 0, and `0 · NaN` is a NaN: `if(x > 0, sqrt(x), 0)` at a
/// negative `x`. So each branch sees a draw that takes it in the place of every draw that does not.
fn choice(condition: &Tensor<2>, then: &Node, otherwise: &Node, numbers: &[Tensor<2>]) -> Value {
    let takes = condition.clone().not_equal_elem(0.0);
    let takes_not = takes.clone().bool_not();
    let (Some(first), Some(last)) = (first(&takes), first(&takes_not)) else {
        return value(if first(&takes).is_some() { then } else { otherwise }, numbers);
    };
    let then = value(then, &replaced(numbers, &takes_not, first)).spread(condition);
    let otherwise = value(otherwise, &replaced(numbers, &takes, last)).spread(condition);
    Value::Draws(then.mask_where(takes_not, otherwise))
}

/// The first place where a mask holds.
fn first(mask: &Tensor<2, Bool>) -> Option<usize> {
    mask.clone().into_data().iter::<bool>().position(|holds| holds)
}

/// The numbers with those of the draw at `place` where the mask holds.
fn replaced(numbers: &[Tensor<2>], mask: &Tensor<2, Bool>, place: usize) -> Vec<Tensor<2>> {
    let number = |draws: &Tensor<2>| {
        // A constant in the place of draws whose branch is another: no path leads through it.
        let flat: Tensor<1> = draws.clone().inner().flatten(0, 1);
        let stand_in: f64 = flat.narrow(0, place, 1).into_scalar();
        draws.clone().mask_fill(mask.clone(), stand_in)
    };
    numbers.iter().map(number).collect()
}
