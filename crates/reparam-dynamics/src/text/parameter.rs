//! `[parameters]`: a prior alone, or a table.

use super::document::{Item, Table};
use super::names::{Kind, Names};
use super::{TextError, TextFault, prior};
use crate::{Constant, Parameter, Prior, Scale};

pub(super) const SCALES: [(&str, Scale); 3] = [("lin", Scale::Lin), ("ln", Scale::Ln), ("log10", Scale::Log10)];

const KEYS: [&str; 8] = ["prior", "lower", "upper", "scale", "unit", "nominal", "estimate", "on_scale"];

/// A parameter and where it stands.
pub(super) struct Row {
    pub parameter: Parameter,
    pub at: usize,
}

impl Row {
    /// The constant that formulae name; the parameter's value takes the place of its own.
    pub fn constant(&self) -> Constant {
        let Parameter { name, unit, nominal, .. } = &self.parameter;
        Constant { name: name.clone(), value: nominal.unwrap_or(1.0), unit: unit.clone() }
    }
}

/// All parameters in the order of the file, their names given away.
pub(super) fn parameters(root: &Table<'_>, names: &mut Names) -> Result<Vec<Row>, TextError> {
    let rule = "a problem needs unknown numbers, such as k1 = 'log-normal(-1, 1)' under [parameters]";
    let table = root.need("parameters", rule)?.table()?;
    let mut rows = Vec::new();
    for item in table.items() {
        names.declare(root.source, item.at, &item.name, item.key, Kind::Parameter)?;
        rows.push(Row { parameter: parameter(&item)?, at: item.at });
    }
    if !rows.iter().any(|row| row.parameter.estimated) {
        return Err(root.source.error(table.at, TextFault::Missing { name: "parameters".into(), rule }));
    }
    Ok(rows)
}

fn parameter(item: &Item<'_>) -> Result<Parameter, TextError> {
    let mut parameter = Parameter {
        name: item.key.into(),
        unit: String::new(),
        scale: Scale::Lin,
        bounds: [f64::NEG_INFINITY, f64::INFINITY],
        nominal: None,
        estimated: true,
        prior: Prior { law: crate::PriorLaw::Flat, on_scale: false },
    };
    if !item.is_table() {
        let written = prior::prior(item)?;
        parameter.prior.law = written.law;
        parameter.bounds = written.support;
        return Ok(parameter);
    }
    let table = item.table()?;
    table.only(&KEYS)?;
    parameter.unit = table.get("unit").map(|unit| unit.text()).transpose()?.unwrap_or_default().into();
    parameter.scale = table.get("scale").map(|scale| scale.word(&SCALES)).transpose()?.unwrap_or(Scale::Lin);
    parameter.estimated = table.get("estimate").map(|flag| flag.flag()).transpose()?.unwrap_or(true);
    parameter.prior.on_scale = table.get("on_scale").map(|flag| flag.flag()).transpose()?.unwrap_or(false);
    parameter.nominal = table.get("nominal").map(|nominal| nominal.number()).transpose()?;
    if !parameter.estimated {
        table.need("nominal", "a parameter that is not estimated needs its value")?;
    }
    let support = if let Some(text) = table.get("prior") {
        let written = prior::prior(&text)?;
        parameter.prior.law = written.law;
        if parameter.prior.on_scale { linear(written.support, parameter.scale) } else { written.support }
    } else {
        if parameter.estimated {
            table.need("prior", "write what is known beforehand, such as 'log-normal(-1, 1)', or 'flat'")?;
        }
        parameter.bounds
    };
    parameter.bounds = bounds(&table, support, parameter.scale)?;
    if let (Some(item), Some(nominal), [lower, upper]) = (table.get("nominal"), parameter.nominal, parameter.bounds) {
        if parameter.scale != Scale::Lin && nominal <= 0.0 {
            return Err(item.wrong("must be > 0 on a logarithmic scale"));
        }
        if !(lower..=upper).contains(&nominal) {
            return Err(item.wrong(format!("must be within the bounds {lower} and {upper}")));
        }
    }
    Ok(parameter)
}

/// An interval on a scale as one of the number itself.
fn linear(support: [f64; 2], scale: Scale) -> [f64; 2] {
    support.map(|x| match scale {
        Scale::Lin => x,
        Scale::Ln => x.exp(),
        Scale::Log10 => 10_f64.powf(x),
    })
}

/// Bounds as given, within what prior and scale allow.
fn bounds(table: &Table<'_>, support: [f64; 2], scale: Scale) -> Result<[f64; 2], TextError> {
    let lowest = if scale == Scale::Lin { support[0] } else { support[0].max(0.0) };
    let mut bounds = [lowest, support[1]];
    for (index, key) in ["lower", "upper"].into_iter().enumerate() {
        let Some(item) = table.get(key) else { continue };
        let value = item.any_number()?;
        if value.is_nan() || value < lowest || value > support[1] {
            let rule = format!("must be between {lowest} and {}, where prior and scale allow values", support[1]);
            return Err(item.wrong(rule));
        }
        bounds[index] = value;
    }
    if bounds[0] >= bounds[1] {
        let item = table.get("upper").or_else(|| table.get("lower")).map_or_else(
            || table.source.error(table.at, empty(table, bounds)),
            |item| item.error(empty(table, bounds)),
        );
        return Err(item);
    }
    Ok(bounds)
}

fn empty(table: &Table<'_>, [lower, upper]: [f64; 2]) -> TextFault {
    let rule = "the lower bound must be less than the upper one".into();
    TextFault::Value { name: table.name.clone(), rule, value: format!("{lower} and {upper}") }
}
