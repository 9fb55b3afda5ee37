//! `redisops slots`.

mod dispatch;
mod key;
mod show;
mod state;

pub use dispatch::run;
