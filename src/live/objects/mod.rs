//! Objects of Git beside those of a cluster: what is asked for, and what the answers mean.

mod compare;
mod fetch;
mod former;
mod prune;
mod target;
mod trial;

pub use compare::{Outcome, Plan, Verdict, compare, compare_saved};
pub use former::former_sets;
pub use prune::candidates;
pub use target::{Place, Wanted, locate};
pub use trial::removal;
