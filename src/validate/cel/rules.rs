//! Rules of custom resource definitions, `x-kubernetes-validations`.

use cel::Value;

use crate::schema::{Arena, CelRule, NodeId};
use crate::yaml::Node;

use super::program::{Failure, program, run};
use super::value;

/// A rule that does not hold, or has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Broken {
    /// It does not hold.
    Rule {
        /// What it says.
        message: String,
        /// The field that it is about, below the value; empty for the value itself.
        field: Vec<String>,
    },
    /// It has no answer.
    Failed(Failure),
}

/// The rules that do not hold for a value of a schema.
pub fn broken_rules(rules: &[CelRule], node: &Node, arena: &Arena, schema: NodeId) -> Vec<Broken> {
    let (value, sizes) = value::typed(node, arena, schema);
    let mut broken = Vec::new();
    for rule in rules {
        // Rules on what changes are for updates.
        if rule.rule.contains("oldSelf") {
            continue;
        }
        let answer = program(&rule.rule).and_then(|it| run(&it, &rule.rule, vec![("self", value.clone())], sizes));
        match answer {
            Ok(Value::Bool(true)) => {}
            Ok(Value::Bool(false)) => {
                broken.push(Broken::Rule { message: message(rule, &value, sizes), field: field(rule) })
            }
            Ok(_) => {
                let why = Failure::Syntax(super::program::shortened(&rule.rule), "it must be true or false".to_owned());
                broken.push(Broken::Failed(why));
            }
            Err(why) => broken.push(Broken::Failed(why)),
        }
    }
    broken
}

fn message(rule: &CelRule, value: &Value, sizes: value::Sizes) -> String {
    let computed = rule.message_expression.as_deref().and_then(|expression| {
        match program(expression).and_then(|it| run(&it, expression, vec![("self", value.clone())], sizes)) {
            Ok(Value::String(text)) if !text.trim().is_empty() => Some(text.to_string()),
            _ => None,
        }
    });
    computed.or_else(|| rule.message.clone()).map_or_else(
        || format!("the rule `{}` does not hold", super::program::shortened(&rule.rule)),
        |text| text.trim().to_owned(),
    )
}

/// The names in a path of names.
fn field(rule: &CelRule) -> Vec<String> {
    let Some(path) = rule.field_path.as_deref() else { return Vec::new() };
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let parts: Vec<&str> = path.trim_start_matches('.').split('.').collect();
    match parts.iter().all(|part| is_name(part)) {
        true => parts.into_iter().map(str::to_owned).collect(),
        false => Vec::new(),
    }
}
