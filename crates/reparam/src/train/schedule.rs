//! Learning rates as a function of the step alone.

use serde::{Deserialize, Serialize};

/// How the learning rate changes from step to step.
///
/// ```
/// use reparam::train::Schedule;
/// let schedule = Schedule::Linear { floor: 0.5 };
/// assert_eq!([0, 50, 100].map(|step| schedule.factor(step, 100)), [1.0, 0.75, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Schedule {
    /// The same rate throughout.
    #[default]
    Constant,
    /// A straight line from the full rate to `floor` times it, which is reached one step after the last.
    Linear {
        /// Share of the rate at the end.
        floor: f64,
    },
    /// Half a cosine from the full rate to `floor` times it, which is reached one step after the last (Loshchilov and Hutter 2017, one period).
    Cosine {
        /// Share of the rate at the end.
        floor: f64,
    },
    /// Multiplied by `factor` after every `every` steps.
    Step {
        /// Steps between two decays.
        every: u64,
        /// What the rate is multiplied by.
        factor: f64,
    },
}

/// A schedule that makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScheduleError {
    /// The share at the end is no share.
    #[error("schedule: floor must be in [0, 1], got {0}")]
    Floor(f64),
    /// The decay does not decay.
    #[error("schedule: factor must be in (0, 1], got {0}")]
    Factor(f64),
    /// The decay never comes, or always.
    #[error("schedule: every must be at least 1 step, got 0")]
    Every,
}

impl Schedule {
    /// Checks the numbers.
    ///
    /// # Errors
    /// A floor outside [0, 1], a factor outside (0, 1], a period of 0.
    pub fn validate(&self) -> Result<(), ScheduleError> {
        match *self {
            Self::Linear { floor } | Self::Cosine { floor } if !(0.0..=1.0).contains(&floor) => {
                Err(ScheduleError::Floor(floor))
            }
            Self::Step { factor, .. } if !(factor > 0.0 && factor <= 1.0) => Err(ScheduleError::Factor(factor)),
            Self::Step { every: 0, .. } => Err(ScheduleError::Every),
            _ => Ok(()),
        }
    }

    /// What the learning rate is multiplied by at a step, of a run of `total` steps; steps count from 0.
    #[must_use]
    pub fn factor(&self, step: u64, total: u64) -> f64 {
        let done = if total == 0 { 0.0 } else { (step as f64 / total as f64).min(1.0) };
        match *self {
            Self::Constant => 1.0,
            Self::Linear { floor } => floor + (1.0 - floor) * (1.0 - done),
            Self::Cosine { floor } => floor + (1.0 - floor) * 0.5 * (1.0 + (std::f64::consts::PI * done).cos()),
            Self::Step { every, factor } => factor.powf((step / every.max(1)) as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_start_at_one_and_end_where_they_say() {
        let linear = Schedule::Linear { floor: 0.02 };
        assert_eq!(linear.factor(0, 100), 1.0);
        assert_eq!(linear.factor(50, 100), 0.51);
        assert_eq!(linear.factor(100, 100), 0.02);
        let cosine = Schedule::Cosine { floor: 0.1 };
        assert_eq!(cosine.factor(0, 100), 1.0);
        assert!((cosine.factor(100, 100) - 0.1).abs() < 1e-15);
        let step = Schedule::Step { every: 10, factor: 0.5 };
        assert_eq!((step.factor(9, 100), step.factor(10, 100), step.factor(25, 100)), (1.0, 0.5, 0.25));
        assert_eq!(Schedule::Constant.factor(7, 0), 1.0);
    }

    #[test]
    fn impossible_schedules_are_named() {
        assert_eq!(Schedule::Linear { floor: 1.5 }.validate(), Err(ScheduleError::Floor(1.5)));
        assert_eq!(Schedule::Step { every: 0, factor: 0.5 }.validate(), Err(ScheduleError::Every));
        assert_eq!(Schedule::Step { every: 3, factor: 0.0 }.validate(), Err(ScheduleError::Factor(0.0)));
        assert!(Schedule::Cosine { floor: f64::NAN }.validate().is_err());
    }
}
