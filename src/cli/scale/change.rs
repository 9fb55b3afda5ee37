//! One field, set in the files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::render::{Rendered, State};
use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source, SourceKind, Sources};
use crate::k8s::Resource;
use crate::kustomize::edit::{Add, PatchFlags, Surroundings, Verb, edit, in_place};
use crate::provenance::origin_of;
use crate::source::{Changed, Disk, FileSystem, KUSTOMIZATION_NAMES};
use crate::topology::scale::{Wanted, patch, with_field};
use crate::yaml::edit::update;
use crate::yaml::{Schema, parse_documents};

use super::report::How;

/// Files of the machine, with those that are to be changed.
#[derive(Debug)]
pub struct Files {
    from: PathBuf,
    disk: Arc<Disk>,
    changed: BTreeMap<PathBuf, (Vec<u8>, String)>,
}

impl Files {
    /// Nothing changed yet.
    pub fn new(from: &Path) -> Files {
        Files { from: from.to_owned(), disk: Arc::new(Disk::at(from)), changed: BTreeMap::new() }
    }

    /// Everything as it will be.
    pub fn state(&self) -> State {
        State::of_files(self.files())
    }

    /// The files as they will be.
    pub fn files(&self) -> Arc<dyn FileSystem> {
        let changed = self.changed.iter().map(|(path, (_, text))| (path.clone(), text.clone().into_bytes()));
        Arc::new(Changed::new(Arc::clone(&self.disk) as Arc<dyn FileSystem>, changed))
    }

    /// Files with what they had and what they get.
    pub fn changes(&self) -> impl Iterator<Item = (&PathBuf, &Vec<u8>, &String)> {
        self.changed.iter().map(|(path, (before, after))| (path, before, after))
    }

    /// The file of a text, if it is one of the directory and has just that text.
    fn own(&self, source: &Source, directory: &Path) -> Option<PathBuf> {
        let path = self.disk.canonicalize(&self.from.join(&source.path)).ok()?;
        let here = path.starts_with(self.disk.canonicalize(directory).ok()?);
        let now = self.files().read(&path).ok()?;
        (here && now == source.text.as_bytes()).then_some(path)
    }

    fn put(&mut self, path: PathBuf, text: String) -> Result<(), Diagnostic> {
        if let Some((_, now)) = self.changed.get_mut(&path) {
            *now = text;
            return Ok(());
        }
        let before = self.disk.read(&path).map_err(|error| {
            Diagnostic::error("redisops::load::io", format!("`{}` cannot be read: {error}", path.display()))
        })?;
        self.changed.insert(path, (before, text));
        Ok(())
    }
}

/// Sets a field of a rendered object: at the line that says it where that is the overlay's own, else by a patch of the overlay. Of a line that
/// was changed, the place is told.
///
/// # Errors
/// When the overlay has no kustomization file that can be changed.
pub fn set_field(
    files: &mut Files,
    rendered: &Rendered,
    resource: &Resource,
    wanted: &Wanted,
) -> Result<(How, Option<Pos>), Diagnostics> {
    let found = wanted.field().resolve(&resource.node).ok();
    if let Some(found) = &found
        && found.node().text() == Some(wanted.value.text.as_str())
    {
        return Ok((How::Unchanged, None));
    }
    if let Some(found) = &found {
        let step = origin_of(found, &rendered.trace, &rendered.sources);
        if let Some(change) = in_place(&step, &wanted.value, &rendered.sources)
            && let Some(path) = files.own(&change.source, &rendered.directory)
        {
            let at = change.source.pos(change.at);
            files.put(path, change.text)?;
            return Ok((How::Line, Some(at)));
        }
    } else if let Some((path, text)) = new_field(files, rendered, resource, wanted) {
        files.put(path, text)?;
        return Ok((How::Field, None));
    }
    add_patch(files, &rendered.directory, resource, wanted)?;
    Ok((How::Patch, None))
}

/// The file of an object of the overlay with a field more; none where the file is not the overlay's or has other objects in it.
fn new_field(files: &Files, rendered: &Rendered, resource: &Resource, wanted: &Wanted) -> Option<(PathBuf, String)> {
    let (source, _) = rendered.sources.outermost(rendered.trace.pos(resource.node.origin))?;
    if source.kind != SourceKind::Resource || source.made_by.is_some() {
        return None;
    }
    let path = files.own(&source, &rendered.directory)?;
    let documents = parse_documents(&source).ok()?;
    let [object] = &documents[..] else { return None };
    let text = update(&source, &with_field(object, wanted), Schema::V3, &[]).ok()?;
    Some((path, text))
}

fn add_patch(files: &mut Files, directory: &Path, resource: &Resource, wanted: &Wanted) -> Result<(), Diagnostics> {
    let all = files.files();
    let name = KUSTOMIZATION_NAMES.into_iter().find(|name| all.exists(&directory.join(name)));
    let name = name.ok_or_else(|| {
        Diagnostic::error("redisops::scale::overlay", format!("`{}` has no kustomization file", directory.display()))
            .help("name the directory of an overlay")
    })?;
    let path = all.canonicalize(&directory.join(name)).unwrap_or_else(|_| directory.join(name));
    let shown = all.display(&path);
    let cannot = |why: &dyn std::fmt::Display| {
        Diagnostic::error("redisops::load::io", format!("`{shown}` cannot be read: {why}")).in_file(shown.clone())
    };
    let bytes = all.read(&path).map_err(|error| cannot(&error))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot(&"it is not UTF-8"))?;
    let mark = if text.starts_with('\u{FEFF}') { "\u{FEFF}" } else { "" };
    let source = Sources::new().add(shown.clone(), text[mark.len()..].to_owned(), SourceKind::Kustomization)?;
    let gvk = resource.gvk();
    let target = [
        ("group", gvk.group.to_string()),
        ("version", gvk.version.to_string()),
        ("kind", gvk.kind.to_string()),
        ("name", resource.original_name().to_owned()),
    ];
    let flags = PatchFlags {
        path: String::new(),
        patch: patch(resource, wanted),
        target: target.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
    };
    let nothing = |_: &str| Ok(());
    let around = Surroundings { files: &*all, directory, kustomization: name, load: &nothing };
    let edited = edit(&source, &Verb::Add(Add::Patch(flags)), &around)?;
    files.put(path, format!("{mark}{}", edited.text))?;
    Ok(())
}
