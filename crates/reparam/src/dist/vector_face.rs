//! The parts that all laws of vectors have in common, written once.
//!
//! [`vector_face!`] makes, from a law of [`reparam_core::law::multivariate`], the struct over [`Rows`](super::bridge::Rows), getters, `unsqueeze`,
//! [`Distribution`](super::Distribution), [`LogProb`](super::LogProb), and of the noise clause:
//! - `path: NOISE, |law, width| numbers of noise, |law, noise, out| draw;` [`Sample`](super::Sample) and [`Rsample`](super::Rsample);
//! - `steps: …;` the same for a discrete law: [`Sample`](super::Sample), and `rsample` refused.
//!
//! Keyed draws are those of the `f64` law's `draw`: row `i` is draw `i`. Constructors are written by hand.

macro_rules! vector_face {
    (
        $(#[$law_doc:meta])*
        pub struct $Law:ident($name:literal) {
            $($(#[$doc:meta])* $parameter:ident: $place:literal,)+
        }
        length: $length:literal;
        element: $element:ident;
        $draws:ident: $noise:ident, |$width_law:tt, $width:tt| $count:expr, |$draw_law:tt, $draw_noise:tt, $out:tt| $draw:expr;
    ) => {
        $(#[$law_doc])*
        #[derive(Clone, Debug)]
        pub struct $Law<const D: usize> {
            rows: $crate::dist::bridge::Rows<reparam_core::law::$Law, D>,
        }

        const NAME: &str = $name;

        impl<const D: usize> $Law<D> {
            $(
                $(#[$doc])*
                pub fn $parameter(&self) -> burn::tensor::Tensor<D> {
                    self.rows.part($place)
                }
            )+

            /// The same law of rank `E >= D`: axes of size 1 come first, for draws.
            pub fn unsqueeze<const E: usize>(&self) -> $Law<E> {
                $Law { rows: self.rows.unsqueeze() }
            }

            /// How many numbers a draw has.
            fn length(&self) -> usize {
                self.rows.length($length)
            }
        }

        impl<const D: usize> $crate::dist::Distribution<D> for $Law<D> {
            type Value = burn::tensor::Tensor<D>;

            fn batch_shape(&self) -> Vec<usize> {
                self.rows.dims(1)[..D - 1].to_vec()
            }

            fn event_shape(&self) -> Vec<usize> {
                vec![self.length()]
            }

            fn support(&self) -> $crate::dist::Support {
                $crate::dist::Support::$element
            }

            fn mode(&self) -> burn::tensor::Tensor<D> {
                use reparam_core::law::MultivariateLaw;
                let input = self.rows.blank(self.rows.dims(1));
                self.rows.constant(input, self.length(), |law, _, _, out| out.copy_from_slice(&law.mode()))
            }

            fn validate(&self) -> Result<(), $crate::dist::ValueError> {
                self.rows.validate()
            }

            fn validate_value(&self, value: &burn::tensor::Tensor<D>) -> Result<(), $crate::dist::ValueError> {
                self.rows.validate_value(NAME, value)
            }

            fn detach(&self) -> Self {
                Self { rows: self.rows.detach() }
            }

            fn options(&self) -> burn::tensor::TensorCreationOptions {
                (&self.rows.tensor().device(), self.rows.tensor().dtype()).into()
            }
        }

        impl<const D: usize> $crate::dist::LogProb<D> for $Law<D> {
            fn log_prob(&self, value: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                self.rows.log_prob(value)
            }
        }

        impl<const D: usize> $crate::dist::Sample<D> for $Law<D> {
            fn noise(&self) -> $crate::noise::Noise {
                $crate::noise::Noise::$noise
            }

            fn noise_shape(&self) -> [usize; D] {
                let ($width_law, $width) = (self, self.length());
                self.rows.dims($count)
            }

            fn sample(&self, noise: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                // Removes the pathwise term.
                $crate::dist::Distribution::detach(self).draw_from_noise(noise.inner())
            }

            fn sample_for_draws(&self, draws: usize, source: &impl $crate::noise::Source) -> burn::tensor::Tensor<D> {
                // Removes the pathwise term.
                $crate::dist::Distribution::detach(self).draw_from_source(draws, source)
            }
        }

        $crate::dist::vector_face::vector_face!(@$draws $Law $element |$draw_law, $draw_noise, $out| $draw);
    };

    (@from $Law:ident $rows:ident($($element:expr)?) |$law:tt, $noise:tt, $out:tt| $draw:expr) => {
        impl<const D: usize> $Law<D> {
            fn draw_from_noise(&self, noise: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                self.rows.$rows(noise, self.length(), $($element,)? |$law, _, $noise, $out| $draw)
            }

            fn draw_from_source(&self, draws: usize, source: &impl $crate::noise::Source) -> burn::tensor::Tensor<D> {
                use reparam_core::law::MultivariateLaw;
                let Some(stream) = source.stream() else {
                    return self.draw_from_noise($crate::dist::Sample::noise_for_draws(self, draws, source));
                };
                let blank = self.rows.blank($crate::dist::capability::for_draws(self.rows.dims(1), draws));
                self.rows.$rows(blank, self.length(), $($element,)? |law, row, _, out| law.draw(&stream, row, out))
            }
        }
    };
    (@path $Law:ident $element:ident |$law:tt, $noise:tt, $out:tt| $draw:expr) => {
        $crate::dist::vector_face::vector_face!(
            @from $Law draws($crate::dist::Support::$element) |$law, $noise, $out| $draw
        );

        impl<const D: usize> $crate::dist::Rsample<D> for $Law<D> {
            fn rsample(&self, noise: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                self.draw_from_noise(noise)
            }

            fn rsample_for_draws(&self, draws: usize, source: &impl $crate::noise::Source) -> burn::tensor::Tensor<D> {
                self.draw_from_source(draws, source)
            }
        }
    };
    (@steps $Law:ident $element:ident |$law:tt, $noise:tt, $out:tt| $draw:expr) => {
        $crate::dist::vector_face::vector_face!(@from $Law constant() |$law, $noise, $out| $draw);
        $crate::dist::face::face!(@refuse $Law);
    };
}

pub(in crate::dist) use vector_face;
