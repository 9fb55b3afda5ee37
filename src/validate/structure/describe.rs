//! Violations in words.

use crate::diagnostics::{Severity, did_you_mean};
use crate::k8s::Resource;
use crate::schema::{Arena, Format, NodeId, Type};
use crate::validate::cel::Failure;
use crate::validate::{Field, Finding, Objects, Step};
use crate::yaml::{Node, Value};

use super::format::meant_quantity;
use super::violation::{Violation, Wrong};
use super::walk::{Is, type_of};

/// How many names a help lists.
const LISTED: usize = 12;
/// How deep a field is looked for that stands in the wrong place.
const REACH: usize = 4;

/// The finding for a violation.
pub(super) fn describe(violation: &Violation<'_>, object: &Resource, objects: &Objects<'_>) -> Finding {
    let field = Field::follow(object, &violation.steps);
    let name = match violation.steps.last() {
        Some(Step::Key(key)) => format!("`{key}`"),
        Some(Step::Index(index)) => format!(
            "item {index} of {}",
            objects.path(&Field::follow(object, &violation.steps[..violation.steps.len() - 1]))
        ),
        None => "the object".to_owned(),
    };
    let text = field.text().unwrap_or("");
    let error = |rule: &'static str, message: String| Finding::new(rule, Severity::Error, message).at(objects, &field);
    match &violation.wrong {
        Wrong::Type(wanted) => {
            let is = field.node().map_or("missing", kind_name);
            error("schema/type", format!("{name} must be {}, and is {is}", type_name(*wanted)))
                .help_if(type_help(*wanted, field.node()))
        }
        Wrong::Unknown(around) => {
            let key = match violation.steps.last() {
                Some(Step::Key(key)) => key.as_str(),
                _ => "",
            };
            let message = match violation.steps.len() {
                1 => format!("{} has no field `{key}`", object.kind()),
                _ => format!("unknown field `{key}`"),
            };
            Finding::new("schema/unknown-field", Severity::Error, message)
                .at_key(objects, &field)
                .help_if(unknown_help(key, violation.arena, *around))
        }
        Wrong::Missing => {
            let key = name.clone();
            let around = Field::follow(object, &violation.steps[..violation.steps.len().saturating_sub(1)]);
            let finding = error("schema/required", format!("{key} is missing"));
            match around.steps().is_empty() {
                true => finding,
                false => finding.help(format!("add {key} to `{}`", objects.path(&around))),
            }
        }
        Wrong::NoneOf(values) => {
            let shown: Vec<String> =
                values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
            let help = match did_you_mean(text, shown.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", shown.join(", ")),
            };
            error("schema/enum", format!("{name} cannot be `{text}`"))
                .note(format!("possible are {}", shown.join(", ")))
                .help(help)
        }
        Wrong::Pattern(pattern) => error("schema/pattern", format!("{name} does not match the pattern of its schema"))
            .note(format!("the pattern is `{pattern}`")),
        Wrong::Form(Format::Quantity) => {
            error("schema/quantity", format!("{name} is no quantity: `{text}`")).help(match meant_quantity(text) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => {
                    "write a number with one of n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei behind it, or none"
                        .to_owned()
                }
            })
        }
        Wrong::Form(format @ (Format::Int32 | Format::Int64)) => {
            error("schema/format", format!("{name} is too large: it must fit into {}", format_name(*format)))
        }
        Wrong::Form(format) => {
            error("schema/format", format!("{name} is not {}", format_name(*format))).help_if(format_help(*format))
        }
        Wrong::Bounds(wrong) => error("schema/range", format!("{name} {wrong}")),
        Wrong::Twice(key) => error("schema/duplicate", format!("{name} is there twice")).note_if(key),
        Wrong::Choice(why) => error("schema/choice", format!("{name} does not fit: {why}")),
        Wrong::Rule(message) => error("schema/cel", message.clone()),
        Wrong::Unruled(why) => {
            // What the server would do is not known then; what is wrong with the rule itself is.
            let severity = if matches!(why, Failure::Unknown(_)) { Severity::Note } else { Severity::Error };
            let finding = error("schema/cel-failed", format!("a rule of the schema cannot be evaluated: {why}"));
            let finding = Finding { severity, ..finding };
            match why {
                Failure::Unknown(_) => finding,
                Failure::Values(_) => finding.help("correct the value: the API server refuses what it cannot judge"),
                _ => finding.help("correct the rule in the custom resource definition"),
            }
        }
    }
}

impl Finding {
    fn note_if(self, key: &str) -> Finding {
        if key.contains('=') { self.note(format!("another item has {key}")) } else { self }
    }
}

fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Any => "anything",
        Type::Object | Type::Metadata => "a mapping",
        Type::Array => "a list",
        Type::String => "a string",
        Type::Integer => "an integer",
        Type::Number => "a number",
        Type::Boolean => "true or false",
        Type::IntOrString => "an integer or a string",
        Type::Quantity => "a quantity",
    }
}

fn kind_name(node: &Node) -> &'static str {
    match &node.value {
        Value::Map(_) => "a mapping",
        Value::Seq(_) => "a list",
        Value::Scalar(scalar) => match type_of(scalar) {
            Is::Null => "null",
            Is::Boolean => "a boolean",
            Is::Integer => "an integer",
            Is::Number => "a number",
            Is::String => "a string",
        },
    }
}

fn type_help(wanted: Type, node: Option<&Node>) -> Option<String> {
    let node = node?;
    let text = node.text();
    match (wanted, text) {
        (Type::String, Some(text)) if !text.contains(['"', '\n']) => Some(format!("put it in quotes: \"{text}\"")),
        (Type::Integer | Type::Number, Some(text)) if text.parse::<f64>().is_ok() => {
            Some(format!("write it without quotes: {text}"))
        }
        (Type::Boolean, Some(text)) if matches!(text, "true" | "false") => {
            Some(format!("write it without quotes: {text}"))
        }
        (Type::Array, _) => Some("begin each item with `- `".to_owned()),
        _ => None,
    }
}

/// What was meant by a field that does not exist: a name that is near, or a place where the name exists.
fn unknown_help(key: &str, arena: &Arena, around: NodeId) -> Option<String> {
    let schema = arena.node(around);
    let names: Vec<&str> = arena.properties(schema).iter().map(|it| arena.name(it)).collect();
    if let Some(near) = did_you_mean(key, names.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    if let Some(place) = place_of(key, arena, around, REACH) {
        return Some(format!("`{key}` belongs in `{place}`"));
    }
    match names.len() {
        0 => None,
        1..=LISTED => Some(format!("fields here are {}", names.join(", "))),
        more => Some(format!("fields here are {} and {} more", names[..LISTED].join(", "), more - LISTED)),
    }
}

/// The nearest mapping below a schema that has a field of that name.
fn place_of(key: &str, arena: &Arena, around: NodeId, reach: usize) -> Option<String> {
    for depth in 1..=reach {
        if let Some(way) = at_depth(key, arena, around, depth) {
            return Some(way);
        }
    }
    None
}

fn at_depth(key: &str, arena: &Arena, around: NodeId, depth: usize) -> Option<String> {
    let below = arena
        .properties(arena.node(around))
        .iter()
        .filter(|it| arena.name(it) != "status" && arena.node(it.node).kind == Type::Object);
    for property in below {
        let name = arena.name(property);
        let found = match depth {
            1 => arena.property(arena.node(property.node), key).map(|_| name.to_owned()),
            _ => at_depth(key, arena, property.node, depth - 1).map(|way| format!("{name}.{way}")),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Int32 => "32 bits",
        Format::Int64 => "64 bits",
        Format::DateTime => "a time (RFC 3339)",
        Format::Date => "a date",
        Format::Byte => "base64",
        Format::Duration => "a duration",
        Format::Ipv4 => "an IPv4 address",
        Format::Ipv6 => "an IPv6 address",
        Format::Ip => "an IP address",
        Format::Cidr => "a network",
        Format::Uuid => "a UUID",
        Format::Uri => "a URI",
        Format::Email => "a mail address",
        Format::Hostname => "a host name",
        Format::Mac => "a MAC address",
        Format::Quantity => "a quantity",
    }
}

fn format_help(format: Format) -> Option<String> {
    let help = match format {
        Format::DateTime => "write it as in 2026-01-31T12:00:00Z",
        Format::Date => "write it as in 2026-01-31",
        Format::Byte => "encode the value, or put it under `stringData` where the object is a Secret",
        Format::Duration => "write it as in 1h30m",
        Format::Cidr => "write it as in 10.0.0.0/8",
        _ => return None,
    };
    Some(help.to_owned())
}
