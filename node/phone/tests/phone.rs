//! The library as an app has it.

fn main() {}
