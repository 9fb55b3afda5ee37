//! What every step of a build shares.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Diagnostics, Embedding, Pos, Source, SourceKind, Sources};
use crate::k8s::openapi::{CommentSchemas, OpenApi};
use crate::k8s::{ResMap, Scopes};
use crate::yaml::Trace;

use super::decode::Text;

/// The texts and writes of a build, its schema, and its warnings.
pub struct Context<'a> {
    /// All texts.
    pub sources: &'a Sources,
    /// All writes.
    pub trace: &'a Trace,
    /// Merge keys and scopes of kinds; a kustomization on the way may replace them, as in the reference.
    pub openapi: Rc<RefCell<OpenApi>>,
    /// Warnings so far.
    pub warnings: RefCell<Vec<Diagnostic>>,
    /// Who wants to know which step is at work.
    pub observer: Option<&'a dyn Observer>,
    pub(super) comment_schemas: RefCell<FxHashMap<Pos, Option<Rc<SourceComments>>>>,
}

/// A text in which comments give schemas to lists.
pub struct SourceComments {
    source: Arc<Source>,
    schemas: CommentSchemas,
}

impl SourceComments {
    /// The schema on the line of a key, if the key stands in this text.
    pub fn at(&self, key: Pos) -> Option<&serde_json::Value> {
        let source = Some(&self.source).filter(|s| s.contains(key))?;
        self.schemas.at(&source.text, source.offset(key))
    }
}

/// Is told when the steps of a build begin and end; the build itself has no clock. Steps may stand within others.
pub trait Observer {
    /// A step begins.
    fn begin(&self, step: &'static str);

    /// The step that began last, and has not ended, ends.
    fn end(&self);
}

impl<'a> Context<'a> {
    /// For one build.
    pub fn new(sources: &'a Sources, trace: &'a Trace) -> Context<'a> {
        Context {
            sources,
            trace,
            openapi: Rc::default(),
            warnings: RefCell::default(),
            observer: None,
            comment_schemas: RefCell::default(),
        }
    }

    /// What decides whether a kind is cluster-scoped.
    pub fn scopes(&self) -> Scopes {
        self.openapi.clone()
    }

    /// No objects yet.
    pub fn empty_resources(&self) -> ResMap {
        ResMap::new(self.scopes())
    }

    /// Does a step, and tells the observer.
    pub fn step<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let Some(observer) = self.observer else { return work() };
        observer.begin(name);
        let result = work();
        observer.end();
        result
    }

    /// The schemas in comments of the text in which a place is.
    pub fn comment_schemas(&self, pos: Pos) -> Option<Rc<SourceComments>> {
        let source = self.sources.get(pos)?;
        let mut known = self.comment_schemas.borrow_mut();
        let found = known.entry(source.pos(0)).or_insert_with(|| {
            CommentSchemas::of_text(&source.text).map(|schemas| Rc::new(SourceComments { source, schemas }))
        });
        found.clone()
    }

    /// Notes a warning.
    pub fn warn(&self, warning: Diagnostic) {
        self.warnings.borrow_mut().push(warning);
    }

    /// Adds a text.
    ///
    /// # Errors
    /// When all texts together are too large.
    pub fn add_source(&self, path: String, text: String, kind: SourceKind) -> Result<Arc<Source>, Diagnostics> {
        Ok(self.sources.add(path, text, kind)?)
    }

    /// Adds a text that stands inside another (an inline patch or plugin configuration).
    ///
    /// # Errors
    /// When all texts together are too large.
    pub fn add_inline(&self, text: &Text, kind: SourceKind) -> Result<Arc<Source>, Diagnostics> {
        let path = self.sources.get(text.pos).map_or(String::new(), |s| s.path.clone());
        let embedding = Embedding { outer: text.pos, literal: text.literal };
        Ok(self.sources.add_embedded(path, text.value.clone(), kind, embedding)?)
    }
}

/// Changes the objects of a build.
pub trait Transformer {
    /// What reports on a build call it: the name of the type.
    fn name(&self) -> &'static str {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path)
    }

    /// Applies it.
    ///
    /// # Errors
    /// Everything that is wrong; the objects are then of no use.
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics>;
}
