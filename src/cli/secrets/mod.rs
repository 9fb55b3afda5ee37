//! Stores and placeholders for commands.

mod documents;
mod store;
mod unfilled;

pub use documents::read;
pub use store::{Opened, open, variables};
pub use unfilled::Unfilled;
