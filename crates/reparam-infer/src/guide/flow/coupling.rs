//! One affine coupling: some coordinates are shifted and scaled by functions of the others.

use reparam_core::kernel::{bounded_with_slope, exp_in_place, silu_with_slope};

/// Bound of the logarithm of a scale: a layer stretches by at most e³, and noise far out stays finite.
const BOUND: f64 = 3.0;

/// `y_kept = x_kept`, `y_moved = x_moved e^s(x_kept) + t(x_kept)` (Dinh et al. 2017).
///
/// `s` and `t` come from one hidden layer: `raw = silu(x_kept W + b) V + c`, `t` its first half, `s` its second, softly bounded.
/// Parameters in a row: `W [kept, width]`, `b [width]`, `V [width, 2 moved]`, `c [2 moved]`.
#[derive(Clone, Debug)]
pub(super) struct Coupling {
    kept: Vec<usize>,
    moved: Vec<usize>,
    width: usize,
}

/// What one evaluation of the conditioner leaves behind.
pub(super) struct Room {
    before: Vec<f64>,
    hidden: Vec<f64>,
    hidden_slope: Vec<f64>,
    raw: Vec<f64>,
    log_scale: Vec<f64>,
    log_scale_slope: Vec<f64>,
    scale: Vec<f64>,
}

impl Room {
    pub(super) fn new(dimension: usize, width: usize) -> Self {
        let (wide, moved) = (|| vec![0.0; width], || vec![0.0; dimension]);
        Self {
            before: wide(),
            hidden: wide(),
            hidden_slope: wide(),
            raw: vec![0.0; 2 * dimension],
            log_scale: moved(),
            log_scale_slope: moved(),
            scale: moved(),
        }
    }
}

/// `sum += factor · row`.
fn add_multiple(sum: &mut [f64], factor: f64, row: &[f64]) {
    for (sum, x) in sum.iter_mut().zip(row) {
        *sum += factor * x;
    }
}

impl Coupling {
    pub(super) const fn new(kept: Vec<usize>, moved: Vec<usize>, width: usize) -> Self {
        Self { kept, moved, width }
    }

    pub(super) const fn parameter_count(&self) -> usize {
        (self.kept.len() + 1) * self.width + (self.width + 1) * 2 * self.moved.len()
    }

    /// Numbers of the hidden layer: those that a start draws; the others begin at 0, which is the identity.
    pub(super) const fn hidden_count(&self) -> [usize; 2] {
        [self.kept.len() * self.width, self.width]
    }

    /// The conditioner at `x`.
    fn condition(&self, parameters: &[f64], x: &[f64], room: &mut Room) {
        let (width, outputs) = (self.width, 2 * self.moved.len());
        let (weights, rest) = parameters.split_at(self.kept.len() * width);
        let (bias, rest) = rest.split_at(width);
        let (out_weights, out_bias) = rest.split_at(width * outputs);
        room.before.copy_from_slice(bias);
        for (row, i) in weights.chunks_exact(width).zip(&self.kept) {
            add_multiple(&mut room.before, x[*i], row);
        }
        silu_with_slope(&room.before, &mut room.hidden, &mut room.hidden_slope);
        let raw = &mut room.raw[..outputs];
        raw.copy_from_slice(out_bias);
        for (row, h) in out_weights.chunks_exact(outputs).zip(&room.hidden) {
            add_multiple(raw, *h, row);
        }
        let n = self.moved.len();
        bounded_with_slope(BOUND, &raw[n..], &mut room.log_scale[..n], &mut room.log_scale_slope[..n]);
        room.scale[..n].copy_from_slice(&room.log_scale[..n]);
        exp_in_place(&mut room.scale[..n]);
    }

    /// Back through the conditioner: `of_raw` is the slope in `raw`; that in the kept coordinates is added to `slope`.
    fn condition_back(
        &self,
        parameters: &[f64],
        x: &[f64],
        room: &mut Room,
        slope: &mut [f64],
        gradient: Option<&mut [f64]>,
    ) {
        let (width, outputs) = (self.width, 2 * self.moved.len());
        let of_raw = &room.raw[..outputs];
        let out_weights = &parameters[(self.kept.len() + 1) * width..];
        // The slope in what went into the hidden layer, over what went in.
        for ((of_before, row), f) in
            room.before.iter_mut().zip(out_weights.chunks_exact(outputs)).zip(&room.hidden_slope)
        {
            *of_before = f * row.iter().zip(of_raw).map(|(v, r)| v * r).sum::<f64>();
        }
        for (row, i) in parameters.chunks_exact(width).zip(&self.kept) {
            slope[*i] += row.iter().zip(&room.before).map(|(w, b)| w * b).sum::<f64>();
        }
        let Some(gradient) = gradient else { return };
        let (weights, rest) = gradient.split_at_mut(self.kept.len() * width);
        let (bias, rest) = rest.split_at_mut(width);
        let (out_weights, out_bias) = rest.split_at_mut(width * outputs);
        for (row, i) in weights.chunks_exact_mut(width).zip(&self.kept) {
            add_multiple(row, x[*i], &room.before);
        }
        add_multiple(bias, 1.0, &room.before);
        for (row, h) in out_weights.chunks_exact_mut(outputs).zip(&room.hidden) {
            add_multiple(row, *h, of_raw);
        }
        add_multiple(out_bias, 1.0, of_raw);
    }

    /// `x` becomes `y`; the log-determinant is returned.
    pub(super) fn forward(&self, parameters: &[f64], x: &mut [f64], room: &mut Room) -> f64 {
        self.condition(parameters, x, room);
        self.apply(x, room);
        room.log_scale[..self.moved.len()].iter().sum()
    }

    fn apply(&self, x: &mut [f64], room: &Room) {
        for ((i, scale), shift) in self.moved.iter().zip(&room.scale).zip(&room.raw) {
            x[*i] = x[*i] * scale + shift;
        }
    }

    /// `y` becomes `x`; the log-determinant of the way forward is returned.
    pub(super) fn inverse(&self, parameters: &[f64], y: &mut [f64], room: &mut Room) -> f64 {
        self.condition(parameters, y, room);
        for ((i, scale), shift) in self.moved.iter().zip(&room.scale).zip(&room.raw) {
            y[*i] = (y[*i] - shift) / scale;
        }
        room.log_scale[..self.moved.len()].iter().sum()
    }

    /// `slope`, in `y`, becomes that in `x`; the log-determinant counts with `weight`. The parameters' is added to `gradient`.
    pub(super) fn backward(
        &self,
        parameters: &[f64],
        x: &[f64],
        slope: &mut [f64],
        weight: f64,
        gradient: &mut [f64],
        room: &mut Room,
    ) {
        self.condition(parameters, x, room);
        let n = self.moved.len();
        for (o, i) in self.moved.iter().enumerate() {
            let of_y = slope[*i];
            slope[*i] = of_y * room.scale[o];
            room.raw[o] = of_y;
            room.raw[n + o] = (slope[*i] * x[*i] + weight) * room.log_scale_slope[o];
        }
        self.condition_back(parameters, x, room, slope, Some(gradient));
    }

    /// `slope`, of a log density in `x`, becomes that of its image in `y`, and `x` becomes `y`.
    pub(super) fn push_score(&self, parameters: &[f64], x: &mut [f64], slope: &mut [f64], room: &mut Room) {
        self.condition(parameters, x, room);
        let n = self.moved.len();
        for (o, i) in self.moved.iter().enumerate() {
            // ln q_y(y) = ln q_x((y - t) e^(-s)) - s
            let of_x = slope[*i];
            slope[*i] = of_x / room.scale[o];
            let y = x[*i] * room.scale[o] + room.raw[o];
            room.raw[o] = -slope[*i];
            room.raw[n + o] = (-of_x * x[*i] - 1.0) * room.log_scale_slope[o];
            x[*i] = y;
        }
        // The kept coordinates, all that the conditioner reads, are the same in x and y.
        self.condition_back(parameters, x, room, slope, None);
    }
}
