//! Linux: BlueZ, in both roles on one controller.
//!
//! What BlueZ does in its own way, and the one place that deals with it:
//!
//! | BlueZ | here |
//! | --- | --- |
//! | any call can hang | a time limit around each: `told`, `within` |
//! | a registration of an advert hangs, and one given up keeps its set | `advertiser`: a session of its own, thrown away |
//! | a scan that was given up begins nevertheless, and none beside it | `central::scan`: ended before another is begun |
//! | it obeys whoever writes as fast as they write | `server`: a write is refused after a second |
//! | an incoming connection ends the advert | `advertiser`: `again`, asked for by the keeper in `on_air` |
//! | of a central that connects under a new address it tells that it is new, not that it is connected | `central::scan`: `look` |
//! | a second connection to one device leaves it with neither | `dial`: `moved` waits |
//! | it is restarted, the adapter goes, is switched off, returns | the keeper's checks; `life` comes back |
//! | a notification reaches every subscribed central | the ids of [`crate::gatt`] |
//! | a subscription is confirmed before this program has seen it | `server`: a link is confirmed after it has |
//! | writes without a response overtake each other | writes have a response; packets are numbered |
//! | it remembers devices, and tells of old adverts | `on_air`: `forget_stale` |
//! | its filter of adverts looks at the list of UUIDs alone | `central::scan`: no filter |
//! | a channel's `connect` returns early | `l2cap`: `connecting` |
//! | a listening channel belongs to all adapters | `l2cap`: `listen` binds to one |
//! | a fresh advert has a fresh private address, a scan only after it | `on_air`: advert before scan |
//! | a central can read the host's name | `alias`: another one while it appears |
//! | its error messages carry addresses | `bus`: `explain` |
//!
//! What this program cannot set from here, `sighej doctor` checks: `Privacy = device` and `Channels = 1` (EATT off) in
//! BlueZ's `main.conf`.

mod advertiser;
mod alias;
mod bus;
mod dial;
mod l2cap;
mod life;
mod on_air;
mod radio;
mod server;

pub(crate) use radio::open;
