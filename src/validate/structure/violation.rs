//! What a walk along a schema finds, before it is put into words.

use crate::schema::{Arena, Format, NodeId, Type};
use crate::validate::Step;
use crate::validate::cel::Failure;

/// A value that is not as its schema says.
#[derive(Clone, Debug)]
pub(super) struct Violation<'a> {
    /// Number of the object.
    pub object: usize,
    /// The way to the value.
    pub steps: Vec<Step>,
    /// The schemas.
    pub arena: &'a Arena,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with a value.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Wrong {
    /// It has another type.
    Type(Type),
    /// The schema has no such field; the schema of the object around it.
    Unknown(NodeId),
    /// The field, the last step, is missing.
    Missing,
    /// It is none of the values that are possible.
    NoneOf(Vec<serde_json::Value>),
    /// It does not match the expression.
    Pattern(String),
    /// It is not in the form.
    Form(Format),
    /// It is too small, large, short or long.
    Bounds(String),
    /// It is there twice.
    Twice(String),
    /// None, or more than one, of several schemas holds.
    Choice(&'static str),
    /// A rule in CEL does not hold.
    Rule(String),
    /// A rule in CEL could not be evaluated.
    Unruled(Failure),
}
