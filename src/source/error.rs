//! Why something that a kustomization names could not be loaded.

use std::fmt;

use super::file_system::FileError;
use crate::diagnostics::{Diagnostic, Diagnostics};

/// What kind of failure it is, for callers that try something else then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoadErrorKind {
    /// Nothing has that name.
    NotFound,
    /// A file was needed.
    IsDirectory,
    /// A directory was needed.
    NotDirectory,
    /// The content is not UTF-8; the value is the offset of the first wrong byte.
    NotUtf8(usize),
    /// Larger than [`super::MAX_FILE_BYTES`].
    TooLarge,
    /// The user may not read it.
    Permission,
    /// The load restrictor forbids it.
    Restricted,
    /// A base leads back to a kustomization that is being built.
    Cycle,
    /// A server answered with something else than success; the value is the status.
    HttpStatus(u16),
    /// A server could not be asked or its answer not be read.
    Http,
    /// A repository could not be fetched.
    Git,
    /// A program that is needed is not installed.
    MissingTool,
    /// The network is needed and may not be used.
    Offline,
    /// `redisops.lock` and the repository disagree, or the file is wrong.
    Lock,
    /// The directory has no kustomization file.
    MissingKustomization,
    /// The directory has more than one.
    MultipleKustomizations,
    /// The entry itself cannot be a path: empty, absolute where it must not be, two entries run together.
    InvalidPath,
    /// The system says something else.
    Io,
}

impl LoadErrorKind {
    const fn code(self) -> &'static str {
        match self {
            LoadErrorKind::NotFound => "redisops::load::not_found",
            LoadErrorKind::IsDirectory => "redisops::load::is_directory",
            LoadErrorKind::NotDirectory => "redisops::load::not_directory",
            LoadErrorKind::NotUtf8(_) => "redisops::load::not_utf8",
            LoadErrorKind::TooLarge => "redisops::load::too_large",
            LoadErrorKind::Permission => "redisops::load::permission",
            LoadErrorKind::Restricted => "redisops::load::restricted",
            LoadErrorKind::Cycle => "redisops::load::cycle",
            LoadErrorKind::HttpStatus(_) | LoadErrorKind::Http => "redisops::load::http",
            LoadErrorKind::Git => "redisops::load::git",
            LoadErrorKind::MissingTool => "redisops::tool::missing",
            LoadErrorKind::Offline => "redisops::load::offline",
            LoadErrorKind::Lock => "redisops::load::lock",
            LoadErrorKind::MissingKustomization => "redisops::load::missing_kustomization",
            LoadErrorKind::MultipleKustomizations => "redisops::load::multiple_kustomizations",
            LoadErrorKind::InvalidPath => "redisops::load::invalid_path",
            LoadErrorKind::Io => "redisops::load::io",
        }
    }
}

impl From<&FileError> for LoadErrorKind {
    fn from(error: &FileError) -> LoadErrorKind {
        match error {
            FileError::NotFound => LoadErrorKind::NotFound,
            FileError::IsDirectory => LoadErrorKind::IsDirectory,
            FileError::NotDirectory => LoadErrorKind::NotDirectory,
            FileError::Permission => LoadErrorKind::Permission,
            FileError::TooLarge { .. } => LoadErrorKind::TooLarge,
            FileError::Other(_) => LoadErrorKind::Io,
        }
    }
}

/// Code of what may be right and could not be fetched.
pub const UNREACHABLE: &str = "redisops::load::unreachable";

/// A failure to load, as a kind for the program and a diagnostic for people; the caller adds the place of the entry that named the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadError {
    kind: LoadErrorKind,
    diagnostic: Box<Diagnostic>,
}

impl LoadError {
    /// A failure; the code of the diagnostic follows from the kind.
    pub fn new(kind: LoadErrorKind, message: impl Into<String>) -> LoadError {
        LoadError { kind, diagnostic: Box::new(Diagnostic::error(kind.code(), message)) }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> LoadErrorKind {
        self.kind
    }

    /// What is said about it.
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.diagnostic
    }

    /// Whether an entry of `resources:` that failed to load as a file may still be a base; `false` when a server has refused a URL that git cannot
    /// clone either.
    pub fn may_be_base(&self) -> bool {
        !matches!(self.kind, LoadErrorKind::HttpStatus(_))
    }

    /// Says that it is nothing that is wrong with the input: a server that is down, or that wants to know who asks.
    #[must_use]
    pub fn unreachable(mut self) -> LoadError {
        self.diagnostic.code = UNREACHABLE;
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> LoadError {
        self.diagnostic.notes.push(note.into());
        self
    }

    /// Adds what another attempt failed of.
    #[must_use]
    pub fn and(mut self, attempt: &str, other: &LoadError) -> LoadError {
        if self.diagnostic.message != other.diagnostic.message {
            self.diagnostic.notes.push(format!("{attempt}: {other}"));
        }
        self.diagnostic.notes.extend(other.diagnostic.notes.iter().cloned());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> LoadError {
        self.diagnostic.help = Some(help.into());
        self
    }

    /// Names the file.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<String>) -> LoadError {
        self.diagnostic.file = Some(path.into());
        self
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for LoadError {}

impl From<LoadError> for Diagnostic {
    fn from(error: LoadError) -> Diagnostic {
        *error.diagnostic
    }
}

impl From<LoadError> for Diagnostics {
    fn from(error: LoadError) -> Diagnostics {
        Diagnostic::from(error).into()
    }
}
