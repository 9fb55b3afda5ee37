//! The configuration file of a server that runs on this machine.
//!
//! No command tells what stands in a server's file. Where the server is a process of this machine its file can be read, through the process, so that
//! containers and namespaces are looked into.

use std::fs;
use std::net::IpAddr;

use crate::redis::Info;
use crate::slots::Address;

/// Seconds by which the age of a process and the uptime of its server may differ.
const SLACK: u64 = 5;
/// Units of times in `/proc` per second, on every Linux that is in use.
const TICKS: u64 = 100;

/// Whether the server is a process of this machine, and the text of its file; the text is empty where it was started without one.
pub(super) fn read(info: &Info, reached: &Address) -> (bool, Option<String>) {
    let is_here = reached.host == "localhost" || reached.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let file = info.get("config_file").unwrap_or("");
    let Some(pid) = info.number("process_id").filter(|pid| is_here && is_server(*pid, info)) else {
        // Where there is no file, nothing stands in it, wherever the server runs.
        return (false, file.is_empty().then(String::new));
    };
    if file.is_empty() {
        return (true, Some(String::new()));
    }
    let inside = fs::read(format!("/proc/{pid}/root{file}"));
    let bytes = inside.or_else(|_| fs::read(file)).ok();
    (true, bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Whether a process of this machine is that server: its program, and its age. A tunnel leads to a server whose number means another process here.
fn is_server(pid: u64, info: &Info) -> bool {
    let Ok(program) = fs::read_to_string(format!("/proc/{pid}/comm")) else { return false };
    let named = ["redis", "valkey"].iter().any(|name| program.contains(name));
    let told = info.get("executable").and_then(|path| path.rsplit('/').next()).unwrap_or("");
    // The system keeps fifteen characters.
    let is_program = named || (!told.is_empty() && told.starts_with(program.trim()));
    let Some((age, up)) = age(pid).zip(info.number("uptime_in_seconds")) else { return false };
    // A script that waits for others before it becomes the server makes the process older; the title of the process says on which port it listens.
    is_program && (age.abs_diff(up) <= SLACK || age > up && listens_by_title(pid, info))
}

/// Whether the title of a process ends in the server's port.
fn listens_by_title(pid: u64, info: &Info) -> bool {
    let title = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    info.get("tcp_port").is_some_and(|port| titled(&title, port))
}

/// Whether a title names a port as servers do: `redis-server *:6379 [cluster]`. One that listens for TLS alone has none.
fn titled(title: &str, port: &str) -> bool {
    let mut words = title.split(|c: char| c == '\0' || c.is_whitespace());
    port != "0" && words.any(|word| word.rsplit_once(':').is_some_and(|(_, told)| told == port))
}

/// Seconds since a process was started.
fn age(pid: u64) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    // Names of programs may have spaces and parentheses.
    let rest = stat.rsplit_once(')')?.1;
    let started: u64 = rest.split_ascii_whitespace().nth(19)?.parse().ok()?;
    let uptime: f64 = uptime.split_ascii_whitespace().next()?.parse().ok()?;
    Some((uptime as u64).saturating_sub(started / TICKS))
}

#[cfg(test)]
mod tests {
    use super::titled;

    #[test]
    fn a_title_names_the_port() {
        assert!(titled("redis-server 127.0.0.1:7000 [cluster]\0\0", "7000"));
        assert!(titled("valkey-server *:6379", "6379"));
        assert!(!titled("redis-server *:6379", "637"));
        assert!(!titled("redis-server\0/etc/redis.conf\0--port\x006379", "6379"));
        assert!(!titled("redis-server *:0", "0"), "a server that listens for TLS alone tells no port");
    }
}
