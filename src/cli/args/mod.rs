//! What can be typed.

mod access;
mod build;
mod explain;
mod format;
#[cfg(target_os = "linux")]
mod lab;
mod lint;
mod migrate;
mod render;
mod root;
mod show;
mod slots;
mod target;
mod time;

pub use access::AccessArgs;
pub use build::{Build, Functions, Helm};
pub use explain::ExplainArgs;
pub use format::{Format, PlanFormat};
#[cfg(target_os = "linux")]
pub use lab::{ComposeArgs, DownArgs, ForwardArgs, LabCommand, LayoutArgs, NodeArgs, StatusArgs, UpArgs};
pub use lint::LintArgs;
pub use migrate::MigrateArgs;
pub use render::RenderArgs;
pub use root::{Cli, Color, Command, Global};
pub use show::{HeatOf, ShowArgs};
pub use slots::{CheckArgs, FixArgs, KeyArgs, PlanArgs, SlotsCommand, SourceArgs, StateArgs};
pub use target::TargetArgs;
