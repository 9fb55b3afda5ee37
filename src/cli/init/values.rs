//! A repository of one kind Redis, made of a values file.

use std::path::Path;

use crate::cli::rewrite::shown;
use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind, Sources};
use crate::topology::values::convert;
use crate::yaml::{Node, Trace, parse_first};

use super::write::NewFile;

const KUSTOMIZATION: &str = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";

/// The files, and what of the values could not be carried.
///
/// # Errors
/// When the values cannot be read or are none.
pub fn from_values(
    file: &Path,
    release: &str,
    environment: &str,
    sources: &Sources,
) -> Result<(Vec<NewFile>, String), Diagnostics> {
    let name = shown(file);
    let text = std::fs::read_to_string(file).map_err(|error| {
        Diagnostic::error("redisops::load::io", format!("`{name}` cannot be read: {error}")).in_file(name.clone())
    })?;
    let source = sources.add(name, text, SourceKind::Config)?;
    let values = parse_first(&source)?.unwrap_or_else(|| Node::null(Default::default()));
    let conversion = convert(&values, release, &Trace::new())?;
    let new = |path: String, text: String| NewFile { path: path.into(), content: text.into_bytes() };
    let files = vec![
        new("base/redis.yaml".into(), conversion.text.clone()),
        new("base/kustomization.yaml".into(), format!("{KUSTOMIZATION}resources:\n- redis.yaml\n")),
        new(
            format!("overlays/{environment}/kustomization.yaml"),
            format!("{KUSTOMIZATION}namespace: {release}-{environment}\nresources:\n- ../../base\n"),
        ),
        new(
            format!("environments/{environment}.yaml"),
            format!(
                "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: {environment}}}\nspec:\n  overlay: overlays/{environment}\n  kubernetes:\n    namespace: {release}-{environment}\n"
            ),
        ),
    ];
    Ok((files, conversion.left_text()))
}
