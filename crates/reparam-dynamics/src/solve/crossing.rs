//! Looking for the times at which triggers that depend on states change.

use super::equations::Core;
use super::integrate::{Point, Watch};
use crate::expression::Tape;

/// Differences of the two sides of the comparisons at the last look, and the crossing that was seen.
pub(super) struct Crossing<'a> {
    core: &'a Core<'a>,
    tape: Option<&'a Tape>,
    pub(super) memory: Vec<f64>,
    pub(super) count: usize,
    last: Vec<f64>,
    time: f64,
    pub(super) seen: Option<usize>,
    /// Crossings so far.
    pub(super) number: usize,
}

impl<'a> Crossing<'a> {
    pub(super) fn new(core: &'a Core<'a>) -> Self {
        let events = &core.dynamics.events;
        Self {
            core,
            tape: events.crossing.as_ref(),
            memory: events.crossing.as_ref().map_or_else(Vec::new, Tape::memory),
            count: events.crossings(),
            last: vec![0.0; events.crossings()],
            time: f64::NAN,
            seen: None,
            number: 0,
        }
    }

    fn differences(&mut self, time: f64, y: &[f64], out: &mut [f64]) {
        let Some(tape) = self.tape else { return };
        self.memory[..y.len()].copy_from_slice(y);
        self.memory[self.core.dynamics.time()] = time;
        tape.run(&mut self.memory);
        for (at, out) in out.iter_mut().enumerate() {
            *out = tape.output(&self.memory, at);
        }
    }
}

impl Watch for Crossing<'_> {
    fn begin(&mut self, point: &Point) {
        let mut last = std::mem::take(&mut self.last);
        self.differences(point.time, &point.y, &mut last);
        // Just after a crossing the difference may be a rounding error on the old side: it is not to be seen again.
        if let Some(seen) = self.seen.take() {
            last[seen] = 0.0;
        }
        (self.last, self.time) = (last, point.time);
    }

    fn look(&mut self, time: f64, y: &[f64], _s: &[f64], at: &mut dyn FnMut(f64, &mut [f64])) -> Option<f64> {
        let (mut now, mut middle, mut room) = (vec![0.0; self.count], vec![0.0; self.count], y.to_vec());
        self.differences(time, y, &mut now);
        let mut first: Option<(f64, usize)> = None;
        for index in 0..self.count {
            if self.last[index] * now[index] >= 0.0 {
                continue;
            }
            let (mut low, mut high) = (self.time, time);
            // Halving to the last digit: crossings are few.
            for _ in 0..80 {
                let half = low + 0.5 * (high - low);
                if half <= low || half >= high {
                    break;
                }
                at(half, &mut room);
                self.differences(half, &room, &mut middle);
                if self.last[index] * middle[index] < 0.0 { high = half } else { low = half }
            }
            if first.is_none_or(|(before, _)| high < before) {
                first = Some((high, index));
            }
        }
        // A step that ends at 0 leaves the old side, so that the next one sees the crossing.
        self.last.iter_mut().zip(&now).filter(|(_, now)| **now != 0.0).for_each(|(last, now)| *last = *now);
        self.time = time;
        self.seen = first.map(|(_, index)| index);
        first.map(|(time, _)| time)
    }
}
