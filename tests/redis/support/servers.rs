//! Which server a test runs on, and where it is.

use std::env;
use std::path::{Path, PathBuf};

use redisops::lab::ServerProgram;

/// A server. All but the first are installed by `ci/setup`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Server {
    /// The `redis-server` of `PATH`: 7.0 on Debian 12.
    Redis70,
    /// Redis 6.2: no `ADDSLOTSRANGE`, no host names, no `CLUSTER SHARDS`.
    Redis62,
    /// Redis 8.2: `CLUSTER SLOT-STATS` with memory.
    Redis82,
    /// Valkey 8.1: `SETSLOT` is replicated.
    Valkey81,
    /// Valkey 9.1: atomic slot migration, databases in a cluster.
    Valkey91,
}

impl Server {
    /// All of them.
    pub const ALL: [Server; 5] =
        [Server::Redis70, Server::Redis62, Server::Redis82, Server::Valkey81, Server::Valkey91];

    /// Where it is.
    pub fn path(self) -> PathBuf {
        let name = match self {
            Server::Redis70 => return PathBuf::from("redis-server"),
            Server::Redis62 => "redis-6.2/redis-server",
            Server::Redis82 => "redis-8.2/redis-server",
            Server::Valkey81 => "valkey-8.1/valkey-server",
            Server::Valkey91 => "valkey-9.1/valkey-server",
        };
        folder().join(name)
    }

    /// The program.
    pub fn program(self) -> ServerProgram {
        ServerProgram::find(&self.path()).unwrap_or_else(|error| {
            panic!("{}: run `ci/setup`, which installs it ({self:?}), or set REDISOPS_SERVERS", error.message)
        })
    }
}

/// As `ci/setup --servers` prints it.
fn folder() -> PathBuf {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("REDISOPS_SERVERS").unwrap_or_else(|| {
        let cache = variable("REDISOPS_CACHE").unwrap_or_else(|| {
            let home = || variable("HOME").expect("a home folder").join(".cache");
            variable("XDG_CACHE_HOME").unwrap_or_else(home).join("redisops-tools")
        });
        Path::new(&cache).join("servers")
    })
}
