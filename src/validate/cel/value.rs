//! Nodes as values of CEL.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cel::common::types::{CelBool, CelBytes, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString};
use cel::common::value::Val;

use crate::schema::{Arena, Format, NodeId, Type};
use crate::validate::structure::{Is, type_of};
use crate::yaml::{self, Node, Scalar, bool11, parse_int11};

use super::functions::{Duration, Timestamp};

/// A value of CEL.
pub(super) type Boxed<'v> = Box<dyn Val + 'v>;

/// The largest parts of a value.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Sizes {
    /// Items of a list or entries of a mapping.
    pub container: usize,
    /// Bytes of a text.
    pub text: usize,
}

/// A node as it stands.
pub(super) fn plain(node: &Node) -> (Boxed<'_>, Sizes) {
    let mut sizes = Sizes::default();
    let value = of_node(node, None, &mut sizes);
    (value, sizes)
}

/// A node by its schema: defaults filled in, numbers and times of the type that the schema says, names of fields as rules write them.
pub(super) fn typed<'v>(node: &'v Node, arena: &'v Arena, schema: NodeId) -> (Boxed<'v>, Sizes) {
    let mut sizes = Sizes::default();
    let value = of_node(node, Some((arena, schema)), &mut sizes);
    (value, sizes)
}

fn of_node<'v>(node: &'v Node, schema: Option<(&'v Arena, NodeId)>, sizes: &mut Sizes) -> Boxed<'v> {
    match &node.value {
        yaml::Value::Scalar(scalar) => of_scalar(scalar, schema, sizes),
        yaml::Value::Seq(items) => {
            sizes.container = sizes.container.max(items.len());
            let below = schema.map(|(arena, id)| (arena, arena.node(id).rest));
            Box::new(CelList::from(items.iter().map(|item| of_node(item, known(below), sizes)).collect::<Vec<_>>()))
        }
        yaml::Value::Map(map) => {
            let mut values: HashMap<CelMapKey<'v>, Boxed<'v>> = HashMap::with_capacity(map.len());
            for entry in &map.entries {
                let key = entry.key.text.as_str();
                let property =
                    schema.and_then(|(arena, id)| Some((arena, arena.property(arena.node(id), key)?.1.node)));
                if let Some((arena, id)) = property {
                    // Null stands for a field that is not there, where it is no value.
                    if entry.value.is_null() && arena.node(id).flags & crate::schema::NULLABLE == 0 {
                        continue;
                    }
                    values.insert(name(key), of_node(&entry.value, property, sizes));
                } else {
                    let below = schema.map(|(arena, id)| (arena, arena.node(id).rest));
                    values.insert(CelMapKey::from(key), of_node(&entry.value, known(below), sizes));
                }
            }
            if let Some((arena, id)) = schema {
                fill(&mut values, arena, id);
            }
            sizes.container = sizes.container.max(values.len());
            Box::new(CelMap::from(values))
        }
    }
}

/// A schema, unless nothing is known.
fn known(schema: Option<(&Arena, NodeId)>) -> Option<(&Arena, NodeId)> {
    schema.filter(|(_, id)| *id != crate::schema::CLOSED && *id != crate::schema::ANY)
}

/// Puts defaults where fields are missing.
fn fill<'v>(values: &mut HashMap<CelMapKey<'v>, Boxed<'v>>, arena: &'v Arena, schema: NodeId) {
    for property in arena.properties(arena.node(schema)) {
        let name = name(arena.name(property));
        if values.contains_key(&name) {
            continue;
        }
        if let Some(default) = arena.checks(arena.node(property.node)).and_then(|checks| checks.default.as_ref()) {
            values.insert(name, of_json(default, arena, property.node));
        }
    }
}

fn of_json<'v>(value: &'v serde_json::Value, arena: &'v Arena, schema: NodeId) -> Boxed<'v> {
    use serde_json::Value as Json;
    match value {
        Json::Null => Box::new(CelNull),
        Json::Bool(it) => Box::new(CelBool::from(*it)),
        Json::Number(it) => match it.as_i64().filter(|_| arena.node(schema).kind != Type::Number) {
            Some(number) => Box::new(CelInt::from(number)),
            None => Box::new(CelDouble::from(it.as_f64().unwrap_or_default())),
        },
        Json::String(it) => of_text(it, Some((arena, schema))),
        Json::Array(items) => {
            let below = arena.node(schema).rest;
            Box::new(CelList::from(items.iter().map(|item| of_json(item, arena, below)).collect::<Vec<_>>()))
        }
        Json::Object(members) => {
            let mut values = HashMap::with_capacity(members.len());
            for (key, member) in members {
                let property = arena.property(arena.node(schema), key).map(|(_, property)| property.node);
                let name = if property.is_some() { name(key) } else { CelMapKey::from(key.as_str()) };
                values.insert(name, of_json(member, arena, property.unwrap_or(crate::schema::ANY)));
            }
            fill(&mut values, arena, schema);
            Box::new(CelMap::from(values))
        }
    }
}

fn of_scalar<'v>(scalar: &'v Scalar, schema: Option<(&'v Arena, NodeId)>, sizes: &mut Sizes) -> Boxed<'v> {
    let text = scalar.text.as_str();
    let kind = schema.map(|(arena, id)| arena.node(id).kind);
    let double = || Box::new(CelDouble::from(text.parse::<f64>().unwrap_or_default()));
    match type_of(scalar) {
        Is::Null => Box::new(CelNull),
        Is::Boolean => Box::new(CelBool::from(bool11(text).unwrap_or_default())),
        Is::Integer if kind != Some(Type::Number) => match parse_int11(text).or_else(|| text.parse().ok()) {
            Some(number) => Box::new(CelInt::from(number)),
            None => double(),
        },
        Is::Integer | Is::Number => double(),
        Is::String => {
            sizes.text = sizes.text.max(text.len());
            of_text(text, schema)
        }
    }
}

/// A text; where the schema says so, the time or the bytes that it stands for.
fn of_text<'v>(text: &'v str, schema: Option<(&Arena, NodeId)>) -> Boxed<'v> {
    let format = schema.and_then(|(arena, id)| arena.checks(arena.node(id))?.format);
    let other: Option<Boxed<'v>> = match format {
        Some(Format::Duration) => Duration::parse(text).map(|it| Box::new(it) as Boxed<'v>),
        Some(Format::Date | Format::DateTime) => Timestamp::parse(text).map(|it| Box::new(it) as Boxed<'v>),
        Some(Format::Byte) => STANDARD.decode(text).ok().map(|it| Box::new(CelBytes::from(it)) as Boxed<'v>),
        _ => None,
    };
    other.unwrap_or_else(|| Box::new(CelString::from(text)))
}

/// The key of a field.
fn name(field: &str) -> CelMapKey<'_> {
    match escaped(field) {
        Cow::Borrowed(name) => CelMapKey::from(name),
        Cow::Owned(name) => CelMapKey::from(name),
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
fn escaped(name: &str) -> Cow<'_, str> {
    if RESERVED.contains(&name) {
        return Cow::Owned(format!("__{name}__"));
    }
    if !name.contains(['.', '-', '/']) && !name.contains("__") {
        return Cow::Borrowed(name);
    }
    let name = name.replace("__", "__underscores__").replace('.', "__dot__");
    Cow::Owned(name.replace('-', "__dash__").replace('/', "__slash__"))
}
