//! Arguments of `affected`.

use clap::Args;

use super::format::Format;
use super::narrow::Narrow;
use super::render::RenderArgs;

/// Arguments of `affected`.
#[derive(Args, Debug)]
pub struct AffectedArgs {
    /// Only these: directories with overlays below them, overlays, names of environments
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// Which changes count.
    #[command(flatten)]
    pub narrow: Narrow,
    /// How to write it: human (a path a line) or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// End paths with a zero byte instead of a line break
    #[arg(short = '0', long)]
    pub null: bool,
    /// Exit with 1 when something is affected
    #[arg(long)]
    pub exit_code: bool,
    /// Render each affected overlay too, and exit with 1 when one cannot be rendered; nothing rendered is printed
    #[arg(long, conflicts_with = "exit_code")]
    pub build: bool,
    /// How `--build` renders.
    #[command(flatten)]
    pub render: RenderArgs,
}
