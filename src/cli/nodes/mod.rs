//! Redis nodes of an environment: which there are, where they are asked, what differs on them.

mod ask;
mod compare;
mod reach;
mod table;

pub use ask::{Said, examine};
pub use compare::{Changes, Database, Databases, Options, changes, compare, databases, examined, no_environment, sift};
pub use reach::{Reached, Spot};
pub use table::table;
