//! `sighej doctor`: why nobody is found, and what mends it.

use sighej_node::doctor::{self, diagnose, words};

use super::{Ended, args::Doctor, output::Output};

/// Looks, tells, and ends well where people can be met somehow.
pub(crate) async fn run(args: Doctor) -> Result<(), Ended> {
    let lang = args.lang.into();
    let findings = diagnose::diagnose(&doctor::survey().await);
    let mut output = Output::default();
    if args.json {
        for finding in &findings {
            output.json(&words::as_json(finding, lang))?;
        }
    } else {
        output.line(&words::calm(&findings, lang))?;
    }
    if diagnose::can_meet(&findings) {
        return Ok(());
    }
    Err(Ended::failed("nobody can be met as things are; each problem stands above with what mends it"))
}
