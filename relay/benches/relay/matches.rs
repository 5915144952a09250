//! Whole matches between connected clients: from the knock to both nudged.

use sighej_relay_lab::{Client, Device, epoch};
use tokio::sync::mpsc;

use crate::{
    Outcome,
    player::{Book, Turn, play},
    server::{Server, Used},
};

/// Matches under way at any time.
const IN_FLIGHT: usize = 64;
const WARM_UP: usize = 1_000;

/// Microseconds of the server's processor for one whole match.
pub(crate) async fn cpu_us() -> Outcome<f64> {
    const MATCHES: usize = 6_000;
    Ok(run(128, MATCHES).await?.cpu.as_secs_f64() * 1e6 / MATCHES as f64)
}

/// The share of it that goes to saving counts: over long enough for many transactions and some releases.
pub(crate) async fn share_of_saving() -> Outcome<f64> {
    let used = run(512, 120_000).await?;
    Ok(used.saving.as_secs_f64() / used.cpu.as_secs_f64())
}

/// What the server uses for so many whole matches among so many clients.
async fn run(clients: u64, matches: usize) -> Outcome<Used> {
    let mut server = Server::start("plain")?;
    let book = Book::write(64);
    let (told, mut heard) = mpsc::unbounded_channel();
    let mut players = Vec::new();
    for number in 0..clients {
        let client = Client::register(server.address, &Device::new(number), epoch()).await?;
        let (turns, taken) = mpsc::unbounded_channel();
        tokio::spawn(play(client, std::sync::Arc::clone(&book), taken, told.clone()));
        players.push(turns);
    }
    let mut pairs = pairs(clients).enumerate();
    let mut begin = || -> Outcome<()> {
        let (number, (from, to)) = pairs.next().ok_or("more matches than pairs")?;
        Ok(players[from as usize].send(Turn { number: number as u64, id: Device::new(to).id() })?)
    };
    for _ in 0..IN_FLIGHT {
        begin()?;
    }
    let mut before = None;
    // Each match is told twice.
    for told in 0..2 * (WARM_UP + matches) {
        heard.recv().await.ok_or("the players are gone")?;
        if told % 2 == 1 {
            begin()?;
        }
        if told == 2 * WARM_UP {
            before = Some(tokio::task::block_in_place(|| server.used())?);
        }
    }
    let after = tokio::task::block_in_place(|| server.used())?;
    let before = before.ok_or("no warm-up")?;
    Ok(Used { cpu: after.cpu - before.cpu, saving: after.saving - before.saving, ..after })
}

/// All pairs of clients, each once, so that neighbours in the order have nobody in common: no two of one round of a
/// tournament do.
fn pairs(clients: u64) -> impl Iterator<Item = (u64, u64)> {
    let others = clients - 1;
    (0..others).flat_map(move |round| {
        let fixed = std::iter::once((others, round));
        let turning =
            (1..clients / 2).map(move |step| ((round + step) % others, (round + others - step) % others));
        fixed.chain(turning)
    })
}
