//! The values of the well-known Redis chart as a `kind: Redis`.
//!
//! Pure: a values file in, the text of a spec out, with a list of what has no counterpart and what to do about it. What a values file leaves open and the
//! chart decides otherwise than this program is written into the spec, so that the same Redis comes out.

mod convert;
mod parts;
mod rows;

pub use convert::{Conversion, Left, convert};
