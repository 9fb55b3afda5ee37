//! The program, its commands and the options of all of them.

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::affected::AffectedArgs;
use super::apply::{ApplyArgs, DeleteArgs, DeployPlanArgs};
use super::argocd::ArgocdCommand;
use super::build::Build;
use super::cluster::ClusterCommand;
use super::completion::{CompletionArgs, ManArgs};
use super::diff::DiffArgs;
use super::edit::EditCommand;
use super::env::EnvCommand;
use super::explain::ExplainArgs;
use super::init::InitArgs;
#[cfg(target_os = "linux")]
use super::lab::LabCommand;
use super::redis::RedisCommand;
use super::scale::ScaleArgs;
use super::schema::SchemaCommand;
use super::secrets::SecretsCommand;
use super::slots::SlotsCommand;
use super::validate::ValidateArgs;

/// From a Git repository of specs to running, drift-free Redis.
#[derive(Parser, Debug)]
#[command(name = "redisops", version, args_override_self = true, disable_help_subcommand = true)]
pub struct Cli {
    /// Options of all commands.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of all commands.
#[derive(Args, Debug)]
pub struct Global {
    /// When to write colors
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Print errors only, no warnings and notes
    #[arg(short, long, global = true, overrides_with = "verbose")]
    pub quiet: bool,
    /// Say what is done
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// When to write colors.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Color {
    /// To a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Render a kustomization, as `kustomize build` does
    ///
    /// Prints the rendered objects as YAML. When anything is wrong, prints nothing and says what, where and why. Exit codes: 0 done; 1 the input is
    /// wrong; 2 the arguments are wrong, or a program that is needed is not installed.
    Build(Box<Build>),
    /// Say what is wrong with rendered objects, at the lines that you edit
    ///
    /// Checks fields, types and values against schemas, and rules across objects, for many targets at once. Exit codes: 0 nothing is wrong; 1 something is;
    /// 2 it could not be checked.
    Validate(Box<ValidateArgs>),
    /// Schemas of kinds: what is known, and more of them
    ///
    /// Exit codes: 0 done; 2 it could not be done.
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Compare Git with what is live, two revisions, or two environments, field by field
    ///
    /// Renders both sides and prints what differs, with the line and the commit that caused it and what it does to what runs. Exit codes: 0 no difference;
    /// 1 there are differences; 2 it could not be done.
    Diff(Box<DiffArgs>),
    /// Say what is to be done to make a cluster what the files say, step by step
    ///
    /// Changes nothing. Each step comes with the line that asks for it, what it does to what runs, and how bad it can get. Exit codes: 0 done; 1 with
    /// `--exit-code`, there is something to do; 2 it could not be done.
    Plan(Box<DeployPlanArgs>),
    /// Make a cluster what the files say
    ///
    /// Applies objects on the side of the server, in waves, and waits until they are ready. Stops at the first failure; run again, it goes on. Exit codes: 0
    /// done; 2 something could not be done.
    Apply(Box<ApplyArgs>),
    /// Delete from a cluster what the files say
    ///
    /// Says first what becomes of the data. Namespaces, claims, definitions and databases of Redis Enterprise are kept unless `--delete` names them. Exit codes:
    /// 0 done; 2 something could not be done.
    Delete(Box<DeleteArgs>),
    /// Say which line set a field of a rendered object, and what it was before
    ///
    /// Prints the field with its history: the line that created it, and every patch and transformer that changed it. Without a field, prints the
    /// object with the origin of each line in the margin. Exit codes: 0 done; 1 there is no such object or field; 2 it could not be done.
    Explain(Box<ExplainArgs>),
    /// Change the kustomization of the working directory, as `kustomize edit` does, in place
    ///
    /// What is not changed keeps its comments, blank lines, quotes, order and indentation. Exit codes: 0 done; 2 it could not be done, and nothing was
    /// written.
    #[command(subcommand)]
    Edit(EditCommand),
    /// Change how many shards, nodes or replicas there are, at the line that says so
    ///
    /// Finds the line that has set the value of the rendered object, changes it in place and says which. Where that line belongs to other
    /// environments too, a patch is added to the overlay. Exit codes: 0 done, or nothing to do; 2 it could not be done, and nothing was written.
    Scale(Box<ScaleArgs>),
    /// Which overlays and environments depend on files that changed
    ///
    /// Prints their directories, one a line. Nothing is rendered for it. Exit codes: 0 done; 1 with `--exit-code`, something is affected, and with `--build`,
    /// something cannot be rendered; 2 it could not be done.
    Affected(Box<AffectedArgs>),
    /// Placeholders for secrets: put their values in, list them
    ///
    /// Exit codes: 0 done; 2 it could not be done.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Environments: which there are, and how they differ
    ///
    /// Exit codes: 0 done; 2 it could not be done.
    #[command(subcommand)]
    Env(EnvCommand),
    /// Slots of a Redis Cluster: what is where, plans, moves
    ///
    /// Exit codes: 0 done; 1 the answer is no; 2 it could not be done.
    #[command(subcommand)]
    Slots(SlotsCommand),
    /// A Redis Cluster and its pods, made more or fewer together
    ///
    /// Exit codes: 0 done; 2 it could not be done.
    #[command(subcommand)]
    Cluster(ClusterCommand),
    /// The Redis nodes of an environment: how they are
    ///
    /// Exit codes: 0 done; 2 a node could not be asked.
    #[command(subcommand)]
    Redis(RedisCommand),
    /// A cluster of local server processes, to try things on
    ///
    /// Exit codes: 0 done; 2 it could not be done.
    #[cfg(target_os = "linux")]
    #[command(subcommand)]
    Lab(LabCommand),
    /// Write a repository to begin with: a system of this one, or a kind Redis of a chart's values
    ///
    /// Asks which system where nobody says it. Files that are there are never written over. Exit codes: 0 done; 2 it could not be done, and nothing was
    /// written.
    Init(InitArgs),
    /// The commands of the config management plugin of Argo CD
    ///
    /// Exit codes: 0 done; 1 the input is wrong; 2 it could not be done.
    #[command(subcommand)]
    Argocd(ArgocdCommand),
    /// Print the script that completes command lines in a shell
    Completion(CompletionArgs),
    /// Print the manual page of redisops or of one of its commands
    Man(ManArgs),
}
