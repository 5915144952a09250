//! One attendee: a device that draws its keys, joins the room, and exchanges with whom the relay proposes. What two of them
//! have in common is found by the same private set intersection as everywhere; the relay learns how much, and not what.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use rand_chacha::ChaCha20Rng;
use sighej_crypto::exchange::Gate;
use sighej_crypto::relay::{
    Exchanged, Introduced, KnockSent, Knocked, RoomKey, RoomSecret, Sealed, Uploaded, register,
};
use sighej_crypto::{Commitment, EpochNumber, EpochSecrets, Evaluation, Interest, InterestSet, MetBlock};
use sighej_relay_api::wire::{Bye, ClientMessage, PairNumber, RelayMessage, WireId};

use super::socket::Socket;

/// How much has to be shared for a nudge.
const THRESHOLD: u8 = 1;

/// Attends until it leaves. What goes wrong with one attendee ends its evening, and nothing else.
pub(super) async fn attend(
    relay: SocketAddr,
    room: &RoomSecret,
    profile: &[&str],
    stays: Duration,
    mut rng: ChaCha20Rng,
) {
    let evening = async {
        // A new epoch is a new device.
        while let Ok(true) = one_epoch(relay, room, profile, &mut rng).await {}
    };
    // Who leaves just goes: the connection closes behind.
    let _left = tokio::time::timeout(stays, evening).await;
}

/// True where it goes on with the next epoch.
async fn one_epoch(
    relay: SocketAddr,
    room: &RoomSecret,
    profile: &[&str],
    rng: &mut ChaCha20Rng,
) -> anyhow::Result<bool> {
    let mut socket = Socket::open(relay).await?;
    let welcome = socket.next().await?;
    let RelayMessage::Welcome { challenge, epoch_secs, .. } = RelayMessage::decode(&welcome)? else {
        bail!("no welcome");
    };
    let utc = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let epoch = u32::try_from(utc / u64::from(epoch_secs.max(1)))?;
    let interests = profile.iter().map(|id| Interest::parse(id)).collect::<Result<Vec<_>, _>>()?;
    let me = EpochSecrets::draw(&InterestSet::new(interests)?, EpochNumber(epoch), rng);
    let registration = register(&me, challenge)?;
    socket.say(&ClientMessage::Register { epoch, registration: &registration }).await?;
    let mut device = Device { me, key: room.key(), rng, pairs: BTreeMap::new() };
    loop {
        let frame = socket.next().await?;
        match RelayMessage::decode(&frame)? {
            RelayMessage::Registered { .. } => {
                let room = WireId::from_bytes(*room.id().as_bytes());
                socket.say(&ClientMessage::Join { room, open: true }).await?;
            }
            RelayMessage::Bye { why, .. } => return Ok(why == Bye::EpochOver),
            message @ (RelayMessage::Welcome { .. }
            | RelayMessage::Knocked { .. }
            | RelayMessage::Proposed { .. }
            | RelayMessage::Accepted { .. }
            | RelayMessage::Sealed { .. }
            | RelayMessage::Verdict { .. }
            | RelayMessage::Ended { .. }
            | RelayMessage::Refused { .. }) => device.hear(&mut socket, message).await?,
        }
    }
}

/// Its secrets of this epoch, and the pairs under way.
struct Device<'a> {
    me: EpochSecrets,
    key: RoomKey,
    rng: &'a mut ChaCha20Rng,
    pairs: BTreeMap<PairNumber, Pair>,
}

/// How far a pair has come.
enum Pair {
    Knocking(KnockSent),
    Introduced(Introduced),
    Sealed(Sealed),
    Uploaded(Uploaded),
}

impl Device<'_> {
    async fn hear(&mut self, socket: &mut Socket, message: RelayMessage<'_>) -> anyhow::Result<()> {
        match message {
            RelayMessage::Proposed { pair, .. } => {
                let knock = KnockSent::in_room(&self.me, &self.key, self.rng);
                let bytes = knock.knock_bytes().try_into()?;
                socket.say(&ClientMessage::KnockProposed { pair, knock: bytes }).await?;
                self.pairs.insert(pair, Pair::Knocking(knock));
            }
            RelayMessage::Knocked { pair, knock, .. } => self.knocked(socket, pair, knock).await?,
            RelayMessage::Accepted { pair, accept, .. } => {
                if let Some(Pair::Knocking(knock)) = self.pairs.remove(&pair) {
                    self.pairs.insert(pair, Pair::Introduced(knock.read_accept(&self.me, accept)?));
                }
            }
            RelayMessage::Sealed { pair, seal } => self.sealed(socket, pair, seal).await?,
            RelayMessage::Verdict { pair, verdict } => {
                if let Some(Pair::Uploaded(uploaded)) = self.pairs.remove(&pair) {
                    // A device would show the nudge here; nobody looks at this one.
                    let _conclusion = uploaded.conclude(&self.me, verdict)?;
                }
                socket.say(&ClientMessage::Done { pair }).await?;
            }
            RelayMessage::Ended { pair, .. } => drop(self.pairs.remove(&pair)),
            RelayMessage::Welcome { .. }
            | RelayMessage::Registered { .. }
            | RelayMessage::Refused { .. }
            | RelayMessage::Bye { .. } => {}
        }
        Ok(())
    }

    /// Answers a knock, and seals first.
    async fn knocked(&mut self, socket: &mut Socket, pair: PairNumber, knock: &[u8]) -> anyhow::Result<()> {
        let introduced = Knocked::in_room(&self.me, &self.key, knock)?.accept(&self.me, self.rng)?;
        let accept = introduced.accept_bytes().context("an accept")?.try_into()?;
        socket.say(&ClientMessage::Accept { pair, accept }).await?;
        let (evaluation, met) = self.answer(introduced.peer());
        let sealed = introduced.seal(&self.me, &evaluation, &met, THRESHOLD, self.rng)?;
        socket.say(&ClientMessage::Seal { pair, seal: sealed.seal_bytes().try_into()? }).await?;
        self.pairs.insert(pair, Pair::Sealed(sealed));
        Ok(())
    }

    /// Reads the other's seal, gives its own where that is due, and uploads.
    async fn sealed(&mut self, socket: &mut Socket, pair: PairNumber, seal: &[u8]) -> anyhow::Result<()> {
        let exchanged = match self.pairs.remove(&pair) {
            Some(Pair::Sealed(sealed)) => sealed.read_seal(&self.me, seal)?,
            Some(Pair::Introduced(introduced)) => self.seal_second(socket, pair, introduced, seal).await?,
            Some(Pair::Knocking(_) | Pair::Uploaded(_)) | None => return Ok(()),
        };
        let uploaded = exchanged.upload(&self.me, Gate::Open, self.rng)?;
        socket.say(&ClientMessage::Upload { pair, upload: uploaded.upload_bytes() }).await?;
        self.pairs.insert(pair, Pair::Uploaded(uploaded));
        Ok(())
    }

    async fn seal_second(
        &mut self,
        socket: &mut Socket,
        pair: PairNumber,
        introduced: Introduced,
        seal: &[u8],
    ) -> anyhow::Result<Exchanged> {
        let offered = introduced.read_seal(&self.me, seal)?;
        let (evaluation, met) = self.answer(offered.peer());
        let exchanged = offered.seal(&self.me, &evaluation, &met, THRESHOLD, self.rng)?;
        socket.say(&ClientMessage::Seal { pair, seal: exchanged.seal_bytes().try_into()? }).await?;
        Ok(exchanged)
    }

    fn answer(&mut self, peer: &Commitment) -> (Evaluation, MetBlock) {
        let met = MetBlock::seal(&[], &self.me.digest(), &peer.digest(), self.rng);
        (self.me.evaluate(peer, self.rng), met)
    }
}
