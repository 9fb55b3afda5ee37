//! The verbs, and what each of them does.

use std::path::PathBuf;

use crate::diagnostics::{Diagnostic, Diagnostics, Source};
use crate::kustomize::decode::{Decoder, FromNode};
use crate::kustomize::generators::GeneratorKind;
use crate::kustomize::types::Kustomization;
use crate::yaml::edit::{Rename, update};
use crate::yaml::{Node, Schema, Trace, parse_yaml11};

use super::globs::Surroundings;
use super::tree::Tree;
use super::{fix, generators, images, lists, metadata, patches, vars};

/// Options of `buildMetadata`.
pub const BUILD_METADATA: [&str; 3] = ["originAnnotations", "transformerAnnotations", "managedByLabel"];

/// A change of a kustomization.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verb {
    /// `edit add`
    Add(Add),
    /// `edit set`
    Set(Set),
    /// `edit remove`
    Remove(Remove),
    /// `edit fix`
    Fix(Fix),
}

/// Labels or annotations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MetadataKind {
    /// `commonLabels`, or `labels`.
    Label,
    /// `commonAnnotations`
    Annotation,
}

/// What `edit add` adds.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Add {
    /// Files, directories or URLs of resources; whether they are looked at.
    Resource { paths: Vec<String>, verify: bool },
    /// Directories of components.
    Component { paths: Vec<String> },
    /// Bases, which are resources that must exist.
    Base { paths: Vec<String> },
    /// Files of a list of plugin configuration or field specs, by the name of the list.
    Files { field: &'static str, what: &'static str, paths: Vec<String> },
    /// Options of `buildMetadata`.
    BuildMetadata { options: Vec<String> },
    /// Labels or annotations.
    Metadata {
        kind: MetadataKind,
        pairs: Vec<(String, String)>,
        force: bool,
        without_selector: bool,
        include_templates: bool,
    },
    /// A ConfigMap or Secret, or sources for one that is there.
    Generator { kind: GeneratorKind, flags: GeneratorFlags },
    /// A patch.
    Patch(PatchFlags),
}

/// What `edit set` sets.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Set {
    /// A field that is a text: `namePrefix`, `nameSuffix`, `namespace`.
    Text { field: &'static str, value: String },
    /// All options of `buildMetadata`.
    BuildMetadata { options: Vec<String> },
    /// Labels or annotations.
    Metadata { kind: MetadataKind, pairs: Vec<(String, String)> },
    /// Images, as `NAME=NEWNAME:TAG@DIGEST` with its shorter forms.
    Image { images: Vec<String> },
    /// Counts of replicas, as `NAME=COUNT`.
    Replicas { counts: Vec<String> },
    /// Literals, or the namespace, of a ConfigMap or Secret that is there.
    Generator { kind: GeneratorKind, flags: GeneratorFlags },
}

/// What `edit remove` removes.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Remove {
    /// Entries of a list that match patterns.
    Entries { field: &'static str, patterns: Vec<String> },
    /// Options of `buildMetadata`.
    BuildMetadata { options: Vec<String> },
    /// Labels or annotations, by key; whether those that are not there are passed over.
    Metadata { kind: MetadataKind, keys: Vec<String>, ignore: bool },
    /// ConfigMaps or Secrets, by name.
    Generator { kind: GeneratorKind, names: Vec<String>, namespace: String },
    /// The patches that are just so.
    Patch(PatchFlags),
}

/// `edit fix`
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fix {
    /// Make replacements of vars.
    pub vars: bool,
}

/// What a generator has.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GeneratorFlags {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its new namespace.
    pub new_namespace: String,
    /// `[KEY=]FILE`, with patterns.
    pub files: Vec<String>,
    /// `KEY=VALUE`
    pub literals: Vec<String>,
    /// A file of lines `KEY=VALUE`.
    pub env_file: String,
    /// `create`, `merge` or `replace`.
    pub behavior: String,
    /// Type of a Secret.
    pub secret_type: String,
    /// No suffix with a hash.
    pub disable_name_suffix_hash: bool,
}

/// What a patch has.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PatchFlags {
    /// Its file.
    pub path: String,
    /// The patch itself.
    pub patch: String,
    /// Its target: names of fields with their values, those that are not empty.
    pub target: Vec<(&'static str, String)>,
}

/// A file beside the kustomization that has changed too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrittenFile {
    /// Its path.
    pub path: PathBuf,
    /// What it had.
    pub before: Vec<u8>,
    /// What it is to have.
    pub after: Vec<u8>,
}

/// What became of a kustomization.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edited {
    /// Its text.
    pub text: String,
    /// Other files.
    pub files: Vec<WrittenFile>,
    /// What is worth telling.
    pub notes: Vec<String>,
}

/// Makes a change.
///
/// # Errors
/// When the file is no kustomization, what is named does not exist, or the change is not possible.
pub fn edit(source: &Source, verb: &Verb, around: &Surroundings<'_>) -> Result<Edited, Diagnostics> {
    let node = parse_yaml11(source)?;
    // The file is read as a build reads it, so that nothing is written into one that is wrong already.
    let typed = typed(&node)?;
    let mut tree = Tree::new(node, source);
    let mut files = Vec::new();
    let changed = match verb {
        Verb::Add(add) => self::add(&mut tree, add, around)?,
        Verb::Set(set) => self::set(&mut tree, set, around)?,
        Verb::Remove(remove) => self::remove(&mut tree, remove)?,
        Verb::Fix(how) => {
            fix::deprecated(&mut tree, around)?;
            if how.vars {
                files = vars::to_replacements(&mut tree, &typed, around)?;
            }
            true
        }
    };
    let Tree { node, renames, notes, .. } = tree;
    if !changed {
        return Ok(Edited { text: source.text.clone(), files, notes });
    }
    Ok(Edited { text: written(source, &node, &renames)?, files, notes })
}

fn written(source: &Source, node: &Node, renames: &[Rename]) -> Result<String, Diagnostic> {
    update(source, node, Schema::V11, renames)
}

/// The typed content of a kustomization.
pub(super) fn typed(node: &Node) -> Result<Kustomization, Diagnostics> {
    if node.is_null() {
        return Ok(Kustomization::default());
    }
    let trace = Trace::new();
    let mut decoder = Decoder::kustomization(&trace);
    let decoded = Kustomization::from_node(node, &mut decoder);
    decoder.finish(decoded)
}

/// Adds. False when there is nothing to write.
fn add(tree: &mut Tree, add: &Add, around: &Surroundings<'_>) -> Result<bool, Diagnostics> {
    match add {
        Add::Resource { paths, verify } => lists::add_resources(tree, paths, *verify, around),
        Add::Component { paths } => lists::add_components(tree, paths, around),
        Add::Base { paths } => lists::add_bases(tree, paths, around),
        Add::Files { field, what, paths } => lists::add_files(tree, field, what, paths, around),
        Add::BuildMetadata { options } => lists::add_build_metadata(tree, options),
        Add::Metadata { kind: MetadataKind::Label, pairs, force, without_selector: true, include_templates } => {
            metadata::add_to_labels(tree, pairs, *force, *include_templates)
        }
        Add::Metadata { kind, pairs, force, .. } => metadata::add(tree, *kind, pairs, *force),
        Add::Generator { kind, flags } => generators::add(tree, *kind, flags, around),
        Add::Patch(flags) => Ok(patches::add(tree, flags)),
    }
}

fn set(tree: &mut Tree, set: &Set, around: &Surroundings<'_>) -> Result<bool, Diagnostics> {
    match set {
        Set::Text { field, value } => {
            tree.set_text(field, value);
            Ok(true)
        }
        Set::BuildMetadata { options } => lists::set_build_metadata(tree, options),
        Set::Metadata { kind, pairs } => metadata::set(tree, *kind, pairs),
        Set::Image { images } => images::set_images(tree, images),
        Set::Replicas { counts } => images::set_replicas(tree, counts),
        Set::Generator { kind, flags } => generators::set(tree, *kind, flags, around),
    }
}

fn remove(tree: &mut Tree, remove: &Remove) -> Result<bool, Diagnostics> {
    match remove {
        Remove::Entries { field, patterns } => lists::remove_entries(tree, field, patterns),
        Remove::BuildMetadata { options } => lists::remove_build_metadata(tree, options),
        Remove::Metadata { kind, keys, ignore } => metadata::remove(tree, *kind, keys, *ignore),
        Remove::Generator { kind, names, namespace } => generators::remove(tree, *kind, names, namespace),
        Remove::Patch(flags) => Ok(patches::remove(tree, flags)),
    }
}
