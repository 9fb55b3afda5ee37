//! Bringing running nodes to what Git wants of them, without a restart: settings, users, sentinels, replicas.
//!
//! Who compares nodes is somebody else's business: this is given what differs, mends it, and looks again.

mod follow;
mod hand_over;
mod look;
mod mend;
mod roll;
mod rotate;
mod tuner;
mod window;

pub use look::{Database, Look};
pub use roll::{Release, Roll};
pub use rotate::Kept;
pub use tuner::Tuner;
pub use window::window;
