//! What stands behind `sentinel` in sentinel.conf.

use crate::diagnostics::did_you_mean;

use super::check::{Flaw, Mistake};
use super::directive::servers_of;
use super::parse::{Line, Parsed, Word};
use super::server::Server;
use super::table::SENTINEL;
use super::value::parse_int;

/// A master that sentinels watch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Monitored {
    /// Its name.
    pub name: String,
    /// How many sentinels have to agree that it is down.
    pub quorum: i64,
    /// The quorum as it is written.
    pub quorum_word: Word,
}

/// The masters that a sentinel.conf watches.
pub fn monitored(parsed: &Parsed) -> Vec<Monitored> {
    let lines = parsed.lines.iter().filter(|line| line.name.text == "sentinel");
    lines
        .filter(|line| line.argument(0).is_some_and(|word| word.eq_ignore_ascii_case("monitor")))
        .filter_map(|line| {
            let quorum = line.arguments.get(4)?;
            let name = line.argument(1)?.to_owned();
            Some(Monitored { name, quorum: quorum.text.parse().ok()?, quorum_word: quorum.clone() })
        })
        .collect()
}

/// How many words stand behind a statement, itself included, and which of them are numbers from 1 on.
fn shape(statement: &str) -> Option<(usize, Option<usize>)> {
    Some(match statement {
        "monitor" => (5, Some(4)),
        "down-after-milliseconds" | "failover-timeout" | "parallel-syncs" => (3, Some(2)),
        "auth-pass" | "auth-user" | "notification-script" | "client-reconfig-script" => (3, None),
        "rename-command" => (4, None),
        "announce-ip"
        | "announce-port"
        | "sentinel-user"
        | "sentinel-pass"
        | "deny-scripts-reconfig"
        | "resolve-hostnames"
        | "announce-hostnames"
        | "myid"
        | "current-epoch" => (2, None),
        _ => return None,
    })
}

/// A `sentinel` line as the server would judge it.
pub(super) fn check_statement(line: &Line, server: Server) -> Option<Mistake> {
    let Some(first) = line.arguments.first() else {
        let message = "`sentinel` without a statement: the server does not start".to_owned();
        let help = "write one: `sentinel monitor mymaster redis-0.redis 6379 2`";
        return Some(Mistake::new(Flaw::WrongValue, line, &line.name, message).help(help));
    };
    let statement = first.text.to_ascii_lowercase();
    let bits = server.bits();
    let known = |word: &(&str, u8)| word.1 & bits != 0;
    match SENTINEL.iter().find(|(word, _)| *word == statement) {
        Some(word) if known(word) => {}
        Some((_, elsewhere)) => {
            let message = format!("{} does not know `sentinel {statement}`: it does not start", server.name());
            let help = format!("remove it, or use a server that knows it: it is known to {}", servers_of(*elsewhere));
            return Some(Mistake::new(Flaw::OtherVersion, line, first, message).help(help));
        }
        None => {
            let near = did_you_mean(&statement, SENTINEL.iter().filter(|word| known(word)).map(|(word, _)| *word));
            if near.is_none() && server.is_newer() {
                return None;
            }
            let message = format!("`sentinel {statement}` is no statement that a server knows: it does not start");
            let help = near.map_or_else(|| "remove it".to_owned(), |near| format!("did you mean `sentinel {near}`?"));
            return Some(Mistake::new(Flaw::Unknown, line, first, message).help(help));
        }
    }
    let (count, number) = shape(&statement)?;
    if line.arguments.len() != count {
        let message = format!(
            "`sentinel {statement}` takes {} values, not {}: the server does not start",
            count - 1,
            line.arguments.len() - 1
        );
        return Some(Mistake::new(Flaw::WrongValue, line, first, message));
    }
    let word = &line.arguments[number?];
    if parse_int(&word.text).is_some_and(|n| n > 0) {
        return None;
    }
    let message = format!("`{}` is no number from 1 on: the server does not start", word.text);
    Some(Mistake::new(Flaw::WrongValue, line, word, message))
}
