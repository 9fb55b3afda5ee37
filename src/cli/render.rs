//! Rendering for commands that ask something about the objects.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::settings::RenderSettings;
use crate::cli::target::{self, Access, Target};
use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Sources};
use crate::drift;
use crate::environment::Environment;
use crate::k8s::ResMap;
use crate::kustomize::{self, Context};
use crate::provenance::{FieldPath, Found, Places, place_of};
use crate::source::{FileNames, FileSystem, GitRevision, SystemTools};
use crate::yaml::Trace;

/// A state of the files: what is on disk, or a revision.
#[derive(Clone, Debug)]
pub struct State {
    /// The revision as the user named it.
    pub revision: Option<String>,
    files: Option<Arc<dyn FileSystem>>,
    top: Option<PathBuf>,
}

impl State {
    /// The files as they are.
    pub fn worktree() -> State {
        State { revision: None, files: None, top: None }
    }

    /// Other files than those on disk, under the same paths.
    pub fn of_files(files: Arc<dyn FileSystem>) -> State {
        State { revision: None, files: Some(files), top: None }
    }

    /// A revision of the repository that holds a directory.
    ///
    /// # Errors
    /// When there is no repository or no such revision.
    pub fn revision(directory: &Path, revision: &str) -> Result<State, Diagnostic> {
        let files = GitRevision::open(directory, revision)?;
        let top = files.top().to_owned();
        Ok(State { revision: Some(revision.to_owned()), files: Some(Arc::new(files)), top: Some(top) })
    }

    /// How files are reached for a word.
    ///
    /// # Errors
    /// When the working directory is gone.
    pub fn access(&self, word: &str, settings: &RenderSettings) -> Result<Access, Diagnostic> {
        let mut access = Access::of_process(word, settings.offline, settings.restriction)?;
        if let Some(files) = &self.files {
            access.files = Arc::clone(files);
        }
        Ok(access)
    }

    fn names(&self, target: &Target, access: &Access) -> FileNames {
        let names = FileNames::new(target.loader.root(), &access.from);
        match (&self.revision, &self.top) {
            (Some(revision), Some(top)) => names.at_revision(revision, top),
            _ => names,
        }
    }
}

/// What was rendered, with all that is known of where it came from.
pub struct Rendered {
    /// The objects.
    pub objects: ResMap,
    /// All texts.
    pub sources: Sources,
    /// All writes.
    pub trace: Trace,
    /// How reports name files.
    pub names: FileNames,
    /// Something the user should know about how the target was found.
    pub note: Option<String>,
    /// The environment, where one was named.
    pub environment: Option<Environment>,
    /// The directory that was rendered.
    pub directory: PathBuf,
    /// Warnings of the build.
    pub warnings: Vec<Diagnostic>,
}

impl Rendered {
    /// Where a field of an object is set, or the nearest that it has of those around it; the object itself for an empty path.
    pub fn field_pos(&self, object: usize, path: &FieldPath) -> Option<Pos> {
        let object = &self.objects.as_slice().get(object)?.node;
        let mut path = path.clone();
        loop {
            match path.resolve(object) {
                Ok(found) => return Some(place_of(&found, &self.trace, &self.sources)).filter(|pos| !pos.is_none()),
                Err(_) if path.is_root() => return None,
                Err(missing) => path = missing.path,
            }
        }
    }

    /// The same as file, line and column, without the commit.
    pub fn field_line(&self, object: usize, path: &FieldPath) -> Option<drift::Origin> {
        let name = |shown: &str| self.names.name(shown);
        let places = Places { sources: &self.sources, trace: &self.trace, name: &name };
        let (file, line, column) = places.place(self.field_pos(object, path)?)?;
        Some(drift::Origin { file, line, column, commit: None })
    }

    /// The line of a value, without its commit.
    pub fn line_of(&self, asked: &drift::Asked<'_>) -> Option<drift::Origin> {
        let object = &self.objects.as_slice().get(asked.object)?.node;
        let found = asked.path.resolve(object).ok().filter(|found| found.node().origin == asked.node.origin);
        let found = found.unwrap_or_else(|| Found {
            path: FieldPath::root(),
            nodes: vec![object, asked.node],
            key_pos: asked.key,
        });
        let name = |shown: &str| self.names.name(shown);
        let places = Places { sources: &self.sources, trace: &self.trace, name: &name };
        let (file, line, column) = places.place(place_of(&found, &self.trace, &self.sources))?;
        Some(drift::Origin { file, line, column, commit: None })
    }
}

/// Renders what a word names. The texts are given back with the errors, which point into them.
///
/// # Errors
/// Everything that is wrong with the input.
pub fn render(word: &str, state: &State, settings: &RenderSettings) -> Result<Rendered, (Sources, Diagnostics)> {
    let (sources, trace) = (Sources::new(), Trace::new());
    let (built, warnings) = {
        let cx = Context::new(&sources, &trace);
        let built = open(word, state, settings, &cx).and_then(|(target, names)| {
            let directory = target.loader.root().to_owned();
            let objects = kustomize::build(target.loader, &settings.options, &cx, &SystemTools::new())?;
            Ok((objects, names, target.note, target.environment, directory))
        });
        (built, cx.warnings.take())
    };
    match built {
        Ok((objects, names, note, environment, directory)) => {
            Ok(Rendered { objects, sources, trace, names, note, environment, directory, warnings })
        }
        Err(found) => Err((sources, found)),
    }
}

fn open(
    word: &str,
    state: &State,
    settings: &RenderSettings,
    cx: &Context<'_>,
) -> Result<(Target, FileNames), Diagnostics> {
    let access = state.access(word, settings)?;
    let target = target::open(word, &access, cx.sources, cx.trace)?;
    let names = state.names(&target, &access);
    Ok((target, names))
}
