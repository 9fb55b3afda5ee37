//! Looking at a live cluster as its nodes see it, and mending what has one right answer.

mod carry;
mod collect;
mod repairs;
mod report;
mod run;

pub use collect::{collect, examine};
pub use report::{Failure, FixReport};
pub use run::{FixOptions, fix};
