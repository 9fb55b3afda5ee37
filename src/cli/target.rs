//! What the user wants rendered: a directory, a kustomization file, a file of manifests, a URL, or an environment, by name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind, Sources, did_you_mean};
use crate::environment::{self, Environment, Place};
use crate::source::{
    Disk, FileSystem, KUSTOMIZATION_NAMES, KustomizationSource, LoadError, LoadErrorKind, LoadOptions, LoadRestriction,
    Loaded, Loader, Network, NetworkOptions, RepoSpec, Substitute, clean,
};
use crate::yaml::Trace;

/// Forces the name of an environment where a path has that name too.
pub const NAME_PREFIX: &str = "env:";

/// Code of a working directory that is gone.
pub const NO_WORKING_DIRECTORY: &str = "redisops::load::no_working_directory";

/// How files are reached.
#[derive(Clone, Debug)]
pub struct Access {
    /// Files of the machine.
    pub files: Arc<dyn FileSystem>,
    /// The working directory, absolute.
    pub from: PathBuf,
    /// Use the cache of what was fetched only.
    pub offline: bool,
    /// Which files may be named.
    pub restriction: LoadRestriction,
}

impl Access {
    /// From the working directory of the process, for a target.
    ///
    /// # Errors
    /// When the working directory has been removed, and the target is not a path that does without.
    pub fn of_process(target: &str, offline: bool, restriction: LoadRestriction) -> Result<Access, Diagnostic> {
        let from = match std::env::current_dir() {
            Ok(directory) => directory,
            Err(_) if Path::new(target).is_absolute() => PathBuf::from("/"),
            Err(error) => {
                return Err(Diagnostic::error(NO_WORKING_DIRECTORY, format!("there is no working directory: {error}"))
                    .help("change to a directory that exists, or name the target by an absolute path"));
            }
        };
        Ok(Access { files: Arc::new(Disk::at(&from)), from, offline, restriction })
    }

    fn open(&self, files: Arc<dyn FileSystem>, target: &str) -> Result<Loader, LoadError> {
        let is_local = RepoSpec::parse(target).is_err();
        let options = NetworkOptions {
            cache: None,
            offline: self.offline,
            lock_for: Some(if is_local { clean(&self.from.join(target)) } else { self.from.clone() }),
        };
        Loader::open(
            files,
            target,
            LoadOptions { restriction: self.restriction, remotes: Arc::new(Network::new(options)) },
        )
    }
}

/// A target that was found.
#[derive(Debug)]
pub struct Target {
    /// Its files.
    pub loader: Loader,
    /// Something the user should know about how it was found.
    pub note: Option<String>,
    /// Files beside those of the kustomization that were read to find it, absolute: that of the environment.
    pub reads: Vec<PathBuf>,
    /// The environment, where one was named.
    pub environment: Option<Environment>,
}

/// Finds what a word of the command line names.
///
/// # Errors
/// When it names nothing, with what was probably meant; or the environment is wrong.
pub fn open(word: &str, access: &Access, sources: &Sources, trace: &Trace) -> Result<Target, Diagnostics> {
    let files = &access.files;
    if word.is_empty() {
        return Err(Diagnostic::error("redisops::load::invalid_path", "an empty path names nothing")
            .help("name a directory, or leave the path out for the working directory")
            .into());
    }
    if let Some(name) = word.strip_prefix(NAME_PREFIX) {
        return match environment::find(&**files, &access.from, name) {
            Some(place) => open_environment(name, &place, access, sources, trace),
            None => Err(no_environment(name, access).into()),
        };
    }
    let place = environment::find(&**files, &access.from, word);
    let path = Path::new(word);
    if RepoSpec::parse(word).is_err() && !files.exists(path) {
        return match place {
            Some(place) => open_environment(word, &place, access, sources, trace),
            None => Err(nothing(word, access).into()),
        };
    }
    let loader = match files.exists(path) && !files.is_dir(path) {
        true => open_file(word, access)?,
        false => access.open(Arc::clone(files), word)?,
    };
    let note = place.map(|place| {
        let file = files.display(&place.file);
        format!("`{word}` is a path here; the environment of that name ({file}) is `{NAME_PREFIX}{word}`")
    });
    Ok(Target { loader, note, reads: Vec::new(), environment: None })
}

/// The text of a file of manifests; nothing where the word names something else.
///
/// # Errors
/// When the file cannot be read, or is no text.
pub fn manifests(word: &str, access: &Access) -> Result<Option<(String, String)>, Diagnostics> {
    let files = &access.files;
    let path = Path::new(word);
    if word.starts_with(NAME_PREFIX) || !files.exists(path) || files.is_dir(path) {
        return Ok(None);
    }
    if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| KUSTOMIZATION_NAMES.contains(&name)) {
        return Ok(None);
    }
    let bytes = files.read(path).map_err(|error| {
        Diagnostic::error("redisops::load::io", format!("`{word}` cannot be read: {error}")).in_file(word)
    })?;
    let shown = files.display(&access.from.join(path));
    let text = Loaded { bytes, path: shown.clone(), remote: false }.text()?;
    Ok((!looks_like_kustomization(&text)).then_some((shown, text)))
}

/// A kustomization file of any name, or a file of manifests, which is rendered as if it were the only resource of a kustomization.
fn open_file(word: &str, access: &Access) -> Result<Loader, Diagnostics> {
    let cannot = |error: &dyn std::fmt::Display| {
        Diagnostic::error("redisops::load::io", format!("`{word}` cannot be read: {error}")).in_file(word)
    };
    let files = &access.files;
    let file = files.canonicalize(Path::new(word)).map_err(|error| cannot(&error))?;
    let (Some(directory), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return Err(cannot(&"its name is not UTF-8").into());
    };
    let is_kustomization = KUSTOMIZATION_NAMES.contains(&name) || {
        let bytes = files.read(&file).map_err(|error| cannot(&error))?;
        looks_like_kustomization(&String::from_utf8_lossy(&bytes))
    };
    let instead = if is_kustomization {
        KustomizationSource::File(file.clone())
    } else {
        let entry = serde_json::Value::from(name);
        KustomizationSource::Text {
            text: format!("resources:\n- {entry}\n"),
            name: format!("(the kustomization of {word})"),
        }
    };
    let substitute = Substitute::new(Arc::clone(files), directory, instead);
    let shown = directory.to_string_lossy();
    access.open(Arc::new(substitute), &shown).map_err(Diagnostics::from)
}

/// Whether a file is a kustomization by its content: the kind says so, or it has no kind and one of the fields that only kustomizations have.
fn looks_like_kustomization(text: &str) -> bool {
    let first = text.lines().skip_while(|line| line.starts_with("---")).take_while(|line| !line.starts_with("---"));
    let (mut has_kind, mut has_field) = (false, false);
    for line in first {
        if let Some(kind) = line.strip_prefix("kind:") {
            let kind = kind.split('#').next().unwrap_or("").trim().trim_matches(['"', '\'']);
            if kind == "Kustomization" || kind == "Component" {
                return true;
            }
            has_kind = true;
        }
        has_field |= [
            "resources:",
            "bases:",
            "components:",
            "patches:",
            "generators:",
            "configMapGenerator:",
            "secretGenerator:",
            "helmCharts:",
        ]
        .iter()
        .any(|field| line.starts_with(field));
    }
    has_field && !has_kind
}

fn open_environment(
    name: &str,
    place: &Place,
    access: &Access,
    sources: &Sources,
    trace: &Trace,
) -> Result<Target, Diagnostics> {
    let environment = load_environment(place, access, sources, trace)?;
    let spec = &environment.spec;
    let at_overlay =
        |found: Diagnostic| found.label(spec.overlay.pos, spec.overlay.len(), "the overlay of the environment");
    if spec.overlay.starts_with('/') || clean(Path::new(&*spec.overlay)).starts_with("..") {
        let message = format!("the overlay `{}` of environment `{name}` lies outside the repository", &*spec.overlay);
        return Err(at_overlay(
            Diagnostic::error("redisops::environment::overlay", message)
                .help("name a directory relative to the root of the repository"),
        )
        .into());
    }
    let overlay = environment::overlay_directory(&*access.files, &place.root, &place.file, &spec.overlay);
    // Shown, and kept in messages, as the user would type it; of a revision nobody can type it.
    let shown = match access.files.is_on_disk() {
        true => access.files.display(&overlay),
        false => overlay.display().to_string(),
    };
    let loader = access.open(Arc::clone(&access.files), &shown).map_err(|error| at_overlay(error.into()))?;
    Ok(Target { loader, note: None, reads: vec![place.file.clone()], environment: Some(environment) })
}

/// The environment of a name, and where it stands.
///
/// # Errors
/// When there is none, or it is wrong.
pub fn environment(
    name: &str,
    access: &Access,
    sources: &Sources,
    trace: &Trace,
) -> Result<(Environment, Place), Diagnostics> {
    let place = environment::find(&*access.files, &access.from, name).ok_or_else(|| no_environment(name, access))?;
    Ok((load_environment(&place, access, sources, trace)?, place))
}

fn load_environment(
    place: &Place,
    access: &Access,
    sources: &Sources,
    trace: &Trace,
) -> Result<Environment, Diagnostics> {
    let shown = access.files.display(&place.file);
    let bytes = access.files.read(&place.file).map_err(|error| {
        Diagnostic::error("redisops::load::io", format!("`{shown}` cannot be read: {error}")).in_file(&*shown)
    })?;
    let text = Loaded { bytes, path: shown.clone(), remote: false }.text()?;
    let source = sources
        .add(shown, text, SourceKind::Config)
        .map_err(|error| Diagnostic::error("redisops::load::too_large", error.to_string()))?;
    environment::read(&source, trace)
}

/// A word that is neither a path nor an environment.
fn nothing(word: &str, access: &Access) -> Diagnostic {
    let mut found = match access.open(Arc::clone(&access.files), word) {
        Err(error) if error.kind() == LoadErrorKind::NotFound => Diagnostic::from(error),
        Err(error) => return error.into(),
        Ok(_) => Diagnostic::error("redisops::load::not_found", ""),
    };
    let names = environment::names(&*access.files, &access.from);
    found.file = None;
    found.message = match word.contains('/') || names.is_empty() {
        true => format!("there is no directory or file `{word}`"),
        false => format!("`{word}` is neither a path nor an environment"),
    };
    let near = did_you_mean(word, names.iter().map(String::as_str));
    match near {
        Some(near) => {
            // What the directory has instead is of no interest then.
            found.notes.clear();
            found.help(format!("did you mean the environment `{near}`?"))
        }
        None if word.contains('/') || names.is_empty() => found,
        None => found.note(format!("environments are {}", names.join(", "))),
    }
}

fn no_environment(name: &str, access: &Access) -> Diagnostic {
    let names = environment::names(&*access.files, &access.from);
    let found = Diagnostic::error("redisops::environment::not_found", format!("there is no environment `{name}`"));
    let directory = environment::DIRECTORY;
    let found = match names.is_empty() {
        true => found.note(format!("no directory from here to the root of the repository has `{directory}/`")),
        false => found.note(format!("environments are {}", names.join(", "))),
    };
    match did_you_mean(name, names.iter().map(String::as_str)) {
        Some(near) => found.help(format!("did you mean `{NAME_PREFIX}{near}`?")),
        None => found.help(format!("create `{directory}/{name}.yaml`")),
    }
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
