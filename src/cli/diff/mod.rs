//! The comparison of revisions and environments: what is compared, both sides rendered, and the commits of the lines.

mod commits;
mod sides;
mod targets;

pub use commits::Commits;
pub use sides::{Compared, Comparison, compare};
pub use targets::{Task, between, over_time};
