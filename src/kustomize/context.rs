//! What every step of a build shares.

use std::cell::RefCell;

use crate::diagnostics::{Diagnostic, Diagnostics, Sources};
use crate::k8s::openapi::OpenApi;
use crate::k8s::{ResMap, Scopes};
use crate::yaml::Trace;

/// The texts and writes of a build, its schema, and its warnings.
pub struct Context<'a> {
    /// All texts.
    pub sources: &'a Sources,
    /// All writes.
    pub trace: &'a Trace,
    /// Merge keys and scopes of kinds; a kustomization on the way may replace them, as in the reference.
    pub openapi: std::rc::Rc<RefCell<OpenApi>>,
    /// Warnings so far.
    pub warnings: RefCell<Vec<Diagnostic>>,
}

impl Context<'_> {
    /// What decides whether a kind is cluster-scoped.
    pub fn scopes(&self) -> Scopes {
        self.openapi.clone()
    }

    /// Notes a warning.
    pub fn warn(&self, warning: Diagnostic) {
        self.warnings.borrow_mut().push(warning);
    }
}

/// Changes the objects of a build.
pub trait Transformer {
    /// Applies it.
    ///
    /// # Errors
    /// Everything that is wrong; the objects are then of no use.
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics>;
}
