//! Systems made at random: whatever they are, they have a solution or an error.

mod common;

use common::{constants, state};
use reparam_core::noise::{Key, Stream};
use reparam_dynamics::{Event, Expression, Function, Method, Simulator, SolveOptions, System};

const FUNCTIONS: [(Function, usize); 30] = [
    (Function::Add, 3),
    (Function::Multiply, 2),
    (Function::Subtract, 2),
    (Function::Divide, 2),
    (Function::Power, 2),
    (Function::Negate, 1),
    (Function::Exp, 1),
    (Function::Ln, 1),
    (Function::Log10, 1),
    (Function::Sqrt, 1),
    (Function::Abs, 1),
    (Function::Sin, 1),
    (Function::Cos, 1),
    (Function::Tan, 1),
    (Function::Asin, 1),
    (Function::Atan, 1),
    (Function::Sinh, 1),
    (Function::Tanh, 1),
    (Function::Floor, 1),
    (Function::Ceiling, 1),
    (Function::Min, 2),
    (Function::Max, 3),
    (Function::Less, 2),
    (Function::GreaterEqual, 2),
    (Function::Equal, 2),
    (Function::And, 2),
    (Function::Or, 2),
    (Function::Not, 1),
    (Function::Piecewise, 3),
    (Function::Piecewise, 5),
];

/// Draws whole numbers one after the other.
struct Dice(Stream, u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.1 += 1;
        (self.0.bits(self.1) % sides as u64) as usize
    }

    fn leaf(&mut self) -> Expression {
        let numbers = [0.0, 1.0, -1.0, 0.5, 2.0, 3.0, 1e-9, 1e9, 1e300, 0.1];
        match self.roll(8) {
            0 => "x".into(),
            1 => "y".into(),
            2 => "z".into(),
            3 => "time".into(),
            4 | 5 => "p".into(),
            6 => "q".into(),
            _ => numbers[self.roll(numbers.len())].into(),
        }
    }

    fn expression(&mut self, depth: usize) -> Expression {
        if depth == 0 || self.roll(5) == 0 {
            return self.leaf();
        }
        let (function, count) = FUNCTIONS[self.roll(FUNCTIONS.len())];
        Expression::apply(function, (0..count).map(|_| self.expression(depth - 1)).collect())
    }

    fn system(&mut self) -> System {
        let compare = [Function::Less, Function::GreaterEqual][self.roll(2)];
        let trigger = Expression::apply(compare, vec![self.expression(2), self.expression(1)]);
        let target = ["x", "y", "q"][self.roll(3)].to_owned();
        let event = Event { name: "e".into(), trigger, assignments: vec![(target, self.expression(2))] };
        System {
            states: ["x", "y", "z"].map(|name| state(name, self.roll(3) as f64, self.expression(4))).into(),
            constants: constants(&[("p", 0.7), ("q", 2.0)]),
            events: if self.roll(2) == 0 { vec![event] } else { vec![] },
            ..System::default()
        }
    }
}

#[test]
fn any_system_has_a_solution_or_an_error() {
    let names = ["p".to_owned(), "q".to_owned()];
    let times = [0.0, 1e-6, 0.1, 1.0, 1.0, 7.0];
    let mut solved = 0;
    for number in 0..1500 {
        let system = Dice(Key::new(1).site("system").step(number), 0).system();
        let Ok(simulator) = Simulator::new(&system, &names) else { continue };
        for method in [Method::Auto, Method::Explicit, Method::Implicit] {
            let options = SolveOptions { steps: 500, method, ..SolveOptions::default() };
            if let Ok(got) = simulator.simulate(&[0.7, 2.0], &times, &options) {
                solved += 1;
                for time in 0..times.len() {
                    for state in 0..3 {
                        assert!(got.state(time, state).is_finite(), "{number}");
                        assert!((0..2).all(|p| got.sensitivity(time, state, p).is_finite()), "{number}");
                    }
                }
            }
            drop(simulator.states_at(&[-1.0, 0.0], &times, &options));
        }
        drop(simulator.steady_state(&[0.7, 2.0], &SolveOptions { steps: 500, ..SolveOptions::default() }));
    }
    // That the test is one of solutions too.
    assert!(solved > 300, "{solved}");
}
