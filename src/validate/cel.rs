//! Rules in CEL: those of custom resource definitions, and the user's own.

use crate::schema::{Arena, CelRule, Node as Schema};
use crate::yaml::Node;

/// Messages of the rules that do not hold for a value (`Ok`), and of those that cannot be evaluated (`Err`).
pub fn broken_rules(
    _rules: &[CelRule],
    _value: &Node,
    _arena: &Arena,
    _schema: &Schema,
) -> Vec<Result<String, String>> {
    Vec::new()
}
