//! Files beside a cluster: which one, what is of interest, and the report on it.

mod ignore;
mod metrics;
mod report;
mod rights;
mod saved;
mod settings;
mod target;
mod watch;

pub use ignore::rules;
pub use report::report;
pub use settings::{LiveSettings, Where};
pub use watch::watch;
