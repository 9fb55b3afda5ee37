//! Configuration files of servers that stand in ConfigMaps and Secrets.

use base64::Engine;

use crate::diagnostics::{Embedding, Label, SourceKind};
use crate::k8s::Resource;
use crate::redis::config::{Mistake, Parsed, Server, Word, parse};

use super::super::super::{Field, Objects};

/// A configuration file in an object.
#[derive(Clone, Debug)]
pub struct ConfigFile<'a> {
    /// The ConfigMap or Secret.
    pub resource: &'a Resource,
    /// Its key.
    pub key: &'a str,
    /// The value.
    pub field: Field<'a>,
    /// Its lines.
    pub parsed: Parsed,
    /// Whether sentinels read it.
    pub is_sentinel: bool,
    /// The server that reads it, as far as it is known.
    pub server: Server,
    /// Whether its text is what stands in the object, so that places in it can be shown.
    pub is_plain: bool,
    /// What a server would say about it.
    pub mistakes: Vec<Mistake>,
}

/// Keys that servers read their configuration from wherever they are mounted.
const NAMES: [&str; 3] = ["redis.conf", "valkey.conf", "sentinel.conf"];

/// Files with the usual names.
pub(super) fn named<'a>(objects: &Objects<'a>) -> Vec<ConfigFile<'a>> {
    let mut files = Vec::new();
    for kind in ["ConfigMap", "Secret"] {
        for resource in objects.of_kind(kind) {
            for (key, field) in entries(resource) {
                if NAMES.contains(&key) {
                    files.extend(read(objects, resource, key, field));
                }
            }
        }
    }
    files
}

/// Keys with their values, those of a Secret that are not encoded last, as they win.
fn entries<'a>(resource: &'a Resource) -> Vec<(&'a str, Field<'a>)> {
    let object = Field::of(resource);
    let (data, text) = (object.get("data"), object.get("stringData"));
    data.entries().chain(text.entries()).collect()
}

/// The file of a key.
pub(super) fn read<'a>(
    objects: &Objects<'a>,
    resource: &'a Resource,
    key: &'a str,
    field: Field<'a>,
) -> Option<ConfigFile<'a>> {
    let text = field.text()?;
    let encoded = resource.kind() == "Secret" && field.path_text().starts_with("data");
    let decoded = match encoded {
        true => {
            let packed: String = text.split_ascii_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
            Some(String::from_utf8(bytes).ok()?)
        }
        false => None,
    };
    let parsed = parse(decoded.as_deref().unwrap_or(text));
    let is_sentinel = key.contains("sentinel") || parsed.lines.iter().any(|line| line.name.text == "sentinel");
    let server = objects.settings().redis_version.as_deref().map_or(Server::ANY, Server::parse);
    Some(ConfigFile {
        resource,
        key,
        field,
        parsed,
        is_sentinel,
        server,
        is_plain: decoded.is_none(),
        mistakes: Vec::new(),
    })
}

/// The position of the file of a key of an object, which is read where it was not yet.
pub(super) fn find<'a>(
    objects: &Objects<'a>,
    files: &mut Vec<ConfigFile<'a>>,
    resource: &'a Resource,
    key: &str,
) -> Option<usize> {
    let known = files.iter().rposition(|file| std::ptr::eq(file.resource, resource) && file.key == key);
    known.or_else(|| {
        let (key, field) = entries(resource).into_iter().rev().find(|(name, _)| *name == key)?;
        files.push(read(objects, resource, key, field)?);
        Some(files.len() - 1)
    })
}

/// Where in the user's file a mistake of a configuration stands.
pub fn flaw_place(objects: &Objects<'_>, file: &ConfigFile<'_>, mistake: &Mistake) -> Option<Label> {
    place(objects, &file.field, file.is_plain, mistake.at, mistake.len)
}

/// Where in the user's file a word of a configuration stands.
pub fn word_place(objects: &Objects<'_>, file: &ConfigFile<'_>, word: &Word) -> Option<Label> {
    place(objects, &file.field, file.is_plain, word.at, word.len)
}

/// The place of a part of a text that the build has put together from several places.
fn composed(objects: &Objects<'_>, field: &Field<'_>, at: usize, len: usize) -> Option<Label> {
    let (text, origins) = (field.text()?, objects.trace().lines(field.node()?.origin)?);
    let before = text.get(..at)?;
    let origin = origins.get(before.matches('\n').count())?;
    let mut label = Label { pos: origin.at, len: 1, ..objects.places(field).into_iter().next()? };
    if origin.verbatim {
        let source = objects.sources().get(origin.at)?;
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
        label.pos = source.pos(source.offset(origin.at) + column);
        label.len = u32::try_from(len).unwrap_or(u32::MAX);
    }
    Some(label)
}

/// The place of a part of a text value: exact in block scalars and in files that became a value, else the beginning of the value.
fn place(objects: &Objects<'_>, field: &Field<'_>, is_plain: bool, at: usize, len: usize) -> Option<Label> {
    let mut label = objects.places(field).into_iter().next()?;
    if let Some(line) = composed(objects, field, at, len) {
        return Some(line);
    }
    let (Some(text), Some(source)) = (field.text(), objects.sources().get(label.pos)) else { return Some(label) };
    if !is_plain {
        return Some(label);
    }
    let offset = source.offset(label.pos);
    let marked = u32::try_from(len).unwrap_or(u32::MAX);
    let rest = source.text.get(offset..).unwrap_or("");
    if matches!(source.kind, SourceKind::Data | SourceKind::Settings) && rest.starts_with(text.trim_end_matches('\n')) {
        (label.pos, label.len) = (source.pos(offset + at), marked);
    } else if rest.starts_with('|') {
        let embedding = Embedding { outer: label.pos, literal: true };
        let inner =
            objects.sources().add_embedded(source.path.clone(), text.to_owned(), source.kind, embedding).ok()?;
        (label.pos, label.len) = (inner.pos(at), marked);
    } else if !text.contains('\n') && rest.trim_start_matches(['"', '\'']).starts_with(text) {
        let quote = usize::from(rest.starts_with(['"', '\'']));
        (label.pos, label.len) = (source.pos(offset + quote + at), marked);
    }
    Some(label)
}
