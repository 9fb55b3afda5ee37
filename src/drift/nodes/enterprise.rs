//! Databases of Redis Enterprise: the operator serves each at a Service of its name. What runs behind it is the operator's; what a client is told of it is compared,
//! and what is told to nobody is named as such.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::environment;
use crate::k8s::Resource;
use crate::validate::rules::memory_size;
use crate::validate::{Field, Objects};

use super::super::report::NodeField;
use super::answers::Answers;
use super::health::{at, field};
use super::texts::Places;
use super::wanted::{Limit, Mode, Wanted, WantedNode, WantedService, Written};

/// Their kind.
pub(super) const KIND: &str = "RedisEnterpriseDatabase";
/// The kind of the clusters that they run in.
const CLUSTER: &str = "RedisEnterpriseCluster";
/// Fields of a database that decide what runs, and that no command tells.
const UNTOLD: [&str; 2] = ["replication", "shardCount"];
/// Data may take this share of its memory before it is told, in per cent.
const NEARLY_FULL: u64 = 95;

/// The database that an entry names, where it does not list other nodes itself.
pub(super) fn of_entry<'o>(entry: &environment::Redis, objects: &'o Objects<'_>) -> Option<&'o Resource> {
    let name = entry.resource.strip_prefix(KIND)?.strip_prefix('/')?;
    let found = objects.of_kind(KIND).iter().find(|it| it.name() == name || it.original_name() == name)?;
    let is_own = |key: &str| {
        let host = key.rsplit_once(':').map_or(key, |(host, _)| host);
        [found.name(), found.original_name()].contains(&host.split('.').next().unwrap_or(host))
    };
    let lists = entry.access.as_ref().is_some_and(|access| !access.map.0.iter().all(|(key, _)| is_own(&key.value)));
    (!lists).then_some(*found)
}

/// The databases of the cluster that an entry names, where it does not list nodes itself.
pub(super) fn of_cluster<'o>(entry: &environment::Redis, objects: &'o Objects<'_>) -> Vec<&'o Resource> {
    let lists = entry.access.as_ref().is_some_and(|access| !access.map.is_empty());
    let Some(name) = entry.resource.strip_prefix(CLUSTER).and_then(|rest| rest.strip_prefix('/')) else {
        return Vec::new();
    };
    let clusters = objects.of_kind(CLUSTER);
    let Some(cluster) = clusters.iter().find(|it| it.name() == name || it.original_name() == name) else {
        return Vec::new();
    };
    let is_part =
        |database: &&Resource| match Field::of(database).path(&["spec", "redisEnterpriseCluster", "name"]).text() {
            Some(named) => named == cluster.name(),
            None => clusters.iter().filter(|it| it.namespace() == database.namespace()).count() == 1,
        };
    let beside = objects.of_kind(KIND).iter().copied().filter(|it| it.namespace() == cluster.namespace());
    if lists { Vec::new() } else { beside.filter(is_part).collect() }
}

/// What Git wants of a database.
pub(super) fn wanted(resource: &Resource, name: String, objects: &Objects<'_>, places: Places<'_>) -> Wanted {
    let object = Field::of(resource);
    let spec = object.get("spec");
    let port = spec.get("databasePort").int().and_then(|port| u16::try_from(port).ok());
    let node = WantedNode {
        pod: resource.name().to_owned(),
        service: None,
        port,
        settings: Arc::default(),
        modules: Arc::default(),
        is_plain: false,
        image: None,
        limit: None,
    };
    let origin = |field: &Field<'_>| places(objects.places(field).first()?.pos);
    let written = |field: &Field<'_>| {
        let value = field.text().filter(|text| !text.is_empty())?.to_owned();
        Some(Written { value, origin: origin(field) })
    };
    let size = spec.get("memorySize");
    let memory = size.text().and_then(|text| {
        Some(Limit { bytes: memory_size(text)? as u64, text: text.to_owned(), origin: origin(&size) })
    });
    let service = WantedService {
        memory,
        shards: spec.get("shardCount").int().and_then(|count| u64::try_from(count).ok()).unwrap_or(1).max(1),
        eviction: written(&spec.get("evictionPolicy")),
        persistence: written(&spec.get("persistence")),
        version: written(&spec.get("redisVersion")),
        modules: spec.get("modulesList").items().filter_map(|module| written(&module.get("name"))).collect(),
        has_tls: spec.get("tlsMode").text() == Some("enabled"),
        untold: UNTOLD.into_iter().filter(|name| spec.get(name).is_set()).map(of_spec).collect(),
    };
    Wanted {
        name,
        mode: Mode::Standalone,
        namespace: resource.namespace().to_owned(),
        master: None,
        nodes: vec![node],
        masters: None,
        sentinels: None,
        users: None,
        own_user: None,
        passwords: Vec::new(),
        service: Some(service),
    }
}

fn of_spec(name: &str) -> String {
    format!("spec.{name}")
}

/// The Secret with the password of a database, and its key; none for one that asks for none.
pub(super) fn password(wanted: &Wanted, objects: &Objects<'_>) -> Option<(String, String)> {
    let name = &wanted.nodes.first()?.pod;
    let databases = objects.of_kind(KIND).iter();
    let database = databases.into_iter().find(|it| it.name() == name && it.namespace() == wanted.namespace)?;
    let object = Field::of(database);
    let stated = object.path(&["spec", "databaseSecretName"]);
    match stated.text() {
        Some("") => None,
        Some(secret) => Some((secret.to_owned(), "password".to_owned())),
        None => Some((format!("redb-{name}"), "password".to_owned())),
    }
}

/// What differs on a database, by what it tells, and the fields of its spec that it tells nothing of.
pub(super) fn service(wanted: &WantedService, live: &Answers) -> (Vec<NodeField>, Vec<String>) {
    let mut fields = Vec::new();
    let mut untold = wanted.untold.clone();
    let number = |name: &str| live.info.number(name).unwrap_or(0);
    let config = |name: &str| live.config.get(name).map(String::as_str).filter(|value| !value.is_empty());
    if let Some(size) = &wanted.memory {
        let told = config("maxmemory").and_then(|text| text.parse().ok()).unwrap_or(number("maxmemory"));
        match told {
            0 => untold.push(of_spec("memorySize")),
            told if is_size(size, wanted.shards, told) => {}
            told => fields.push(at(mine("config.maxmemory", told.to_string(), &size.text), size.origin.as_ref())),
        }
        let used = number("used_memory");
        if used > binary(size) / 100 * NEARLY_FULL {
            fields.push(at(field("memory.used", used, size.text.as_str(), "manual"), size.origin.as_ref()));
        }
    }
    if let Some(policy) = &wanted.eviction {
        match config("maxmemory-policy").or_else(|| live.info.get("maxmemory_policy")).filter(|told| !told.is_empty()) {
            None => untold.push(of_spec("evictionPolicy")),
            Some(told) if told == policy.value => {}
            Some(told) => fields.push(written("config.maxmemory-policy", told, policy)),
        }
    }
    if let Some(persistence) = &wanted.persistence {
        let (appends, syncs) = match persistence.value.as_str() {
            "aofEverySecond" => ("yes", Some("everysec")),
            "aofAlways" => ("yes", Some("always")),
            _ => ("no", None),
        };
        match config("appendonly") {
            None => untold.push(of_spec("persistence")),
            Some(told) if told != appends => fields.push(written("config.appendonly", told, persistence)),
            Some(_) => {
                let other = config("appendfsync").filter(|told| syncs.is_some_and(|wanted| wanted != *told));
                fields.extend(other.map(|told| written("config.appendfsync", told, persistence)));
            }
        }
    }
    if let Some(version) = &wanted.version {
        let is_number = version.value.starts_with(|c: char| c.is_ascii_digit());
        let rest = live.version().strip_prefix(version.value.as_str());
        match rest {
            _ if !is_number || live.version().is_empty() => untold.push(of_spec("redisVersion")),
            Some(rest) if rest.is_empty() || rest.starts_with('.') => {}
            _ => fields.push(written("version", live.version(), version)),
        }
    }
    if !wanted.modules.is_empty() {
        let loaded: Vec<&str> = live.modules.iter().map(|module| module.name.as_str()).collect();
        let is_loaded = |name: &str| loaded.iter().any(|other| short(other) == short(name));
        let missing = wanted.modules.iter().find(|module| !is_loaded(&module.value));
        match missing {
            _ if !live.tells_modules => untold.push(of_spec("modulesList")),
            None => {}
            Some(missing) => {
                let names: Vec<&str> = wanted.modules.iter().map(|module| module.value.as_str()).collect();
                fields.push(at(field("modules", json!(loaded), json!(names), "manual"), missing.origin.as_ref()));
            }
        }
    }
    untold.sort();
    (fields, untold)
}

/// The operator mends it.
fn mine(path: &str, before: impl Into<Json>, after: &str) -> NodeField {
    field(path, before, after, "manual")
}

fn written(path: &str, before: &str, wanted: &Written<String>) -> NodeField {
    at(mine(path, before, &wanted.value), wanted.origin.as_ref())
}

/// Bytes of a size, a kilobyte taken for 1024 of them.
fn binary(size: &Limit) -> u64 {
    let factor = if size.text.ends_with("GB") { 1.073_741_824 } else { 1.048_576 };
    (size.bytes as f64 * factor) as u64
}

/// Whether that is the memory of the database, or of a shard of it, with or without its replica: which of them is told is nowhere written.
fn is_size(size: &Limit, shards: u64, told: u64) -> bool {
    let parts = [1, 2, shards, shards * 2];
    let wholes = [size.bytes, binary(size)];
    wholes.into_iter().any(|whole| parts.into_iter().any(|part| told.abs_diff(whole / part) <= whole / part / 1000))
}

/// Names that modules have had.
fn short(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let known = match lower.as_str() {
        "json" | "redisjson" => "rejson",
        "ft" | "redisearch" => "search",
        "bloom" | "rebloom" | "redisbloom" => "bf",
        "redistimeseries" => "timeseries",
        other => other,
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redis::Info;

    fn word(value: &str) -> Option<Written<String>> {
        Some(Written { value: value.to_owned(), origin: None })
    }

    fn database() -> WantedService {
        WantedService {
            memory: Some(Limit { bytes: 1_000_000_000, text: "1GB".to_owned(), origin: None }),
            shards: 4,
            eviction: word("volatile-lru"),
            persistence: word("aofEverySecond"),
            version: word("7.4"),
            modules: word("search").into_iter().collect(),
            has_tls: false,
            untold: vec!["spec.shardCount".to_owned()],
        }
    }

    fn paths(live: &Answers) -> (Vec<String>, Vec<String>) {
        let (fields, untold) = service(&database(), live);
        (fields.into_iter().map(|field| field.path).collect(), untold)
    }

    #[test]
    fn what_a_database_does_not_tell_is_no_difference() {
        // As the proxy of a database answers: no limit, no policy, no settings.
        let live = Answers { info: Info::parse("redis_version:7.4.0\r\nused_memory:1000\r\n"), ..Answers::default() };
        let untold =
            ["spec.evictionPolicy", "spec.memorySize", "spec.modulesList", "spec.persistence", "spec.shardCount"];
        assert_eq!(paths(&live), (vec![], untold.map(str::to_owned).to_vec()));
    }

    #[test]
    fn what_it_tells_is_compared() {
        let info = "redis_version:7.2.1\r\nused_memory:1073000000\r\nmaxmemory_policy:noeviction\r\n";
        let config = [("maxmemory", "5000000"), ("appendonly", "yes"), ("appendfsync", "always")];
        let live = Answers {
            info: Info::parse(info),
            config: config.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            tells_modules: true,
            ..Answers::default()
        };
        let found =
            ["config.maxmemory", "memory.used", "config.maxmemory-policy", "config.appendfsync", "version", "modules"];
        assert_eq!(paths(&live), (found.map(str::to_owned).to_vec(), vec!["spec.shardCount".to_owned()]));
    }

    #[test]
    fn sizes_in_either_base_and_of_a_shard_are_the_same() {
        let size = Limit { bytes: 100_000_000, text: "100MB".to_owned(), origin: None };
        for told in [100_000_000, 104_857_600, 52_428_800, 26_214_400, 13_107_200] {
            assert!(is_size(&size, 4, told), "{told}");
        }
        for told in [1, 90_000_000, 200_000_000, 1 << 30] {
            assert!(!is_size(&size, 4, told), "{told}");
        }
    }
}
