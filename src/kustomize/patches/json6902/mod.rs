//! JSON patches (RFC 6902) as the reference applies them (evanphx/json-patch 4.13 on the JSON form of an object).
//!
//! Where it is generous, this is: a path before its first slash is ignored, `replace` and `copy` of a key that is not there work, `-1` is the last
//! item, an operation without a value writes null.

mod apply;
mod json;
mod parse;
mod pointer;

pub use apply::apply;
pub use parse::{JsonPatch, Operation, parse_json_patch};
