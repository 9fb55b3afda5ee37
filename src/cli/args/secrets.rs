//! Arguments of `secrets`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::format::Format;
use super::render::RenderArgs;

/// The commands about secrets.
#[derive(Subcommand, Debug)]
pub enum SecretsCommand {
    /// Put values in the place of placeholders, as `argocd-vault-plugin generate` does
    ///
    /// Reads manifests and prints them with the values of a secret store. When anything is wrong, prints nothing and says what, where and why.
    /// Exit codes: 0 done; 2 it could not be done.
    Inject(Box<SecretsInjectArgs>),
    /// List the placeholders of rendered objects, and whether the store has what they name; never a value
    ///
    /// Exit codes: 0 done; 2 it could not be done, or the store did not answer.
    List(Box<SecretsListArgs>),
}

/// Settings of the store. Variables are those of argocd-vault-plugin: `AVP_*`, `VAULT_*`, `AWS_*`.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Secret store")]
pub struct StoreArgs {
    /// A file with settings: YAML, JSON, TOML or lines of NAME=VALUE
    #[arg(short, long, value_name = "FILE")]
    pub config_path: Option<PathBuf>,
    /// A Secret with settings, `NAME` in the namespace argocd or `NAMESPACE:NAME`
    #[arg(short, long, value_name = "NAME")]
    pub secret_name: Option<String>,
}

/// Arguments of `secrets inject`.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub struct SecretsInjectArgs {
    /// What to read: `-` for standard input, a file, or a directory with .yaml, .yml and .json files
    #[arg(value_name = "-|FILE|DIR", default_value = "-", hide_default_value = true)]
    pub path: String,
    /// Take the store of this environment
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Settings of the store.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Accepted for compatibility; values are never printed
    #[arg(long, hide = true)]
    pub verbose_sensitive_output: bool,
}

/// Arguments of `secrets list`.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub struct SecretsListArgs {
    /// What to render: a directory, a kustomization file, a file of manifests, or the name of an environment
    #[arg(default_value = ".", hide_default_value = true)]
    pub path: String,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// Settings of the store.
    #[command(flatten)]
    pub store: StoreArgs,
    /// How it is rendered.
    #[command(flatten)]
    pub render: RenderArgs,
}
