//! A minute of a full hall: many connected, and so many matches a second, come what may.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use sighej_relay_lab::{Client, Device, epoch};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    CONNECTED, Outcome,
    player::{Book, Told, Turn, play},
    server::Server,
};

const A_SECOND: usize = 1_000;
/// Matches begin in groups, so often.
const GROUP_EVERY: Duration = Duration::from_millis(10);
/// A match that is not over so long after the last one began is lost.
const GRACE: Duration = Duration::from_secs(20);

/// How many were lost, and how long the slowest hundredth took from the knock to both nudged, at least.
pub(crate) async fn over(length: Duration) -> Outcome<(usize, Duration)> {
    let server = Server::start("plain")?;
    let book = Book::write(64);
    let (told, mut heard) = mpsc::unbounded_channel();
    let mut players = Vec::new();
    // A device that registers for the next epoch stays through this one's end.
    let epoch = epoch() + 1;
    for number in 0..CONNECTED as u64 {
        let client = Client::register(server.address, &Device::new(number), epoch).await?;
        let (turns, taken) = mpsc::unbounded_channel();
        tokio::spawn(play(client, Arc::clone(&book), taken, told.clone()));
        players.push(turns);
    }
    let ids: Vec<_> = (0..CONNECTED as u64).map(|number| Device::new(number).id()).collect();
    let offered = A_SECOND * length.as_secs() as usize;
    let began = tokio::spawn(async move {
        let mut groups = interval(GROUP_EVERY);
        groups.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut began = Vec::with_capacity(offered);
        while began.len() < offered {
            groups.tick().await;
            for _ in 0..(A_SECOND * GROUP_EVERY.as_millis() as usize).div_ceil(1_000) {
                let number = began.len();
                let (from, to) = pair(number);
                began.push(Instant::now());
                players[from].send(Turn { number: number as u64, id: ids[to] })?;
            }
        }
        Ok::<_, mpsc::error::SendError<Turn>>((began, players))
    });
    let mut ends: HashMap<u64, (usize, Instant)> = HashMap::with_capacity(offered);
    let all = collect(&mut heard, &mut ends, 2 * offered);
    // Whoever has not been told by then never will.
    let _all_or_not = timeout(length + GRACE, all).await;
    let (began, _players) = began.await??;
    let mut took: Vec<Duration> = ends
        .iter()
        .filter(|(_, (told, _))| *told == 2)
        .map(|(number, (_, at))| at.duration_since(began[*number as usize]))
        .collect();
    took.sort_unstable();
    let p99 = took.get(took.len() * 99 / 100).copied().ok_or("no match came to its end")?;
    Ok((offered - took.len(), p99))
}

async fn collect(
    heard: &mut mpsc::UnboundedReceiver<Told>,
    ends: &mut HashMap<u64, (usize, Instant)>,
    wanted: usize,
) {
    for _ in 0..wanted {
        let Some(Told { number, at }) = heard.recv().await else { return };
        let end = ends.entry(number).or_insert((0, at));
        *end = (end.0 + 1, end.1.max(at));
    }
}

/// The two of a match: one of the lower half and one of the upper, never the same two.
fn pair(number: usize) -> (usize, usize) {
    let half = CONNECTED / 2;
    let (turn, from) = (number / half, number % half);
    (from, half + (from + turn) % half)
}
