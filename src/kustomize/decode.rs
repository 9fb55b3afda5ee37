//! Typed reading of kustomization files and plugin configuration from nodes.
//!
//! Unlike a serde derive it goes on after a mistake, so that all mistakes of a file are reported together, each at its place and with the name that
//! was probably meant. Types follow the reference: what it refuses (a number where a string belongs) is refused here.

use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Severity, did_you_mean};
use crate::yaml::{Entry, Map, Node, Style, Tag, Trace, Value, number_text, resolve11, to_json};

/// A string with its place.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Text {
    /// The string.
    pub value: String,
    /// Where it stands.
    pub pos: Pos,
    /// Whether its line breaks are those of the file (a literal block scalar).
    pub literal: bool,
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.value
    }
}

/// A value with its place.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub pos: Pos,
}

/// A map of strings, sorted by key as the reference applies it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pairs(pub Vec<(Text, Text)>);

impl Pairs {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Text> {
        self.0.binary_search_by(|(k, _)| k.value.as_str().cmp(key)).ok().map(|i| &self.0[i].1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads values of one file and collects what is wrong with it.
pub struct Decoder<'a> {
    /// What is wrong so far.
    pub found: Diagnostics,
    trace: &'a Trace,
    strict: bool,
    yaml11: bool,
    /// Whether numbers and booleans are taken where a string belongs.
    converts: bool,
    /// Whether a key that stands twice is an error.
    unique_keys: bool,
    codes: Codes,
}

/// Codes of what a decoder finds.
#[derive(Clone, Copy)]
struct Codes {
    unknown_field: &'static str,
    wrong_type: &'static str,
}

const KUSTOMIZATION: Codes = Codes {
    unknown_field: "redisops::kustomization::unknown_field",
    wrong_type: "redisops::kustomization::wrong_type",
};

impl<'a> Decoder<'a> {
    /// For a kustomization file: unknown fields are errors and plain scalars follow YAML 1.1 (`yes` is a boolean), as in the reference.
    pub fn kustomization(trace: &'a Trace) -> Decoder<'a> {
        Decoder {
            found: Diagnostics::new(),
            trace,
            strict: true,
            yaml11: true,
            converts: false,
            unique_keys: false,
            codes: KUSTOMIZATION,
        }
    }

    /// For a file of field specs (`configurations`): strict as a kustomization file, and no key may stand twice.
    pub fn configuration(trace: &'a Trace) -> Decoder<'a> {
        Decoder { converts: true, unique_keys: true, ..Decoder::kustomization(trace) }
    }

    /// For a file the reference reads leniently (replacement files): unknown fields are ignored, plain scalars follow YAML 1.1, a number or boolean
    /// is good where a string belongs.
    pub fn lenient(trace: &'a Trace) -> Decoder<'a> {
        Decoder { strict: false, converts: true, ..Decoder::kustomization(trace) }
    }

    /// For plugin configuration, which was read as a resource: unknown fields are ignored, scalars keep the types they have as resources, and a number
    /// or boolean is good where a string belongs.
    pub fn plugin(trace: &'a Trace) -> Decoder<'a> {
        Decoder { strict: false, yaml11: false, converts: true, unique_keys: true, ..Decoder::kustomization(trace) }
    }

    /// For an environment: unknown fields are errors, scalars have the types of YAML 1.2.
    pub fn environment(trace: &'a Trace) -> Decoder<'a> {
        let codes = Codes {
            unknown_field: "redisops::environment::unknown_field",
            wrong_type: "redisops::environment::wrong_type",
        };
        Decoder { yaml11: false, unique_keys: true, codes, ..Decoder::kustomization(trace) }
    }

    /// For the spec of a `kind: Redis`, which was read as a resource: as for an environment, but numbers are good where a string belongs.
    pub fn topology(trace: &'a Trace) -> Decoder<'a> {
        let codes =
            Codes { unknown_field: "redisops::topology::unknown_field", wrong_type: "redisops::topology::wrong_type" };
        Decoder { codes, converts: true, ..Decoder::environment(trace) }
    }

    /// For `redisops.yaml`: as for an environment.
    pub fn configuration_file(trace: &'a Trace) -> Decoder<'a> {
        let codes =
            Codes { unknown_field: "redisops::config::unknown_field", wrong_type: "redisops::config::wrong_type" };
        Decoder { codes, ..Decoder::environment(trace) }
    }

    /// For a key model: as for an environment.
    pub fn key_model(trace: &'a Trace) -> Decoder<'a> {
        let codes = Codes { unknown_field: "redisops::keys::unknown_field", wrong_type: "redisops::keys::wrong_type" };
        Decoder { codes, ..Decoder::environment(trace) }
    }

    /// The value, or everything that is wrong.
    ///
    /// # Errors
    /// All mistakes found.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Diagnostics> {
        match value {
            Some(value) if !self.found.has_errors() => Ok(value),
            _ => Err(self.found),
        }
    }

    /// Where a node stands.
    pub fn pos(&self, node: &Node) -> Pos {
        self.trace.pos(node.origin)
    }

    /// Type of a scalar in this file.
    fn tag(&self, node: &Node) -> Option<Tag> {
        let scalar = node.as_scalar()?;
        if self.yaml11 && scalar.style == Style::Plain && scalar.tag != Tag::Other && scalar.tag != Tag::Binary {
            // A plain date is a string when it is read into an untyped value.
            return Some(match resolve11(&scalar.text) {
                Tag::Timestamp => Tag::Str,
                tag => tag,
            });
        }
        Some(scalar.tag)
    }

    /// Reports a value of another type than expected (`a string`, `a list`).
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        let found = match (&node.value, self.tag(node)) {
            (Value::Map(_), _) => "a mapping",
            (Value::Seq(_), _) => "a list",
            (_, Some(Tag::Int | Tag::Float)) => "a number",
            (_, Some(Tag::Bool)) => "a boolean",
            (_, Some(Tag::Null)) => "null",
            _ => "a string",
        };
        // A null may stand nowhere: an empty file is one.
        let text = node.text().filter(|_| !node.is_null()).unwrap_or("");
        let mut diagnostic = Diagnostic::error(self.codes.wrong_type, format!("expected {expected}, found {found}"))
            .label(self.pos(node), text.len().max(1), format!("expected {expected}"));
        if expected == "a string" && node.as_scalar().is_some() {
            let yaml11 = self.yaml11 && matches!(node.as_scalar(), Some(s) if s.tag == Tag::Str);
            if yaml11 {
                diagnostic = diagnostic.note(
                    "kustomization files are read as YAML 1.1, in which plain y, n, yes, no, on and off are booleans",
                );
            }
            diagnostic = diagnostic.help(match found {
                "null" => "write a string, or remove the entry".to_owned(),
                _ => format!("put it in quotes: \"{text}\""),
            });
        }
        if expected == "an integer" && node.as_scalar().is_some_and(|s| s.text.parse::<i64>().is_ok()) {
            diagnostic = diagnostic.help(format!("write it without quotes: {text}"));
        }
        if expected == "a list" && node.as_scalar().is_some_and(|s| !s.text.is_empty() && !s.text.contains('\n')) {
            diagnostic = diagnostic.help(format!("make it a list of one: `[{text}]`, or `- {text}` on the next line"));
        }
        self.found.push(diagnostic);
    }

    /// The mapping in a node; anything else is an error.
    pub fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Map> {
        if node.as_map().is_none() {
            self.wrong_type(node, &format!("a mapping ({what})"));
        }
        node.as_map()
    }

    /// The field that a key means: the same text, or the same but for case (the reference's JSON decoder accepts that).
    pub fn field(&mut self, entry: &Entry, fields: &[&'static str], what: &str) -> Option<&'static str> {
        let key = entry.key.text.as_str();
        let exact = fields.iter().find(|f| **f == key);
        let found = exact.or_else(|| fields.iter().find(|f| f.eq_ignore_ascii_case(key)));
        if found.is_none() && self.strict {
            let near = did_you_mean(key, fields.iter().copied());
            self.found.push(
                Diagnostic::error(self.codes.unknown_field, format!("unknown field `{key}` in {what}"))
                    .label(entry.key_pos, key.len(), "")
                    .help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("known fields are {}", fields.join(", ")),
                    }),
            );
        }
        found.copied()
    }

    /// Reports keys that stand twice. In kustomization files the last one wins, so it is a warning there.
    pub fn duplicate_keys(&mut self, map: &Map) {
        for (i, entry) in map.entries.iter().enumerate() {
            if let Some(first) = map.entries[..i].iter().find(|e| e.key.text == entry.key.text) {
                let key = &entry.key.text;
                let severity = if self.unique_keys { Severity::Error } else { Severity::Warning };
                let message = format!("key `{key}` stands twice in one mapping");
                self.found.push(
                    Diagnostic { severity, ..Diagnostic::error("redisops::yaml::duplicate_key", message) }
                        .label(entry.key_pos, key.len(), "this one counts")
                        .label(first.key_pos, key.len(), "this one does not")
                        .help("keep one of them; lists of both can be joined"),
                );
            }
        }
    }
}

/// A type that can be read from a node.
pub trait FromNode: Sized {
    /// The value, or nothing and a diagnostic in the decoder.
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Self>;
}

impl FromNode for Text {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Text> {
        match (cx.tag(node), node.as_scalar()) {
            (Some(Tag::Int | Tag::Float | Tag::Bool | Tag::Timestamp), Some(_)) if cx.converts => {
                let mut json = String::new();
                cx.found.take(to_json(node, &mut json))?;
                let unquoted = json.strip_prefix('"').and_then(|j| j.strip_suffix('"'));
                let value = unquoted.map_or_else(|| number_text(&json), str::to_owned);
                Some(Text { value, pos: cx.pos(node), literal: false })
            }
            (Some(Tag::Str | Tag::Timestamp | Tag::Binary | Tag::Other), Some(scalar)) => Some(Text {
                value: scalar.text.to_string(),
                pos: cx.pos(node),
                literal: scalar.style == Style::Literal,
            }),
            _ => {
                cx.wrong_type(node, "a string");
                None
            }
        }
    }
}

impl FromNode for String {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<String> {
        Text::from_node(node, cx).map(|t| t.value)
    }
}

impl FromNode for bool {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<bool> {
        let value = match (cx.tag(node), node.text().map(str::to_ascii_lowercase).as_deref()) {
            (Some(Tag::Bool), Some("true" | "yes" | "on" | "y")) => Some(true),
            (Some(Tag::Bool), Some("false" | "no" | "off" | "n")) => Some(false),
            _ => None,
        };
        if value.is_none() {
            cx.wrong_type(node, "a boolean");
        }
        value
    }
}

impl FromNode for i64 {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<i64> {
        let text = node.text().unwrap_or("");
        let value = match cx.tag(node) {
            Some(Tag::Int) => crate::yaml::parse_int11(text),
            Some(Tag::Float) => {
                text.parse::<f64>().ok().filter(|f| f.fract() == 0.0 && f.abs() < 9e15).map(|f| f as i64)
            }
            _ => None,
        };
        if value.is_none() {
            cx.wrong_type(node, "an integer");
        }
        value
    }
}

impl<T: FromNode> FromNode for Spanned<T> {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Spanned<T>> {
        let pos = cx.pos(node);
        T::from_node(node, cx).map(|value| Spanned { value, pos })
    }
}

impl<T: FromNode> FromNode for Option<T> {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Option<T>> {
        if node.is_null() { Some(None) } else { T::from_node(node, cx).map(Some) }
    }
}

impl<T: FromNode> FromNode for Vec<T> {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Vec<T>> {
        let Some(items) = node.as_seq() else {
            cx.wrong_type(node, "a list");
            return None;
        };
        Some(items.iter().filter_map(|item| T::from_node(item, cx)).collect())
    }
}

impl FromNode for Node {
    fn from_node(node: &Node, _: &mut Decoder<'_>) -> Option<Node> {
        Some(node.clone())
    }
}

impl FromNode for Pairs {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Pairs> {
        let map = cx.mapping(node, "names and values")?;
        cx.duplicate_keys(map);
        let pairs: Vec<(Text, Text)> = map
            .entries
            .iter()
            .enumerate()
            .filter(|(i, _)| map.is_last(*i))
            .filter_map(|(_, e)| {
                let key = Text { value: cx.key_text(e), pos: e.key_pos, literal: false };
                // The reference's decoder leaves an empty string for null.
                let value = match e.value.is_null() {
                    true => Text { pos: cx.pos(&e.value), ..Text::default() },
                    false => Text::from_node(&e.value, cx)?,
                };
                Some((key, value))
            })
            .collect();
        let by_key: BTreeMap<String, (Text, Text)> = pairs.into_iter().map(|p| (p.0.value.clone(), p)).collect();
        Some(Pairs(by_key.into_values().collect()))
    }
}

impl Decoder<'_> {
    /// Text of a key. In YAML 1.1 files a key `y` is the boolean true and becomes the string `true`, as in the reference.
    fn key_text(&self, entry: &Entry) -> String {
        let key = &entry.key;
        if self.yaml11 && key.style == Style::Plain && resolve11(&key.text) == Tag::Bool {
            let yes = matches!(key.text.to_ascii_lowercase().as_str(), "y" | "yes" | "on" | "true");
            return yes.to_string();
        }
        key.text.to_string()
    }
}

/// Declares a struct that is read from a mapping: `field: Type = "name in YAML"`. Fields that are absent or null keep their default.
macro_rules! record {
    ($(#[$meta:meta])* $name:ident as $what:literal { $($(#[$field_meta:meta])* $field:ident: $type:ty = $yaml:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            /// Where the mapping stands.
            #[allow(dead_code, reason = "a private record may have no error about itself as a whole")]
            pub pos: $crate::diagnostics::Pos,
            $($(#[$field_meta])* pub $field: $type),*
        }

        impl $name {
            /// Names of the fields.
            pub const FIELDS: &'static [&'static str] = &[$($yaml),*];
        }

        impl $crate::kustomize::decode::FromNode for $name {
            fn from_node(
                node: &$crate::yaml::Node,
                cx: &mut $crate::kustomize::decode::Decoder<'_>,
            ) -> Option<$name> {
                let map = cx.mapping(node, $what)?;
                cx.duplicate_keys(map);
                let mut record = $name { pos: cx.pos(node), ..$name::default() };
                for (i, entry) in map.entries.iter().enumerate() {
                    let field = cx.field(entry, Self::FIELDS, $what);
                    // Of a key that stands twice the last counts, whatever the first holds.
                    if entry.value.is_null() || !map.is_last(i) {
                        continue;
                    }
                    match field {
                        $(Some($yaml) => {
                            if let Some(value) = $crate::kustomize::decode::FromNode::from_node(&entry.value, cx) {
                                record.$field = value;
                            }
                        })*
                        _ => {}
                    }
                }
                Some(record)
            }
        }
    };
}

pub(crate) use record;
