//! A device that plays its part in any number of matches at once, with frames prepared beforehand.

use std::{collections::HashMap, sync::Arc, time::Instant};

use sighej_relay_api::wire::{ClientMessage, KNOCK_LEN, PairNumber, RelayMessage, WireId};
use sighej_relay_lab::{Client, Script};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
};

use crate::Outcome;

/// What every knock and accept begins with: which match it is of, so that players need not tell each other.
const NUMBER: usize = 8;
/// Items that the two of every match share.
const SHARED: u8 = 2;

/// The frames that all players send.
pub(crate) struct Book {
    scripts: Vec<Script>,
}

impl Book {
    pub(crate) fn write(scripts: u64) -> Arc<Self> {
        let scripts = (0..scripts).map(|seed| Script::new(usize::from(SHARED), seed)).collect();
        Arc::new(Self { scripts })
    }

    fn script(&self, number: u64) -> &Script {
        &self.scripts[number as usize % self.scripts.len()]
    }

    fn numbered(&self, number: u64) -> [u8; KNOCK_LEN] {
        let mut knock = self.script(number).knock;
        knock[..NUMBER].copy_from_slice(&number.to_be_bytes());
        knock
    }
}

/// Somebody to knock at, as the match of this number.
pub(crate) struct Turn {
    pub(crate) number: u64,
    pub(crate) id: WireId,
}

/// One of the two of a match was told of it.
pub(crate) struct Told {
    pub(crate) number: u64,
    pub(crate) at: Instant,
}

/// Plays until its connection or its turns end.
pub(crate) async fn play<S: AsyncRead + AsyncWrite + Unpin>(
    mut client: Client<S>,
    book: Arc<Book>,
    mut turns: mpsc::UnboundedReceiver<Turn>,
    told: mpsc::UnboundedSender<Told>,
) -> Outcome<()> {
    let mut player = Player { book, pairs: HashMap::new() };
    loop {
        tokio::select! {
            turn = turns.recv() => {
                let Some(turn) = turn else { return Ok(()) };
                let knock = player.book.numbered(turn.number);
                client.say(&ClientMessage::Knock { to: turn.id, knock: &knock }).await?;
            }
            frame = client.next() => player.react(&mut client, &frame?, &told).await?,
        }
    }
}

struct Player {
    book: Arc<Book>,
    /// The matches under way: their number, and whether this device knocked.
    pairs: HashMap<PairNumber, (u64, bool)>,
}

impl Player {
    async fn react<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        client: &mut Client<S>,
        frame: &[u8],
        told: &mpsc::UnboundedSender<Told>,
    ) -> Outcome<()> {
        let book = Arc::clone(&self.book);
        match RelayMessage::decode(frame)? {
            RelayMessage::Knocked { pair, knock, .. } => {
                let number = numbered(knock);
                self.pairs.insert(pair, (number, false));
                client.queue(&ClientMessage::Accept { pair, accept: &book.numbered(number) }).await?;
                client.say(&ClientMessage::Seal { pair, seal: &book.script(number).hi.seal }).await?;
            }
            RelayMessage::Accepted { pair, accept, .. } => {
                self.pairs.insert(pair, (numbered(accept), true));
            }
            RelayMessage::Sealed { pair, .. } => {
                let &(number, knocked) = self.pairs.get(&pair).ok_or("a seal of no match")?;
                let script = book.script(number);
                if knocked {
                    client.queue(&ClientMessage::Seal { pair, seal: &script.lo.seal }).await?;
                    client.say(&ClientMessage::Upload { pair, upload: &script.lo.upload }).await?;
                } else {
                    client.say(&ClientMessage::Upload { pair, upload: &script.hi.upload }).await?;
                }
            }
            RelayMessage::Verdict { pair, verdict } => {
                let (number, _) = self.pairs.remove(&pair).ok_or("a verdict of no match")?;
                if verdict[0] != SHARED {
                    return Err("a match without a nudge".into());
                }
                // With the next frame that this device has to send.
                client.queue(&ClientMessage::Done { pair }).await?;
                told.send(Told { number, at: Instant::now() })?;
            }
            other @ (RelayMessage::Welcome { .. }
            | RelayMessage::Registered { .. }
            | RelayMessage::Proposed { .. }
            | RelayMessage::Ended { .. }
            | RelayMessage::Refused { .. }
            | RelayMessage::Bye { .. }) => return Err(format!("the relay says {other:?}").into()),
        }
        Ok(())
    }
}

fn numbered(knock: &[u8; KNOCK_LEN]) -> u64 {
    let mut number = [0; NUMBER];
    number.copy_from_slice(&knock[..NUMBER]);
    u64::from_be_bytes(number)
}
