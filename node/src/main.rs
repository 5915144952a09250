//! The program `sighej`; see `sighej --help`.

#[cfg(feature = "app")]
mod app;
mod cli;
#[cfg(feature = "app")]
mod desktop;

fn main() -> std::process::ExitCode {
    cli::main()
}
