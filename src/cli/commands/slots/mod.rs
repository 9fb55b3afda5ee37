//! `redisops slots`.

mod dispatch;
mod state;

pub use dispatch::run;
