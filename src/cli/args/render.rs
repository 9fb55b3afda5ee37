//! Arguments of every command that renders.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::build::{Functions, Helm};

/// How targets are rendered: the options of `build` that decide what an object is.
#[derive(Args, Debug)]
pub struct RenderArgs {
    /// Use only what earlier builds have fetched
    #[arg(long)]
    pub offline: bool,
    /// What decides what an object is.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// The options of `build` that decide what an object is.
#[derive(Args, Debug)]
pub struct EngineArgs {
    /// Which files a kustomization may name
    #[arg(
        long,
        value_name = "RESTRICTION",
        value_parser = PossibleValuesParser::new([PossibleValue::new("LoadRestrictionsRootOnly"), PossibleValue::new("LoadRestrictionsNone"), PossibleValue::new("").hide(true)]),
        default_value = "LoadRestrictionsRootOnly",
        hide_possible_values = true,
        help = "Which files a kustomization may name: those in or below its directory (LoadRestrictionsRootOnly), or any (LoadRestrictionsNone)"
    )]
    pub load_restrictor: String,
    /// Options of helm charts.
    #[command(flatten)]
    pub helm: Helm,
    /// Options of KRM functions.
    #[command(flatten)]
    pub functions: Functions,
}
