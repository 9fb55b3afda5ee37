//! Expressions in CEL: rules of custom resource definitions, and policies of the user.
//!
//! The evaluator is a crate; here are the values that it gets, the functions that Kubernetes adds, and a limit on what an expression may cost.

mod cost;
mod functions;
mod program;
mod rules;
mod value;

pub use program::{Failure, evaluate};
pub use rules::{Broken, broken_rules};
