//! One exchange between two devices, step by step, in memory: what each message is for, and what it costs to listen.
//!
//! Read it beside `docs/protocol/core.md`. No socket, no clock: two values talk to each other.
#![allow(clippy::print_stdout, reason = "a program that teaches speaks")]

use anyhow::{Result, ensure};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sighej_crypto::{
    EpochNumber, EpochSecrets, Interest, InterestSet, MetBlock, THRESHOLD_DEFAULT,
    exchange::{Conclusion, Gate, InitiatorHello, ResponderHello},
};

fn main() -> Result<()> {
    // All randomness is the caller's. On a device it comes from the operating system.
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let rng = &mut ChaCha20Rng::from_seed(seed);

    println!("1. Each device draws its secrets for this epoch, and commits to its interests.\n");
    let epoch = EpochNumber(2_966_400);
    let asta = EpochSecrets::draw(&interests(&["DevOps", "hardstyle", "sourdough"])?, epoch, rng);
    let bo = EpochSecrets::draw(&interests(&["  devops ", "HARDSTYLE", "chess"])?, epoch, rng);
    println!(
        "   Asta shows the air {}, Bo shows {}.",
        hex(asta.token().as_bytes()),
        hex(bo.token().as_bytes())
    );
    println!(
        "   Behind a token stand {} bytes, the same for everybody.\n",
        asta.commitment().as_bytes().len()
    );

    println!("2. Asta heard Bo's token, and opens a session towards exactly that device.\n");
    let (hello_asta, message1) = InitiatorHello::start(&asta, bo.token(), rng)?;
    say(1, "Asta → Bo", &message1, "an ephemeral key");

    let (hello_bo, message2) = ResponderHello::accept(&bo, &message1, rng)?;
    say(2, "Bo → Asta", &message2, "Bo's commitment; its hash must begin with the token that was heard");

    let identified = hello_asta.read_commitment(&asta, &message2)?;
    println!(
        "\n3. Asta knows whom it talks to, and spends an evaluation: its key on Bo's blinded interests."
    );
    println!("   This is what an attacker wants, so a device grants 24 of them in ten minutes.\n");
    let evaluation = asta.evaluate(identified.peer(), rng);
    // Nobody was met before: the block of markers is random, and as long as if there were some.
    let met = MetBlock::seal(&[], &asta.digest(), &bo.digest(), rng);
    let (waiting, message3) = identified.send_evaluation(&asta, &evaluation, &met, THRESHOLD_DEFAULT)?;
    say(3, "Asta → Bo", &message3, "Asta's commitment, the evaluation, a proof that it is honest");

    let offered = hello_bo.read_offer(&bo, &message3)?;
    ensure!(offered.peer().token() == asta.token(), "Bo heard Asta's token, too");
    let identified = offered.verify(&bo)?;
    let evaluation = bo.evaluate(identified.peer(), rng);
    let met = MetBlock::seal(&[], &bo.digest(), &asta.digest(), rng);
    // The gate: would Bo be nudged now? Where not, the tags are random, and nothing else changes.
    let (answered, message4) =
        identified.answer(&bo, &evaluation, &met, THRESHOLD_DEFAULT, Gate::Open, rng)?;
    say(4, "Bo → Asta", &message4, "Bo's evaluation and proof, and one tag for each of its 16 slots");

    let asta_answered = waiting.read_answer(&asta, &message4)?;
    let (asta_knows, message5) = asta_answered.conclude(&asta, Gate::Open, rng)?;
    say(5, "Asta → Bo", &message5, "Asta's tags");
    let bo_knows = answered.read_tags(&bo, &message5)?;

    println!("\n4. Both know what they share, and nothing about the rest.\n");
    let (asta_shares, asta_cue) = told("Asta", &asta_knows)?;
    let (bo_shares, bo_cue) = told("Bo", &bo_knows)?;
    ensure!(asta_shares == bo_shares && asta_cue == bo_cue, "both see the same");

    let listened: Vec<u8> = [message1, message2, message3, message4, message5].concat();
    println!("\n5. Whoever listened has {} bytes, and may look for the words in them:", listened.len());
    for word in ["devops", "hardstyle", "sourdough", "chess"] {
        let found = listened.windows(word.len()).any(|window| window == word.as_bytes());
        ensure!(!found, "a word went over the wire in the clear");
        println!(
            "   {word:<10} not there, and no hash of it either: every value hangs on keys that nobody sent"
        );
    }
    Ok(())
}

fn interests(texts: &[&str]) -> Result<InterestSet> {
    let interests = texts.iter().map(|text| Interest::parse(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(InterestSet::new(interests)?)
}

fn say(number: u8, way: &str, message: &[u8], what: &str) {
    println!("   message {number}  {way}  {:>4} bytes  {what}", message.len());
}

fn told(who: &str, conclusion: &Conclusion) -> Result<(Vec<Interest>, String)> {
    let Conclusion::Match { interests, pair } = conclusion else {
        anyhow::bail!("{who} should have found a match");
    };
    let cue = pair.cue();
    let words: Vec<&str> = interests.iter().map(Interest::as_str).collect();
    let screen = format!("{} {} {}", cue.emoji, cue.colour.name_en, cue.name);
    println!("   {who:<5} shares {}, and its screen shows {screen}", words.join(" and "));
    Ok((interests.clone(), screen))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
