//! How databases are, as tables.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, Table, TableStyle};
use indicatif::{HumanBytes, HumanCount};
use serde_json::Value as Json;

use crate::diagnostics::render::Style;
use crate::drift::NodeField;
use crate::drift::nodes::{DatabaseStatus, NodeStatus, SentinelStatus};

/// Tables of all databases, and below each what differs from Git.
pub fn table(all: &[DatabaseStatus], style: Style) -> String {
    let mut out = String::new();
    for (index, database) in all.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let _ = writeln!(out, "{} ({})", database.name, database.mode);
        out.push_str(&of_nodes(database));
        if !database.sentinels.is_empty() {
            out.push_str(&of_sentinels(&database.sentinels));
        }
        differences(database, style, &mut out);
    }
    if all.is_empty() {
        out.push_str("the environment has no Redis whose nodes could be asked\n");
    }
    out
}

fn right(text: Option<String>) -> Cell {
    Cell::new(text.unwrap_or_default()).set_alignment(CellAlignment::Right)
}

fn rows(table: &Table) -> String {
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn of_nodes(database: &DatabaseStatus) -> String {
    let mut table = Table::new();
    let is_cluster = database.mode == "cluster";
    let mut header = vec!["NODE", "ADDRESS", "VERSION", "ROLE", "LINK", "LAG"];
    header.extend(is_cluster.then_some("SLOTS"));
    header.extend(["KEYS", "MEMORY", "CLIENTS", "OPS/S", "HITS", "DRIFT"]);
    table.load_style(TableStyle::new()).set_header(header);
    for node in &database.nodes {
        let memory = node.used_memory.map(|used| match node.maxmemory {
            Some(most) if most > 0 => format!("{} of {}", HumanBytes(used), HumanBytes(most)),
            _ => HumanBytes(used).to_string(),
        });
        let mut row = vec![
            Cell::new(short(&node.node)),
            Cell::new(&node.address),
            Cell::new(node.version.as_deref().unwrap_or("")),
            Cell::new(role(node, database)),
            Cell::new(node.link.unwrap_or("")),
            right(node.lag_bytes.map(|bytes| HumanBytes(bytes).to_string())),
        ];
        row.extend(is_cluster.then(|| right(node.slots.map(|slots| slots.to_string()))));
        row.extend([
            right(node.keys.map(|keys| HumanCount(keys).to_string())),
            right(memory),
            right(node.clients.map(|clients| clients.to_string())),
            right(node.ops_per_second.map(|ops| HumanCount(ops).to_string())),
            right(node.hit_ratio.map(|ratio| format!("{:.1} %", ratio * 100.0))),
            Cell::new(trouble(node.error.as_deref(), node.drift.len())),
        ]);
        table.add_row(row);
    }
    rows(&table)
}

fn of_sentinels(sentinels: &[SentinelStatus]) -> String {
    let mut table = Table::new();
    let header = ["SENTINEL", "ADDRESS", "MASTER", "QUORUM", "REPLICAS", "OTHERS", "DRIFT"];
    table.load_style(TableStyle::new()).set_header(header);
    for sentinel in sentinels {
        table.add_row([
            Cell::new(&sentinel.node),
            Cell::new(&sentinel.address),
            Cell::new(sentinel.master.as_deref().unwrap_or("")),
            right(sentinel.quorum.map(|quorum| quorum.to_string())),
            right(sentinel.replicas.map(|count| count.to_string())),
            right(sentinel.others.map(|count| count.to_string())),
            Cell::new(trouble(sentinel.error.as_deref(), sentinel.drift.len())),
        ]);
    }
    rows(&table)
}

/// The name of a pod, or the beginning of a node's id.
fn short(node: &str) -> &str {
    match node.len() == 40 && node.bytes().all(|b| b.is_ascii_hexdigit()) {
        true => &node[..8],
        false => node,
    }
}

fn role(node: &NodeStatus, database: &DatabaseStatus) -> String {
    match (node.role, &node.master) {
        (Some("replica"), Some(master)) => {
            let of = database.nodes.iter().find(|other| other.address == *master);
            format!("replica of {}", of.map_or(master.as_str(), |of| short(&of.node)))
        }
        (Some("master"), _) if node.slots == Some(0) => "spare".to_owned(),
        (Some(role), _) => role.to_owned(),
        (None, _) => String::new(),
    }
}

fn trouble(error: Option<&str>, drift: usize) -> String {
    match (error, drift) {
        (Some(error), _) => error.to_owned(),
        (None, 0) => "none".to_owned(),
        (None, 1) => "1 setting".to_owned(),
        (None, count) => format!("{count} settings"),
    }
}

fn differences(database: &DatabaseStatus, style: Style, out: &mut String) {
    let arrow = if style.unicode { '→' } else { '>' };
    let nodes = database.nodes.iter().map(|node| (node.node.as_str(), &node.drift));
    let sentinels = database.sentinels.iter().map(|it| (it.node.as_str(), &it.drift));
    for (node, drift) in nodes.chain(sentinels) {
        for NodeField { path, before, after, fix, .. } in drift {
            let _ = writeln!(out, "  {} {path}: {} {arrow} {} ({fix})", short(node), value(before), value(after));
        }
    }
}

fn value(value: &Json) -> String {
    match value {
        Json::Null => "-".to_owned(),
        Json::String(text) if !text.is_empty() => text.clone(),
        other => other.to_string(),
    }
}
