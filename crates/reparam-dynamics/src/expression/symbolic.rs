//! Derivatives, simplification and values of expressions, by way of a graph.

use super::graph::{Binary, Graph, Node, Operation, Unary};
use super::{Expression, ExpressionError, Function, Tape};

/// A graph whose inputs are the names of one expression.
struct Named {
    graph: Graph,
    root: Node,
    names: Vec<String>,
}

impl Named {
    fn new(expression: &Expression) -> Result<Self, ExpressionError> {
        let names: Vec<String> = expression.symbols().into_iter().map(String::from).collect();
        let mut graph = Graph::default();
        // `symbols` is in alphabetical order.
        let mut lookup = |graph: &mut Graph, name: &str| {
            names.binary_search_by(|known| known.as_str().cmp(name)).ok().map(|place| graph.input(place))
        };
        let root = graph.insert(expression, &mut lookup)?;
        Ok(Self { graph, root, names })
    }

    /// A node as a tree again. A quantity that the graph holds once is written as often as it is used.
    fn tree(&self, root: Node) -> Expression {
        let mut trees: std::collections::HashMap<Node, Expression> = std::collections::HashMap::new();
        for node in self.graph.reachable(&[root]) {
            let of = |node: Node| trees[&node].clone();
            let tree = match self.graph.operation(node) {
                Operation::Number(bits) => Expression::Number(f64::from_bits(bits)),
                Operation::Input(place) => Expression::Symbol(self.names[place as usize].clone()),
                Operation::Unary(function, x) => Expression::Apply(unary(function), vec![of(x)]),
                Operation::Binary(function, x, y) => self.flat(binary(function), x, y, &trees),
                Operation::WholePower(x, n) => {
                    Expression::Apply(Function::Power, vec![of(x), Expression::Number(f64::from(n))])
                }
                Operation::Choose(condition, yes, no) => {
                    Expression::Apply(Function::Piecewise, vec![of(yes), of(condition), of(no)])
                }
            };
            trees.insert(node, tree);
        }
        trees.remove(&root).unwrap_or(Expression::Number(f64::NAN))
    }

    /// `x * x` as a power, numbers before names, sums of sums as one sum.
    fn flat(
        &self,
        function: Function,
        x: Node,
        y: Node,
        trees: &std::collections::HashMap<Node, Expression>,
    ) -> Expression {
        if function == Function::Multiply && x == y {
            return Expression::Apply(Function::Power, vec![trees[&x].clone(), Expression::Number(2.0)]);
        }
        let swap = function == Function::Multiply && self.graph.constant(y).is_some();
        let parts = if swap { [y, x] } else { [x, y] };
        let joined = matches!(function, Function::Add | Function::Multiply);
        let mut arguments = Vec::new();
        for part in parts {
            match &trees[&part] {
                Expression::Apply(inner, of) if joined && *inner == function => arguments.extend(of.iter().cloned()),
                other => arguments.push(other.clone()),
            }
        }
        Expression::Apply(function, arguments)
    }
}

impl Expression {
    /// Its derivative by a name, simplified; 0 where the name does not occur. Piecewise functions, `min`, `max` and `abs` have that of the
    /// active branch.
    ///
    /// # Errors
    /// A function with a wrong number of arguments.
    pub fn derivative(&self, name: &str) -> Result<Self, ExpressionError> {
        let mut named = Named::new(self)?;
        let Some(place) = named.names.iter().position(|known| known == name) else {
            return Ok(Self::Number(0.0));
        };
        let slope = named.graph.slopes(&[named.root], place)[0];
        Ok(named.tree(slope))
    }

    /// The same with constants folded and what is neutral (`x + 0`, `1 * x`, `--x`) left out.
    ///
    /// # Errors
    /// A function with a wrong number of arguments.
    pub fn simplified(&self) -> Result<Self, ExpressionError> {
        let named = Named::new(self)?;
        Ok(named.tree(named.root))
    }

    /// Its value, with the values of names that `lookup` gives.
    ///
    /// # Errors
    /// A function with a wrong number of arguments; a name without a value.
    pub fn value(&self, lookup: &dyn Fn(&str) -> Option<f64>) -> Result<f64, ExpressionError> {
        let named = Named::new(self)?;
        let tape = Tape::new(&named.graph, &[named.root], named.names.len(), &|_| true);
        let mut memory = tape.memory();
        for (slot, name) in memory.iter_mut().zip(&named.names) {
            *slot = lookup(name).ok_or_else(|| ExpressionError::Unknown(name.clone()))?;
        }
        tape.run(&mut memory);
        Ok(tape.output(&memory, 0))
    }
}

const fn unary(function: Unary) -> Function {
    match function {
        Unary::Negate => Function::Negate,
        Unary::Exp => Function::Exp,
        Unary::Ln => Function::Ln,
        Unary::Log10 => Function::Log10,
        Unary::Log2 => Function::Log2,
        Unary::Sqrt => Function::Sqrt,
        Unary::Abs => Function::Abs,
        Unary::Sin => Function::Sin,
        Unary::Cos => Function::Cos,
        Unary::Tan => Function::Tan,
        Unary::Asin => Function::Asin,
        Unary::Acos => Function::Acos,
        Unary::Atan => Function::Atan,
        Unary::Sinh => Function::Sinh,
        Unary::Cosh => Function::Cosh,
        Unary::Tanh => Function::Tanh,
        Unary::Floor => Function::Floor,
        Unary::Ceiling => Function::Ceiling,
        Unary::Not => Function::Not,
    }
}

const fn binary(function: Binary) -> Function {
    match function {
        Binary::Add => Function::Add,
        Binary::Subtract => Function::Subtract,
        Binary::Multiply => Function::Multiply,
        Binary::Divide => Function::Divide,
        Binary::Power => Function::Power,
        Binary::Min => Function::Min,
        Binary::Max => Function::Max,
        Binary::Less => Function::Less,
        Binary::LessEqual => Function::LessEqual,
        Binary::Greater => Function::Greater,
        Binary::GreaterEqual => Function::GreaterEqual,
        Binary::Equal => Function::Equal,
        Binary::NotEqual => Function::NotEqual,
        Binary::And => Function::And,
        Binary::Or => Function::Or,
    }
}
