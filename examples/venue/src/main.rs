//! The simulator's program: the simulator over the product's cryptography, or over what that comes to.

use clap::Parser;

fn main() -> anyhow::Result<()> {
    let cli = venue::cli::Cli::parse();
    if cli.is_recorded() { recorded_venue::cli::Cli::parse().run() } else { cli.run() }
}
