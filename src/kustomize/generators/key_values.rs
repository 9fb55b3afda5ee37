//! Keys and values of generated ConfigMaps and Secrets: from env files, literals and files, in that order.

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source};
use crate::kustomize::decode::Text;
use crate::kustomize::types::GeneratorArgs;

/// The content of a file that a generator names.
#[derive(Clone, Debug)]
pub enum DataFile {
    /// Valid UTF-8, kept so that messages can point into it.
    Text(Arc<Source>),
    /// Anything else.
    Binary(Vec<u8>),
}

impl DataFile {
    fn bytes(&self) -> &[u8] {
        match self {
            DataFile::Text(source) => source.text.as_bytes(),
            DataFile::Binary(bytes) => bytes,
        }
    }

    fn pos(&self, offset: usize) -> Option<Pos> {
        match self {
            DataFile::Text(source) => Some(source.pos(offset)),
            DataFile::Binary(_) => None,
        }
    }
}

/// Reads a file: the entry that names it, for messages, and the path in that entry.
pub type ReadFile<'a> = dyn Fn(&Text, &str) -> Result<DataFile, Diagnostics> + 'a;

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Pair<'a> {
    pub(super) key: String,
    pub(super) value: Content<'a>,
    /// Where the value stands.
    pub(super) pos: Pos,
    /// The entry of the generator it comes from.
    pub(super) entry: Pos,
}

/// A value: text of the kustomization, or a file.
#[derive(Clone, Debug)]
pub(super) enum Content<'a> {
    Inline(Cow<'a, str>),
    File(DataFile),
}

impl Content<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Content::Inline(text) => text.as_bytes(),
            Content::File(file) => file.bytes(),
        }
    }
}

/// All pairs of a generator; what is wrong is collected.
pub(super) fn load<'a>(args: &'a GeneratorArgs, read: &ReadFile<'_>) -> Result<Vec<Pair<'a>>, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut pairs = Vec::new();
    let env = (!args.env.is_empty()).then_some(&args.env);
    for entry in args.envs.iter().chain(env) {
        if let Some(file) = found.take(read(entry, entry)) {
            found.take(env_lines(entry, &file, &mut pairs));
        }
    }
    for entry in &args.literals {
        pairs.extend(found.take(literal(entry)));
    }
    for entry in &args.files {
        let Some((key, path)) = found.take(file_source(entry)) else { continue };
        if let Some(file) = found.take(read(entry, path)) {
            let pos = file.pos(0).unwrap_or(entry.pos);
            pairs.push(Pair { key: key.to_owned(), value: Content::File(file), pos, entry: entry.pos });
        }
    }
    if found.has_errors() { Err(found) } else { Ok(pairs) }
}

/// `key=value`, where the value loses one pair of quotes around it.
fn literal(entry: &Text) -> Result<Pair<'_>, Diagnostic> {
    let Some((key, value)) = entry.split_once('=').filter(|(key, _)| !key.is_empty()) else {
        return Err(Diagnostic::error("redisops::generator::literal", "a literal must be of the form `key=value`")
            .label(entry.pos, entry.len().min(40), "")
            .help(if entry.starts_with('=') { "put a key in front of the `=`" } else { "write `key=value`" }));
    };
    let quoted = ['"', '\''].iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q));
    let value = Content::Inline(Cow::Borrowed(quoted.unwrap_or(value)));
    Ok(Pair { key: key.to_owned(), value, pos: entry.pos, entry: entry.pos })
}

/// `path`, with the file's name as the key, or `key=path`.
fn file_source(entry: &Text) -> Result<(&str, &str), Diagnostic> {
    let wrong = |message: &str, help: &str| {
        Diagnostic::error("redisops::generator::file", message).label(entry.pos, entry.len(), "").help(help)
    };
    match entry.split_once('=') {
        None => Ok((base_name(entry), entry)),
        Some((_, path)) if path.contains('=') => {
            Err(wrong("neither the key nor the path of a file may contain `=`", "rename the file, or copy it"))
        }
        Some(("", _)) => Err(wrong("the key in front of the `=` is empty", "write `key=path`, or the path alone")),
        Some((_, "")) => Err(wrong("the path behind the `=` is empty", "write `key=path`")),
        Some((key, path)) => Ok((key, path)),
    }
}

/// The last part of a path, as Go's `path.Base` has it.
fn base_name(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

/// A line that is longer ends the reading of an env file: the reference's line reader gives up on it without a word.
const LONGEST_LINE: usize = 64 * 1024 - 1;

const BYTE_ORDER_MARK: &str = "\u{feff}";

fn env_lines<'a>(entry: &Text, file: &DataFile, pairs: &mut Vec<Pair<'a>>) -> Result<(), Diagnostic> {
    let mut offset = 0;
    for (number, line) in file.bytes().split(|b| *b == b'\n').enumerate() {
        let start = offset;
        offset += line.len() + 1;
        if line.len() > LONGEST_LINE {
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = match std::str::from_utf8(line) {
            Ok(text) => text,
            Err(error) => {
                let column = String::from_utf8_lossy(&line[..error.valid_up_to()]).chars().count() + 1;
                return Err(Diagnostic::error(
                    "redisops::generator::env_file",
                    format!("{}:{}:{column} is not UTF-8", entry.value, number + 1),
                )
                .label(entry.pos, entry.len(), "read as a file of `key=value` lines")
                .help("save the file as UTF-8, or list it under `files`"));
            }
        };
        let text = if number == 0 { text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text) } else { text };
        let trimmed = text.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        // A line without `=` is a key with an empty value; one without a key is skipped.
        let (key, value) = trimmed.split_once('=').unwrap_or((trimmed, ""));
        if key.is_empty() {
            continue;
        }
        let at = start + (line.len() - value.len());
        let pos = file.pos(at).unwrap_or(entry.pos);
        let value = Content::Inline(Cow::Owned(value.to_owned()));
        pairs.push(Pair { key: key.to_owned(), value, pos, entry: entry.pos });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::kustomize::transformers::testing::text;

    fn pairs(args: &GeneratorArgs, file: &[u8]) -> Result<Vec<(String, String)>, Diagnostics> {
        let sources = Sources::new();
        let read = |_: &Text, _: &str| {
            Ok(match String::from_utf8(file.to_vec()) {
                Ok(text) => DataFile::Text(sources.add("f", text, SourceKind::Data).unwrap()),
                Err(error) => DataFile::Binary(error.into_bytes()),
            })
        };
        let found = load(args, &read)?;
        Ok(found.into_iter().map(|p| (p.key, String::from_utf8_lossy(p.value.bytes()).into_owned())).collect())
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn env_files_are_read_line_by_line() {
        let args = GeneratorArgs { envs: vec![text("f")], ..GeneratorArgs::default() };
        let file = "\u{feff}A=1\r\n  # no\n\n B = 2 \nC=\"q\"\n=x\nEMPTY\nD=a=b";
        let expected = [("A", "1"), ("B ", " 2 "), ("C", "\"q\""), ("EMPTY", ""), ("D", "a=b")];
        assert_eq!(pairs(&args, file.as_bytes()).unwrap(), owned(&expected));
        let error = pairs(&args, b"A=1\nB=\xff").unwrap_err();
        assert_eq!(error.0[0].message, "f:2:3 is not UTF-8");
        let long = format!("A=1\nB={}\nC=2", "x".repeat(70_000));
        assert_eq!(pairs(&args, long.as_bytes()).unwrap(), owned(&[("A", "1")]));
    }

    #[test]
    fn literals_lose_one_pair_of_quotes() {
        let literals = ["a='x'", "b=\"", "c=", "d=\"'y'\"", "e=a=b"].map(text).to_vec();
        let args = GeneratorArgs { literals, ..GeneratorArgs::default() };
        let expected = [("a", "x"), ("b", "\""), ("c", ""), ("d", "'y'"), ("e", "a=b")];
        assert_eq!(pairs(&args, b"").unwrap(), owned(&expected));
        for wrong in ["=x", "x"] {
            let args = GeneratorArgs { literals: vec![text(wrong)], ..GeneratorArgs::default() };
            assert!(pairs(&args, b"").is_err());
        }
    }

    #[test]
    fn files_are_named_by_their_path_or_a_key() {
        let args = GeneratorArgs { files: vec![text("a/b.txt"), text("k=c")], ..GeneratorArgs::default() };
        assert_eq!(pairs(&args, b"z").unwrap(), owned(&[("b.txt", "z"), ("k", "z")]));
        for wrong in ["=x", "x=", "a=b=c"] {
            let args = GeneratorArgs { files: vec![text(wrong)], ..GeneratorArgs::default() };
            assert!(pairs(&args, b"").is_err(), "{wrong}");
        }
    }
}
