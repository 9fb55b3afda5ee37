//! Lua scripts, as far as a cluster cares: which keys a script touches, and whether they are those that it was given.

mod flow;
mod parser;
mod token;
mod tree;
mod value;

pub use flow::{KeyUse, Source, Uses, uses};
pub use parser::parse;
pub use token::Span;
