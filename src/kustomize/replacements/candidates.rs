//! Which objects a replacement reads and writes.
//!
//! An object is known by its current identity and by all earlier ones, always with its current group and version. Unlike elsewhere, the namespace of the
//! current identity is taken as written, so that a target selector `namespace: default` does not select an object without a namespace.

use rustc_hash::FxHashMap;

use crate::k8s::{DEFAULT_NAMESPACE, Pattern, Resource, Selector, parse_api_version};

/// An identity of an object: kind, name, namespace.
pub(super) struct Id<'r> {
    pub(super) kind: &'r str,
    pub(super) name: &'r str,
    pub(super) namespace: &'r str,
}

/// The current and the earlier identities of an object.
pub(super) fn ids(resource: &Resource) -> impl Iterator<Item = Id<'_>> {
    let current = Id { kind: resource.kind(), name: resource.name(), namespace: resource.namespace() };
    let earlier = resource.previous.iter().map(|p| Id { kind: &p.kind, name: &p.name, namespace: &p.namespace });
    std::iter::once(current).chain(earlier)
}

/// Whether group, version, kind, name and namespace of a selector match one identity.
pub(super) fn is_selected(selector: &Selector, resource: &Resource) -> bool {
    let (group, version) = parse_api_version(resource.api_version());
    selector.group.matches(group)
        && selector.version.matches(version)
        && ids(resource).any(|id| {
            selector.kind.matches(id.kind) && selector.name.matches(id.name) && selector.namespace.matches(id.namespace)
        })
}

/// What a source names: plain texts, empty ones match anything.
#[derive(Debug)]
pub(super) struct SourceId<'r> {
    pub(super) group: &'r str,
    pub(super) version: &'r str,
    pub(super) kind: &'r str,
    pub(super) name: &'r str,
    pub(super) namespace: &'r str,
}

impl SourceId<'_> {
    /// Whether one identity of the object is meant.
    pub(super) fn selects(&self, resource: &Resource) -> bool {
        fn scope(namespace: &str) -> &str {
            if namespace.is_empty() { DEFAULT_NAMESPACE } else { namespace }
        }
        fn fits(wanted: &str, found: &str) -> bool {
            wanted.is_empty() || wanted == found
        }
        let (group, version) = parse_api_version(resource.api_version());
        fits(self.group, group)
            && fits(self.version, version)
            && ids(resource).any(|id| {
                fits(self.kind, id.kind)
                    && fits(self.name, id.name)
                    && (self.namespace.is_empty() || self.namespace == scope(id.namespace))
            })
    }
}

/// Positions of objects by name and by kind, of any of their identities. A replacement that renames an object adds to it; what is outdated is found by
/// looking at the object.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    names: FxHashMap<String, Vec<u32>>,
    kinds: FxHashMap<String, Vec<u32>>,
    len: usize,
}

impl Candidates {
    pub(super) fn new(list: &[Resource]) -> Candidates {
        let mut candidates = Candidates { len: list.len(), ..Candidates::default() };
        for (position, resource) in list.iter().enumerate() {
            candidates.add(position, resource);
        }
        candidates
    }

    /// Adds the identities of an object.
    pub(super) fn add(&mut self, position: usize, resource: &Resource) {
        for id in ids(resource) {
            add(&mut self.names, id.name, position as u32);
            add(&mut self.kinds, id.kind, position as u32);
        }
    }

    /// All objects that may have that name and that kind, and perhaps others, in order.
    pub(super) fn find(&self, name: Option<&str>, kind: Option<&str>) -> Vec<usize> {
        let listed = match (name, kind) {
            (Some(name), _) => self.names.get(name),
            (_, Some(kind)) => self.kinds.get(kind),
            _ => return (0..self.len).collect(),
        };
        listed.into_iter().flatten().map(|&i| i as usize).collect()
    }

    /// The same for the patterns of a selector.
    pub(super) fn find_by(&self, selector: &Selector) -> Vec<usize> {
        fn exact(pattern: &Pattern) -> Option<&str> {
            match pattern {
                Pattern::Exact(text) => Some(text),
                _ => None,
            }
        }
        self.find(exact(&selector.name), exact(&selector.kind))
    }
}

fn add(lists: &mut FxHashMap<String, Vec<u32>>, key: &str, position: u32) {
    match lists.get_mut(key) {
        None => {
            lists.insert(key.to_owned(), vec![position]);
        }
        Some(list) => {
            if let Err(i) = list.binary_search(&position) {
                list.insert(i, position);
            }
        }
    }
}
