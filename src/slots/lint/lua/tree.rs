//! A script as a list of expressions and of what is said about names.
//!
//! Order of execution has no meaning here: what matters is which values may get where. Expressions stand in one list, parts before the whole, so that
//! looking at all of them needs no recursion, however deep a script nests.

use super::token::Span;

/// An expression, by its place in [`Script::expressions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExprId(pub(super) usize);

/// A name in its scope, by its place in [`Script::names`]; each `local` makes a new one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NameId(pub(super) usize);

/// A function, by its place in [`Script::functions`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FunctionId(pub(super) usize);

/// An expression with its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `nil`, `true`, `false`.
    Plain,
    /// A number.
    Number(f64),
    /// A text.
    Text(Box<[u8]>),
    /// `...` of a function, or of the script.
    Rest(FunctionId),
    /// A function.
    Function(FunctionId),
    /// A name.
    Name(NameId),
    /// `of[key]` and `of.key`.
    Index { of: ExprId, key: ExprId },
    /// `callee(arguments)`.
    Call { callee: ExprId, arguments: Vec<ExprId> },
    /// `of:name(arguments)`, the name left out.
    Method { of: ExprId, arguments: Vec<ExprId> },
    /// `left .. right`.
    Concat(ExprId, ExprId),
    /// `left and right`: the right one.
    And(ExprId),
    /// `left or right`.
    Or(ExprId, ExprId),
    /// Arithmetic, comparison, `not` and `#`: never a text.
    Computed,
    /// `{ … }`, the values.
    Table(Vec<ExprId>),
}

/// What a script says about a name.
#[derive(Clone, Debug)]
pub enum Fact {
    /// A value is given to a name. `spread`: the value is the last of fewer than there are names, so that this is one of its further results.
    Set { name: NameId, value: ExprId, spread: bool },
    /// A value is put into a table.
    Put { table: ExprId, value: ExprId },
    /// Names run over what an iterator gives.
    Each { names: Vec<NameId>, iterator: ExprId },
    /// A function gives a value back.
    Return { function: FunctionId, value: ExprId },
}

/// A function, or the script itself (the first one).
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Its parameters.
    pub parameters: Vec<NameId>,
}

/// A script.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// All expressions, parts before the whole.
    pub expressions: Vec<Expr>,
    /// What is said about names.
    pub facts: Vec<Fact>,
    /// Functions; the first is the script.
    pub functions: Vec<Function>,
    /// Names: the text, and whether it is one of the whole script (not `local`).
    pub names: Vec<(Box<str>, bool)>,
    /// What stands behind `#!` in the first line.
    pub shebang: Option<String>,
}

impl Script {
    /// An expression.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.expressions[id.0]
    }
}
