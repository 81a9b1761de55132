//! Bias and activation in one pass, and the activation's backward pass.

use super::dispatch::multiversion;
use super::math;

/// An element-wise non-linearity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Activation {
    /// `f(x) = x`.
    Identity,
    /// `f(x) = max(x, 0)`; the slope at 0 is taken as 0.
    #[default]
    Relu,
    /// `f(x) = tanh x`.
    Tanh,
    /// `f(x) = x Φ(x)` with the normal distribution function Φ (Hendrycks and Gimpel 2016), not its tanh approximation.
    Gelu,
    /// `f(x) = x / (1 + e^(-x))`.
    Silu,
}

impl Activation {
    /// Whether the slope is computed from the input (`true`) or from the output (`false`) of the activation.
    #[must_use]
    pub const fn slope_needs_input(self) -> bool {
        matches!(self, Self::Gelu | Self::Silu)
    }

    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn value(self, x: f32) -> f32 {
        match self {
            Self::Identity => x,
            // Written so that a NaN stays one: `max` would turn it into 0 and hide a diverged layer.
            Self::Relu => {
                if x < 0.0 {
                    0.0
                } else {
                    x
                }
            }
            Self::Tanh => math::tanh(x),
            Self::Gelu => 0.5 * x * (1.0 + math::erf(x * std::f32::consts::FRAC_1_SQRT_2)),
            Self::Silu => x * math::sigmoid(x),
        }
    }

    /// The slope, from the output for `Relu` and `Tanh`, from the input for `Gelu` and `Silu`.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn slope(self, saved: f32) -> f32 {
        // 1/sqrt(2 pi), the height of the standard normal density.
        const DENSITY: f32 = 0.398_942_28;
        match self {
            Self::Identity => 1.0,
            Self::Relu => {
                if saved > 0.0 {
                    1.0
                } else {
                    0.0
                }
            }
            Self::Tanh => 1.0 - saved * saved,
            Self::Gelu => {
                let cdf = 0.5 * (1.0 + math::erf(saved * std::f32::consts::FRAC_1_SQRT_2));
                (saved * DENSITY).mul_add(math::exp(-0.5 * saved * saved), cdf)
            }
            Self::Silu => {
                let s = math::sigmoid(saved);
                s * saved.mul_add(1.0 - s, 1.0)
            }
        }
    }
}

/// `y = f(y + bias)` on every row of `y`, in place; `bias` may be empty, for none.
///
/// `input` receives `y + bias` when it is not empty (for activations whose slope needs it).
///
/// # Panics
/// When `bias` is neither empty nor a row long, or `input` neither empty nor as long as `y`.
pub fn bias_activation(activation: Activation, y: &mut [f32], bias: &[f32], input: &mut [f32]) {
    assert!(input.is_empty() || input.len() == y.len(), "input must be as long as the output");
    let width = if bias.is_empty() { y.len().max(1) } else { bias.len() };
    assert!(y.len().is_multiple_of(width), "rows must be as long as the bias");
    for (i, row) in y.chunks_exact_mut(width).enumerate() {
        if !bias.is_empty() {
            add_bias(row, bias);
        }
        if !input.is_empty() {
            input[i * width..(i + 1) * width].copy_from_slice(row);
        }
        match activation {
            Activation::Identity => {}
            Activation::Relu => relu(row),
            Activation::Tanh => tanh(row),
            Activation::Gelu => gelu(row),
            Activation::Silu => silu(row),
        }
    }
}

multiversion! {
    /// `row += bias`.
    pub fn add_bias(row: &mut [f32], bias: &[f32]) {
        for (y, b) in row.iter_mut().zip(bias) {
            *y += b;
        }
    }
}

/// One forward and one backward loop for each activation: a `match` inside the loop would keep it from vectorising.
macro_rules! activation_loops {
    ($($forward:ident $backward:ident $variant:ident;)*) => {$(
        multiversion! {
            /// The activation on a slice, in place.
            pub fn $forward(row: &mut [f32]) {
                for y in row {
                    *y = Activation::$variant.value(*y);
                }
            }
        }
        multiversion! {
            /// Multiplies a gradient by the activation's slope, in place.
            pub fn $backward(gradient: &mut [f32], saved: &[f32]) {
                for (g, s) in gradient.iter_mut().zip(saved) {
                    *g *= Activation::$variant.slope(*s);
                }
            }
        }
    )*};
}
activation_loops! {
    relu relu_backward Relu;
    tanh tanh_backward Tanh;
    gelu gelu_backward Gelu;
    silu silu_backward Silu;
}

/// `gradient *= f'`, in place; `saved` is the output for `Relu` and `Tanh`, the input for `Gelu` and `Silu`.
///
/// # Panics
/// When the lengths differ.
pub fn activation_backward(activation: Activation, gradient: &mut [f32], saved: &[f32]) {
    if activation == Activation::Identity {
        return;
    }
    assert_eq!(gradient.len(), saved.len(), "gradient and saved values must be equally long");
    match activation {
        Activation::Identity => {}
        Activation::Relu => relu_backward(gradient, saved),
        Activation::Tanh => tanh_backward(gradient, saved),
        Activation::Gelu => gelu_backward(gradient, saved),
        Activation::Silu => silu_backward(gradient, saved),
    }
}
