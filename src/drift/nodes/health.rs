//! What a node is, beside its configuration: version, modules, saved data, memory.

use serde_json::{Value as Json, json};

use super::super::report::{NodeField, Origin};
use super::answers::Answers;
use super::wanted::{WantedImage, WantedNode};

/// Data may take this share of what is allowed before it is told, in per cent.
const NEARLY_FULL: u64 = 95;

/// A field without more.
pub(super) fn field(path: &str, before: impl Into<Json>, after: impl Into<Json>, fix: &str) -> NodeField {
    NodeField {
        path: path.to_owned(),
        before: before.into(),
        after: after.into(),
        origin: None,
        fix: fix.to_owned(),
        unsaved: false,
    }
}

/// The same field with the line of Git that says so.
pub(super) fn at(field: NodeField, origin: Option<&Origin>) -> NodeField {
    NodeField { origin: origin.cloned(), ..field }
}

/// Everything about the server itself.
pub(super) fn server(node: &WantedNode, live: &Answers) -> Vec<NodeField> {
    let mut fields = Vec::new();
    fields.extend(node.image.as_ref().and_then(|image| version(image, live)));
    fields.extend(modules(node, live));
    fields.extend(persistence(live));
    fields.extend(memory(node, live));
    fields
}

/// Whether the server is the one of the image, as far as the tag says.
fn version(image: &WantedImage, live: &Answers) -> Option<NodeField> {
    let running = live.server();
    if image.server.product.is_some() && image.server.product != running.product {
        let name = |server: crate::redis::config::Server, version: &str| match server.product {
            Some(product) => format!("{} {version}", product.name()),
            None => version.to_owned(),
        };
        let (before, after) = (name(running, live.version()), name(image.server, &image.version));
        return Some(at(field("version", before, after, "restart"), image.origin.as_ref()));
    }
    let fits = live.version() == image.version
        || live.version().strip_prefix(&image.version).is_some_and(|rest| rest.starts_with('.'))
        // Some tags count on: 7.0.15.1 is a build of 7.0.15.
        || image.version.strip_prefix(live.version()).is_some_and(|rest| rest.starts_with('.'));
    let differs = !fits && !live.version().is_empty();
    differs.then(|| at(field("version", live.version(), image.version.as_str(), "restart"), image.origin.as_ref()))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Modules that are missing, and, where the whole command line is known, those that nobody asked for.
fn modules(node: &WantedNode, live: &Answers) -> Option<NodeField> {
    // What has no file, or a name for one, is a part of the server.
    let paths = live.modules.iter().filter_map(|module| module.path.as_deref());
    let loaded: Vec<&str> = paths.filter(|path| path.contains('/')).map(file_name).collect();
    let wanted: Vec<&str> = node.modules.iter().map(|module| file_name(&module.value)).collect();
    let tells_paths = live.modules.iter().all(|module| module.path.is_some());
    let missing = node.modules.iter().find(|module| !loaded.contains(&file_name(&module.value)));
    let missing = missing.filter(|_| tells_paths || live.modules.len() < wanted.len());
    let surplus = node.is_plain && loaded.iter().any(|name| !wanted.contains(name));
    if missing.is_none() && !surplus {
        return None;
    }
    let origin = missing.or(node.modules.first()).and_then(|module| module.origin.as_ref());
    let running: Vec<&str> = match tells_paths {
        true => loaded,
        false => live.modules.iter().map(|module| module.name.as_str()).collect(),
    };
    Some(at(field("modules", json!(running), json!(wanted), "restart"), origin))
}

/// Data that could not be saved.
fn persistence(live: &Answers) -> Vec<NodeField> {
    let failed = |name: &str| live.info.get(name).filter(|status| *status == "err");
    let aof_is_on = live.info.get("aof_enabled") == Some("1");
    let mut fields = Vec::new();
    fields.extend(failed("rdb_last_bgsave_status").map(|it| field("persistence.rdb", it, "ok", "manual")));
    let aof = failed("aof_last_write_status").or_else(|| failed("aof_last_bgrewrite_status")).filter(|_| aof_is_on);
    fields.extend(aof.map(|it| field("persistence.aof", it, "ok", "manual")));
    fields
}

/// Memory that does not fit into the container, and data that fills what it may take.
fn memory(node: &WantedNode, live: &Answers) -> Vec<NodeField> {
    let number = |name: &str| live.info.number(name).unwrap_or(0);
    let (used, maximum) = (number("used_memory"), number("maxmemory"));
    let mut fields = Vec::new();
    if let Some(limit) = &node.limit {
        let of_limit =
            |path: &str, bytes: u64, fix: &str| at(field(path, bytes, limit.text.as_str(), fix), limit.origin.as_ref());
        if maximum > limit.bytes {
            fields.push(of_limit("memory.maxmemory", maximum, "runtime"));
        }
        let resident = number("used_memory_rss").max(used);
        if resident > limit.bytes / 100 * NEARLY_FULL && limit.bytes > 0 {
            fields.push(of_limit("memory.used", resident, "manual"));
        }
    }
    let refuses = live.info.get("maxmemory_policy") == Some("noeviction");
    if refuses && maximum > 0 && used > maximum / 100 * NEARLY_FULL && !fields.iter().any(|it| it.path == "memory.used")
    {
        fields.push(field("memory.used", used, maximum, "manual"));
    }
    fields
}
