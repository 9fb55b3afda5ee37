//! `kind: Redis` of the group `redisops.dev`: one spec to all objects that such a Redis is made of.
//!
//! Expansion runs once, in the root build, when all overlays have had their say. Every generated field names the line of the spec that caused it. Pure:
//! objects in, objects out; what is wrong with a spec is told at the user's line.

mod check;
mod choice;
mod config;
mod expand;
mod instance;
pub mod marks;
mod memory;
mod objects;
mod origins;
mod patches;
mod refused;
pub mod scale;
mod settled;
pub mod spec;
mod tree;
pub mod values;
mod version;
mod wanted;

pub use expand::expand;
pub use refused::{Growth, Started, grown, only_grows, refused, starts_empty};
pub use settled::CHANGEABLE;
pub use wanted::*;
