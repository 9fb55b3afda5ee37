//! Values that must not be seen.

mod secret;

pub use secret::Secret;
