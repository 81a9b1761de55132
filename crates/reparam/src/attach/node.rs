//! The graph node: backward multiplies by stored slopes.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::FloatTensorOps;
use burn::backend::{Autodiff, Flex};
use burn::tensor::Tensor;

use super::path;

type Primitive = <Flex as burn::backend::BackendTypes>::FloatTensorPrimitive;

/// `value` with its slopes; a parent without a slope counts as a constant.
pub(super) fn attach<const D: usize, const N: usize>(
    value: Tensor<D>,
    parents: &[Tensor<D>; N],
    slopes: &[Option<Tensor<D>>; N],
) -> Tensor<D> {
    if !parents.iter().any(Tensor::is_tracked) {
        return value;
    }
    if let Some(tensor) = record(&value, parents, slopes) {
        return tensor;
    }
    parents.iter().zip(slopes).fold(value, |sum, (parent, slope)| match slope {
        Some(slope) => sum + path(parent.clone(), slope.clone()),
        None => sum,
    })
}

/// The custom operation, or `None` when a tensor lives elsewhere or its graph checkpoints.
fn record<const D: usize, const N: usize>(
    value: &Tensor<D>,
    parents: &[Tensor<D>; N],
    slopes: &[Option<Tensor<D>>; N],
) -> Option<Tensor<D>> {
    let value = value.clone().try_into_primitive::<Flex>().ok()?;
    let mut state: [Option<Primitive>; N] = [const { None }; N];
    for (place, slope) in state.iter_mut().zip(slopes) {
        if let Some(slope) = slope {
            *place = Some(slope.clone().try_into_primitive::<Flex>().ok()?);
        }
    }
    let mut nodes = Vec::with_capacity(N);
    for parent in parents {
        let parent = parent.clone().autodiff().try_into_primitive::<Autodiff<Flex>>().ok()?;
        nodes.push(parent.node());
    }
    let nodes = nodes.try_into().ok()?;
    let output = match Attach.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => prepared.finish(state, value),
        OpsKind::UnTracked(prepared) => prepared.finish(value),
    };
    Some(Tensor::from_primitive::<Autodiff<Flex>>(output))
}

#[derive(Debug)]
struct Attach;

impl<const N: usize> Backward<Flex, N> for Attach {
    type State = [Option<Primitive>; N];

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let incoming = grads.consume::<Flex>(&ops.node);
        for (parent, slope) in ops.parents.into_iter().zip(ops.state) {
            if let (Some(parent), Some(slope)) = (parent, slope) {
                grads.register::<Flex>(parent.id, Flex::float_mul(incoming.clone(), slope));
            }
        }
    }
}
