//! Nodes as values of CEL.

use std::collections::HashMap;

use cel::Value;

use crate::schema::{Arena, NodeId, Type};
use crate::validate::structure::{Is, type_of};
use crate::yaml::{self, Node, Scalar, bool11, parse_int11};

/// The largest parts of a value.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Sizes {
    /// Items of a list or entries of a mapping.
    pub container: usize,
    /// Bytes of a text.
    pub text: usize,
}

/// A node as it stands.
pub(super) fn plain(node: &Node) -> (Value, Sizes) {
    let mut sizes = Sizes::default();
    let value = of_node(node, None, &mut sizes);
    (value, sizes)
}

/// A node by its schema: defaults filled in, numbers of the type that the schema says, names of fields as rules write them.
pub(super) fn typed(node: &Node, arena: &Arena, schema: NodeId) -> (Value, Sizes) {
    let mut sizes = Sizes::default();
    let value = of_node(node, Some((arena, schema)), &mut sizes);
    (value, sizes)
}

fn of_node(node: &Node, schema: Option<(&Arena, NodeId)>, sizes: &mut Sizes) -> Value {
    match &node.value {
        yaml::Value::Scalar(scalar) => of_scalar(scalar, schema.map(|(arena, id)| arena.node(id).kind), sizes),
        yaml::Value::Seq(items) => {
            sizes.container = sizes.container.max(items.len());
            let below = schema.map(|(arena, id)| (arena, arena.node(id).rest));
            Value::from(items.iter().map(|item| of_node(item, known(below), sizes)).collect::<Vec<Value>>())
        }
        yaml::Value::Map(map) => {
            let mut values: HashMap<String, Value> = HashMap::with_capacity(map.len());
            for entry in &map.entries {
                let key = entry.key.text.as_str();
                let property =
                    schema.and_then(|(arena, id)| Some((arena, arena.property(arena.node(id), key)?.1.node)));
                if let Some((arena, id)) = property {
                    // Null stands for a field that is not there, where it is no value.
                    if entry.value.is_null() && arena.node(id).flags & crate::schema::NULLABLE == 0 {
                        continue;
                    }
                    values.insert(escaped(key), of_node(&entry.value, property, sizes));
                } else {
                    let below = schema.map(|(arena, id)| (arena, arena.node(id).rest));
                    values.insert(key.to_owned(), of_node(&entry.value, known(below), sizes));
                }
            }
            if let Some((arena, id)) = schema {
                fill(&mut values, arena, id);
            }
            sizes.container = sizes.container.max(values.len());
            Value::from(values)
        }
    }
}

/// A schema, unless nothing is known.
fn known(schema: Option<(&Arena, NodeId)>) -> Option<(&Arena, NodeId)> {
    schema.filter(|(_, id)| *id != crate::schema::CLOSED && *id != crate::schema::ANY)
}

/// Puts defaults where fields are missing.
fn fill(values: &mut HashMap<String, Value>, arena: &Arena, schema: NodeId) {
    for property in arena.properties(arena.node(schema)) {
        let name = escaped(arena.name(property));
        if values.contains_key(&name) {
            continue;
        }
        if let Some(default) = arena.checks(arena.node(property.node)).and_then(|checks| checks.default.as_ref()) {
            values.insert(name, of_json(default, arena, property.node));
        }
    }
}

fn of_json(value: &serde_json::Value, arena: &Arena, schema: NodeId) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::Null,
        Json::Bool(it) => Value::Bool(*it),
        Json::Number(it) if arena.node(schema).kind == Type::Number => Value::Float(it.as_f64().unwrap_or_default()),
        Json::Number(it) => it.as_i64().map_or_else(|| Value::Float(it.as_f64().unwrap_or_default()), Value::Int),
        Json::String(it) => Value::from(it.as_str()),
        Json::Array(items) => {
            let below = arena.node(schema).rest;
            Value::from(items.iter().map(|item| of_json(item, arena, below)).collect::<Vec<Value>>())
        }
        Json::Object(members) => {
            let mut values = HashMap::with_capacity(members.len());
            for (key, member) in members {
                let property = arena.property(arena.node(schema), key).map(|(_, property)| property.node);
                let name = if property.is_some() { escaped(key) } else { key.clone() };
                values.insert(name, of_json(member, arena, property.unwrap_or(crate::schema::ANY)));
            }
            fill(&mut values, arena, schema);
            Value::from(values)
        }
    }
}

fn of_scalar(scalar: &Scalar, kind: Option<Type>, sizes: &mut Sizes) -> Value {
    let text = scalar.text.as_str();
    match type_of(scalar) {
        Is::Null => Value::Null,
        Is::Boolean => Value::Bool(bool11(text).unwrap_or_default()),
        Is::Integer if kind != Some(Type::Number) => match parse_int11(text).or_else(|| text.parse().ok()) {
            Some(number) => Value::Int(number),
            None => Value::Float(text.parse().unwrap_or_default()),
        },
        Is::Integer | Is::Number => Value::Float(text.parse().unwrap_or_default()),
        Is::String => {
            sizes.text = sizes.text.max(text.len());
            Value::from(text)
        }
    }
}

/// Words that are no names in CEL.
const RESERVED: [&str; 22] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "",
];

/// The name of a field as rules write it.
pub(super) fn escaped(name: &str) -> String {
    if RESERVED.contains(&name) {
        return format!("__{name}__");
    }
    if !name.contains(['.', '-', '/']) && !name.contains("__") {
        return name.to_owned();
    }
    name.replace("__", "__underscores__").replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__")
}
