//! Graphs as instructions over an array of numbers.

use super::graph::{Binary, Graph, Node, Operation, Unary};

#[derive(Clone, Copy, Debug)]
enum Code {
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    WholePower(i32),
    Choose(u32),
    Unary(Unary),
    Binary(Binary),
}

#[derive(Clone, Copy, Debug)]
struct Instruction {
    code: Code,
    first: u32,
    second: u32,
}

/// Instructions that evaluate some nodes of a graph.
///
/// The array holds the inputs, then constants, then the results of the instructions in order. Instructions whose inputs stand
/// still during a simulation come first and run once.
#[derive(Clone, Debug)]
pub(crate) struct Tape {
    inputs: usize,
    numbers: Vec<f64>,
    still: Vec<Instruction>,
    moving: Vec<Instruction>,
    outputs: Vec<u32>,
}

impl Tape {
    /// A tape for `outputs`; of `inputs` inputs those before `states` and the one at `time` move.
    pub(crate) fn new(graph: &Graph, outputs: &[Node], inputs: usize, moves: &dyn Fn(usize) -> bool) -> Self {
        let order = graph.reachable(outputs);
        let top = order.last().map_or(0, |node| node.0 as usize + 1);
        let (mut place, mut moved) = (vec![u32::MAX; top], vec![false; top]);
        let mut tape = Self { inputs, numbers: vec![], still: vec![], moving: vec![], outputs: vec![] };
        let mut rest = [vec![], vec![]];
        for node in order {
            let at = node.0 as usize;
            let operation = graph.operation(node);
            match operation {
                Operation::Number(bits) => {
                    place[at] = (inputs + tape.numbers.len()) as u32;
                    tape.numbers.push(f64::from_bits(bits));
                }
                Operation::Input(input) => {
                    place[at] = input;
                    moved[at] = moves(input as usize);
                }
                _ => {
                    moved[at] = operation.arguments().any(|argument| moved[argument.0 as usize]);
                    rest[usize::from(moved[at])].push(node);
                }
            }
        }
        let base = inputs + tape.numbers.len();
        for (at, node) in rest[0].iter().chain(&rest[1]).enumerate() {
            place[node.0 as usize] = (base + at) as u32;
        }
        let instruction = |node: &Node| Instruction::new(graph.operation(*node), &place);
        tape.still = rest[0].iter().map(instruction).collect();
        tape.moving = rest[1].iter().map(instruction).collect();
        tape.outputs = outputs.iter().map(|node| place[node.0 as usize]).collect();
        tape
    }

    /// An array for this tape, its constants filled in.
    pub(crate) fn memory(&self) -> Vec<f64> {
        let mut memory = vec![0.0; self.inputs];
        memory.extend(&self.numbers);
        memory.resize(memory.len() + self.still.len() + self.moving.len(), 0.0);
        memory
    }

    /// Runs what depends on still inputs alone.
    pub(crate) fn run_still(&self, memory: &mut [f64]) {
        run(&self.still, memory, self.inputs + self.numbers.len());
    }

    /// Runs the rest.
    #[inline]
    pub(crate) fn run_moving(&self, memory: &mut [f64]) {
        run(&self.moving, memory, self.inputs + self.numbers.len() + self.still.len());
    }

    /// Runs all.
    pub(crate) fn run(&self, memory: &mut [f64]) {
        self.run_still(memory);
        self.run_moving(memory);
    }

    /// The value of an output.
    #[inline]
    pub(crate) fn output(&self, memory: &[f64], at: usize) -> f64 {
        memory[self.outputs[at] as usize]
    }

    /// Places of the outputs in the array.
    pub(crate) fn outputs(&self) -> &[u32] {
        &self.outputs
    }
}

impl Instruction {
    fn new(operation: Operation, place: &[u32]) -> Self {
        let of = |node: Node| place[node.0 as usize];
        match operation {
            Operation::Unary(Unary::Negate, x) => Self { code: Code::Negate, first: of(x), second: 0 },
            Operation::Unary(function, x) => Self { code: Code::Unary(function), first: of(x), second: 0 },
            Operation::Binary(function, x, y) => {
                let code = match function {
                    Binary::Add => Code::Add,
                    Binary::Subtract => Code::Subtract,
                    Binary::Multiply => Code::Multiply,
                    Binary::Divide => Code::Divide,
                    _ => Code::Binary(function),
                };
                Self { code, first: of(x), second: of(y) }
            }
            Operation::WholePower(x, n) => Self { code: Code::WholePower(n), first: of(x), second: 0 },
            Operation::Choose(condition, yes, no) => {
                Self { code: Code::Choose(of(condition)), first: of(yes), second: of(no) }
            }
            // Numbers and inputs have no instruction.
            Operation::Number(_) | Operation::Input(_) => Self { code: Code::Negate, first: 0, second: 0 },
        }
    }
}

#[inline]
fn run(instructions: &[Instruction], memory: &mut [f64], base: usize) {
    for (at, instruction) in instructions.iter().enumerate() {
        let x = memory[instruction.first as usize];
        let y = memory[instruction.second as usize];
        memory[base + at] = match instruction.code {
            Code::Add => x + y,
            Code::Subtract => x - y,
            Code::Multiply => x * y,
            Code::Divide => x / y,
            Code::Negate => -x,
            Code::WholePower(n) => x.powi(n),
            Code::Choose(condition) => {
                if memory[condition as usize] == 0.0 {
                    y
                } else {
                    x
                }
            }
            Code::Unary(function) => function.of(x),
            Code::Binary(function) => function.of(x, y),
        };
    }
}
