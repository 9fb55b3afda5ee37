//! Which cluster is meant.

use std::path::PathBuf;

use clap::Args;

/// Which cluster is meant, where the environment does not say it or something else is wanted.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Cluster")]
pub struct KubeconfigArgs {
    /// The kubeconfig; that of the environment, of `KUBECONFIG`, or the usual one when it is not set
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The context in it; that of the environment, or the current one when it is not set
    #[arg(long, value_name = "CONTEXT")]
    pub context: Option<String>,
}
