//! What a scientist's model has beyond its density: named quantities, data, predictions, draws from its prior.

use crate::{LogDensity, LogDensityError};
use reparam_core::noise::Stream;

/// A quantity that tables and pictures show: a parameter on its own scale, or a function of parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// Its name, `theta[0]` for an element of a vector.
    pub name: String,
    /// Its unit; empty where the model gives none.
    pub unit: String,
    /// The scale on which the guide sees it: `lin`, `ln`, `log10`, `logit` …; `derived` for a function of parameters.
    pub scale: String,
}

/// One measurement, with what a plot of it needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The series that it belongs to: `lynx`, `pyronene`, `y`.
    pub series: String,
    /// Where it was measured, usually a time; the index within the series where there is no such number.
    pub at: f64,
    /// The measurement.
    pub value: f64,
}

/// A [`LogDensity`] that came from a scientific model.
pub trait Model: LogDensity {
    /// What tables show, in order.
    fn quantities(&self) -> Vec<Quantity>;

    /// The quantities at the unconstrained point `x`; as many as [`quantities`](Self::quantities).
    fn constrain(&self, x: &[f64], quantities: &mut [f64]);

    /// Where a search may begin, unconstrained.
    fn start(&self) -> Vec<f64> {
        vec![0.0; self.dimension()]
    }

    /// The log density of the prior of a quantity, on its own scale; `None` where it has none of its own.
    fn prior_log_density(&self, _quantity: usize, _value: f64) -> Option<f64> {
        None
    }

    /// The data; empty where there are none.
    fn observations(&self) -> Vec<Observation> {
        Vec::new()
    }

    /// Labels of the axis of [`Observation::at`] and of its values.
    fn axes(&self) -> [String; 2] {
        ["index".into(), "value".into()]
    }

    /// For each observation what the model expects of it at `x` (the median, noise apart), and one replicate with noise.
    ///
    /// # Errors
    /// [`LogDensityError::Failed`] where the model cannot be solved.
    fn predict(
        &self,
        _x: &[f64],
        _noise: Stream,
        _expected: &mut [f64],
        _replicate: &mut [f64],
    ) -> Result<(), LogDensityError> {
        Err(LogDensityError::Failed("the model makes no predictions".into()))
    }

    /// A point drawn from the prior, unconstrained; `None` where the prior is improper or cannot be drawn from.
    fn prior_draw(&self, _noise: Stream) -> Option<Vec<f64>> {
        None
    }

    /// The same model with other measurements in place of its own, in the order of [`observations`](Self::observations).
    fn with_observations(&self, _values: &[f64]) -> Option<Box<dyn Model + Send>> {
        None
    }
}
