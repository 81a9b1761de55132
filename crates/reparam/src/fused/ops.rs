//! The fused operations as a Burn back-end extension: forward on `Flex`, forward and backward on `Autodiff<Flex>`.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension};
use reparam_core::kernel::{self, Activation};

use super::product::{Matrix, product, product_by_transpose};
use super::slices::{from_vec, packed, with_slice};

/// Operations with a forward and a backward pass of their own.
#[backend_extension(Flex, Autodiff)]
pub trait FusedOps: Backend {
    /// `f(x weight + bias)`; shapes `[N, I]`, `[I, O]`, `[O]` to `[N, O]`.
    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self>;

    /// Bernoulli log-likelihood of each row; shapes `[S N, P]` and `[N, P]` to `[S N]`.
    fn fused_bernoulli(logits: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self>;
}

type Primitive = FloatTensor<Flex>;

fn matrix_shape(tensor: &Primitive) -> [usize; 2] {
    let shape = tensor.shape();
    [shape[0], shape[1]]
}

/// Output of a linear layer, and the input of its activation where the slope needs it.
fn linear_forward(
    x: &Primitive,
    weight: &Primitive,
    bias: &Primitive,
    activation: Activation,
) -> (Primitive, Option<Primitive>) {
    let [n, i] = matrix_shape(x);
    let o = matrix_shape(weight)[1];
    let mut y = with_slice(x, |x| with_slice(weight, |w| product(Matrix::new(x, n, i), Matrix::new(w, i, o))));
    let mut input = if activation.slope_needs_input() { vec![0.0; y.len()] } else { Vec::new() };
    with_slice(bias, |bias| {
        kernel::bias_activation(activation, &mut y, bias, &mut input);
    });
    let input = activation.slope_needs_input().then(|| from_vec(input, [n, o]));
    (from_vec(y, [n, o]), input)
}

/// Log-likelihood of each row, and its slope where asked for.
fn bernoulli_forward(logits: &Primitive, x: &Primitive, with_slope: bool) -> (Primitive, Option<Primitive>) {
    let [rows, width] = matrix_shape(logits);
    let data_rows = matrix_shape(x)[0].max(1);
    let mut sums = vec![0.0; rows];
    let mut slope = if with_slope { vec![0.0; rows * width] } else { Vec::new() };
    with_slice(logits, |logits| {
        with_slice(x, |x| {
            // The draws axis comes first: each block of `data_rows` rows meets the same data.
            for (block, sums) in sums.chunks_mut(data_rows).enumerate() {
                let at = block * data_rows * width..(block * data_rows + sums.len()) * width;
                let slope = if with_slope { &mut slope[at.clone()] } else { &mut [][..] };
                kernel::bernoulli_rows(&logits[at], x, width, slope, sums);
            }
        });
    });
    (from_vec(sums, [rows]), with_slope.then(|| from_vec(slope, [rows, width])))
}

impl FusedOps for Flex {
    fn fused_linear(x: Primitive, weight: Primitive, bias: Primitive, activation: Activation) -> Primitive {
        linear_forward(&x, &weight, &bias, activation).0
    }

    fn fused_bernoulli(logits: Primitive, x: Primitive) -> Primitive {
        bernoulli_forward(&logits, &x, false).0
    }
}

#[derive(Debug)]
struct LinearBackward;

/// What the backward pass of a linear layer keeps.
#[derive(Clone, Debug)]
struct LinearState {
    x: Primitive,
    weight: Primitive,
    /// Output or input of the activation, as its slope needs.
    saved: Primitive,
    activation: Activation,
}

impl Backward<Flex, 3> for LinearBackward {
    type State = LinearState;

    fn backward(self, ops: Ops<LinearState, 3>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let LinearState { x, weight, saved, activation } = ops.state;
        let [parent_x, parent_weight, parent_bias] = ops.parents;
        let mut gradient = packed(grads.consume::<Flex>(&ops.node));
        let ([n, i], o) = (matrix_shape(&x), matrix_shape(&weight)[1]);
        if activation != Activation::Identity {
            with_slice(&saved, |saved| {
                kernel::activation_backward(activation, gradient.storage_mut::<f32>(), saved);
            });
        }
        let g = gradient.storage::<f32>();
        if let Some(node) = parent_bias {
            let mut sum = vec![0.0; o];
            kernel::add_rows(g, &mut sum);
            grads.register::<Flex>(node.id, from_vec(sum, [o]));
        }
        let g = Matrix::new(g, n, o);
        if let Some(node) = parent_weight {
            let slope = with_slice(&x, |x| product(Matrix::new(x, n, i).t(), g));
            grads.register::<Flex>(node.id, from_vec(slope, [i, o]));
        }
        if let Some(node) = parent_x {
            let slope = with_slice(&weight, |w| product_by_transpose(g, Matrix::new(w, i, o)));
            grads.register::<Flex>(node.id, from_vec(slope, [n, i]));
        }
    }
}

#[derive(Debug)]
struct BernoulliBackward;

impl Backward<Flex, 1> for BernoulliBackward {
    type State = Primitive;

    fn backward(self, ops: Ops<Primitive, 1>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let [parent] = ops.parents;
        let gradient = grads.consume::<Flex>(&ops.node);
        if let Some(node) = parent {
            let mut slope = ops.state;
            let width = matrix_shape(&slope)[1];
            with_slice(&gradient, |g| {
                kernel::scale_rows(slope.storage_mut::<f32>(), width, g);
            });
            grads.register::<Flex>(node.id, slope);
        }
    }
}

impl<C: CheckpointStrategy> FusedOps for Autodiff<Flex, C> {
    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), weight.node(), bias.node()];
        let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
        let (y, input) = linear_forward(&x, &weight, &bias, activation);
        match LinearBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let saved = input.unwrap_or_else(|| y.clone());
                prep.finish(LinearState { x, weight, saved, activation }, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(y),
        }
    }

    fn fused_bernoulli(logits: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        let nodes = [logits.node()];
        match BernoulliBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (sums, slope) = bernoulli_forward(&logits.into_primitive(), &x.into_primitive(), true);
                match slope {
                    Some(slope) => prep.finish(slope, sums),
                    None => unreachable!("the slope was asked for"),
                }
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(bernoulli_forward(&logits.into_primitive(), &x.into_primitive(), false).0)
            }
        }
    }
}
