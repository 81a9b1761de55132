//! Variational inference on log densities.
