//! The program `sighej`; see `sighej --help`.

#[cfg(feature = "app")]
mod app;
mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
