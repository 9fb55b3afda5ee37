//! Bytes as a YAML file: read by all readers, written by all writers, read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redisops::diagnostics::{Diagnostic, SourceKind, Sources};
use redisops::yaml::{Node, decode, emit, emit_v3, from_json, parse_documents, parse_first, parse_yaml11};
use redisops::yaml::{Style, Tag, Value, check, through_json, to_json, to_json_pretty};
use redisops_fuzz::{check_diagnostic, check_places, same};

fuzz_target!(|bytes: &[u8]| {
    let text = match decode(bytes.to_vec()) {
        Ok(text) => text,
        Err(offset) => return assert!(offset <= bytes.len()),
    };
    let sources = Sources::new();
    let source = sources.add("fuzz.yaml", text, SourceKind::Resource).expect("the text is short");
    match parse_documents(&source) {
        Ok(documents) => {
            for node in documents {
                check_places(&node, &source);
                written(&node, &sources);
                let mut out = String::new();
                emit_v3(&node, Some(&source), &mut out);
                read_as(&node, out, &sources);
            }
        }
        Err(found) => check_diagnostic(&found, &sources),
    }
    match parse_yaml11(&source) {
        Ok(node) => check_places(&node, &source),
        Err(found) => check_diagnostic(&found, &sources),
    }
});

/// The output is YAML that is written as itself, and so is the JSON.
fn written(node: &Node, sources: &Sources) {
    let mut out = String::new();
    let result = emit(node, &mut out);
    let said = |found: Diagnostic| check_diagnostic(&found, sources);
    if let Err(found) = check(node) {
        assert!(result.is_err(), "two keys were written");
        said(found);
    }
    match result {
        Ok(()) => {
            let mut again = String::new();
            emit(&parsed(out.clone(), sources), &mut again).expect("output can be written");
            assert_eq!(out, again, "the output changes when it is read and written");
        }
        Err(found) => said(found),
    }
    let mut json = String::new();
    match to_json(node, &mut json) {
        Ok(()) if depth(node) < 100 => {
            let value = from_json(&json, node.origin).expect("what is written is JSON");
            let mut again = String::new();
            to_json(&value, &mut again).expect("JSON can be written as JSON");
            assert_eq!(json, again, "JSON changes when it is read and written");
            to_json_pretty(node, &mut again).expect("only the spaces are others");
        }
        Ok(()) => {}
        Err(found) => said(found),
    }
    let mut patched = node.clone();
    match through_json(&mut patched) {
        Ok(()) => {
            let mut twice = patched.clone();
            through_json(&mut twice).expect("it went through before");
            let (mut once, mut again) = (String::new(), String::new());
            // A control character goes through JSON, but not through YAML.
            if emit(&patched, &mut once).is_ok() {
                emit(&twice, &mut again).expect("it was written before");
                assert_eq!(once, again, "a second way through JSON changes it");
            }
        }
        Err(found) => said(found),
    }
}

/// What kyaml prints reads as the same tree.
fn read_as(node: &Node, printed: String, sources: &Sources) {
    if !settled(node) {
        return;
    }
    let again = parsed(printed.clone(), sources);
    assert!(same(node, &again), "{node:?}\nprints as\n{printed}\nwhich reads as\n{again:?}");
}

/// Whether printing keeps a tree: the reference's printer changes folded texts and prints blocks that start with a tab, which it cannot read; and the
/// names of custom tags are not kept.
fn settled(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => {
            let tab = scalar.text.lines().any(|line| line.starts_with('\t'));
            scalar.tag != Tag::Other && scalar.style != Style::Folded && !tab
        }
        Value::Seq(items) => items.iter().all(settled),
        Value::Map(map) => map.entries.iter().all(|e| {
            e.key.tag != Tag::Other && e.key.style != Style::Folded && e.key.text != "<<" && settled(&e.value)
        }),
    }
}

fn parsed(text: String, sources: &Sources) -> Node {
    let source = sources.add("again.yaml", text, SourceKind::Resource).expect("the text is short");
    match parse_first(&source) {
        Ok(node) => node.expect("there was a tree"),
        Err(found) => panic!("{found:?}\nin what was written:\n{}", source.text),
    }
}

fn depth(node: &Node) -> usize {
    1 + match &node.value {
        Value::Scalar(_) => 0,
        Value::Seq(items) => items.iter().map(depth).max().unwrap_or(0),
        Value::Map(map) => map.entries.iter().map(|e| depth(&e.value)).max().unwrap_or(0),
    }
}
