//! Which object of one side is which of the other: by name, by name without a hash, by the name before it was prefixed, by content.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::k8s::parse_api_version;
use crate::provenance::{FieldPath, json, leaves};
use crate::yaml::Node;

/// An object of a side.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// The object.
    pub node: &'a Node,
    /// The name that it had before transformers changed it, where that is known.
    pub original_name: Option<&'a str>,
}

/// How objects are matched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Matching {
    /// Whether objects of different namespaces can be the same: between environments they can.
    pub across_namespaces: bool,
    /// Whether an object can be one of another name.
    pub renames: bool,
}

/// An object of one side or of both, by their positions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pair {
    /// On both sides.
    Both {
        /// In the older list.
        before: usize,
        /// In the newer list.
        after: usize,
    },
    /// On the newer side only.
    Created(usize),
    /// On the older side only.
    Deleted(usize),
}

/// Share of equal fields from which on two objects of a kind are taken for one that was renamed.
const ALIKE: f64 = 0.7;
/// Pairs of objects that are compared by content; with more, names decide alone.
const MOST_COMPARED: usize = 40_000;

/// Group, kind, namespace, name.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

impl<'a> Object<'a> {
    fn text(&self, path: &[&str]) -> &'a str {
        self.node.text_at(path).unwrap_or("")
    }

    fn group(&self) -> &'a str {
        parse_api_version(self.text(&["apiVersion"])).0
    }

    /// Its kind.
    pub fn kind(&self) -> &'a str {
        self.text(&["kind"])
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        self.text(&["metadata", "name"])
    }

    /// Its namespace, or nothing.
    pub fn namespace(&self) -> &'a str {
        self.text(&["metadata", "namespace"])
    }

    fn key(&self, matching: Matching, name: &'a str) -> Key<'a> {
        let namespace = if matching.across_namespaces { "" } else { self.namespace() };
        (self.group(), self.kind(), namespace, name)
    }

    /// The name without the hash of the content, where it ends with one.
    fn name_without_hash(&self) -> Option<&'a str> {
        let is_hashed_kind = self.group().is_empty() && matches!(self.kind(), "ConfigMap" | "Secret");
        without_hash(self.name()).filter(|_| is_hashed_kind)
    }
}

/// A name without the suffix that generators add: ten characters of an alphabet of their own.
pub fn without_hash(name: &str) -> Option<&str> {
    let (base, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == 10 && hash.bytes().all(|b| b"2456789bcdfghkmt".contains(&b));
    (is_hash && !base.is_empty()).then_some(base)
}

/// Matches the objects of two sides: those of the newer in their order, then those that are gone.
pub fn pair(before: &[Object<'_>], after: &[Object<'_>], matching: Matching) -> Vec<Pair> {
    let mut pairing = Pairing { before, after, same: vec![None; after.len()], left: (0..before.len()).collect() };
    pairing.by(|object| Some(object.key(matching, object.name())));
    if matching.renames {
        pairing.by(|object| Some(object.key(matching, object.name_without_hash()?)));
        // Prefixes of an overlay have changed, or two environments have their own.
        let anywhere = Matching { across_namespaces: true, ..matching };
        pairing.by(|object| Some(object.key(matching, object.original_name?)));
        pairing.by(|object| Some(object.key(anywhere, object.original_name?)));
        pairing.by_content();
    }
    let newer = pairing.same.iter().enumerate().map(|(after, before)| match before {
        Some(before) => Pair::Both { before: *before, after },
        None => Pair::Created(after),
    });
    newer.chain(pairing.left.iter().map(|before| Pair::Deleted(*before))).collect()
}

struct Pairing<'s, 'a> {
    before: &'s [Object<'a>],
    after: &'s [Object<'a>],
    same: Vec<Option<usize>>,
    left: Vec<usize>,
}

impl<'a> Pairing<'_, 'a> {
    /// Matches what is left and has one key on both sides, and only once.
    fn by<K: std::hash::Hash + Eq>(&mut self, key: impl Fn(&Object<'a>) -> Option<K>) {
        let mut old: FxHashMap<K, Option<usize>> = FxHashMap::default();
        for &position in &self.left {
            if let Some(key) = key(&self.before[position]) {
                old.entry(key).and_modify(|known| *known = None).or_insert(Some(position));
            }
        }
        let mut new: FxHashMap<K, Option<usize>> = FxHashMap::default();
        for (position, _) in self.same.iter().enumerate().filter(|(_, same)| same.is_none()) {
            if let Some(key) = key(&self.after[position]) {
                new.entry(key).and_modify(|known| *known = None).or_insert(Some(position));
            }
        }
        for (key, after) in new {
            if let (Some(after), Some(Some(before))) = (after, old.get(&key)) {
                self.same[after] = Some(*before);
            }
        }
        self.forget_matched();
    }

    fn forget_matched(&mut self) {
        let matched: FxHashSet<usize> = self.same.iter().flatten().copied().collect();
        self.left.retain(|position| !matched.contains(position));
    }

    /// Matches objects of a kind that are alike but for their names, the most alike first.
    fn by_content(&mut self) {
        let new: Vec<usize> = (0..self.after.len()).filter(|at| self.same[*at].is_none()).collect();
        if new.is_empty() || self.left.len().saturating_mul(new.len()) > MOST_COMPARED {
            return;
        }
        let olds: Vec<(usize, Fields)> = self.left.iter().map(|at| (*at, fields(&self.before[*at]))).collect();
        let mut alike: Vec<(f64, usize, usize)> = Vec::new();
        for after in new {
            let (object, own) = (&self.after[after], fields(&self.after[after]));
            for (before, other) in &olds {
                let of_kind = (self.before[*before].group(), self.before[*before].kind());
                if of_kind == (object.group(), object.kind()) {
                    let share = own.likeness(other);
                    if share >= ALIKE {
                        alike.push((share, *before, after));
                    }
                }
            }
        }
        alike.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut taken: FxHashSet<usize> = FxHashSet::default();
        for (_, before, after) in alike {
            if self.same[after].is_none() && taken.insert(before) {
                self.same[after] = Some(before);
            }
        }
        self.forget_matched();
    }
}

/// The fields of an object that say what it is, without its identity.
struct Fields(FxHashSet<String>);

/// Fields that an object must have to be told apart from any other of its kind.
const TELLING: usize = 3;

fn fields(object: &Object<'_>) -> Fields {
    let mut found = Vec::new();
    leaves(object.node, &FieldPath::root(), &mut found);
    let name = object.name();
    let telling = found.into_iter().filter_map(|(path, node)| {
        let path = path.to_string();
        let is_identity = ["apiVersion", "kind", "metadata.name", "metadata.namespace"].contains(&path.as_str());
        // Labels and selectors often repeat the name.
        (!is_identity && node.text() != Some(name)).then(|| format!("{path}={}", json(node)))
    });
    Fields(telling.collect())
}

impl Fields {
    /// The share of fields that both have.
    fn likeness(&self, other: &Fields) -> f64 {
        let both = self.0.intersection(&other.0).count();
        let all = self.0.len() + other.0.len() - both;
        if both < TELLING { 0.0 } else { both as f64 / all as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Origin, from_json};

    const PLAIN: Matching = Matching { across_namespaces: false, renames: true };

    fn object(kind: &str, namespace: &str, name: &str, data: &str) -> Node {
        let text = format!(
            r#"{{"apiVersion":"v1","kind":"{kind}","metadata":{{"name":"{name}","namespace":"{namespace}"}},"data":{data}}}"#
        );
        from_json(&text, Origin::NONE).unwrap()
    }

    fn pairs(before: &[(Node, Option<&str>)], after: &[(Node, Option<&str>)], matching: Matching) -> Vec<Pair> {
        fn objects<'a>(side: &'a [(Node, Option<&'a str>)]) -> Vec<Object<'a>> {
            side.iter().map(|(node, original_name)| Object { node, original_name: *original_name }).collect()
        }
        pair(&objects(before), &objects(after), matching)
    }

    #[test]
    fn names_decide_first() {
        let before = [(object("Service", "a", "x", "{}"), None), (object("Service", "b", "x", "{}"), None)];
        let after = [(object("Service", "b", "x", "{}"), None), (object("Secret", "a", "x", "{}"), None)];
        let found = pairs(&before, &after, PLAIN);
        assert_eq!(found, [Pair::Both { before: 1, after: 0 }, Pair::Created(1), Pair::Deleted(0)]);
        let one = [(object("Service", "a", "x", "{}"), None)];
        let two = [(object("Service", "b", "x", "{}"), None)];
        let strict = Matching { across_namespaces: false, renames: false };
        assert_eq!(pairs(&one, &two, strict), [Pair::Created(0), Pair::Deleted(0)]);
        let wide = Matching { across_namespaces: true, renames: false };
        assert_eq!(pairs(&one, &two, wide), [Pair::Both { before: 0, after: 0 }]);
    }

    #[test]
    fn hashes_in_names_do_not_count() {
        assert_eq!(without_hash("settings-v1-8259hk7ck4"), Some("settings-v1"));
        assert_eq!((without_hash("settings-production"), without_hash("8259hk7ck4")), (None, None));
        let before = [(object("ConfigMap", "a", "x-8259hk7ck4", "{}"), None)];
        let after = [(object("ConfigMap", "a", "x-2222222222", "{}"), None)];
        assert_eq!(pairs(&before, &after, PLAIN), [Pair::Both { before: 0, after: 0 }]);
        let other = [(object("Service", "a", "x-2222222222", "{}"), None)];
        let before = [(object("Service", "a", "x-8259hk7ck4", "{}"), None)];
        assert_eq!(pairs(&before, &other, PLAIN).len(), 2);
    }

    #[test]
    fn renamed_objects_are_known_by_their_source_or_their_content() {
        let before = [(object("Service", "a", "dev-x", "{}"), Some("x"))];
        let after = [(object("Service", "b", "prod-x", "{}"), Some("x"))];
        assert_eq!(pairs(&before, &after, PLAIN), [Pair::Both { before: 0, after: 0 }]);
        let data = r#"{"a":"1","b":"2","c":"3","d":"4"}"#;
        let before = [(object("ConfigMap", "a", "old", data), None)];
        let after = [(object("ConfigMap", "a", "new", data), None)];
        assert_eq!(pairs(&before, &after, PLAIN), [Pair::Both { before: 0, after: 0 }]);
        let little = r#"{"a":"1","b":"2"}"#;
        let before = [(object("ConfigMap", "a", "old", little), None)];
        let after = [(object("ConfigMap", "a", "new", little), None)];
        assert_eq!(pairs(&before, &after, PLAIN).len(), 2, "too little to tell");
    }
}
