//! Simulations against closed forms and reference solutions.

mod common;

use common::{NUMBERS, apply, chain, chain_solution, constants, lotka_volterra, names, product, robertson, state, table};
use reparam_dynamics::{
    Event, Expression, Function, Method, Simulator, SolveError, SolveOptions, State, System, SystemError, Trajectory,
};

const METHODS: [Method; 3] = [Method::Auto, Method::Explicit, Method::Implicit];

fn at(relative: f64, method: Method) -> SolveOptions {
    SolveOptions::default().with_tolerances(relative, relative * 1e-4).with_method(method)
}

/// The largest error of states and of sensitivities (by the logarithm of the number), each relative to its largest value.
fn errors(got: &Trajectory, numbers: &[f64], want: &[(Vec<f64>, Vec<Vec<f64>>)]) -> [f64; 2] {
    let states = want[0].0.len();
    let mut worst = [0.0_f64; 2];
    for state in 0..states {
        let size = want.iter().map(|(y, _)| y[state].abs()).fold(0.0, f64::max);
        for (time, (y, _)) in want.iter().enumerate() {
            worst[0] = worst[0].max((got.state(time, state) - y[state]).abs() / size);
        }
        for (number, value) in numbers.iter().enumerate() {
            for (time, (_, s)) in want.iter().enumerate() {
                let wrong = (got.sensitivity(time, state, number) - s[number][state]).abs() * value;
                let most = want.iter().map(|(_, s)| (s[number][state] * value).abs()).fold(size, f64::max);
                worst[1] = worst[1].max(wrong / most);
            }
        }
    }
    worst
}

fn chain_reference(numbers: [f64; 3], times: &[f64]) -> Vec<(Vec<f64>, Vec<Vec<f64>>)> {
    let of = |t: &f64| {
        let (y, s) = chain_solution(numbers, *t);
        (y.to_vec(), s.map(Vec::from).to_vec())
    };
    times.iter().map(of).collect()
}

fn lotka_volterra_reference() -> Vec<(Vec<f64>, Vec<Vec<f64>>)> {
    let of = |row: Vec<f64>| (row[..2].to_vec(), (0..6).map(|number| vec![row[2 + number], row[8 + number]]).collect());
    table(include_str!("golden/lotka_volterra.csv")).into_iter().map(of).collect()
}

/// The table of the documentation: what tolerance buys what error, over both methods. Errors of a step add up over the steps that
/// the solution remembers: a factor of 10 for the explicit method, whose estimate is conservative, 100 for the implicit one,
/// whose steps are corrected only to a fifth of the tolerance each, and for 20 years of an oscillation.
#[test]
fn errors_follow_tolerances() {
    let numbers = [0.7, 0.3, 2.0];
    let times: Vec<f64> = (0..=20).map(|t| f64::from(t) * 0.5).collect();
    let linear = Simulator::new(&chain(), &names(["k1", "k2", "a0"])).expect("a system");
    let cycle = Simulator::new(&lotka_volterra(), &names(["alpha", "beta", "gamma", "delta", "u0", "v0"])).expect("a system");
    let years: Vec<f64> = (0..=20).map(f64::from).collect();
    for relative in [1e-4, 1e-6, 1e-8, 1e-10] {
        for (method, factor) in [(Method::Explicit, 10.0), (Method::Implicit, 100.0)] {
            let options = at(relative, method);
            let got = linear.simulate(&numbers, &times, &options).expect("a solution");
            let [states, slopes] = errors(&got, &numbers, &chain_reference(numbers, &times));
            let got = cycle.simulate(&NUMBERS, &years, &options).expect("a solution");
            let [cycle_states, cycle_slopes] = errors(&got, &NUMBERS, &lotka_volterra_reference());
            println!("{relative:e} {method:?}: {states:.1e} {slopes:.1e} {cycle_states:.1e} {cycle_slopes:.1e}");
            for error in [states, slopes, cycle_states, cycle_slopes] {
                assert!(error < factor * relative, "{method:?} at {relative}: {error}");
            }
        }
    }
}

/// Negative control: a sensitivity by another number is far from right.
#[test]
fn errors_see_a_wrong_sensitivity() {
    let numbers = [0.7, 0.3, 2.0];
    let linear = Simulator::new(&chain(), &names(["k2", "k1", "a0"])).expect("a system");
    let got = linear.simulate(&[0.3, 0.7, 2.0], &[1.0, 2.0], &at(1e-8, Method::Explicit)).expect("a solution");
    assert!(errors(&got, &numbers, &chain_reference(numbers, &[1.0, 2.0]))[1] > 0.1);
}

/// States over 15 decades of time. The reference was computed with 1e-12; the solver's own errors of a step add up to 100 of them.
#[test]
fn robertson_follows_the_reference() {
    let rows = table(include_str!("golden/robertson.csv"));
    let times: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    let simulator = Simulator::new(&robertson(), &names(["k1", "k2", "k3"])).expect("a system");
    for relative in [1e-4, 1e-6, 1e-8] {
        for method in [Method::Auto, Method::Implicit] {
            let options = SolveOptions::default().with_tolerances(relative, relative * 1e-13).with_method(method);
            let alone = simulator.states_at(&[0.04, 3e7, 1e4], &times, &options).expect("a solution");
            let with = simulator.simulate(&[0.04, 3e7, 1e4], &times, &options).expect("a solution");
            let mut worst = [0.0_f64; 2];
            for (time, row) in rows.iter().enumerate() {
                for state in 0..3 {
                    for (worst, got) in worst.iter_mut().zip([&alone, &with]) {
                        *worst = worst.max((got.state(time, state) / row[1 + state] - 1.0).abs());
                    }
                }
            }
            println!("{relative:e} {method:?}: {worst:?}");
            assert!(worst.iter().all(|worst| *worst < 100.0 * relative), "{method:?} at {relative}: {worst:?}");
        }
    }
}

/// Sensitivities of a stiff system by differences of states at a tight tolerance: truncation `h²/6` times a third derivative of about
/// the value itself, with `h = 1e-3` 2e-7; solver's error over `h` 1e-10 / 1e-3 = 1e-7, times the steps it adds up over.
#[test]
fn robertson_sensitivities_match_differences() {
    let simulator = Simulator::new(&robertson(), &names(["k1", "k2", "k3"])).expect("a system");
    let numbers = [0.04, 3e7, 1e4];
    let times = [1e-3, 1.0, 1e3, 1e6];
    let options = SolveOptions::default().with_tolerances(1e-10, 1e-18);
    let got = simulator.simulate(&numbers, &times, &options).expect("a solution");
    for number in 0..3 {
        let moved = |sign: f64| {
            let mut numbers = numbers;
            numbers[number] *= (sign * 1e-3_f64).exp();
            simulator.states_at(&numbers, &times, &options).expect("a solution")
        };
        let (above, below) = (moved(1.0), moved(-1.0));
        for time in 0..times.len() {
            for state in 0..3 {
                let slope = (above.state(time, state) - below.state(time, state)) / 2e-3;
                let wrong = (got.sensitivity(time, state, number) * numbers[number] - slope).abs();
                let size = got.state(time, state).abs();
                assert!(wrong < 1e-5 * size, "{time} {state} {number}: {wrong} of {size}");
            }
        }
    }
}

fn decay_with(events: Vec<Event>, rate: Expression) -> System {
    System {
        states: vec![state("x", "x0", rate)],
        constants: constants(&[("k", 0.5), ("x0", 1.0), ("dose", 2.0), ("when", 3.0)]),
        events,
        ..System::default()
    }
}

fn decay() -> Expression {
    apply(Function::Negate, [product(["k", "x"])])
}

/// `x' = -k x`, `x += dose` at `t = when`: `x(t) = x0 e^(-k t) + dose e^(-k (t - when))` from there on, and its derivatives.
#[test]
fn sensitivities_pass_an_event_in_time() {
    let event = Event {
        name: "dose".into(),
        trigger: apply(Function::GreaterEqual, ["time".into(), "when".into()]),
        assignments: vec![("x".into(), apply(Function::Add, ["x".into(), "dose".into()]))],
    };
    let simulator = Simulator::new(&decay_with(vec![event], decay()), &names(["k", "x0", "dose", "when"])).expect("a system");
    let [k, x0, dose, when] = [0.5_f64, 1.0, 2.0, 3.0];
    let times = [0.0, 2.5, 3.0, 5.0];
    for method in METHODS {
        let got = simulator.simulate(&[k, x0, dose, when], &times, &at(1e-9, method)).expect("a solution");
        for (row, t) in times.iter().enumerate() {
            let after = f64::from(*t >= when);
            let (first, second) = ((-k * t).exp(), after * (-k * (t - when)).exp());
            let want = x0 * first + dose * second;
            let slopes = [-t * x0 * first - (t - when) * dose * second, first, second, k * dose * second];
            assert!((got.state(row, 0) - want).abs() < 1e-7, "{method:?} {t}");
            for (number, slope) in slopes.iter().enumerate() {
                assert!((got.sensitivity(row, 0, number) - slope).abs() < 1e-7, "{method:?} {t} {number}");
            }
        }
    }
}

/// `x' = -k x` until `x` falls to `dose`, then `x = x0` again: reset at `T = ln(x0 / dose) / k`.
#[test]
fn sensitivities_pass_an_event_in_a_state() {
    let event = Event {
        name: "refill".into(),
        trigger: apply(Function::Less, ["x".into(), "dose".into()]),
        assignments: vec![("x".into(), "x0".into())],
    };
    let simulator = Simulator::new(&decay_with(vec![event], decay()), &names(["k", "x0", "dose"])).expect("a system");
    let [k, x0, dose] = [0.5_f64, 3.0, 1.0];
    let period = (x0 / dose).ln() / k;
    for method in METHODS {
        let got = simulator.simulate(&[k, x0, dose], &[period + 1.0, 2.0 * period + 0.5], &at(1e-9, method)).expect("a solution");
        for (row, (rounds, rest)) in [(1.0, 1.0), (2.0, 0.5)].into_iter().enumerate() {
            // x = x0 e^(-k (t - rounds T)), k T = ln(x0 / dose)
            let x = x0 * (-k * rest).exp();
            let t = rounds * period + rest;
            let slopes = [-t * x, x / x0 * (1.0 + rounds), -x * rounds / dose];
            assert!((got.state(row, 0) - x).abs() < 1e-7 * x, "{method:?} {row}");
            for (number, slope) in slopes.iter().enumerate() {
                let found = got.sensitivity(row, 0, number);
                assert!((found - slope).abs() < 1e-6 * slope.abs(), "{method:?} {row} {number}: {found} {slope}");
            }
        }
    }
}

/// A rate that jumps at a time: `x' = k` before `when`, `x' = -dose` after.
#[test]
fn sensitivities_pass_a_switch() {
    let rate = apply(
        Function::Piecewise,
        ["k".into(), apply(Function::Less, ["time".into(), "when".into()]), apply(Function::Negate, ["dose".into()])],
    );
    let simulator = Simulator::new(&decay_with(vec![], rate), &names(["k", "x0", "dose", "when"])).expect("a system");
    for method in METHODS {
        let got = simulator.simulate(&[0.5, 1.0, 2.0, 3.0], &[3.0, 4.0], &at(1e-9, method)).expect("a solution");
        // x = x0 + k when - dose (t - when)
        for (found, want) in [got.state(0, 0), got.state(1, 0)].into_iter().zip([2.5, 0.5]) {
            assert!((found - want).abs() < 1e-9, "{method:?}: {found}");
        }
        for (number, want) in [3.0, 1.0, -1.0, 2.5].into_iter().enumerate() {
            assert!((got.sensitivity(1, 0, number) - want).abs() < 1e-9, "{method:?} {number}");
        }
    }
}

/// An event that moves a constant, and one set off by it.
#[test]
fn events_move_constants_and_set_off_others() {
    let greater = |a: &str, b: f64| apply(Function::GreaterEqual, [a.into(), b.into()]);
    let events = vec![
        Event { name: "stop".into(), trigger: greater("time", 2.0), assignments: vec![("k".into(), 0.0.into())] },
        Event {
            name: "then".into(),
            trigger: apply(Function::LessEqual, ["k".into(), 0.1.into()]),
            assignments: vec![("x".into(), 7.0.into())],
        },
    ];
    let simulator = Simulator::new(&decay_with(events, decay()), &[]).expect("a system");
    let got = simulator.states_at(&[], &[1.0, 2.0, 9.0], &at(1e-9, Method::Auto)).expect("a solution");
    assert_eq!(simulator.states(), ["x", "k"]);
    assert!((got.state(0, 0) - (-0.5_f64).exp()).abs() < 1e-8);
    assert_eq!([got.state(1, 0), got.state(2, 0)], [7.0, 7.0]);
}

/// `x' = k - d x` from anywhere to `k/d`; and a conserved total, where the Jacobian is singular: `a <-> b`, `a = total r / (f + r)`.
#[test]
fn steady_states_have_sensitivities() {
    let rate = apply(Function::Subtract, ["k".into(), product(["dose", "x"])]);
    let simulator = Simulator::new(&decay_with(vec![], rate), &names(["k", "dose", "x0"])).expect("a system");
    let got = simulator.steady_state(&[0.5, 2.0, 10.0], &at(1e-8, Method::Auto)).expect("a steady state");
    for (found, want) in
        [got.state(0, 0), got.sensitivity(0, 0, 0), got.sensitivity(0, 0, 1), got.sensitivity(0, 0, 2)]
            .into_iter()
            .zip([0.25, 0.5, -0.125, 0.0])
    {
        assert!((found - want).abs() < 1e-9, "{found} {want}");
    }
    let net = |sign: f64| {
        let rate = apply(Function::Subtract, [product(["r", "b"]), product(["f", "a"])]);
        apply(Function::Multiply, [sign.into(), rate])
    };
    let system = System {
        states: vec![state("a", "total", net(1.0)), state("b", 0.0, net(-1.0))],
        constants: constants(&[("f", 0.3), ("r", 0.1), ("total", 5.0)]),
        ..System::default()
    };
    let simulator = Simulator::new(&system, &names(["f", "r", "total"])).expect("a system");
    let got = simulator.steady_state(&[0.3, 0.1, 5.0], &at(1e-8, Method::Auto)).expect("a steady state");
    let wanted = [1.25, -5.0 * 0.1 / 0.16, 5.0 * 0.3 / 0.16, 0.25];
    for (found, want) in
        [got.state(0, 0), got.sensitivity(0, 0, 0), got.sensitivity(0, 0, 1), got.sensitivity(0, 0, 2)]
            .into_iter()
            .zip(wanted)
    {
        assert!((found - want).abs() < 1e-6 * want.abs(), "{found} {want}");
    }
}

/// The solver's failures are errors: a solution that ends, an oscillation asked for its steady state, numbers without a value.
#[test]
fn failures_are_errors() {
    let blow_up = apply(Function::Multiply, ["x".into(), "x".into()]);
    let simulator = Simulator::new(&decay_with(vec![], blow_up), &names(["x0"])).expect("a system");
    for method in METHODS {
        let result = simulator.simulate(&[1.0], &[2.0], &at(1e-6, method));
        assert!(result.is_err(), "{method:?}");
        assert!(simulator.simulate(&[f64::NAN], &[2.0], &at(1e-6, method)).is_err());
        assert!(simulator.simulate(&[1e300], &[2.0], &at(1e-6, method)).is_err());
    }
    for times in [[1.0, 0.5], [-1.0, 2.0], [f64::NAN, 1.0], [1.0, f64::INFINITY]] {
        assert!(matches!(simulator.simulate(&[0.1], &times, &at(1e-6, Method::Auto)), Err(SolveError::Input { .. })));
    }
    assert!(simulator.simulate(&[0.1], &[1.0], &at(0.0, Method::Auto)).is_err());
    let root = apply(Function::Sqrt, [apply(Function::Negate, ["x".into()])]);
    let simulator = Simulator::new(&decay_with(vec![], root), &names(["x0"])).expect("a system");
    for method in METHODS {
        assert!(simulator.simulate(&[1.0], &[1.0], &at(1e-6, method)).is_err(), "{method:?}");
    }
    let cycle = Simulator::new(&lotka_volterra(), &[]).expect("a system");
    let error = cycle.steady_state(&[], &SolveOptions { steps: 2000, ..at(1e-6, Method::Auto) });
    assert!(matches!(error, Err(SolveError::Unsteady { .. })), "{error:?}");
}

/// Systems that are wrong by themselves.
#[test]
fn wrong_systems_are_errors() {
    let of = |system: &System| Simulator::new(system, &[]).map(drop);
    let one = |name: &str, rate: Expression| System { states: vec![state(name, 1.0, rate)], ..System::default() };
    assert!(matches!(of(&one("x", "y".into())), Err(SystemError::Formula { .. })));
    assert!(matches!(of(&one("time", 0.0.into())), Err(SystemError::Reserved(_))));
    let twice = System { states: vec![state("x", 1.0, 0.0.into()), state("x", 1.0, 0.0.into())], ..System::default() };
    assert_eq!(of(&twice), Err(SystemError::Twice("x".into())));
    let circle = System { assigned: vec![("a".into(), "b".into()), ("b".into(), "a".into())], ..one("x", "a".into()) };
    assert!(matches!(of(&circle), Err(SystemError::Circle(_))));
    let event = Event { name: "e".into(), trigger: "x".into(), assignments: vec![] };
    assert!(matches!(of(&decay_with(vec![event], decay())), Err(SystemError::Event { .. })));
    let event = Event { name: "e".into(), trigger: 1.0.into(), assignments: vec![("q".into(), 0.0.into())] };
    assert!(matches!(of(&decay_with(vec![event], decay())), Err(SystemError::Setting { .. })));
}

/// Nothing to integrate, or nothing between two times.
#[test]
fn empty_cases_have_answers() {
    let simulator = Simulator::new(&System::default(), &[]).expect("a system");
    assert!(simulator.simulate(&[], &[0.0, 1.0, 1.0], &SolveOptions::default()).is_ok());
    let simulator = Simulator::new(&decay_with(vec![], decay()), &[]).expect("a system");
    let got = simulator.simulate(&[], &[0.0, 0.0, 1e-300, 1.0, 1.0], &SolveOptions::default()).expect("a solution");
    assert_eq!([got.state(0, 0), got.state(1, 0), got.state(2, 0)], [1.0; 3]);
    assert_eq!(got.state(3, 0), got.state(4, 0));
    let _: State = state("x", 0.0, 0.0.into());
}
