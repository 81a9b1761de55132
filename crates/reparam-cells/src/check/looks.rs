//! What values that are no counts may have been made from.

use std::fmt::{self, Display};

/// What values look like that are not whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Looks {
    /// The logarithm of 1 + counts: `base^x - 1` is whole.
    Log1p(Base),
    /// The logarithm of 1 + counts that were scaled cell by cell: `base^x - 1` are multiples of one number in each cell.
    LogNormalised(Base),
    /// Counts that were scaled cell by cell: multiples of one number in each cell.
    Normalised,
    /// Small numbers such as logarithms have, with this largest one.
    SomeLogarithm(f32),
    /// None of these.
    Numbers(f32),
}

/// The base of a logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Natural.
    E,
    /// 2.
    Two,
    /// 10.
    Ten,
}

impl Base {
    /// The value of the option `--from` for it.
    #[must_use]
    pub const fn option(self) -> &'static str {
        match self {
            Self::E => "log1p",
            Self::Two => "log2p1",
            Self::Ten => "log10p1",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::E => "log",
            Self::Two => "log2",
            Self::Ten => "log10",
        }
    }

    fn power_minus_1(self, x: f64) -> f64 {
        match self {
            Self::E => x.exp_m1(),
            Self::Two => (x * std::f64::consts::LN_2).exp_m1(),
            Self::Ten => (x * std::f64::consts::LN_10).exp_m1(),
        }
    }
}

impl Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log1p(base) => write!(f, "{}(1 + counts)", base.name()),
            Self::LogNormalised(base) => {
                write!(f, "{}(1 + counts) of counts that were scaled cell by cell", base.name())
            }
            Self::Normalised => f.write_str("counts that were scaled cell by cell"),
            Self::SomeLogarithm(largest) => {
                write!(f, "log(1 + counts) of some base, normalised (the largest is {largest})")
            }
            Self::Numbers(largest) => write!(f, "normalised values (the largest is {largest})"),
        }
    }
}

/// Rows and values that are looked at.
const ROWS: usize = 200;
const VALUES: usize = 2000;
/// No logarithm of a count is as large: 2^30 reads of one gene in one cell.
const LARGEST_LOGARITHM: f32 = 30.0;

/// Some rows with values that are not whole.
#[derive(Default)]
pub(super) struct Sample {
    rows: Vec<Vec<f64>>,
    largest: f32,
}

impl Sample {
    pub fn add(&mut self, values: &[f32]) {
        self.largest = values.iter().copied().fold(self.largest, f32::max);
        if self.rows.len() < ROWS && values.len() > 1 {
            self.rows.push(values.iter().take(VALUES).map(|v| f64::from(*v)).collect());
        }
    }

    pub fn looks(&self) -> Looks {
        const BASES: [Base; 3] = [Base::E, Base::Two, Base::Ten];
        let small = self.largest < LARGEST_LOGARITHM;
        if small {
            if let Some(base) = BASES.into_iter().find(|base| self.whole(|x| base.power_minus_1(x), false)) {
                return Looks::Log1p(base);
            }
            if let Some(base) = BASES.into_iter().find(|base| self.whole(|x| base.power_minus_1(x), true)) {
                return Looks::LogNormalised(base);
            }
        }
        if self.whole(|x| x, true) {
            return Looks::Normalised;
        }
        if small { Looks::SomeLogarithm(self.largest) } else { Looks::Numbers(self.largest) }
    }

    /// Whether values are whole after this map, or multiples of the smallest one in each row.
    ///
    /// The values came from f32, whose rounding grows with them: 24 bits of x are a relative error of about 1e-6 in `10^x`. One value of 50
    /// is whole by chance, so 19 of 20 must be; rows in which no feature has a count of 1 may fail.
    fn whole(&self, map: impl Fn(f64) -> f64, scaled: bool) -> bool {
        let (mut tested, mut whole) = (0_u32, 0_u32);
        for row in &self.rows {
            let mapped: Vec<f64> = row.iter().map(|x| map(*x)).collect();
            let unit = if scaled { mapped.iter().copied().fold(f64::INFINITY, f64::min) } else { 1.0 };
            for ratio in mapped.iter().map(|y| y / unit).filter(|ratio| !(scaled && *ratio == 1.0) && *ratio < 1e4) {
                tested += 1;
                whole += u32::from((ratio - ratio.round()).abs() <= 0.01 * ratio.min(1.0) + 1e-5 * ratio);
            }
        }
        tested >= 10 && 20 * whole >= 19 * tested
    }
}
