//! A normalising flow: affine couplings under an affine map.

mod coupling;
mod start;

use super::Guide;
use coupling::{Coupling, Room};
use reparam_core::noise::{Key, Noise};
use std::f64::consts::TAU;
use std::ops::Range;

pub use start::{FlowError, FlowOptions};

/// Normalising flow of affine couplings (Dinh et al. 2017), composed with a normal guide from which it starts.
///
/// `z = location + L (shift + e^log_scale ∘ f_K(… f_1(ε)))`: `location` and the lower triangular `L` are given once and stay, the couplings
/// `f`, `shift` and `log_scale` are the parameters. It starts as the identity, so that `q = N(location, L Lᵀ)` exactly. The log
/// density of any point is as cheap as that of a draw. In one dimension nothing conditions anything: a normal law.
///
/// # Parameters    those of the couplings in order, then `shift`, then `log_scale`
///
/// ```
/// use reparam_infer::guide::{Flow, FlowOptions, Guide};
/// let flow = Flow::new(&[1.0, -1.0], &[2.0, 0.0, 0.5, 1.0], FlowOptions::default())?;
/// let mut z = [0.0; 2];
/// let log_density = flow.draw(&[1.0, 2.0], &mut z);
/// assert_eq!(z, [3.0, 1.5]);
/// assert!((flow.log_density(&z) - log_density).abs() < 1e-12);
/// # Ok::<(), reparam_infer::guide::FlowError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Flow {
    location: Vec<f64>,
    /// Lower triangular, by rows `[D, D]`.
    factor: Vec<f64>,
    /// `ln |det L|`.
    log_determinant: f64,
    /// In order, with the places of their parameters.
    couplings: Vec<(Coupling, Range<usize>)>,
    width: usize,
    parameters: Vec<f64>,
}

impl Flow {
    /// Draws a step with which the other constants were tried.
    pub const DRAWS: usize = 32;
    /// Steps of a fit.
    pub const STEPS: u64 = 5000;
    /// First step size of Adam; it falls to a hundredth along half a cosine over the steps.
    pub const STEP_SIZE: f64 = 0.005;
    /// Factor on the noise of a fit's draws, from step [`WIDE_FROM`](Self::WIDE_FROM) on, with the gradient that sticks the landing.
    ///
    /// That gradient is 0 for every noise where `q = p`, so the draws may come from further out than `q`'s own. They must: a flow that
    /// rarely sees its tails bends there as it likes, its ELBO is within 0.006 nats of the best, and its ratios still have heavy
    /// tails. On the banana k-hat was below 0.7 for 10 of 16 starts with a factor of 1, and for all of them with this one, at most
    /// 0.34. With a family that cannot hold `p` the fit is then no minimum of KL(q, p), but a neighbour with wider tails.
    pub const WIDE: f64 = 1.5;
    /// The first step with widened noise; before it the flow must find its place.
    pub const WIDE_FROM: u64 = 1000;

    /// The flow that starts at `N(location, L Lᵀ)`; `factor` is `L`, `[D, D]` by rows, what lies above its diagonal is not read.
    ///
    /// # Errors
    /// [`FlowError`]: no dimension, a factor of another size, numbers that are not finite, a diagonal that is not positive, no or too
    /// many layers or units.
    pub fn new(location: &[f64], factor: &[f64], options: FlowOptions) -> Result<Self, FlowError> {
        let n = location.len();
        start::check(location, factor, options)?;
        let lower: Vec<f64> = factor.iter().enumerate().map(|(k, l)| if k % n <= k / n { *l } else { 0.0 }).collect();
        let (mut couplings, mut parameters) = (Vec::new(), Vec::new());
        for (number, coupling) in halves(n, options).into_iter().enumerate() {
            let [weights, biases] = coupling.hidden_count();
            let from = parameters.len();
            parameters.resize(from + coupling.parameter_count(), 0.0);
            let hidden = &mut parameters[from..from + weights + biases];
            site(options.seed).number(number as u64).step(0).fill(Noise::StandardNormal, 0, hidden);
            // Inputs of variance 1 and these weights give sums of variance 1; the biases spread the bends over ±2 sds.
            let shrink = 1.0 / ((weights / options.width.max(1)).max(1) as f64).sqrt();
            for w in &mut hidden[..weights] {
                *w *= shrink;
            }
            couplings.push((coupling, from..parameters.len()));
        }
        parameters.resize(parameters.len() + 2 * n, 0.0);
        let log_determinant = (0..n).map(|i| lower[i * n + i].ln()).sum();
        Ok(Self {
            location: location.to_vec(),
            factor: lower,
            log_determinant,
            couplings,
            width: options.width,
            parameters,
        })
    }

    /// The flow that starts at `N(0, I)`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn standard(dimension: usize, options: FlowOptions) -> Result<Self, FlowError> {
        let mut factor = vec![0.0; dimension * dimension];
        (0..dimension).for_each(|i| factor[i * dimension + i] = 1.0);
        Self::new(&vec![0.0; dimension], &factor, options)
    }

    /// Each coupling, with its parameters.
    fn layers(&self) -> impl DoubleEndedIterator<Item = (&Coupling, &[f64])> {
        self.couplings.iter().map(|(coupling, range)| (coupling, &self.parameters[range.clone()]))
    }

    /// `shift` and `log_scale`.
    fn outer(&self) -> (&[f64], &[f64]) {
        let n = self.location.len();
        self.parameters[self.parameters.len() - 2 * n..].split_at(n)
    }

    /// `u` becomes `L (shift + e^log_scale u) + location`, in place.
    fn outer_forward(&self, u: &mut [f64]) {
        let n = u.len();
        let (shift, log_scale) = self.outer();
        for d in 0..n {
            u[d] = shift[d] + log_scale[d].exp() * u[d];
        }
        // From below, since row i reads what lies above it.
        for i in (0..n).rev() {
            let dot: f64 = self.factor[i * n..=i * n + i].iter().zip(&*u).map(|(l, u)| l * u).sum();
            u[i] = self.location[i] + dot;
        }
    }

    fn outer_inverse(&self, z: &mut [f64]) {
        let n = z.len();
        let (shift, log_scale) = self.outer();
        for i in 0..n {
            let dot: f64 = self.factor[i * n..i * n + i].iter().zip(&*z).map(|(l, v)| l * v).sum();
            z[i] = (z[i] - self.location[i] - dot) / self.factor[i * n + i];
        }
        for d in 0..n {
            z[d] = (z[d] - shift[d]) * (-log_scale[d]).exp();
        }
    }

    /// `ln q` from what the couplings' log-determinants add up to, and the noise.
    fn log_density_of(&self, noise: &[f64], couplings: f64) -> f64 {
        let squares: f64 = noise.iter().map(|e| e * e).sum();
        let scales: f64 = self.outer().1.iter().sum();
        -0.5 * (squares + noise.len() as f64 * TAU.ln()) - couplings - scales - self.log_determinant
    }
}

impl Guide for Flow {
    fn dimension(&self) -> usize {
        self.location.len()
    }

    fn name(&self) -> String {
        "flow".into()
    }

    fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    fn set_parameters(&mut self, parameters: &[f64]) {
        self.parameters.copy_from_slice(parameters);
    }

    fn draw(&self, noise: &[f64], z: &mut [f64]) -> f64 {
        let mut room = Room::new(z.len(), self.width);
        z.copy_from_slice(noise);
        let mut log_determinant = 0.0;
        for (coupling, parameters) in self.layers() {
            log_determinant += coupling.forward(parameters, z, &mut room);
        }
        self.outer_forward(z);
        self.log_density_of(noise, log_determinant)
    }

    fn pull_back(&self, noise: &[f64], _z: &[f64], slope: &[f64], entropy_weight: f64, gradient: &mut [f64]) {
        let n = noise.len();
        let mut room = Room::new(n, self.width);
        // What goes into each coupling, and what comes out of the last.
        let mut path = vec![0.0; (self.couplings.len() + 1) * n];
        path[..n].copy_from_slice(noise);
        for (k, (coupling, parameters)) in self.layers().enumerate() {
            let (before, after) = path[k * n..].split_at_mut(n);
            after[..n].copy_from_slice(before);
            coupling.forward(parameters, &mut after[..n], &mut room);
        }
        // Lᵀ slope.
        let mut of = vec![0.0; n];
        for (row, s) in self.factor.chunks_exact(n).zip(slope) {
            for (of, l) in of.iter_mut().zip(row) {
                *of += s * l;
            }
        }
        let (inner, outer) = gradient.split_at_mut(gradient.len() - 2 * n);
        let (of_shift, of_log_scale) = outer.split_at_mut(n);
        let (_, log_scale) = self.outer();
        let u = &path[self.couplings.len() * n..];
        for d in 0..n {
            of_shift[d] += of[d];
            of[d] *= log_scale[d].exp();
            of_log_scale[d] += of[d] * u[d] + entropy_weight;
        }
        for (k, (coupling, range)) in self.couplings.iter().enumerate().rev() {
            let x = &path[k * n..(k + 1) * n];
            let (parameters, of_parameters) = (&self.parameters[range.clone()], &mut inner[range.clone()]);
            coupling.backward(parameters, x, &mut of, entropy_weight, of_parameters, &mut room);
        }
    }

    fn score(&self, noise: &[f64], _z: &[f64], slope: &mut [f64]) {
        let n = noise.len();
        let mut room = Room::new(n, self.width);
        let mut x = noise.to_vec();
        for (slope, e) in slope.iter_mut().zip(noise) {
            *slope = -e;
        }
        for (coupling, parameters) in self.layers() {
            coupling.push_score(parameters, &mut x, slope, &mut room);
        }
        for (slope, log_scale) in slope.iter_mut().zip(self.outer().1) {
            *slope *= (-log_scale).exp();
        }
        // Lᵀ out = slope, from the last coordinate.
        for i in (0..n).rev() {
            let dot: f64 = (i + 1..n).map(|k| self.factor[k * n + i] * slope[k]).sum();
            slope[i] = (slope[i] - dot) / self.factor[i * n + i];
        }
    }

    fn log_density(&self, z: &[f64]) -> f64 {
        let mut room = Room::new(z.len(), self.width);
        let mut x = z.to_vec();
        self.outer_inverse(&mut x);
        let mut log_determinant = 0.0;
        for (coupling, parameters) in self.layers().rev() {
            log_determinant += coupling.inverse(parameters, &mut x, &mut room);
        }
        self.log_density_of(&x, log_determinant)
    }

    fn boxed(&self) -> Box<dyn Guide> {
        Box::new(self.clone())
    }
}

const fn site(seed: u64) -> Key {
    Key::new(seed).site("flow")
}

/// Pairs of couplings: the second moves what the first kept. Which half comes first is drawn anew for each pair.
fn halves(dimension: usize, options: FlowOptions) -> Vec<Coupling> {
    let mut order: Vec<usize> = (0..dimension).collect();
    (0..options.layers)
        .map(|layer| {
            let half = dimension / 2;
            if layer % 2 == 0 && layer > 0 && dimension > 2 {
                // Sorted by uniform numbers: a permutation.
                let mut keys = vec![0.0_f64; dimension];
                site(options.seed).site("order").step(layer as u64).fill(Noise::Uniform, 0, &mut keys);
                order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
            }
            let (first, second) = order.split_at(half);
            let (kept, moved) = if layer % 2 == 0 || half == 0 { (first, second) } else { (second, first) };
            Coupling::new(kept.to_vec(), moved.to_vec(), options.width)
        })
        .collect()
}
