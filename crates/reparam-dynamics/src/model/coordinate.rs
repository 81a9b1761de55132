//! From an unconstrained number to a parameter and back, with its prior.

use crate::problem::{Parameter, PriorLaw, Scale};
use reparam_core::special::sigmoid;
use std::f64::consts::LN_10;

impl Scale {
    /// A number on this scale.
    pub(crate) fn of(self, x: f64) -> f64 {
        match self {
            Self::Lin => x,
            Self::Ln => x.ln(),
            Self::Log10 => x.log10(),
        }
    }

    /// Back to the linear scale.
    pub(crate) fn back(self, z: f64) -> f64 {
        match self {
            Self::Lin => z,
            Self::Ln => z.exp(),
            // `10^z` by `powf` is exact at whole numbers, which `exp(z ln 10)` is not.
            Self::Log10 => 10_f64.powf(z),
        }
    }

    /// The derivative of the linear number by that on the scale, at the linear number `x`.
    pub(crate) fn back_slope(self, x: f64) -> f64 {
        match self {
            Self::Lin => 1.0,
            Self::Ln => x,
            Self::Log10 => x * LN_10,
        }
    }
}

/// How an unconstrained number becomes one on the parameter's scale.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bend {
    None,
    /// `low + e^x`
    Above(f64),
    /// `high - e^x`
    Below(f64),
    /// `low + (high - low) / (1 + e^-x)`
    Between(f64, f64),
}

/// One parameter's coordinate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Coordinate {
    pub(super) scale: Scale,
    bend: Bend,
    law: PriorLaw,
    on_scale: bool,
    /// Bounds of the number that the law is of.
    bounds: [f64; 2],
    log_mass: f64,
}

/// A parameter at a point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// On the linear scale.
    pub(super) value: f64,
    /// Its derivative by the coordinate.
    pub(super) slope: f64,
    /// The log density of the prior of the coordinate, and its derivative.
    pub(super) prior: [f64; 2],
}

impl Coordinate {
    /// Of a parameter whose bounds have been checked.
    pub(super) fn new(parameter: &Parameter) -> Result<Self, &'static str> {
        let scale = parameter.scale;
        // The logarithm of a bound of 0 or less is that of no bound.
        let low = if scale == Scale::Lin || parameter.bounds[0] > 0.0 { parameter.bounds[0] } else { 0.0 };
        let ends = [scale.of(low), scale.of(parameter.bounds[1])];
        let bend = match ends.map(f64::is_finite) {
            [true, true] => Bend::Between(ends[0], ends[1]),
            [true, false] => Bend::Above(ends[0]),
            [false, true] => Bend::Below(ends[1]),
            [false, false] => Bend::None,
        };
        let law = parameter.prior.law;
        law.check()?;
        // A flat law is flat on the parameter's scale.
        let on_scale = parameter.prior.on_scale || law == PriorLaw::Flat;
        let bounds = if on_scale { ends } else { [low, parameter.bounds[1]] };
        let log_mass = law.log_mass(bounds);
        if !log_mass.is_finite() {
            return Err("its prior has no probability between its bounds");
        }
        Ok(Self { scale, bend, law, on_scale, bounds, log_mass })
    }

    /// What the guide sees.
    pub(super) const fn name(&self) -> &'static str {
        match (self.bend, self.scale) {
            (Bend::None, Scale::Lin) => "lin",
            (Bend::None, Scale::Ln) | (Bend::Above(_) | Bend::Below(_), _) => "ln",
            (Bend::None, Scale::Log10) => "log10",
            (Bend::Between(..), _) => "logit",
        }
    }

    pub(super) fn at(&self, x: f64) -> Place {
        // The number on the scale, its derivative, the logarithm of that, and the derivative of that.
        let (z, dz, log_dz, d_log_dz) = match self.bend {
            Bend::None => (x, 1.0, 0.0, 0.0),
            Bend::Above(low) => (low + x.exp(), x.exp(), x, 1.0),
            Bend::Below(high) => (high - x.exp(), -x.exp(), x, 1.0),
            Bend::Between(low, high) => {
                let (share, rest) = (sigmoid(x), sigmoid(-x));
                // From the nearer end, so that no digits are lost there.
                let z = if x < 0.0 { low + (high - low) * share } else { high - (high - low) * rest };
                let dz = (high - low) * share * rest;
                // ln(share rest) = -|x| - 2 ln(1 + e^-|x|)
                let log = (high - low).ln() - x.abs() - 2.0 * (-x.abs()).exp().ln_1p();
                (z, dz, log, rest - share)
            }
        };
        let value = self.scale.back(z);
        let by_z = self.scale.back_slope(value);
        let prior = if self.on_scale {
            let [log, slope] = self.law.log_density(z);
            [log, slope * dz]
        } else {
            // ln |d value / dz| is z, or z ln 10 + ln ln 10.
            let [log, slope] = self.law.log_density(value);
            let (more, by) = match self.scale {
                Scale::Lin => (0.0, 0.0),
                Scale::Ln => (z, 1.0),
                Scale::Log10 => (z * LN_10 + LN_10.ln(), LN_10),
            };
            [log + more, (slope * by_z + by) * dz]
        };
        Place { value, slope: by_z * dz, prior: [prior[0] + log_dz - self.log_mass, prior[1] + d_log_dz] }
    }

    /// The coordinate of a linear value; of one at a bound, or beyond, that of a value close by.
    pub(super) fn of(&self, value: f64) -> f64 {
        let z = self.scale.of(value);
        let near = |low: f64, size: f64| if low > 0.0 { low } else { 1e-6 * size.abs().max(1e-6) };
        match self.bend {
            Bend::None => z,
            Bend::Above(low) => near(z - low, low).ln(),
            Bend::Below(high) => near(high - z, high).ln(),
            Bend::Between(low, high) => {
                let share = ((z - low) / (high - low)).clamp(1e-6, 1.0 - 1e-6);
                (share / (1.0 - share)).ln()
            }
        }
    }

    /// The coordinate below which lies the share `p` of the prior; `None` where the prior is improper.
    pub(super) fn quantile(&self, p: f64) -> Option<f64> {
        let number = self.law.quantile(p, self.bounds)?;
        let x = self.of(if self.on_scale { self.scale.back(number) } else { number });
        x.is_finite().then_some(x)
    }

    /// The log density of the prior of the linear value; `None` where it is improper.
    pub(super) fn prior_of(&self, value: f64) -> Option<f64> {
        let infinite = self.bounds.iter().any(|bound| bound.is_infinite());
        if self.law == PriorLaw::Flat && infinite {
            return None;
        }
        let number = if self.on_scale { self.scale.of(value) } else { value };
        if !(self.bounds[0]..=self.bounds[1]).contains(&number) {
            return Some(f64::NEG_INFINITY);
        }
        let log = self.law.log_density(number)[0] - self.log_mass;
        Some(if self.on_scale { log - self.scale.back_slope(value).ln() } else { log })
    }

    /// The log density of the law at a linear value, by the number that the law is of, bounds apart: what PEtab calls the prior.
    pub(super) fn plain_prior(&self, value: f64) -> f64 {
        self.law.log_density(if self.on_scale { self.scale.of(value) } else { value })[0]
    }
}
