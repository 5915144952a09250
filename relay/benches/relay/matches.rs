//! Whole matches between connected clients: from the knock to both nudged.

use sighej_relay_lab::{Client, Device};
use tokio::sync::mpsc;

use crate::{
    Outcome,
    player::{Book, Turn, play},
    server::Server,
};

const CLIENTS: u64 = 128;
/// Matches under way at any time.
const IN_FLIGHT: usize = 64;
const WARM_UP: usize = 1_000;
const MATCHES: usize = 6_000;

/// Microseconds of the server's processor for one whole match.
pub(crate) async fn cpu_us() -> Outcome<f64> {
    let mut server = Server::start("plain")?;
    let book = Book::write(64);
    let (told, mut heard) = mpsc::unbounded_channel();
    let mut players = Vec::new();
    for number in 0..CLIENTS {
        let client = Client::register(server.address, &Device::new(number), crate::lost::epoch()).await?;
        let (turns, taken) = mpsc::unbounded_channel();
        tokio::spawn(play(client, std::sync::Arc::clone(&book), taken, told.clone()));
        players.push(turns);
    }
    let mut pairs = pairs().enumerate();
    let mut begin = || -> Outcome<()> {
        let (number, (from, to)) = pairs.next().ok_or("more matches than pairs")?;
        Ok(players[from as usize].send(Turn { number: number as u64, id: Device::new(to).id() })?)
    };
    for _ in 0..IN_FLIGHT {
        begin()?;
    }
    let mut before = None;
    // Each match is told twice.
    for told in 0..2 * (WARM_UP + MATCHES) {
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
    Ok((after.cpu - before.cpu).as_secs_f64() * 1e6 / MATCHES as f64)
}

/// All pairs of clients, each once, so that neighbours in the order have nobody in common: no two of one round of a
/// tournament do.
fn pairs() -> impl Iterator<Item = (u64, u64)> {
    let others = CLIENTS - 1;
    (0..others).flat_map(move |round| {
        let fixed = std::iter::once((others, round));
        let turning =
            (1..CLIENTS / 2).map(move |step| ((round + step) % others, (round + others - step) % others));
        fixed.chain(turning)
    })
}
