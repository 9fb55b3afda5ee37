//! `redisops slots`.

mod check;
mod dispatch;
mod fix;
mod key;
mod lint;
mod migrate;
mod plan;
mod show;
mod state;

pub use dispatch::run;
pub use migrate::{budget_of, holder};
