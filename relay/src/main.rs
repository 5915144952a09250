//! The program `sighej-relay`; see `sighej-relay --help`.

fn main() {}
