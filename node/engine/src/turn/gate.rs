//! Whether this device would itself nudge now.

use std::time::Duration;

use sighej_crypto::{Digest, MetBlock};

use crate::{GateReason, memory::Recognised};

use super::{Core, Turn};

impl Turn<'_> {
    /// The gate towards a peer, latched by the caller: R before message 4, I before message 5, through a relay before the upload. The markers are looked
    /// through in any case, so that the work is the same. A room is exempt from the crowd guard.
    pub(super) fn gate(
        &self,
        digest: &Digest,
        shown: &MetBlock,
        needs_crowd: bool,
    ) -> Result<(), GateReason> {
        let recognised = self.core.memory.recognise(shown, digest, &self.here.secrets.digest());
        let record = self.here.ledger.get(digest);
        if recognised == Recognised::Blocked || record.is_some_and(|record| record.blocked) {
            Err(GateReason::Blocked)
        } else if record.is_some_and(|record| record.nudged) {
            Ok(())
        } else if self.here.winding.is_some() {
            Err(GateReason::Closing)
        } else if record.is_some_and(|record| record.is_late_aborter()) {
            Err(GateReason::LateAborts)
        } else if recognised == Recognised::Met {
            Err(GateReason::Met)
        } else {
            self.common_gate(needs_crowd)
        }
    }

    /// The part of the gate that is the same towards everybody.
    fn common_gate(&self, needs_crowd: bool) -> Result<(), GateReason> {
        if needs_crowd && !self.here.has_crowd(self.core) {
            Err(GateReason::CrowdGuard)
        } else if self.core.is_cooling_down(self.now()) {
            Err(GateReason::CoolDown)
        } else if self.core.is_quiet() {
            Err(GateReason::QuietHours)
        } else {
            Ok(())
        }
    }
}

impl Core {
    pub(super) fn is_cooling_down(&self, now: Duration) -> bool {
        self.memory.cool_until(self.config.cool_down).is_some_and(|until| now < until)
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.config.quiet_hours.zip(self.clock.utc()).is_some_and(|(hours, utc)| hours.contains(utc))
    }
}
