//! Changing who owns which slots of a live cluster, and who is a member of it.

mod archive;
pub mod atomic;
pub mod conflict;
mod contents;
pub mod failover;
pub mod fix;
pub mod join;
pub mod leave;
mod members;
pub mod replicas;
mod stop;

pub use archive::Archive;
pub use members::{Member, Members, Step, Steps};
pub use stop::{Stop, Stopper, Urgency};
