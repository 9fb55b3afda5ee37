//! Changes of a YAML text in place: what is not changed keeps its comments, blank lines, quotes, order and indentation.
//!
//! A change is said as the tree that the text should have afterwards. Places of the old tree are found by span, and the least text that makes the
//! difference is replaced. The result is parsed and compared with what was wanted, so that a wrong text is never handed out.

mod align;
mod block;
mod change;
mod flow;
mod layout;
mod rewrite;
mod scalar_at;
mod splice;
mod syntax;
mod text;
mod update;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

pub use scalar_at::{replace_scalar, replacement};
pub use update::{Rename, update};
