//! What nodes answered.

use std::collections::BTreeMap;

use crate::redis::acl::{Categories, Rules};
use crate::redis::config::{Product, Server};
use crate::redis::{Info, NodeLine};

use super::super::report::CompareError;

/// What came of asking one node.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The pod, or the address where no pod is known.
    pub node: String,
    /// Where it was asked.
    pub address: String,
    /// What it said, or why there is nothing.
    pub said: Result<T, CompareError>,
}

/// What a node says about itself.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// `INFO`.
    pub info: Info,
    /// `CONFIG GET *`.
    pub config: BTreeMap<String, String>,
    /// `ACL LIST`; none where it may not be asked.
    pub users: Option<Vec<Rules>>,
    /// `ACL CAT`, for those who compare rules.
    pub categories: Categories,
    /// `MODULE LIST`.
    pub modules: Vec<Module>,
    /// Whether it answers that.
    pub tells_modules: bool,
    /// `CLUSTER NODES`, of a node of a cluster.
    pub cluster: Option<Vec<NodeLine>>,
    /// The text of its configuration file, where that can be read.
    pub file: Option<String>,
    /// Whether it is a process of this machine that was reached through an address map or an API server: it stands in for a pod, and where it keeps its files and
    /// listens is not what the pod would say.
    pub is_stand_in: bool,
    /// The port that it was reached at.
    pub port: u16,
    /// The zone of the machine under it, where that is known.
    pub zone: Option<String>,
    /// All zones in which its cluster has machines, where that is known.
    pub zones: Vec<String>,
    /// The addresses of the pod or process, as far as they are known: where it was asked, names of the pod.
    pub names: Vec<String>,
}

impl Answers {
    /// The server, by what it says.
    pub fn server(&self) -> Server {
        match self.info.get("valkey_version") {
            Some(version) => Server { product: Some(Product::Valkey), ..Server::parse(version) },
            None => Server { product: Some(Product::Redis), ..Server::parse(self.version()) },
        }
    }

    /// Its version.
    pub fn version(&self) -> &str {
        self.info.get("valkey_version").or_else(|| self.info.get("redis_version")).unwrap_or("")
    }

    /// What it says about itself in `CLUSTER NODES`.
    pub fn own_line(&self) -> Option<&NodeLine> {
        self.cluster.as_ref()?.iter().find(|line| line.myself)
    }

    /// Whether it takes itself for a master.
    pub fn is_master(&self) -> bool {
        self.info.get("role") == Some("master")
    }

    /// Whom it copies: host and port.
    pub fn master(&self) -> Option<(&str, u16)> {
        Some((self.info.get("master_host")?, self.info.number("master_port")?.try_into().ok()?))
    }
}

/// A module that is loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Its file; none where the server does not say, empty where it is part of the server.
    pub path: Option<String>,
}

/// What a sentinel says.
#[derive(Clone, Debug, Default)]
pub struct SentinelAnswers {
    /// Its identity.
    pub id: String,
    /// The masters that it watches.
    pub masters: Vec<WatchedMaster>,
}

/// A master as a sentinel knows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WatchedMaster {
    /// What sentinels call it.
    pub name: String,
    /// All that `SENTINEL MASTERS` says.
    pub fields: BTreeMap<String, String>,
    /// Its replicas: `ip:port` and flags.
    pub replicas: Vec<(String, String)>,
    /// The other sentinels: `runid` and flags.
    pub sentinels: Vec<(String, String)>,
    /// What `SENTINEL CKQUORUM` says when it is not content.
    pub complaint: Option<String>,
}

impl WatchedMaster {
    /// A field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// The address of the master.
    pub fn address(&self) -> String {
        let (host, port) = (self.get("ip").unwrap_or(""), self.get("port").unwrap_or(""));
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}
