//! The merge key `<<`, with kyaml's rules: own keys win and stay in front, of a list of mappings the first wins.

use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Pos};

use super::{Map, Node, Value};

/// The value of a merge key.
pub(super) struct Operand {
    /// Where `<<` stands.
    pub(super) key_pos: Pos,
    /// Where its value stands.
    pub(super) pos: Pos,
    /// The value.
    pub(super) node: Node,
    /// Whether it was written as an alias.
    pub(super) alias: bool,
}

/// Adds the keys of the mappings to be merged.
pub(super) fn apply(map: &mut Map, operand: Operand) -> Result<(), Diagnostic> {
    let Operand { key_pos, pos, node, alias } = operand;
    match node.value {
        Value::Map(merged) => add(map, vec![merged]),
        Value::Seq(items) if !alias => {
            let mut maps = Vec::with_capacity(items.len());
            for item in items {
                let at = item.origin.pos().unwrap_or(pos);
                match item.value {
                    Value::Map(merged) => maps.push(merged),
                    _ => return Err(refuse(key_pos, at)),
                }
            }
            add(map, maps);
        }
        _ => return Err(refuse(key_pos, pos)),
    }
    Ok(())
}

/// Later mappings are set first, so that the first wins; a key keeps the place where it first appears in that order.
fn add(map: &mut Map, maps: Vec<Map>) {
    let own = map.entries.len();
    let mut places: FxHashMap<_, usize> =
        map.entries.iter().enumerate().rev().map(|(i, e)| (e.key.text.clone(), i)).collect();
    for merged in maps.into_iter().rev() {
        for entry in merged.entries {
            match places.get(&entry.key.text) {
                Some(&at) if at < own => {}
                Some(&at) => map.entries[at] = entry,
                None => {
                    places.insert(entry.key.text.clone(), map.entries.len());
                    map.entries.push(entry);
                }
            }
        }
    }
}

fn refuse(key_pos: Pos, pos: Pos) -> Diagnostic {
    Diagnostic::error("redisops::yaml::merge", "a merge key takes a mapping or a list of mappings")
        .label(pos, 1, "neither")
        .label(key_pos, 2, "merge key")
        .help("to have a key that is called `<<`, there is no way in a resource; rename it")
}
