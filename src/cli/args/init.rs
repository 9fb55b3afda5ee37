//! Arguments of `init`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// Where to write; made when it is not there
    #[arg(default_value = ".", value_name = "DIR")]
    pub directory: PathBuf,
    /// The system: orders, building-blocks, shopping-cart, caching-service, cluster-lab, …; asked for in a terminal
    #[arg(long, value_name = "NAME", conflicts_with = "from_values")]
    pub system: Option<String>,
    /// A values file of the well-known Redis chart: write a kind Redis that does what it asks for
    #[arg(long, value_name = "FILE")]
    pub from_values: Option<PathBuf>,
    /// With --from-values: the name of the release
    #[arg(long, value_name = "NAME", default_value = "redis", requires = "from_values")]
    pub release: String,
    /// With --from-values: the name of the environment
    #[arg(long, value_name = "NAME", default_value = "dev", requires = "from_values")]
    pub environment: String,
    /// The address of the repository, for Argo CD
    #[arg(long, value_name = "URL")]
    pub repo_url: Option<String>,
    /// Say which files would be written, and write none
    #[arg(long)]
    pub dry_run: bool,
}
