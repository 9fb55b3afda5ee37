//! Where keys go, as a table.

use comfy_table::{Cell, CellAlignment, Table, TableStyle};

use crate::slots::{ClusterState, KeySlot, Shown, hash_tag};

/// A table of the keys, in the order in which they were given.
pub fn key_table(keys: &[Vec<u8>], found: &[KeySlot], cluster: Option<&ClusterState>) -> String {
    let mut table = Table::new();
    let mut header = vec!["KEY", "TAG", "SLOT"];
    header.extend(cluster.map(|_| "OWNER"));
    table.load_style(TableStyle::new()).set_header(header);
    for (key, found) in keys.iter().zip(found) {
        let tag = hash_tag(key).map_or_else(|| "(whole key)".to_owned(), |tag| Shown(tag).to_string());
        let slot = Cell::new(found.slot).set_alignment(CellAlignment::Right);
        let mut row = vec![
            Cell::new(if key.is_empty() { "\"\"".to_owned() } else { Shown(key).to_string() }),
            Cell::new(tag),
            slot,
        ];
        row.extend(cluster.map(|cluster| Cell::new(owner(found, cluster))));
        table.add_row(row);
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn owner(found: &KeySlot, cluster: &ClusterState) -> String {
    match found.owner.iter().flatten().next().and_then(|id| cluster.node(id)) {
        Some(node) => format!("{} {}", node.id.short(), node.address),
        None => "nobody".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::key_slots;

    #[test]
    fn keys_are_shown_without_what_a_terminal_obeys() {
        let state: ClusterState = serde_json::from_str(
            r#"{"nodes":[{"id":"0123456789abcdef","address":"127.0.0.1:7001","role":"master","slots":[[0,12000]]}]}"#,
        )
        .unwrap();
        let keys = [b"{user:1}:a".to_vec(), b"\x1b[2J\xff".to_vec(), b"foo".to_vec(), Vec::new()];
        let found = key_slots(keys.iter().map(Vec::as_slice), Some(&state));
        insta::assert_snapshot!(key_table(&keys, &found, Some(&state)));
        insta::assert_snapshot!(key_table(&keys, &found, None));
    }
}
