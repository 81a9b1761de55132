//! `reparam law NAME --kl OTHER`: the Kullback–Leibler divergence, in closed form or from draws.

use reparam_core::law::{NoClosedForm, kl, kl_monte_carlo, multivariate};
use reparam_core::noise::Key;

use super::args::LawArgs;
use super::json::Json;
use super::number::Exact;
use super::one::{Known, build};
use super::recipe::parse;
use super::subject::AnyLaw;
use super::{LawError, names, print};

/// Runs the task.
pub fn run(known: &Known, other: &str, args: &LawArgs) -> Result<(), LawError> {
    let other = build(names::find(other)?, &parse("--kl-param", &args.kl_param)?)?;
    let names = [known.family.name(), other.family.name()];
    if known.law.shape() != other.law.shape() {
        let shapes = format!("{:?} and {:?}", known.law.shape(), other.law.shape());
        let what = format!("KL({} ‖ {}): values must be of one shape, got {shapes}", names[0], names[1]);
        return Err(LawError::Together { what, hint: Some("[] is the shape of a number".into()) });
    }
    let stream = Key::new(args.seed).site("law").site(names[0]).site("kl").step(0);
    let (closed, estimate) = match (&known.law, &other.law) {
        (AnyLaw::Scalar(q), AnyLaw::Scalar(p)) => {
            let (q, p) = (q.as_ref(), p.as_ref());
            (kl(q, p), args.monte_carlo.map(|n| (n, kl_monte_carlo(q, p, n as usize, &stream))))
        }
        (AnyLaw::Vector(q), AnyLaw::Vector(p)) => {
            let (q, p) = (q.as_ref(), p.as_ref());
            let estimate = args.monte_carlo.map(|n| (n, multivariate::kl_monte_carlo(q, p, n as usize, &stream)));
            (multivariate::kl(q, p), estimate)
        }
        // Their shapes differ.
        _ => (Err(NoClosedForm { q: names[0], p: names[1] }), None),
    };
    if let (Err(error), None) = (&closed, &estimate) {
        return Err(LawError::NoClosedForm(*error));
    }
    if args.json {
        let estimated = estimate.map_or(Json::Null, |(draws, e)| {
            Json::object([
                ("mean", Json::Number(e.mean)),
                ("standard_error", Json::Number(e.standard_error)),
                ("draws", Json::Count(draws)),
                ("seed", Json::Count(args.seed)),
            ])
        });
        let entries = [
            ("from", Json::text(names[0])),
            ("to", Json::text(names[1])),
            ("kl", closed.map_or(Json::Null, Json::Number)),
            ("monte_carlo", estimated),
        ];
        return print(Json::object(entries).pretty());
    }
    let mut lines = Vec::new();
    if let Ok(value) = closed {
        lines.push(format!("KL({} ‖ {}) = {} nats, closed form", names[0], names[1], Exact(value)));
    }
    if let Some((draws, e)) = estimate {
        let (mean, error) = (Exact(e.mean), Exact(e.standard_error));
        let from = format!("{draws} draws of {}, seed {}", names[0], args.seed);
        lines.push(format!("KL({} ‖ {}) = {mean} ± {error} nats, {from}", names[0], names[1]));
    }
    print(lines.join("\n"))
}
