//! Differential tests of the YAML layer: what it prints against what the reference's libraries printed.
//!
//! `tests/yaml/` holds inputs and the outputs of `tests/oracle`; `YAML_CORPUS` may name a file with more pairs, one `input<TAB>output` a line.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;

use redisops::diagnostics::{Diagnostic, SourceKind, Sources};
use redisops::yaml;

fn build(bytes: Vec<u8>) -> Result<String, Diagnostic> {
    let text = yaml::decode(bytes).map_err(|at| Diagnostic::error("utf8", format!("not UTF-8 at byte {at}")))?;
    let sources = Sources::new();
    let source = sources.add("input.yaml", text, SourceKind::Resource).unwrap();
    let mut out = String::new();
    for (i, node) in yaml::parse_documents(&source)?.iter().enumerate() {
        if i > 0 {
            out.push_str("---\n");
        }
        yaml::emit(node, &mut out)?;
    }
    Ok(out)
}

/// The first difference, or none.
fn difference(input: &Path, golden: &Path) -> Option<String> {
    let expected = String::from_utf8_lossy(&std::fs::read(golden).unwrap()).into_owned();
    let found = build(std::fs::read(input).unwrap());
    let name = input.display();
    match (expected.strip_prefix("ERROR "), found) {
        (Some(_), Err(_)) => None,
        (Some(error), Ok(_)) => Some(format!("{name}: accepted, the reference says {error}")),
        (None, Err(error)) => Some(format!("{name}: refused: {} {:?}", error.message, error.labels)),
        (None, Ok(found)) if found == expected => None,
        (None, Ok(found)) => {
            let (line, pair) = found.lines().zip(expected.lines()).enumerate().find(|(_, (a, b))| a != b)?;
            Some(format!("{name}: output line {}:\n   found {:?}\nexpected {:?}", line + 1, pair.0, pair.1))
        }
    }
}

#[test]
fn output_is_that_of_the_reference() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yaml");
    let mut pairs: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .map(|path| (path.clone(), path.with_extension("golden")))
        .collect();
    assert!(!pairs.is_empty());
    if let Ok(list) = std::env::var("YAML_CORPUS") {
        let list = std::fs::read_to_string(list).unwrap();
        pairs.extend(list.lines().map(|line| {
            let (input, golden) = line.split_once('\t').unwrap();
            (input.into(), golden.into())
        }));
    }
    let found: Vec<String> = pairs.iter().filter_map(|(input, golden)| difference(input, golden)).collect();
    assert!(found.is_empty(), "{} of {} files differ:\n{}", found.len(), pairs.len(), found.join("\n"));
}
