//! Shares of interest that nobody has to be trusted with: local differential privacy.
//!
//! An attendee who shares statistics sends one [`Report`] an event. It answers one question, drawn by a fair coin: which
//! category, or which interest, does one item of mine belong to, itself drawn among mine? The answer is a bit for each
//! cell, and every bit is noise first (optimised unary encoding, Wang et al., USENIX Security 2017): the true one is set
//! with probability 1/2, each other one with `1/(e^ε + 1)`. Whoever reads one report can tell any two profiles apart by
//! a factor of `e^ε` at most, the relay included. What is [sensitive](sighej_catalogue::Entry::is_sensitive) has no cell.
//!
//! A relay adds reports up in a [`Tally`], and says what [`Estimates`] says:
//!
//! * **A share** is that of the answers: of someone with four interests each counts a quarter. It is unbiased.
//! * **A cell is shown** only where its share is above nothing beyond what chance gives over all cells of both questions
//!   and over all looks together, at 1 in 20 ([`ERROR_RATE`]). Looks are at fixed numbers of reports ([`look_size`]), so
//!   that an admin who watches all evening gets no more chances of a false cell than one who looks once, and nobody
//!   reads one report off two looks.
//! * **The intervals** are exact binomial ones (Clopper and Pearson), and those of shown cells are widened for having been
//!   picked (Benjamini and Yekutieli 2005): 95 % of what is shown holds.
//!
//! Pure: randomness and the time come in as arguments. A device keeps its [`Diary`], so that what it says at one event
//! it says once.
//!
//! The bytes and the formulas are specified in `docs/protocol/statistics.md`.

mod binomial;
mod cells;
mod diary;
mod epsilon;
mod estimate;
mod event;
mod report;
mod tally;
#[cfg(test)]
mod vectors;

pub use cells::{Cells, Question};
pub use diary::{BETWEEN_EVENTS, Diary, DiaryError, MAX_EVENTS};
pub use epsilon::{Epsilon, EpsilonError};
pub use estimate::{CONFIDENCE, ERROR_RATE, Estimates, Interval, Shown, interval, share};
pub use event::{EventName, EventNameError};
pub use report::{Report, ReportError};
pub use tally::{Counts, MAX_REPORTS, Tally, TallyError, look_size};
