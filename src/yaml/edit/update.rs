//! The whole of a change: reading, changing, making sure.

use super::change::{Editor, Place};
use super::layout::Layout;
use super::rewrite::rewrite;
use super::splice::Edits;
use super::syntax::{self, Document};
use super::text;
use crate::diagnostics::{Diagnostic, Source, SourceKind, Sources};
use crate::yaml::{Node, Schema, Value, parse_first, parse_yaml11};

/// A field of the root that has got another name: its lines stay where they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rename {
    /// The name in the text.
    pub from: String,
    /// The name in the wanted tree.
    pub to: String,
}

/// The text of which the first document says what is wanted, as near to the old text as can be.
///
/// # Errors
/// When the text is no YAML, or does not say what is wanted after all that was tried.
pub fn update(source: &Source, wanted: &Node, schema: Schema, renames: &[Rename]) -> Result<String, Diagnostic> {
    let was = read(source, schema)?;
    let wanted = &last_keys(wanted.clone());
    if was.says_the_same(wanted) && renames.is_empty() {
        return Ok(source.text.clone());
    }
    let crlf = source.text.contains("\r\n");
    let mut old = if crlf { source.text.replace("\r\n", "\n") } else { source.text.clone() };
    let unended = !old.is_empty() && !old.ends_with('\n');
    if unended {
        // A block at the end of the text gets another value by this, which is changed back where it matters.
        old.push('\n');
    }
    let was = parsed(&old, schema).unwrap_or(was);
    let candidates = [change, by_rewriting];
    let new = candidates.into_iter().find_map(|make| {
        let mut new = make(&old, &was, wanted, renames)?;
        if unended && new.ends_with('\n') {
            new.pop();
        }
        // A lone line break of the old kind stays one.
        let new = if crlf { new.replace('\n', "\r\n") } else { new };
        says(&new, wanted, schema).then_some(new)
    });
    new.ok_or_else(|| {
        Diagnostic::error("redisops::edit::in_place", format!("`{}` cannot be changed in place", source.path))
            .in_file(source.path.clone())
            .note("nothing was written")
            .help("change it by hand; anchors, aliases, tags and keys that begin with `?` are what stands in the way most often")
    })
}

fn read(source: &Source, schema: Schema) -> Result<Node, Diagnostic> {
    let node = match schema {
        Schema::V11 => parse_yaml11(source)?,
        Schema::V3 => parse_first(source)?.unwrap_or_else(|| Node::null(Default::default())),
    };
    Ok(last_keys(node))
}

/// A tree without the keys that do not count because they stand again behind.
fn last_keys(mut node: Node) -> Node {
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Seq(items) => *items = std::mem::take(items).into_iter().map(last_keys).collect(),
        Value::Map(map) => {
            map.keep_last();
            for entry in &mut map.entries {
                let value = std::mem::replace(&mut entry.value, Node::null(Default::default()));
                entry.value = last_keys(value);
            }
        }
    }
    node
}

/// Whether a text says what is wanted.
fn says(text: &str, wanted: &Node, schema: Schema) -> bool {
    parsed(text, schema).is_some_and(|node| node.says_the_same(wanted))
}

fn parsed(text: &str, schema: Schema) -> Option<Node> {
    let source = Sources::new().add("", text.to_owned(), SourceKind::Kustomization).ok()?;
    read(&source, schema).ok()
}

fn change(text: &str, was: &Node, wanted: &Node, renames: &[Rename]) -> Option<String> {
    let Some(document) = syntax::read(text, 0) else { return was.is_null().then(|| appended(text, wanted)) };
    if was.is_null() {
        return Some(appended(text, wanted));
    }
    let layout = Layout::of(text, &document);
    let mut editor = Editor { text, layout: &layout, end: document.end, renames, edits: Edits::default() };
    editor.change(&document.root, was, wanted, Place::Root).ok()?;
    editor.edits.apply(text)
}

fn by_rewriting(text: &str, was: &Node, wanted: &Node, _: &[Rename]) -> Option<String> {
    let document = syntax::read(text, 0)?;
    let layout = Layout::of(text, &document);
    rewrite(text, &document, &layout, was, wanted)
}

/// A text of comments only, with a first document behind them.
fn appended(text: &str, wanted: &Node) -> String {
    let empty = Document {
        root: syntax::Syntax { span: 0..0, shape: syntax::Shape::Alias, marked: false },
        end: 0,
        blocks: Vec::new(),
    };
    format!("{text}{}", text::block(wanted, 0, &Layout::of("", &empty)))
}
