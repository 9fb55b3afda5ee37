//! The form of the built-in table and the searches in it.

use super::table;

/// Index that stands for "no schema".
pub(super) const NONE: u16 = u16::MAX;
/// Node of the schema that says nothing.
pub(super) const BLANK: u16 = 0;
/// Scope of a kind of which the API description shows no path.
pub(super) const UNKNOWN: u8 = 0;
/// Scope of a kind whose objects live in a namespace.
pub(super) const NAMESPACED: u8 = 1;
/// Scope of a kind whose objects live outside of namespaces.
pub(super) const CLUSTER: u8 = 2;

/// API version of the kinds in a kustomization file, which every set of schemas holds.
const KUSTOMIZATION_API_VERSION: &str = "kustomize.config.k8s.io/v1beta1";
/// What the names of their definitions start with, before the kind.
const KUSTOMIZATION_DEFINITION_PREFIX: &str = "io.k8s.api.apps.v1.";

/// Strings end to end, with the offset after each.
pub(super) struct Strings {
    pub text: &'static str,
    pub ends: &'static [u16],
}

impl Strings {
    fn get(&self, index: usize) -> &'static str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[usize::from(start)..usize::from(self.ends[index])]
    }

    /// Finds `wanted` among the sorted strings from `start` up to `end`.
    fn find(&self, wanted: &str, start: usize, end: usize) -> Option<usize> {
        let (mut low, mut high) = (start, end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle).cmp(wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}

/// How a list merges.
pub(super) struct Patch {
    pub strategy: Option<&'static str>,
    pub keys: &'static [&'static str],
}

/// A schema: a range of `FIELDS`, then indexes of `NODES` and of `PATCHES`.
pub(super) struct Node {
    first_field: u16,
    fields: u16,
    items: u16,
    values: u16,
    patch: u8,
}

/// Keeps the rows of the table short.
pub(super) const fn node(first_field: u16, fields: u16, items: u16, values: u16, patch: u8) -> Node {
    Node { first_field, fields, items, values, patch }
}

fn some(index: u16) -> Option<u16> {
    (index != NONE).then_some(index)
}

/// The node of a field; in a map, the node of its values.
pub(super) fn field(index: u16, name: &str) -> Option<u16> {
    let node = &table::NODES[usize::from(index)];
    let first = usize::from(node.first_field);
    let fields = &table::FIELDS[first..first + usize::from(node.fields)];
    match fields.binary_search_by(|(id, _)| table::FIELD_NAMES.get(usize::from(*id)).cmp(name)) {
        Ok(found) => some(fields[found].1),
        Err(_) => some(node.values),
    }
}

/// The node of the items of a list.
pub(super) fn items(index: u16) -> Option<u16> {
    some(table::NODES[usize::from(index)].items)
}

/// How the list at a node merges.
pub(super) fn patch(index: u16) -> &'static Patch {
    &table::PATCHES[usize::from(table::NODES[usize::from(index)].patch)]
}

fn kind_row(api_version: &str, kind: &str) -> Option<(u16, u8)> {
    let version = table::API_VERSIONS.find(api_version, 0, table::API_VERSIONS.ends.len())?;
    let (first, end) = (usize::from(table::FIRST_KINDS[version]), usize::from(table::FIRST_KINDS[version + 1]));
    table::KIND_NAMES.find(kind, first, end).map(|row| table::KINDS[row])
}

/// The root node of a kind.
pub(super) fn root(api_version: &str, kind: &str) -> Option<u16> {
    kind_row(api_version, kind).and_then(|(root, _)| some(root))
}

/// The root node of a kind that a kustomization file holds.
pub(super) fn kustomization_root(api_version: &str, kind: &str) -> Option<u16> {
    if api_version == KUSTOMIZATION_API_VERSION { root(api_version, kind) } else { None }
}

/// Whether a kind lives in a namespace, if known.
pub(super) fn namespaced(api_version: &str, kind: &str) -> Option<bool> {
    match kind_row(api_version, kind) {
        Some((_, NAMESPACED)) => Some(true),
        Some((_, CLUSTER)) => Some(false),
        _ => None,
    }
}

/// The node of a definition.
pub(super) fn definition(name: &str) -> Option<u16> {
    let names = &table::DEFINITION_NAMES;
    names.find(name, 0, names.ends.len()).and_then(|found| some(table::DEFINITIONS[found]))
}

/// The node of a definition that describes a part of a kustomization file.
pub(super) fn kustomization_definition(name: &str) -> Option<u16> {
    kustomization_root(KUSTOMIZATION_API_VERSION, name.strip_prefix(KUSTOMIZATION_DEFINITION_PREFIX)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_sorted(strings: &Strings, start: usize, end: usize) {
        for index in start + 1..end {
            assert!(strings.get(index - 1) < strings.get(index), "{} is out of order", strings.get(index));
        }
    }

    #[test]
    fn every_index_of_the_table_leads_somewhere() {
        let valid = |index: u16| index == NONE || usize::from(index) < table::NODES.len();
        for node in table::NODES {
            assert!(valid(node.items) && valid(node.values));
            assert!(usize::from(node.first_field + node.fields) <= table::FIELDS.len());
            assert!(usize::from(node.patch) < table::PATCHES.len());
            let first = usize::from(node.first_field);
            let fields = &table::FIELDS[first..first + usize::from(node.fields)];
            assert!(fields.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
        assert!(table::FIELDS.iter().all(|(name, node)| {
            usize::from(*name) < table::FIELD_NAMES.ends.len() && usize::from(*node) < table::NODES.len()
        }));
        assert!(table::DEFINITIONS.iter().all(|node| valid(*node)));
        assert!(table::KINDS.iter().all(|(root, scope)| valid(*root) && *scope <= CLUSTER));
        assert_eq!(table::DEFINITION_NAMES.ends.len(), table::DEFINITIONS.len());
        assert_eq!(table::KIND_NAMES.ends.len(), table::KINDS.len());
        assert_eq!(table::FIRST_KINDS.len(), table::API_VERSIONS.ends.len() + 1);
    }

    #[test]
    fn names_are_sorted_for_the_search() {
        for strings in [&table::FIELD_NAMES, &table::DEFINITION_NAMES, &table::API_VERSIONS] {
            assert_sorted(strings, 0, strings.ends.len());
            assert_eq!(strings.text.len(), usize::from(*strings.ends.last().expect("no table is empty")));
        }
        for pair in table::FIRST_KINDS.windows(2) {
            assert_sorted(&table::KIND_NAMES, usize::from(pair[0]), usize::from(pair[1]));
        }
    }

    #[test]
    fn the_first_node_says_nothing() {
        assert_eq!(field(BLANK, "anything"), None);
        assert_eq!(items(BLANK), None);
        assert_eq!(patch(BLANK).strategy, None);
    }
}
