//! What is asked: law, loss, estimators, from the command line.

use reparam::measure::{CompareConfig, Options, Problem, Subject};

use super::CompareError;
use super::args::CompareArgs;
use super::estimators;
use super::grid::{self, Grid};
use super::loss::Loss;
use crate::law::{self, AnyLaw, Given, Known, List, shell_word};

/// Estimates of each estimator unless said otherwise: of the report, and of each point of a sweep.
const DRAWS: usize = 100_000;
const SWEEP_DRAWS: usize = 10_000;
/// What the law is when nothing is said at all.
const FIRST_LOOK: [&str; 2] = ["loc=1", "scale=0.5"];

/// A question with all its parts.
#[derive(Debug)]
pub struct Question {
    /// The law with what was said about it.
    pub known: Known,
    /// Its parameters as they were given.
    pub given: Vec<Given>,
    /// The loss.
    pub loss: Loss,
    /// Both.
    pub problem: Problem,
    /// Estimators, draws, seed.
    pub config: CompareConfig,
    /// Along which values it is asked again, with how many draws.
    pub sweep: Option<(Grid, usize)>,
    /// What is to be said about how it was understood.
    pub notes: Vec<String>,
    /// The command that asks it again.
    pub command: String,
}

impl Question {
    /// Reads the arguments.
    pub fn new(args: &CompareArgs) -> Result<Self, CompareError> {
        let nothing_said = args.param.is_empty() && args.law == "normal" && args.sweep.is_none();
        let param: Vec<String> = if nothing_said { FIRST_LOOK.map(str::to_owned).to_vec() } else { args.param.clone() };
        let mut given = law::parse("--param", &param)?;
        let grid = args.sweep.as_deref().map(grid::parse).transpose()?;
        let mut notes = Vec::new();
        if let Some(grid) = &grid {
            start(grid, &mut given, &mut notes);
        }
        let known = law::build(law::find(&args.law)?, &given)?;
        if let Some(grid) = &grid {
            one_number(grid, &known)?;
        }
        let subject = subject(&known)?;
        let loss = Loss::new(args, &subject)?;
        notes.extend(loss.notes());
        let problem = loss.problem(subject);
        let allow: Vec<&str> = args.allow.iter().map(String::as_str).collect();
        let allowed = if allow.is_empty() { Vec::new() } else { estimators::chosen("--allow", &allow, &problem)? };
        if !(args.temperature.is_finite() && args.temperature > 0.0) {
            return Err(CompareError::option("--temperature", "a finite number > 0", args.temperature));
        }
        let config = CompareConfig {
            estimators: estimators::chosen("--estimators", &[&args.estimators], &problem)?,
            draws: grid::draws("--draws", args.draws.as_deref(), DRAWS)?,
            seed: args.seed,
            options: Options { temperature: args.temperature, ..Options::default() },
            allowed,
        };
        let sweep_draws = grid::draws("--sweep-draws", args.sweep_draws.as_deref(), SWEEP_DRAWS)?;
        let command = command(args, &given, &loss, &config, grid.as_ref().map(|_| sweep_draws));
        let sweep = grid.map(|grid| (grid, sweep_draws));
        Ok(Self { known, given, loss, problem, config, sweep, notes, command })
    }

    /// The law in words.
    pub fn law(&self) -> String {
        let family = self.known.family;
        let values = family.parameters().iter().zip(self.known.law.parameters(family));
        let words = values.map(|(parameter, values)| {
            let default = if self.known.defaults.contains(&parameter.name) { " (default)" } else { "" };
            format!("{} = {}{default}", parameter.name, List(&values))
        });
        let said = self.known.said.iter().map(|(said, values)| format!("{} = {}", said.way.from, List(values)));
        format!("{}: {}", family.name(), words.chain(said).collect::<Vec<_>>().join(", "))
    }

    /// The same question with a parameter of the law at another value.
    pub fn with(&self, name: &str, value: f64) -> Result<Problem, CompareError> {
        let mut given = self.given.clone();
        for parameter in &mut given {
            if parameter.name == name {
                parameter.values = vec![value];
            }
        }
        let known = law::build(self.known.family, &given)?;
        Ok(self.loss.problem(subject(&known)?))
    }
}

/// A parameter that is swept and was not given begins in the middle of the grid.
fn start(grid: &Grid, given: &mut Vec<Given>, notes: &mut Vec<String>) {
    if grid.name == "temperature" || given.iter().any(|parameter| parameter.name == grid.name) {
        return;
    }
    let middle = grid.values[grid.values.len() / 2];
    notes.push(format!(
        "{} is not given: the table is that of the middle of the sweep, {}",
        grid.name,
        law::Exact(middle)
    ));
    given.push(Given { name: grid.name.clone(), values: vec![middle], text: middle.to_string() });
}

/// Refuses to sweep a vector.
fn one_number(grid: &Grid, known: &Known) -> Result<(), CompareError> {
    let own = known.family.parameters().iter().any(|parameter| parameter.vector && parameter.name == grid.name);
    let said = known.said.iter().any(|(said, _)| said.way.vector && said.way.from == grid.name);
    if own || said {
        let hint = "a vector is given by --param alone, or --sweep temperature=0.1:5:15 is what is meant";
        return Err(CompareError::option("--sweep", "of a parameter that is one number", format!("'{}'", grid.name))
            .with_hint(hint));
    }
    Ok(())
}

/// What is drawn. The law is built again, because its box goes into the problem.
fn subject(known: &Known) -> Result<Subject, CompareError> {
    let values = known.law.parameters(known.family);
    Ok(match known.family.build(&values).map_err(law::LawError::from)? {
        AnyLaw::Scalar(law) => Subject::scalar(law),
        AnyLaw::Vector(law) => Subject::vector(law),
    })
}

/// The command that asks the same again.
fn command(
    args: &CompareArgs,
    given: &[Given],
    loss: &Loss,
    config: &CompareConfig,
    sweep_draws: Option<usize>,
) -> String {
    let mut words = vec!["reparam compare".to_owned(), format!("--law {}", shell_word(&args.law))];
    words.extend(given.iter().map(|g| format!("--param {}", shell_word(&format!("{}={}", g.name, g.text)))));
    words.push(match loss {
        Loss::Formula(text, _) => format!("--loss {}", shell_word(text)),
        Loss::Table(numbers) => format!("--loss-table {}", shell_word(&List(numbers).to_string())),
    });
    if !config.estimators.is_empty() {
        words.push(format!("--estimators {}", config.estimators.join(",")));
    }
    if !args.auto {
        words.push(format!("--draws {}", config.draws));
    }
    words.push(format!("--seed {}", config.seed));
    if config.options.temperature != Options::default().temperature {
        words.push(format!("--temperature {}", config.options.temperature));
    }
    if let (Some(sweep), Some(draws)) = (&args.sweep, sweep_draws) {
        words.push(format!("--sweep {} --sweep-draws {draws}", shell_word(sweep)));
    }
    if args.auto {
        words.push("--auto".into());
    }
    if let Some(seconds) = args.seconds {
        words.push(format!("--seconds {seconds}"));
    }
    if !config.allowed.is_empty() {
        words.push(format!("--allow {}", config.allowed.join(",")));
    }
    if let Some(path) = &args.out {
        words.push(format!("--out {}", shell_word(&path.to_string_lossy())));
    }
    words.join(" ")
}
