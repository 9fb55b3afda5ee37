//! Finding, and creating, all nodes that the path of a target matches.

use regex::Regex;

use crate::diagnostics::Pos;
use crate::yaml::{Map, Node, Origin, Scalar, Style, Value};

use super::path::{index, is_bracketed, item, what};
use super::structured;

/// What is made of the last field of a path when it is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Scalar,
    Seq,
    Map,
}

impl Kind {
    /// The kind of a value.
    pub(super) fn of(node: &Node) -> Kind {
        match &node.value {
            Value::Scalar(_) => Kind::Scalar,
            Value::Seq(_) => Kind::Seq,
            Value::Map(_) => Kind::Map,
        }
    }

    fn empty(self, origin: Origin) -> Node {
        let value = match self {
            Kind::Scalar => Value::Scalar(untyped("")),
            Kind::Seq => Value::Seq(Vec::new()),
            Kind::Map => Value::Map(Map::new()),
        };
        Node::new(origin, value)
    }
}

/// A scalar without a tag: it is what its text looks like.
pub(super) fn untyped(text: &str) -> Scalar {
    Scalar::resolved(text, Style::Plain)
}

/// One part of a path.
#[derive(Debug)]
enum Part {
    Key(String),
    Index(usize),
    Every,
    Item {
        key: String,
        value: String,
        test: Test,
    },
    /// `[x]` without `=`.
    Wrong(String),
}

/// How the value of a list item is compared: a regular expression that may match anywhere in the text.
#[derive(Debug)]
enum Test {
    Contains(String),
    Regex(Box<Regex>),
    Wrong(String),
}

impl Test {
    fn new(pattern: &str) -> Test {
        if regex::escape(pattern).len() == pattern.len()
            || pattern.bytes().all(|b| b == b'-' || b.is_ascii_alphanumeric())
        {
            return Test::Contains(pattern.to_owned());
        }
        match crate::k8s::go_regex(pattern) {
            Ok(regex) => Test::Regex(Box::new(regex)),
            Err(error) => Test::Wrong(error),
        }
    }

    fn matches(&self, node: &Node) -> Result<bool, String> {
        match self {
            Test::Contains(text) => Ok(structured::shown(node).contains(text.as_str())),
            Test::Regex(regex) => Ok(regex.is_match(structured::shown(node).trim())),
            Test::Wrong(why) => Err(why.clone()),
        }
    }
}

/// The path of a target, ready to apply to many objects.
#[derive(Debug)]
pub(super) struct Matcher {
    parts: Vec<Part>,
}

/// A node that the path matched.
pub(super) struct Match<'n> {
    pub(super) node: &'n mut Node,
    /// Where the node comes from.
    pub(super) state: State,
}

/// What a matched node is to the object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// A part of it.
    Found,
    /// Created by this very call, so that it has no type of its own yet; with the origin of the innermost collection that was there before.
    New(Origin),
    /// A part of a copy: what is set is lost.
    Lost,
}

impl State {
    /// The state of what is created inside of it.
    fn of_new(self, collection: Origin) -> State {
        if self == State::Found { State::New(collection) } else { self }
    }
}

/// What to do with a match.
pub(super) type Visit<'v> = dyn FnMut(Match<'_>) -> Result<(), String> + 'v;

impl Matcher {
    /// From the parts of a split path.
    pub(super) fn new(parts: &[String]) -> Matcher {
        let part = |part: &String| match index(part) {
            Some(index) => Part::Index(index),
            None if is_bracketed(part) => match item(part) {
                Some((key, value)) => {
                    Part::Item { key: key.to_owned(), value: value.to_owned(), test: Test::new(value) }
                }
                None => Part::Wrong(part.clone()),
            },
            None if part == "*" => Part::Every,
            None => Part::Key(part.clone()),
        };
        Matcher { parts: parts.iter().map(part).collect() }
    }

    /// Calls `visit` on every match; `create` makes what is missing, with that origin. Returns the number of matches.
    ///
    /// # Errors
    /// When a part does not fit what is there, or `visit` fails.
    pub(super) fn apply(
        &self,
        node: &mut Node,
        create: Option<(Kind, Origin)>,
        visit: &mut Visit<'_>,
    ) -> Result<usize, String> {
        walk(node, &self.parts, create, State::Found, visit)
    }
}

fn walk(
    node: &mut Node,
    path: &[Part],
    create: Option<(Kind, Origin)>,
    state: State,
    visit: &mut Visit<'_>,
) -> Result<usize, String> {
    let Some((part, rest)) = path.split_first() else {
        visit(Match { node, state })?;
        return Ok(1);
    };
    if let Part::Wrong(part) = part {
        return Err(format!("`{part}` is no list item: write [key=value]"));
    }
    if node.is_null() {
        return walk_null(part, create);
    }
    let origin = node.origin;
    let wanted = if matches!(part, Part::Key(_)) { Kind::Map } else { Kind::Seq };
    match (part, &mut node.value) {
        (Part::Key(key), Value::Map(map)) if !key.is_empty() => {
            walk_key((map, origin), key, rest, create, state, visit)
        }
        (Part::Index(index), Value::Seq(items)) => walk_index((items, origin), *index, rest, create, state, visit),
        (Part::Every, Value::Seq(items)) => {
            let mut count = 0;
            for item in items {
                count += walk(item, rest, create, state, visit)?;
            }
            Ok(count)
        }
        (Part::Item { key, value, test }, Value::Seq(items)) => {
            let found = walk_items(items, key, test, rest, create, state, visit)?;
            let Some((_, created)) = create else { return Ok(found) };
            if found > 0 {
                return Ok(found);
            }
            items.push(new_item(key, value, created));
            let last = items.len() - 1;
            match walk_items(&mut items[last..], key, test, rest, create, state.of_new(origin), visit)? {
                0 => Err(format!("`[{key}={value}]` does not match the item that would be created for it")),
                found => Ok(found),
            }
        }
        _ if wanted == Kind::Map => Err(format!("`{}` is a field, but what holds it is {}", shown(part), what(node))),
        _ => Err(format!("`{}` means items of a list, but this is {}", shown(part), what(node))),
    }
}

/// Inside a null nothing is found, and what is created there is lost.
fn walk_null(part: &Part, create: Option<(Kind, Origin)>) -> Result<usize, String> {
    match part {
        Part::Index(index) if create.is_none() || *index > 0 => Err(too_short(*index, 0)),
        Part::Every => Ok(0),
        _ => Ok(usize::from(create.is_some())),
    }
}

fn too_short(index: usize, len: usize) -> String {
    format!("there is no item {index}: the list has {len}, counted from 0")
}

fn walk_key(
    (map, collection): (&mut Map, Origin),
    key: &str,
    rest: &[Part],
    create: Option<(Kind, Origin)>,
    state: State,
    visit: &mut Visit<'_>,
) -> Result<usize, String> {
    let (position, state) = match (map.position(key), create) {
        (Some(position), _) => (position, state),
        (None, None) => return Ok(0),
        (None, Some((kind, origin))) => {
            map.push(untyped(key), Pos::NONE, next_kind(rest, kind).empty(origin));
            (map.len() - 1, state.of_new(collection))
        }
    };
    let field = &mut map.entries[position].value;
    if rest.is_empty() || field.as_scalar().is_none() {
        return walk(field, rest, create, state, visit);
    }
    // The path goes on inside a text. Here that is a copy: what is set in it is lost, as in the reference, which writes texts back only where the path
    // to them names one node.
    let text = field.text().unwrap_or("");
    let Some(mut copy) = structured::parse(text)? else {
        return Err(format!("the path goes on inside `{key}`, but its text is empty"));
    };
    walk(&mut copy.tree, rest, create, State::Lost, visit)
}

fn next_kind(rest: &[Part], last: Kind) -> Kind {
    match rest.first() {
        None => last,
        Some(Part::Item { .. } | Part::Index(_) | Part::Wrong(_)) => Kind::Seq,
        // An empty part counts as the end of the path here.
        Some(Part::Key(key)) if key.is_empty() => last,
        Some(_) => Kind::Map,
    }
}

fn walk_index(
    (items, collection): (&mut Vec<Node>, Origin),
    index: usize,
    rest: &[Part],
    create: Option<(Kind, Origin)>,
    state: State,
    visit: &mut Visit<'_>,
) -> Result<usize, String> {
    let mut state = state;
    if let Some((kind, origin)) = create
        && index == items.len()
    {
        items.push(next_kind(rest, kind).empty(origin));
        state = state.of_new(collection);
    }
    let len = items.len();
    match items.get_mut(index) {
        Some(item) => walk(item, rest, create, state, visit),
        None => Err(too_short(index, len)),
    }
}

fn walk_items(
    items: &mut [Node],
    key: &str,
    test: &Test,
    rest: &[Part],
    create: Option<(Kind, Origin)>,
    state: State,
    visit: &mut Visit<'_>,
) -> Result<usize, String> {
    let mut count = 0;
    for item in items {
        if key.is_empty() {
            // An item that is its own value ends the path, whatever follows.
            if test.matches(item)? {
                visit(Match { node: item, state })?;
                count += 1;
            }
        } else if let Some(field) = item.get(key) {
            if test.matches(field)? {
                count += walk(item, rest, create, state, visit)?;
            }
        } else if let Test::Wrong(why) = test {
            return Err(why.clone());
        }
    }
    Ok(count)
}

fn new_item(key: &str, value: &str, origin: Origin) -> Node {
    let scalar = Node::scalar(origin, untyped(value));
    if key.is_empty() {
        return scalar;
    }
    let mut map = Map::new();
    map.push(untyped(key), Pos::NONE, scalar);
    Node::new(origin, Value::Map(map))
}

fn shown(part: &Part) -> String {
    match part {
        Part::Key(key) | Part::Wrong(key) => key.clone(),
        Part::Index(index) => index.to_string(),
        Part::Every => "*".to_owned(),
        Part::Item { key, value, .. } => format!("[{key}={value}]"),
    }
}
