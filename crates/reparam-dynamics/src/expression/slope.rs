//! Derivatives of a graph's nodes, as nodes of the same graph.

use super::graph::{Binary, Graph, Node, Operation, Unary};
use std::collections::HashMap;

impl Graph {
    /// The derivatives of `roots` by the input at `place`. Piecewise functions, `min`, `max` and `abs` have that of the active branch;
    /// steps have 0.
    pub(crate) fn slopes(&mut self, roots: &[Node], place: usize) -> Vec<Node> {
        let zero = self.number(0.0);
        let one = self.number(1.0);
        let mut slopes: HashMap<Node, Node> = HashMap::new();
        for node in self.reachable(roots) {
            let operation = self.operation(node);
            let slope = match operation {
                Operation::Input(at) if at as usize == place => one,
                _ if operation.arguments().all(|argument| slopes.get(&argument).is_none_or(|slope| *slope == zero)) => {
                    zero
                }
                _ => self.slope(node, &|argument| slopes.get(&argument).copied().unwrap_or(zero)),
            };
            slopes.insert(node, slope);
        }
        roots.iter().map(|root| slopes.get(root).copied().unwrap_or(zero)).collect()
    }

    fn slope(&mut self, node: Node, slopes: &dyn Fn(Node) -> Node) -> Node {
        match self.operation(node) {
            Operation::Number(_) | Operation::Input(_) => self.number(0.0),
            Operation::Unary(function, x) => {
                let factor = self.unary_slope(function, x, node);
                self.binary(Binary::Multiply, factor, slopes(x))
            }
            Operation::Binary(function, x, y) => self.binary_slope(function, [x, y], [slopes(x), slopes(y)], node),
            Operation::WholePower(x, n) => {
                let (power, n) = (self.whole_power(x, n - 1), self.number(f64::from(n)));
                let factor = self.binary(Binary::Multiply, n, power);
                self.binary(Binary::Multiply, factor, slopes(x))
            }
            Operation::Choose(condition, yes, no) => self.choose(condition, slopes(yes), slopes(no)),
        }
    }

    /// `f'(x)`, where `node` is `f(x)`.
    fn unary_slope(&mut self, function: Unary, x: Node, node: Node) -> Node {
        use Unary as U;
        let (zero, one) = (self.number(0.0), self.number(1.0));
        match function {
            U::Negate => self.number(-1.0),
            U::Exp => node,
            U::Ln => self.binary(Binary::Divide, one, x),
            U::Log10 => self.reciprocal_of_scaled(x, std::f64::consts::LN_10),
            U::Log2 => self.reciprocal_of_scaled(x, std::f64::consts::LN_2),
            U::Sqrt => {
                let half = self.number(0.5);
                self.binary(Binary::Divide, half, node)
            }
            U::Abs => {
                let (below, minus) = (self.binary(Binary::Less, x, zero), self.number(-1.0));
                self.choose(below, minus, one)
            }
            U::Sin => self.unary(U::Cos, x),
            U::Cos => {
                let sine = self.unary(U::Sin, x);
                self.unary(U::Negate, sine)
            }
            U::Tan => {
                let square = self.binary(Binary::Multiply, node, node);
                self.binary(Binary::Add, one, square)
            }
            U::Asin | U::Acos => {
                let square = self.binary(Binary::Multiply, x, x);
                let rest = self.binary(Binary::Subtract, one, square);
                let root = self.unary(U::Sqrt, rest);
                let sign = self.number(if function == U::Asin { 1.0 } else { -1.0 });
                self.binary(Binary::Divide, sign, root)
            }
            U::Atan => {
                let square = self.binary(Binary::Multiply, x, x);
                let sum = self.binary(Binary::Add, one, square);
                self.binary(Binary::Divide, one, sum)
            }
            U::Sinh => self.unary(U::Cosh, x),
            U::Cosh => self.unary(U::Sinh, x),
            U::Tanh => {
                let square = self.binary(Binary::Multiply, node, node);
                self.binary(Binary::Subtract, one, square)
            }
            U::Floor | U::Ceiling | U::Not => zero,
        }
    }

    fn reciprocal_of_scaled(&mut self, x: Node, factor: f64) -> Node {
        let (one, factor) = (self.number(1.0), self.number(factor));
        let scaled = self.binary(Binary::Multiply, factor, x);
        self.binary(Binary::Divide, one, scaled)
    }

    fn binary_slope(&mut self, function: Binary, [x, y]: [Node; 2], [dx, dy]: [Node; 2], node: Node) -> Node {
        use Binary as B;
        match function {
            B::Add | B::Subtract => self.binary(function, dx, dy),
            B::Multiply => {
                let (left, right) = (self.binary(B::Multiply, dx, y), self.binary(B::Multiply, x, dy));
                self.binary(B::Add, left, right)
            }
            // (dx - (x / y) dy) / y
            B::Divide => {
                let product = self.binary(B::Multiply, node, dy);
                let rest = self.binary(B::Subtract, dx, product);
                self.binary(B::Divide, rest, y)
            }
            B::Power => self.power_slope([x, y], [dx, dy], node),
            B::Min => {
                let first = self.binary(B::LessEqual, x, y);
                self.choose(first, dx, dy)
            }
            B::Max => {
                let first = self.binary(B::GreaterEqual, x, y);
                self.choose(first, dx, dy)
            }
            _ => self.number(0.0),
        }
    }

    /// `y x^(y-1) dx + x^y ln(x) dy`; the second term is 0 at `x = 0`, its limit for a positive exponent, where `ln` has no value.
    fn power_slope(&mut self, [x, y]: [Node; 2], [dx, dy]: [Node; 2], node: Node) -> Node {
        let (zero, one) = (self.number(0.0), self.number(1.0));
        let less = self.binary(Binary::Subtract, y, one);
        let power = self.binary(Binary::Power, x, less);
        let factor = self.binary(Binary::Multiply, y, power);
        let left = self.binary(Binary::Multiply, factor, dx);
        if dy == zero {
            return left;
        }
        let logarithm = self.unary(Unary::Ln, x);
        let growth = self.binary(Binary::Multiply, node, logarithm);
        let at_zero = self.binary(Binary::Equal, x, zero);
        let growth = self.choose(at_zero, zero, growth);
        let right = self.binary(Binary::Multiply, growth, dy);
        self.binary(Binary::Add, left, right)
    }
}
