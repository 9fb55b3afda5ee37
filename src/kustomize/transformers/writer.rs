//! How transformers write: values with their origins, and errors that name object, field and cause.

use std::cell::Cell;

use crate::diagnostics::{Diagnostic, Pos};
use crate::k8s::Resource;
use crate::kustomize::context::Context;
use crate::kustomize::fields::FieldError;
use crate::yaml::{Node, Origin, Scalar, Style, Trace, Value, Via};

/// Writes one value of a kustomization into many objects.
pub(super) struct Writer<'a> {
    trace: &'a Trace,
    at: Pos,
    via: Via,
    created: Cell<Option<Origin>>,
}

impl<'a> Writer<'a> {
    /// For the value at a place.
    pub(super) fn new(trace: &'a Trace, at: Pos, via: Via) -> Writer<'a> {
        Writer { trace, at, via, created: Cell::new(None) }
    }

    /// The origin of all fields that this writer creates; scalars that one object gets from it in several places can share it.
    pub(super) fn created(&self) -> Origin {
        self.created.get().unwrap_or_else(|| {
            let origin = self.trace.created(self.at, self.via);
            self.created.set(Some(origin));
            origin
        })
    }

    /// Puts a scalar where a node is. A write that changes nothing leaves no trace.
    pub(super) fn write(&self, node: &mut Node, scalar: Scalar) {
        match &node.value {
            Value::Scalar(old) if old.text == scalar.text && old.tag == scalar.tag => {
                if node.origin == Origin::NONE {
                    node.origin = self.created();
                }
                return;
            }
            Value::Scalar(old) if node.origin != Origin::NONE => {
                node.origin = self.trace.overwrote(self.at, self.via, Node::scalar(node.origin, old.clone()));
            }
            _ => node.origin = self.created(),
        }
        node.value = Value::Scalar(scalar);
    }

    /// Puts a string where a node is, in the style of the scalar there.
    pub(super) fn write_string(&self, node: &mut Node, text: &str) {
        let style = node.as_scalar().map_or(Style::Plain, |s| s.style);
        self.write(node, Scalar { style, ..Scalar::string(text) });
    }

    /// Puts an untagged text where a node is: in the style of the scalar there, plain text as what it looks like.
    pub(super) fn write_text(&self, node: &mut Node, text: &str) {
        let style = node.as_scalar().map_or(Style::Plain, |s| s.style);
        self.write(node, Scalar::resolved(text, style));
    }
}

/// The error of a field that holds something else than a scalar.
pub(super) fn expect_scalar(node: &Node) -> Result<(), FieldError> {
    match &node.value {
        Value::Scalar(_) => Ok(()),
        Value::Seq(_) => Err(FieldError::at(node, "expected a scalar, found a list")),
        Value::Map(_) => Err(FieldError::at(node, "expected a scalar, found a mapping")),
    }
}

/// What a transformer was doing when a field did not fit.
pub(super) struct Cause<'a> {
    /// Its field in a kustomization, as messages name it.
    pub(super) field: &'a str,
    /// Where that stands.
    pub(super) pos: Pos,
}

impl Cause<'_> {
    /// The error: the object, the path, the node that does not fit, and who asked.
    pub(super) fn error(&self, error: &FieldError, path: &str, resource: &Resource, cx: &Context<'_>) -> Diagnostic {
        let id = resource.id(cx.scopes().as_ref());
        let place = cx.trace.pos(error.origin);
        let place = if place.is_none() { cx.trace.pos(resource.node.origin) } else { place };
        Diagnostic::error(
            "redisops::transform::field",
            format!("`{}` cannot be applied to `{path}` of {id}: {}", self.field, error.message),
        )
        .label(place, 1, "does not fit")
        .label(self.pos, 1, "asked for here")
        .help("correct the object, or give this kind another path in a file under `configurations`")
    }
}
