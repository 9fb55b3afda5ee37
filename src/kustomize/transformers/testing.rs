//! What tests of transformers share: objects from JSON, a context.

use crate::diagnostics::{Pos, SourceKind, Sources};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::context::Context;
use crate::kustomize::decode::Text;
use crate::yaml::{Node, Origin, Scalar, Style, Trace, Value, parse_first};

/// The texts and writes of a test.
pub(in crate::kustomize) struct Fixture {
    sources: Sources,
    trace: Trace,
}

impl Fixture {
    pub(in crate::kustomize) fn new() -> Fixture {
        Fixture { sources: Sources::new(), trace: Trace::new() }
    }

    pub(in crate::kustomize) fn cx(&self) -> Context<'_> {
        Context::new(&self.sources, &self.trace)
    }

    /// A tree whose nodes stand somewhere.
    pub(in crate::kustomize) fn node(&self, json: &str) -> Node {
        let source = self.sources.add("test.json", json.to_owned(), SourceKind::Resource).unwrap();
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        from_json(&value, Origin::at(source.pos(0)))
    }

    /// A tree as its text has it, with keys that stand twice.
    pub(in crate::kustomize) fn yaml(&self, text: &str) -> Node {
        let source = self.sources.add("test.yaml", text.to_owned(), SourceKind::Resource).unwrap();
        parse_first(&source).unwrap().unwrap()
    }

    pub(in crate::kustomize) fn resources(&self, objects: &[&str]) -> ResMap {
        let mut resources = self.cx().empty_resources();
        resources.list_mut().extend(objects.iter().map(|o| Resource::new(self.node(o))));
        resources
    }
}

fn from_json(value: &serde_json::Value, origin: Origin) -> Node {
    use serde_json::Value as Json;
    match value {
        Json::Null => Node::null(origin),
        Json::Bool(b) => Node::scalar(origin, Scalar::bool(*b)),
        Json::Number(n) => Node::scalar(origin, Scalar::resolved(n.to_string(), Style::Plain)),
        Json::String(s) => Node::scalar(origin, Scalar::resolved(s.as_str(), Style::Double)),
        Json::Array(items) => Node::new(origin, Value::Seq(items.iter().map(|i| from_json(i, origin)).collect())),
        Json::Object(fields) => {
            let mut node = Node::empty_map(origin);
            let map = node.as_map_mut().unwrap();
            fields.iter().for_each(|(k, v)| map.set(k, from_json(v, origin)));
            node
        }
    }
}

/// A text that stands somewhere.
pub(in crate::kustomize) fn text(value: &str) -> Text {
    Text { value: value.to_owned(), pos: Pos::from_raw(1), literal: false }
}
