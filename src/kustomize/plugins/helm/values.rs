//! The values that helm gets: a values file and inline values, merged as the reference merges them.
//!
//! Mappings are merged by key, anything else is taken whole from the side that wins. A null of the winning side removes the key; aliases and merge
//! keys of the file are lost on the way, as in the reference.

use crate::diagnostics::{Diagnostic, Source, did_you_mean};
use crate::yaml::{Entry, Map, Node, Value, emit, parse_first, through_json};

/// Which side wins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Precedence {
    /// `override`: the inline values.
    Inline,
    /// `merge`: the file.
    File,
}

/// Inline values as text for helm. The reference reads them as JSON: a number is a float.
///
/// # Errors
/// What has no form in JSON.
pub(super) fn print(mut inline: Node) -> Result<Vec<u8>, Diagnostic> {
    through_json(&mut inline)?;
    text(&inline)
}

fn text(values: &Node) -> Result<Vec<u8>, Diagnostic> {
    let mut text = String::new();
    emit(values, &mut text)?;
    Ok(text.into_bytes())
}

/// Merges the values of a file with inline values.
///
/// # Errors
/// When the file is empty or no YAML, or the sides have values of different kinds at one path.
pub(super) fn merge(file: &Source, inline: &Node, precedence: Precedence) -> Result<Vec<u8>, Diagnostic> {
    let Some(file_values) = parse_first(file)? else {
        return Err(Diagnostic::error(
            "redisops::helm::empty_values",
            format!("the values file `{}` is empty", file.path),
        )
        .in_file(file.path.clone())
        .note("inline values are merged with it")
        .help("write `{}` into it, or set `valuesMerge: replace`"));
    };
    let mut inline = inline.clone();
    through_json(&mut inline)?;
    let (dest, src) = match precedence {
        Precedence::Inline => (Side::Node(&file_values), Side::Node(&inline)),
        Precedence::File => (Side::Node(&inline), Side::Node(&file_values)),
    };
    let merged = Merger { file, path: Vec::new() }.walk(dest, src)?;
    let merged = merged.unwrap_or_else(|| Node::empty_map(crate::yaml::Origin::NONE));
    text(&merged)
}

#[derive(Clone, Copy)]
enum Side<'n> {
    Missing,
    /// An alias in the values file.
    Alias,
    Node(&'n Node),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Map,
    Seq,
    Scalar,
    Alias,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Map => "a mapping",
            Kind::Seq => "a list",
            Kind::Scalar => "a single value",
            Kind::Alias => "an alias",
        }
    }
}

impl<'n> Side<'n> {
    /// None for nothing and null.
    fn kind(self) -> Option<Kind> {
        match self {
            Side::Missing => None,
            Side::Alias => Some(Kind::Alias),
            Side::Node(node) if node.is_null() => None,
            Side::Node(Node { value: Value::Map(_), .. }) => Some(Kind::Map),
            Side::Node(Node { value: Value::Seq(_), .. }) => Some(Kind::Seq),
            Side::Node(Node { value: Value::Scalar(_), .. }) => Some(Kind::Scalar),
        }
    }

    fn node(self) -> Option<&'n Node> {
        match self {
            Side::Node(node) => Some(node),
            _ => None,
        }
    }

    fn map(self) -> Option<&'n Node> {
        self.node().filter(|node| node.as_map().is_some())
    }
}

/// What a mapping of the winning side asks for beside its values.
#[derive(PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

const DIRECTIVE: &str = "$patch";
const DIRECTIVES: [&str; 3] = ["merge", "replace", "delete"];

fn directive(map: &Node) -> Result<Directive, &Node> {
    let Some(value) = map.get(DIRECTIVE) else { return Ok(Directive::Merge) };
    match value.text() {
        Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        _ => Err(value),
    }
}

struct Merger<'a> {
    file: &'a Source,
    path: Vec<String>,
}

impl Merger<'_> {
    /// The merged value; none when the key goes.
    fn walk(&mut self, dest: Side<'_>, src: Side<'_>) -> Result<Option<Node>, Diagnostic> {
        let (dest_kind, src_kind) = (dest.kind(), src.kind());
        let kind = dest_kind.or(src_kind);
        match kind {
            // The reference knows no aliases here: the key goes, whatever the other side has.
            Some(Kind::Alias) => return Ok(None),
            Some(kind) if src_kind.is_some_and(|other| other != kind) => return Err(self.mismatch(dest, src)),
            Some(Kind::Seq | Kind::Scalar) => {
                let winner = src.node().or(dest.node());
                return Ok(winner.filter(|node| !node.is_null()).cloned());
            }
            Some(Kind::Map) | None => {}
        }
        let Some(dest_map) = dest.map() else { return self.without_dest(dest, src) };
        if src.node().is_some_and(Node::is_null) {
            return Ok(None);
        }
        let src_map = src.map();
        match src_map.map_or(Ok(Directive::Merge), directive) {
            Err(value) => return Err(unknown_directive(value)),
            Ok(Directive::Delete) => return Ok(None),
            Ok(Directive::Replace) => return Ok(src_map.and_then(|node| self.alone(node))),
            Ok(Directive::Merge) => {}
        }
        let mut merged = Map::new();
        let find =
            |node, key: &str| self.fields(node).find(|e| e.key.text == key).map_or(Side::Missing, |e| self.side(e));
        let mut both: Vec<(&Entry, Side<'_>, Side<'_>)> = Vec::new();
        for entry in self.fields(dest_map) {
            let other = src_map.map_or(Side::Missing, |node| find(node, &entry.key.text));
            both.push((entry, self.side(entry), other));
        }
        for entry in src_map.into_iter().flat_map(|node| self.fields(node)) {
            if entry.key.text != DIRECTIVE && matches!(find(dest_map, &entry.key.text), Side::Missing) {
                both.push((entry, Side::Missing, self.side(entry)));
            }
        }
        for (entry, dest, src) in both {
            self.field(&mut merged, entry, dest, src)?;
        }
        Ok(Some(Node::new(dest_map.origin, Value::Map(merged))))
    }

    fn field(&mut self, into: &mut Map, entry: &Entry, dest: Side<'_>, src: Side<'_>) -> Result<(), Diagnostic> {
        self.path.push(entry.key.text.to_string());
        if let Some(value) = self.walk(dest, src)? {
            into.push(entry.key.clone(), entry.key_pos, value);
        }
        self.path.pop();
        Ok(())
    }

    fn without_dest(&self, dest: Side<'_>, src: Side<'_>) -> Result<Option<Node>, Diagnostic> {
        match (dest, src) {
            // A null that is spelled out and that nobody touches stays.
            (Side::Node(null), Side::Missing) if null.text().is_some_and(|text| !text.is_empty()) => {
                Ok(Some(null.clone()))
            }
            (_, Side::Node(node)) if node.as_map().is_some() => Ok(self.alone(node)),
            _ => Ok(None),
        }
    }

    /// A mapping that only the winning side has: the reference merges it with itself, which removes nulls.
    fn alone(&self, node: &Node) -> Option<Node> {
        if directive(node) == Ok(Directive::Delete) {
            return None;
        }
        let mut kept = Map::new();
        for entry in self.fields(node) {
            let value = match self.side(entry) {
                Side::Node(value) if value.as_map().is_some() => self.alone(value),
                Side::Node(value) if !value.is_null() => Some(value.clone()),
                _ => None,
            };
            if let Some(value) = value.filter(|_| entry.key.text != DIRECTIVE) {
                kept.push(entry.key.clone(), entry.key_pos, value);
            }
        }
        Some(Node::new(node.origin, Value::Map(kept)))
    }

    /// The entries that stand in the mapping itself: what a merge key brings stands before it.
    fn fields<'n>(&self, node: &'n Node) -> impl Iterator<Item = &'n Entry> + use<'n> {
        let start = node.origin.pos().filter(|pos| self.file.contains(*pos)).unwrap_or_default();
        node.as_map().into_iter().flat_map(|map| &map.entries).filter(move |e| e.key_pos >= start)
    }

    /// The value of an entry. What an alias stands for stands before its key.
    fn side<'n>(&self, entry: &'n Entry) -> Side<'n> {
        let value = entry.value.origin.pos();
        let alias = value
            .is_some_and(|pos| self.file.contains(entry.key_pos) && self.file.contains(pos) && pos < entry.key_pos);
        if alias { Side::Alias } else { Side::Node(&entry.value) }
    }

    fn mismatch(&self, dest: Side<'_>, src: Side<'_>) -> Diagnostic {
        let path = self.path.join(".");
        let at = if path.is_empty() { "the root".to_owned() } else { format!("`{path}`") };
        let name = |side: Side<'_>| side.kind().map_or("nothing", Kind::name);
        let is_file = |side: Side<'_>| {
            let pos = side.node().and_then(|node| node.origin.pos());
            pos.is_none_or(|pos| self.file.contains(pos))
        };
        let (file, inline) = if is_file(dest) { (dest, src) } else { (src, dest) };
        let mut diagnostic = Diagnostic::error(
            "redisops::helm::values",
            format!("{at} is {} in `valuesInline`, but {} in `{}`", name(inline), name(file), self.file.path),
        )
        .help("values of different kinds cannot be merged: change one, or set `valuesMerge: replace`");
        for (side, text) in [(inline, "inline value"), (file, "value of the file")] {
            if let Some(node) = side.node() {
                let pos = node.origin.pos().unwrap_or_default();
                diagnostic = diagnostic.label(pos, node.text().map_or(1, str::len), text);
            }
        }
        diagnostic
    }
}

fn unknown_directive(value: &Node) -> Diagnostic {
    let text = value.text().unwrap_or_default();
    let near = did_you_mean(text, DIRECTIVES).map(|near| format!("did you mean `{near}`?"));
    Diagnostic::error("redisops::helm::directive", format!("`{text}` is no `$patch` directive"))
        .label(value.origin.pos().unwrap_or_default(), text.len().max(1), "this directive")
        .help(near.unwrap_or_else(|| format!("directives are {}", DIRECTIVES.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};

    /// The expected texts are the values files that kustomize 5.8.2 gave to helm.
    fn merged(file: &str, inline: &str, precedence: Precedence) -> Result<String, String> {
        let sources = Sources::new();
        let file = sources.add("values.yaml", file.into(), SourceKind::Data).unwrap();
        let inline = sources.add("inline", inline.into(), SourceKind::Kustomization).unwrap();
        let inline = parse_first(&inline).unwrap().unwrap();
        let text = merge(&file, &inline, precedence).map_err(|diagnostic| diagnostic.message)?;
        Ok(String::from_utf8(text).unwrap())
    }

    #[test]
    fn mappings_are_merged_and_the_rest_is_taken_whole() {
        let (file, inline) = ("a: 1\nm: {x: 1, y: 2}\nl: [1, 2]\n", "a: 2\nm: {y: 3, z: {n: null}}\nl: [3]\n");
        let inline_wins = merged(file, inline, Precedence::Inline).unwrap();
        assert_eq!(inline_wins, "a: 2\nl:\n- 3\nm:\n  x: 1\n  \"y\": 3\n  z: {}\n");
        let file_wins = merged(file, inline, Precedence::File).unwrap();
        assert_eq!(file_wins, "a: 1\nl:\n- 1\n- 2\nm:\n  x: 1\n  \"y\": 2\n  z:\n    \"n\": null\n");
    }

    #[test]
    fn nulls_of_the_winner_remove_and_nulls_without_text_vanish() {
        let file = "a: 1\nm: {x: 1}\nempty:\nnil: null\n";
        assert_eq!(merged(file, "a: null\nm: ~\nnone: null\n", Precedence::Inline).unwrap(), "nil: null\n");
    }

    #[test]
    fn aliases_and_merge_keys_of_the_file_are_lost() {
        let file = "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\nl: [*x]\n";
        let want = "a:\n  b: 1\nd:\n  e: 2\nl:\n- b: 1\nz: 5\n";
        assert_eq!(merged(file, "z: 5\n", Precedence::Inline).unwrap(), want);
    }

    #[test]
    fn directives_are_followed() {
        let inline = "m: {$patch: replace, z: 1}\nn: {$patch: delete}\n";
        assert_eq!(merged("m: {x: 1}\nn: {x: 1}\n", inline, Precedence::Inline).unwrap(), "m:\n  z: 1\n");
        assert_eq!(
            merged("m: {x: 1}\n", "m: {$patch: delet}\n", Precedence::Inline).unwrap_err(),
            "`delet` is no `$patch` directive"
        );
    }

    #[test]
    fn kinds_must_agree() {
        let error = merged("a: {b: {c: 1}}\n", "a: {b: 1}\n", Precedence::Inline).unwrap_err();
        assert_eq!(error, "`a.b` is a single value in `valuesInline`, but a mapping in `values.yaml`");
        assert!(merged("# nothing\n", "a: 1\n", Precedence::Inline).unwrap_err().contains("is empty"));
    }

    #[test]
    fn numbers_are_those_of_json() {
        let source = Sources::new().add("k", "n: 12345678901234567890\n".into(), SourceKind::Kustomization).unwrap();
        let text = print(parse_first(&source).unwrap().unwrap()).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "n: 12345678901234567000\n".replace('n', "\"n\""));
    }
}
