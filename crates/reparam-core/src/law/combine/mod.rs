//! Laws made of other laws, and laws that users bring: truncation, mixtures, transformation, inverse transform sampling.
