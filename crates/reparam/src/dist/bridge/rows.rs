//! Laws of vectors: the numbers of one law, and those of one value, stand on the last axis; the other axes broadcast.
//!
//! Everything runs on the host in `f64`, row by row on all threads, in one graph node with the law's own pull-back. One law is built
//! for each element of the parameters' batch, however many values it meets.

use std::marker::PhantomData;
use std::sync::Arc;

use burn::tensor::Tensor;
use rayon::prelude::*;
use reparam_core::law::{MultivariateLaw, MultivariatePathwise};

use super::keyed::{numbers, upload};
use super::{Built, Edge};
use crate::attach::{self, PullBack, shape};
use crate::dist::error::{placed, unravel};
use crate::dist::{ShapeError, Support, ValueError};

/// Rows a task takes.
const CHUNK: usize = 32;

/// The parameters of laws of one family, on one tensor `[…, all numbers of a law]`.
#[derive(Debug)]
pub(in crate::dist) struct Rows<L, const D: usize> {
    numbers: Tensor<D>,
    /// How many numbers each parameter has.
    lengths: Vec<usize>,
    build: fn(&[&[f64]]) -> Built<L>,
    law: PhantomData<fn() -> L>,
}

impl<L, const D: usize> Clone for Rows<L, D> {
    fn clone(&self) -> Self {
        Self::of(self.numbers.clone(), self.lengths.clone(), self.build)
    }
}

/// One row of a function with its gradient.
pub(in crate::dist) struct Row<'a> {
    pub(in crate::dist) input: &'a [f64],
    pub(in crate::dist) value: &'a [f64],
    pub(in crate::dist) cotangent: &'a [f64],
}

impl<L, const D: usize> Rows<L, D> {
    fn of(numbers: Tensor<D>, lengths: Vec<usize>, build: fn(&[&[f64]]) -> Built<L>) -> Self {
        Self { numbers, lengths, build, law: PhantomData }
    }

    /// Parameters with their names; all axes but the last broadcast.
    pub(in crate::dist) fn new(
        law: &'static str,
        parameters: Vec<(&'static str, Tensor<D>)>,
        build: fn(&[&[f64]]) -> Built<L>,
    ) -> Result<Self, ShapeError> {
        let mut batch = [1; D];
        for (i, (second, b)) in parameters.iter().enumerate() {
            crate::dist::error::nonempty(law, second, b)?;
            batch = shape::broadcast(&[batch, of_width(b.dims(), 1)]).ok_or_else(|| {
                let (first, a) = &parameters[i.saturating_sub(1)];
                let [first_shape, second_shape] = [a, b].map(|t| t.dims().to_vec());
                ShapeError::Broadcast { law, first, first_shape, second, second_shape }
            })?;
        }
        let lengths = parameters.iter().map(|(_, p)| p.dims()[D - 1]).collect::<Vec<_>>();
        let parts = parameters.into_iter().map(|(_, p)| {
            let width = p.dims()[D - 1];
            shape::fill(p, of_width(batch, width))
        });
        Ok(Self::of(Tensor::cat(parts.collect(), D - 1), lengths, build))
    }

    /// Parameter `k`, of the batch's shape.
    pub(in crate::dist) fn part(&self, k: usize) -> Tensor<D> {
        let start = self.lengths[..k].iter().sum();
        self.numbers.clone().narrow(D - 1, start, self.lengths[k])
    }

    pub(in crate::dist) fn length(&self, k: usize) -> usize {
        self.lengths[k]
    }

    /// The tensor of all parameters: its device, its type.
    pub(in crate::dist) fn tensor(&self) -> &Tensor<D> {
        &self.numbers
    }

    /// The batch's shape, and `width` numbers on the last axis.
    pub(in crate::dist) fn dims(&self, width: usize) -> [usize; D] {
        of_width(self.numbers.dims(), width)
    }

    pub(in crate::dist) fn unsqueeze<const E: usize>(&self) -> Rows<L, E> {
        Rows::of(self.numbers.clone().unsqueeze::<E>(), self.lengths.clone(), self.build)
    }

    pub(in crate::dist) fn detach(&self) -> Self {
        // Removes the score term.
        Self::of(self.numbers.clone().inner(), self.lengths.clone(), self.build)
    }

    /// The law of each element of the batch.
    fn laws(&self) -> Vec<Built<L>> {
        let width = self.numbers.dims()[D - 1];
        let build = |row: &[f64]| {
            let mut rest = row;
            let parts = self.lengths.iter().map(|&n| {
                let (part, after) = rest.split_at(n);
                rest = after;
                part
            });
            (self.build)(&parts.collect::<Vec<_>>())
        };
        numbers(&self.numbers).chunks_exact(width).map(build).collect()
    }

    /// That every element of the batch makes a law.
    pub(in crate::dist) fn validate(&self) -> Result<(), ValueError> {
        for (place, law) in self.laws().into_iter().enumerate() {
            law.map_err(|error| placed(error, unravel(place, self.dims(1))[..D - 1].to_vec()))?;
        }
        Ok(())
    }
}

impl<L: MultivariateLaw, const D: usize> Rows<L, D> {
    /// That every row of `value` lies in the support of its law.
    pub(in crate::dist) fn validate_value(&self, law: &'static str, value: &Tensor<D>) -> Result<(), ValueError> {
        let inside = self.constant(value.clone(), 1, |law, _, x, out| out[0] = f64::from(law.contains(x)));
        match numbers(&inside).iter().position(|x| *x != 1.0) {
            None => Ok(()),
            Some(place) => {
                let index = unravel(place, inside.dims())[..D - 1].to_vec();
                let words = self.laws().first().and_then(|l| l.as_ref().ok()).map_or("", |l| l.family().support);
                let rule = format!("value must be {words}, which that at index {index:?} is not");
                Err(ValueError::Together { law, rule })
            }
        }
    }

    /// `columns` numbers that `value(law, row, input, out)` writes for each row: a constant.
    pub(in crate::dist) fn constant(
        &self,
        input: Tensor<D>,
        columns: usize,
        value: impl Fn(&L, u64, &[f64], &mut [f64]) + Sync,
    ) -> Tensor<D> {
        let places = self.places(&input);
        let inputs = numbers(&shape::fill(input.inner(), of_width(places.dims, places.width)));
        upload(places.run(&self.laws(), &inputs, columns, value), of_width(places.dims, columns), &self.numbers)
    }

    /// [`constant`](Self::constant) as a function of parameters and input: `pull(law, row, in parameters, in input)` adds their gradients.
    pub(in crate::dist) fn function(
        &self,
        input: Tensor<D>,
        columns: usize,
        value: impl Fn(&L, u64, &[f64], &mut [f64]) + Sync,
        pull: impl Fn(&L, &Row<'_>, &mut [f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Tensor<D> {
        if !self.numbers.is_tracked() && !input.is_tracked() {
            return self.constant(input, columns, value);
        }
        let places = self.places(&input);
        let input = shape::fill(input, of_width(places.dims, places.width));
        let (laws, inputs) = (self.laws(), numbers(&input));
        let values = places.run(&laws, &inputs, columns, value);
        let out = upload(values.clone(), of_width(places.dims, columns), &self.numbers);
        let total = self.numbers.dims()[D - 1];
        let back: Arc<PullBack<2>> = Arc::new(move |cotangents: &[f64]| {
            places.back(&laws, total, |law, row, in_numbers, in_input| {
                let at = row * columns..(row + 1) * columns;
                let input = &inputs[row * places.width..(row + 1) * places.width];
                let row = Row { input, value: &values[at.clone()], cotangent: &cotangents[at] };
                // No gradient comes in: an infinite slope must not make it NaN.
                if row.cotangent.iter().any(|c| *c != 0.0) {
                    pull(law, &row, in_numbers, in_input);
                }
            })
        });
        attach::pull(out, [self.numbers.clone(), input], &back)
    }

    /// Numbers of the law alone: `pull(law, cotangent, in parameters)` adds the gradient.
    pub(in crate::dist) fn summary(
        &self,
        columns: usize,
        value: impl Fn(&L) -> Vec<f64> + Sync,
        pull: impl Fn(&L, &[f64], &mut [f64]) + Send + Sync + 'static,
    ) -> Tensor<D> {
        let value = |law: &L, _: u64, _: &[f64], out: &mut [f64]| write(out, &value(law));
        self.function(self.blank(self.dims(1)), columns, value, move |law, row, out, _| pull(law, row.cotangent, out))
    }

    /// `log p`, with the law's score and slope.
    pub(in crate::dist) fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        self.function(
            value,
            1,
            |law, _, x, out| out[0] = law.log_prob(x),
            |law, row, in_numbers, in_value| {
                let (mut score, mut slope) = (vec![0.0; in_numbers.len()], vec![0.0; in_value.len()]);
                law.score(row.input, &mut score);
                law.log_prob_slope(row.input, &mut slope);
                add(in_numbers, &score, row.cotangent[0]);
                add(in_value, &slope, row.cotangent[0]);
            },
        )
    }

    /// A tensor that a row is to be computed for, but not from.
    pub(in crate::dist) fn blank(&self, dims: [usize; D]) -> Tensor<D> {
        Tensor::zeros(of_width(dims, 1), (&self.numbers.device().without_autodiff(), self.numbers.dtype()))
    }

    /// Where the rows of an input find their laws.
    fn places(&self, input: &Tensor<D>) -> Places<D> {
        let (batch, width) = (self.dims(1), input.dims()[D - 1]);
        let dims = shape::broadcast(&[batch, of_width(input.dims(), 1)]).unwrap_or_else(|| {
            panic!(
                "value of shape {:?} does not broadcast with a law of batch shape {:?}",
                input.dims(),
                &batch[..D - 1]
            )
        });
        let which = |row: usize| {
            let at = unravel(row, dims);
            at.iter().zip(batch).fold(0, |place, (i, size)| place * size + if size == 1 { 0 } else { *i })
        };
        Places { dims, width, laws: batch.iter().product(), which: (0..dims.iter().product()).map(which).collect() }
    }
}

impl<L: MultivariatePathwise, const D: usize> Rows<L, D> {
    /// Draws `length` numbers long that `draw(law, row, input, out)` makes; the gradient is that of [`MultivariatePathwise::pull_back`], which
    /// depends on the draw alone, and so none flows to the input.
    pub(in crate::dist) fn draws(
        &self,
        input: Tensor<D>,
        length: usize,
        element: Support,
        draw: impl Fn(&L, u64, &[f64], &mut [f64]) + Sync,
    ) -> Tensor<D> {
        let edge = Edge::of(&self.numbers);
        self.function(
            input.inner(),
            length,
            move |law, row, input, out| {
                draw(law, row, input, out);
                for z in out {
                    *z = edge.inside(element, *z);
                }
            },
            |law, row, in_numbers, _| law.pull_back(row.value, row.cotangent, in_numbers),
        )
    }
}

/// Rows of shape `dims`, the inputs `width` numbers long, and which of so many laws each belongs to.
struct Places<const D: usize> {
    dims: [usize; D],
    width: usize,
    laws: usize,
    which: Vec<usize>,
}

impl<const D: usize> Places<D> {
    fn run<L: Sync>(
        &self,
        laws: &[Built<L>],
        inputs: &[f64],
        columns: usize,
        value: impl Fn(&L, u64, &[f64], &mut [f64]) + Sync,
    ) -> Vec<f64> {
        let mut out = vec![f64::NAN; self.which.len() * columns];
        out.par_chunks_mut(columns * CHUNK).enumerate().for_each(|(piece, out)| {
            for (i, out) in out.chunks_exact_mut(columns).enumerate() {
                let row = piece * CHUNK + i;
                if let Ok(law) = &laws[self.which[row]] {
                    value(law, row as u64, &inputs[row * self.width..(row + 1) * self.width], out);
                }
            }
        });
        out
    }

    /// Gradients in the numbers of all laws, summed over the rows of each in an order of its own, and in all inputs.
    fn back<L: Sync>(
        &self,
        laws: &[Built<L>],
        total: usize,
        pull: impl Fn(&L, usize, &mut [f64], &mut [f64]) + Sync,
    ) -> [Vec<f64>; 2] {
        let mut members = vec![Vec::new(); self.laws];
        for (row, law) in self.which.iter().enumerate() {
            members[*law].push(row);
        }
        let tasks: Vec<(usize, &[usize])> = members
            .iter()
            .enumerate()
            .flat_map(|(law, rows)| rows.chunks(CHUNK).map(move |rows| (law, rows)))
            .collect();
        let parts: Vec<[Vec<f64>; 2]> = (tasks.par_iter())
            .map(|(law, rows)| {
                let (mut numbers, mut inputs) = (vec![0.0; total], vec![0.0; rows.len() * self.width]);
                for (row, input) in rows.iter().zip(inputs.chunks_exact_mut(self.width)) {
                    match &laws[*law] {
                        Ok(law) => pull(law, *row, &mut numbers, input),
                        Err(_) => numbers.fill(f64::NAN),
                    }
                }
                [numbers, inputs]
            })
            .collect();
        let (mut numbers, mut inputs) = (vec![0.0; self.laws * total], vec![0.0; self.which.len() * self.width]);
        for ((law, rows), [part, input]) in tasks.iter().zip(parts) {
            add(&mut numbers[law * total..], &part, 1.0);
            for (row, input) in rows.iter().zip(input.chunks_exact(self.width)) {
                write(&mut inputs[row * self.width..], input);
            }
        }
        [numbers, inputs]
    }
}

fn of_width<const D: usize>(mut dims: [usize; D], width: usize) -> [usize; D] {
    if let Some(last) = dims.last_mut() {
        *last = width;
    }
    dims
}

fn write(out: &mut [f64], values: &[f64]) {
    out.iter_mut().zip(values).for_each(|(place, value)| *place = *value);
}

/// Adds `factor` times `values`.
fn add(out: &mut [f64], values: &[f64], factor: f64) {
    out.iter_mut().zip(values).for_each(|(place, value)| *place += factor * value);
}
