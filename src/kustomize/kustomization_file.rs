//! Reading a kustomization file: types, deprecated fields, what must not be.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source, SourceKind, Sources, did_you_mean};
use crate::source::{LoadError, Loader};
use crate::yaml::{Node, Trace, parse_yaml11};

use super::consequences;
use super::decode::{Decoder, FromNode, Text};
use super::types::{HelmChart, HelmGlobals, Kustomization};

const KUSTOMIZATION_KIND: &str = "Kustomization";
/// The kind of components.
pub const COMPONENT_KIND: &str = "Component";
const KUSTOMIZATION_VERSION: &str = "kustomize.config.k8s.io/v1beta1";
const COMPONENT_VERSION: &str = "kustomize.config.k8s.io/v1alpha1";

/// A kustomization with the file it was read from.
#[derive(Debug)]
pub struct KustomizationFile {
    /// The typed content.
    pub kustomization: Kustomization,
    /// The file.
    pub source: Arc<Source>,
    /// Its name in the directory.
    pub name: &'static str,
    /// What is wrong with it, when something can be built all the same (the build then fails), and warnings.
    pub found: Diagnostics,
    /// Whether what is wrong lets objects or names be others than was meant.
    pub objects_in_doubt: bool,
}

impl KustomizationFile {
    /// Whether it is a component.
    pub fn is_component(&self) -> bool {
        &*self.kustomization.kind == COMPONENT_KIND
    }
}

/// Turns a failure to load into a diagnostic at the entry that asked.
pub fn at_entry(error: LoadError, entry: &Text) -> Diagnostics {
    Diagnostic::from(error).label(entry.pos, entry.len(), "named here").into()
}

/// Reads the kustomization of a loader's directory.
///
/// # Errors
/// When there is none, or it is no YAML. Mistakes in its fields come back in [`KustomizationFile::found`], so that the rest of the directory is
/// looked at too.
pub fn load(loader: &Loader, sources: &Sources) -> Result<KustomizationFile, Diagnostics> {
    let file = loader.kustomization().map_err(Diagnostic::from)?;
    let name = file.name;
    let path = file.file.path.clone();
    let text = file.file.text().map_err(Diagnostic::from)?;
    let source = sources.add(path, text, SourceKind::Kustomization)?;
    let node = parse_yaml11(&source)?;
    let empty = || {
        Diagnostic::error("redisops::kustomization::empty", format!("`{}` is empty", source.path))
            .in_file(source.path.clone())
            .help("list something under `resources`")
    };
    if node.is_null() {
        return Err(empty().into());
    }
    // Nothing has been written yet: every node still is at its place.
    let trace = Trace::new();
    let mut decoder = Decoder::kustomization(&trace);
    let decoded = Kustomization::from_node(&node, &mut decoder);
    let mut found = decoder.found;
    let Some(mut kustomization) = decoded else { return Err(found) };
    let fields_in_doubt = consequences::objects_in_doubt(&node, &found);
    warn_deprecated(&kustomization, &node, &mut found);
    if has_no_fields(&node) {
        found.push(empty());
    }
    normalize(&mut kustomization);
    let mut unusual = Diagnostics::new();
    enforce_type(&kustomization, &mut unusual);
    let objects_in_doubt = fields_in_doubt || unusual.has_errors();
    found.extend(unusual);
    Ok(KustomizationFile { kustomization, source, name, found, objects_in_doubt })
}

/// The file says nothing: empty lists and maps included, which the reference cannot tell from absent ones.
fn has_no_fields(node: &Node) -> bool {
    node.as_map().is_some_and(|map| {
        map.entries.iter().enumerate().filter(|(i, _)| map.is_last(*i)).all(|(_, e)| {
            matches!(e.key.text.as_str(), "apiVersion" | "kind") || e.value.is_null() || e.value.text() == Some("")
        })
    })
}

fn warn_deprecated(k: &Kustomization, node: &Node, found: &mut Diagnostics) {
    let deprecated = [
        (k.bases.is_some(), "bases", "resources"),
        (k.common_labels.is_some(), "commonLabels", "labels"),
        (k.image_tags.is_some(), "imageTags", "images"),
        (k.patches_json6902.is_some(), "patchesJson6902", "patches"),
        (k.patches_strategic_merge.is_some(), "patchesStrategicMerge", "patches"),
        (k.vars.is_some(), "vars", "replacements"),
    ];
    for (used, old, new) in deprecated {
        let key_pos = node.as_map().and_then(|m| m.entry(old)).map_or(Pos::NONE, |e| e.key_pos);
        if used {
            found.push(
                Diagnostic::warning("redisops::kustomization::deprecated_field", format!("`{old}` is deprecated"))
                    .label(key_pos, old.len(), "")
                    .help(format!("use `{new}` instead")),
            );
        }
    }
}

/// Moves old forms of fields to the new ones.
fn normalize(k: &mut Kustomization) {
    let text = |value: &str| Text { value: value.to_owned(), ..Text::default() };
    if k.kind.is_empty() {
        k.kind = text(KUSTOMIZATION_KIND);
    }
    if k.api_version.is_empty() {
        k.api_version = text(if &*k.kind == COMPONENT_KIND { COMPONENT_VERSION } else { KUSTOMIZATION_VERSION });
    }
    k.resources.extend(k.bases.take().unwrap_or_default());
    k.images.extend(k.image_tags.take().unwrap_or_default());
    for generator in k.config_map_generator.iter_mut().chain(&mut k.secret_generator) {
        if !generator.env.is_empty() {
            generator.envs.push(std::mem::take(&mut generator.env));
        }
    }
    let mut globals = HelmGlobals::default();
    for old in std::mem::take(&mut k.helm_chart_inflation_generator) {
        if !old.helm_home.is_empty() {
            globals.config_home = old.helm_home;
        }
        if !old.chart_home.is_empty() {
            globals.chart_home = old.chart_home;
        }
        k.helm_charts.push(HelmChart {
            pos: old.pos,
            name: old.chart_name,
            version: old.chart_version,
            repo: old.chart_repo_url,
            values_file: old.values,
            values_inline: old.values_local,
            values_merge: old.values_merge,
            release_name: old.release_name,
            ..HelmChart::default()
        });
    }
    if k.helm_globals.is_none() && !(globals.chart_home.is_empty() && globals.config_home.is_empty()) {
        k.helm_globals = Some(globals);
    }
}

fn enforce_type(k: &Kustomization, found: &mut Diagnostics) {
    let kinds = [KUSTOMIZATION_KIND, COMPONENT_KIND];
    let code = "redisops::kustomization::wrong_type_meta";
    if !kinds.contains(&&*k.kind) {
        let near = did_you_mean(&k.kind, kinds).map(|n| format!("did you mean `{n}`?"));
        found.push(
            Diagnostic::error(
                code,
                format!("kind is `{}`, but a kustomization file is a Kustomization or a Component", &*k.kind),
            )
            .label(k.kind.pos, k.kind.len(), "")
            .help_if(near),
        );
        return;
    }
    let wanted = if &*k.kind == COMPONENT_KIND { COMPONENT_VERSION } else { KUSTOMIZATION_VERSION };
    if &*k.api_version != wanted {
        found.push(
            Diagnostic::error(code, format!("apiVersion of a {} is `{wanted}`, not `{}`", &*k.kind, &*k.api_version))
                .label(k.api_version.pos, k.api_version.len(), "")
                .help(format!("write `apiVersion: {wanted}`, or leave the line out")),
        );
    }
}
