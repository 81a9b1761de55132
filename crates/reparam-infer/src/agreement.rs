//! Whether two sets of draws say the same.
