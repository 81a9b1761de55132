//! When an explicit method is the wrong one.

use super::equations::{Core, V};
use super::integrate::Point;

/// Steps between two looks.
const EVERY: usize = 32;
/// The method's region of stability reaches to about -3.3 on the negative real axis; steps that long by the fastest rate are limited by
/// stability, not by accuracy.
const LIMIT: f64 = 2.5;
/// With so many time constants of the fastest rate in a stretch an implicit method is the quicker one from the start.
const HOPELESS: f64 = 2e4;

/// Watches steps of an explicit method.
pub(super) struct Stiffness<'a, 'd> {
    core: &'a Core<'d>,
    wanted: bool,
    steps: usize,
    /// Looks in a row that saw long steps.
    suspicions: usize,
    work: [Vec<f64>; 2],
}

impl<'a, 'd> Stiffness<'a, 'd> {
    pub(super) fn new(core: &'a Core<'d>, wanted: bool) -> Self {
        let n = core.dynamics.states();
        Self { core, wanted, steps: 0, suspicions: 0, work: [vec![0.0; n], vec![0.0; n]] }
    }

    /// Before the first step.
    pub(super) fn hopeless(&mut self, point: &Point, span: f64) -> bool {
        self.wanted && self.fastest(&point.y, point.time) * span > HOPELESS
    }

    /// After a step.
    pub(super) fn found(&mut self, step: f64, time: f64, y: &V) -> bool {
        self.steps += 1;
        if !self.wanted || !self.steps.is_multiple_of(EVERY) {
            return false;
        }
        let n = self.core.dynamics.states();
        let long = self.fastest(&y.batch_as_slice(0)[..n], time) * step > LIMIT;
        self.suspicions = if long { self.suspicions + 1 } else { 0 };
        self.suspicions >= 2
    }

    /// The size of the largest eigenvalue of the Jacobian, by a few steps of the power method from the direction of motion and
    /// an arbitrary other one.
    fn fastest(&mut self, y: &[f64], time: f64) -> f64 {
        let (core, [v, w]) = (self.core, &mut self.work);
        core.rates(y, time, v);
        let size = norm(v);
        for (at, v) in v.iter_mut().enumerate() {
            let other = 1.0 / (1.0 + at as f64).sqrt();
            *v = other + if size > 0.0 && size.is_finite() { *v / size } else { 0.0 };
        }
        let mut fastest = 0.0;
        for _ in 0..6 {
            let size = norm(v);
            if !(size > 0.0 && size.is_finite()) {
                return 0.0;
            }
            v.iter_mut().for_each(|v| *v /= size);
            core.jacobian_times(y, time, v, w);
            fastest = norm(w);
            std::mem::swap(v, w);
        }
        if fastest.is_finite() { fastest } else { 0.0 }
    }
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}
