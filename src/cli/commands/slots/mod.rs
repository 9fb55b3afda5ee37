//! `redisops slots`.

mod dispatch;
mod migrate;
mod state;

pub use dispatch::run;
