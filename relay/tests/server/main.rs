//! The server over real sockets, with devices by hand.

mod attacks;
mod helpers;
mod matching;
mod mischief;
mod proxies;
mod silence;
mod stopping;
mod tls;
