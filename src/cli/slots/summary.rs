//! A cluster in a few lines.

use comfy_table::{Cell, CellAlignment, Table, TableStyle};
use indicatif::{HumanBytes, HumanCount};

use crate::slots::{ClusterState, Node, PerSlot};

/// A table of the nodes, and what is wrong at first sight.
pub fn summary(state: &ClusterState) -> String {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .set_header(["NODE", "ADDRESS", "ROLE", "SLOTS", "RANGES", "KEYS", "BYTES", "MEMORY", "ZONE", ""]);
    let mut nodes: Vec<&Node> = state.nodes.iter().collect();
    let first = |node: &Node| node.slots.iter().next().map_or(u16::MAX, |slot| slot.number());
    nodes.sort_by_key(|node| (!node.is_master(), first(node), node.address.clone()));
    for node in nodes {
        let number = |n: usize| Cell::new(n).set_alignment(CellAlignment::Right);
        let role = match &node.master {
            Some(master) => format!("replica of {}", master.short()),
            None => "master".to_owned(),
        };
        table.add_row([
            Cell::new(node.id.short()),
            Cell::new(&node.address),
            Cell::new(role),
            number(usize::from(node.slots.len())),
            number(node.slots.ranges().count()),
            right(sum(&state.slot_stats.keys, node).map(|keys| HumanCount(keys).to_string())),
            right(sum(&state.slot_stats.bytes, node).map(|bytes| HumanBytes(bytes).to_string())),
            right(node.used_memory.map(|bytes| HumanBytes(bytes).to_string())),
            Cell::new(node.zone.as_deref().unwrap_or("")),
            Cell::new(node.flags.join(",")),
        ]);
    }
    let mut text: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let unowned = state.owners().iter().filter(|owner| owner.is_none()).count();
    if unowned > 0 {
        text.push_str(&format!("{unowned} slots belong to nobody\n"));
    }
    if !state.open.is_empty() {
        text.push_str(&format!("{} open slots\n", state.open.len()));
    }
    text
}

fn right(text: Option<String>) -> Cell {
    Cell::new(text.unwrap_or_default()).set_alignment(CellAlignment::Right)
}

/// Of a node's own slots.
fn sum(table: &PerSlot, node: &Node) -> Option<u64> {
    let table = table.as_ref()?;
    node.is_master().then(|| node.slots.iter().map(|slot| table[slot.index()]).sum())
}
