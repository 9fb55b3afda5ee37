//! What the commands about clusters in pods share: which pods there are, what is said about a run.

mod home;
mod order;
mod shards;
mod text;

pub use order::{Fleet, fleet};
pub use text::{plan_text, report_text};
