//! What stores are asked, and what they answer.

use std::fmt;

use super::value::Fields;

/// One question: all keys of a path, at a version.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Request {
    /// The path in the store.
    pub path: String,
    /// The version; empty for the newest.
    pub version: String,
    /// The version of Vault's key-value engine, where the object says it.
    pub engine: Option<String>,
}

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    /// The keys with their values.
    pub fields: Fields,
    /// Which version that is, where the store has versions.
    pub version: Option<String>,
    /// When it was written, as the store says it.
    pub created: Option<String>,
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// The store has nothing at that path.
    NoPath,
    /// The path has no such version.
    NoVersion,
    /// What is there is not made of keys and values.
    Unreadable,
    /// The store does not let us read it.
    Denied,
    /// There is nothing to log in with, or the store does not accept it.
    NoCredentials,
    /// The store does not answer, or says that it cannot.
    Down,
    /// The store is not set up as the settings say.
    Settings,
}

impl Why {
    /// Whether it is about the store and no path: every other question would end the same way.
    pub fn is_of_the_store(self) -> bool {
        matches!(self, Why::NoCredentials | Why::Down | Why::Settings)
    }

    /// Its code in diagnostics.
    pub fn code(self) -> &'static str {
        match self {
            Why::NoPath => "redisops::secrets::no_path",
            Why::NoVersion => "redisops::secrets::no_version",
            Why::Unreadable => "redisops::secrets::unreadable",
            Why::Denied => super::DENIED,
            Why::NoCredentials => super::NO_CREDENTIALS,
            Why::Down => super::STORE_DOWN,
            Why::Settings => super::SETTINGS,
        }
    }
}

/// A question without an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreError {
    /// Why.
    pub why: Why,
    /// What happened: a lower-case fragment without a value in it.
    pub message: String,
    /// Facts beside it.
    pub note: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl StoreError {
    /// An error.
    pub fn new(why: Why, message: impl Into<String>) -> StoreError {
        StoreError { why, message: message.into(), note: None, help: None }
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> StoreError {
        self.note = Some(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> StoreError {
        self.help = Some(help.into());
        self
    }
}

impl From<StoreError> for crate::diagnostics::Diagnostic {
    fn from(error: StoreError) -> crate::diagnostics::Diagnostic {
        let mut found = crate::diagnostics::Diagnostic::error(error.why.code(), error.message).help_if(error.help);
        found.notes.extend(error.note);
        found
    }
}

/// A place that secrets come from.
pub trait Store: Send + Sync + fmt::Debug {
    /// What it is called in messages.
    fn name(&self) -> String;

    /// All keys of a path.
    ///
    /// # Errors
    /// When there is no answer.
    fn fetch(&self, request: &Request) -> Result<Fetched, StoreError>;
}
