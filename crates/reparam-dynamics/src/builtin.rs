//! Models that come with their data.

use crate::Problem;
use crate::text::{TextError, TextFault, parse_problem};

/// Names of the built-in models, each with a line on it.
pub const NAMES: [(&str, &str); 4] = [
    (
        "alpha-pinene",
        "thermal isomerisation of alpha-pinene: five rates from 40 concentrations (Fuguitt and Hawkins 1947)",
    ),
    (
        "lotka-volterra",
        "lynx and hare of the Hudson Bay, 1900 to 1920: four rates, two initial numbers, two noise scales",
    ),
    ("robertson", "three rates of a stiff system over eight decades of time; simulated data"),
    ("michaelis-menten", "three rates of an enzyme from complex and product in two experiments; simulated data"),
];

/// A built-in model as its author wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Files {
    /// The problem in TOML.
    pub problem: &'static str,
    /// Its data in CSV; the problem calls the file by the model's name and `.csv`.
    pub data: &'static str,
}

/// The files of a built-in model; none for a name that is not among [`NAMES`].
pub fn files(name: &str) -> Option<Files> {
    macro_rules! files {
        ($($name:literal)*) => {
            match name {
                $($name => Some(Files {
                    problem: include_str!(concat!("../data/", $name, ".toml")),
                    data: include_str!(concat!("../data/", $name, ".csv")),
                }),)*
                _ => None,
            }
        };
    }
    files!("alpha-pinene" "lotka-volterra" "robertson" "michaelis-menten")
}

/// A built-in model; none for a name that is not among [`NAMES`].
///
/// ```
/// let problem = reparam_dynamics::builtin::named("lotka-volterra").unwrap();
/// let names: Vec<_> = problem.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
/// assert_eq!(names, ["theta1", "theta2", "theta3", "theta4", "z_init1", "z_init2", "sigma1", "sigma2"]);
/// assert_eq!(problem.measurements.len(), 42);
/// ```
pub fn named(name: &str) -> Option<Problem> {
    let files = files(name)?;
    let data = format!("{name}.csv");
    let mut open = |wanted: &str| {
        let fault = || TextFault::Unreadable("no such file is built in".into());
        let lost = || TextError::new(wanted, None, fault());
        (wanted == data).then(|| (data.clone(), files.data.to_owned())).ok_or_else(lost)
    };
    // The files are tested to be read without an error.
    parse_problem(files.problem, &format!("{name}.toml"), &mut open).ok()
}
