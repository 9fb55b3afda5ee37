//! Where a cluster is looked at: seeds, an environment, or a file.

use crate::cli::args::AccessArgs;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::{Access, Cluster};
use crate::slots::Address;

use super::access;
use super::context::Context;

/// A live cluster: where, and how it is reached.
#[derive(Clone, Debug)]
pub struct Live {
    /// How.
    pub access: Access,
    /// Where to ask first.
    pub seeds: Vec<Address>,
}

impl Live {
    /// Connects to every node.
    ///
    /// # Errors
    /// When no seed answers as a node of a cluster does, or its nodes are out of reach.
    pub async fn connect(&self) -> Result<Cluster, Diagnostics> {
        Ok(Cluster::connect(&self.access, &self.seeds).await?)
    }
}

/// The live cluster that a word of the command line names.
///
/// # Errors
/// When the word is no address, or the arguments of access are wrong.
pub fn live(word: &str, arguments: &AccessArgs, cx: &Context<'_>) -> Result<Live, Diagnostics> {
    let mut found = Diagnostics::new();
    let access = found.take(access::resolve(arguments, cx.environment));
    let seeds = found.take(seeds(word));
    match (access, seeds) {
        (Some(access), Some(seeds)) => Ok(Live { access, seeds }),
        _ => Err(found),
    }
}

/// Addresses, separated by commas.
///
/// # Errors
/// Every one that is none.
pub fn seeds(word: &str) -> Result<Vec<Address>, Diagnostics> {
    let mut found = Diagnostics::new();
    let read = |text: &str| {
        text.parse()
            .map_err(|error: crate::slots::NoAddress| Diagnostic::error("redisops::slots::seed", error.to_string()))
    };
    let seeds = word.split(',').filter_map(|text| found.take(read(text.trim()))).collect();
    if found.has_errors() { Err(found) } else { Ok(seeds) }
}
