//! What is wrong with an object.

use std::borrow::Cow;

use crate::diagnostics::{Diagnostic, Label, Severity};
use crate::k8s::ResourceRef;

use super::{Field, Objects};

/// Code of findings of rules that users have written; the name of the rule stands in a note.
pub const POLICY: &str = "redisops::validate::policy";

/// What a rule has found.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// Id of the rule: `area/name`.
    pub rule: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: a lower-case fragment without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The object; none where a whole target is wrong.
    pub resource: Option<ResourceRef>,
    /// The field, `spec.replicas`; empty for the object as a whole.
    pub path: String,
    /// Places: first where to change something, then where the value came from.
    pub labels: Vec<Label>,
    /// Why, and other facts.
    pub notes: Vec<String>,
    /// What it was made of, where it is no finding of a rule.
    pub made_of: Option<Box<Diagnostic>>,
}

impl Finding {
    /// A mistake that keeps a target from being checked: its id is the code, as in `load/not-found`.
    pub fn of_diagnostic(diagnostic: Diagnostic) -> Finding {
        let code = diagnostic.code.strip_prefix("redisops::").unwrap_or(diagnostic.code);
        let mut notes = diagnostic.notes.clone();
        notes.extend(diagnostic.file.iter().map(|file| format!("the file is `{file}`")));
        Finding {
            rule: Cow::Owned(code.replace("::", "/").replace('_', "-")),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            resource: None,
            path: String::new(),
            labels: diagnostic.labels.clone(),
            notes,
            made_of: Some(Box::new(diagnostic)),
        }
    }

    /// Without an object and a place.
    pub fn new(rule: impl Into<Cow<'static, str>>, severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            rule: rule.into(),
            severity,
            message: message.into(),
            help: None,
            resource: None,
            path: String::new(),
            labels: Vec::new(),
            notes: Vec::new(),
            made_of: None,
        }
    }

    /// About a field: its object, its path and the place of its value, or of its parent's key where it is missing.
    #[must_use]
    pub fn at(mut self, objects: &Objects<'_>, field: &Field<'_>) -> Finding {
        self.resource = Some(ResourceRef::of(field.resource()));
        self.path = objects.path(field);
        self.labels = objects.places(field);
        self
    }

    /// About a key that should not be there.
    #[must_use]
    pub fn at_key(mut self, objects: &Objects<'_>, field: &Field<'_>) -> Finding {
        self = self.at(objects, field);
        self.labels = objects.key_places(field);
        self
    }

    /// With a text at the first place.
    #[must_use]
    pub fn said(mut self, text: impl Into<String>) -> Finding {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// With the place of another field that takes part.
    #[must_use]
    pub fn also(mut self, objects: &Objects<'_>, field: &Field<'_>, text: impl Into<String>) -> Finding {
        if let Some(mut label) = objects.places(field).into_iter().next() {
            label.text = text.into();
            self.labels.push(label);
        }
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// With what to do, when there is something to say.
    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Finding {
        self.help = help.or(self.help);
        self
    }

    /// With a reason or a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Finding {
        self.notes.push(note.into());
        self
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// For the renderer of diagnostics: the object stands in a note.
    pub fn diagnostic(&self) -> Diagnostic {
        if let Some(diagnostic) = &self.made_of {
            return (**diagnostic).clone();
        }
        let mut notes: Vec<String> = Vec::new();
        if let Some(resource) = &self.resource {
            notes.push(match self.path.is_empty() {
                true => format!("in {resource}"),
                false => format!("in {resource}, field `{}`", self.path),
            });
        }
        let code = match &self.rule {
            Cow::Borrowed(id) => id,
            Cow::Owned(id) => {
                notes.push(format!("rule `{id}`"));
                POLICY
            }
        };
        notes.extend(self.notes.iter().cloned());
        Diagnostic { code, notes, ..self.bare_diagnostic() }
    }

    /// What it says, without the object.
    pub(super) fn bare_diagnostic(&self) -> Diagnostic {
        Diagnostic {
            severity: self.severity,
            labels: self.labels.clone(),
            notes: self.notes.clone(),
            ..Diagnostic::error(POLICY, self.message.clone()).help_if(self.help.clone())
        }
    }
}

/// The name of a severity in reports.
pub const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
