//! Which way round a circle runs, and where it starts.

use std::f64::consts::PI;

use super::{CycleError, Harmonic, Phase, signed, wrapped};

/// The rotation and direction that make angles those of the cycle.
///
/// 0 is opposite the middle of the two peaks: the middle of G1, where both scores together are lowest. S peaks `lead / 2` before π and G2/M as much after.
///
/// ```
/// use reparam_cells::cycle::{Phase, orient};
/// let angles: Vec<f64> = (0..60).map(|i| f64::from(i) * 0.1).collect();
/// let wave = |peak: f64| angles.iter().map(|a| (a - peak).cos()).collect::<Vec<_>>();
/// let found = orient(&angles, &wave(3.0), &wave(1.0)).unwrap(); // S comes after G2/M: the wrong way round
/// assert!(found.reversed && (found.lead - 2.0).abs() < 1e-9);
/// assert_eq!([3.0, 1.0, 5.0].map(|a| found.phase(a)), [Phase::S, Phase::G2M, Phase::G1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orientation {
    /// Added after the reversal.
    pub offset: f64,
    /// Whether the angles run the other way.
    pub reversed: bool,
    /// The angle by which S peaks before G2/M, in `[0, π]`. Near 0 or π the direction is a matter of chance.
    pub lead: f64,
    /// The S score along the angles as they were given.
    pub s: Harmonic,
    /// The G2/M score along the angles as they were given.
    pub g2m: Harmonic,
}

/// Finds rotation and direction from scores of S and of G2/M.
///
/// Both scores get a first harmonic; the direction is the one in which the S score peaks before the G2/M score by the shorter way.
///
/// # Errors
/// Fewer than four cells, lengths that differ, values that are not finite.
pub fn orient(angles: &[f64], s_score: &[f64], g2m_score: &[f64]) -> Result<Orientation, CycleError> {
    let (s, g2m) = (Harmonic::fit(angles, s_score)?, Harmonic::fit(angles, g2m_score)?);
    let ahead = signed(g2m.peak - s.peak);
    let reversed = ahead < 0.0;
    let middle = s.peak + 0.5 * ahead;
    let offset = wrapped(PI - if reversed { -middle } else { middle });
    Ok(Orientation { offset, reversed, lead: ahead.abs(), s, g2m })
}

impl Orientation {
    /// The angle of the cycle, in `[0, 2π)`.
    #[must_use]
    pub fn angle(&self, angle: f64) -> f64 {
        wrapped(if self.reversed { -angle } else { angle } + self.offset)
    }

    /// The raw angle of an angle of the cycle, in `[0, 2π)`.
    #[must_use]
    pub fn raw(&self, angle: f64) -> f64 {
        let turned = angle - self.offset;
        wrapped(if self.reversed { -turned } else { turned })
    }

    /// How strongly the weaker score varies along the circle: a share of its variance.
    #[must_use]
    pub const fn strength(&self) -> f64 {
        self.s.share.min(self.g2m.share)
    }

    /// The larger p-value of the two scores: above a level, no cycle was seen at that level.
    #[must_use]
    pub const fn p_value(&self) -> f64 {
        self.s.p_value.max(self.g2m.p_value)
    }

    /// Where the S score peaks, and where the G2/M score does, as angles of the cycle.
    #[must_use]
    pub fn peaks(&self) -> (f64, f64) {
        (PI - 0.5 * self.lead, PI + 0.5 * self.lead)
    }

    /// The phase at a raw angle: that of the nearest of 0 (G1), the peak of S and the peak of G2/M.
    ///
    /// S ends and G2/M begins at π. G1 ends half way to the peak of S and begins half way from that of G2/M.
    #[must_use]
    pub fn phase(&self, angle: f64) -> Phase {
        let angle = self.angle(angle);
        let edge = 0.5 * self.peaks().0;
        if signed(angle).abs() < edge {
            Phase::G1
        } else if angle < PI {
            Phase::S
        } else {
            Phase::G2M
        }
    }
}
