//! `reparam law`: which of its tasks, and the two that look at a law and at a value.

use super::answer::Summary;
use super::args::LawArgs;
use super::entropy::Estimated;
use super::number::{List, read, shown};
use super::point::Point;
use super::recipe::{Given, Recipe, Said, chosen, parse};
use super::subject::{AnyFamily, AnyLaw};
use super::truncation::bounded;
use super::{LawError, divergence, draw, names, picture, print, table};

/// A law with what was said about it.
#[derive(Debug)]
pub struct Known {
    /// Its family.
    pub family: AnyFamily,
    /// The law.
    pub law: AnyLaw,
    /// Parameters that took their standard value.
    pub defaults: Vec<&'static str>,
    /// Parameters that were said otherwise, with the numbers that were said.
    pub said: Vec<(Said, Vec<f64>)>,
}

/// Runs the command.
pub fn run(args: &LawArgs) -> Result<(), LawError> {
    let family = names::find(&args.name)?;
    let mut given = parse("--param", &args.param)?;
    let (family, bounds) = bounded(family, args)?;
    given.extend(bounds);
    if args.out.is_some() && args.table.is_none() && args.draw.is_none() {
        let hint = "say --draw N or --table FILE.csv; a single answer goes to stdout: reparam law … > FILE";
        return Err(LawError::together("--out goes with --draw or --table", hint));
    }
    if let Some(path) = &args.table {
        return table::run(family, &given, path, args);
    }
    let known = build(family, &given)?;
    if let Some(count) = args.draw {
        return draw::run(&known, &given, count, args);
    }
    if let Some(other) = &args.kl {
        return divergence::run(&known, other, args);
    }
    let point = point(&known, args)?;
    if let Some(path) = &args.plot {
        picture::write(&known, path)?;
    }
    let summary = Summary::new(&known, Estimated::new(&known, args));
    if args.json {
        print(summary.json(point.as_ref()).pretty())
    } else {
        print(summary.text(point.as_ref()).trim_end())
    }
}

/// The law of a family with these parameters.
pub fn build(family: AnyFamily, given: &[Given]) -> Result<Known, LawError> {
    let names: Vec<&str> = given.iter().map(|g| g.name.as_str()).collect();
    let inputs: Vec<Vec<f64>> = given.iter().map(|g| g.values.clone()).collect();
    let family = chosen(family, &names);
    let recipe = Recipe::new(family, &names)?;
    let mut values = Vec::new();
    recipe.values(&inputs, &mut values)?;
    let said = recipe.said().into_iter().map(|said| (said, inputs[said.input].clone())).collect();
    Ok(Known { family, law: family.build(&values)?, defaults: recipe.defaults(), said })
}

/// The value to look at.
fn point(known: &Known, args: &LawArgs) -> Result<Option<Point>, LawError> {
    let mut numbers = Vec::new();
    if let Some(text) = &args.quantile {
        let AnyLaw::Scalar(law) = &known.law else {
            let what = format!("{}: a law of vectors has no quantiles", known.family.name());
            return Err(LawError::together(what, "say --at with all numbers of the value"));
        };
        let wrong = || LawError::option("--quantile", "a probability in [0, 1]", format!("'{text}'"));
        read(text, &mut numbers).map_err(|_| wrong())?;
        let [probability] = numbers[..] else { return Err(wrong()) };
        if !(0.0..=1.0).contains(&probability) {
            return Err(wrong());
        }
        let x = law.quantile(probability);
        return Ok(Some(Point::new(known, vec![x], Some(probability))));
    }
    let Some(text) = &args.at else { return Ok(None) };
    let wrong = |got: &str| {
        let rule = match known.law.len() {
            1 => "a finite number".to_owned(),
            n => format!("{n} finite numbers with commas (the law's shape is {:?})", known.law.shape()),
        };
        LawError::option("--at", rule, got)
    };
    read(text, &mut numbers).map_err(|_| wrong(&format!("'{}'", shown(text))))?;
    if numbers.len() != known.law.len() {
        let scalar = matches!(known.law, AnyLaw::Scalar(_));
        let advice = "many values of one law: put them into the column x of a CSV file and say --table";
        let got = format!("{} number{}", numbers.len(), if numbers.len() == 1 { "" } else { "s" });
        return Err(match wrong(&got) {
            LawError::Option { name, rule, got, .. } => {
                LawError::Option { name, rule, got, hint: scalar.then(|| advice.to_owned()) }
            }
            other => other,
        });
    }
    if numbers.iter().any(|x| !x.is_finite()) {
        return Err(wrong(&List(&numbers).to_string()));
    }
    Ok(Some(Point::new(known, numbers, None)))
}
