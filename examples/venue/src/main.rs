//! The simulator's program.

fn main() -> anyhow::Result<()> {
    let mut w = venue::World::new(venue::Scenario::built_in(&std::env::args().nth(1).unwrap_or_default()).unwrap(), 7);
    w.run_until(w.length())?;
    eprintln!("{}", venue::report::Report::of(&w));
    Ok(())
}
