//! `redisops slots`.

mod dispatch;
mod key;
mod plan;
mod show;
mod state;

pub use dispatch::run;
