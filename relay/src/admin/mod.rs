//! The admin's side: a listener of its own, and who may read it.
//!
//! Every route stands in `routes`. All but the API's document want an [admin token](AdminToken); the counts that they
//! give are those that may be shown, in the API, the live stream and the metrics alike.

mod answers;
mod command;
mod document;
mod gate;
mod live;
mod load;
mod metrics;
mod refusal;
mod routes;
mod server;
mod token;

pub use command::AdminTokenCommand;
pub use document::document;
pub use server::{Admin, AdminError};
pub use token::{AdminToken, MAX_TOKENS};
