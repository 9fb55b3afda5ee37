//! Arguments of `argocd`.

use clap::{Args, Subcommand};

/// What Argo CD asks of its plugin.
#[derive(Subcommand, Debug)]
pub enum ArgocdCommand {
    /// Print the manifests of the Application, in its directory
    ///
    /// Reads the variables that Argo CD sets: ARGOCD_APP_PARAMETERS or PARAM_…, ARGOCD_ENV_…, KUBE_VERSION, KUBE_API_VERSIONS. A failure prints nothing on
    /// stdout.
    Generate,
    /// Print the announcement of parameters, as JSON
    Parameters,
    /// Print the kustomization of a directory, where it has one: then Argo CD renders it by this plugin
    Discover(DiscoverArgs),
}

/// Arguments of `argocd discover`.
#[derive(Args, Debug)]
pub struct DiscoverArgs {
    /// The directory of the Application
    #[arg(default_value = ".")]
    pub directory: String,
}
