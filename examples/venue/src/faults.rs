//! What goes wrong: by a plan of probabilities for what is on its way, and by a list of what happens to devices.

use sighej_engine::Intent;

use crate::{
    dice::{self, Dice},
    people::SECOND,
    world::World,
};

/// Probabilities of what goes wrong on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Faults {
    /// A message is lost, and its link with it.
    pub lost: f64,
    /// A message comes twice.
    pub doubled: f64,
    /// A message comes late, behind those that follow.
    pub late: f64,
    /// A dial fails: the other's queue is full.
    pub dials: f64,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives.
    Arrives,
    /// It does not, and its link is lost.
    Lost,
    /// It arrives twice.
    Doubled,
    /// It arrives so many microseconds late.
    Late(u64),
}

/// Something that happens to a device, or to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program dies, and starts again so much later.
    Crash {
        /// Whose.
        who: u32,
        /// Microseconds.
        down: u64,
    },
    /// The clock is set to so many microseconds ahead.
    Clock {
        /// Whose.
        who: u32,
        /// Microseconds.
        ahead: i64,
    },
    /// The owner closes, or opens again.
    Toggle {
        /// Whose.
        who: u32,
    },
    /// The owner pauses for so long.
    Pause {
        /// Who.
        who: u32,
        /// Microseconds.
        pause: u64,
    },
    /// Nobody hears anybody of another island; with 1 island everybody is together again.
    Islands {
        /// How many.
        islands: u64,
    },
    /// From here on nothing goes wrong any more, clocks are right, and everybody is open.
    Calm,
}

impl Faults {
    /// What becomes of the next message.
    pub fn fate(&self, dice: &mut Dice) -> Fate {
        if dice.chance(self.lost) {
            Fate::Lost
        } else if dice.chance(self.doubled) {
            Fate::Doubled
        } else if dice.chance(self.late) {
            Fate::Late(dice.below(2 * SECOND))
        } else {
            Fate::Arrives
        }
    }

    /// Whether the next dial fails whatever the radio says.
    pub fn fails_a_dial(&self, dice: &mut Dice) -> bool {
        dice.chance(self.dials)
    }
}

/// A list of faults until a time, by a seed, for so many devices, after which all is calm. Both in microseconds.
#[must_use]
pub fn plague(seed: u64, devices: u32, until: u64) -> (Faults, Vec<(u64, Fault)>) {
    let mut dice = Dice::new(seed, &[PLAGUE]);
    let faults = Faults {
        lost: dice.between((0.0, 0.1)),
        doubled: dice.between((0.0, 0.05)),
        late: dice.between((0.0, 0.05)),
        dials: dice.between((0.0, 0.3)),
    };
    let count = u64::from(devices) + dice.below(2 * u64::from(devices) + 1);
    let mut list: Vec<(u64, Fault)> =
        (0..count).map(|_| (dice.below(until), fault(&mut dice, devices))).collect();
    list.push((until, Fault::Calm));
    (faults, list)
}

fn fault(dice: &mut Dice, devices: u32) -> Fault {
    let who = dice.below(u64::from(devices)) as u32;
    match dice.below(8) {
        0 | 1 => Fault::Crash { who, down: dice.below(60 * SECOND) },
        2 => Fault::Clock { who, ahead: dice.below(1_400 * SECOND) as i64 - 700 * SECOND as i64 },
        3 | 4 => Fault::Toggle { who },
        5 => Fault::Pause { who, pause: dice.below(60 * SECOND) + SECOND },
        6 => Fault::Islands { islands: 2 + dice.below(2) },
        _ => Fault::Islands { islands: 1 },
    }
}

impl World {
    /// Something happens to a device, or to all.
    pub fn fault(&mut self, fault: Fault) {
        match fault {
            Fault::Crash { who, down } => {
                self.stop(who);
                self.start_later(who, down);
            }
            Fault::Clock { who, ahead } => self.set_clock(who, ahead),
            Fault::Toggle { who } => {
                // Refused where it is closed, or closing: then opening is what it can do.
                if self.intend(who, Intent::Close).is_err() {
                    let _refused = self.intend(who, Intent::Open);
                }
            }
            Fault::Pause { who, pause } => {
                let until = std::time::Duration::from_micros(self.now() + pause);
                let _refused = self.intend(who, Intent::Pause { until });
            }
            Fault::Islands { islands } => self.set_islands(islands),
            Fault::Calm => self.calm(),
        }
    }

    fn calm(&mut self) {
        self.faults = Faults::default();
        self.set_islands(1);
        for who in 0..self.devices.len() as u32 {
            self.set_clock(who, 0);
            if self.devices[who as usize].engine.is_none() {
                self.start(who);
            } else {
                let _is_open = self.intend(who, Intent::Open);
            }
        }
    }

    fn set_islands(&mut self, islands: u64) {
        let salt = self.now();
        (0_u64..).zip(&mut self.devices).for_each(|(who, device)| {
            device.set_island(dice::hash(&[salt, who]).checked_rem(islands).unwrap_or(0));
        });
        (0..self.devices.len() as u32).for_each(|who| self.show(who));
    }
}

const PLAGUE: u64 = 0x706c_6167_7565;
