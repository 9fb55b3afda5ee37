//! What can be typed.

mod access;
mod build;
mod format;
mod root;
mod slots;
mod target;

pub use access::AccessArgs;
pub use build::Build;
pub use format::Format;
pub use root::{Cli, Color, Command, Global};
pub use slots::{HeatOf, KeyArgs, ShowArgs, SlotsCommand, SourceArgs, StateArgs};
#[allow(unused_imports)]
pub use target::TargetArgs;
