//! Lua scripts, as far as a cluster cares: which keys a script touches, and whether they are those that it was given.

mod parser;
mod token;
mod tree;

pub use parser::parse;
pub use token::{NoLua, Span};
pub use tree::Script;
