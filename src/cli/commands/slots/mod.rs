//! `redisops slots`.

mod dispatch;
mod key;
mod state;

pub use dispatch::run;
