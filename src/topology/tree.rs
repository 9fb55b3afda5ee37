//! Writing objects as they look in YAML.

use crate::diagnostics::Pos;
use crate::yaml::{Map, Node, Origin, Scalar, Style, Value};

/// What can stand as a value. Nothing leaves the field out.
pub(super) trait IntoNode {
    /// The node; its origin is that of the node around it unless it has one.
    fn into_node(self) -> Option<Node>;
}

impl IntoNode for Node {
    fn into_node(self) -> Option<Node> {
        Some(self)
    }
}

impl IntoNode for &str {
    fn into_node(self) -> Option<Node> {
        // Texts of several lines are read as they are written.
        let style = if self.contains('\n') { Style::Literal } else { Style::Plain };
        Some(Node::scalar(Origin::NONE, Scalar { style, ..Scalar::string(self) }))
    }
}

impl IntoNode for String {
    fn into_node(self) -> Option<Node> {
        self.as_str().into_node()
    }
}

impl IntoNode for &String {
    fn into_node(self) -> Option<Node> {
        self.as_str().into_node()
    }
}

impl IntoNode for i64 {
    fn into_node(self) -> Option<Node> {
        Some(Node::scalar(Origin::NONE, Scalar::int(self)))
    }
}

impl IntoNode for bool {
    fn into_node(self) -> Option<Node> {
        Some(Node::scalar(Origin::NONE, Scalar::bool(self)))
    }
}

impl<T: IntoNode> IntoNode for Option<T> {
    fn into_node(self) -> Option<Node> {
        self.and_then(IntoNode::into_node)
    }
}

impl<T: IntoNode> IntoNode for Vec<T> {
    fn into_node(self) -> Option<Node> {
        let items = self.into_iter().filter_map(IntoNode::into_node).collect();
        Some(Node::new(Origin::NONE, Value::Seq(items)))
    }
}

/// A value with what caused it.
pub(super) fn by(origin: Origin, value: impl IntoNode) -> Option<Node> {
    let mut node = value.into_node()?;
    if node.origin == Origin::NONE {
        node.origin = origin;
    }
    Some(node)
}

/// Adds a field, unless the value is nothing.
pub(super) fn add(map: &mut Map, key: &str, value: impl IntoNode) {
    if let Some(node) = value.into_node() {
        map.push(Scalar::string(key), Pos::NONE, node);
    }
}

/// A mapping: `map! { "key" => value, … }`.
macro_rules! map {
    ($($key:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "an empty mapping gets no entries")]
        let mut map = $crate::yaml::Map::new();
        $($crate::topology::tree::add(&mut map, $key, $value);)*
        $crate::yaml::Node::new($crate::yaml::Origin::NONE, $crate::yaml::Value::Map(map))
    }};
}

/// A list: `list![value, …]`; nothing is left out.
macro_rules! list {
    ($($value:expr),* $(,)?) => {{
        let items: Vec<Option<$crate::yaml::Node>> = vec![$($crate::topology::tree::IntoNode::into_node($value)),*];
        $crate::yaml::Node::new($crate::yaml::Origin::NONE, $crate::yaml::Value::Seq(items.into_iter().flatten().collect()))
    }};
}

pub(super) use {list, map};
