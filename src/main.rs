//! The `scorebook` program.
fn main() {}
