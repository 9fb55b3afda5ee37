//! Arguments of `scale`.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::Format;
use super::build::{Functions, Helm};
use super::render::{EngineArgs, RenderArgs};

/// Arguments of `scale`.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub struct ScaleArgs {
    /// The object, by its rendered name or that in the source: NAME, or KIND/NAME where several have the name
    pub name: String,
    /// Shards: masters of a cluster, shards of a database
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub shards: Option<u32>,
    /// Nodes: all of a kind Redis cluster, those of a RedisEnterpriseCluster
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub nodes: Option<u32>,
    /// Replicas: of a master of kind Redis, of a StatefulSet or Deployment
    #[arg(long, value_name = "N")]
    pub replicas: Option<u32>,
    /// Memory: of a RedisEnterpriseDatabase (2GB), of the nodes of a RedisEnterpriseCluster (4Gi)
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<String>,
    /// The environment
    #[arg(long, value_name = "NAME", conflicts_with = "path", required_unless_present = "path")]
    pub env: Option<String>,
    /// The overlay, where it is no environment
    #[arg(long, value_name = "DIR")]
    pub path: Option<String>,
    /// Commit the change
    #[arg(long)]
    pub commit: bool,
    /// The message of the commit
    #[arg(short, long, value_name = "TEXT", requires = "commit")]
    pub message: Option<String>,
    /// Commit on a new branch, which is then checked out
    #[arg(long, value_name = "BRANCH", requires = "commit")]
    pub branch: Option<String>,
    /// Say what would be changed, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write also what an operator or the API server refuses to do to what runs
    #[arg(long)]
    pub force: bool,
    /// The form of the result
    #[arg(short, long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub output: Format,
    /// Use the cache of what was fetched only
    #[arg(long)]
    pub offline: bool,
    /// Whether files outside of the overlay may be named
    #[arg(long, value_name = "RESTRICTION", default_value = "LoadRestrictionsRootOnly",
        value_parser = PossibleValuesParser::new(["LoadRestrictionsRootOnly", "LoadRestrictionsNone"]))]
    pub load_restrictor: String,
    /// How charts are inflated.
    #[command(flatten)]
    pub helm: Helm,
}

impl ScaleArgs {
    /// How it is rendered. Functions are not run: what they make has no line that could be changed, and their `--env` is another.
    pub fn render(&self) -> RenderArgs {
        let engine = EngineArgs {
            load_restrictor: self.load_restrictor.clone(),
            helm: self.helm.clone(),
            functions: Functions::none(),
        };
        RenderArgs { offline: self.offline, engine }
    }
}
