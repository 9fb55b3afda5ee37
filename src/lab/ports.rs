//! Ports that are taken, and by whom.

use std::fs;
use std::net::TcpListener;

use crate::diagnostics::Diagnostic;

use super::config::bus_port;
use super::process::command_line;
use super::spec::{Reach, Spec};

/// The ports of this machine that a lab needs: for clients, and, unless servers have a network of their own, for the bus.
fn needed(spec: &Spec) -> Vec<u16> {
    match spec.reach {
        Reach::Namespace { .. } => spec.ports.clone(),
        Reach::Direct | Reach::Names => spec.ports.iter().flat_map(|&port| [port, bus_port(port)]).collect(),
    }
}

/// Says which of the ports that a lab needs are taken.
///
/// # Errors
/// When one is.
pub fn check(spec: &Spec) -> Result<(), Diagnostic> {
    check_on(&spec.host, &needed(spec))
}

fn check_on(host: &str, needed: &[u16]) -> Result<(), Diagnostic> {
    let taken: Vec<u16> = needed.iter().copied().filter(|&port| TcpListener::bind((host, port)).is_err()).collect();
    let Some(first) = taken.first() else { return Ok(()) };
    let list = |ports: &[u16]| ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    let what = match taken.len() {
        1 => format!("port {first} is taken"),
        _ => format!("ports {} are taken", list(&taken)),
    };
    let mut held: Vec<(u32, String, Vec<u16>)> = Vec::new();
    for &port in &taken {
        let Some((pid, command)) = holder(port) else { continue };
        match held.iter_mut().find(|(known, ..)| *known == pid) {
            Some((.., ports)) => ports.push(port),
            None => held.push((pid, command, vec![port])),
        }
    }
    let mut found = Diagnostic::error("redisops::lab::ports", what);
    for (pid, command, ports) in held {
        let verb = if ports.len() == 1 { "is" } else { "are" };
        found = found.note(format!("{} {verb} held by `{command}`, pid {pid}", list(&ports)));
    }
    Err(found.help("end what holds them, or choose others with `--base-port`"))
}

/// The process that listens on a port, where this user may know.
fn holder(port: u16) -> Option<(u32, String)> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listeners(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let processes = fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    for pid in processes {
        let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { continue };
        let links = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        if links.into_iter().any(|link| link.to_str().is_some_and(|link| inodes.iter().any(|inode| inode == link))) {
            return Some((pid, command_line(pid)?.join(" ")));
        }
    }
    None
}

/// Inodes of sockets that listen on a port, from a table of `/proc/net`. State 0A is listening.
fn listeners(table: &str, port: u16) -> Vec<String> {
    let end = format!(":{port:04X}");
    table
        .lines()
        .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.len() > 9 && fields[1].ends_with(&end) && fields[3] == "0A")
        .map(|fields| fields[9].to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_and_its_holder_are_named() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = check_on("127.0.0.1", &[port]).unwrap_err();
        assert_eq!(error.message, format!("port {port} is taken"));
        let holder = error.notes.iter().find(|note| note.starts_with(&format!("{port} is held by"))).unwrap();
        assert!(holder.ends_with(&format!("pid {}", std::process::id())), "{holder}");
    }

    #[test]
    fn tables_of_the_system_are_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1B59 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0 0 10 0
   1: 0100007F:1B59 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 0 100 0 0 10 0";
        assert_eq!(listeners(table, 7001), ["4242"]);
        assert!(listeners(table, 7002).is_empty());
    }
}
