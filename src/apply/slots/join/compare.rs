//! A node beside the members: what differs, and which of it breaks a migration. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::Diagnostic;

use super::facts::Facts;

/// From here on Valkey numbers its own format; what lies between belongs to Redis, and neither reads the other's.
const FIRST_OF_VALKEY: u16 = 80;
const FIRST_AFTER_THE_FORK: u16 = 12;

/// Compares a node with the members. Errors break the migration, or clients that are connected now; each carries the name of its check.
pub(super) fn compare(candidate: &Facts, members: &[Facts]) -> Vec<(&'static str, Diagnostic)> {
    let mut found = Vec::new();
    versions(candidate, members, &mut found);
    modules(candidate, members, &mut found);
    users(candidate, members, &mut found);
    config(candidate, members, &mut found);
    unread(candidate, members, &mut found);
    found
}

type Found = Vec<(&'static str, Diagnostic)>;

/// What most members have; of equals, the first in order.
fn usual<'f, T: Ord>(members: &'f [Facts], of: impl Fn(&'f Facts) -> Option<T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in members.iter().filter_map(of) {
        *counts.entry(value).or_default() += 1;
    }
    // The last of the greatest wins, so the order is turned round.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(value, _)| value)
}

fn versions(candidate: &Facts, members: &[Facts], found: &mut Found) {
    let at = &candidate.address;
    let Some(server) = usual(members, |m| Some(&m.server)) else { return };
    let newest = members.iter().filter_map(|m| m.dump_version).max();
    let unreadable = match (newest, candidate.dump_version) {
        (Some(theirs), Some(its)) => {
            theirs > its || its >= FIRST_OF_VALKEY && (FIRST_AFTER_THE_FORK..FIRST_OF_VALKEY).contains(&theirs)
        }
        _ => server.name == candidate.server.name && server.line() > candidate.server.line(),
    };
    if unreadable {
        found.push((
            "version",
            Diagnostic::error(
                "redisops::slots::older-version",
                format!("`{at}` runs {}, which cannot read keys that {server} sends", candidate.server),
            )
            .help("start it with the version of the members"),
        ));
    } else if *server != candidate.server {
        found.push((
            "version",
            Diagnostic::warning(
                "redisops::slots::other-version",
                format!("`{at}` runs {}, the members {server}", candidate.server),
            )
            .note("keys may move to it, but perhaps not back"),
        ));
    }
}

fn modules(candidate: &Facts, members: &[Facts], found: &mut Found) {
    let (Some(usual), Some(own)) = (usual(members, |m| m.modules.as_ref()), candidate.modules.as_ref()) else {
        return;
    };
    let at = &candidate.address;
    for (name, version) in usual {
        match own.get(name) {
            None => found.push((
                "modules",
                Diagnostic::error("redisops::slots::module-missing", format!("`{at}` lacks the module `{name}`"))
                    .note("keys of its types cannot move there, and its commands fail there")
                    .help("load it there as on the members, or go on with `--force modules` if no key needs it"),
            )),
            Some(other) if other != version => found.push((
                "modules",
                Diagnostic::warning(
                    "redisops::slots::module-version",
                    format!("`{at}` has version {other} of the module `{name}`, the members have {version}"),
                ),
            )),
            Some(_) => {}
        }
    }
}

fn users(candidate: &Facts, members: &[Facts], found: &mut Found) {
    let (Some(usual), Some(own)) = (usual(members, |m| m.users.as_ref()), candidate.users.as_ref()) else { return };
    let in_use: BTreeSet<&str> = members.iter().flat_map(|m| &m.in_use).map(String::as_str).collect();
    // Versions spell the same rules in different ways.
    let same_spelling =
        members.iter().all(|m| m.server.name == candidate.server.name && m.server.line() == candidate.server.line());
    let at = &candidate.address;
    for (name, rules) in usual {
        let used = in_use.contains(name.as_str());
        let (message, certain) = match own.get(name) {
            None => (format!("`{at}` lacks the ACL user `{name}`"), true),
            Some(other) if other != rules => {
                let what = rules.differences(other).join(", ");
                (format!("the ACL user `{name}` of `{at}` differs from the members' in: {what}"), same_spelling)
            }
            Some(_) => continue,
        };
        let one = if used && certain {
            Diagnostic::error("redisops::slots::acl-user", message)
                .note("clients are connected as this user now; they would be refused there once it owns slots")
                .help("give it the members' users (`ACL SETUSER`, or their ACL file and `ACL LOAD`), or go on with `--force acl`")
        } else {
            Diagnostic::warning("redisops::slots::acl-user", message)
        };
        found.push(("acl", one));
    }
    for name in own.keys().filter(|name| !usual.contains_key(*name)) {
        let message = format!("`{at}` has the ACL user `{name}`, which the members lack");
        found.push(("acl", Diagnostic::warning("redisops::slots::acl-user", message)));
    }
}

fn config(candidate: &Facts, members: &[Facts], found: &mut Found) {
    let at = &candidate.address;
    let own = |name: &str| candidate.config.get(name).map(String::as_str);
    let theirs = |name: &str| usual(members, |m| m.config.get(name).map(String::as_str));
    for (name, code) in
        [("maxmemory", "redisops::slots::maxmemory"), ("maxmemory-policy", "redisops::slots::maxmemory-policy")]
    {
        if let (Some(own), Some(theirs)) = (own(name), theirs(name))
            && own != theirs
        {
            let message = format!("`{name}` is {own} on `{at}` and {theirs} on the members");
            found.push((
                name,
                Diagnostic::warning(code, message).help("set it as on the members, if that is not meant"),
            ));
        }
    }
    let count = |value: Option<&str>| value.and_then(|v| v.parse::<u32>().ok());
    if let (Some(own), Some(theirs)) = (count(own("cluster-databases")), count(theirs("cluster-databases")))
        && own != theirs
    {
        let message = format!("`{at}` has {own} databases, the members have {theirs}");
        let one = if own < theirs {
            Diagnostic::error("redisops::slots::databases", message)
                .note("keys of the other databases cannot move there")
                .help(format!("start it with `cluster-databases {theirs}`"))
        } else {
            Diagnostic::warning("redisops::slots::databases", message)
        };
        found.push(("databases", one));
    }
    let login =
        |facts: &Facts| Some((facts.config.get("masteruser")?.clone(), facts.config.get("masterauth")?.clone()));
    if let (Some(own), Some(theirs)) = (login(candidate), usual(members, login))
        && own != theirs
    {
        let message = format!("`masteruser` or `masterauth` of `{at}` differs from the members'");
        let one = Diagnostic::warning("redisops::slots::masterauth", message)
            .note("as a replica it would log in to its master with them")
            .help("set both as on the members");
        found.push(("masterauth", one));
    }
}

fn unread(candidate: &Facts, members: &[Facts], found: &mut Found) {
    let mut seen = BTreeSet::new();
    for (topic, error) in candidate.unread.iter().chain(members.iter().flat_map(|m| &m.unread)) {
        if seen.insert(topic) {
            let message = format!("{topic} could not be compared: {error}");
            found.push(("rights", Diagnostic::warning("redisops::slots::not-compared", message)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostics::Severity;
    use crate::redis::Info;

    use super::super::facts::{Rules, Server};
    use super::*;

    fn facts(version: &str) -> Facts {
        Facts {
            address: "127.0.0.1:7007".parse().unwrap(),
            server: Server::of(&Info::parse(&format!("redis_version:{version}"))),
            dump_version: Some(10),
            users: Some(
                ["user default on nopass ~* &* +@all", "user app on #aa ~app:* +@read"]
                    .iter()
                    .filter_map(|line| Rules::line(line))
                    .collect(),
            ),
            in_use: BTreeSet::from(["app".to_owned()]),
            modules: Some(BTreeMap::from([("search".to_owned(), 20)])),
            config: BTreeMap::from([
                ("maxmemory".to_owned(), "0".to_owned()),
                ("cluster-databases".to_owned(), "4".to_owned()),
            ]),
            unread: Vec::new(),
        }
    }

    fn said(change: impl FnOnce(&mut Facts)) -> Vec<String> {
        let mut candidate = facts("7.0.15");
        change(&mut candidate);
        let found = compare(&candidate, &[facts("7.0.15"), facts("7.0.15"), facts("7.0.14")]);
        let mark = |d: &Diagnostic| if d.severity == Severity::Error { "error" } else { "warning" };
        found.iter().map(|(check, d)| format!("{check} {}: {}", mark(d), d.message)).collect()
    }

    #[test]
    fn equal_nodes_have_no_differences() {
        assert_eq!(said(|_| ()), Vec::<String>::new());
    }

    #[test]
    fn what_breaks_a_migration_is_an_error() {
        assert_eq!(
            said(|f| f.modules = Some(BTreeMap::new())),
            ["modules error: `127.0.0.1:7007` lacks the module `search`"]
        );
        assert_eq!(
            said(|f| f.dump_version = Some(9)),
            ["version error: `127.0.0.1:7007` runs Redis 7.0.15, which cannot read keys that Redis 7.0.15 sends"]
        );
        assert_eq!(
            said(|f| {
                f.config.insert("cluster-databases".to_owned(), "1".to_owned());
            }),
            ["databases error: `127.0.0.1:7007` has 1 databases, the members have 4"]
        );
        assert_eq!(
            said(|f| {
                let line = Rules::line("user app on #bb ~app:* +@read").unwrap();
                f.users.as_mut().unwrap().extend([line]);
            }),
            ["acl error: the ACL user `app` of `127.0.0.1:7007` differs from the members' in: passwords"]
        );
    }

    #[test]
    fn what_only_differs_is_a_warning() {
        assert_eq!(
            said(|f| {
                f.server = Server::of(&Info::parse("redis_version:7.2.1"));
                f.users.as_mut().unwrap().remove("default");
                f.config.insert("maxmemory".to_owned(), "100".to_owned());
                f.dump_version = Some(11);
            }),
            [
                "version warning: `127.0.0.1:7007` runs Redis 7.2.1, the members Redis 7.0.15",
                "acl warning: `127.0.0.1:7007` lacks the ACL user `default`",
                "maxmemory warning: `maxmemory` is 100 on `127.0.0.1:7007` and 0 on the members",
            ]
        );
    }

    #[test]
    fn servers_that_went_different_ways_do_not_read_each_other() {
        let mut theirs = facts("8.2.3");
        theirs.dump_version = Some(12);
        let mut valkey = facts("7.2.4");
        valkey.dump_version = Some(80);
        let found = compare(&valkey, &[theirs]);
        assert!(found.iter().any(|(_, d)| d.code == "redisops::slots::older-version"), "Valkey refuses 12 to 79");
    }
}
