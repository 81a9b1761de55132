//! The command `reparam`.

fn main() {}
