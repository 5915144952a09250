//! Dialling: an L2CAP channel first, GATT on the same connection where the peer has none.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bluer::{Address, AddressType};
use btleplug::{
    api::Central as _,
    platform::{Peripheral, PeripheralId},
};
use tokio::time::{sleep, timeout};

use crate::{
    Link, PeerAddress, RadioError,
    central::{Connections, Dialling, Heard, dial as dial_gatt, within},
    linux::{
        bus::{Bus, CALL_TIME, told},
        l2cap::{self, ChannelLink, NoChannel},
    },
};

/// Attempts, each with a fresh connection where there was one.
const ATTEMPTS: usize = 4;
/// How long all of them may take.
const DIAL_TIME: Duration = Duration::from_secs(12);

/// How long an attempt is left alone, although the peer may be elsewhere: it has a fresh address as soon as this very attempt
/// has connected, before BlueZ has told of it, and a second connection to one device leaves BlueZ with neither.
const STAY_TIME: Duration = Duration::from_millis(700);
/// How often it is then asked whether the peer is now elsewhere.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a dial needs of the radio.
pub(super) struct Dial {
    pub(super) bus: Bus,
    pub(super) connections: Arc<Connections>,
    pub(super) heard: Arc<Mutex<Heard<PeripheralId>>>,
    pub(super) l2cap: bool,
    pub(super) peer: PeerAddress,
}

impl Dial {
    /// Connects, whatever it takes within the limits.
    pub(super) async fn run(self) -> Result<Arc<dyn Link>, RadioError> {
        match timeout(DIAL_TIME, self.attempts()).await {
            Ok(result) => result,
            Err(_) => Err(RadioError::TimedOut("connecting")),
        }
    }

    async fn attempts(&self) -> Result<Arc<dyn Link>, RadioError> {
        let mut last = RadioError::Unreachable;
        let mut l2cap = self.l2cap;
        for _ in 0..ATTEMPTS {
            let to = self.whereabouts().ok_or(RadioError::Unreachable)?;
            let attempt =
                async { if l2cap { self.channel(&to).await } else { self.gatt(&to).await.map(Ok) } };
            let reached = tokio::select! {
                reached = attempt => reached,
                () = self.moved(&to.address) => continue,
            };
            match reached {
                Ok(Ok(link)) => return Ok(link),
                // It is there, and connected: GATT has it on the same connection.
                Ok(Err(NoChannel::Refused)) => match self.gatt(&to).await {
                    Ok(link) => return Ok(link),
                    Err(error) => (last, l2cap) = (error, false),
                },
                Ok(Err(NoChannel::Unreachable)) => {}
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn channel(
        &self,
        to: &Dialling<PeripheralId>,
    ) -> Result<Result<Arc<dyn Link>, NoChannel>, RadioError> {
        let peripheral = self.peripheral(to).await?;
        let membership = self.connections.join(&to.address, true).ok_or(RadioError::Unreachable)?;
        let from = told(self.bus.adapter.address(), "asking for the adapter's address").await?;
        let kind = told(self.bus.adapter.address_type(), "asking for the adapter's address").await?;
        let address: Address = to.address.as_str().parse().map_err(|_| RadioError::Unreachable)?;
        let to_kind = if to.random { AddressType::LeRandom } else { AddressType::LePublic };
        let channel = l2cap::connect((from, kind), (address, to_kind)).await;
        Ok(channel.map(|channel| ChannelLink::over(channel, Some(peripheral), membership)))
    }

    async fn gatt(&self, to: &Dialling<PeripheralId>) -> Result<Arc<dyn Link>, RadioError> {
        let membership = self.connections.join(&to.address, true).ok_or(RadioError::Unreachable)?;
        dial_gatt(self.peripheral(to).await?, membership).await
    }

    async fn peripheral(&self, to: &Dialling<PeripheralId>) -> Result<Peripheral, RadioError> {
        let found = within(CALL_TIME, "asking for a device", self.bus.central.peripheral(&to.id)).await;
        found.map_err(|_| RadioError::Unreachable)
    }

    /// Returns once the peer is heard at another address, and is not connected at this one.
    async fn moved(&self, from: &PeerAddress) {
        sleep(STAY_TIME).await;
        loop {
            sleep(LOOK_EVERY).await;
            let elsewhere = self.whereabouts().is_some_and(|now| now.address != *from);
            if elsewhere && !self.connections.stands(from) {
                return;
            }
        }
    }

    fn whereabouts(&self) -> Option<Dialling<PeripheralId>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).dialling(&self.peer)
    }
}
