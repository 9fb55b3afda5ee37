//! The rules for key models.

mod cross_slot;
mod lifetime;
mod scripts;
mod sizes;
mod spread;
mod tags;

pub(super) use cross_slot::cross_slot;
pub(super) use lifetime::no_ttl;
pub(super) use scripts::scripts;
pub(super) use sizes::big_keys;
pub(super) use spread::{percentage, spread};
pub(super) use tags::malformed_tags;
