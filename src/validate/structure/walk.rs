//! The walk of an object along its schema. No copy of the object is made, and nothing allocated while all is well.

use crate::schema::{
    Arena, CLOSED, Checks, EMBEDDED, Format, LENIENT, Node as Schema, NodeId, Type, Unique, kubernetes,
};
use crate::validate::Step;
use crate::validate::cel::{self, Broken};
use crate::yaml::{Map, Node, Scalar, Style, Tag, Value, bool11};

use super::format::{has_form, is_quantity};
use super::violation::{Violation, Wrong};

/// The way from the object to a value.
#[derive(Clone, Copy)]
enum Way<'w> {
    Object,
    Key(&'w Way<'w>, &'w str),
    Item(&'w Way<'w>, usize),
}

impl Way<'_> {
    fn steps(&self) -> Vec<Step> {
        match self {
            Way::Object => Vec::new(),
            Way::Key(above, key) => {
                let mut steps = above.steps();
                steps.push(Step::Key((*key).into()));
                steps
            }
            Way::Item(above, index) => {
                let mut steps = above.steps();
                steps.push(Step::Index(*index));
                steps
            }
        }
    }
}

/// A type as JSON has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::validate) enum Is {
    Null,
    Boolean,
    Integer,
    Number,
    String,
}

/// The type that a scalar has once it is written.
pub(in crate::validate) fn type_of(scalar: &Scalar) -> Is {
    match scalar.tag {
        Tag::Null if scalar.style != Style::Single || !scalar.text.is_empty() => Is::Null,
        Tag::Bool if bool11(&scalar.text).is_some() => Is::Boolean,
        Tag::Int => Is::Integer,
        // 1e3 is written as 1000.
        Tag::Float if scalar.text.parse::<f64>().is_ok_and(|it| it.fract() == 0.0) => Is::Integer,
        Tag::Float => Is::Number,
        _ => Is::String,
    }
}

/// Walks one object.
pub(super) struct Walk<'a, 'f> {
    object: usize,
    found: &'f mut Vec<Violation<'a>>,
}

impl<'a, 'f> Walk<'a, 'f> {
    /// Adds what is wrong with an object.
    pub(super) fn object(
        object: usize,
        arena: &'a Arena,
        schema: NodeId,
        node: &Node,
        found: &'f mut Vec<Violation<'a>>,
    ) {
        Walk { object, found }.value(arena, schema, node, &Way::Object);
    }

    fn push(&mut self, arena: &'a Arena, way: &Way<'_>, wrong: Wrong) {
        self.found.push(Violation { object: self.object, steps: way.steps(), arena, wrong });
    }

    fn value(&mut self, arena: &'a Arena, id: NodeId, node: &Node, way: &Way<'_>) {
        let schema = arena.node(id);
        match &node.value {
            Value::Scalar(scalar) => self.scalar(arena, schema, scalar, way),
            Value::Map(map) => match schema.kind {
                Type::Object => self.map(arena, id, map, way),
                Type::Metadata => self.metadata(node, way),
                Type::Any => {}
                _ if schema.flags & LENIENT != 0 => return,
                other => return self.push(arena, way, Wrong::Type(other)),
            },
            Value::Seq(items) => match schema.kind {
                Type::Array => {
                    for (index, item) in items.iter().enumerate() {
                        self.value(arena, schema.rest, item, &Way::Item(way, index));
                    }
                }
                Type::Any => {}
                _ if schema.flags & LENIENT != 0 => return,
                other => return self.push(arena, way, Wrong::Type(other)),
            },
        }
        if let Some(checks) = arena.checks(schema) {
            self.checks(arena, id, checks, node, way);
        }
    }

    /// Metadata of an object has the schema of the newest release, whatever the schema of the object says.
    fn metadata(&mut self, node: &Node, way: &Way<'_>) {
        let arena = kubernetes();
        let of_any = arena.kinds().first().and_then(|kind| arena.property(arena.node(kind.node), "metadata"));
        let of_config =
            arena.find("", "v1", "ConfigMap").last().and_then(|kind| arena.property(arena.node(kind.node), "metadata"));
        if let Some((_, property)) = of_config.or(of_any) {
            self.value(arena, property.node, node, way);
        }
    }

    fn map(&mut self, arena: &'a Arena, id: NodeId, map: &Map, way: &Way<'_>) {
        let schema = arena.node(id);
        let mut required = 0;
        for (at, entry) in map.entries.iter().enumerate() {
            let key = entry.key.text.as_str();
            let below = Way::Key(way, key);
            match arena.property(schema, key) {
                Some((_, property)) => {
                    // Null is as good as absent.
                    let is_null =
                        entry.value.is_null() && arena.node(property.node).flags & crate::schema::NULLABLE == 0;
                    required += usize::from(property.required && !is_null && map.is_last(at));
                    self.value(arena, property.node, &entry.value, &below);
                }
                None if schema.rest != CLOSED => self.value(arena, schema.rest, &entry.value, &below),
                None if schema.flags & EMBEDDED != 0 && matches!(key, "apiVersion" | "kind" | "metadata") => {}
                None => self.push(arena, &below, Wrong::Unknown(id)),
            }
        }
        let properties = arena.properties(schema);
        if properties.iter().filter(|it| it.required).count() != required {
            for property in properties.iter().filter(|it| it.required) {
                let name = arena.name(property);
                let is_there = map.entries.iter().rev().find(|entry| entry.key.text == name);
                let nullable = arena.node(property.node).flags & crate::schema::NULLABLE != 0;
                if is_there.is_none_or(|entry| entry.value.is_null() && !nullable) {
                    self.push(arena, &Way::Key(way, name), Wrong::Missing);
                }
            }
        }
    }

    fn scalar(&mut self, arena: &'a Arena, schema: &Schema, scalar: &Scalar, way: &Way<'_>) {
        let is = type_of(scalar);
        let fits = match (schema.kind, is) {
            (_, Is::Null) | (Type::Any, _) => return,
            (Type::String, Is::String) => true,
            (Type::Integer, Is::Integer) | (Type::Number, Is::Integer | Is::Number) | (Type::Boolean, Is::Boolean) => {
                true
            }
            (Type::IntOrString, Is::Integer | Is::String) => true,
            (Type::Quantity, Is::Integer | Is::Number | Is::String) => {
                if !is_quantity(&scalar.text) && !is_placeholder(&scalar.text) && is == Is::String {
                    self.push(arena, way, Wrong::Form(Format::Quantity));
                }
                true
            }
            _ => false,
        };
        if !fits && schema.flags & LENIENT == 0 && !(is == Is::String && is_placeholder(&scalar.text)) {
            self.push(arena, way, Wrong::Type(schema.kind));
        }
    }

    fn checks(&mut self, arena: &'a Arena, id: NodeId, checks: &'a Checks, node: &Node, way: &Way<'_>) {
        let schema = arena.node(id);
        match &node.value {
            Value::Scalar(scalar) => {
                let is = type_of(scalar);
                if is == Is::Null || (is == Is::String && is_placeholder(&scalar.text)) {
                    return;
                }
                self.scalar_checks(arena, schema, checks, scalar, is, way);
            }
            Value::Seq(items) => {
                self.size(arena, checks, items.len() as u64, "items", way);
                if let Some(unique) = &checks.unique {
                    self.unique(arena, unique, items, way);
                }
            }
            Value::Map(map) => {
                self.size(arena, checks, map.len() as u64, "entries", way);
                for name in &checks.required {
                    if map.get(name).is_none_or(Node::is_null) {
                        self.push(arena, &Way::Key(way, name), Wrong::Missing);
                    }
                }
            }
        }
        self.choices(arena, checks, node, way);
        if !checks.rules.is_empty() {
            for broken in cel::broken_rules(&checks.rules, node, arena, id) {
                match broken {
                    Broken::Rule { message, field } => {
                        let mut steps = way.steps();
                        steps.extend(field.iter().map(|key| Step::Key(key.as_str().into())));
                        self.found.push(Violation { object: self.object, steps, arena, wrong: Wrong::Rule(message) });
                    }
                    Broken::Failed(why) => self.push(arena, way, Wrong::Unruled(why)),
                }
            }
        }
    }

    fn scalar_checks(
        &mut self,
        arena: &'a Arena,
        schema: &Schema,
        checks: &Checks,
        scalar: &Scalar,
        is: Is,
        way: &Way<'_>,
    ) {
        let text = scalar.text.as_str();
        if !checks.values.is_empty() && !checks.values.iter().any(|value| is_value(text, is, value)) {
            // Of Kubernetes' own types, the empty text stands for the default.
            let is_default = text.is_empty() && std::ptr::eq(arena, kubernetes());
            if !is_default {
                self.push(arena, way, Wrong::NoneOf(checks.values.clone()));
            }
        }
        match is {
            Is::String => {
                if let Some(pattern) = arena.pattern(schema)
                    && !pattern.is_match(text)
                {
                    self.push(arena, way, Wrong::Pattern(checks.pattern.clone().unwrap_or_default()));
                }
                if let Some(format) = checks.format.filter(|it| !matches!(it, Format::Int32 | Format::Int64))
                    && !(text.is_empty() && std::ptr::eq(arena, kubernetes()))
                    && !has_form(text, format)
                {
                    self.push(arena, way, Wrong::Form(format));
                }
                if checks.size.is_some() {
                    self.size(arena, checks, text.chars().count() as u64, "characters", way);
                }
            }
            Is::Integer | Is::Number => {
                if let Some(format @ (Format::Int32 | Format::Int64)) = checks.format
                    && scalar.tag == Tag::Int
                    && !has_form(text, format)
                {
                    self.push(arena, way, Wrong::Form(format));
                }
                self.bounds(arena, checks, text, way);
            }
            Is::Boolean | Is::Null => {}
        }
    }

    fn bounds(&mut self, arena: &'a Arena, checks: &Checks, text: &str, way: &Way<'_>) {
        let Some(number) = crate::yaml::parse_int11(text).map(|it| it as f64).or_else(|| text.parse::<f64>().ok())
        else {
            return;
        };
        let wrong = match (checks.minimum, checks.maximum, checks.multiple_of) {
            (Some((least, false)), ..) if number < least => format!("must be at least {least}"),
            (Some((least, true)), ..) if number <= least => format!("must be more than {least}"),
            (_, Some((most, false)), _) if number > most => format!("must be at most {most}"),
            (_, Some((most, true)), _) if number >= most => format!("must be less than {most}"),
            (.., Some(step)) if (number / step).fract().abs() > 1e-9 => format!("must be a multiple of {step}"),
            _ => return,
        };
        self.push(arena, way, Wrong::Bounds(wrong));
    }

    fn size(&mut self, arena: &'a Arena, checks: &Checks, size: u64, what: &str, way: &Way<'_>) {
        let Some((least, most)) = checks.size else { return };
        if size < least {
            self.push(arena, way, Wrong::Bounds(format!("must have at least {least} {what}, and has {size}")));
        } else if size > most {
            self.push(arena, way, Wrong::Bounds(format!("must have at most {most} {what}, and has {size}")));
        }
    }

    fn unique(&mut self, arena: &'a Arena, unique: &Unique, items: &[Node], way: &Way<'_>) {
        let mut seen: Vec<String> = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let mut key = String::new();
            match unique {
                Unique::Items => {
                    let _ = crate::yaml::to_json(item, &mut key);
                }
                Unique::Keys(names) => {
                    // A key that is missing may have a default that is not known here.
                    let parts: Option<Vec<&str>> = names.iter().map(|name| item.get(name)?.text()).collect();
                    let Some(parts) = parts else { continue };
                    let parts: Vec<String> =
                        names.iter().zip(parts).map(|(name, part)| format!("{name}={part}")).collect();
                    key = parts.join(",");
                }
            }
            if seen.contains(&key) {
                self.push(arena, &Way::Item(way, index), Wrong::Twice(key));
            } else {
                seen.push(key);
            }
        }
    }

    fn choices(&mut self, arena: &'a Arena, checks: &Checks, node: &Node, way: &Way<'_>) {
        for &schema in &checks.all_of {
            self.value(arena, schema, node, way);
        }
        let object = self.object;
        let holds = |schema: NodeId| {
            let mut found = Vec::new();
            Walk { object, found: &mut found }.value(arena, schema, node, &Way::Object);
            found.is_empty()
        };
        if !checks.any_of.is_empty() && !checks.any_of.iter().any(|it| holds(*it)) {
            self.push(arena, way, Wrong::Choice("none of the alternatives of the schema holds"));
        }
        match checks.one_of.iter().filter(|it| holds(**it)).count() {
            _ if checks.one_of.is_empty() => {}
            0 => self.push(arena, way, Wrong::Choice("none of the alternatives of the schema holds")),
            1 => {}
            _ => self.push(arena, way, Wrong::Choice("more than one of the alternatives of the schema holds")),
        }
        if checks.not.is_some_and(holds) {
            self.push(arena, way, Wrong::Choice("the schema forbids this"));
        }
    }
}

fn is_value(text: &str, is: Is, value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(value) => is == Is::String && value == text,
        serde_json::Value::Bool(value) => is == Is::Boolean && bool11(text) == Some(*value),
        serde_json::Value::Number(value) => text.parse::<f64>().ok() == value.as_f64(),
        _ => false,
    }
}

/// Whether a text stands for a value that is put in later, from a store of secrets: `<path:…>` anywhere, or `<key>` alone.
pub(in crate::validate) fn is_placeholder(text: &str) -> bool {
    let Some(start) = text.find('<') else { return false };
    let inner =
        |text: &str| text.strip_prefix('<')?.strip_suffix('>').map(|it| !it.is_empty() && !it.contains(['<', '>']));
    text[start..].starts_with("<path:") || text.contains("<path:") || inner(text.trim()).unwrap_or(false)
}
