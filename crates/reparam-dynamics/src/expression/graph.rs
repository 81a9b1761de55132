//! Formulae as one graph in which no quantity occurs twice: what derivatives and tapes are made of.

use std::collections::HashMap;

/// A node of a [`Graph`]. Its arguments have smaller indices: the order of nodes is an order of evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Node(pub(crate) u32);

/// Functions of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unary {
    Negate,
    Exp,
    Ln,
    Log10,
    Log2,
    Sqrt,
    Abs,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Floor,
    Ceiling,
    Not,
}

/// Functions of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Min,
    Max,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    /// A constant, by its bits.
    Number(u64),
    /// A number that comes from outside, by its place.
    Input(u32),
    Unary(Unary, Node),
    Binary(Binary, Node, Node),
    /// A whole power: right for negative bases and for 0.
    WholePower(Node, i32),
    /// The second where the first is true, the third where it is not.
    Choose(Node, Node, Node),
}

impl Operation {
    /// What it needs.
    pub(crate) fn arguments(self) -> impl Iterator<Item = Node> {
        let three = match self {
            Self::Number(_) | Self::Input(_) => [None; 3],
            Self::Unary(_, a) | Self::WholePower(a, _) => [Some(a), None, None],
            Self::Binary(_, a, b) => [Some(a), Some(b), None],
            Self::Choose(a, b, c) => [Some(a), Some(b), Some(c)],
        };
        three.into_iter().flatten()
    }
}

impl Unary {
    pub(crate) fn of(self, x: f64) -> f64 {
        match self {
            Self::Negate => -x,
            Self::Exp => x.exp(),
            Self::Ln => x.ln(),
            Self::Log10 => x.log10(),
            Self::Log2 => x.log2(),
            Self::Sqrt => x.sqrt(),
            Self::Abs => x.abs(),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Asin => x.asin(),
            Self::Acos => x.acos(),
            Self::Atan => x.atan(),
            Self::Sinh => x.sinh(),
            Self::Cosh => x.cosh(),
            Self::Tanh => x.tanh(),
            Self::Floor => x.floor(),
            Self::Ceiling => x.ceil(),
            Self::Not => f64::from(x == 0.0),
        }
    }
}

impl Binary {
    #[inline]
    pub(crate) fn of(self, x: f64, y: f64) -> f64 {
        match self {
            Self::Add => x + y,
            Self::Subtract => x - y,
            Self::Multiply => x * y,
            Self::Divide => x / y,
            Self::Power => x.powf(y),
            Self::Min => x.min(y),
            Self::Max => x.max(y),
            Self::Less => f64::from(x < y),
            Self::LessEqual => f64::from(x <= y),
            Self::Greater => f64::from(x > y),
            Self::GreaterEqual => f64::from(x >= y),
            Self::Equal => f64::from(x == y),
            Self::NotEqual => f64::from(x != y),
            Self::And => f64::from(x != 0.0 && y != 0.0),
            Self::Or => f64::from(x != 0.0 || y != 0.0),
        }
    }

    /// Whether it compares sizes, so that its value jumps where its arguments cross.
    pub(crate) const fn compares(self) -> bool {
        matches!(self, Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual | Self::Equal | Self::NotEqual)
    }
}

/// The graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<Operation>,
    known: HashMap<Operation, Node>,
}

impl Graph {
    pub(crate) fn operation(&self, node: Node) -> Operation {
        self.nodes[node.0 as usize]
    }

    /// Its value where it is a constant.
    pub(crate) fn constant(&self, node: Node) -> Option<f64> {
        match self.operation(node) {
            Operation::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    fn add(&mut self, operation: Operation) -> Node {
        if let Some(node) = self.known.get(&operation) {
            return *node;
        }
        let node = Node(self.nodes.len() as u32);
        self.nodes.push(operation);
        self.known.insert(operation, node);
        node
    }

    pub(crate) fn number(&mut self, value: f64) -> Node {
        // One zero: -0 would be another number to the table.
        self.add(Operation::Number(if value == 0.0 { 0.0_f64 } else { value }.to_bits()))
    }

    pub(crate) fn input(&mut self, place: usize) -> Node {
        self.add(Operation::Input(place as u32))
    }

    pub(crate) fn unary(&mut self, function: Unary, x: Node) -> Node {
        if let Some(value) = self.constant(x) {
            return self.number(function.of(value));
        }
        match (function, self.operation(x)) {
            (Unary::Negate, Operation::Unary(Unary::Negate, inner)) => inner,
            (Unary::Negate, Operation::Binary(Binary::Subtract, a, b)) => self.binary(Binary::Subtract, b, a),
            _ => self.add(Operation::Unary(function, x)),
        }
    }

    pub(crate) fn binary(&mut self, function: Binary, x: Node, y: Node) -> Node {
        let (a, b) = (self.constant(x), self.constant(y));
        if let (Some(a), Some(b)) = (a, b) {
            return self.number(function.of(a, b));
        }
        let is = |constant: Option<f64>, value: f64| constant == Some(value);
        match function {
            Binary::Add if is(a, 0.0) => y,
            Binary::Add | Binary::Subtract if is(b, 0.0) => x,
            Binary::Subtract if is(a, 0.0) => self.unary(Unary::Negate, y),
            Binary::Subtract if x == y => self.number(0.0),
            Binary::Multiply if is(a, 0.0) || is(b, 0.0) => self.number(0.0),
            Binary::Multiply if is(a, 1.0) => y,
            Binary::Multiply | Binary::Divide | Binary::Power if is(b, 1.0) => x,
            Binary::Multiply if is(a, -1.0) => self.unary(Unary::Negate, y),
            Binary::Multiply | Binary::Divide if is(b, -1.0) => self.unary(Unary::Negate, x),
            Binary::Divide if is(a, 0.0) => self.number(0.0),
            Binary::Power => match b {
                Some(0.0) => self.number(1.0),
                Some(2.0) => self.binary(Binary::Multiply, x, x),
                Some(0.5) => self.unary(Unary::Sqrt, x),
                Some(n) if n.fract() == 0.0 && n.abs() <= 64.0 => self.add(Operation::WholePower(x, n as i32)),
                _ => self.add(Operation::Binary(function, x, y)),
            },
            _ => self.ordered(function, x, y),
        }
    }

    /// Sums and products with their arguments in one order, signs drawn out.
    fn ordered(&mut self, function: Binary, x: Node, y: Node) -> Node {
        let negated = |graph: &Self, node| match graph.operation(node) {
            Operation::Unary(Unary::Negate, inner) => Some(inner),
            _ => None,
        };
        match (function, negated(self, x), negated(self, y)) {
            (Binary::Add, _, Some(y)) => self.binary(Binary::Subtract, x, y),
            (Binary::Add, Some(x), None) => self.binary(Binary::Subtract, y, x),
            (Binary::Subtract, _, Some(y)) => self.binary(Binary::Add, x, y),
            (Binary::Multiply | Binary::Divide, Some(x), Some(y)) => self.binary(function, x, y),
            (Binary::Multiply | Binary::Divide, Some(x), None) => {
                let inner = self.binary(function, x, y);
                self.unary(Unary::Negate, inner)
            }
            (Binary::Multiply | Binary::Divide, None, Some(y)) => {
                let inner = self.binary(function, x, y);
                self.unary(Unary::Negate, inner)
            }
            (Binary::Add | Binary::Multiply, ..) => self.add(Operation::Binary(function, x.min(y), x.max(y))),
            _ => self.add(Operation::Binary(function, x, y)),
        }
    }

    pub(crate) fn whole_power(&mut self, x: Node, n: i32) -> Node {
        let exponent = self.number(f64::from(n));
        self.binary(Binary::Power, x, exponent)
    }

    pub(crate) fn choose(&mut self, condition: Node, yes: Node, no: Node) -> Node {
        match self.constant(condition) {
            Some(0.0) => no,
            Some(_) => yes,
            None if yes == no => yes,
            None => self.add(Operation::Choose(condition, yes, no)),
        }
    }

    /// Puts an operation with other arguments into the graph, simplified.
    pub(crate) fn again(&mut self, operation: Operation, with: impl Fn(Node) -> Node) -> Node {
        match operation {
            Operation::Number(_) | Operation::Input(_) => self.add(operation),
            Operation::Unary(function, x) => self.unary(function, with(x)),
            Operation::Binary(function, x, y) => self.binary(function, with(x), with(y)),
            Operation::WholePower(x, n) => self.whole_power(with(x), n),
            Operation::Choose(condition, yes, no) => self.choose(with(condition), with(yes), with(no)),
        }
    }

    /// All nodes on which `roots` depend, themselves included, in order of evaluation.
    pub(crate) fn reachable(&self, roots: &[Node]) -> Vec<Node> {
        let mut seen = vec![false; self.nodes.len()];
        let mut open = roots.to_vec();
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut seen[node.0 as usize], true) {
                open.extend(self.operation(node).arguments());
            }
        }
        (0..seen.len()).filter(|at| seen[*at]).map(|at| Node(at as u32)).collect()
    }

    /// Inputs on which `roots` depend, in ascending order.
    pub(crate) fn inputs(&self, roots: &[Node]) -> Vec<usize> {
        let mut inputs: Vec<usize> = self
            .reachable(roots)
            .into_iter()
            .filter_map(|node| match self.operation(node) {
                Operation::Input(place) => Some(place as usize),
                _ => None,
            })
            .collect();
        inputs.sort_unstable();
        inputs
    }

    /// `roots` again, with other nodes in place of some.
    pub(crate) fn replace(&mut self, roots: &[Node], by: &HashMap<Node, Node>) -> Vec<Node> {
        let mut new: HashMap<Node, Node> = HashMap::new();
        for node in self.reachable(roots) {
            let replaced = match by.get(&node) {
                Some(other) => *other,
                None => self.again(self.operation(node), |argument| new.get(&argument).copied().unwrap_or(argument)),
            };
            new.insert(node, replaced);
        }
        roots.iter().map(|root| new[root]).collect()
    }
}
