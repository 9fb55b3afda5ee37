//! The rules for key models.

mod cross_slot;
mod lifetime;
mod scripts;
mod sizes;
mod spread;
mod tags;

pub(super) use cross_slot::cross_slot;
pub(super) use lifetime::{is_temporary, no_ttl, temporary_word};
pub(super) use scripts::scripts;
pub(super) use sizes::{BIG, big_keys, stall};
pub(super) use spread::{TAG_SHARE, described, percentage, spread};
pub(super) use tags::{explain, malformed_tags};
