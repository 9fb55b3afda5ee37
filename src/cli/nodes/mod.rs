//! Redis nodes of an environment: which there are, where they are asked, what differs on them.

mod ask;
mod compare;
mod reach;
mod table;

pub use compare::{Options, compare, databases, no_environment, not_reached, of_word};
pub use table::table;
