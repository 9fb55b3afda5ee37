//! Directives whose values have a grammar of their own.

use super::check::{Flaw, Mistake};
use super::parse::{Line, Word};
use super::value::{parse_int, parse_memory};

/// Judges the values of one directive.
type Special = fn(&Line, &[&str]) -> Option<Mistake>;

/// The grammar of a directive, where it has one.
pub(super) fn special(name: &str) -> Option<Special> {
    Some(match name {
        "save" => save,
        "client-output-buffer-limit" => buffer_limits,
        "notify-keyspace-events" => events,
        "oom-score-adj-values" => score_adjustments,
        "replicaof" | "slaveof" => master,
        "latency-tracking-info-percentiles" => percentiles,
        _ => return None,
    })
}

/// Lines that are no settings.
pub(super) fn structural(line: &Line) -> Option<Mistake> {
    let name = line.name.text.as_str();
    let count = line.arguments.len();
    let wanted = match name {
        "include" if count != 1 => "a file: `include /etc/redis/common.conf`",
        "loadmodule" if count == 0 => "a file: `loadmodule /usr/lib/redis/module.so`",
        "rename-command" if count != 2 => "a command and its new name, `\"\"` to take it away",
        "user" if count == 0 => "a name and rules: `user app on >PASSWORD ~app:* +@read`",
        _ => return None,
    };
    let message = format!("`{name}` has {}: the server does not start", counted(count));
    Some(Mistake::new(Flaw::WrongValue, line, &line.name, message).help(format!("write {wanted}")))
}

fn counted(count: usize) -> String {
    match count {
        0 => "no value".to_owned(),
        1 => "one value only".to_owned(),
        _ => format!("{count} values"),
    }
}

fn wrong(line: &Line, word: Option<&Word>, message: String, help: &str) -> Option<Mistake> {
    let message = format!("{message}: the server does not start");
    Some(Mistake::new(Flaw::WrongValue, line, word.unwrap_or(&line.name), message).help(help))
}

fn save(line: &Line, words: &[&str]) -> Option<Mistake> {
    if words == [""] {
        return None;
    }
    let help = "write pairs of seconds and changes, `save 900 1`, or `save \"\"` for no snapshots";
    let parts: Vec<&str> = words.iter().flat_map(|word| word.split_ascii_whitespace()).collect();
    let number = |text: &&str| parse_int(text).is_some_and(|n| (0..=i64::from(i32::MAX)).contains(&n));
    if let Some(bad) = parts.iter().position(|part| !number(part)) {
        let word = line.arguments.get(bad).or(line.arguments.first());
        return wrong(line, word, format!("`{}` is no number of seconds or changes", parts[bad]), help);
    }
    if parts.is_empty() || parts.len() % 2 == 1 {
        return wrong(line, line.arguments.last(), format!("`save` has {}, not pairs", counted(parts.len())), help);
    }
    let never = parts.chunks(2).position(|pair| pair[0] == "0")?;
    wrong(line, line.arguments.get(2 * never), "`save` after 0 seconds".to_owned(), help)
}

fn buffer_limits(line: &Line, words: &[&str]) -> Option<Mistake> {
    let help = "write a class (normal, replica, pubsub), the hard limit, the soft limit and its seconds: \
                `client-output-buffer-limit replica 256mb 64mb 60`";
    let split: Vec<&str> = match words {
        [one] => one.split_ascii_whitespace().collect(),
        _ => words.to_vec(),
    };
    if split.is_empty() || !split.len().is_multiple_of(4) {
        return wrong(line, None, format!("`client-output-buffer-limit` has {}", counted(split.len())), help);
    }
    let bad = split.iter().enumerate().find(|(i, word)| match i % 4 {
        0 => !["normal", "replica", "slave", "pubsub"].iter().any(|class| class.eq_ignore_ascii_case(word)),
        3 => parse_int(word).is_none_or(|seconds| seconds < 0),
        _ => parse_memory(word).is_none(),
    });
    let (at, word) = bad?;
    let what = ["class of clients", "amount of memory", "amount of memory", "number of seconds"][at % 4];
    wrong(line, line.arguments.get(at).or(line.arguments.first()), format!("`{word}` is no {what}"), help)
}

fn events(line: &Line, words: &[&str]) -> Option<Mistake> {
    const CLASSES: &str = "AKEg$lshzxetdmnoc";
    let help = "write letters: K or E (or both), and A or some of g $ l s h z x e t d m n; `\"\"` for no events";
    match words {
        [one] => {
            let bad = one.chars().find(|c| !CLASSES.contains(*c))?;
            wrong(line, line.arguments.first(), format!("`{bad}` is no class of events"), help)
        }
        _ => wrong(line, None, format!("`notify-keyspace-events` has {}", counted(words.len())), help),
    }
}

fn score_adjustments(line: &Line, words: &[&str]) -> Option<Mistake> {
    let parts: Vec<&str> = words.iter().flat_map(|word| word.split_ascii_whitespace()).collect();
    let fits = |text: &&str| parse_int(text).is_some_and(|n| (-2000..=2000).contains(&n));
    let help = "write three numbers from -2000 to 2000: for the master, for replicas, for children that save";
    match parts.iter().position(|part| !fits(part)) {
        Some(bad) => wrong(line, line.arguments.get(bad), format!("`{}` is no adjustment", parts[bad]), help),
        None if parts.len() != 3 => {
            wrong(line, None, format!("`oom-score-adj-values` has {}", counted(parts.len())), help)
        }
        None => None,
    }
}

fn master(line: &Line, words: &[&str]) -> Option<Mistake> {
    let help = "write the host of the master and its port: `replicaof redis-0.redis 6379`";
    let [host, port] = words else {
        return wrong(line, None, format!("`{}` has {}", line.name.text, counted(words.len())), help);
    };
    if host.eq_ignore_ascii_case("no") && port.eq_ignore_ascii_case("one") {
        return None;
    }
    let fits = parse_int(port).is_some_and(|port| (1..=65535).contains(&port));
    if fits { None } else { wrong(line, line.arguments.get(1), format!("`{port}` is no port"), help) }
}

fn percentiles(line: &Line, words: &[&str]) -> Option<Mistake> {
    let mut parts =
        line.arguments.iter().zip(words).flat_map(|(word, text)| text.split_ascii_whitespace().map(move |t| (word, t)));
    let (word, bad) = parts.find(|(_, text)| text.parse::<f64>().ok().is_none_or(|p| !(0.0..=100.0).contains(&p)))?;
    wrong(line, Some(word), format!("`{bad}` is no percentile"), "write numbers from 0 to 100: `50 99 99.9`")
}
