//! Arguments of `build`.

use clap::builder::{BoolishValueParser, PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};

/// Arguments of `build`.
#[derive(Args, Debug)]
#[command(args_override_self = true, override_usage = "redisops build [OPTIONS] [PATH]")]
pub struct Build {
    /// What to render: a directory, a kustomization file, a file of manifests, the URL of a directory in a git repository, or the name of an environment
    /// (`env:NAME` where a path has that name too)
    #[arg(default_value = ".", hide_default_value = true)]
    pub path: String,
    /// Write to this file instead, or one file an object into this directory
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<String>,
    /// Use only what earlier builds have fetched
    #[arg(long)]
    pub offline: bool,
    /// Tell on stderr where time went
    #[arg(long)]
    pub stats: bool,
    /// Do not render: list every file and directory that is read, or would be read. `lines` (default), `nul` for names with a zero byte behind each, or `json`
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "lines", hide_possible_values = true)]
    pub list_inputs: Option<InputList>,
    /// Do not validate the objects
    #[arg(long)]
    pub no_validate: bool,
    /// Put values of the secret store in the place of placeholders: that of the environment, or the one that AVP_TYPE names
    #[arg(long)]
    pub secrets: bool,
    /// Validate for this version of Kubernetes, as in 1.36; that of the environment, or the newest known, when it is not set
    #[arg(long, value_name = "VERSION")]
    pub kube_version: Option<String>,
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
    /// Order of the objects: legacy or none. Deprecated: use `sortOptions` in the kustomization
    #[arg(long, value_name = "ORDER", value_parser = PossibleValuesParser::new(["legacy", "none"]), hide_possible_values = true)]
    pub reorder: Option<String>,
    /// Label the objects with the tool. Deprecated: use `managedByLabel` in `buildMetadata`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true, value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub enable_managedby_label: bool,
    /// Options of helm charts.
    #[command(flatten)]
    pub helm: Helm,
    /// Options of KRM functions.
    #[command(flatten)]
    pub functions: Functions,
    /// Accepted for compatibility; errors name their place anyway
    #[arg(long, hide = true)]
    pub stack_trace: bool,
}

/// How inputs are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum InputList {
    /// A name a line.
    Lines,
    /// A zero byte behind each name.
    Nul,
    /// For programs.
    Json,
}

/// Options of helm charts.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Helm charts")]
pub struct Helm {
    /// Allow helm charts
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true, value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub enable_helm: bool,
    /// The helm program
    #[arg(long, value_name = "PATH", default_value = "helm")]
    pub helm_command: String,
    /// An API version that charts may ask for; may be given several times
    #[arg(long, value_name = "VERSION")]
    pub helm_api_versions: Vec<String>,
    /// The Kubernetes version that charts see
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    pub helm_kube_version: String,
    /// Let helm print what it does
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true, value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub helm_debug: bool,
}

/// Options of KRM functions.
#[derive(Args, Debug)]
#[command(next_help_heading = "KRM functions")]
pub struct Functions {
    /// Allow KRM functions
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true, value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub enable_alpha_plugins: bool,
    /// Allow functions that are programs of this machine; not for kustomizations that you do not trust
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true, value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub enable_exec: bool,
    /// An environment variable for functions, `NAME` or `NAME=VALUE`; may be given several times
    #[arg(short, long, value_name = "VARIABLE")]
    pub env: Vec<String>,
    /// Run container functions as the current user
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true, value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub as_current_user: bool,
    /// Give container functions that ask for it the network
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true, value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub network: bool,
    /// The container network for them
    #[arg(long, value_name = "NAME", default_value = "bridge")]
    pub network_name: String,
    /// A mount for container functions; may be given several times
    #[arg(long, value_name = "OPTIONS")]
    pub mount: Vec<String>,
}

impl Functions {
    /// None are run.
    pub fn none() -> Functions {
        Functions {
            enable_alpha_plugins: false,
            enable_exec: false,
            env: Vec::new(),
            as_current_user: false,
            network: false,
            network_name: String::new(),
            mount: Vec::new(),
        }
    }
}
