//! The fields of a key model.

use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::kustomize::decode::{Decoder, FromNode, Spanned, Text, record};
use crate::yaml::{Entry, Node};

use super::units::{Count, Share, Size, Ttl};

record! {
    /// A key model: which keys an application has, and what it does with them.
    KeyModel as "a key model" {
        /// `redisops.dev/v1alpha1`.
        api_version: Text = "apiVersion",
        /// `KeyModel`.
        kind: Text = "kind",
        /// Its name.
        metadata: Metadata = "metadata",
        /// From where on something is worth a word.
        limits: Limits = "limits",
        /// The keys.
        patterns: Vec<Pattern> = "patterns",
        /// Commands that take several keys at once.
        together: Vec<Together> = "together",
        /// Lua scripts and functions.
        scripts: Vec<Script> = "scripts",
    }
}

record! {
    /// Metadata of a key model.
    Metadata as "the metadata of a key model" {
        /// Its name.
        name: Text = "name",
    }
}

record! {
    /// From where on something is worth a word.
    Limits as "limits" {
        /// The share of all keys, or bytes, that one tag may have.
        tag_share: Option<Share> = "tagShare",
        /// Bytes from which on a key is big.
        big_key: Option<Size> = "bigKey",
    }
}

record! {
    /// Keys of one form.
    Pattern as "a pattern" {
        /// Its name, for `together` and `scripts`.
        name: Text = "name",
        /// The form: `{user:<id>}:profile`.
        pattern: Form = "pattern",
        /// What it is for.
        description: Text = "description",
        /// The type of the values.
        value_type: Option<Spanned<ValueType>> = "type",
        /// How many keys there are at a time.
        cardinality: Option<Count> = "cardinality",
        /// The share of all keys, where their number is not known.
        share: Option<Share> = "share",
        /// How many values the parts in `<…>` have.
        values: Values = "values",
        /// Bytes of one key with its value, on average.
        size: Option<Size> = "size",
        /// Bytes of the biggest.
        max_size: Option<Size> = "maxSize",
        /// How long they live.
        ttl: Option<Ttl> = "ttl",
        /// Whether they are for a time only; what their names say where nothing is said.
        temporary: Option<Spanned<bool>> = "temporary",
    }
}

/// The form of keys, as it is written.
#[derive(Clone, Debug, Default)]
pub struct Form(pub Text);

impl FromNode for Form {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Form> {
        if node.as_map().is_some() {
            cx.found.push(
                Diagnostic::error("redisops::keys::quotes", "this pattern is a mapping, as it begins with a brace")
                    .label(cx.pos(node), 1, "")
                    .help("put the pattern in quotes: pattern: \"{user:<id>}:profile\""),
            );
            return None;
        }
        Text::from_node(node, cx).map(Form)
    }
}

/// How many values parts of a pattern have.
#[derive(Clone, Debug, Default)]
pub struct Values(pub Vec<(Text, Count)>);

impl FromNode for Values {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<Values> {
        let map = cx.mapping(node, "parts of the pattern and how many values they have")?;
        cx.duplicate_keys(map);
        let read = |entry: &Entry| {
            let name = Text { value: entry.key.text.to_string(), pos: entry.key_pos, literal: false };
            Count::from_node(&entry.value, cx).map(|count| (name, count))
        };
        Some(Values(map.entries.iter().filter_map(read).collect()))
    }
}

/// The type of a value, as `TYPE` names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ValueType {
    /// `string`
    #[default]
    String,
    /// `list`
    List,
    /// `set`
    Set,
    /// `zset`
    SortedSet,
    /// `hash`
    Hash,
    /// `stream`
    Stream,
    /// `json` (`ReJSON-RL`)
    Json,
}

impl ValueType {
    /// The names, as they are written.
    pub const NAMES: [&'static str; 7] = ["string", "list", "set", "zset", "hash", "stream", "json"];

    /// Its name.
    pub const fn name(self) -> &'static str {
        ValueType::NAMES[self as usize]
    }

    /// Whether a reply of `TYPE` is of it.
    pub fn is(self, reply: &str) -> bool {
        reply == self.name() || self == ValueType::Json && reply == "ReJSON-RL"
    }
}

impl FromNode for ValueType {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<ValueType> {
        const ALL: [ValueType; 7] = [
            ValueType::String,
            ValueType::List,
            ValueType::Set,
            ValueType::SortedSet,
            ValueType::Hash,
            ValueType::Stream,
            ValueType::Json,
        ];
        let text = Text::from_node(node, cx)?;
        let found = ALL.into_iter().find(|known| known.name() == text.value);
        if found.is_none() {
            let message = format!("`{}` is no type of a value", text.value);
            let help = match did_you_mean(&text, ValueType::NAMES) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", ValueType::NAMES.join(", ")),
            };
            cx.found
                .push(Diagnostic::error("redisops::keys::value", message).label(text.pos, text.len(), "").help(help));
        }
        found
    }
}

record! {
    /// Keys that one command, transaction or pipeline takes together.
    Together as "an entry of together" {
        /// Its name.
        name: Text = "name",
        /// The command: `MGET`, `MULTI`, `RENAME`, `SINTERSTORE`, …
        command: Text = "command",
        /// Names of the patterns; one that stands alone, or twice, means several keys of it.
        patterns: Vec<Text> = "patterns",
        /// Parts in `<…>` that differ from key to key; all others are the same in all keys.
        differ: Vec<Text> = "differ",
    }
}

record! {
    /// A Lua script, or a function of a library.
    Script as "a script" {
        /// Its name.
        name: Text = "name",
        /// The file, relative to the key model.
        file: Text = "file",
        /// The script itself, instead of a file.
        source: Text = "source",
        /// Names of the patterns of `KEYS[1]`, `KEYS[2]`, …
        keys: Option<Vec<Text>> = "keys",
        /// Parts in `<…>` that differ from key to key.
        differ: Vec<Text> = "differ",
    }
}
