//! Markdown for a comment on a pull request: a table of what there is, and a folded section for each environment.
//!
//! A comment on GitHub may have [`MAX_COMMENT`] characters. What does not fit is left out fairly, so that no environment hides the others, and it is said how
//! much that was.

mod differences;
mod page;
pub(crate) mod text;
mod validation;

pub use page::MAX_COMMENT;

pub(super) use differences::differences;
pub(super) use validation::validation;
