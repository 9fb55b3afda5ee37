//! What a configuration amounts to: the settings that decide about memory, persistence and access.

use super::parse::Parsed;
use super::value::parse_memory;

/// A rule for snapshots: after so many seconds when so many keys have changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SavePoint {
    /// Seconds.
    pub seconds: u64,
    /// Changes.
    pub changes: u64,
}

/// What a configuration says of the things that other objects have to fit.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Settings {
    /// `maxmemory` in bytes; none without a limit.
    pub maxmemory: Option<u64>,
    /// `appendonly`; none where it is not said.
    pub append_only: Option<bool>,
    /// Rules for snapshots; none where nothing is said (the server has its own).
    pub save: Option<Vec<SavePoint>>,
    /// Whether clients have to say a password.
    pub has_password: bool,
    /// `port`; 0 is none.
    pub port: Option<u16>,
    /// `tls-port`.
    pub tls_port: Option<u16>,
    /// `cluster-enabled`.
    pub is_cluster: bool,
}

impl Settings {
    /// Of a file, then of what overrides it (a command line).
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a Parsed>) -> Settings {
        let mut settings = Settings::default();
        for part in parts {
            // Several `save` lines of one place add up; those of a later place take the place of all.
            let mut save: Option<Vec<SavePoint>> = None;
            for line in &part.lines {
                let value = line.argument(0).unwrap_or("");
                match line.name.text.as_str() {
                    "maxmemory" => settings.maxmemory = parse_memory(value).filter(|bytes| *bytes > 0),
                    "appendonly" => settings.append_only = Some(value.eq_ignore_ascii_case("yes")),
                    "requirepass" => settings.has_password = !value.is_empty(),
                    "aclfile" => settings.has_password |= !value.is_empty(),
                    "user" => settings.has_password |= value == "default" && !is_open(line.arguments.iter().skip(1)),
                    "port" => settings.port = value.parse().ok(),
                    "tls-port" => settings.tls_port = value.parse().ok(),
                    "cluster-enabled" => settings.is_cluster = value.eq_ignore_ascii_case("yes"),
                    "save" => {
                        let words = line.arguments.iter().flat_map(|word| word.text.split_ascii_whitespace());
                        let numbers: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
                        let points = save.get_or_insert_default();
                        if numbers.is_empty() {
                            points.clear();
                        }
                        let pairs = numbers.chunks_exact(2);
                        points.extend(pairs.map(|pair| SavePoint { seconds: pair[0], changes: pair[1] }));
                    }
                    _ => {}
                }
            }
            settings.save = save.or(settings.save);
        }
        settings
    }

    /// Whether it writes snapshots or a log, said so in the configuration.
    pub fn asks_for_persistence(&self) -> bool {
        self.append_only == Some(true) || self.save.as_ref().is_some_and(|points| !points.is_empty())
    }

    /// Whether it says to keep nothing.
    pub fn refuses_persistence(&self) -> bool {
        self.append_only != Some(true) && self.save.as_ref().is_some_and(Vec::is_empty)
    }
}

/// Whether rules of a user ask for no password.
fn is_open<'a>(rules: impl Iterator<Item = &'a super::Word>) -> bool {
    rules.fold(false, |open, rule| match rule.text.as_str() {
        "nopass" => true,
        "resetpass" | "reset" | "off" => false,
        text if text.starts_with(['>', '#']) => false,
        _ => open,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{parse, parse_arguments};
    use super::*;

    #[test]
    fn a_command_line_overrides_the_file() {
        let file = parse("maxmemory 1gb\nsave 900 1\nsave 300 10\nappendonly no\nuser default on nopass ~* +@all\n");
        let alone = Settings::of([&file]);
        assert_eq!((alone.maxmemory, alone.has_password, alone.asks_for_persistence()), (Some(1 << 30), false, true));
        assert_eq!(alone.save.as_ref().map(Vec::len), Some(2));
        let line = parse_arguments(["--save", "", "--requirepass", "x"]);
        let both = Settings::of([&file, &line]);
        assert!(both.refuses_persistence() && both.has_password);
        assert!(!Settings::default().asks_for_persistence() && !Settings::default().refuses_persistence());
    }
}
