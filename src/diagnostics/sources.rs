//! Every text that took part in a build, in one address space.
//!
//! A text gets a range of offsets when it is added; a [`Pos`] is one such offset, so that four bytes name file, line and column of a node. Lines and
//! columns are computed when a message needs them.

use std::sync::{Arc, OnceLock, RwLock};

use thiserror::Error;

/// A place in one of the texts of a [`Sources`]; zero is "nowhere".
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Pos(u32);

impl Pos {
    /// The place of values that stand in no text.
    pub const NONE: Pos = Pos(0);
    /// The highest offset; the bit above it is free for [`crate::yaml::Origin`].
    pub const MAX: u32 = (1 << 31) - 1;

    /// A place from its raw offset.
    pub const fn from_raw(raw: u32) -> Pos {
        Pos(raw)
    }

    /// The raw offset.
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// Whether this is no place at all.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// What a text is to the build; the `via` of the values that stand in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SourceKind {
    /// Manifests listed under `resources` (or read from standard input).
    Resource,
    /// A strategic merge or JSON patch, in a file or inline.
    Patch,
    /// A kustomization file.
    Kustomization,
    /// A file that becomes a Secret (env file, data file), or that may have secrets anywhere.
    Data,
    /// A file that becomes a ConfigMap.
    Settings,
    /// Transformer configuration, CRD, OpenAPI document, plugin configuration.
    Config,
    /// The output of `helm template`.
    Helm,
    /// The output of a KRM function.
    Function,
}

/// Where a text stands that was itself a value of another text (an inline patch).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Embedding {
    /// Start of the scalar in the outer text (its `|` or quote for non-plain styles).
    pub outer: Pos,
    /// Whether line breaks of the inner text are line breaks of the outer (literal block scalars).
    pub literal: bool,
}

/// What a program has made a text of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MadeBy {
    /// The entry that asked for it.
    pub entry: Pos,
    /// The chart or function.
    pub name: String,
    /// Files of the user that it has read: values files.
    pub inputs: Vec<String>,
}

/// One text.
#[derive(Debug)]
pub struct Source {
    /// Path as messages show it: relative to the working directory where that is shorter.
    pub path: String,
    /// The text.
    pub text: String,
    /// What it is to the build.
    pub kind: SourceKind,
    /// Set for a text inside another.
    pub embedding: Option<Embedding>,
    /// Set for a text that a program has written.
    pub made_by: Option<MadeBy>,
    base: u32,
    line_starts: OnceLock<Vec<u32>>,
    private_key_marks: OnceLock<Vec<u32>>,
}

/// The end of the first and of the last line of a private key in PEM.
const PRIVATE_KEY_MARK: &[u8] = b"PRIVATE KEY-----";

impl Source {
    /// The place of a byte offset of this text; offsets past the end name the end.
    pub fn pos(&self, offset: usize) -> Pos {
        Pos(self.base + offset.min(self.text.len()) as u32)
    }

    /// Whether a place is in this text.
    pub fn contains(&self, pos: Pos) -> bool {
        pos.0 >= self.base && (pos.0 - self.base) as usize <= self.text.len()
    }

    /// The byte offset of a place of this text.
    pub fn offset(&self, pos: Pos) -> usize {
        (pos.0 - self.base) as usize
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|i| i as u32 + 1);
            std::iter::once(0).chain(newlines).collect()
        })
    }

    /// Line and column of an offset, both from 1; columns count characters.
    pub fn line_column(&self, offset: usize) -> (u32, u32) {
        let starts = self.line_starts();
        let line = starts.partition_point(|&s| s as usize <= offset) - 1;
        let start = starts[line] as usize;
        let end = self.text.floor_char_boundary(offset.min(self.text.len()));
        (line as u32 + 1, self.text[start.min(end)..end].chars().count() as u32 + 1)
    }

    /// Number of lines; an empty one after the last line break is not counted.
    pub fn line_count(&self) -> u32 {
        let lines = self.line_starts().len() as u32;
        if self.text.ends_with('\n') { lines - 1 } else { lines }
    }

    /// The text of a line (from 1) without its line break; empty past the end.
    pub fn line(&self, line: u32) -> &str {
        let starts = self.line_starts();
        let Some(&start) = starts.get(line as usize - 1) else { return "" };
        // The next line starts after the line break of this one.
        let end = starts.get(line as usize).map_or(self.text.len(), |next| *next as usize - 1);
        let whole = &self.text[start as usize..end];
        memchr::memchr(b'\r', whole.as_bytes()).map_or(whole, |at| &whole[..at])
    }

    /// The lines (from 1, ascending) on which a private key begins or ends, as PEM writes it.
    pub fn private_key_marks(&self) -> &[u32] {
        self.private_key_marks.get_or_init(|| {
            let found = memchr::memmem::find_iter(self.text.as_bytes(), PRIVATE_KEY_MARK);
            let mut lines: Vec<u32> = found.map(|offset| self.line_column(offset).0).collect();
            lines.dedup();
            lines
        })
    }
}

/// A place, resolved for people: the outermost text that holds it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Location {
    /// Path as messages show it.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// What all texts of a [`Sources`] amount to; texts within others are not counted again.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    /// Texts.
    pub files: usize,
    /// Their bytes.
    pub bytes: usize,
    /// YAML documents in them, by their separator lines.
    pub documents: usize,
}

/// The texts of a run are larger than the 2 GiB that positions can name.
#[derive(Debug, Error)]
#[error("`{path}` does not fit: all files of a build together may have 2 GiB")]
pub struct TooLarge {
    path: String,
}

impl From<TooLarge> for super::Diagnostics {
    fn from(error: TooLarge) -> super::Diagnostics {
        super::Diagnostic::error("redisops::load::too_large", error.to_string()).into()
    }
}

/// All texts of a run. Texts are only added; readers on other threads keep what they hold.
#[derive(Debug, Default)]
pub struct Sources {
    list: RwLock<Vec<Arc<Source>>>,
}

impl Sources {
    /// No texts.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a text.
    ///
    /// # Errors
    /// When the offsets are used up.
    pub fn add(&self, path: impl Into<String>, text: String, kind: SourceKind) -> Result<Arc<Source>, TooLarge> {
        self.insert(path.into(), text, kind, None, None)
    }

    /// Adds a text that is a value of another text.
    ///
    /// # Errors
    /// When the offsets are used up.
    pub fn add_embedded(
        &self,
        path: impl Into<String>,
        text: String,
        kind: SourceKind,
        embedding: Embedding,
    ) -> Result<Arc<Source>, TooLarge> {
        self.insert(path.into(), text, kind, Some(embedding), None)
    }

    /// Adds a text that a program has written.
    ///
    /// # Errors
    /// When the offsets are used up.
    pub fn add_made(
        &self,
        path: impl Into<String>,
        text: String,
        kind: SourceKind,
        made_by: MadeBy,
    ) -> Result<Arc<Source>, TooLarge> {
        self.insert(path.into(), text, kind, None, Some(made_by))
    }

    fn insert(
        &self,
        path: String,
        text: String,
        kind: SourceKind,
        embedding: Option<Embedding>,
        made_by: Option<MadeBy>,
    ) -> Result<Arc<Source>, TooLarge> {
        let mut list = self.list.write().expect("no holder of this lock panics");
        // Offset 0 is "nowhere"; the gap of one lets the end of a text differ from the start of the next.
        let base = list.last().map_or(1, |s| u64::from(s.base) + s.text.len() as u64 + 1);
        if base + text.len() as u64 >= u64::from(Pos::MAX) {
            return Err(TooLarge { path });
        }
        let source = Arc::new(Source {
            path,
            text,
            kind,
            embedding,
            made_by,
            base: base as u32,
            line_starts: OnceLock::new(),
            private_key_marks: OnceLock::new(),
        });
        list.push(Arc::clone(&source));
        Ok(source)
    }

    /// How much text there is.
    pub fn totals(&self) -> Totals {
        let list = self.list.read().expect("no holder of this lock panics");
        let mut totals = Totals::default();
        for source in list.iter().filter(|source| source.embedding.is_none()) {
            totals.files += 1;
            totals.bytes += source.text.len();
            totals.documents += 1 + source.text.lines().skip(1).filter(|line| line.starts_with("---")).count();
        }
        totals
    }

    /// The text that holds a place.
    pub fn get(&self, pos: Pos) -> Option<Arc<Source>> {
        if pos.is_none() {
            return None;
        }
        let list = self.list.read().expect("no holder of this lock panics");
        let after = list.partition_point(|s| s.base <= pos.0);
        list.get(after.checked_sub(1)?).cloned()
    }

    /// The place in the outermost text: follows embeddings, so that a place in an inline patch is a place of the kustomization file.
    pub fn outermost(&self, mut pos: Pos) -> Option<(Arc<Source>, usize)> {
        loop {
            let source = self.get(pos)?;
            let offset = source.offset(pos);
            let Some(embedding) = source.embedding else { return Some((source, offset)) };
            let outer = self.get(embedding.outer)?;
            pos = outer.pos(outer_offset(&source, offset, &outer, embedding));
        }
    }

    /// Path, line and column of a place in the outermost text.
    pub fn location(&self, pos: Pos) -> Option<Location> {
        let (source, offset) = self.outermost(pos)?;
        let (line, column) = source.line_column(offset);
        Some(Location { path: source.path.clone(), line, column })
    }
}

/// Byte offset in the outer text of a byte of the inner one. Exact for literal block scalars and one-line plain or quoted scalars without escapes;
/// otherwise the start of the scalar.
fn outer_offset(inner: &Source, offset: usize, outer: &Source, embedding: Embedding) -> usize {
    let start = outer.offset(embedding.outer);
    if !embedding.literal {
        let quoted = matches!(outer.text.as_bytes().get(start), Some(b'"' | b'\''));
        let one_line = !inner.text.contains('\n');
        return if one_line { start + usize::from(quoted) + offset } else { start };
    }
    let (line, column) = inner.line_column(offset);
    let (outer_line, _) = outer.line_column(start);
    // The indentation of a block scalar is that of its first line that is not blank (leading blank lines belong to the text).
    let indent = (1..=inner.line_starts().len() as u32).find(|&l| !inner.line(l).trim().is_empty()).map_or(0, |l| {
        let outer_text = outer.line(outer_line + l);
        outer_text.len().saturating_sub(inner.line(l).len())
    });
    let starts = outer.line_starts();
    let Some(&line_start) = starts.get((outer_line + line - 1) as usize) else { return start };
    let in_line: usize = inner.line(line).chars().take(column as usize - 1).map(char::len_utf8).sum();
    (line_start as usize + indent + in_line).min(outer.text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_several_texts_stay_apart() {
        let sources = Sources::new();
        let a = sources.add("a.yaml", "one\ntwo\n".into(), SourceKind::Resource).unwrap();
        let b = sources.add("b.yaml", "x: ä\ny: 2\n".into(), SourceKind::Resource).unwrap();
        assert_eq!(sources.location(a.pos(4)), Some(Location { path: "a.yaml".into(), line: 2, column: 1 }));
        assert_eq!(sources.location(b.pos(0)), Some(Location { path: "b.yaml".into(), line: 1, column: 1 }));
        assert_eq!(sources.location(b.pos(9)), Some(Location { path: "b.yaml".into(), line: 2, column: 4 }));
        assert_eq!(sources.location(Pos::NONE), None);
    }

    #[test]
    fn a_place_in_an_inline_patch_is_a_place_of_the_kustomization() {
        let sources = Sources::new();
        let text = "patches:\n- patch: |-\n    - op: add\n      path: /a\n";
        let outer = sources.add("k.yaml", text.into(), SourceKind::Kustomization).unwrap();
        let at = outer.pos(text.find('|').unwrap());
        let inner = sources
            .add_embedded(
                "k.yaml",
                "- op: add\n  path: /a".into(),
                SourceKind::Patch,
                Embedding { outer: at, literal: true },
            )
            .unwrap();
        let place = inner.pos("- op: add\n  path: ".len());
        assert_eq!(sources.location(place), Some(Location { path: "k.yaml".into(), line: 4, column: 13 }));
    }
}
