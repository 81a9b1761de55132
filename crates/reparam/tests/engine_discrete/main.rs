//! Autoencoders with discrete latents: gradients and bounds against enumeration, and that runs repeat to the bit.

mod gradients;
mod noise;
mod repeats;
mod small;
