//! The table of parameters.

use std::collections::HashSet;

use super::error::PetabFault;
use super::table::{Row, Table};
use crate::{Parameter, Prior, PriorLaw, Scale};

/// The parameters of the tables; faults are collected.
pub fn read(tables: &[Table], faults: &mut Vec<PetabFault>) -> Vec<Parameter> {
    let mut seen = HashSet::new();
    let mut parameters = Vec::new();
    for row in tables.iter().flat_map(Table::rows) {
        let id = row.get("parameterId");
        if id.is_empty() {
            faults.push(row.fault("parameterId", "a parameter needs an id"));
        } else if !seen.insert(id.to_owned()) {
            faults.push(row.fault("parameterId", format!("'{id}' is there twice")));
        } else {
            match one(row) {
                Ok(parameter) => parameters.push(parameter),
                Err(found) => faults.extend(found),
            }
        }
    }
    parameters
}

fn one(row: Row<'_>) -> Result<Parameter, Vec<PetabFault>> {
    let mut faults = Vec::new();
    let scale = match row.get("parameterScale") {
        "" | "lin" => Scale::Lin,
        "log" => Scale::Ln,
        "log10" => Scale::Log10,
        other => {
            faults.push(row.fault("parameterScale", format!("must be lin, log or log10, got '{other}'")));
            Scale::Lin
        }
    };
    let estimated = match row.get("estimate") {
        "1" | "1.0" => true,
        "0" | "0.0" => false,
        other => {
            faults.push(row.fault("estimate", format!("must be 0 or 1, got '{other}'")));
            false
        }
    };
    let mut optional = |column: &str, needed: bool| {
        if row.get(column).is_empty() && !needed {
            return None;
        }
        row.number(column).map_err(|fault| faults.push(fault)).ok()
    };
    let bounds = [optional("lowerBound", estimated), optional("upperBound", estimated)];
    let nominal = optional("nominalValue", !estimated);
    if let [Some(low), Some(high)] = bounds
        && low >= high
        && estimated
    {
        faults.push(row.fault("lowerBound", format!("must be below upperBound, got {low} and {high}")));
    }
    if scale != Scale::Lin {
        let low = bounds[0].filter(|low| *low < 0.0 && estimated);
        faults.extend(
            low.map(|low| row.fault("lowerBound", format!("must be positive on a logarithmic scale, got {low}"))),
        );
        let value = nominal.filter(|value| *value <= 0.0);
        faults.extend(
            value.map(|value| {
                row.fault("nominalValue", format!("must be positive on a logarithmic scale, got {value}"))
            }),
        );
    }
    let prior = prior(row).unwrap_or_else(|fault| {
        faults.push(fault);
        Prior { law: PriorLaw::Flat, on_scale: true }
    });
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Parameter {
        name: row.get("parameterId").into(),
        unit: String::new(),
        scale,
        bounds: [bounds[0].unwrap_or(f64::NEG_INFINITY), bounds[1].unwrap_or(f64::INFINITY)],
        nominal,
        estimated,
        prior,
    })
}

fn prior(row: Row<'_>) -> Result<Prior, PetabFault> {
    let kind = row.get("objectivePriorType");
    if kind.is_empty() {
        // Nothing said: flat on the parameter's scale, between the bounds.
        return Ok(Prior { law: PriorLaw::Flat, on_scale: true });
    }
    let column = "objectivePriorParameters";
    let given = row.get(column);
    let numbers: Vec<f64> = given.split(';').filter_map(|text| text.trim().parse().ok()).collect();
    let pair = || match numbers.as_slice() {
        [a, b] if given.split(';').count() == 2 && a.is_finite() && b.is_finite() => Ok((*a, *b)),
        _ if given.is_empty() && kind.starts_with("parameterScaleUniform") => Ok((f64::NAN, f64::NAN)),
        _ => Err(row.fault(column, format!("must be two numbers with ';' between, got '{given}'"))),
    };
    let scaled = |law| Ok(Prior { law, on_scale: true });
    let linear = |law| Ok(Prior { law, on_scale: false });
    let (a, b) = pair()?;
    let spread = |b: f64| {
        if b > 0.0 { Ok(b) } else { Err(row.fault(column, format!("the second number must be positive, got {b}"))) }
    };
    match kind {
        "parameterScaleUniform" if a.is_nan() => scaled(PriorLaw::Flat),
        "uniform" | "parameterScaleUniform" if a >= b => {
            Err(row.fault(column, format!("the first number must be below the second, got '{given}'")))
        }
        "uniform" => linear(PriorLaw::Uniform(a, b)),
        "normal" => linear(PriorLaw::Normal(a, spread(b)?)),
        "laplace" => linear(PriorLaw::Laplace(a, spread(b)?)),
        "logNormal" => linear(PriorLaw::LogNormal(a, spread(b)?)),
        "logLaplace" => linear(PriorLaw::LogLaplace(a, spread(b)?)),
        "parameterScaleUniform" => scaled(PriorLaw::Uniform(a, b)),
        "parameterScaleNormal" => scaled(PriorLaw::Normal(a, spread(b)?)),
        "parameterScaleLaplace" => scaled(PriorLaw::Laplace(a, spread(b)?)),
        other => Err(row.fault(
            "objectivePriorType",
            format!(
                "must be uniform, normal, laplace, logNormal, logLaplace or parameterScale with Uniform, Normal, Laplace, got '{other}'"
            ),
        )),
    }
}
