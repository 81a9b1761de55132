//! What a problem in TOML becomes.

use reparam_dynamics::text::{TextError, parse_problem, read_problem, template};
use reparam_dynamics::{Expression, NoiseLaw, PriorLaw, Problem, Scale, parse_formula};

fn parse(text: &str) -> Result<Problem, TextError> {
    parse_problem(text, "a.toml", &mut |name| panic!("no file {name}"))
}

fn formula(text: &str) -> Expression {
    parse_formula(text).expect(text)
}

/// What every problem below needs besides what it is about.
const REST: &str = "
[[observable]]
name = 'y'
formula = '1'
noise = 1
[data]
time = [1]
y = [1]
";

#[test]
fn the_template_is_a_problem() {
    let problem = parse(template()).unwrap();
    assert_eq!(problem.name, "two reactions in a row");
    assert_eq!(problem.time_unit, "min");
    let states: Vec<_> = problem.system.states.iter().map(|s| (s.name.as_str(), &s.initial, &s.rate)).collect();
    let (zero, a0) = (Expression::Number(0.0), formula("a0"));
    assert_eq!(
        states,
        [
            ("A", &a0, &formula("-(k1 * A)")),
            (
                "B",
                &zero,
                &Expression::Apply(reparam_dynamics::Function::Add, vec![formula("k1*A"), formula("-(k2*B)")])
            ),
            ("C", &zero, &formula("k2 * B")),
        ]
    );
    let parameters: Vec<_> = problem.parameters.iter().map(|p| (p.name.as_str(), p.prior.law, p.bounds)).collect();
    let positive = [0.0, f64::INFINITY];
    assert_eq!(
        parameters,
        [
            ("k1", PriorLaw::LogNormal(-2.0, 1.0), positive),
            ("k2", PriorLaw::Uniform(0.001, 10.0), [0.001, 10.0]),
            ("a0", PriorLaw::Normal(10.0, 2.0), positive),
            ("sigma", PriorLaw::Cauchy(0.0, 0.5), positive),
        ]
    );
    assert_eq!(problem.parameters[1].scale, Scale::Log10);
    assert_eq!(problem.parameters[0].unit, "1/min");
    // Parameters of the system are constants of it; the one of the noise is not.
    let constants: Vec<_> = problem.system.constants.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(constants, ["volume", "k1", "k2", "a0"]);
    assert_eq!(problem.system.assigned, [("concentration".into(), formula("B / volume"))]);
    // Five of A, four of B: one is missing.
    assert_eq!(problem.measurements.len(), 9);
    let last = &problem.measurements[8];
    assert_eq!((last.observable.as_str(), last.time, last.value), ("B", 16.0, 1.6));
    assert_eq!((last.scale, last.noise_law, &last.formula), (Scale::Ln, NoiseLaw::Normal, &formula("concentration")));
    assert_eq!(last.noise, Expression::Number(0.2));
    assert_eq!(problem.experiments.len(), 1);
}

#[test]
fn reactions_become_rates_of_species() {
    let text = format!(
        "reactions = ['2 A + B <=> C; kf * A^2 * B; kr * C', '0 -> A; s', 'E + A => E + D; E * A', 'W + A -> 0; A']
        [initial]
        A = 'k_0'
        [constants]
        W = 3
        k_0 = '2 * kf'
        [parameters]
        kf = 'flat'
        kr = 'flat'
        s = {{ nominal = 2, estimate = false }}
        {REST}"
    );
    let system = parse(&text).unwrap().system;
    let names: Vec<_> = system.states.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "C", "E", "D"], "W is held");
    let net = "(kf * A^2 * B - kr * C)";
    let sum =
        |terms: &[&str]| Expression::Apply(reparam_dynamics::Function::Add, terms.iter().map(|t| formula(t)).collect());
    let double = Expression::Apply(reparam_dynamics::Function::Multiply, vec![Expression::Number(-2.0), formula(net)]);
    let Expression::Apply(_, terms) = &system.states[0].rate else { panic!("a sum") };
    assert_eq!(terms[0], double);
    assert_eq!(terms[1..], [formula("s"), formula("-(E*A)"), formula("-A")]);
    assert_eq!(system.states[1].rate, formula(&format!("-{net}")));
    assert_eq!(system.states[2].rate, formula(net));
    assert_eq!(system.states[3].rate, Expression::Number(0.0), "a catalyst stands still");
    assert_eq!(system.states[4].rate, formula("E * A"));
    assert_eq!(system.initial_constants, [("k_0".into(), formula("2 * kf"))]);
    // The same in tables.
    let table = text.replace(
        "reactions = ['2 A + B <=> C; kf * A^2 * B; kr * C', '0 -> A; s', 'E + A => E + D; E * A', 'W + A -> 0; A']",
        "[[reaction]]
        equation = '2A + B <-> C'
        rate = 'kf * A^2 * B'
        reverse = 'kr * C'
        [[reaction]]
        equation = ' -> A'
        rate = 's'
        [[reaction]]
        equation = 'E + A -> E + D'
        rate = 'E * A'
        [[reaction]]
        equation = 'W + 1 * A -> ∅'
        rate = 'A'",
    );
    assert_eq!(parse(&table).unwrap().system, system);
    assert_ne!(sum(&["s"]), system.states[0].rate);
}

#[test]
fn rates_and_assigned_quantities_come_in_order() {
    let text = format!(
        "start = 2
        [rates]
        v = 'last - v'
        u = 'time'
        [assigned]
        last = 'middle + 1'
        middle = 'first * k'
        first = 'u'
        still = 'k + 1'
        [initial]
        u = 'still'
        v = 1
        [parameters.k]
        prior = 'normal(-9, 3)'
        on_scale = true
        scale = 'ln'
        {REST}"
    )
    .replace("y = [1]", "y = [1]\n[[experiment]]\nname = 'x'\nset = { v = 'k' }\npreequilibration = { v = 2 }")
    .replace("time = [1]", "time = [inf]\nexperiment = ['x']");
    let problem = parse(&text).unwrap();
    let states: Vec<_> = problem.system.states.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(states, ["v", "u"], "the order of the file");
    let assigned: Vec<_> = problem.system.assigned.iter().map(|a| a.0.as_str()).collect();
    assert_eq!(assigned, ["first", "still", "middle", "last"]);
    let experiment = &problem.experiments[0];
    assert_eq!((experiment.name.as_str(), experiment.start), ("x", 2.0));
    assert_eq!(experiment.settings, [("v".into(), formula("k"))]);
    assert_eq!(experiment.preequilibration, Some(vec![("v".into(), Expression::Number(2.0))]));
    assert_eq!(problem.measurements[0].time, f64::INFINITY);
    let k = &problem.parameters[0];
    assert_eq!((k.scale, k.prior.on_scale, k.bounds), (Scale::Ln, true, [0.0, f64::INFINITY]));
    assert_eq!(problem.name, "a");
}

#[test]
fn events_are_read() {
    let text = format!(
        "reactions = ['A -> 0; k * A']
        [parameters]
        k = 'flat'
        dose = 'flat'
        [[event]]
        when = 'time >= 5'
        set = {{ A = 'A + dose' }}
        {REST}"
    );
    let system = parse(&text).unwrap().system;
    assert_eq!(system.events.len(), 1);
    assert_eq!((&system.events[0].name[..], &system.events[0].trigger), ("event 1", &formula("time >= 5")));
    assert_eq!(system.events[0].assignments, [("A".into(), formula("A + dose"))]);
    assert_eq!(system.constants.len(), 2, "the dose is one too");
}

#[test]
fn priors_have_their_laws_and_supports() {
    let everywhere = [f64::NEG_INFINITY, f64::INFINITY];
    let positive = [0.0, f64::INFINITY];
    for (text, law, bounds) in [
        ("flat", PriorLaw::Flat, everywhere),
        ("uniform(0, 10)", PriorLaw::Uniform(0.0, 10.0), [0.0, 10.0]),
        ("normal(1, 0.5)", PriorLaw::Normal(1.0, 0.5), everywhere),
        ("half-normal(2)", PriorLaw::Normal(0.0, 2.0), positive),
        ("laplace(-1, 2)", PriorLaw::Laplace(-1.0, 2.0), everywhere),
        ("cauchy(-1, 2)", PriorLaw::Cauchy(-1.0, 2.0), everywhere),
        ("half-cauchy(0, 5)", PriorLaw::Cauchy(0.0, 5.0), positive),
        ("half-cauchy(5)", PriorLaw::Cauchy(0.0, 5.0), positive),
        ("log-normal(-1, 1)", PriorLaw::LogNormal(-1.0, 1.0), positive),
        ("log-laplace(-1, 1)", PriorLaw::LogLaplace(-1.0, 1.0), positive),
        (" gamma ( 2 , 1e-3 )", PriorLaw::Gamma(2.0, 1e-3), positive),
        ("exponential(3)", PriorLaw::Exponential(3.0), positive),
    ] {
        let problem = parse(&format!("[rates]\nx = 'k'\n[initial]\nx = 0\n[parameters]\nk = '{text}'\n{REST}"));
        let parameter = &problem.unwrap_or_else(|e| panic!("{text}: {e}")).parameters[0];
        assert_eq!((parameter.prior.law, parameter.bounds), (law, bounds), "{text}");
    }
}

const TWO: &str = "
data = ['wide.csv', 'long.csv']
reactions = ['A -> B; k * A']
[parameters]
k = 'exponential(1)'
[[observable]]
name = 'A'
noise = 1
unit = 'mM'
[[observable]]
name = 'B'
noise = 1
[[experiment]]
name = 'one'
[[experiment]]
name = 'two'
";

#[test]
fn data_wide_and_long_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("p.toml", TWO);
    write("wide.csv", "# wide\ntime [min],experiment,A [mM],B\n1,one,0.5,\n2,two,NA,0.25\n");
    write("long.csv", "experiment\tobservable\tvalue\ttime (min)\none\tA\t0.5\t1\ntwo\tB\t0.25\t2\n");
    let problem = read_problem(&folder.path().join("p.toml")).unwrap();
    assert_eq!(problem.time_unit, "min", "from the header");
    let of = |m: &reparam_dynamics::Measurement| (m.experiment, m.observable.clone(), m.time, m.value);
    let all: Vec<_> = problem.measurements.iter().map(of).collect();
    assert_eq!(all[..2], [(0, "A".into(), 1.0, 0.5), (1, "B".into(), 2.0, 0.25)]);
    assert_eq!(all[..2], all[2..]);
    // A file that is not there is an error with its name.
    std::fs::remove_file(folder.path().join("long.csv")).unwrap();
    let error = read_problem(&folder.path().join("p.toml")).unwrap_err().to_string();
    assert!(error.contains("long.csv: cannot be read"), "{error}");
}
