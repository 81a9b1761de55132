//! Likelihoods of counts as a Burn back-end extension: forward on `Flex`, forward and backward on `Autodiff<Flex>`.

use std::sync::Arc;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension};
use reparam_core::kernel::{self, AccessRow, AccessSlopes, CountLaw, CountRow, CountScratch, CountSlopes};

use super::CountRows;
use crate::fused::slices::{from_vec, with_slice};

/// What a likelihood of counts reads besides tensors.
#[derive(Clone, Debug)]
pub struct CountCall {
    pub law: CountLaw,
    /// For each row the dispersion that it takes; empty for the first.
    pub dispersion_of_row: Arc<[u32]>,
    pub counts: CountRows,
}

/// Likelihoods of counts with a forward and a backward pass of their own.
#[backend_extension(Flex, Autodiff)]
pub trait CountOps: Backend {
    /// Shapes `[R, G]`, `[R]`, `[D, G]`, `[R, G]` to `[R]`; what the law has not is any tensor.
    fn fused_counts(
        logits: FloatTensor<Self>,
        log_library: FloatTensor<Self>,
        log_dispersion: FloatTensor<Self>,
        dropout_logits: FloatTensor<Self>,
        call: CountCall,
    ) -> FloatTensor<Self>;

    /// Shapes `[R, G]`, `[R]`, `[G]` to `[R]`.
    fn fused_accessibility(
        logits: FloatTensor<Self>,
        depth_logit: FloatTensor<Self>,
        region_logit: FloatTensor<Self>,
        counts: CountRows,
    ) -> FloatTensor<Self>;
}

type Primitive = FloatTensor<Flex>;

/// Slopes of every row, before the gradient of its value is known.
#[derive(Clone, Debug, Default)]
struct Slopes {
    /// `[R, G]`.
    logits: Vec<f32>,
    /// `[R]`.
    rows: Vec<f32>,
    /// `[R, G]`: of each row in what rows share; empty where there is none.
    shared: Vec<f32>,
    /// `[R, G]`; empty where there is none.
    dropout: Vec<f32>,
}

fn count_forward(tensors: [&Primitive; 4], call: &CountCall, tracked: bool) -> (Primitive, Slopes) {
    with_slice(tensors[0], |logits| {
        with_slice(tensors[1], |library| {
            with_slice(tensors[2], |dispersion| {
                with_slice(tensors[3], |dropout| count_sums([logits, library, dispersion, dropout], call, tracked))
            })
        })
    })
}

fn count_sums(
    [logits, library, log_dispersion, dropout]: [&[f32]; 4],
    call: &CountCall,
    tracked: bool,
) -> (Primitive, Slopes) {
    let CountCall { law, dispersion_of_row, counts } = call;
    let (rows, width) = (library.len(), counts.width());
    let log_dispersion = if law.has_dispersion() { log_dispersion } else { &[] };
    let dropout = if law.has_dropout() { dropout } else { &[] };
    let dispersion = CountScratch::exponential(log_dispersion);
    let room = |needed: bool| vec![0.0; if tracked && needed { rows * width } else { 0 }];
    let mut slopes = Slopes {
        logits: room(true),
        rows: Vec::with_capacity(rows),
        shared: room(law.has_dispersion()),
        dropout: room(law.has_dropout()),
    };
    let mut sums = Vec::with_capacity(rows);
    let mut scratch = CountScratch::new(width);
    for (r, log_library) in library.iter().enumerate() {
        let at = r * width..(r + 1) * width;
        let kind = dispersion_of_row.get(r).map_or(0, |d| *d as usize);
        let of_kind = if law.has_dispersion() { kind * width..(kind + 1) * width } else { 0..0 };
        // The draws axis comes first.
        let (columns, values) = counts.row(r % counts.len());
        let row = CountRow {
            logits: &logits[at.clone()],
            log_library: *log_library,
            log_dispersion: &log_dispersion[of_kind.clone()],
            dispersion: &dispersion[of_kind],
            dropout_logits: dropout.get(at.clone()).unwrap_or_default(),
            columns,
            values,
        };
        let into = CountSlopes {
            logits: slopes.logits.get_mut(at.clone()).unwrap_or_default(),
            log_dispersion: slopes.shared.get_mut(at.clone()).unwrap_or_default(),
            dropout_logits: slopes.dropout.get_mut(at).unwrap_or_default(),
        };
        let found = kernel::count_row(*law, &row, &mut scratch, into);
        sums.push(found.log_likelihood as f32);
        slopes.rows.push(found.log_library as f32);
    }
    (from_vec(sums, [rows]), slopes)
}

fn access_forward(tensors: [&Primitive; 3], counts: &CountRows, tracked: bool) -> (Primitive, Slopes) {
    with_slice(tensors[0], |logits| {
        with_slice(tensors[1], |depth| {
            with_slice(tensors[2], |region| access_sums([logits, depth, region], counts, tracked))
        })
    })
}

fn access_sums([logits, depth, region]: [&[f32]; 3], counts: &CountRows, tracked: bool) -> (Primitive, Slopes) {
    let (rows, width) = (depth.len(), counts.width());
    let room = || vec![0.0; if tracked { rows * width } else { 0 }];
    let mut slopes = Slopes { logits: room(), shared: room(), ..Slopes::default() };
    let mut sums = Vec::with_capacity(rows);
    let mut open = vec![0.0; width];
    for (r, depth_logit) in depth.iter().enumerate() {
        let at = r * width..(r + 1) * width;
        let (columns, values) = counts.row(r % counts.len());
        for (g, x) in columns.iter().zip(values) {
            open[*g as usize] = *x;
        }
        let row =
            AccessRow { logits: &logits[at.clone()], depth_logit: *depth_logit, region_logit: region, open: &open };
        let into = AccessSlopes {
            logits: slopes.logits.get_mut(at.clone()).unwrap_or_default(),
            region_logit: slopes.shared.get_mut(at).unwrap_or_default(),
        };
        let (value, of_depth) = kernel::accessibility_row(&row, into);
        sums.push(value as f32);
        slopes.rows.push(of_depth as f32);
        for g in columns {
            open[*g as usize] = 0.0;
        }
    }
    (from_vec(sums, [rows]), slopes)
}

impl CountOps for Flex {
    fn fused_counts(
        logits: Primitive,
        log_library: Primitive,
        log_dispersion: Primitive,
        dropout_logits: Primitive,
        call: CountCall,
    ) -> Primitive {
        count_forward([&logits, &log_library, &log_dispersion, &dropout_logits], &call, false).0
    }

    fn fused_accessibility(
        logits: Primitive,
        depth_logit: Primitive,
        region_logit: Primitive,
        counts: CountRows,
    ) -> Primitive {
        access_forward([&logits, &depth_logit, &region_logit], &counts, false).0
    }
}

/// Every row's slopes times the gradient of its value.
fn scaled_rows(mut slopes: Vec<f32>, gradient: &[f32], width: usize) -> Primitive {
    kernel::scale_rows(&mut slopes, width, gradient);
    from_vec(slopes, [gradient.len(), width])
}

/// One slope a row times the gradient of its value.
fn scaled(mut slopes: Vec<f32>, gradient: &[f32]) -> Primitive {
    for (s, g) in slopes.iter_mut().zip(gradient) {
        *s *= g;
    }
    from_vec(slopes, [gradient.len()])
}

/// The sum of all rows that share a parameter, weighted by the gradients of their values, rows in order.
fn shared(slopes: &[f32], gradient: &[f32], of_row: &[u32], width: usize, kinds: usize) -> Vec<f32> {
    let mut sum = vec![0.0; kinds * width];
    for (r, (row, g)) in slopes.chunks_exact(width.max(1)).zip(gradient).enumerate() {
        let kind = of_row.get(r).map_or(0, |d| *d as usize);
        kernel::add_scaled(&mut sum[kind * width..(kind + 1) * width], row, *g);
    }
    sum
}

#[derive(Debug)]
struct CountBackward;

#[derive(Clone, Debug)]
struct CountState {
    slopes: Slopes,
    dispersion_of_row: Arc<[u32]>,
    /// How many dispersions there are, and of how many genes.
    dispersion: [usize; 2],
}

impl Backward<Flex, 4> for CountBackward {
    type State = CountState;

    fn backward(self, ops: Ops<CountState, 4>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let [logits, library, dispersion, dropout] = ops.parents;
        let CountState { slopes, dispersion_of_row, dispersion: [kinds, width] } = ops.state;
        let gradient = grads.consume::<Flex>(&ops.node);
        with_slice(&gradient, |g| {
            if let Some(node) = dispersion {
                let sum = shared(&slopes.shared, g, &dispersion_of_row, width, kinds);
                grads.register::<Flex>(node.id, from_vec(sum, [kinds, width]));
            }
            for (node, slopes) in [(logits, slopes.logits), (dropout, slopes.dropout)] {
                if let Some(node) = node {
                    grads.register::<Flex>(node.id, scaled_rows(slopes, g, width));
                }
            }
            if let Some(node) = library {
                grads.register::<Flex>(node.id, scaled(slopes.rows, g));
            }
        });
    }
}

#[derive(Debug)]
struct AccessBackward;

impl Backward<Flex, 3> for AccessBackward {
    /// The slopes, and how many regions there are.
    type State = (Slopes, usize);

    fn backward(self, ops: Ops<(Slopes, usize), 3>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let [logits, depth, region] = ops.parents;
        let (slopes, width) = ops.state;
        let gradient = grads.consume::<Flex>(&ops.node);
        with_slice(&gradient, |g| {
            if let Some(node) = region {
                grads.register::<Flex>(node.id, from_vec(shared(&slopes.shared, g, &[], width, 1), [width]));
            }
            if let Some(node) = logits {
                grads.register::<Flex>(node.id, scaled_rows(slopes.logits, g, width));
            }
            if let Some(node) = depth {
                grads.register::<Flex>(node.id, scaled(slopes.rows, g));
            }
        });
    }
}

impl<C: CheckpointStrategy> CountOps for Autodiff<Flex, C> {
    fn fused_counts(
        logits: FloatTensor<Self>,
        log_library: FloatTensor<Self>,
        log_dispersion: FloatTensor<Self>,
        dropout_logits: FloatTensor<Self>,
        call: CountCall,
    ) -> FloatTensor<Self> {
        let nodes = [logits.node(), log_library.node(), log_dispersion.node(), dropout_logits.node()];
        let tensors = [
            logits.into_primitive(),
            log_library.into_primitive(),
            log_dispersion.into_primitive(),
            dropout_logits.into_primitive(),
        ];
        match CountBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (sums, slopes) = count_forward(tensors.each_ref(), &call, true);
                let dispersion = [tensors[2].shape()[0], call.counts.width()];
                prep.finish(CountState { slopes, dispersion_of_row: call.dispersion_of_row, dispersion }, sums)
            }
            OpsKind::UnTracked(prep) => prep.finish(count_forward(tensors.each_ref(), &call, false).0),
        }
    }

    fn fused_accessibility(
        logits: FloatTensor<Self>,
        depth_logit: FloatTensor<Self>,
        region_logit: FloatTensor<Self>,
        counts: CountRows,
    ) -> FloatTensor<Self> {
        let nodes = [logits.node(), depth_logit.node(), region_logit.node()];
        let tensors = [logits.into_primitive(), depth_logit.into_primitive(), region_logit.into_primitive()];
        match AccessBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (sums, slopes) = access_forward(tensors.each_ref(), &counts, true);
                prep.finish((slopes, counts.width()), sums)
            }
            OpsKind::UnTracked(prep) => prep.finish(access_forward(tensors.each_ref(), &counts, false).0),
        }
    }
}
