//! Redis nodes of an environment: which there are, where they are asked, what differs on them.

mod ask;
mod compare;
mod reach;

pub use compare::{Options, of_word};
