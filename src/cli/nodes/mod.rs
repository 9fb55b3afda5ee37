//! Redis nodes of an environment: which there are, where they are asked, what differs on them.

mod ask;
mod compare;
mod reach;
mod table;

pub use ask::{Said, examine};
pub use compare::{Databases, Options, changes, compare, databases, no_environment, not_reached};
pub use reach::Reached;
pub use table::table;
