//! What holds for every tree and every diagnostic, whatever the input: the targets share these checks.

use redisops::diagnostics::render::{Style, render_all, to_json};
use redisops::diagnostics::{Diagnostic, Pos, Source, Sources};
use redisops::yaml::{Node, Value};

/// Panics unless every place of a tree is in its text, at the start of a character.
pub fn check_places(node: &Node, source: &Source) {
    check_place(node.origin.pos().expect("nothing wrote to a tree that was just parsed"), source);
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter().for_each(|item| check_places(item, source)),
        Value::Map(map) => {
            for entry in &map.entries {
                check_place(entry.key_pos, source);
                check_places(&entry.value, source);
            }
        }
    }
}

fn check_place(pos: Pos, source: &Source) {
    assert!(source.contains(pos), "{pos:?} is not in the text");
    let offset = source.offset(pos);
    assert!(source.text.is_char_boundary(offset), "{offset} is inside a character of {:?}", source.text);
}

/// Panics unless a diagnostic says something, points into a text and can be shown.
pub fn check_diagnostic(diagnostic: &Diagnostic, sources: &Sources) {
    assert!(!diagnostic.message.is_empty(), "{diagnostic:?} says nothing");
    assert!(diagnostic.code.starts_with("redisops::"), "{diagnostic:?} has a strange code");
    for label in &diagnostic.labels {
        let source = sources.get(label.pos).expect("a label is in a text");
        check_place(label.pos, &source);
    }
    let one = std::slice::from_ref(diagnostic);
    assert!(render_all(one, sources, Style::PLAIN).contains(diagnostic.code));
    render_all(one, sources, Style { color: true, unicode: false, width: Some(40) });
    assert!(to_json(one, sources).contains(diagnostic.code));
}

/// Whether two trees hold the same values: styles and places aside.
pub fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => (&a.text, a.tag) == (&b.text, b.tag),
        (Value::Seq(a), Value::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.entries.iter().zip(&b.entries).all(|(a, b)| a.key.text == b.key.text && same(&a.value, &b.value))
        }
        _ => false,
    }
}
