//! What the commands about slots share: where the cluster is, how it is reached, what it is to become.

mod access;
mod context;
mod key_table;
mod source;
mod state_file;
mod summary;

pub use context::Context;
pub use key_table::key_table;
pub use source::live;
pub use state_file::state_of_file;
pub use summary::summary;
