//! The first step of a build: every kustomization and manifest that the root leads to, read and parsed, files of a directory at the same time.
//!
//! Nothing is merged or transformed here. A mistake in one file does not keep the others from being read.

use rayon::prelude::*;

use crate::diagnostics::{Diagnostics, SourceKind, Sources};
use crate::k8s::Resource;
use crate::source::{Entry, LoadErrorKind, Loader};

use super::decode::Text;
use super::kustomization_file::{self, KustomizationFile, at_entry};
use super::load_resources::resources_from_source;

/// A kustomization and what its `resources` and `components` name.
#[derive(Debug)]
pub struct Loaded {
    /// Reaches the files of its directory.
    pub loader: Loader,
    /// The file.
    pub file: KustomizationFile,
    /// The entries of `resources`, in order.
    pub resources: Vec<(Text, Result<LoadedEntry, Diagnostics>)>,
    /// The entries of `components`, in order.
    pub components: Vec<(Text, Result<Box<Loaded>, Diagnostics>)>,
}

/// What an entry of `resources` names.
#[derive(Debug)]
pub enum LoadedEntry {
    /// The objects of a file.
    Objects(Vec<Resource>),
    /// Another kustomization.
    Base(Box<Loaded>),
}

/// Lists shorter than this are read one after the other: starting threads takes longer.
const PARALLEL: usize = 8;

/// Reads the kustomization of a directory and all that it leads to.
///
/// # Errors
/// When the kustomization file itself cannot be read; mistakes below it stand at their entries.
pub fn load(loader: Loader, sources: &Sources) -> Result<Loaded, Diagnostics> {
    let mut file = kustomization_file::load(&loader, sources)?;
    let resources = std::mem::take(&mut file.kustomization.resources);
    let components = std::mem::take(&mut file.kustomization.components);
    let resources = each(resources, |entry| load_entry(&loader, entry, sources));
    let components = each(components, |entry| {
        let component = loader.sub(entry).map_err(|e| at_entry(e, entry))?;
        below(component, entry, sources)
    });
    Ok(Loaded { loader, file, resources, components })
}

/// Loads what an entry names, which its errors then tell.
fn below(loader: Loader, entry: &Text, sources: &Sources) -> Result<Box<Loaded>, Diagnostics> {
    load(loader, sources).map(Box::new).map_err(|found| found.through(entry.pos, entry.len()))
}

fn each<T: Send>(
    entries: Vec<Text>,
    load: impl Fn(&Text) -> Result<T, Diagnostics> + Sync,
) -> Vec<(Text, Result<T, Diagnostics>)> {
    let one = |entry: Text| {
        let result = load(&entry);
        (entry, result)
    };
    if entries.len() < PARALLEL {
        entries.into_iter().map(one).collect()
    } else {
        entries.into_par_iter().map(one).collect()
    }
}

/// Reads what one entry of `resources` names: a file with manifests, a directory, or a URL of either.
///
/// # Errors
/// When it is none of them, or is wrong.
pub fn load_entry(loader: &Loader, entry: &Text, sources: &Sources) -> Result<LoadedEntry, Diagnostics> {
    let file = match loader.entry(entry).map_err(|e| at_entry(e, entry))? {
        Entry::Base(base) => return below(base, entry, sources).map(LoadedEntry::Base),
        Entry::File(file) => file,
    };
    let (path, remote) = (file.path.clone(), file.remote);
    let text = file.text().map_err(|e| at_entry(e, entry))?;
    let source = sources.add(path, text, SourceKind::Resource)?;
    let wrong = match resources_from_source(&source) {
        Ok(objects) => return Ok(LoadedEntry::Objects(objects)),
        Err(wrong) if !remote => return Err(wrong),
        Err(wrong) => wrong,
    };
    // What a server sent may be the page of a repository.
    match loader.sub(entry) {
        Ok(base) => below(base, entry, sources).map(LoadedEntry::Base),
        Err(error) if error.kind() == LoadErrorKind::Git => Err(at_entry(error, entry)),
        Err(_) => Err(wrong),
    }
}
