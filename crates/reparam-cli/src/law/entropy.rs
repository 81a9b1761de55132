//! `reparam law NAME --monte-carlo N`: the entropy from draws, for laws that have no formula, and to check those that have.

use reparam_core::law::{Law, multivariate};
use reparam_core::noise::{Key, Stream};

use super::args::LawArgs;
use super::json::Json;
use super::number::Exact;
use super::one::Known;
use super::subject::AnyLaw;

/// Draws that are made at a time.
const PIECE: u64 = 4096;

/// An entropy with the error that chance gives it.
#[derive(Clone, Copy, Debug)]
pub struct Estimated {
    mean: f64,
    standard_error: f64,
    draws: u64,
    seed: u64,
}

impl Estimated {
    /// From as many draws as was asked for; nothing where nobody asked.
    pub fn new(known: &Known, args: &LawArgs) -> Option<Self> {
        let draws = args.monte_carlo?;
        let stream = Key::new(args.seed).site("law").site(known.family.name()).site("entropy").step(0);
        let (mean, standard_error) = match &known.law {
            AnyLaw::Scalar(law) => scalar(law.as_ref(), draws, &stream),
            AnyLaw::Vector(law) => {
                let estimate = multivariate::entropy_monte_carlo(law.as_ref(), draws as usize, &stream);
                (estimate.mean, estimate.standard_error)
            }
        };
        Some(Self { mean, standard_error, draws, seed: args.seed })
    }

    /// For people.
    pub fn text(&self) -> String {
        let Self { mean, standard_error, draws, seed } = self;
        format!("{} ± {} nats, from {draws} draws, seed {seed}", Exact(*mean), Exact(*standard_error))
    }

    /// For programs.
    pub fn json(&self) -> Json {
        Json::object([
            ("mean", Json::Number(self.mean)),
            ("standard_error", Json::Number(self.standard_error)),
            ("draws", Json::Count(self.draws)),
            ("seed", Json::Count(self.seed)),
        ])
    }
}

/// Mean of `-log p` over draws, and its standard error, by Welford's running moments.
fn scalar(law: &dyn Law, draws: u64, stream: &Stream) -> (f64, f64) {
    let (mut mean, mut squares, mut count) = (0.0, 0.0, 0.0);
    let mut x = vec![0.0; PIECE as usize];
    for first in (0..draws).step_by(PIECE as usize) {
        let x = &mut x[..PIECE.min(draws - first) as usize];
        law.fill(stream, first, x);
        for x in x.iter() {
            let value = -law.log_prob(*x);
            count += 1.0;
            let off: f64 = value - mean;
            mean += off / count;
            squares += off * (value - mean);
        }
    }
    (mean, (squares / (count - 1.0) / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reparam_core::law::Normal;

    #[test]
    fn the_entropy_of_a_normal_is_found() {
        let law = Normal::new(1.0, 3.0).unwrap();
        let (mean, error) = scalar(&law, 100_001, &Key::new(1).site("law").step(0));
        // -log p is half a chi-square variable of one degree, of standard deviation √½. Five errors: passed over once in 10^6.
        assert!((mean - law.entropy()).abs() < 5.0 * error, "{mean} ± {error}");
        assert!((error / (0.5_f64 / 100_001.0).sqrt() - 1.0).abs() < 0.05, "{error}");
    }
}
