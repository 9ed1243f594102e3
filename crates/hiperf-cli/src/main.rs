//! hiperfd.
fn main() {}
