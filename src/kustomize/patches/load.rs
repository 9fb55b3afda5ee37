//! Patches as text: which kind they are, and their objects or operations.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, Source, SourceKind};
use crate::k8s::Resource;

use super::super::Context;
use super::super::decode::Text;
use super::super::load_resources::resources_from_source;
use super::json6902::{JsonPatch, parse_json_patch};

/// Reads the file that an entry of a kustomization names.
pub type LoadText<'l> = dyn Fn(&Text) -> Result<Arc<Source>, Diagnostics> + 'l;

/// A patch that was read.
#[derive(Clone, Debug)]
pub(super) enum Loaded {
    /// A text without content: does nothing.
    Nothing,
    /// Objects to merge.
    Strategic(Vec<Resource>),
    /// Operations.
    Json(JsonPatch),
}

/// Finds out what a text is, as the reference does: objects if it can be read as such, else operations.
///
/// # Errors
/// When it is neither; the error is that of the kind which it looks like.
pub(super) fn detect(source: &Source, cx: &Context<'_>) -> Result<Loaded, Diagnostics> {
    let like_operations = source.text.starts_with('[') || source.text.starts_with("- ");
    if like_operations {
        // A list is no object, so it need not be tried as one, unless it is empty.
        let patch = parse_json_patch(source)?;
        return Ok(if patch.operations.is_empty() { Loaded::Nothing } else { Loaded::Json(patch) });
    }
    match resources_from_source(source) {
        Ok(objects) if objects.is_empty() => Ok(Loaded::Nothing),
        Ok(objects) => Ok(Loaded::Strategic(objects)),
        Err(found) => parse_json_patch(source).map(Loaded::Json).map_err(|_| found),
    }
}

/// The text of a patch that stands in the kustomization, without blanks at its ends.
pub(super) fn inline(text: &Text, cx: &Context<'_>) -> Result<Arc<Source>, Diagnostics> {
    let trimmed = text.value.trim();
    // Lines are counted from the start of the text, so without it only the start is known.
    let literal = text.literal && text.value.starts_with(trimmed);
    cx.add_inline(&Text { value: trimmed.to_owned(), pos: text.pos, literal }, SourceKind::Patch)
}

/// The objects of one entry of `patchesStrategicMerge`: a patch or, failing that, the name of a file with some.
pub(super) fn inline_or_file(
    entry: &Text,
    load: &LoadText<'_>,
    cx: &Context<'_>,
) -> Result<Vec<Resource>, Diagnostics> {
    let text = entry.value.trim();
    if text.is_empty() || (text.starts_with('#') && !text.contains('\n')) {
        return Ok(Vec::new());
    }
    let like_patch = text.contains('\n') || text.starts_with('{');
    let inline = if like_patch || text.contains(": ") {
        let source = cx.add_inline(entry, SourceKind::Patch)?;
        match resources_from_source(&source) {
            Ok(objects) => return Ok(objects),
            Err(found) => Some(found),
        }
    } else {
        None
    };
    match (load(entry), inline) {
        (Ok(source), _) => resources_from_source(&source),
        (Err(_), Some(found)) if like_patch => Err(found),
        (Err(found), _) => Err(found),
    }
}

/// The error for an entry without `patch` and `path`, or with both.
pub(super) fn patch_or_path(path: &Text, patch: &Text, at: crate::diagnostics::Pos) -> Option<Diagnostic> {
    match (path.is_empty(), patch.trim().is_empty()) {
        (true, true) => Some(
            Diagnostic::error("redisops::patch::empty", "a patch needs `path` or `patch`")
                .label(at, 1, "this entry has neither")
                .help("name a file with `path`, or write the patch below `patch: |-`"),
        ),
        (false, false) => Some(
            Diagnostic::error("redisops::patch::both", "`path` and `patch` cannot stand side by side")
                .label(path.pos, path.len(), "this file")
                .label(patch.pos, 1, "this patch")
                .help("make two entries of them"),
        ),
        _ => None,
    }
}
