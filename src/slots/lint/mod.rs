//! Keys that will not work well in a cluster: commands whose keys may lie in different slots, tags that gather too much in one slot, temporary keys
//! that stay, scripts that touch keys they were not given.

mod check;
mod commands;
mod finding;
mod keyspace;
mod lua;
pub mod model;
mod report;
mod rules;
mod shares;

pub use check::{Scripts, check, check_script};
pub use commands::{Keys, key_positions, keys_of};
pub use finding::{Finding, Rule};
pub use keyspace::{Judged, KeySample, SampledKey, check_keys};
pub use report::{Report, ReportDocument, Row};
