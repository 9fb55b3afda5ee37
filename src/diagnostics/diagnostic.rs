//! One thing that is wrong, or worth knowing, as plain data.

use super::Pos;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works, but not for long, or not as it looks.
    Warning,
    /// The command cannot do what was asked.
    Error,
}

/// A place that takes part, with what it has to do with the matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Start of the marked text.
    pub pos: Pos,
    /// Bytes to mark from there: the length of the value, which may be longer than what stands in the text (a folded one is). The renderer marks at
    /// least one character, and nothing behind the end of the text.
    pub len: u32,
    /// What is there; may be empty.
    pub text: String,
}

/// What is wrong, where, why, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable id, `redisops::<area>::<name>`.
    pub code: &'static str,
    /// What is wrong: a lower-case fragment without a full stop.
    pub message: String,
    /// Places; the first is where to look.
    pub labels: Vec<Label>,
    /// The entries of other files that led to the file of the first label, innermost first.
    pub way: Vec<Pos>,
    /// Path of a file that could not be read or has no text to point into.
    pub file: Option<String>,
    /// Why, and other facts.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            message: message.into(),
            labels: Vec::new(),
            way: Vec::new(),
            file: None,
            notes: Vec::new(),
            help: None,
        }
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message) }
    }

    /// Adds a place; the first one added is where to look. A place that is nowhere is left out.
    #[must_use]
    pub fn label(mut self, pos: Pos, len: usize, text: impl Into<String>) -> Diagnostic {
        if !pos.is_none() {
            self.labels.push(Label { pos, len: len.min(u32::MAX as usize) as u32, text: text.into() });
        }
        self
    }

    /// Notes the entry (its place and length) that led to the file in which this was found. What has no place of its own gets that of the entry.
    pub fn through(&mut self, entry: Pos, len: usize) {
        if entry.is_none() {
            return;
        }
        if self.labels.is_empty() {
            let len = len.min(u32::MAX as usize) as u32;
            self.labels.push(Label { pos: entry, len, text: "named here".to_owned() });
        } else {
            self.way.push(entry);
        }
    }

    /// Names a file without pointing into it.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<String>) -> Diagnostic {
        self.file = Some(path.into());
        self
    }

    /// Adds a reason or a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Says what to do, when there is something to say.
    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Diagnostic {
        self.help = help.or(self.help);
        self
    }
}

/// Several diagnostics as one error: everything that is wrong with an input, not the first thing only. Never empty as an error.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl From<Diagnostic> for Diagnostics {
    fn from(one: Diagnostic) -> Diagnostics {
        Diagnostics(vec![one])
    }
}

impl Diagnostics {
    /// None so far.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Adds one.
    pub fn push(&mut self, one: Diagnostic) {
        self.0.push(one);
    }

    /// As [`Diagnostic::through`], for all of them.
    #[must_use]
    pub fn through(mut self, entry: Pos, len: usize) -> Diagnostics {
        self.0.iter_mut().for_each(|one| one.through(entry, len));
        self
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// The value of a result, or its diagnostics added here.
    pub fn take<T>(&mut self, result: Result<T, impl Into<Diagnostics>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(found) => {
                self.extend(found.into());
                None
            }
        }
    }
}
