//! What the tool says about an input: plain data, and where in which text it points.
//!
//! Renderers turn a [`Diagnostic`] into text for a terminal or a machine; nothing here prints.

mod arrange;
mod diagnostic;
pub mod render;
mod sources;
mod suggest;

pub use arrange::arrange;
pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity};
pub use sources::{Embedding, Location, MadeBy, Pos, Source, SourceKind, Sources, TooLarge, Totals};
pub use suggest::did_you_mean;
