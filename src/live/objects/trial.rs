//! Dry runs: what the server would make of an object.

use serde_json::{Value, json};

use crate::drift::managed::LiveObject;
use crate::live::kubernetes::{Apply, Cluster, Kind, ServerError};
use crate::provenance::{FieldPath, Segment};
use crate::yaml::{Node, Origin, from_value};

use super::target::Wanted;

/// What an apply by force would make of an object.
pub(super) async fn applied(
    cluster: &Cluster,
    kind: &Kind,
    namespace: Option<&str>,
    wanted: &Wanted,
    manager: &str,
) -> Result<Node, ServerError> {
    let how = Apply { manager, force: true, dry_run: true };
    let answer = cluster.server_apply(kind, namespace, &wanted.resource.name, wanted.json.clone(), how).await?;
    Ok(LiveObject::new(answer).node)
}

/// What would be left of an object without some fields; none where the server does not let them go.
pub(super) async fn without(
    cluster: &Cluster,
    kind: &Kind,
    namespace: Option<&str>,
    live: &Node,
    name: &str,
    fields: &[&FieldPath],
    manager: &str,
) -> Option<Node> {
    let patch = removal(live, fields);
    let how = Apply { manager, force: false, dry_run: true };
    let answer = cluster.json_patch(kind, namespace, name, &patch, how).await.ok()?;
    Some(from_value(answer, Origin::NONE))
}

/// A JSON patch that takes fields away: later items of a list first, so that places stay right.
pub fn removal(live: &Node, fields: &[&FieldPath]) -> Value {
    let mut pointers: Vec<Vec<Part>> = fields.iter().filter_map(|path| pointer(live, path)).collect();
    pointers.sort();
    pointers.dedup();
    let operation = |parts: &Vec<Part>| {
        let text: String = parts.iter().map(|part| format!("/{}", part.text())).collect();
        json!({"op": "remove", "path": text})
    };
    Value::Array(pointers.iter().rev().map(operation).collect())
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Part {
    Key(String),
    At(usize),
}

impl Part {
    fn text(&self) -> String {
        match self {
            Part::Key(key) => key.replace('~', "~0").replace('/', "~1"),
            Part::At(index) => index.to_string(),
        }
    }
}

fn pointer(live: &Node, path: &FieldPath) -> Option<Vec<Part>> {
    let mut node = live;
    let mut parts = Vec::new();
    for segment in &path.0 {
        match segment {
            Segment::Key(key) => {
                node = node.get(key)?;
                parts.push(Part::Key(key.clone()));
            }
            Segment::Index(_) | Segment::Item(_) => {
                let child = crate::drift::managed::step(node, segment)?;
                let index = node.as_seq()?.iter().position(|it| std::ptr::eq(it, child))?;
                node = child;
                parts.push(Part::At(index));
            }
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_items_are_removed_first() {
        let live = from_value(
            json!({"metadata": {"annotations": {"a/b": "1"}}, "spec": {"ports": [{"port": 1}, {"port": 2}, {"port": 3}]}}),
            Origin::NONE,
        );
        let paths: Vec<FieldPath> =
            ["spec.ports[port=1]", "spec.ports[port=3]", "metadata.annotations[\"a/b\"]", "spec.gone"]
                .iter()
                .map(|text| text.parse().unwrap())
                .collect();
        let found = removal(&live, &paths.iter().collect::<Vec<_>>());
        let paths: Vec<&str> = found.as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["/spec/ports/2", "/spec/ports/0", "/metadata/annotations/a~1b"]);
    }
}
