//! Random changes of randomly written texts.

use proptest::prelude::*;

use super::update;
use crate::diagnostics::{SourceKind, Sources};
use crate::yaml::{Map, Node, Origin, Scalar, Schema, Value, parse_yaml11};

/// A random tree of what kustomizations are made of.
fn tree(depth: u32) -> BoxedStrategy<Node> {
    let scalar = prop_oneof![
        "[a-c]{1,2}".prop_map(|text| Node::string(Origin::NONE, text)),
        "[ -~é]{0,6}".prop_map(|text| Node::string(Origin::NONE, text)),
        "[a-b #\n]{0,8}".prop_map(|text| Node::string(Origin::NONE, text)),
        (0i64..9).prop_map(|n| Node::scalar(Origin::NONE, Scalar::int(n))),
    ];
    if depth == 0 {
        return scalar.boxed();
    }
    let seq = prop::collection::vec(tree(depth - 1), 0..4).prop_map(|items| Node::new(Origin::NONE, Value::Seq(items)));
    prop_oneof![2 => scalar, 2 => seq, 2 => map(depth - 1)].boxed()
}

fn map(depth: u32) -> BoxedStrategy<Node> {
    prop::collection::btree_map("[a-e]", tree(depth), 0..5)
        .prop_map(|entries| {
            let mut map = Map::new();
            entries.into_iter().for_each(|(key, value)| map.set(&key, value));
            Node::new(Origin::NONE, Value::Map(map))
        })
        .boxed()
}

/// Habits of a writer, and numbers to choose comments by.
#[derive(Clone, Debug)]
struct Habits {
    list: usize,
    step: usize,
    flow_from: usize,
    dice: Vec<u8>,
}

fn habits() -> impl Strategy<Value = Habits> {
    (0usize..4, 1usize..5, 0usize..5, prop::collection::vec(any::<u8>(), 1..40))
        .prop_map(|(list, step, flow_from, dice)| Habits { list, step, flow_from, dice })
}

/// Writes a tree with comments, by somebody's habits.
struct Writer {
    habits: Habits,
    rolled: usize,
    comments: usize,
    out: String,
}

impl Writer {
    fn roll(&mut self, sides: u8) -> bool {
        self.rolled += 1;
        self.habits.dice[self.rolled % self.habits.dice.len()].is_multiple_of(sides)
    }

    fn comment(&mut self, indent: usize) {
        if self.roll(4) {
            self.comments += 1;
            self.out.push_str(&format!("{:indent$}# comment {}\n", "", self.comments));
        }
        if self.roll(6) {
            self.out.push('\n');
        }
    }

    fn line_end(&mut self) {
        if self.roll(4) {
            self.out.push_str(" # at the end");
        }
        self.out.push('\n');
    }

    fn scalar(&mut self, scalar: &Scalar) {
        let text = serde_json::to_string(scalar.text.as_str()).unwrap();
        self.out.push_str(if scalar.tag == crate::yaml::Tag::Int { &scalar.text } else { &text });
    }

    fn flow(&mut self, node: &Node) {
        match &node.value {
            Value::Scalar(scalar) => self.scalar(scalar),
            Value::Seq(items) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    self.out.push_str(if i > 0 { ", " } else { "" });
                    self.flow(item);
                }
                self.out.push(']');
            }
            Value::Map(map) => {
                self.out.push('{');
                for (i, entry) in map.entries.iter().enumerate() {
                    self.out.push_str(if i > 0 { ", " } else { "" });
                    self.out.push_str(&entry.key.text);
                    self.out.push_str(": ");
                    self.flow(&entry.value);
                }
                self.out.push('}');
            }
        }
    }

    fn block(&mut self, node: &Node, indent: usize, depth: usize, mut behind_dash: bool) {
        match &node.value {
            Value::Map(map) if !map.is_empty() => {
                for entry in &map.entries {
                    if !std::mem::take(&mut behind_dash) {
                        self.comment(indent);
                        self.out.push_str(&format!("{:indent$}", ""));
                    }
                    self.out.push_str(&entry.key.text);
                    self.out.push(':');
                    self.value(&entry.value, indent, depth + 1);
                }
            }
            Value::Seq(items) if !items.is_empty() => {
                for item in items {
                    if !std::mem::take(&mut behind_dash) {
                        self.comment(indent);
                        self.out.push_str(&format!("{:indent$}", ""));
                    }
                    self.out.push_str("- ");
                    if depth < self.habits.flow_from && !is_small(item) {
                        self.block(item, indent + 2, depth + 1, true);
                    } else {
                        self.flow(item);
                        self.line_end();
                    }
                }
            }
            _ => {
                self.flow(node);
                self.line_end();
            }
        }
    }

    fn value(&mut self, node: &Node, indent: usize, depth: usize) {
        if depth >= self.habits.flow_from || is_small(node) {
            self.out.push(' ');
            self.flow(node);
            self.line_end();
            return;
        }
        let inner = indent + if node.as_seq().is_some() { self.habits.list } else { self.habits.step };
        self.line_end();
        self.block(node, inner, depth, false);
    }
}

fn is_small(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(_) => true,
        Value::Seq(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
    }
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| line.starts_with("# comment ")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_change_says_what_is_wanted_and_keeps_comments(old in map(3), new in map(3), mix in any::<u16>(), habits in habits()) {
        // Some fields stay as they are.
        let mut wanted = new;
        for (i, entry) in old.as_map().unwrap().entries.iter().enumerate() {
            if mix >> i & 1 == 0 {
                wanted.as_map_mut().unwrap().set(&entry.key.text, entry.value.clone());
            }
        }
        let mut writer = Writer { habits, rolled: 0, comments: 0, out: String::new() };
        writer.block(&old, 0, 0, false);
        let text = writer.out;
        let sources = Sources::new();
        let source = sources.add("k.yaml", text.clone(), SourceKind::Kustomization).unwrap();
        prop_assert!(parse_yaml11(&source).unwrap().says_the_same(&old), "{text}");
        let result = update(&source, &wanted, Schema::V11, &[]);
        prop_assert!(result.is_ok(), "{text}\n{wanted:#?}");
        let result = result.unwrap();
        let after = sources.add("after", result.clone(), SourceKind::Kustomization).unwrap();
        prop_assert!(parse_yaml11(&after).unwrap().says_the_same(&wanted), "{text}\n{result}");
        let mut kept = comments(&result);
        let mut had = comments(&text);
        kept.sort_unstable();
        had.sort_unstable();
        prop_assert_eq!(had, kept, "{}\n=====\n{}", text, result);
    }

    #[test]
    fn a_change_of_nothing_changes_nothing(old in map(3), habits in habits()) {
        let mut writer = Writer { habits, rolled: 0, comments: 0, out: String::new() };
        writer.block(&old, 0, 0, false);
        let source = Sources::new().add("k.yaml", writer.out.clone(), SourceKind::Kustomization).unwrap();
        prop_assert_eq!(update(&source, &old, Schema::V11, &[]).unwrap(), writer.out);
    }
}
