//! The same cluster as containers.

use std::fmt::{self, Write};

use crate::diagnostics::Diagnostic;

use super::announce::Network;
use super::config::bus_port;
use super::spec::{Layout, Position};

/// The image unless another is named: the release that the tests run on.
pub const IMAGE: &str = "redis:7.0.15";

/// A compose file: a service a node, and one that makes a cluster of them and ends. Its text is [`fmt::Display`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compose {
    layout: Layout,
    base_port: u16,
    network: Network,
    image: String,
}

impl Compose {
    /// For that layout, at consecutive ports, with addresses of that network.
    ///
    /// # Errors
    /// When there are too few ports or addresses, or the name of the image has characters that none has.
    pub fn new(layout: Layout, base_port: u16, network: Network, image: &str) -> Result<Compose, Diagnostic> {
        network.fits(layout)?;
        if u32::from(base_port) + u32::from(layout.nodes()) - 1 > 65_535 {
            let message = format!("{} nodes from port {base_port} on would end above 65535", layout.nodes());
            return Err(Diagnostic::error("redisops::lab::ports", message).help("choose a lower `--base-port`"));
        }
        let known = |c: char| c.is_ascii_alphanumeric() || "./:_-@".contains(c);
        if image.is_empty() || !image.chars().all(known) {
            let message = format!("`{image}` is no name of an image");
            return Err(Diagnostic::error("redisops::lab::compose", message));
        }
        Ok(Compose { layout, base_port, network, image: image.to_owned() })
    }

    fn port(&self, number: u16) -> u16 {
        self.base_port + number - 1
    }

    fn numbers(&self) -> impl Iterator<Item = u16> + use<> {
        1..=self.layout.nodes()
    }

    fn service(&self, number: u16, out: &mut impl Write) -> fmt::Result {
        let (port, host) = (self.port(number), self.network.host(number));
        writeln!(out, "  redis-{number}:")?;
        writeln!(out, "    image: {}", self.image)?;
        writeln!(out, "    command:")?;
        writeln!(out, "    - redis-server")?;
        let bus = bus_port(port);
        for (name, value) in [
            ("port", port.to_string()),
            ("cluster-enabled", "yes".to_owned()),
            ("cluster-port", bus.to_string()),
            ("cluster-announce-ip", host.to_string()),
            ("cluster-node-timeout", "5000".to_owned()),
            ("repl-diskless-sync-delay", "0".to_owned()),
            ("save", String::new()),
            ("appendonly", "no".to_owned()),
            ("protected-mode", "no".to_owned()),
        ] {
            writeln!(out, "    - --{name}\n    - \"{value}\"")?;
        }
        writeln!(out, "    ports: [\"127.0.0.1:{port}:{port}\"]")?;
        writeln!(out, "    networks: {{lab: {{ipv4_address: {host}}}}}")?;
        writeln!(out, "    healthcheck:")?;
        writeln!(out, "      test: [CMD, redis-cli, -p, \"{port}\", ping]")?;
        writeln!(out, "      interval: 1s\n      timeout: 2s\n      retries: 30")
    }

    /// What makes a cluster of servers that know nobody. Run again, it finds the cluster and ends. A dollar is written twice in compose files.
    fn script(&self) -> String {
        let at = |number: u16| format!("{}:{}", self.network.host(number), self.port(number));
        let is_replica = |number: &u16| matches!(self.layout.position(*number), Position::Replica(_));
        let list = |numbers: Vec<u16>| numbers.into_iter().map(at).collect::<Vec<_>>().join(" ");
        let replicas: Vec<u16> = self.numbers().filter(is_replica).collect();
        let mut lines = vec![
            "set -eu".to_owned(),
            format!("nodes=\"{}\"", list(self.numbers().collect())),
            format!("replicas=\"{}\"", list(replicas.clone())),
            "at() { node=$$1; shift; redis-cli -e -h \"$${node%:*}\" -p \"$${node#*:}\" \"$$@\"; }".to_owned(),
            "all() { for node in $$1; do until eval \"$$2\"; do sleep 0.2; done; done; }".to_owned(),
            format!("if at {} CLUSTER INFO | grep -q cluster_state:ok; then exit 0; fi", at(1)),
        ];
        for number in self.numbers() {
            match self.layout.position(number) {
                Position::Master(range) => {
                    let (first, last) = (range.first().number(), range.last().number());
                    lines.push(format!("at {} CLUSTER SET-CONFIG-EPOCH {number}", at(number)));
                    lines.push(format!("at {} CLUSTER ADDSLOTSRANGE {first} {last}", at(number)));
                }
                Position::Spare => lines.push(format!("at {} CLUSTER SET-CONFIG-EPOCH {number}", at(number))),
                Position::Replica(_) => {}
            }
        }
        for number in self.numbers().skip(1) {
            let (host, port) = (self.network.host(number), self.port(number));
            lines.push(format!("at {} CLUSTER MEET {host} {port} {}", at(1), bus_port(port)));
        }
        let count =
            |filter: &str, count: usize| format!("[ $$(at $$node CLUSTER NODES | grep -c {filter}) = {count} ]");
        // redis-cli ends its reply with an empty line.
        let known = count("-v -e handshake -e \"^$$\"", usize::from(self.layout.nodes()));
        lines.push(format!("all \"$$nodes\" '{known}'"));
        for &number in &replicas {
            if let Position::Replica(master) = self.layout.position(number) {
                lines.push(format!("at {} CLUSTER REPLICATE \"$$(at {} CLUSTER MYID)\"", at(number), at(master)));
            }
        }
        lines.push("all \"$$nodes\" 'at $$node CLUSTER INFO | grep -q cluster_state:ok'".to_owned());
        lines.push(format!("all \"$$nodes\" '{}'", count("slave", replicas.len())));
        lines.push("all \"$$replicas\" 'at $$node INFO replication | grep -q master_link_status:up'".to_owned());
        lines.push("echo the cluster takes writes".to_owned());
        lines.join("\n")
    }
}

impl fmt::Display for Compose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# A Redis Cluster of {} nodes, written by `redisops lab compose`.", self.layout.nodes())?;
        writeln!(
            f,
            "# Nodes announce addresses of a network that only they have; from here ports of 127.0.0.1 lead to them:"
        )?;
        for number in self.numbers() {
            let (host, port) = (self.network.host(number), self.port(number));
            writeln!(f, "#   --map {host}:{port}=127.0.0.1:{port}")?;
        }
        writeln!(f, "name: redisops-lab")?;
        writeln!(f, "services:")?;
        for number in self.numbers() {
            self.service(number, f)?;
        }
        writeln!(f, "  cluster:")?;
        writeln!(f, "    image: {}", self.image)?;
        writeln!(f, "    networks: [lab]")?;
        writeln!(f, "    depends_on:")?;
        for number in self.numbers() {
            writeln!(f, "      redis-{number}: {{condition: service_healthy}}")?;
        }
        writeln!(f, "    entrypoint: [sh, -c]")?;
        writeln!(f, "    command:")?;
        writeln!(f, "    - |")?;
        for line in self.script().lines() {
            writeln!(f, "      {line}")?;
        }
        writeln!(f, "networks:")?;
        writeln!(f, "  lab:")?;
        writeln!(f, "    ipam:")?;
        writeln!(f, "      config: [{{subnet: {}}}]", self.network)
    }
}
