//! Schemas in a form that is cheap to walk: nodes in one list, that name each other by number.
//!
//! Equal nodes are one node, so that versions of an API share what is the same in them.

use std::sync::OnceLock;

use compact_str::CompactString;
use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::k8s::go_regex;

/// The number of a node.
pub type NodeId = u32;

/// Takes any value.
pub const ANY: NodeId = 0;

/// In place of a node: nothing is allowed there.
pub const CLOSED: NodeId = u32::MAX;

/// What a value has to be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Type {
    /// Anything.
    Any,
    /// A mapping.
    Object,
    /// A list.
    Array,
    /// A string.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A whole number or a string.
    IntOrString,
    /// An amount, `500m` or `2Gi`.
    Quantity,
    /// The metadata of an object, whatever schema stands around it.
    Metadata,
}

const TYPES: [Type; 10] = [
    Type::Any,
    Type::Object,
    Type::Array,
    Type::String,
    Type::Integer,
    Type::Number,
    Type::Boolean,
    Type::IntOrString,
    Type::Quantity,
    Type::Metadata,
];

/// Null is a value like others.
pub const NULLABLE: u8 = 1;
/// The object has a kind of its own, whose schema holds too.
pub const EMBEDDED: u8 = 2;
/// A value of another type is none of its business.
pub const LENIENT: u8 = 4;

/// A schema.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Node {
    /// What the value has to be.
    pub kind: Type,
    /// [`NULLABLE`], [`EMBEDDED`].
    pub flags: u8,
    /// Number of properties.
    pub count: u16,
    /// First property.
    pub first: u32,
    /// Of a list: its items. Of an object: the values of keys that are no properties; [`CLOSED`] where there must be none.
    pub rest: NodeId,
    /// Further checks; zero where there are none.
    pub checks: u32,
}

/// A property of an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Property {
    /// Start of its name in the text.
    start: u32,
    /// Length of its name.
    length: u16,
    /// Whether it must be there.
    pub required: bool,
    /// Its schema.
    pub node: NodeId,
}

/// A text format.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// 32 bits.
    Int32,
    /// 64 bits.
    Int64,
    /// RFC 3339.
    DateTime,
    /// A day.
    Date,
    /// Base64.
    Byte,
    /// Of Go, `1h30m`.
    Duration,
    /// An address of IP version 4.
    Ipv4,
    /// An address of IP version 6.
    Ipv6,
    /// An address of IP, of any version.
    Ip,
    /// A network, `10.0.0.0/8`.
    Cidr,
    /// A hexadecimal id.
    Uuid,
    /// A URI.
    Uri,
    /// An address of mail.
    Email,
    /// The name of a host.
    Hostname,
    /// A MAC address.
    Mac,
    /// An amount.
    Quantity,
}

/// A rule of `x-kubernetes-validations`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct CelRule {
    /// The expression.
    pub rule: String,
    /// What to say when it does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// An expression that says it.
    #[serde(default, rename = "messageExpression", skip_serializing_if = "Option::is_none")]
    pub message_expression: Option<String>,
    /// The field that it is about.
    #[serde(default, rename = "fieldPath", skip_serializing_if = "Option::is_none")]
    pub field_path: Option<String>,
    /// Whether a rule on what changes is asked of new objects, too.
    #[serde(default, rename = "optionalOldSelf", skip_serializing_if = "std::ops::Not::not")]
    pub optional_old_self: bool,
}

/// How the items of a list are told apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Unique {
    /// Equal items are one too many.
    Items,
    /// By the values of these keys.
    Keys(Vec<String>),
}

/// What is seldom checked.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Checks {
    /// The only values, as JSON.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<serde_json::Value>,
    /// The value where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// A format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// A regular expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The least number, and whether it is too small itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<(f64, bool)>,
    /// The largest number, and whether it is too large itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<(f64, bool)>,
    /// A number that divides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multiple_of: Option<f64>,
    /// Least and most characters of a string, items of a list, or entries of an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<(u64, u64)>,
    /// How items are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique: Option<Unique>,
    /// All of these hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all_of: Vec<NodeId>,
    /// One of these holds at least.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<NodeId>,
    /// Exactly one of these holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<NodeId>,
    /// This does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<NodeId>,
    /// Rules in CEL.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<CelRule>,
    /// Keys that must be there although nothing else is said of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
}

/// A kind that a schema is known of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kind {
    /// API group; empty for the core.
    pub group: CompactString,
    /// API version.
    pub version: CompactString,
    /// Kind.
    pub kind: CompactString,
    /// In which minor versions of Kubernetes, one bit each, from 1.31 on; all for kinds that do not come with it.
    pub releases: u32,
    /// Its schema.
    pub node: NodeId,
}

/// Schemas.
#[derive(Debug, Default)]
pub struct Arena {
    pub(super) text: String,
    pub(super) nodes: Vec<Node>,
    pub(super) properties: Vec<Property>,
    pub(super) checks: Vec<Checks>,
    /// Of the patterns of the checks, when they are first used.
    pub(super) patterns: Vec<OnceLock<Option<Regex>>>,
    pub(super) kinds: Vec<Kind>,
}

impl Property {
    pub(super) fn new(start: u32, length: u16, required: bool, node: NodeId) -> Property {
        Property { start, length, required, node }
    }
}

impl Arena {
    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// The properties of a node, by name.
    pub fn properties(&self, node: &Node) -> &[Property] {
        &self.properties[node.first as usize..][..usize::from(node.count)]
    }

    /// The name of a property.
    pub fn name(&self, property: &Property) -> &str {
        &self.text[property.start as usize..][..usize::from(property.length)]
    }

    /// The property of a name, and its number among those of the node.
    pub fn property(&self, node: &Node, name: &str) -> Option<(usize, &Property)> {
        let properties = self.properties(node);
        let text = self.text.as_bytes();
        let of = |property: &Property| &text[property.start as usize..][..usize::from(property.length)];
        let at = properties.binary_search_by(|property| of(property).cmp(name.as_bytes())).ok()?;
        Some((at, &properties[at]))
    }

    /// Further checks of a node.
    pub fn checks(&self, node: &Node) -> Option<&Checks> {
        match node.checks {
            0 => None,
            number => Some(&self.checks[number as usize]),
        }
    }

    /// The regular expression of the pattern of a node; nothing where there is none.
    pub fn pattern(&self, node: &Node) -> Option<&Regex> {
        let number = node.checks as usize;
        let compile = || go_regex(self.checks[number].pattern.as_deref()?).ok();
        self.patterns[number].get_or_init(compile).as_ref()
    }

    pub(super) fn push_checks(&mut self, checks: Checks) -> u32 {
        self.checks.push(checks);
        self.patterns.push(OnceLock::new());
        self.checks.len() as u32 - 1
    }

    /// The kinds, by group, version and kind.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// All kinds of a group, version and kind: one for each shape that it had.
    pub fn find(&self, group: &str, version: &str, kind: &str) -> &[Kind] {
        let order = |it: &Kind| (it.group.as_str(), it.version.as_str(), it.kind.as_str()).cmp(&(group, version, kind));
        let start = self.kinds.partition_point(|it| order(it).is_lt());
        let length = self.kinds[start..].iter().take_while(|it| order(it).is_eq()).count();
        &self.kinds[start..start + length]
    }

    /// As bytes, to be kept in a file.
    ///
    /// # Errors
    /// When a value has no form in JSON.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        let rare = serde_json::to_vec(&self.checks)?;
        let kinds: String = self
            .kinds
            .iter()
            .map(|it| format!("{}\t{}\t{}\t{}\t{}\n", it.group, it.version, it.kind, it.releases, it.node))
            .collect();
        let mut out = Vec::new();
        for length in [self.text.len(), self.nodes.len(), self.properties.len(), rare.len(), kinds.len()] {
            out.extend((length as u32).to_le_bytes());
        }
        out.extend(self.text.as_bytes());
        // Column by column: equal bytes beside each other compress well.
        out.extend(self.nodes.iter().map(|node| node.kind as u8));
        out.extend(self.nodes.iter().map(|node| node.flags));
        out.extend(self.nodes.iter().flat_map(|node| node.count.to_le_bytes()));
        let mut column = |values: &mut dyn Iterator<Item = u32>| {
            let values: Vec<u32> = values.collect();
            for shift in [0, 8, 16, 24] {
                out.extend(values.iter().map(|value| (value >> shift) as u8));
            }
        };
        column(&mut self.nodes.iter().map(|node| node.first));
        column(&mut self.nodes.iter().map(|node| node.rest));
        column(&mut self.nodes.iter().map(|node| node.checks));
        column(&mut self.properties.iter().map(|it| it.start));
        column(&mut self.properties.iter().map(|it| it.node));
        out.extend(self.properties.iter().map(|it| it.length as u8));
        out.extend(self.properties.iter().map(|it| u8::from(it.required)));
        out.extend(rare);
        out.extend(kinds.into_bytes());
        Ok(out)
    }

    /// From bytes of [`Arena::encode`]; nothing when they are not.
    pub fn decode(bytes: &[u8]) -> Option<Arena> {
        let mut input = bytes;
        let mut take = |length: usize| {
            let (taken, rest) = input.split_at_checked(length)?;
            input = rest;
            Some(taken)
        };
        let mut lengths = [0; 5];
        for length in &mut lengths {
            *length = u32::from_le_bytes(take(4)?.try_into().ok()?) as usize;
        }
        let [text, nodes, properties, rare, kinds_length] = lengths;
        let text = String::from_utf8(take(text)?.to_vec()).ok()?;
        let (kinds, flags) = (take(nodes)?, take(nodes)?);
        let counts = take(2 * nodes)?;
        let (firsts, rests, checks) = (take(4 * nodes)?, take(4 * nodes)?, take(4 * nodes)?);
        let (starts, targets) = (take(4 * properties)?, take(4 * properties)?);
        let (name_lengths, required) = (take(properties)?, take(properties)?);
        let checks_list: Vec<Checks> = serde_json::from_slice(take(rare)?).ok()?;
        let kind_list = std::str::from_utf8(take(kinds_length)?).ok()?.lines().map(kind_of).collect::<Option<_>>()?;
        let number = |column: &[u8], count: usize, i: usize| {
            u32::from_le_bytes([column[i], column[count + i], column[2 * count + i], column[3 * count + i]])
        };
        let node = |i: usize| {
            Some(Node {
                kind: *TYPES.get(usize::from(kinds[i]))?,
                flags: flags[i],
                count: u16::from_le_bytes([counts[2 * i], counts[2 * i + 1]]),
                first: number(firsts, nodes, i),
                rest: number(rests, nodes, i),
                checks: number(checks, nodes, i),
            })
        };
        let nodes = (0..nodes).map(node).collect::<Option<Vec<Node>>>()?;
        let property = |i: usize| {
            let (start, node) = (number(starts, properties, i), number(targets, properties, i));
            Property::new(start, u16::from(name_lengths[i]), required[i] != 0, node)
        };
        let properties = (0..properties).map(property).collect();
        let patterns = checks_list.iter().map(|_| OnceLock::new()).collect();
        Some(Arena { text, nodes, properties, checks: checks_list, patterns, kinds: kind_list })
    }
}

/// A kind from its line.
fn kind_of(line: &str) -> Option<Kind> {
    let mut words = line.split('\t');
    let mut next = || words.next();
    Some(Kind {
        group: next()?.into(),
        version: next()?.into(),
        kind: next()?.into(),
        releases: next()?.parse().ok()?,
        node: next()?.parse().ok()?,
    })
}
