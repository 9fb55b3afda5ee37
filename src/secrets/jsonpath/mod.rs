//! The JSONPath of Kubernetes: text with expressions in braces, as `kubectl -o jsonpath` has it.

mod evaluate;
mod parse;
mod unquote;

pub use evaluate::evaluate;
pub use parse::parse;

/// A template.
#[derive(Clone, PartialEq, Debug)]
pub struct Template(Vec<Step>);

/// A part of an expression.
#[derive(Clone, PartialEq, Debug)]
enum Step {
    /// What stands between braces.
    List(Vec<Step>),
    Text(String),
    Field(String),
    /// `range`, `end`.
    Word(String),
    Slice([Bound; 3]),
    Filter(Box<Filter>),
    Int(i64),
    Float(f64),
    Bool(bool),
    Wildcard,
    Recursive,
    Union(Vec<Vec<Step>>),
}

/// Start, end or step of a slice.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Bound {
    value: i64,
    known: bool,
    /// The end that a single index stands for.
    derived: bool,
}

/// A condition on the items of a list.
#[derive(Clone, PartialEq, Debug)]
struct Filter {
    left: Vec<Step>,
    /// Operator and right side; none asks whether the left side is there.
    right: Option<(String, Vec<Step>)>,
}
