//! Each mistake in a problem's files is one error with file, line, value and rule; none is a panic.

use reparam_dynamics::text::{TextError, parse_problem, template};

/// The file that all mistakes are made in; its lines are counted from 1.
const GOOD: &str = "name = 'decay'
time_unit = 'min'
data = 'd.csv'
reactions = ['A -> B; k1 * A']
[initial]
A = 'a0'
[constants]
volume = 2
[parameters]
k1 = 'log-normal(-1, 1)'
a0 = { prior = 'normal(10, 2)', lower = 0 }
sigma = 'half-cauchy(5)'
[assigned]
total = 'A + B'
[[observable]]
name = 'A'
noise = 'sigma'
scale = 'ln'
";
const DATA: &str = "# counted\ntime,A\n1,2\n\n2,1\n";

fn read(text: &str, data: &str) -> Result<(), TextError> {
    parse_problem(text, "a.toml", &mut |name| Ok((name.into(), data.into()))).map(|_| ())
}

fn message(text: &str, data: &str) -> String {
    read(text, data).expect_err(text).to_string()
}

/// What is put in place of what in the file, and the message.
const FAULTS: &[(&str, &str, &str)] = &[
    ("time_unit", "timeunit", "a.toml:2: the file: unknown key 'timeunit'; did you mean 'time_unit'?"),
    ("[initial]", "[intial]", "a.toml:5: the file: unknown key 'intial'; did you mean 'initial'?"),
    ("A = 'a0'", "AA = 'a0'", "a.toml:6: initial: unknown key 'AA'; did you mean 'A'?"),
    ("noise = ", "niose = ", "a.toml:17: observable[1]: unknown key 'niose'; did you mean 'noise'?"),
    ("lower = 0", "lowr = 0", "a.toml:11: parameters.a0: unknown key 'lowr'; did you mean 'lower'?"),
    ("name = 'decay'", "name = 3", "a.toml:1: name: must be a text, got 3"),
    ("name = 'decay'", "name = ", "a.toml:1: not TOML: string values must be quoted, expected literal string"),
    (
        "A -> B;",
        "A - > B;",
        "a.toml:4: reactions[1]: must be like 'A + 2 B -> C; rate' or 'A <-> B; rate; rate back', got 'A - > B; k1 * A'",
    ),
    (
        "A -> B;",
        "A <-> B;",
        "a.toml:4: reactions[1]: a reaction with a double arrow must have 2 rates, each after a ';', not 1, got 'A <-> B; k1 * A'",
    ),
    (
        "k1 * A'",
        "k1 * A; 2'",
        "a.toml:4: reactions[1]: a reaction with a single arrow must have 1 rate, each after a ';', not 2, got 'A -> B; k1 * A; 2'",
    ),
    ("k1 * A'", "k1 * (A'", "a.toml:4: reactions[1]: column 8: expected ')', got the end in 'k1 * (A'"),
    (
        "k1 * A'",
        "k2 * A'",
        "a.toml:4: reactions[1]: 'k2' is no state, parameter, constant or assigned quantity; did you mean 'k1'?",
    ),
    (
        "k1 * A'",
        "exq(k1) * A'",
        "a.toml:4: reactions[1]: column 1: unknown function 'exq'; did you mean 'exp'? in 'exq(k1) * A'",
    ),
    (
        "A = 'a0'",
        "A = 'B'",
        "a.toml:6: initial.A: 'B' is a state and must be a parameter, constant or assigned quantity",
    ),
    (
        "A = 'a0'",
        "A = 'total'",
        "a.toml:6: initial.A: an initial value must not follow from states or time, got 'total'",
    ),
    ("A = 'a0'", "A = nan", "a.toml:6: initial.A: must be a finite number, got nan"),
    ("A = 'a0'", "A = true", "a.toml:6: initial.A: must be a finite number or a formula in quotes, got true"),
    ("volume = 2", "volume = 1e999", "a.toml:8: constants.volume: must be a finite number, got 1e999"),
    (
        "volume = 2",
        "volume = 99999999999999999999",
        "a.toml:8: constants.volume: must be a finite number, got 99999999999999999999",
    ),
    (
        "volume = 2",
        "pi = 2",
        "a.toml:8: constants.pi: a name must not be one that formulae have for something else, got 'pi'",
    ),
    (
        "volume = 2",
        "'a b' = 2",
        "a.toml:8: constants.a b: a name must be letters, digits and _, and not begin with a digit, got 'a b'",
    ),
    ("volume = 2", "k1 = 2", "a.toml:8: constants.k1: named already, as a parameter"),
    ("total =", "A =", "a.toml:14: assigned.A: named already, as a state"),
    ("'A + B'", "'total + B'", "a.toml:14: assigned.total: follows from itself"),
    (
        "'log-normal(-1, 1)'",
        "'lognormal(-1, 1)'",
        "a.toml:10: parameters.k1: the law must be one of flat, uniform, normal, half-normal, laplace, cauchy, half-cauchy, log-normal, log-laplace, gamma, exponential (did you mean 'log-normal'?), got 'lognormal(-1, 1)'",
    ),
    (
        "'log-normal(-1, 1)'",
        "'log-normal(-1)'",
        "a.toml:10: parameters.k1: must be log-normal(mean of ln, sd of ln), got 'log-normal(-1)'",
    ),
    (
        "'log-normal(-1, 1)'",
        "'log-normal(-1, 0)'",
        "a.toml:10: parameters.k1: log-normal: sd of ln must be > 0, got 'log-normal(-1, 0)'",
    ),
    (
        "'log-normal(-1, 1)'",
        "'uniform(2, 1)'",
        "a.toml:10: parameters.k1: uniform: low must be less than high, got 'uniform(2, 1)'",
    ),
    (
        "'log-normal(-1, 1)'",
        "'log-normal(-1, nan)'",
        "a.toml:10: parameters.k1: a prior must be a law with its numbers, such as 'log-normal(-1, 1)', got 'log-normal(-1, nan)'",
    ),
    (
        "prior = 'normal(10, 2)', lower = 0",
        "lower = 0",
        "a.toml:11: parameters.a0.prior: missing; write what is known beforehand, such as 'log-normal(-1, 1)', or 'flat'",
    ),
    (
        "lower = 0",
        "lower = nan",
        "a.toml:11: parameters.a0.lower: must be between -inf and inf, where prior and scale allow values, got nan",
    ),
    (
        "lower = 0",
        "lower = 2, upper = 1",
        "a.toml:11: parameters.a0: the lower bound must be less than the upper one, got 2 and 1",
    ),
    (
        "lower = 0",
        "lower = -1, scale = 'ln'",
        "a.toml:11: parameters.a0.lower: must be between 0 and inf, where prior and scale allow values, got -1",
    ),
    (
        "lower = 0",
        "lower = 0, nominal = -1",
        "a.toml:11: parameters.a0.nominal: must be within the bounds 0 and inf, got -1",
    ),
    ("lower = 0", "scale = 'log'", "a.toml:11: parameters.a0.scale: must be one of lin, ln, log10, got 'log'"),
    (
        "lower = 0",
        "scale = 'ln', nominal = 0",
        "a.toml:11: parameters.a0.nominal: must be > 0 on a logarithmic scale, got 0",
    ),
    (
        "sigma = 'half-cauchy(5)'",
        "sigma = 'half-cauchy(5)'\nk9 = 'flat'",
        "a.toml:13: parameters.k9: a parameter must be named by a formula, got one that none names",
    ),
    ("noise = 'sigma'", "noise = 0", "a.toml:17: observable[1].noise: must be > 0, got 0"),
    (
        "noise = 'sigma'",
        "noise = 'sgima'",
        "a.toml:17: observable[1].noise: 'sgima' is no state, parameter, constant or assigned quantity; did you mean 'sigma'?",
    ),
    (
        "name = 'A'",
        "name = 'Z'",
        "a.toml:15: observable[1].formula: missing; an observable needs one, unless its name is a state's or an assigned quantity's",
    ),
    (
        "name = 'A'",
        "name = 'time'",
        "a.toml:16: observable[1].name: must be a name other than time, experiment, observable, value, got 'time'",
    ),
    (
        "scale = 'ln'",
        "scale = 'ln'\n[[observable]]\nname = 'A'\nnoise = 1",
        "a.toml:19: A: named already, as observable 1",
    ),
    (
        "scale = 'ln'",
        "scale = 'ln'\n[[observable]]\nname = 'B'\nnoise = 1",
        "a.toml:19: observable 'B': missing; it must have at least one measurement in the data",
    ),
    (
        "scale = 'ln'",
        "[[event]]\nset = { A = 2 }",
        "a.toml:18: event[1].when: missing; an event needs the condition that makes it happen, such as 'time >= 5'",
    ),
    (
        "scale = 'ln'",
        "[[event]]\nwhen = 'time > 1'\nset = { total = 2 }",
        "a.toml:20: event[1].set: 'total' is an assigned quantity and must be a state or constant",
    ),
    (
        "scale = 'ln'",
        "[[experiment]]\nname = 'x'\nset = { k1 = 2 }",
        "a.toml:20: experiment[1].set: 'k1' is a parameter and must be a state or constant",
    ),
    (
        "scale = 'ln'",
        "[[experiment]]\nname = 'x'\n[[experiment]]\nname = 'x'",
        "a.toml:21: x: named already, as experiment 1",
    ),
    (
        "data = 'd.csv'",
        "",
        "a.toml:1: data: missing; measurements are needed: data = 'file.csv', or a table [data] of arrays",
    ),
    (
        "reactions = ['A -> B; k1 * A']",
        "",
        "a.toml: reactions: missing; a problem needs reactions = ['A -> B; k * A', …] or the right-hand sides of states under [rates]",
    ),
];

#[test]
fn mistakes_in_the_file_are_told_apart() {
    assert_eq!(read(GOOD, DATA), Ok(()));
    for (from, to, expected) in FAULTS {
        assert!(GOOD.contains(*from), "{from}");
        assert_eq!(message(&GOOD.replacen(from, to, 1), DATA), *expected, "{to}");
    }
}

#[test]
fn mistakes_in_the_data_are_told_apart() {
    for (data, expected) in [
        ("", "d.csv: header: missing; the first line must name the columns"),
        ("A\n1\n", "d.csv:1: column 'time': missing; every measurement needs its time"),
        ("time,AA\n1,2\n", "d.csv:1: column: must be one of A, time, experiment (did you mean 'A'?), got 'AA'"),
        ("time [h],A\n1,2\n", "d.csv:1: time: must be in the problem's unit min, got 'h'"),
        ("time,A\n\n1,x\n", "d.csv:3: A: must be a finite number, or empty where it is missing, got 'x'"),
        ("time,A\n1,NaN\n", "d.csv:2: A: must be a finite number, or empty where it is missing, got 'NaN'"),
        ("time,A\n1,1e999\n", "d.csv:2: A: must be a finite number, or empty where it is missing, got '1e999'"),
        ("time,A\nNA,1\n", "d.csv:2: time: must be a number, or inf for the steady state, got 'NA'"),
        ("time,A\n-1,1\n", "d.csv:2: time: must not be before the start at 0, got '-1'"),
        ("time,A\n1,0\n", "d.csv:2: A: a value on a logarithmic scale must be > 0, got '0'"),
        ("time,A\n1\n", "d.csv:2: expected 2 fields as in the header, got 1"),
        ("time,A\n1,\n", "a.toml:15: observable 'A': missing; it must have at least one measurement in the data"),
        ("time,experiment,A\n1,x,2\n", "d.csv:2: experiment: must be one of experiment, got 'x'"),
        ("time,observable,value\n1,B,2\n", "d.csv:2: observable: must be one of A, got 'B'"),
        (
            "time,observable,value,unit\n",
            "d.csv:1: column: beside observable and value must be one of time, experiment, got 'unit'",
        ),
    ] {
        assert_eq!(message(GOOD, data), expected, "{data}");
    }
}

#[test]
fn experiments_and_their_data_belong_together() {
    let text = GOOD.to_owned() + "[[experiment]]\nname = 'x'\n[[experiment]]\nname = 'y'\n";
    for (data, expected) in [
        (
            "time,A\n1,2\n",
            "d.csv:1: experiment: with several experiments the data must have a column 'experiment', got 'none'",
        ),
        (
            "experiment,time,A\nx,1,2\n",
            "a.toml:21: experiment 'y': missing; it must have at least one measurement in the data",
        ),
        ("experiment,time,A\n\nx,1,2\nz,1,2\n", "d.csv:4: experiment: must be one of x, y, got 'z'"),
    ] {
        assert_eq!(message(&text, data), expected);
    }
}

#[test]
fn mistakes_in_arrays_of_data_are_told_apart() {
    for (from, to, expected) in [
        ("time = [1, 2, 4, 8, 16]", "", "a.toml:66: data.time: missing; every measurement needs its time"),
        ("8, 16]", "16]", "a.toml:68: data.A: must have 4 values, as many as there are times; it has 5, got an array"),
        ("8, 16]", "8, nan]", "a.toml:67: data.time[5]: must be a number, or inf for the steady state, got nan"),
        ("B = [1.2", "B = [-1", "a.toml:69: data.B[1]: a value on a logarithmic scale must be > 0, got -1"),
        ("B = [1.2", "B = [inf", "a.toml:69: data.B[1]: must be a finite number, got inf"),
        ("B = [1.2", "D = [1.2", "a.toml:69: data.D: must be one of A, B, got 'D'"),
    ] {
        assert!(template().contains(from), "{from}");
        assert_eq!(message(&template().replacen(from, to, 1), DATA), expected, "{to}");
    }
}

/// A file cut off anywhere, or with a character exchanged, is a problem or an error.
#[test]
fn no_damage_makes_it_panic() {
    let mut errors = 0;
    for text in [GOOD, template()] {
        for (at, _) in text.char_indices() {
            errors += usize::from(read(&text[..at], DATA).is_err());
            for put in ["'", "[", "9", "-", "\u{0}", "é", ";"] {
                let mut damaged = text.to_owned();
                damaged.insert_str(at, put);
                errors += usize::from(read(&damaged, &damaged).is_err()) + usize::from(read(&damaged, DATA).is_err());
            }
        }
    }
    assert!(errors > 10_000, "{errors}");
    for deep in ["a.".repeat(100_000) + "b = 1", "a = ".to_owned() + &"[".repeat(100_000), "{".repeat(100_000)] {
        assert!(read(&deep, DATA).is_err());
    }
    let reaction = |text: &str| read(&GOOD.replace("A -> B; k1 * A", text), DATA);
    assert!(reaction(&format!("A -> B; {}", "(".repeat(100_000))).is_err());
    assert!(reaction(&format!("{} A -> B; k1", "9".repeat(1000))).is_err());
    assert!(reaction(&format!("A -> B; k1 * A{}", " + A".repeat(10_000))).is_ok());
}
