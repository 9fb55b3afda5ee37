//! Arguments of `affected`.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::build::{Functions, Helm};
use super::format::Format;
use super::narrow::Narrow;

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
    /// With `--build`: use only what earlier builds have fetched
    #[arg(long)]
    pub offline: bool,
    /// Which files a kustomization may name
    #[arg(
        long,
        value_name = "RESTRICTION",
        value_parser = PossibleValuesParser::new([PossibleValue::new("LoadRestrictionsRootOnly"), PossibleValue::new("LoadRestrictionsNone")]),
        default_value = "LoadRestrictionsRootOnly",
        hide_possible_values = true,
        help = "With `--build`: which files a kustomization may name: those in or below its directory (LoadRestrictionsRootOnly), or any (LoadRestrictionsNone)"
    )]
    pub load_restrictor: String,
    /// Options of helm charts.
    #[command(flatten)]
    pub helm: Helm,
    /// Options of KRM functions.
    #[command(flatten)]
    pub functions: Functions,
}
