//! The program `sighej-relay`; see `sighej-relay --help`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
