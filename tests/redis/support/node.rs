//! One node of a cluster of a test.

use std::fs;
use std::time::Duration;

use redis::{
    Client, ClientTlsConfig, Connection, ConnectionAddr, FromRedisValue, IntoConnectionInfo, RedisConnectionInfo,
    TlsCertificates,
};
use redisops::lab::{Fate, LabNode, Signal};
use redisops::redis::Info;
use redisops::secrets::Secret;
use redisops::slots::{Address, NodeId};

use super::cluster::TestCluster;

/// One node of a cluster.
#[derive(Clone, Copy, Debug)]
pub struct TestNode<'a> {
    cluster: &'a TestCluster,
    number: u16,
}

impl<'a> TestNode<'a> {
    pub(super) fn new(cluster: &'a TestCluster, number: u16) -> TestNode<'a> {
        TestNode { cluster, number }
    }

    /// Its number, from 1.
    pub fn number(self) -> u16 {
        self.number
    }

    fn lab_node(self) -> LabNode {
        self.cluster.keeper.with(move |_, lab| lab.nodes()[usize::from(self.number) - 1].clone())
    }

    /// Its address.
    pub fn address(self) -> Address {
        self.lab_node().address
    }

    /// Its process.
    pub fn pid(self) -> u32 {
        self.lab_node().process.pid
    }

    /// Its identity.
    pub fn id(self) -> NodeId {
        NodeId::from(self.command::<String>(&["CLUSTER", "MYID"]))
    }

    /// A blocking connection, which answers at once even where the cluster would redirect.
    pub fn connection(self) -> Connection {
        let connected = self.try_connection();
        connected.unwrap_or_else(|error| panic!("{} cannot be reached: {error}", self.address()))
    }

    /// The same, where the node may be down.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub fn try_connection(self) -> redis::RedisResult<Connection> {
        let Address { host, port } = self.address();
        let mut settings = RedisConnectionInfo::default().set_skip_set_lib_name();
        if let Some(password) = self.cluster.password.as_ref().map(Secret::expose) {
            settings = settings.set_password(password);
        }
        let client = match &self.cluster.tls {
            None => Client::open(ConnectionAddr::Tcp(host, port).into_connection_info()?.set_redis_settings(settings))?,
            Some(files) => {
                let _ = rustls::crypto::ring::default_provider().install_default();
                let addr = ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None };
                let read = |path| fs::read(path).expect("a certificate");
                let client_tls = Some(ClientTlsConfig { client_cert: read(&files.cert), client_key: read(&files.key) });
                let certificates = TlsCertificates { client_tls, root_cert: Some(read(&files.ca)) };
                Client::build_with_tls(addr.into_connection_info()?.set_redis_settings(settings), certificates)?
            }
        };
        let connection = client.get_connection_with_timeout(Duration::from_secs(5))?;
        connection.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(connection)
    }

    /// Sends a command over a connection of its own, and wants an answer that is no error.
    #[track_caller]
    pub fn command<T: FromRedisValue>(self, words: &[&str]) -> T {
        self.try_command(words).unwrap_or_else(|error| panic!("{} to `{}`: {error}", self.address(), words.join(" ")))
    }

    /// The same, where the answer may be an error.
    ///
    /// # Errors
    /// When the node is not reached, or says no.
    pub fn try_command<T: FromRedisValue>(self, words: &[&str]) -> redis::RedisResult<T> {
        let mut command = redis::cmd(words[0]);
        words[1..].iter().for_each(|word| {
            command.arg(word);
        });
        command.query(&mut self.try_connection()?)
    }

    /// A section of `INFO`.
    #[track_caller]
    pub fn info(self, section: &str) -> Info {
        Info::parse(&self.command::<String>(&["INFO", section]))
    }

    fn signal(self, signal: Signal) {
        let process = self.lab_node().process;
        assert!(process.signal(signal).expect("it may be signalled"), "node {} does not run", self.number);
    }

    /// Ends it at once, as a crash does, and waits until it has.
    pub fn kill9(self) {
        self.signal(Signal::Kill);
        let process = self.lab_node().process;
        let ended =
            self.cluster.keeper.with(move |runtime, _| runtime.block_on(process.ended_within(Duration::from_secs(10))));
        assert!(ended, "node {} does not end", self.number);
    }

    /// Halts it: its sockets stay open, it says nothing.
    pub fn stop(self) {
        self.signal(Signal::Stop);
        while self.fate() != Fate::Stopped {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Lets it go on.
    pub fn cont(self) {
        self.signal(Signal::Cont);
    }

    /// What has become of its process.
    pub fn fate(self) -> Fate {
        self.lab_node().process.fate()
    }

    /// Starts it again after it has ended, with the files it has: its identity and its view of the cluster, and data only where the test has
    /// configured persistence.
    pub fn restart(self) {
        let number = self.number;
        let revived = self.cluster.keeper.with(move |runtime, lab| runtime.block_on(lab.revive(number)));
        revived.unwrap_or_else(|error| panic!("node {number} does not come up: {error:#?}"));
    }
}
