//! Servers that announce addresses which cannot be reached from here, as in a network of containers: what an address map is for.
//!
//! A server reaches others by what they announce, so the addresses have to exist for the servers. They do in a network namespace of the servers' own,
//! on its loopback interface; a unix socket of each leads out of it, and a forwarder listens on this machine's ports.

use std::fmt;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

use crate::diagnostics::Diagnostic;
use crate::slots::Address;

use super::process::{Launch, Process};
use super::spec::{Layout, Reach, Spec};

/// A server's socket, in the folder of its data.
pub const SOCKET: &str = "server.sock";

/// What the process that keeps the namespace prints.
pub const NAMESPACE_LOG: &str = "namespace.log";
/// What the forwarder prints.
pub const FORWARDER_LOG: &str = "forwarder.log";

/// The first node has this address in its network, as .1 is the gateway in networks of containers.
const FIRST_HOST: u32 = 11;

/// A network whose addresses servers announce.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    base: Ipv4Addr,
    length: u8,
}

impl Network {
    /// The address of a node, by its number from 1: .11 and on.
    pub fn host(self, number: u16) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.base) + FIRST_HOST + u32::from(number) - 1)
    }

    /// Says so when there is no address for every node.
    ///
    /// # Errors
    /// Then.
    pub fn fits(self, layout: Layout) -> Result<(), Diagnostic> {
        let last = FIRST_HOST + u32::from(layout.nodes()) - 1;
        // The last address of a network is for broadcasts.
        if last < (1 << (32 - u32::from(self.length))) - 1 {
            return Ok(());
        }
        let message =
            format!("{self} has no room for {} nodes, which have the addresses from .{FIRST_HOST} on", layout.nodes());
        Err(Diagnostic::error("redisops::lab::announce", message).help("name a larger network, as in `172.30.0.0/24`"))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.length)
    }
}

/// A text that is no network.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no network: write ADDRESS/LENGTH with a length of 8 to 30, as in 172.30.0.0/24")]
pub struct NoNetwork(String);

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Network, NoNetwork> {
        let no = || NoNetwork(text.to_owned());
        let (address, length) = text.split_once('/').ok_or_else(no)?;
        let address: Ipv4Addr = address.parse().map_err(|_| no())?;
        let length = length.parse().ok().filter(|length| (8..=30).contains(length)).ok_or_else(no)?;
        let base = Ipv4Addr::from(u32::from(address) & (u32::MAX << (32 - u32::from(length))));
        Ok(Network { base, length })
    }
}

/// Why this machine gives no namespaces to this user; nothing where it does.
pub fn obstacle() -> Option<String> {
    let tried = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "ip", "link", "set", "lo", "up"])
        .stdin(Stdio::null())
        .output();
    match tried {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Some(said.lines().next().unwrap_or("`unshare` failed").to_owned())
        }
        Err(error) => Some(format!("`unshare` cannot be run: {error}")),
    }
}

/// Makes the namespace with the addresses of all nodes. A process in it keeps it, and says by its id which it is.
pub fn namespace(spec: &Spec, network: Network, dir: &Path) -> Result<(std::process::Child, Process), Diagnostic> {
    let addresses =
        (1..=spec.layout.nodes()).map(|number| format!("ip address add {}/32 dev lo", network.host(number)));
    let lines: Vec<String> = std::iter::once("ip link set lo up".to_owned()).chain(addresses).collect();
    let script = format!("set -e\n{}\nexec \"$0\" \"$@\"", lines.join("\n"));
    let mut launcher: Vec<String> = ["unshare", "--user", "--map-root-user", "--net", "--"].map(str::to_owned).to_vec();
    launcher.extend(spec.launcher.iter().cloned());
    launcher.extend(["sh".to_owned(), "-c".to_owned(), script]);
    let command = ["sleep", "infinity"].map(str::to_owned).to_vec();
    let log = dir.join(NAMESPACE_LOG);
    let failed =
        |why: String| Diagnostic::error("redisops::lab::announce", format!("the network namespace fails: {why}"));
    let launch = Launch { launcher: &launcher, command, dir, log: log.clone(), detached: spec.detached };
    let (mut child, process) = launch.start().map_err(|error| failed(error.to_string()))?;
    let deadline = Instant::now() + Duration::from_secs(10);
    // It has become what keeps the namespace once all addresses are there.
    while !process.has_begun() {
        let ended = child.try_wait().ok().flatten();
        if ended.is_some() || Instant::now() > deadline {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let _ = child.kill();
            let _ = child.wait();
            return Err(failed(said.lines().last().unwrap_or("it does not come up").to_owned()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok((child, process))
}

/// What stands in front of a server that is to be in the namespace that a process keeps.
pub fn launcher(spec: &Spec, keeper: &Process) -> Vec<String> {
    let enter = ["nsenter", "--preserve-credentials", "--user", "--net", "--target"];
    let mut launcher: Vec<String> = enter.map(str::to_owned).to_vec();
    launcher.extend([keeper.pid.to_string(), "--".to_owned()]);
    launcher.extend(spec.launcher.iter().cloned());
    launcher
}

/// Starts what listens on this machine's ports and leads to the sockets of the servers. Runs in `dir`.
pub fn forwarder(spec: &Spec, redisops: &Path, dir: &Path) -> Result<(std::process::Child, Process), Diagnostic> {
    let mut command = vec![redisops.display().to_string(), "lab".to_owned(), "forward".to_owned()];
    // Relative to its folder, as paths of sockets may have no more than 107 bytes.
    command.extend(spec.ports.iter().map(|port| format!("127.0.0.1:{port}={port}/{SOCKET}")));
    let launch =
        Launch { launcher: &spec.launcher, command, dir, log: dir.join(FORWARDER_LOG), detached: spec.detached };
    launch.start().map_err(|error| {
        Diagnostic::error("redisops::lab::announce", format!("`{}` cannot be started: {error}", redisops.display()))
    })
}

/// The address that a node announces, as `CLUSTER NODES` has it.
pub fn address(spec: &Spec, number: u16, port: u16) -> Address {
    match &spec.reach {
        Reach::Namespace { network, .. } => Address::new(network.host(number).to_string(), port),
        Reach::Direct | Reach::Names => Address::new(&spec.host, port),
    }
}

/// The name that a node announces, where nodes announce names.
pub fn name(number: u16) -> String {
    format!("redis-{number}.lab")
}

/// The map from announced to reachable addresses, as `--map` takes it.
pub fn map(spec: &Spec) -> Vec<String> {
    let nodes = (1u16..).zip(&spec.ports);
    match &spec.reach {
        Reach::Direct => Vec::new(),
        Reach::Names => nodes.map(|(number, _)| format!("{}={}", name(number), spec.host)).collect(),
        Reach::Namespace { network, .. } => {
            nodes.map(|(number, port)| format!("{}:{port}=127.0.0.1:{port}", network.host(number))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read() {
        let network: Network = "172.30.0.7/24".parse().unwrap();
        assert_eq!((network.host(1), network.host(8)), (Ipv4Addr::new(172, 30, 0, 11), Ipv4Addr::new(172, 30, 0, 18)));
        for text in ["", "172.30.0.0", "172.30.0.0/33", "172.30.0.0/7", "172.30.0/24", "fd00::/64"] {
            let error = text.parse::<Network>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is no network: write ADDRESS/LENGTH")), "{error}");
        }
    }

    #[test]
    fn every_node_needs_an_address() {
        let layout = |nodes| Layout::new(nodes, 1, 0).unwrap();
        let small: Network = "10.0.0.0/28".parse().unwrap();
        assert!(small.fits(layout(4)).is_ok());
        let error = small.fits(layout(5)).unwrap_err();
        assert_eq!(error.message, "10.0.0.0/28 has no room for 5 nodes, which have the addresses from .11 on");
    }
}
