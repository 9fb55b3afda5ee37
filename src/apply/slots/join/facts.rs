//! What of a node matters for keys that move to it and for clients that talk to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ::redis::Value;

use crate::live::redis::{Connection, NodeError};
use crate::redis::Info;
use crate::slots::Address;

use super::super::members::info;

/// What was read of a node. Holds hashes of passwords, so it is never printed.
#[derive(Clone)]
pub(super) struct Facts {
    pub address: Address,
    pub server: Server,
    /// The version of the format that `DUMP` and `MIGRATE` write.
    pub dump_version: Option<u16>,
    /// Users by name, as rules.
    pub users: Option<BTreeMap<String, Rules>>,
    /// Users of connections that are open.
    pub in_use: BTreeSet<String>,
    /// Modules by name, with their versions.
    pub modules: Option<BTreeMap<String, i64>>,
    pub config: BTreeMap<String, String>,
    /// What could not be read, and why.
    pub unread: Vec<(&'static str, NodeError)>,
}

/// Which server, in which version.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Server {
    pub name: &'static str,
    pub version: String,
}

impl Server {
    /// Of `INFO server`.
    pub fn of(info: &Info) -> Server {
        match info.get("valkey_version") {
            Some(version) => Server { name: "Valkey", version: version.to_owned() },
            None => Server { name: "Redis", version: info.get("redis_version").unwrap_or("unknown").to_owned() },
        }
    }

    /// The first two numbers of the version.
    pub fn line(&self) -> (u32, u32) {
        let mut numbers = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// The rules of a user.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rules {
    passwords: BTreeSet<String>,
    others: Vec<String>,
}

impl Rules {
    /// Reads a line of `ACL LIST`. A server writes `sanitize-payload` for users set at run time and leaves it out for those of a file: it is the
    /// default either way.
    pub fn line(text: &str) -> Option<(String, Rules)> {
        let mut words = text.split_ascii_whitespace();
        let name = words.nth(1).filter(|_| text.starts_with("user "))?.to_owned();
        let (passwords, mut others) = words
            .filter(|word| *word != "sanitize-payload")
            .map(str::to_owned)
            .partition::<Vec<_>, _>(|word| word.starts_with('#'));
        settle(&mut others);
        Some((name, Rules { passwords: passwords.into_iter().collect(), others }))
    }

    /// In what they differ, in words that give nothing away.
    pub fn differences(&self, other: &Rules) -> Vec<&'static str> {
        let mut found = BTreeSet::new();
        if self.passwords != other.passwords {
            found.insert("passwords");
        }
        let only = |a: &Rules, b: &Rules| -> Vec<String> {
            a.others.iter().filter(|word| !b.others.contains(word)).cloned().collect()
        };
        for word in only(self, other).iter().chain(&only(other, self)) {
            found.insert(match word.as_bytes().first() {
                Some(b'~' | b'%') => "keys",
                Some(b'&') => "channels",
                Some(b'+' | b'-') => "commands",
                Some(b'(') => "selectors",
                _ if word.ends_with("channels") => "channels",
                _ if word.ends_with("keys") => "keys",
                _ if word.ends_with("commands") => "commands",
                _ if matches!(word.as_str(), "on" | "off") => "on or off",
                _ => "other flags",
            });
        }
        if found.is_empty() && self.others != other.others {
            found.insert("the order of the rules");
        }
        found.into_iter().collect()
    }
}

/// Brings single commands into one order: a server lists them as its hash table has them. The order of categories counts, and that of a command beside its
/// subcommands.
fn settle(rules: &mut [String]) {
    let single = |rule: &String| rule.starts_with(['+', '-']) && !rule.contains('@');
    for run in rules.chunk_by_mut(|a, b| single(a) && single(b)).filter(|run| single(&run[0])) {
        run.sort_by(|a, b| command(a).cmp(command(b)));
        let siblings = |a: &String, b: &String| a.contains('|') && b.contains('|') && command(a) == command(b);
        run.chunk_by_mut(siblings).for_each(|subcommands| subcommands.sort_by(|a, b| a[1..].cmp(&b[1..])));
    }
}

/// `config` of `+config|get`.
fn command(rule: &str) -> &str {
    rule[1..].split('|').next().unwrap_or_default()
}

/// Reads all of it. What the user may not read is noted and left out.
pub(super) async fn facts(connection: &Connection) -> Result<Facts, NodeError> {
    let mut facts = Facts {
        address: connection.address().clone(),
        server: Server::of(&info(connection, "server").await?),
        dump_version: None,
        users: None,
        in_use: BTreeSet::new(),
        modules: None,
        config: BTreeMap::new(),
        unread: Vec::new(),
    };
    if let Some(lines) = read::<Vec<String>>(connection, &mut facts.unread, "ACL LIST").await? {
        facts.users = Some(lines.iter().filter_map(|line| Rules::line(line)).collect());
    }
    if let Some(text) = read::<String>(connection, &mut facts.unread, "CLIENT LIST").await? {
        let fields = text.lines().flat_map(|line| line.split(' ')).filter_map(|field| field.strip_prefix("user="));
        facts.in_use = fields.filter(|user| !user.starts_with('(')).map(str::to_owned).collect();
    }
    if let Some(modules) = read::<Vec<HashMap<String, Value>>>(connection, &mut facts.unread, "MODULE LIST").await? {
        facts.modules = Some(modules.into_iter().filter_map(module).collect());
    }
    for name in ["maxmemory", "maxmemory-policy", "cluster-databases", "masteruser", "masterauth"] {
        let command = format!("CONFIG GET {name}");
        let Some(values) = read::<HashMap<String, String>>(connection, &mut facts.unread, &command).await? else {
            break;
        };
        facts.config.extend(values);
    }
    // Before 7.0 there are no functions.
    let dumped = connection.query::<Vec<u8>>(::redis::cmd("FUNCTION").arg("DUMP")).await;
    facts.dump_version = dumped.ok().as_deref().and_then(dump_version);
    Ok(facts)
}

fn module(fields: HashMap<String, Value>) -> Option<(String, i64)> {
    let name = ::redis::from_redis_value(fields.get("name")?.clone()).ok()?;
    let version = fields.get("ver").and_then(|v| ::redis::from_redis_value(v.clone()).ok()).unwrap_or(0);
    Some((name, version))
}

/// The last ten bytes of a payload are the version, low byte first, and a checksum.
fn dump_version(payload: &[u8]) -> Option<u16> {
    let footer = payload.len().checked_sub(10)?;
    Some(u16::from_le_bytes([payload[footer], payload[footer + 1]]))
}

async fn read<T: ::redis::FromRedisValue>(
    connection: &Connection,
    unread: &mut Vec<(&'static str, NodeError)>,
    command: &str,
) -> Result<Option<T>, NodeError> {
    let mut words = command.split(' ');
    let mut query = ::redis::Cmd::new();
    words.by_ref().for_each(|word| {
        query.arg(word);
    });
    match connection.query(&query).await {
        Ok(value) => Ok(Some(value)),
        // A server without the command has nothing to compare.
        Err(error) if error.code() == Some("ERR") => Ok(None),
        Err(error) if error.code() == Some("NOPERM") => {
            unread.push((topic(command), error));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn topic(command: &str) -> &'static str {
    match command.split(' ').next() {
        Some("ACL") => "ACL users",
        Some("CLIENT") => "which users are in use",
        Some("MODULE") => "modules",
        _ => "maxmemory, policy and databases",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Rules {
        Rules::line(&format!("user app {text}")).unwrap().1
    }

    #[test]
    fn the_spelling_of_a_file_is_no_difference() {
        let set = rules("on sanitize-payload #aa #bb ~app:* resetchannels -@all +get");
        let loaded = rules("on #bb #aa ~app:* resetchannels -@all +get");
        assert!(set == loaded && set.differences(&loaded).is_empty());
    }

    #[test]
    fn the_order_of_single_commands_is_the_servers() {
        assert!(rules("on -@all +get +auth -config +config|get") == rules("on -@all -config +config|get +auth +get"));
        assert!(rules("on -@all +config|set +config|get") == rules("on -@all +config|get +config|set"));
        assert!(rules("on -@all -config +config|get") != rules("on -@all +config|get -config"));
        assert!(rules("on -@all +@read") != rules("on +@read -@all"));
    }

    #[test]
    fn differences_are_named_without_hashes() {
        let here = rules("on #aa ~app:* resetchannels -@all +get");
        for (there, named) in [
            ("off #aa ~app:* resetchannels -@all +get", &["on or off"][..]),
            ("on #cc ~app:* resetchannels -@all +get", &["passwords"]),
            ("on nopass ~* &* +@all", &["channels", "commands", "keys", "other flags", "passwords"]),
            ("on #aa ~app:* resetchannels +get -@all", &["the order of the rules"]),
        ] {
            assert_eq!(here.differences(&rules(there)), named, "{there}");
        }
    }

    #[test]
    fn versions_of_dumps_are_read_from_their_ends() {
        assert_eq!(dump_version(b"\x0a\x00........"), Some(10));
        assert_eq!(dump_version(b"xx\x50\x00........"), Some(80));
        assert_eq!(dump_version(b"short"), None);
    }

    #[test]
    fn servers_by_their_own_names() {
        let valkey = Server::of(&Info::parse("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2\r\n"));
        assert_eq!((valkey.to_string().as_str(), valkey.line()), ("Valkey 9.1.2", (9, 1)));
        assert_eq!(Server::of(&Info::parse("redis_version:7.0.15\r\n")).to_string(), "Redis 7.0.15");
    }
}
