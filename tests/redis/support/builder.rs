//! What a cluster of a test is to be.

use std::time::Duration;

use redisops::lab::{Layout, Spec};
use redisops::secrets::Secret;

use super::certificates;
use super::cluster::TestCluster;
use super::keeper::Keeper;
use super::ports::Ports;
use super::servers::Server;

/// What a cluster of a test is to be. Without more it is three masters on Redis 7.0.
#[derive(Clone, Debug)]
pub struct Builder {
    masters: u16,
    replicas: u16,
    spares: u16,
    server: Server,
    host: &'static str,
    node_timeout: Duration,
    password: Option<String>,
    tls: bool,
    config: Vec<(String, String)>,
}

impl Builder {
    pub(super) fn new() -> Builder {
        Builder {
            masters: 3,
            replicas: 0,
            spares: 0,
            server: Server::Redis70,
            host: "127.0.0.1",
            // Long enough for a machine that has other things to do.
            node_timeout: Duration::from_secs(10),
            password: None,
            tls: false,
            config: Vec::new(),
        }
    }

    /// Masters with slots, replicas of each, masters without slots.
    pub fn nodes(self, masters: u16, replicas: u16, spares: u16) -> Builder {
        Builder { masters, replicas, spares, ..self }
    }

    /// Another server.
    pub fn server(self, server: Server) -> Builder {
        Builder { server, ..self }
    }

    /// Addresses of IPv6.
    pub fn ipv6(self) -> Builder {
        Builder { host: "::1", ..self }
    }

    /// TLS only, for clients and between servers; clients need a certificate.
    pub fn tls(self) -> Builder {
        Builder { tls: true, ..self }
    }

    /// A password of the default user.
    pub fn password(self, password: &str) -> Builder {
        Builder { password: Some(password.to_owned()), ..self }
    }

    /// A user, with its rules: `user("mover", "on >secret ~* +@all")`.
    pub fn user(self, name: &str, rules: &str) -> Builder {
        self.config("user", &format!("{name} {rules}"))
    }

    /// How long a node may be silent before it is taken for dead. Short only where a test waits for that.
    pub fn node_timeout(self, node_timeout: Duration) -> Builder {
        Builder { node_timeout, ..self }
    }

    /// A further line of configuration.
    pub fn config(mut self, name: &str, value: &str) -> Builder {
        self.config.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it, and waits until it takes writes and replicas are in sync.
    pub fn start(mut self) -> TestCluster {
        let nodes = self.masters * (1 + self.replicas) + self.spares;
        let layout = Layout::new(nodes, self.masters, self.replicas).expect("a layout");
        let ports = Ports::take(nodes);
        let dir = tempfile::Builder::new().prefix("redisops-test-").tempdir().expect("a folder");
        let program = self.server.program();
        if program.at_least(7, 0) {
            // `DEBUG` makes states that are hard to get otherwise; older servers have it without being told.
            self.config.insert(0, ("enable-debug-command".to_owned(), "yes".to_owned()));
        }
        let lab = dir.path().join("lab");
        let mut spec = Spec::local(lab, layout, ports.numbers()[0], program).expect("ports exist");
        spec.host = self.host.to_owned();
        spec.node_timeout = self.node_timeout;
        spec.password = self.password.map(Secret::new);
        spec.tls = self.tls.then(|| certificates::make(dir.path()));
        spec.config = self.config;
        let (tls, password) = (spec.tls.clone(), spec.password.clone());
        TestCluster::new(Keeper::start(spec), ports, dir, tls, password)
    }
}
