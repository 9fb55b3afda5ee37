//! Rules of custom resource definitions, `x-kubernetes-validations`.

use cel::Value;
use cel::common::types::CelOptional;

use crate::schema::{Arena, CelRule, NodeId};
use crate::yaml::Node;

use super::program::{Failure, Scope, program};
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
    // What is there for the first time has no older value.
    let variables: Vec<(&str, value::Boxed<'_>)> = vec![("self", value), ("oldSelf", Box::new(CelOptional::none()))];
    let scope = Scope::new(variables, sizes);
    let mut broken = Vec::new();
    for rule in rules {
        let compares = program(&rule.rule).is_ok_and(|it| it.references().has_variable("oldSelf"));
        // Rules on what changes are for updates, unless they say that they are for both.
        if compares && !rule.optional_old_self {
            continue;
        }
        match scope.run(&rule.rule) {
            Ok(Value::Bool(true)) => {}
            Ok(Value::Bool(false)) => broken.push(Broken::Rule { message: message(rule, &scope), field: field(rule) }),
            Ok(_) => {
                let why = Failure::Syntax(super::program::shortened(&rule.rule), "it must be true or false".to_owned());
                broken.push(Broken::Failed(why));
            }
            Err(why) => broken.push(Broken::Failed(why)),
        }
    }
    broken
}

fn message(rule: &CelRule, scope: &Scope<'_>) -> String {
    let computed = rule.message_expression.as_deref().and_then(|expression| match scope.run(expression) {
        Ok(Value::String(text)) if !text.trim().is_empty() => Some(text.to_string()),
        _ => None,
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
