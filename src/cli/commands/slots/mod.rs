//! `redisops slots`.

mod dispatch;
mod key;
mod plan;
mod state;

pub use dispatch::run;
