//! `sighej-bindings LIBRARY FOLDER`: writes the sources by which an app speaks to the library.

use std::path::Path;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let usage = "usage: sighej-bindings LIBRARY FOLDER, such as target/release/libsighej_phone.so bindings";
    let mut arguments = std::env::args_os().skip(1);
    let library = arguments.next().context(usage)?;
    let folder = arguments.next().context(usage)?;
    anyhow::ensure!(arguments.next().is_none(), usage);
    sighej_bindings::generate(Path::new(&library), Path::new(&folder))
}
