//! Who wrote a line: the commit that each line of a file has come from.
//!
//! One walk over the history serves all lines of a file, and a cache on disk all later runs on the same commit.

mod cache;
mod file;
mod walk;

pub use file::{Blamer, Commit, LineBlame};
