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
pub use slots::{KeyArgs, LintArgs, PlanArgs, SlotsCommand, SourceArgs, StateArgs};
pub use target::TargetArgs;
