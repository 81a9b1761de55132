//! The parts that all laws have in common, written once.
//!
//! # How to add a face
//!
//! 1. A file of the law's name in the folder of its kind (`explicit`, `implicit`, `discrete`, `relaxed`), registered in the folder's `mod.rs`.
//!    [`face!`] makes the struct, constructor, getters, `unsqueeze` and [`Distribution`](super::Distribution); clause by clause:
//!    - the struct: each parameter with its documentation and the [`Support`](super::Support) that `validate` checks. `scale: Positive |
//!      log_scale: Real` keeps beside `scale` what another constructor, written by hand, was given; it is an `Option`.
//!    - `pub fn new;` the constructor and its documentation. With one parameter it cannot fail, with more it checks that they broadcast.
//!    - `event: 1;` when the last axis is the event.
//!    - `support`, and `between: |law| [low, high]` where it depends on parameters; `together`, a check of parameters against each
//!      other; `mode`.
//!    - `path: NOISE;` for a law with [`Rsample`](super::Rsample). Without: `steps: NOISE, |law, noise| draw;`, or `counts: NOISE,
//!      |law, twin| parameters;` for the draws of the `f64` law that the function `twin` makes. None of these: [`Sample`](super::Sample)
//!      is written by hand.
//! 2. The capabilities that the law has, as plain `impl`s of the traits, in tensor expressions. Where there is none, the functions
//!    of [`bridge`](super::bridge) take value and slopes from the `f64` law: `log_prob`, `cdf`, `icdf`, `draw`; a law with faster keyed draws than
//!    its inverse distribution function overrides `Rsample::rsample_for_draws` with `bridge::keyed`.
//! 3. One row in `tests/dist_support`, by which it inherits every test against its `f64` twin, and its line in the table of [`super`].

/// Struct, constructor, getters, `unsqueeze`, `Distribution` and the boilerplate of `Sample` of one law. See the [module](self).
macro_rules! face {
    (
        $(#[$law_doc:meta])*
        pub struct $Law:ident($name:literal) {
            $($(#[$doc:meta])* $parameter:ident: $rule:ident $(($($bound:literal),+))? $(| $given:ident: $given_rule:ident)?,)+
        }
        $(#[$new_doc:meta])*
        $visible:vis fn $new:ident;
        $(event: $event:literal;)?
        support: |$support_law:tt| $support:expr;
        $(together: |$together_law:tt| $together:expr;)?
        $(between: |$between_law:tt| $between:expr;)?
        mode: |$mode_law:tt| $mode:expr;
        $($draws:ident: $noise:ident $(, |$draw_law:tt, $draw_noise:tt| $draw:expr)?;)?
    ) => {
        $(#[$law_doc])*
        #[derive(Clone, Debug)]
        pub struct $Law<const D: usize> {
            $($parameter: burn::tensor::Tensor<D>, $($given: Option<burn::tensor::Tensor<D>>,)?)+
            dims: [usize; D],
        }

        const NAME: &str = $name;

        impl<const D: usize> $Law<D> {
            $crate::dist::face::face!(@new [$(#[$new_doc])* $visible] $new [$($($given)?)+] $($parameter)+);

            $(
                $(#[$doc])*
                pub fn $parameter(&self) -> burn::tensor::Tensor<D> {
                    self.$parameter.clone()
                }
            )+

            /// The same law of rank `E >= D`: axes of size 1 come first, for draws.
            pub fn unsqueeze<const E: usize>(&self) -> $Law<E> {
                let mut dims = [1; E];
                dims[E - D..].copy_from_slice(&self.dims);
                $Law {
                    $(
                        $parameter: self.$parameter.clone().unsqueeze::<E>(),
                        $($given: self.$given.clone().map(burn::tensor::Tensor::unsqueeze::<E>),)?
                    )+
                    dims,
                }
            }

            /// `tensor` in the shape of a draw.
            #[allow(dead_code, reason = "laws without closed moments have nothing to fill")]
            fn fill(&self, tensor: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                $crate::attach::shape::fill(tensor, self.dims)
            }
        }

        impl<const D: usize> $crate::dist::Distribution<D> for $Law<D> {
            type Value = burn::tensor::Tensor<D>;

            fn batch_shape(&self) -> Vec<usize> {
                self.dims[..D - $crate::dist::face::face!(@event $($event)?)].to_vec()
            }

            fn event_shape(&self) -> Vec<usize> {
                self.dims[D - $crate::dist::face::face!(@event $($event)?)..].to_vec()
            }

            fn support(&self) -> $crate::dist::Support {
                let $support_law = self;
                $support
            }

            fn mode(&self) -> burn::tensor::Tensor<D> {
                let $mode_law = self;
                $mode
            }

            fn validate(&self) -> Result<(), $crate::dist::ValueError> {
                use $crate::dist::{Support, error::check};
                $(
                    $(
                        if let Some(given) = &self.$given {
                            check(NAME, stringify!($given), Support::$given_rule, given)?;
                        }
                    )?
                    check(NAME, stringify!($parameter), Support::$rule $(($($bound),+))?, &self.$parameter)?;
                )+
                $(
                    let $together_law = self;
                    $together?;
                )?
                Ok(())
            }

            fn validate_value(&self, value: &burn::tensor::Tensor<D>) -> Result<(), $crate::dist::ValueError> {
                $crate::dist::error::check(NAME, "value", self.support(), value)?;
                $(
                    let $between_law = self;
                    $crate::dist::error::check_between(NAME, value, $between)?;
                )?
                Ok(())
            }

            fn detach(&self) -> Self {
                // Removes the score term.
                Self {
                    $(
                        $parameter: self.$parameter.clone().inner(),
                        $($given: self.$given.clone().map(burn::tensor::Tensor::inner),)?
                    )+
                    dims: self.dims,
                }
            }

            fn options(&self) -> burn::tensor::TensorCreationOptions {
                $crate::dist::face::face!(@options self $($parameter)+)
            }
        }

        $($crate::dist::face::face!(@$draws $Law $noise $(|$draw_law, $draw_noise| $draw)?);)?
    };

    (@event) => { 0 };
    (@event $event:literal) => { $event };

    (@options $law:ident $first:ident $($rest:ident)*) => { (&$law.$first.device(), $law.$first.dtype()).into() };

    (@new [$(#[$doc:meta])* $visible:vis] $new:ident [$($given:ident)*] $only:ident) => {
        $(#[$doc])*
        $visible fn $new($only: burn::tensor::Tensor<D>) -> Self {
            Self { dims: $only.dims(), $only, $($given: None,)* }
        }
    };
    (@new [$(#[$doc:meta])* $visible:vis] $new:ident [$($given:ident)*] $($parameter:ident)+) => {
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// Shapes that do not broadcast.
        $visible fn $new($($parameter: burn::tensor::Tensor<D>),+) -> Result<Self, $crate::dist::ShapeError> {
            let dims = $crate::dist::error::broadcast(NAME, &[$((stringify!($parameter), &$parameter)),+])?;
            Ok(Self { $($parameter,)+ $($given: None,)* dims })
        }
    };

    (@path $Law:ident $noise:ident) => {
        impl<const D: usize> $crate::dist::Sample<D> for $Law<D> {
            fn noise(&self) -> $crate::noise::Noise {
                $crate::noise::Noise::$noise
            }

            fn noise_shape(&self) -> [usize; D] {
                self.dims
            }

            fn sample(&self, noise: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                // Removes the pathwise term.
                $crate::dist::Rsample::rsample(&$crate::dist::Distribution::detach(self), noise.inner())
            }

            fn sample_for_draws(&self, draws: usize, source: &impl $crate::noise::Source) -> burn::tensor::Tensor<D> {
                // Removes the pathwise term.
                let constant = $crate::dist::Distribution::detach(self);
                $crate::dist::Rsample::rsample_for_draws(&constant, draws, source)
            }
        }
    };
    (@steps $Law:ident $noise:ident |$law:tt, $given:tt| $draw:expr) => {
        impl<const D: usize> $crate::dist::Sample<D> for $Law<D> {
            fn noise(&self) -> $crate::noise::Noise {
                $crate::noise::Noise::$noise
            }

            fn noise_shape(&self) -> [usize; D] {
                self.dims
            }

            fn sample(&self, noise: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                // Removes every path: a draw that jumps has none.
                let ($law, $given) = ($crate::dist::Distribution::detach(self), noise.inner());
                $draw
            }
        }

        $crate::dist::face::face!(@refuse $Law);
    };

    (@counts $Law:ident $noise:ident |$law:tt, $twin:tt| $parameters:expr) => {
        impl<const D: usize> $crate::dist::Sample<D> for $Law<D> {
            fn noise(&self) -> $crate::noise::Noise {
                $crate::noise::Noise::$noise
            }

            fn noise_shape(&self) -> [usize; D] {
                self.dims
            }

            fn sample(&self, noise: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                let $law = self;
                $crate::dist::bridge::step(&$parameters, $twin, noise)
            }

            fn sample_for_draws(&self, draws: usize, source: &impl $crate::noise::Source) -> burn::tensor::Tensor<D> {
                let ($law, dims) = (self, $crate::dist::capability::for_draws(self.dims, draws));
                $crate::dist::bridge::keyed_steps($parameters, $twin, dims, source)
                    .unwrap_or_else(|| self.sample(self.noise_for_draws(draws, source)))
            }
        }

        $crate::dist::face::face!(@refuse $Law);
    };

    (@refuse $Law:ident) => {
        impl<const D: usize> $Law<D> {
            /// Refused at compile time: a discrete draw has no pathwise gradient. The compiler names the estimators that fit.
            pub fn rsample(&self, noise: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D>
            where
                Self: $crate::dist::Rsample<D>,
            {
                $crate::dist::Rsample::rsample(self, noise)
            }
        }
    };
}

pub(in crate::dist) use face;
