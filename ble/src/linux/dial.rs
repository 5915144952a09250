//! Dialling: an L2CAP channel first, GATT on the same connection where the peer has none.

use std::{sync::Arc, time::Duration};

use bluer::{Address, AddressType};
use btleplug::{
    api::Central as _,
    platform::{Peripheral, PeripheralId},
};
use tokio::time::timeout;

use crate::{
    Link, PeerAddress, RadioError,
    central::{Connections, dial as dial_gatt, within},
    linux::{
        bus::{Bus, CALL_TIME, told},
        l2cap::{self, ChannelLink, NoChannel},
    },
};

/// Attempts, each with a fresh connection where there was one.
const ATTEMPTS: usize = 3;
/// How long all of them may take.
const DIAL_TIME: Duration = Duration::from_secs(15);

/// What a dial needs of the radio.
pub(super) struct Dial {
    pub(super) bus: Bus,
    pub(super) connections: Arc<Connections>,
    pub(super) l2cap: bool,
    pub(super) peer: PeerAddress,
    pub(super) id: PeripheralId,
    pub(super) random: bool,
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
        let mut channel = self.l2cap;
        for _ in 0..ATTEMPTS {
            if channel {
                match self.channel().await? {
                    Ok(link) => return Ok(link),
                    // It is there, and connected: GATT has it sooner than another channel would.
                    Err(NoChannel::Refused) => channel = false,
                    Err(NoChannel::Unreachable) => continue,
                }
            }
            match self.gatt().await {
                Ok(link) => return Ok(link),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn channel(&self) -> Result<Result<Arc<dyn Link>, NoChannel>, RadioError> {
        let peripheral = self.peripheral().await?;
        let membership = self.connections.join(&self.peer, true).ok_or(RadioError::Unreachable)?;
        let from = told(self.bus.adapter.address(), "asking for the adapter's address").await?;
        let kind = told(self.bus.adapter.address_type(), "asking for the adapter's address").await?;
        let to: Address = self.peer.as_str().parse().map_err(|_| RadioError::Unreachable)?;
        let to_kind = if self.random { AddressType::LeRandom } else { AddressType::LePublic };
        let channel = l2cap::connect((from, kind), (to, to_kind)).await;
        Ok(channel.map(|channel| ChannelLink::over(channel, Some(peripheral), membership)))
    }

    async fn gatt(&self) -> Result<Arc<dyn Link>, RadioError> {
        let membership = self.connections.join(&self.peer, true).ok_or(RadioError::Unreachable)?;
        dial_gatt(self.peripheral().await?, membership).await
    }

    async fn peripheral(&self) -> Result<Peripheral, RadioError> {
        let found = within(CALL_TIME, "asking for a device", self.bus.central.peripheral(&self.id)).await;
        found.map_err(|_| RadioError::Unreachable)
    }
}
