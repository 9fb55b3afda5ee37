//! Lists of files and of options.

use crate::diagnostics::{Diagnostic, Diagnostics, did_you_mean};

use super::globs::{Surroundings, bad_pattern, matches};
use super::tree::{Tree, string};
use super::verb::BUILD_METADATA;

/// Adds files, directories or URLs that can be loaded.
pub(super) fn add_resources(
    tree: &mut Tree,
    paths: &[String],
    verify: bool,
    around: &Surroundings<'_>,
) -> Result<bool, Diagnostics> {
    let found = loadable(paths, verify, around)?;
    Ok(append(tree, "resources", "resource", found, around))
}

/// The same for components.
pub(super) fn add_components(
    tree: &mut Tree,
    paths: &[String],
    around: &Surroundings<'_>,
) -> Result<bool, Diagnostics> {
    let found = loadable(paths, true, around)?;
    Ok(append(tree, "components", "component", found, around))
}

/// What patterns match, and what else can be loaded.
fn loadable(patterns: &[String], verify: bool, around: &Surroundings<'_>) -> Result<Vec<String>, Diagnostic> {
    let mut found = Vec::new();
    for pattern in patterns {
        if !verify {
            found.push(pattern.clone());
            continue;
        }
        let files = around.glob(pattern)?;
        if files.is_empty() {
            (around.load)(pattern).map_err(|error| {
                Diagnostic::error("redisops::edit::no_match", format!("`{pattern}` has no match: {}", error.message))
                    .help("name a file or a directory that exists, or a URL; `--no-verify` adds a resource as it is")
            })?;
            found.push(pattern.clone());
        } else {
            found.extend(files);
        }
    }
    Ok(found)
}

/// Appends what is not there yet; false when nothing was named.
fn append(tree: &mut Tree, field: &str, what: &str, new: Vec<String>, around: &Surroundings<'_>) -> bool {
    let any = !new.is_empty();
    for path in new.into_iter().filter(|path| path != around.kustomization) {
        if tree.texts(field).contains(&path) {
            tree.notes.push(format!("{what} {path} already in kustomization file"));
            continue;
        }
        tree.list(field).push(string(&path));
    }
    any
}

/// Adds files to a list; what matches nothing is passed over.
pub(super) fn add_files(
    tree: &mut Tree,
    field: &str,
    what: &str,
    patterns: &[String],
    around: &Surroundings<'_>,
) -> Result<bool, Diagnostics> {
    let mut found = Vec::new();
    for pattern in patterns {
        let files = around.glob(pattern)?;
        if files.is_empty() {
            tree.notes.push(format!("{pattern} has no match"));
        }
        found.extend(files);
    }
    let nowhere = Surroundings { kustomization: "", ..*around };
    Ok(append(tree, field, what, found, &nowhere))
}

/// Adds directories that must exist.
pub(super) fn add_bases(tree: &mut Tree, paths: &[String], around: &Surroundings<'_>) -> Result<bool, Diagnostics> {
    for path in paths {
        if !around.exists(path) {
            let error = Diagnostic::error("redisops::edit::no_base", format!("{path} does not exist"));
            return Err(error.help("paths are relative to the directory of the kustomization").into());
        }
        if tree.texts("resources").contains(path) {
            let message = format!("base {path} already in kustomization file");
            return Err(tree.error("redisops::edit::already", message).into());
        }
        tree.list("resources").push(string(path));
    }
    Ok(true)
}

fn check_options(options: &[String]) -> Result<(), Diagnostic> {
    for option in options {
        if !BUILD_METADATA.contains(&option.as_str()) {
            let near = did_you_mean(option, BUILD_METADATA).map(|near| format!("did you mean `{near}`?"));
            let all = Some(format!("options are {}", BUILD_METADATA.join(", ")));
            return Err(Diagnostic::error(
                "redisops::edit::build_metadata",
                format!("invalid buildMetadata option: {option}"),
            )
            .help_if(near.or(all)));
        }
    }
    Ok(())
}

/// Adds options of `buildMetadata`.
pub(super) fn add_build_metadata(tree: &mut Tree, options: &[String]) -> Result<bool, Diagnostics> {
    check_options(options)?;
    for option in options {
        if tree.texts("buildMetadata").contains(option) {
            let message = format!("buildMetadata option {option} already in kustomization file");
            return Err(tree.error("redisops::edit::already", message).into());
        }
        tree.list("buildMetadata").push(string(option));
    }
    Ok(true)
}

/// Sets `buildMetadata`.
pub(super) fn set_build_metadata(tree: &mut Tree, options: &[String]) -> Result<bool, Diagnostics> {
    check_options(options)?;
    *tree.list("buildMetadata") = options.iter().map(|option| string(option)).collect();
    Ok(true)
}

/// Takes options out of `buildMetadata`.
pub(super) fn remove_build_metadata(tree: &mut Tree, options: &[String]) -> Result<bool, Diagnostics> {
    check_options(options)?;
    if !tree.items("buildMetadata").is_empty() {
        tree.list("buildMetadata").retain(|node| !node.text().is_some_and(|text| options.iter().any(|o| o == text)));
        tree.drop_empty("buildMetadata");
    }
    Ok(true)
}

/// Takes entries out that match patterns.
pub(super) fn remove_entries(tree: &mut Tree, field: &str, patterns: &[String]) -> Result<bool, Diagnostics> {
    let mut gone = Vec::new();
    for pattern in patterns {
        for path in tree.texts(field) {
            if matches(pattern, &path).ok_or_else(|| bad_pattern(pattern))? {
                gone.push(path);
            }
        }
    }
    if gone.is_empty() {
        return Ok(false);
    }
    tree.list(field).retain(|node| !node.text().is_some_and(|text| gone.iter().any(|path| path == text)));
    tree.drop_empty(field);
    Ok(true)
}
