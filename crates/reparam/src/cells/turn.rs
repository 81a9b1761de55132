//! A model of normal latents becomes one with an angle: the same function, but for what lies off the circle.

use super::{CellVae, Ring};
use crate::nn::Linear;
use crate::train::numbers;

impl CellVae {
    /// This model, which has no angle, with one in place of the plane of a ring: two normal latents fewer, and every weight that reads or writes latents turned
    /// so that cells on the ring are decoded as before.
    ///
    /// With orthonormal directions U and their complement Q, latents are `z = U (centre + across (cos a, sin a)) + Q b`. Decoders take `(b, cos a, sin a)`; encoders
    /// give the natural parameters `concentration · across⁻¹ (Uᵀ loc - centre)`, one `concentration` for each modality.
    ///
    /// # Panics
    /// When the model has an angle, not more than two latents, or the ring another width.
    #[must_use]
    pub fn with_ring(&self, ring: &Ring, concentrations: &[f64]) -> Self {
        let width = self.config.latents;
        assert!(
            !self.config.cycle && width > 2 && ring.directions[0].len() == width,
            "a ring among the normal latents"
        );
        let complement = ring.complement();
        let mut turned = self.clone();
        turned.config.latents = width - 2;
        turned.config.cycle = true;
        for (networks, concentration) in turned.networks.iter_mut().zip(concentrations) {
            if let Some(last) = networks.encoder.rest.last_mut() {
                *last = encoder_layer(last, ring, &complement, *concentration);
            }
            let decoder = &mut networks.decoder;
            if let Some(first) = decoder.hidden.first_mut() {
                *first = decoder_layer(first, ring, &complement);
            } else {
                decoder.output = decoder_layer(&decoder.output, ring, &complement);
                for head in [&mut decoder.dropout, &mut decoder.cell_dispersion].into_iter().flatten() {
                    *head = decoder_layer(head, ring, &complement);
                }
            }
        }
        turned
    }
}

/// A layer's weights `[inputs, outputs]` and bias in f64, and its number of outputs.
fn values(layer: &Linear) -> (Vec<f64>, Vec<f64>, usize) {
    let wide = |values: Vec<f32>| values.into_iter().map(f64::from).collect::<Vec<f64>>();
    let outputs = layer.bias.val().dims()[0];
    (wide(numbers(layer.weight.val())), wide(numbers(layer.bias.val())), outputs)
}

fn narrow(values: Vec<f64>) -> Vec<f32> {
    values.into_iter().map(|x| x as f32).collect()
}

/// The layer that gives the posterior's parameters.
fn encoder_layer(layer: &Linear, ring: &Ring, complement: &[Vec<f64>], concentration: f64) -> Linear {
    let width = ring.directions[0].len();
    let (weights, bias, outputs) = values(layer);
    let inverse = ring.inverse();
    let turn = |row: &[f64], is_bias: bool| -> Vec<f64> {
        let (loc, raw) = (&row[..width], &row[width..2 * width]);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut new: Vec<f64> = complement.iter().map(|q| dot(q, loc)).collect();
        // The logarithm of a scale between those that it mixes: exact where directions are axes.
        new.extend(complement.iter().map(|q| q.iter().zip(raw).map(|(q, r)| q * q * r).sum::<f64>()));
        let centred = [0, 1].map(|k| dot(&ring.directions[k], loc) - if is_bias { ring.centre[k] } else { 0.0 });
        new.push(concentration * (inverse[0] * centred[0] + inverse[1] * centred[1]));
        new.push(concentration * (inverse[2] * centred[0] + inverse[3] * centred[1]));
        new
    };
    let new: Vec<f64> = weights.chunks_exact(outputs).flat_map(|row| turn(row, false)).collect();
    layer.with_values(narrow(new), narrow(turn(&bias, true)))
}

/// A layer that reads latents, and then conditions.
fn decoder_layer(layer: &Linear, ring: &Ring, complement: &[Vec<f64>]) -> Linear {
    let width = ring.directions[0].len();
    let (weights, mut bias, outputs) = values(layer);
    let mix = |v: &[f64]| -> Vec<f64> {
        (0..outputs).map(|o| (0..width).map(|l| v[l] * weights[l * outputs + o]).sum()).collect()
    };
    let plane = [mix(&ring.directions[0]), mix(&ring.directions[1])];
    let mut new: Vec<f64> = complement.iter().flat_map(|q| mix(q)).collect();
    for column in 0..2 {
        new.extend((0..outputs).map(|o| ring.across[column] * plane[0][o] + ring.across[2 + column] * plane[1][o]));
    }
    new.extend_from_slice(&weights[width * outputs..]);
    for (o, b) in bias.iter_mut().enumerate() {
        *b += ring.centre[0] * plane[0][o] + ring.centre[1] * plane[1][o];
    }
    layer.with_values(narrow(new), narrow(bias))
}
