//! SigHej's catalogue of interests, and the words of a nudge.
//!
//! Devices compare interests as canonical bytes, so two people match only where they mean the same text. The catalogue
//! makes "k8s" and "Kubernetes" one interest, and says what is shared in the language of whoever reads it:
//!
//! ```
//! use sighej_catalogue::{Lang, Reach, resolve, sentence};
//!
//! let kubernetes = resolve("k8s").ok_or("not in the catalogue")?;
//! assert_eq!(kubernetes.id(), "kubernetes");
//!
//! let shared = ["hardstyle", "devops"];
//! assert_eq!(
//!     sentence(Lang::En, &shared, Reach::InRange),
//!     "Someone nearby also works with DevOps and enjoys hardstyle"
//! );
//! assert_eq!(
//!     sentence(Lang::Da, &shared, Reach::InRange),
//!     "En i nærheden arbejder også med DevOps og er til hardstyle"
//! );
//! # Ok::<(), &str>(())
//! ```
//!
//! - Lookup takes canonical text: the caller runs `sighej_crypto::Interest::parse` first, and compares the
//!   [id](Entry::id) of what [`resolve`] finds. Text that it does not find is a free interest, compared as it is.
//! - [Sensitive](Entry::is_sensitive) entries (faith, health, orientation, politics) stay off until their user turns
//!   them on one by one. The catalogue only says which they are.
//! - The data (`data/*.toml`) is embedded and read once, at first use. Nothing in it panics: a category that does not
//!   read is left out, and of two entries that claim one key the first has it. Tests prove that in the shipped data
//!   neither happens.
//! - Pure: no clock, no input or output, the same answers on every platform.

mod catalogue;
mod category;
mod data;
mod free_text;
mod lang;
mod phrase;
mod search;
mod sentence;

pub use catalogue::{Entry, all, categories, get, resolve};
pub use category::Category;
pub use lang::{Lang, UnknownLang};
pub use search::search;
pub use sentence::{Reach, most_ordinary, sentence};
