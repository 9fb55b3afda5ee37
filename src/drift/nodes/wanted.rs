//! What Git wants of a database: its nodes, their configuration, who follows whom, its users.

use std::sync::Arc;

use crate::redis::acl::Rules;
use crate::redis::config::Server;
use crate::secrets::Secret;

use super::super::report::Origin;

/// How the nodes of a database work together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// One node.
    Standalone,
    /// A master and replicas.
    Replication,
    /// Redis Cluster.
    Cluster,
}

/// A value and the line that says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// The line.
    pub origin: Option<Origin>,
}

/// A database as Git wants it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Its name in reports.
    pub name: String,
    /// How its nodes work together.
    pub mode: Mode,
    /// The namespace of its objects; empty where neither they nor the environment say one.
    pub namespace: String,
    /// The pod that is the master, where Git says so; of a sentinel set-up without such a word the sentinels decide.
    pub master: Option<Written<String>>,
    /// Its nodes. Empty where only the nodes themselves tell who they are.
    pub nodes: Vec<WantedNode>,
    /// Masters of a cluster, where Git says how many.
    pub masters: Option<Written<usize>>,
    /// Sentinels.
    pub sentinels: Option<WantedSentinels>,
    /// Its users; none where Git does not say who they are.
    pub users: Option<Vec<WantedUser>>,
    /// The user that connects: it is no surprise among the users.
    pub own_user: Option<String>,
    /// Passwords that its nodes take from Secrets when they start, those whose values Git has.
    pub passwords: Vec<WantedPassword>,
    /// What is wanted of it where its node is a Service, and what is behind that is the matter of an operator.
    pub service: Option<WantedService>,
}

/// A database that an operator runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WantedService {
    /// The memory of all of it, replicas included.
    pub memory: Option<Limit>,
    /// How many parts its keys are spread over.
    pub shards: u64,
    /// What goes when memory is full.
    pub eviction: Option<Written<String>>,
    /// How data is kept.
    pub persistence: Option<Written<String>>,
    /// The version of its servers.
    pub version: Option<Written<String>>,
    /// Its modules, by name.
    pub modules: Vec<Written<String>>,
    /// Whether clients have to speak TLS.
    pub has_tls: bool,
    /// Fields that Git sets, and that nobody who asks the database is told.
    pub untold: Vec<String>,
}

impl Wanted {
    /// Of that name, and nothing else.
    pub fn empty(name: impl Into<String>) -> Wanted {
        Wanted {
            name: name.into(),
            mode: Mode::Standalone,
            namespace: String::new(),
            master: None,
            nodes: Vec::new(),
            masters: None,
            sentinels: None,
            users: None,
            own_user: None,
            passwords: Vec::new(),
            service: None,
        }
    }

    /// The password that nodes take for a user when they start.
    pub fn password(&self, user: &str) -> Option<&WantedPassword> {
        self.passwords.iter().find(|password| password.user == user)
    }
}

/// A password that nodes take from a Secret when they start.
#[derive(Clone, Debug)]
pub struct WantedPassword {
    /// Whose it is.
    pub user: String,
    /// The Secret, by its rendered name.
    pub secret: String,
    /// Its key.
    pub key: String,
    /// The password.
    pub value: Secret,
    /// Where it stands.
    pub origin: Option<Origin>,
}

impl PartialEq for WantedPassword {
    fn eq(&self, other: &WantedPassword) -> bool {
        let parts = |one: &WantedPassword| (one.user.clone(), one.secret.clone(), one.key.clone(), one.origin.clone());
        parts(self) == parts(other) && self.value.expose() == other.value.expose()
    }
}

impl Eq for WantedPassword {}

/// A node as Git wants it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedNode {
    /// The pod.
    pub pod: String,
    /// The Service that gives pods their names.
    pub service: Option<String>,
    /// The port that its container names or its configuration.
    pub port: Option<u16>,
    /// Directives of its configuration, those that its command line overrides included.
    pub settings: Arc<Vec<WantedSetting>>,
    /// Files of the modules that it loads.
    pub modules: Arc<Vec<Written<String>>>,
    /// Whether all that its command line does can be seen: scripts of an image may load modules.
    pub is_plain: bool,
    /// The image of its server.
    pub image: Option<WantedImage>,
    /// The memory that its container may use.
    pub limit: Option<Limit>,
}

/// A limit of memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limit {
    /// In bytes.
    pub bytes: u64,
    /// As it is written.
    pub text: String,
    /// Where.
    pub origin: Option<Origin>,
}

/// An image of a server whose tag tells the version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedImage {
    /// The server that it holds.
    pub server: Server,
    /// The version in its tag: numbers and dots.
    pub version: String,
    /// Where the image is named.
    pub origin: Option<Origin>,
}

/// A directive and its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedSetting {
    /// The directive, in lower case.
    pub name: String,
    /// The words of each of its lines; one line for most.
    pub lines: Vec<Vec<String>>,
    /// Its line, the last that counts.
    pub origin: Option<Origin>,
}

impl WantedSetting {
    /// The value as it is written.
    pub fn text(&self) -> String {
        self.lines.iter().map(|words| words.join(" ")).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Whether something else than Git completes the value when a pod starts.
    pub fn is_completed_later(&self) -> bool {
        const MARKS: [&str; 3] = ["$(", "${", "<path:"];
        let later = |word: &String| MARKS.iter().any(|mark| word.contains(mark)) || is_placeholder(word);
        self.lines.iter().flatten().any(later)
    }
}

/// `<key>`, `$NAME`, `__NAME__`, `{{ name }}`: what programs replace.
fn is_placeholder(word: &str) -> bool {
    let inside = |open: &str, close: &str| {
        word.len() > open.len() + close.len() && word.starts_with(open) && word.ends_with(close)
    };
    let variable = word.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    });
    variable || inside("<", ">") || inside("__", "__") || word.contains("{{")
}

/// Sentinels as Git wants them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedSentinels {
    /// What they call the master.
    pub master: String,
    /// How many must agree.
    pub quorum: Option<Written<i64>>,
    /// Other statements about the master: `down-after-milliseconds` and its value.
    pub statements: Vec<(String, Written<String>)>,
    /// The sentinels. Empty where only an address map names them.
    pub nodes: Vec<WantedSentinel>,
}

/// A sentinel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedSentinel {
    /// Its pod.
    pub pod: String,
    /// The Service that gives pods their names.
    pub service: Option<String>,
    /// Its port.
    pub port: u16,
}

/// A user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedUser {
    /// Its name and rules.
    pub rules: Rules,
    /// Its line.
    pub origin: Option<Origin>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_later_is_known() {
        let later = |value: &str| {
            WantedSetting { name: "requirepass".into(), lines: vec![vec![value.to_owned()]], origin: None }
                .is_completed_later()
        };
        for value in
            ["$(PASSWORD)", "${PASSWORD}", "$PASSWORD", "<path:kv/a#b>", "<password>", "__POD_IP__", "{{ .x }}"]
        {
            assert!(later(value), "{value}");
        }
        for value in ["1gb", "hunter2", "pa$$word", "$a", "AKE", "g$", "K$", "<>"] {
            assert!(!later(value), "{value}");
        }
    }
}
