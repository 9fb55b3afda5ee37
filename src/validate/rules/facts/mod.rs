//! What rules look at: pods with their labels and containers, servers of Redis with their configuration, the selectors that lead to them.
//!
//! Computed once for a build, whatever the number of rules.

mod amount;
mod config_file;
mod environment;
mod labels;
mod operators;
mod redis_server;
mod workload;

pub use amount::{bytes, quantity};
pub use config_file::{ConfigFile, flaw_place, word_place};
pub use environment::is_production;
pub use labels::{Labels, Selector};
pub use operators::{OperatorService, Pods};
pub use redis_server::{Argument, RedisServer, Role};
pub use workload::{Container, Workload};

use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::super::Objects;

/// Positions in a list.
type Positions = Arc<[usize]>;

/// The facts of a build.
#[derive(Debug, Default)]
pub struct Facts<'a> {
    /// Objects that make pods, in order.
    pub workloads: Vec<Workload<'a>>,
    /// Pods that come to be: of workloads, and of operators that are known.
    pub pods: Vec<Pods<'a>>,
    /// Namespaces in which something makes pods of which nothing is known.
    pub opaque: Vec<String>,
    /// Services that operators make.
    pub operator_services: Vec<OperatorService>,
    /// Files that configure servers.
    pub files: Vec<ConfigFile<'a>>,
    /// Containers that run a server of Redis.
    pub servers: Vec<RedisServer<'a>>,
    /// Positions of pods by namespace and each of their labels.
    by_label: FxHashMap<(String, String, String), Vec<usize>>,
    /// Positions of pods by namespace and selector, of what was asked for.
    selections: Mutex<FxHashMap<(String, String), Positions>>,
}

impl<'a> Facts<'a> {
    /// Of these objects.
    pub fn of(objects: &Objects<'a>) -> Facts<'a> {
        let mut workloads: Vec<Workload<'a>> = Vec::new();
        for kind in workload::KINDS {
            workloads.extend(objects.of_kind(kind).iter().filter_map(|it| Workload::of(objects, it)));
        }
        let mut files = config_file::named(objects);
        let servers = redis_server::servers(objects, &workloads, &mut files);
        for file in &mut files {
            file.mistakes = crate::redis::config::check(&file.parsed, file.server);
        }
        let pods = operators::pods(objects, &workloads);
        let mut by_label: FxHashMap<(String, String, String), Vec<usize>> = FxHashMap::default();
        for (index, pods) in pods.iter().enumerate() {
            for (key, value) in &pods.labels.0 {
                by_label.entry((pods.namespace.clone(), key.clone(), value.clone())).or_default().push(index);
            }
        }
        Facts {
            by_label,
            selections: Mutex::default(),
            pods,
            opaque: operators::opaque(objects),
            operator_services: operators::services(objects),
            workloads,
            files,
            servers,
        }
    }

    /// The workload of a server.
    pub fn workload_of(&self, server: &RedisServer<'_>) -> &Workload<'a> {
        &self.workloads[server.workload]
    }

    /// Whether all pods of a namespace are known, and there are some: then a selector that matches none of them matches nothing.
    pub fn knows_pods_of(&self, namespace: &str) -> bool {
        !self.opaque.iter().any(|it| it == namespace) && self.pods.iter().any(|pods| pods.namespace == namespace)
    }

    /// Whether a selector selects pods of a namespace.
    pub fn selects_any(&self, namespace: &str, selector: &Selector<'_>) -> bool {
        self.candidates(namespace, selector).any(|index| is_selected(&self.pods[index], namespace, selector))
    }

    /// Pods of a namespace that a selector selects.
    pub fn selected(&self, namespace: &str, selector: &Selector<'_>) -> Vec<&Pods<'a>> {
        let key = (namespace.to_owned(), selector.text());
        // In a large build the same selector stands in many places.
        let known = self.selections.lock().get(&key).cloned();
        let found = known.unwrap_or_else(|| {
            let is_selected = |index: &usize| is_selected(&self.pods[*index], namespace, selector);
            let found: Positions = self.candidates(namespace, selector).filter(is_selected).collect();
            self.selections.lock().insert(key, Arc::clone(&found));
            found
        });
        found.iter().map(|index| &self.pods[*index]).collect()
    }

    fn candidates(&self, namespace: &str, selector: &Selector<'_>) -> Box<dyn Iterator<Item = usize> + '_> {
        let list = selector.rarest(|key, value| {
            let key = (namespace.to_owned(), key.to_owned(), value.to_owned());
            self.by_label.get(&key).map_or(&[][..], Vec::as_slice)
        });
        match list {
            Some(positions) => Box::new(positions.iter().copied()),
            None => Box::new(0..self.pods.len()),
        }
    }
}

fn is_selected(pods: &Pods<'_>, namespace: &str, selector: &Selector<'_>) -> bool {
    pods.namespace == namespace && selector.matches(&pods.labels)
}
