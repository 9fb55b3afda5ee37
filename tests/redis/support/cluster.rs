//! A cluster of one test.

use std::path::{Path, PathBuf};

use redisops::lab::{Load, TlsFiles};
use redisops::live::redis::Access;
use redisops::secrets::Secret;
use redisops::slots::Address;
use tempfile::TempDir;

use super::builder::Builder;
use super::digest::Digest;
use super::keeper::Keeper;
use super::node::TestNode;
use super::ports::Ports;
use super::run::{Ran, binary, run};

/// A cluster of real servers, which end when this is dropped.
#[derive(Debug)]
pub struct TestCluster {
    // Dropped in this order: servers end before their ports are free for others and their folder goes.
    pub(super) keeper: Keeper,
    ports: Ports,
    dir: TempDir,
    pub(super) tls: Option<TlsFiles>,
    pub(super) password: Option<Secret>,
}

impl TestCluster {
    /// That many masters with slots, replicas of each, and masters without slots, of Redis 7.0. Nodes count from 1: masters, their replicas in the
    /// same order, spares.
    pub fn start(masters: u16, replicas: u16, spares: u16) -> TestCluster {
        TestCluster::builder().nodes(masters, replicas, spares).start()
    }

    /// For more than that.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(super) fn new(
        keeper: Keeper,
        ports: Ports,
        dir: TempDir,
        tls: Option<TlsFiles>,
        password: Option<Secret>,
    ) -> TestCluster {
        if let Some(password) = &password {
            std::fs::write(dir.path().join("password"), password.expose()).expect("a file");
        }
        TestCluster { keeper, ports, dir, tls, password }
    }

    /// The node of that number, from 1.
    pub fn node(&self, number: u16) -> TestNode<'_> {
        assert!((1..=self.len()).contains(&number), "there is no node {number}");
        TestNode::new(self, number)
    }

    /// All nodes, in their order.
    pub fn nodes(&self) -> impl Iterator<Item = TestNode<'_>> {
        (1..=self.len()).map(|number| self.node(number))
    }

    /// How many nodes there are.
    pub fn len(&self) -> u16 {
        self.ports.numbers().len() as u16
    }

    /// The address of the first node.
    pub fn seed(&self) -> String {
        self.node(1).address().to_string()
    }

    /// A folder for files of the test, which goes with the cluster.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// How its nodes are reached.
    pub fn access(&self) -> Access {
        self.keeper.with(|_, lab| lab.access().clone())
    }

    /// Writes `key:000000` and on, with values of 100 bytes.
    pub fn fill(&self, keys: u64) {
        self.fill_with(Load { keys, value_size: 100 });
    }

    /// Writes those keys.
    pub fn fill_with(&self, load: Load) {
        let filled = self.keeper.with(move |runtime, lab| runtime.block_on(lab.fill(load)));
        filled.unwrap_or_else(|error| panic!("keys cannot be written: {error:#?}"));
    }

    /// All keys with what is in them. Equal before and after when nothing was lost, changed or doubled.
    pub fn digest(&self) -> Digest {
        Digest::of(self)
    }

    /// Runs the built binary with flags that let it in.
    pub fn redisops(&self, arguments: &[&str]) -> Ran {
        let flags = self.flags();
        let all: Vec<&str> = arguments.iter().copied().chain(flags.iter().map(String::as_str)).collect();
        run(binary(), &all, self.dir(), &[])
    }

    /// The flags that let redisops in: `--password-file`, `--tls` and its certificates.
    pub fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        let shown = |path: PathBuf| path.display().to_string();
        if self.password.is_some() {
            flags.extend(["--password-file".to_owned(), shown(self.dir().join("password"))]);
        }
        if let Some(TlsFiles { ca, cert, key }) = self.tls.clone() {
            flags.extend(["--tls".to_owned(), "--cacert".to_owned(), shown(ca)]);
            flags.extend(["--cert".to_owned(), shown(cert), "--key".to_owned(), shown(key)]);
        }
        flags
    }

    /// Runs `redis-cli` with flags that let it in: `redis_cli(&["--cluster", "check", &cluster.seed()])`.
    pub fn redis_cli(&self, arguments: &[&str]) -> Ran {
        let mut all: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        if let Some(TlsFiles { ca, cert, key }) = &self.tls {
            let shown = |path: &PathBuf| path.display().to_string();
            all.extend(["--tls".to_owned(), "--cacert".to_owned(), shown(ca)]);
            all.extend(["--cert".to_owned(), shown(cert), "--key".to_owned(), shown(key)]);
        }
        let password: Vec<(&str, &str)> =
            self.password.iter().map(|password| ("REDISCLI_AUTH", password.expose())).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        run(Path::new("redis-cli"), &all, self.dir(), &password)
    }

    /// Asks the reference whether the cluster is whole.
    #[track_caller]
    pub fn assert_redis_cli_check(&self) {
        let Address { host, port } = self.node(1).address();
        // redis-cli takes addresses of IPv6 without brackets only.
        let ran = self.redis_cli(&["--cluster", "check", &format!("{host}:{port}")]);
        let whole = ran.stdout.contains("[OK] All nodes agree about slots configuration.")
            && ran.stdout.contains("[OK] All 16384 slots covered.")
            && !ran.stdout.contains("[ERR]")
            && !ran.stdout.contains("[WARNING]");
        assert!(whole && ran.code == 0, "redis-cli --cluster check:\n{}{}", ran.stdout, ran.stderr);
    }
}
