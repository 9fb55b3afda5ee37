//! Keys that will not work well in a cluster: commands whose keys may lie in different slots, tags that gather too much in one slot, temporary keys
//! that stay, scripts that touch keys they were not given.

pub mod commands;
mod finding;
pub mod lua;
pub mod model;
pub mod rules;
mod shares;

pub use finding::{Finding, Rule};
