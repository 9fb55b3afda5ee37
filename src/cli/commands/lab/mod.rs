//! `redisops lab`.

mod compose;
mod dispatch;
mod down;
mod forward;
mod node;
mod status;
mod up;

pub use dispatch::run;
