//! What schemas say of fields of custom resources.

use crate::k8s::{Quantity, parse_api_version};
use crate::provenance::{FieldPath, Segment};
use crate::schema::{Arena, CLOSED, Known, NodeId, Schemas, Type};

use super::confirm::Equals;

/// Texts that a pattern of quantities takes, and some that it does not.
const QUANTITIES: [&str; 6] = ["1", "100m", "1.5", "2Gi", "1e3", "1000M"];
const NO_QUANTITIES: [&str; 5] = ["", "x", "2GB", "50%", "1 Gi"];

/// The schema of a kind.
#[derive(Clone, Copy, Debug)]
pub struct KindSchema<'a> {
    arena: &'a Arena,
    root: NodeId,
}

impl<'a> KindSchema<'a> {
    /// Of a kind, where it is known.
    pub fn find(schemas: &'a Schemas, api_version: &str, kind: &str) -> Option<KindSchema<'a>> {
        let (group, version) = parse_api_version(api_version);
        match schemas.find(group, version, kind) {
            Known::Schema(arena, root) => Some(KindSchema { arena, root }),
            _ => None,
        }
    }

    fn at(&self, path: &FieldPath) -> Option<NodeId> {
        path.0.iter().try_fold(self.root, |id, segment| {
            let node = self.arena.node(id);
            match (segment, node.kind) {
                (Segment::Key(name), Type::Object) => {
                    let property = self.arena.property(node, name).map(|(_, property)| property.node);
                    Some(property.unwrap_or(node.rest)).filter(|it| *it != CLOSED)
                }
                (Segment::Index(_) | Segment::Item(_), Type::Array) => Some(node.rest),
                _ => None,
            }
        })
    }
}

impl Equals for KindSchema<'_> {
    fn is_quantity(&self, path: &FieldPath) -> bool {
        let Some(id) = self.at(path) else { return false };
        let node = self.arena.node(id);
        match node.kind {
            Type::Quantity => true,
            Type::IntOrString if self.arena.checks(node).is_some() => {
                let pattern = self.arena.pattern(node);
                pattern.is_some_and(|pattern| {
                    QUANTITIES.iter().all(|text| Quantity::parse(text).is_some() && pattern.is_match(text))
                        && !NO_QUANTITIES.iter().any(|text| pattern.is_match(text))
                })
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::schema::crd;
    use crate::yaml::{Origin, from_value};

    #[test]
    fn the_pattern_makes_an_int_or_string_a_quantity() {
        let pattern = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";
        let amount = json!({"anyOf": [{"type": "integer"}, {"type": "string"}], "pattern": pattern, "x-kubernetes-int-or-string": true});
        let definition = from_value(
            json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.example.com"},
            "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Thing", "plural": "things"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                "spec": {"type": "object", "properties": {
                    "memory": amount, "port": {"x-kubernetes-int-or-string": true},
                    "limits": {"type": "object", "additionalProperties": amount},
                    "nodes": {"type": "array", "items": {"type": "object", "properties": {"memory": amount, "name": {"type": "string"}}}}}}}}}}]}}),
            Origin::NONE,
        );
        let (arena, _) = crd::read([&definition]);
        let schemas = Schemas { custom: vec![Arc::new(arena)], ..Schemas::default() };
        let schema = KindSchema::find(&schemas, "example.com/v1", "Thing").unwrap();
        for (path, wanted) in [
            ("spec.memory", true),
            ("spec.limits.cpu", true),
            ("spec.nodes[name=a].memory", true),
            ("spec.nodes[name=a].name", false),
            ("spec.port", false),
            ("spec.x.y", false),
        ] {
            assert_eq!(schema.is_quantity(&path.parse().unwrap()), wanted, "{path}");
        }
        assert!(KindSchema::find(&schemas, "example.com/v2", "Thing").is_none());
    }
}
