//! What a repository says about checks: `redisops.yaml` and comments beside the lines that findings point at.

mod comments;
mod globs;
mod judge;
mod policies;
mod read;
mod types;

pub use comments::is_silenced;
pub use judge::Scene;
pub use policies::check_policies;
pub use read::read;
pub use types::{Configuration, Drift, DriftIgnore, Ignore, Override, Policy};
