//! Values copied from one object into others.
//!
//! A path is read in two ways, as in the reference: for a source it names one node ([`path`]), for a target it may match many and create what is
//! missing ([`matcher`]). A path that goes on inside a string is a path into the JSON or YAML text of that string ([`structured`]).

mod candidates;
mod matcher;
mod path;
mod structured;
mod transformer;
mod wording;

pub use path::{lookup, split};
pub use transformer::ReplacementTransformer;
