//! Differentiates through randomness, on Burn tensors.
