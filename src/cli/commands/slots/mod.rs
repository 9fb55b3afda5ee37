//! `redisops slots`.

mod dispatch;
mod key;
mod lint;
mod plan;
mod state;

pub use dispatch::run;
