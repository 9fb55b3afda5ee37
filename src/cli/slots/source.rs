//! Where a cluster is looked at: seeds, an environment, or a file.

use crate::cli::args::{AccessArgs, SourceArgs};
use crate::cli::live::Where;
use crate::cli::target;
use crate::diagnostics::{Diagnostic, Diagnostics, did_you_mean};
use crate::environment::{self, Guards};
use crate::live::redis::{Access, Cluster};
use crate::slots::{Address, ClusterState};
use crate::source::LoadRestriction;

use super::context::Context;
use super::environment::live_of;
use super::{access, state_file};

/// Where a cluster is looked at.
#[derive(Debug)]
pub enum Source {
    /// Its nodes are asked.
    Live(Box<Live>),
    /// A file was read.
    Saved(ClusterState),
}

/// A live cluster: where, and how it is reached.
#[derive(Clone, Debug)]
pub struct Live {
    /// How.
    pub access: Access,
    /// Where to ask first.
    pub seeds: Vec<Address>,
    /// Places of nodes whose announced addresses only they themselves tell.
    pub places: Vec<Address>,
    /// Pods, and where they are reached.
    pub pods: Vec<(String, Address)>,
    /// What the environment asks for before something is changed.
    pub guards: Option<Guards>,
    /// The API server that leads to the nodes, where one does.
    pub home: Option<Home>,
}

/// Where the StatefulSets of a cluster are.
#[derive(Clone, Debug)]
pub struct Home {
    /// The cluster that they run in.
    pub cluster: Where,
    /// Their namespace; empty where it is that of the context.
    pub namespace: String,
    /// The name of the one that holds all nodes.
    pub set: String,
    /// The `kind: Redis` of them: each of its shards may have one.
    pub redis: Option<String>,
    /// The port of the nodes.
    pub port: u16,
}

impl Live {
    /// Connects to every node.
    ///
    /// # Errors
    /// When no seed answers as a node of a cluster does, or its nodes are out of reach.
    pub async fn connect(&self) -> Result<Cluster, Diagnostics> {
        let access = self.access.learn_places(&self.places).await;
        Ok(Cluster::connect(&access, &self.seeds).await?)
    }
}

/// What the arguments name: a live cluster, or a file.
///
/// # Errors
/// When they name neither, or it is wrong.
pub fn source(arguments: &SourceArgs, access: &AccessArgs, cx: &Context<'_>) -> Result<Source, Diagnostics> {
    match (&arguments.seed, &arguments.state) {
        (_, Some(path)) => Ok(Source::Saved(state_file::read_state(path, cx.sources)?)),
        (Some(word), None) => Ok(Source::Live(Box::new(live(word, access, cx)?))),
        (None, None) => Err(Diagnostic::error("redisops::slots::no_cluster_named", "no cluster is named")
            .note("options that take several words take every word after them")
            .help("name a node as HOST:PORT, or an environment, before the options; or a file with `--state FILE`")
            .into()),
    }
}

/// The live cluster that a word of the command line names.
///
/// # Errors
/// When the word is neither addresses nor an environment, or the arguments of access are wrong.
pub fn live(word: &str, arguments: &AccessArgs, cx: &Context<'_>) -> Result<Live, Diagnostics> {
    let access = access::resolve(arguments, cx.environment)?;
    if let Some(name) = word.strip_prefix(target::NAME_PREFIX) {
        return live_of(name, access, cx);
    }
    let seeds: Result<Vec<Address>, _> = word.split(',').map(|text| text.trim().parse()).collect();
    match seeds {
        Ok(seeds) => Ok(Live { access, seeds, places: Vec::new(), pods: Vec::new(), guards: None, home: None }),
        // Names of environments have neither colons nor commas.
        Err(error) if word.contains([':', ',']) => {
            Err(Diagnostic::error("redisops::slots::seed", error.to_string()).into())
        }
        Err(_) => match is_environment(word) {
            true => live_of(word, access, cx),
            false => Err(neither(word).into()),
        },
    }
}

fn is_environment(word: &str) -> bool {
    let name = word.split('/').next().unwrap_or(word);
    environments().iter().any(|known| known == name)
}

fn environments() -> Vec<String> {
    match target::Access::of_process(".", true, LoadRestriction::RootOnly) {
        Ok(access) => environment::names(&*access.files, &access.from),
        Err(_) => Vec::new(),
    }
}

fn neither(word: &str) -> Diagnostic {
    let names = environments();
    let message = format!("`{word}` is neither the address of a node nor an environment");
    let found = Diagnostic::error("redisops::slots::seed", message);
    match did_you_mean(word, names.iter().map(String::as_str)) {
        Some(near) => found.help(format!("did you mean the environment `{near}`?")),
        None => found.help("write HOST:PORT, as in 127.0.0.1:7001"),
    }
}
