//! Files beside a cluster: which one, what is of interest, and the report on it.

mod ignore;
mod report;
mod rights;
mod saved;
mod settings;
mod target;

pub use report::report;
pub use settings::LiveSettings;
