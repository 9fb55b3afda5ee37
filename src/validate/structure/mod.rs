//! The structure of objects: fields, types, formats and values, against schemas.

mod check;
mod describe;
mod format;
mod violation;
mod walk;

pub use check::check;
pub(in crate::validate) use format::has_form;
pub(in crate::validate) use walk::{Is, is_placeholder, type_of};
