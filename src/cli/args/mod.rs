//! What can be typed.

mod access;
mod affected;
mod apply;
mod argocd;
mod build;
mod cluster;
mod completion;
mod diff;
mod edit;
mod env;
mod explain;
mod format;
mod init;
mod kubeconfig;
#[cfg(target_os = "linux")]
mod lab;
mod lint;
mod migrate;
mod narrow;
mod redis;
mod render;
mod root;
mod scale;
mod schema;
mod secrets;
mod show;
mod slots;
mod target;
mod time;
mod validate;

pub use access::AccessArgs;
pub use affected::AffectedArgs;
pub use apply::{ApplyArgs, DeleteArgs, DeployPlanArgs};
pub use argocd::ArgocdCommand;
pub use build::{Build, Functions, Helm, InputList};
pub use cluster::{ClusterCommand, ResizeArgs};
pub use completion::{CompletionArgs, ManArgs};
pub use diff::{DiffArgs, LiveArgs};
pub use edit::{
    AddCommand, AddGeneratorArgs, EditCommand, KeysArgs, NamesArgs, PatchArgs, RemoveCommand, SetCommand,
    SetGeneratorArgs,
};
pub use env::{EnvCommand, EnvListArgs};
pub use explain::ExplainArgs;
pub use format::{Format, PlanFormat, ReportFormat};
pub use init::InitArgs;
pub use kubeconfig::KubeconfigArgs;
#[cfg(target_os = "linux")]
pub use lab::{ComposeArgs, DownArgs, ForwardArgs, LabCommand, LayoutArgs, NodeArgs, StatusArgs, UpArgs};
pub use lint::LintArgs;
pub use migrate::MigrateArgs;
pub use narrow::Narrow;
pub use redis::{NodesArgs, RedisCommand};
pub use render::{EngineArgs, RenderArgs};
pub use root::{Cli, Color, Command, Global};
pub use scale::ScaleArgs;
pub use schema::{SchemaCommand, SchemaImportArgs, SchemaListArgs, SchemaPullArgs};
pub use secrets::{SecretsCommand, SecretsInjectArgs, SecretsListArgs, StoreArgs};
pub use show::{HeatOf, ShowArgs};
pub use slots::{CheckArgs, FixArgs, KeyArgs, PlanArgs, SlotsCommand, SourceArgs, StateArgs};
pub use target::TargetArgs;
pub use validate::ValidateArgs;
