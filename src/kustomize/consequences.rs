//! Which mistakes bring others with them, so that only the first are reported.

use crate::diagnostics::{Diagnostics, Pos, Severity, did_you_mean};
use crate::yaml::Node;

use super::types::Kustomization;

/// Fields that change neither which objects there are nor what they are called: a mistake in them does not make a patch miss its target.
const HARMLESS: [&str; 11] = [
    "buildMetadata",
    "imageTags",
    "images",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "sortOptions",
    "validators",
    "vars",
];

/// Errors that say that a field is not as a patch or replacement expects it: what comes before may have been meant to make it so.
const ABOUT_FIELDS: [&str; 5] = [
    "redisops::patch::missing_path",
    "redisops::patch::test_failed",
    "redisops::patch::type_mismatch",
    "redisops::replacement::source_field",
    "redisops::replacement::target_field",
];

/// Whether mistakes in a kustomization file let objects or names be others than was meant, so that nothing can be said about targets.
pub(super) fn objects_in_doubt(file: &Node, found: &Diagnostics) -> bool {
    let Some(map) = file.as_map() else { return true };
    let is_harmless = |pos: Pos| {
        // The last field that starts before.
        let Some(entry) = map.entries.iter().filter(|e| e.key_pos <= pos).max_by_key(|e| e.key_pos) else {
            return false;
        };
        let key = entry.key.text.as_str();
        if Kustomization::FIELDS.contains(&key) {
            return HARMLESS.contains(&key);
        }
        // A field that does not exist may be any, but most likely one that is written alike.
        did_you_mean(key, Kustomization::FIELDS.iter().copied()).is_none_or(|meant| HARMLESS.contains(&meant))
    };
    found
        .0
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .any(|one| one.labels.first().is_none_or(|label| !is_harmless(label.pos)))
}

/// What was found behind a transformer that could not be made, without what its absence may explain.
pub(super) fn removed(mut found: Diagnostics) -> Diagnostics {
    found.0.retain(|one| !ABOUT_FIELDS.contains(&one.code));
    found
}
