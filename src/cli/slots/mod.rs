//! What the commands about slots share: where the cluster is, how it is reached, what it is to become.

mod access;
mod context;
mod source;
mod summary;

pub use context::Context;
pub use source::live;
pub use summary::summary;
