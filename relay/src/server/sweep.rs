//! The two clocks of the server: deadlines, and silence.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use crate::limits;

use super::hub::Hub;

/// Looks at both, for as long as it is polled.
pub(super) async fn run(hub: Arc<Hub>, sweep_every: Duration) {
    let (mut tick, mut sweep) = (interval(limits::TICK), interval(sweep_every));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => hub.tick(),
            _ = sweep.tick() => hub.sweep(),
        }
    }
}
