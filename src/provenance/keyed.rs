//! Items of lists by what tells them apart: `containers[name=redis]`, `ports[containerPort=80,protocol=TCP]`.

use std::collections::BTreeSet;

use crate::k8s::openapi::{OpenApi, SchemaRef};
use crate::yaml::Node;

use super::path::{FieldPath, Segment};

/// Names of the fields that tell the items of a list apart; none where the items are scalars.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemKeys(Vec<String>);

impl ItemKeys {
    /// The merge keys of a list, when each item has its own in all of its states.
    ///
    /// Lists of which no schema is known follow the custom of Kubernetes: they are lists of named things. `built_in` says that the object is of a
    /// kind of Kubernetes, whose lists without merge keys have none.
    pub fn of(schema: Option<SchemaRef<'_>>, built_in: bool, states: &[&[Node]]) -> Option<ItemKeys> {
        let from_schema = schema.filter(|schema| schema.is_associative()).map(|schema| {
            let (_, keys) = schema.patch_strategy_and_keys();
            ItemKeys(keys.iter().map(str::to_owned).collect())
        });
        let by_name = || (schema.is_none() || !built_in).then(|| ItemKeys(vec!["name".to_owned()]));
        let keys = from_schema.or_else(by_name)?;
        let unique = |items: &&[Node]| {
            let mut seen = BTreeSet::new();
            items.iter().all(|item| {
                let shape = if keys.0.is_empty() { item.as_scalar().is_some() } else { keys.are_in(item) };
                shape && seen.insert(keys.segment(item))
            })
        };
        states.iter().all(unique).then_some(keys)
    }

    /// Whether the items are scalars, each its own key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an item has the first of the keys; the server fills in the others.
    fn are_in(&self, item: &Node) -> bool {
        self.0.first().is_some_and(|key| item.get(key).and_then(Node::as_scalar).is_some())
    }

    /// The step to an item.
    pub fn segment(&self, item: &Node) -> Segment {
        if self.0.is_empty() {
            return Segment::Item(vec![(String::new(), item.text().unwrap_or_default().to_owned())]);
        }
        let value = |key: &String| match item.get(key).and_then(Node::text) {
            Some(text) => Some((key.clone(), text.to_owned())),
            None if key == "protocol" => Some((key.clone(), "TCP".to_owned())),
            None => None,
        };
        Segment::Item(self.0.iter().filter_map(value).collect())
    }
}

/// The path of a field with items of keyed lists by their keys, as reports write it. Items that are not there stay numbers.
pub fn keyed_path(object: &Node, steps: impl IntoIterator<Item = Segment>, openapi: &OpenApi) -> FieldPath {
    let of = |key: &str| object.text_at(&[key]).unwrap_or("");
    let mut schema = openapi.schema_for(of("apiVersion"), of("kind"));
    let built_in = schema.is_some();
    let (mut path, mut node) = (FieldPath::root(), Some(object));
    for step in steps {
        let (shown, next) = match (step, node) {
            (Segment::Key(key), Some(at)) => {
                let next = at.get(&key);
                schema = schema.and_then(|schema| schema.field(&key));
                (Segment::Key(key), next)
            }
            (Segment::Index(index), Some(at)) => {
                let items = at.as_seq().unwrap_or_default();
                let keys = ItemKeys::of(schema, built_in, &[items]).filter(|keys| !keys.is_empty());
                let next = items.get(index);
                schema = schema.and_then(|schema| schema.elements());
                (keys.zip(next).map_or(Segment::Index(index), |(keys, item)| keys.segment(item)), next)
            }
            (other, _) => (other, None),
        };
        path.0.push(shown);
        node = next;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::parse_first;

    fn keyed(yaml: &str, path: &str) -> String {
        let sources = Sources::new();
        let source = sources.add("a.yaml", yaml.to_owned(), SourceKind::Resource).unwrap();
        let node = parse_first(&source).unwrap().unwrap();
        let steps = path.parse::<FieldPath>().unwrap();
        let shown = keyed_path(&node, steps.0.clone(), &OpenApi::default()).to_string();
        // Both spellings lead to the same field, where there is one.
        let place = |path: &str| path.parse::<FieldPath>().unwrap().resolve(&node).ok().map(|it| it.node().origin);
        assert_eq!(place(&shown), place(path));
        shown
    }

    #[test]
    fn items_of_keyed_lists_are_named() {
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: redis\n    args: [a, b]\n    ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}]\n    env: [{name: A}, {name: A}]\n";
        for (path, shown) in [
            ("spec.containers[0].image", "spec.containers[name=redis].image"),
            ("spec.containers[0].args[1]", "spec.containers[name=redis].args[1]"),
            ("spec.containers[0].ports[1]", "spec.containers[name=redis].ports[containerPort=80,protocol=UDP]"),
            ("spec.containers[0].ports[0].x", "spec.containers[name=redis].ports[containerPort=80,protocol=TCP].x"),
            // Two of one name: only the place tells them apart.
            ("spec.containers[0].env[1].name", "spec.containers[name=redis].env[1].name"),
            ("spec.containers[4].env[1]", "spec.containers[4].env[1]"),
        ] {
            assert_eq!(keyed(pod, path), shown);
        }
        let own = "apiVersion: example.com/v1\nkind: Cache\nspec: {users: [{name: a, x: 1}, {name: b}], rest: [{x: 1}], words: [a]}\n";
        for (path, shown) in [
            ("spec.users[1].x", "spec.users[name=b].x"),
            ("spec.rest[0].x", "spec.rest[0].x"),
            ("spec.words[0]", "spec.words[0]"),
        ] {
            assert_eq!(keyed(own, path), shown);
        }
    }
}
