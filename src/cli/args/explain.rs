//! Arguments of `explain`.

use clap::Args;

use super::Format;
use super::render::RenderArgs;

/// Arguments of `explain`.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub struct ExplainArgs {
    /// What to render: a directory, a kustomization file, a file of manifests, or the name of an environment
    pub path: String,
    /// The object and perhaps a field of it: KIND/NAME, KIND/NAMESPACE/NAME, KIND/NAME.spec.replicas, KIND/NAME.spec.containers[name=redis].image
    #[arg(value_name = "KIND/NAME[.FIELD]")]
    pub subject: String,
    /// Say which commit wrote the line
    #[arg(long)]
    pub blame: bool,
    /// Explain what a revision of the repository has, not what is on disk
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    /// The form of the result
    #[arg(short, long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub output: Format,
    /// How it is rendered.
    #[command(flatten)]
    pub render: RenderArgs,
}
