//! The configuration file of one server.

use std::fmt::Write;
use std::path::Path;

use super::announce::{self, SOCKET};
use super::spec::{Reach, Spec};

/// The port of the cluster bus that belongs to a port for clients.
pub fn bus_port(port: u16) -> u16 {
    port.checked_add(10_000).unwrap_or_else(|| port - 10_000)
}

/// The file for one server: its number, its port, and the folder of its data.
pub fn text(spec: &Spec, number: u16, port: u16, dir: &Path) -> String {
    let mut lines: Vec<(&str, String)> = vec![
        ("bind", announce::address(spec, number, port).host),
        ("dir", dir.display().to_string()),
        ("logfile", "server.log".to_owned()),
        ("daemonize", "no".to_owned()),
        // The command line stays as it was given: it is compared before a signal is sent.
        ("set-proc-title", "no".to_owned()),
        ("save", String::new()),
        ("appendonly", "no".to_owned()),
        ("cluster-enabled", "yes".to_owned()),
        ("cluster-config-file", "nodes.conf".to_owned()),
        ("cluster-node-timeout", spec.node_timeout.as_millis().to_string()),
        ("repl-diskless-sync", "yes".to_owned()),
        ("repl-diskless-sync-delay", "0".to_owned()),
    ];
    if bus_port(port) < port {
        lines.push(("cluster-port", bus_port(port).to_string()));
    }
    if spec.server.at_least(7, 0) {
        // Ending must not wait for replicas that have ended already.
        lines.push(("shutdown-timeout", "0".to_owned()));
    }
    match &spec.reach {
        Reach::Direct => {}
        Reach::Names => {
            lines.push(("cluster-announce-hostname", announce::name(number)));
            lines.push(("cluster-preferred-endpoint-type", "hostname".to_owned()));
        }
        Reach::Namespace { .. } => {
            lines.push(("cluster-announce-ip", announce::address(spec, number, port).host));
            // Nobody else is in the network.
            lines.push(("protected-mode", "no".to_owned()));
            lines.push(("unixsocket", SOCKET.to_owned()));
            lines.push(("unixsocketperm", "700".to_owned()));
        }
    }
    match &spec.tls {
        None => lines.push(("port", port.to_string())),
        Some(tls) => {
            lines.push(("port", "0".to_owned()));
            lines.push(("tls-port", port.to_string()));
            lines.push(("tls-cluster", "yes".to_owned()));
            lines.push(("tls-replication", "yes".to_owned()));
            lines.push(("tls-ca-cert-file", tls.ca.display().to_string()));
            lines.push(("tls-cert-file", tls.cert.display().to_string()));
            lines.push(("tls-key-file", tls.key.display().to_string()));
        }
    }
    if let Some(password) = &spec.password {
        lines.push(("requirepass", password.expose().to_owned()));
        lines.push(("masterauth", password.expose().to_owned()));
    }
    let mut text = String::new();
    for (name, value) in &lines {
        let _ = writeln!(text, "{name} {}", quoted(value));
    }
    for (name, value) in &spec.config {
        // As written: several words are several values.
        let _ = writeln!(text, "{name} {value}");
    }
    text
}

/// A value as one word, whatever is in it.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "./:_-".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let escaped: String =
        value.chars().flat_map(|c| if matches!(c, '"' | '\\') { vec!['\\', c] } else { vec![c] }).collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Layout, Product, ServerProgram};

    #[test]
    fn lines_of_the_caller_come_last() {
        let server = ServerProgram { path: "/s".into(), product: Product::Redis, version: "6.2.14".to_owned() };
        let mut spec = Spec::local("/lab".into(), Layout::new(1, 1, 0).unwrap(), 60_001, server).unwrap();
        spec.config.push(("save".to_owned(), "60 1 300 10".to_owned()));
        let text = text(&spec, 1, 60_001, Path::new("/my \"lab\"/60001"));
        assert!(text.contains("dir \"/my \\\"lab\\\"/60001\"\n"), "{text}");
        assert!(text.contains("cluster-port 50001\n"), "{text}");
        assert!(!text.contains("shutdown-timeout"), "6.2 does not know it: {text}");
        assert!(text.contains("save \"\"\n") && text.ends_with("save 60 1 300 10\n"), "{text}");
    }

    #[test]
    fn the_bus_is_ten_thousand_away() {
        assert_eq!((bus_port(7001), bus_port(55_535), bus_port(55_536)), (17_001, 65_535, 45_536));
    }
}
