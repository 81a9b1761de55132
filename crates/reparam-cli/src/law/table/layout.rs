//! Which column is which, and which columns are added.

use reparam_core::law::{Parameter, Path};

use super::super::LawError;
use super::super::alternative::siblings;
use super::super::error::listed;
use super::super::number::shown;
use super::super::recipe::{Given, Recipe, Said, input_names, spelled};
use super::super::subject::{AnyFamily, Kind};
use super::input::Input;

/// An input of the law's recipe.
#[derive(Clone, Debug)]
pub enum Source {
    /// The cells of this column.
    Column(usize),
    /// The same numbers in every row.
    Constant(Vec<f64>),
}

/// What is known of a table before its rows.
#[derive(Debug)]
pub struct Layout {
    /// The law.
    pub family: AnyFamily,
    /// How its parameters are made of the inputs.
    pub recipe: Recipe,
    /// Names of the inputs, and where they come from.
    pub inputs: Vec<(String, Source)>,
    /// The column of the values.
    pub x: usize,
    /// Parameters whose derivative has a column.
    pub paths: Vec<usize>,
    /// Parameters that are said otherwise: they have columns behind those of the law's own.
    pub said: Vec<Said>,
    /// What separates the cells.
    pub delimiter: u8,
    /// What messages call the table.
    pub place: String,
}

impl Layout {
    /// Of a table with this header.
    pub fn new(family: AnyFamily, given: &[Given], input: &Input) -> Result<Self, LawError> {
        let place = format!("{}:{}", input.place, input.header_line);
        let wrong = |what: String, hint: &str| {
            let hint = (!hint.is_empty()).then(|| hint.to_owned());
            LawError::Table { place: place.clone(), what, hint }
        };
        let names: Vec<String> = input.header.iter().map(|name| spelled(name)).collect();
        let find = |wanted: &str| -> Result<Option<usize>, LawError> {
            let mut found = names.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(i, _)| i);
            let first = found.next();
            match (first, found.next()) {
                (Some(a), Some(b)) => Err(wrong(
                    format!("column {wanted} is there twice, at {} and {}", a + 1, b + 1),
                    "rename one of them",
                )),
                _ => Ok(first),
            }
        };
        let family = siblings(family)
            .find(|family| {
                let mut used = input_names(*family);
                used.retain(|name| name != "x");
                let columns = names.iter().filter(|name| used.contains(name));
                let all: Vec<&str> = given.iter().map(|g| &g.name).chain(columns).map(String::as_str).collect();
                Recipe::new(*family, &all).is_ok()
            })
            .unwrap_or(family);
        let mut inputs: Vec<(String, Source)> =
            given.iter().map(|g| (g.name.clone(), Source::Constant(g.values.clone()))).collect();
        // A parameter that is called x, too, is given by --param.
        for name in input_names(family).into_iter().filter(|name| name != "x") {
            let Some(column) = find(&name)? else { continue };
            if given.iter().any(|g| g.name == name) {
                let hint = "leave --param out, or rename the column";
                return Err(wrong(format!("{name} is a column and given by --param too"), hint));
            }
            inputs.push((name, Source::Column(column)));
        }
        let columns = || input.header.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
        let Some(x) = find("x")? else {
            return Err(wrong(format!("expected a column x, got {}", columns()), "the first line names the columns"));
        };
        let recipe = Recipe::new(family, &inputs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>()).map_err(
            |error| match error {
                LawError::MissingParameter { law, names, .. } => {
                    let what = format!("{law}: expected columns {}, got {}", listed(&names), columns());
                    wrong(what, &format!("a parameter that is the same in all rows: --param {}=VALUE", names[0]))
                }
                other => other,
            },
        )?;
        let parameters = family.parameters();
        let paths = (0..parameters.len()).filter(|&k| parameters[k].path != Path::None).collect();
        let (said, delimiter, place) = (recipe.said(), input.delimiter, input.place.clone());
        let layout = Self { family, recipe, inputs, x, paths, said, delimiter, place };
        if let Some(name) = layout.added().iter().find(|name| input.header.contains(name)) {
            return Err(wrong(
                format!("column {name} is there already"),
                "rename it or cut it out: it would be there twice",
            ));
        }
        Ok(layout)
    }

    /// Whether the law has a distribution function.
    pub fn has_cdf(&self) -> bool {
        self.family.kind() != Kind::Multivariate
    }

    /// Whether all rows have one law.
    pub fn is_constant(&self) -> bool {
        self.inputs.iter().all(|(_, source)| matches!(source, Source::Constant(_)))
    }

    /// Names of the columns that are added.
    fn added(&self) -> Vec<String> {
        let name = |p: &Parameter| spelled(p.name);
        let parameters = self.family.parameters();
        let mut names = vec!["log_prob".to_owned()];
        names.extend(self.has_cdf().then(|| "cdf".to_owned()));
        names.extend(parameters.iter().map(|p| format!("score_{}", name(p))));
        names.extend(self.said.iter().map(|said| format!("score_{}", said.way.from)));
        names.extend(self.paths.iter().map(|&k| format!("pathwise_{}", name(&parameters[k]))));
        let carried = self.said.iter().filter(|said| self.paths.contains(&said.parameter));
        names.extend(carried.map(|said| format!("pathwise_{}", said.way.from)));
        names
    }

    /// The first line of the output.
    pub fn header(&self, input: &Input) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().delimiter(self.delimiter).from_writer(Vec::new());
        // Writing to memory does not fail.
        let _ = writer.write_record(input.header.iter().chain(&self.added()));
        writer.into_inner().unwrap_or_default()
    }
}
