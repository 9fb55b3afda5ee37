//! How a migration is to be done.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::conflict::Side;

/// What is checked before a run, each by the name that `--force` takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Check {
    /// No other run, and no other tool, moves slots.
    Lock,
    /// Every slot has an owner that is alive.
    ClusterOk,
    /// Every giver and taker has a replica that is in step (only with `--require-replicas`).
    Replicas,
    /// What comes fits into the takers.
    Memory,
    /// The nodes agree on who owns what.
    Views,
    /// The user may do all that is needed.
    Rights,
    /// No node is loading its data.
    Loading,
    /// A node that joins has the version of the others.
    Version,
    /// A node that joins has the modules of the others.
    Modules,
    /// A node that joins has the users of the others.
    Acl,
    /// A node that joins has as many databases as the others.
    Databases,
    /// A node that joins takes the functions of the others.
    Functions,
}

impl Check {
    /// All of them.
    pub const ALL: [Check; 12] = [
        Check::Lock,
        Check::ClusterOk,
        Check::Replicas,
        Check::Memory,
        Check::Views,
        Check::Rights,
        Check::Loading,
        Check::Version,
        Check::Modules,
        Check::Acl,
        Check::Databases,
        Check::Functions,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Check::Lock => "lock",
            Check::ClusterOk => "cluster-ok",
            Check::Replicas => "replicas",
            Check::Memory => "memory",
            Check::Views => "views",
            Check::Rights => "rights",
            Check::Loading => "loading",
            Check::Version => "version",
            Check::Modules => "modules",
            Check::Acl => "acl",
            Check::Databases => "databases",
            Check::Functions => "functions",
        }
    }
}

/// A text that names no check.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` is no check: write one of lock, cluster-ok, replicas, memory, views, rights, loading, version, modules, acl, databases, functions"
)]
pub struct NoCheck(pub String);

impl FromStr for Check {
    type Err = NoCheck;

    fn from_str(text: &str) -> Result<Check, NoCheck> {
        Check::ALL.into_iter().find(|check| check.name() == text).ok_or_else(|| NoCheck(text.to_owned()))
    }
}

/// How a migration is to be done.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the 99th percentile of clients' latency may be; nothing for as fast as it gets.
    pub latency_budget: Option<Duration>,
    /// How many givers work at once; nothing for all.
    pub parallel: Option<usize>,
    /// Whether slots move atomically where servers can.
    pub atomic: bool,
    /// Whether slots with keys that break the budget stay where they are.
    pub skip_big_keys: bool,
    /// Which version of a key counts that differs on both sides; nothing for neither.
    pub on_conflict: Option<Side>,
    /// Checks that do not count.
    pub force: BTreeSet<Check>,
    /// Whether every giver and taker needs a replica.
    pub require_replicas: bool,
    /// How long a node that is gone may take to come back or to be replaced by a replica.
    pub failover: Duration,
    /// Where versions of keys that lost are written to.
    pub conflicts: PathBuf,
    /// The user and host that locks name.
    pub holder: String,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            latency_budget: Some(Duration::from_millis(5)),
            parallel: None,
            atomic: true,
            skip_big_keys: false,
            on_conflict: None,
            force: BTreeSet::new(),
            require_replicas: false,
            failover: Duration::from_secs(90),
            conflicts: PathBuf::from("."),
            holder: "unknown".to_owned(),
        }
    }
}

impl Options {
    /// Whether a check counts.
    pub fn checks(&self, check: Check) -> bool {
        !self.force.contains(&check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_have_their_names() {
        for check in Check::ALL {
            assert_eq!(check.name().parse(), Ok(check));
        }
        assert!("everything".parse::<Check>().unwrap_err().to_string().contains("`everything` is no check"));
    }
}
