//! The program `sighej`; see `sighej --help`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
