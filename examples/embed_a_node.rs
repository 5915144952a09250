//! A program that teaches.
fn main() {}
