//! Running values and written ones in one spelling: whether a server means by `1073741824` what a file means by `1gb`.

use std::collections::{BTreeMap, BTreeSet};

use super::directive::{Kind, directive};
use super::server::Server;
use super::value::{parse_int, parse_memory};

/// Classes of events that `A` stands for.
const ALL_EVENTS: &str = "g$lshzxetd";

/// Bounds into which servers push a value without a word.
const CLAMPED: [(&str, i64, i64); 1] = [("hz", 1, 500)];

/// Whether a running value is what the lines of a directive say, each with the words behind its name, as that server would read them.
pub fn is_as_written(name: &str, live: &str, lines: &[Vec<&str>], server: Server) -> bool {
    let running: Vec<&str> = live.split_ascii_whitespace().collect();
    let last: &[&str] = lines.last().map_or(&[], Vec::as_slice);
    match name {
        "save" => save_points(lines.iter().map(Vec::as_slice)) == save_points([running.as_slice()]),
        "client-output-buffer-limit" => {
            let live = buffer_limits([running.as_slice()]);
            buffer_limits(lines.iter().map(Vec::as_slice)).iter().all(|(class, limits)| live.get(class) == Some(limits))
        }
        "notify-keyspace-events" => events(last.concat().as_str()) == events(live),
        "oom-score-adj-values" => split(last) == running,
        "latency-tracking-info-percentiles" => {
            let numbers = |words: &[&str]| words.iter().filter_map(|word| word.parse::<f64>().ok()).collect::<Vec<_>>();
            numbers(&split(last)) == numbers(&running)
        }
        "bind" | "replicaof" | "slaveof" | "tls-protocols" | "tls-ciphers" | "tls-ciphersuites" => split(last)
            .iter()
            .map(|word| word.to_ascii_lowercase())
            .eq(running.iter().map(|word| word.to_ascii_lowercase())),
        "dir" => is_directory(live, last.first().copied().unwrap_or("")),
        _ => same_value(name, live, last, server),
    }
}

fn same_value(name: &str, live: &str, words: &[&str], server: Server) -> bool {
    let written = words.join(" ");
    if written == live {
        return true;
    }
    let Some(kind) = kind(name, server) else {
        // A directive of a newer server: what reads alike in every way that servers read values.
        let memory = |text: &str| parse_memory(text);
        return written.eq_ignore_ascii_case(live) || memory(&written).is_some_and(|bytes| memory(live) == Some(bytes));
    };
    match kind {
        Kind::Bool => written.eq_ignore_ascii_case(live),
        Kind::Enum(_) => synonym(name, &written) == synonym(name, live),
        Kind::Flags(_) => flags(&written) == flags(live),
        Kind::Int(..) => number(name, &written).is_some_and(|value| number(name, live) == Some(value)),
        Kind::Memory(..) | Kind::MemoryOrPercent => bytes(&written).is_some_and(|value| bytes(live) == Some(value)),
        Kind::Octal => octal(&written).is_some_and(|value| octal(live) == Some(value)),
        Kind::Ignored => true,
        Kind::Text | Kind::Checked => false,
    }
}

/// What a directive's value is for that server; the newest form where several servers may stand for it.
fn kind(name: &str, server: Server) -> Option<Kind> {
    let known = directive(name)?;
    let bits = server.bits();
    let own = known.forms.iter().rev().find(|form| form.servers & bits != 0);
    own.or(known.forms.last()).map(|form| form.kind)
}

fn split<'a>(words: &[&'a str]) -> Vec<&'a str> {
    words.iter().flat_map(|word| word.split_ascii_whitespace()).collect()
}

/// Snapshots: lines add up, an empty one takes all back.
fn save_points<'a>(lines: impl IntoIterator<Item = &'a [&'a str]>) -> Vec<(i64, i64)> {
    let mut points = Vec::new();
    for line in lines {
        let numbers: Vec<i64> = split(line).into_iter().filter_map(parse_int).collect();
        if numbers.is_empty() {
            points.clear();
        }
        points.extend(numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])));
    }
    points
}

/// Limits of classes of clients; a later one wins.
fn buffer_limits<'a>(lines: impl IntoIterator<Item = &'a [&'a str]>) -> BTreeMap<String, [Option<u64>; 3]> {
    let mut limits = BTreeMap::new();
    for line in lines {
        for part in split(line).chunks_exact(4) {
            let class = part[0].to_ascii_lowercase().replace("slave", "replica");
            limits.insert(class, [bytes_of(part[1]), bytes_of(part[2]), bytes_of(part[3])]);
        }
    }
    limits
}

fn bytes_of(text: &str) -> Option<u64> {
    parse_memory(text)
}

fn events(text: &str) -> BTreeSet<char> {
    let mut classes: BTreeSet<char> = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if classes.remove(&'A') {
        classes.extend(ALL_EVENTS.chars());
    }
    classes
}

/// Enumerations have values with two names.
fn synonym(name: &str, value: &str) -> String {
    let value = value.to_ascii_lowercase();
    match (name, value.as_str()) {
        ("oom-score-adj", "relative") => "yes".to_owned(),
        _ => value,
    }
}

fn flags(text: &str) -> BTreeSet<String> {
    text.split_ascii_whitespace().map(str::to_ascii_lowercase).collect()
}

fn number(name: &str, text: &str) -> Option<i64> {
    // Some numbers are amounts of memory for one version and plain for another.
    let value = parse_int(text).or_else(|| parse_memory(text).and_then(|bytes| i64::try_from(bytes).ok()))?;
    let clamp = CLAMPED.iter().find(|(clamped, ..)| *clamped == name);
    Some(clamp.map_or(value, |(_, low, high)| value.clamp(*low, *high)))
}

/// An amount of memory, or a part of `maxmemory`.
#[derive(PartialEq, Eq)]
enum Amount {
    Bytes(i64),
    Percent(i64),
}

fn bytes(text: &str) -> Option<Amount> {
    if let Some(percent) = text.strip_suffix('%') {
        return parse_int(percent).map(Amount::Percent);
    }
    let plain = || parse_int(text);
    let bytes = parse_memory(text).and_then(|bytes| i64::try_from(bytes).ok());
    bytes.or_else(plain).map(Amount::Bytes)
}

fn octal(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 8).ok()
}

/// Servers tell the whole path of what was written from where they were started.
fn is_directory(live: &str, written: &str) -> bool {
    let clean = |path: &str| match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        rest => rest.to_owned(),
    };
    if written.starts_with('/') {
        return clean(live) == clean(written);
    }
    match written.trim_start_matches("./").trim_end_matches('/') {
        "" | "." => true,
        rest => clean(live).ends_with(&format!("/{rest}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redis::config::parse;

    /// Lines of a file against what `CONFIG GET` says.
    fn same(text: &str, live: &str, version: &str) -> bool {
        let parsed = parse(text);
        let lines: Vec<Vec<&str>> =
            parsed.lines.iter().map(|line| line.arguments.iter().map(|word| word.text.as_str()).collect()).collect();
        is_as_written(&parsed.lines[0].name.text, live, &lines, Server::parse(version))
    }

    #[test]
    fn what_servers_take_for_the_same() {
        for (text, live) in [
            ("maxmemory 1gb", "1073741824"),
            ("maxmemory 1G", "1000000000"),
            ("maxmemory 0", "0"),
            ("repl-backlog-size 1MB", "1048576"),
            ("maxmemory-clients 5%", "5%"),
            ("appendonly YES", "yes"),
            ("maxmemory-policy AllKeys-LRU", "allkeys-lru"),
            ("save 900 1\nsave 300 10", "900 1 300 10"),
            ("save 3600 1 300 100", "3600 1 300 100"),
            ("save 900 1\nsave \"\"", ""),
            ("save \"\"", ""),
            ("save \"900 1\"", "900 1"),
            (
                "client-output-buffer-limit replica 256mb 64mb 60",
                "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
            ),
            ("notify-keyspace-events KEA", "AKE"),
            ("notify-keyspace-events Kg$lshzxetd", "AK"),
            ("notify-keyspace-events xE", "xE"),
            ("notify-keyspace-events \"\"", ""),
            ("hz 1000", "500"),
            ("unixsocketperm 0700", "700"),
            ("oom-score-adj relative", "yes"),
            ("oom-score-adj-values 0 200 800", "0 200 800"),
            ("latency-tracking-info-percentiles 50 99.0", "50 99"),
            ("bind * -::*", "* -::*"),
            ("dir /data/", "/data"),
            ("dir ./", "/var/lib/redis"),
            ("list-max-listpack-size -2", "-2"),
            ("shutdown-on-sigterm nosave now", "now nosave"),
            ("a-directive-of-tomorrow 1kb", "1024"),
        ] {
            assert!(same(text, live, "7.0"), "{text} / {live}");
        }
    }

    #[test]
    fn what_differs() {
        for (text, live) in [
            ("maxmemory 1g", "1073741824"),
            ("maxmemory 2gb", "1073741824"),
            ("maxmemory-clients 5%", "5"),
            ("appendonly yes", "no"),
            ("save 900 1", "900 1 300 10"),
            ("save \"\"", "3600 1 300 100 60 10000"),
            ("save 900 1", ""),
            (
                "client-output-buffer-limit pubsub 1mb 0 60",
                "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
            ),
            ("notify-keyspace-events Ex", "Kx"),
            ("notify-keyspace-events KEA", ""),
            ("dir /data", "/var/lib/redis"),
            ("dir data", "/other"),
            ("logfile A", "a"),
            ("hz 10", "11"),
        ] {
            assert!(!same(text, live, "7.0"), "{text} / {live}");
        }
    }
}
