//! Diagnostics as text for people and as JSON for programs. Values of secrets are masked in both.

mod json;
mod mask;
mod piece;
mod text;

pub use json::to_json;
pub use mask::{MASKED, is_secret_name, mask_text, scrub};
pub use text::{Style, render_all, summary};
