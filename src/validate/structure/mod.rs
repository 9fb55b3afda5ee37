//! The structure of objects: fields, types, formats and values, against schemas.

mod check;
mod describe;
mod format;
mod violation;
mod walk;

pub use check::check;
