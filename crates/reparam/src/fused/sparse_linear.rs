//! The first layer of an encoder whose input is mostly zeros, as one operation.

use burn::backend::Dispatch;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension};
use burn::tensor::{Tensor, TensorData};
use reparam_core::kernel::{self, Activation, SparseMatrix};

use super::product::{Matrix, product, product_by_transpose};
use super::slices::{from_vec, packed, with_slice};
use super::{CountRows, fusible, linear_plain};

/// Share of entries that are not 0 from which on the product of full matrices is faster, forward and backward together.
///
/// 64 rows of 2,000 to 128 on one thread with AVX-512: 0.12, 0.19, 0.32, 0.45 and 0.64 ms at 5, 10, 20, 30 and 45 of 100 entries, 0.65 ms in
/// full, whatever the entries (`benches/fused_counts.rs`).
const DENSE: f64 = 0.45;

/// `f(x weight[..G] + extra weight[G..] + bias)` of sparse rows x and a few full columns beside them; differentiable in all but x.
///
/// Where few entries are not 0, only those are multiplied; else the rows are written out. Both give the same to rounding.
///
/// # Shapes
/// `rows`: N rows of width G; `extra`: `[N, C]`, or none; `weight`: `[G + C, H]`; `bias`: `[H]`; the result is `[N, H]`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::fused::{Activation, CountRows, sparse_linear};
/// let (device, rows) = (Device::flex(), CountRows::from_dense(&[0.0, 3.0, 0.0], 3).unwrap());
/// let weight = Tensor::from_floats([[1.0], [2.0], [4.0]], &device);
/// let y = sparse_linear(&rows, None, weight, Tensor::from_floats([0.5], &device), Activation::Relu);
/// assert_eq!(y.into_scalar::<f32>(), 6.5);
/// ```
///
/// # Panics
/// When the shapes do not fit.
#[must_use]
pub fn sparse_linear(
    rows: &CountRows,
    extra: Option<Tensor<2>>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    activation: Activation,
) -> Tensor<2> {
    check(rows, extra.as_ref(), &weight, &bias);
    if !(extra.as_ref().is_none_or(fusible) && fusible(&weight) && fusible(&bias)) {
        return sparse_linear_plain(rows, extra, weight, bias, activation);
    }
    // Without extra columns, a number that nothing reads.
    let has_extra = extra.is_some();
    let extra = extra.unwrap_or_else(|| Tensor::zeros([1, 1], &weight.device()));
    let call = SparseCall { rows: rows.clone(), has_extra, activation };
    Tensor::from_dispatch(<Dispatch as SparseOps>::fused_sparse_linear(
        weight.into_dispatch(),
        bias.into_dispatch(),
        extra.into_dispatch(),
        call,
    ))
}

/// The same as a chain of tensor operations on rows in full, for any device.
#[must_use]
pub fn sparse_linear_plain(
    rows: &CountRows,
    extra: Option<Tensor<2>>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    activation: Activation,
) -> Tensor<2> {
    check(rows, extra.as_ref(), &weight, &bias);
    let data = TensorData::new(rows.dense(), [rows.len(), rows.width()]);
    let x = Tensor::<2>::from_data(data, (&weight.device(), weight.dtype()));
    let x = match extra {
        Some(extra) => Tensor::cat(vec![x, extra], 1),
        None => x,
    };
    linear_plain(x, weight, bias, activation)
}

fn check(rows: &CountRows, extra: Option<&Tensor<2>>, weight: &Tensor<2>, bias: &Tensor<1>) {
    let (n, width) = (rows.len(), rows.width());
    let ([extra_rows, extra_width], [inputs, o], [of_bias]) =
        (extra.map_or([n, 0], Tensor::dims), weight.dims(), bias.dims());
    assert!(
        extra_rows == n && width + extra_width == inputs && o == of_bias,
        "sparse_linear: rows {n} x {width}, extra {extra_rows} x {extra_width}, weight {inputs} x {o} and bias of {of_bias} do not fit"
    );
}

/// What the layer reads besides tensors.
#[derive(Clone, Debug)]
pub struct SparseCall {
    rows: CountRows,
    has_extra: bool,
    activation: Activation,
}

impl SparseCall {
    fn matrix(&self) -> SparseMatrix<'_> {
        let (starts, columns, values) = self.rows.parts();
        SparseMatrix { starts, columns, values }
    }

    fn is_dense(&self) -> bool {
        self.rows.density() >= DENSE
    }
}

/// The layer with a forward and a backward pass of its own.
#[backend_extension(Flex, Autodiff)]
pub trait SparseOps: Backend {
    /// Shapes `[G + C, H]`, `[H]`, `[N, C]` to `[N, H]`; without extra columns, any tensor.
    fn fused_sparse_linear(
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        extra: FloatTensor<Self>,
        call: SparseCall,
    ) -> FloatTensor<Self>;
}

type Primitive = FloatTensor<Flex>;

/// Output of the layer, and the input of its activation where the slope needs it.
fn forward(
    weight: &Primitive,
    bias: &Primitive,
    extra: &Primitive,
    call: &SparseCall,
) -> (Primitive, Option<Primitive>) {
    let (n, width, o) = (call.rows.len(), call.rows.width(), weight.shape()[1]);
    let mut y = with_slice(weight, |w| {
        let (top, rest) = w.split_at(width * o);
        let mut y = if call.has_extra {
            let c = extra.shape()[1];
            with_slice(extra, |x| product(Matrix::new(x, n, c), Matrix::new(rest, c, o)))
        } else {
            vec![0.0; n * o]
        };
        if call.is_dense() {
            kernel::add_assign(&mut y, &product(Matrix::new(&call.rows.dense(), n, width), Matrix::new(top, width, o)));
        } else {
            kernel::sparse_product(call.matrix(), top, o, &mut y);
        }
        y
    });
    let mut input = if call.activation.slope_needs_input() { vec![0.0; y.len()] } else { Vec::new() };
    with_slice(bias, |bias| {
        kernel::bias_activation(call.activation, &mut y, bias, &mut input);
    });
    let input = call.activation.slope_needs_input().then(|| from_vec(input, [n, o]));
    (from_vec(y, [n, o]), input)
}

impl SparseOps for Flex {
    fn fused_sparse_linear(weight: Primitive, bias: Primitive, extra: Primitive, call: SparseCall) -> Primitive {
        forward(&weight, &bias, &extra, &call).0
    }
}

#[derive(Debug)]
struct SparseBackward;

/// What the backward pass keeps.
#[derive(Clone, Debug)]
struct SparseState {
    weight: Primitive,
    extra: Primitive,
    /// Output or input of the activation, as its slope needs.
    saved: Primitive,
    call: SparseCall,
}

impl SparseState {
    /// The gradient in the weight, of the gradient `g` before the activation.
    fn of_weight(&self, g: Matrix<'_>, values: &[f32], o: usize) -> Vec<f32> {
        let (n, width) = (self.call.rows.len(), self.call.rows.width());
        let mut slope = if self.call.is_dense() {
            product(Matrix::new(&self.call.rows.dense(), n, width).t(), g)
        } else {
            let mut slope = vec![0.0; width * o];
            kernel::transposed_sparse_product(self.call.matrix(), values, o, &mut slope);
            slope
        };
        if self.call.has_extra {
            let c = self.extra.shape()[1];
            slope.extend(with_slice(&self.extra, |x| product(Matrix::new(x, n, c).t(), g)));
        }
        slope
    }
}

impl Backward<Flex, 3> for SparseBackward {
    type State = SparseState;

    fn backward(self, ops: Ops<SparseState, 3>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let state = ops.state;
        let [parent_weight, parent_bias, parent_extra] = ops.parents;
        let mut gradient = packed(grads.consume::<Flex>(&ops.node));
        let (n, width, shape) = (state.call.rows.len(), state.call.rows.width(), state.weight.shape());
        let (inputs, o) = (shape[0], shape[1]);
        if state.call.activation != Activation::Identity {
            with_slice(&state.saved, |saved| {
                kernel::activation_backward(state.call.activation, gradient.storage_mut::<f32>(), saved);
            });
        }
        let values = gradient.storage::<f32>();
        if let Some(node) = parent_bias {
            let mut sum = vec![0.0; o];
            kernel::add_rows(values, &mut sum);
            grads.register::<Flex>(node.id, from_vec(sum, [o]));
        }
        let g = Matrix::new(values, n, o);
        if let Some(node) = parent_weight {
            grads.register::<Flex>(node.id, from_vec(state.of_weight(g, values, o), [inputs, o]));
        }
        if let Some(node) = parent_extra {
            let c = inputs - width;
            let slope = with_slice(&state.weight, |w| product_by_transpose(g, Matrix::new(&w[width * o..], c, o)));
            grads.register::<Flex>(node.id, from_vec(slope, [n, c]));
        }
    }
}

impl<C: CheckpointStrategy> SparseOps for Autodiff<Flex, C> {
    fn fused_sparse_linear(
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        extra: FloatTensor<Self>,
        call: SparseCall,
    ) -> FloatTensor<Self> {
        let nodes = [weight.node(), bias.node(), extra.node()];
        let (weight, bias, extra) = (weight.into_primitive(), bias.into_primitive(), extra.into_primitive());
        let (y, input) = forward(&weight, &bias, &extra, &call);
        match SparseBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let saved = input.unwrap_or_else(|| y.clone());
                prep.finish(SparseState { weight, extra, saved, call }, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(y),
        }
    }
}
