//! `redisops slots`.

mod dispatch;
mod key;
mod migrate;
mod state;

pub use dispatch::run;
