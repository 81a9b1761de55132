//! The graph node whose backward pass is any function of the incoming gradient, on the host.

use std::fmt;
use std::sync::Arc;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Autodiff, Flex};
use burn::tensor::{Device, Tensor, TensorData};

/// Takes the gradient at the value, row-major, to those of the parents, which it returns in their order and row-major too.
pub(crate) type PullBack<const N: usize> = dyn Fn(&[f64]) -> [Vec<f64>; N] + Send + Sync;

/// `value` as a function of `parents`, whose gradients `back` computes. Tensors that live elsewhere make a detour over the host.
pub(crate) fn pull<const D: usize, const N: usize>(
    value: Tensor<D>,
    parents: [Tensor<D>; N],
    back: &Arc<PullBack<N>>,
) -> Tensor<D> {
    if !parents.iter().any(Tensor::is_tracked) {
        return value;
    }
    if let Some(tensor) = record(&value, &parents, back) {
        return tensor;
    }
    let (home, host) = (parents[0].device(), Device::flex());
    let parents = parents.map(|p| p.to_device(&host.clone().autodiff()));
    let value = value.to_device(&host);
    record(&value, &parents, back).map_or(value, |tensor| tensor.to_device(&home))
}

fn record<const D: usize, const N: usize>(
    value: &Tensor<D>,
    parents: &[Tensor<D>; N],
    back: &Arc<PullBack<N>>,
) -> Option<Tensor<D>> {
    let state = State { back: back.clone(), shapes: parents.each_ref().map(Tensor::dims) };
    let value = value.clone().try_into_primitive::<Flex>().ok()?;
    let mut nodes = Vec::with_capacity(N);
    for parent in parents {
        nodes.push(parent.clone().autodiff().try_into_primitive::<Autodiff<Flex>>().ok()?.node());
    }
    let nodes = nodes.try_into().ok()?;
    let output = match Pull::<D>.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => prepared.finish(state, value),
        OpsKind::UnTracked(prepared) => prepared.finish(value),
    };
    Some(Tensor::from_primitive::<Autodiff<Flex>>(output))
}

#[derive(Debug)]
struct Pull<const D: usize>;

#[derive(Clone)]
struct State<const D: usize, const N: usize> {
    back: Arc<PullBack<N>>,
    shapes: [[usize; D]; N],
}

impl<const D: usize, const N: usize> fmt::Debug for State<D, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("shapes", &self.shapes).finish_non_exhaustive()
    }
}

impl<const D: usize, const N: usize> Backward<Flex, N> for Pull<D> {
    type State = State<D, N>;

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let incoming = Tensor::<D>::from_primitive::<Flex>(grads.consume::<Flex>(&ops.node));
        let options = (&incoming.device(), incoming.dtype());
        let cotangent: Vec<f64> = incoming.to_data_as::<f64>().iter::<f64>().collect();
        let parts = ops.parents.into_iter().zip((ops.state.back)(&cotangent)).zip(ops.state.shapes);
        for ((parent, numbers), shape) in parts {
            let tensor = Tensor::<D>::from_data(TensorData::new(numbers, shape), options);
            if let (Some(parent), Ok(primitive)) = (parent, tensor.try_into_primitive::<Flex>()) {
                grads.register::<Flex>(parent.id, primitive);
            }
        }
    }
}
