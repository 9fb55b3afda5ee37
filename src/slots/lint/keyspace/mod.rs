//! The keys of a live cluster, by a sample: which forms they have, how they spread, and what is wrong with them.

mod check;
mod declared;
mod form;
mod forms;
mod grouped;
mod sample;

pub use check::{Judged, check_keys};
pub use sample::{KeySample, SampledKey};
