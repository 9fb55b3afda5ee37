//! Compiled expressions, kept for the next object.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, Program, Value, extensions};
use rustc_hash::FxHashMap;
use thiserror::Error;

use crate::yaml::Node;

use super::{cost, functions, value};

/// Bytes that an expression may have.
const LONGEST: usize = 20_000;
/// Brackets within brackets; the parser of the crate calls itself for each.
const DEEPEST_BRACKETS: usize = 60;

/// Why an expression has no value.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Failure {
    /// It is no expression.
    #[error("`{0}` does not compile: {1}")]
    Syntax(String, String),
    /// It would take too long.
    #[error("`{0}` costs too much for values of this size")]
    Cost(String),
    /// It uses what is not there, or not known here.
    #[error("{0}")]
    Unknown(String),
}

thread_local! {
    static PROGRAMS: RefCell<FxHashMap<String, Result<Rc<Program>, Failure>>> = RefCell::default();
}

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib().with_optional_support(true);
    // It can only fail for what is declared twice.
    let _ = env.add_extension(extensions::strings);
    Arc::new(env)
});

/// The program of an expression.
pub(super) fn program(expression: &str) -> Result<Rc<Program>, Failure> {
    PROGRAMS.with_borrow_mut(|programs| match programs.get(expression) {
        Some(known) => known.clone(),
        None => {
            let compiled = compile(expression).map(Rc::new);
            programs.insert(expression.to_owned(), compiled.clone());
            compiled
        }
    })
}

fn compile(expression: &str) -> Result<Program, Failure> {
    let wrong = |why: &str| Failure::Syntax(shortened(expression), why.to_owned());
    if expression.trim().is_empty() {
        return Err(wrong("it is empty"));
    }
    if expression.len() > LONGEST || deepest(expression) > DEEPEST_BRACKETS {
        return Err(Failure::Cost(shortened(expression)));
    }
    ENVIRONMENT.compile(expression).map_err(|errors| {
        let text = errors.to_string();
        let first = text.lines().next().unwrap_or("").trim_start_matches("ERROR: <input>:");
        wrong(first)
    })
}

/// Brackets within brackets, without a look at strings: more is refused than need be.
fn deepest(expression: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in expression.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'!' | b'-' | b'?' => deepest = deepest.max(depth + 1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The value of a program for some variables. `largest` is the size of the largest list, mapping or text in them.
pub(super) fn run(
    program: &Program,
    expression: &str,
    variables: Vec<(&str, Value)>,
    sizes: value::Sizes,
) -> Result<Value, Failure> {
    let root = program.expression();
    let largest = if cost::splits(root) { sizes.container.max(sizes.text) } else { sizes.container };
    if cost::estimate(root, largest) > cost::LIMIT {
        return Err(Failure::Cost(shortened(expression)));
    }
    let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
    functions::add(&mut context);
    for (name, value) in variables {
        context.add_variable_from_value(name, value);
    }
    program.execute(&context).map_err(|error| Failure::Unknown(told(&error)))
}

/// Whether an expression is true of an object in an environment; in it, `object` and `self` are the object, `environment` the name of the environment.
///
/// # Errors
/// Why nobody can tell.
pub fn evaluate(expression: &str, object: &Node, environment: &str) -> Result<bool, Failure> {
    let program = program(expression)?;
    let (object, sizes) = value::plain(object);
    let variables = vec![("object", object.clone()), ("self", object), ("environment", Value::from(environment))];
    match run(&program, expression, variables, sizes)? {
        Value::Bool(answer) => Ok(answer),
        _ => Err(Failure::Syntax(shortened(expression), "it must be true or false".to_owned())),
    }
}

/// What went wrong, without the values: they may be secrets.
fn told(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(name) => format!("there is no `{name}`"),
        ExecutionError::UndeclaredReference(name) => format!("`{name}` is not known"),
        ExecutionError::NoSuchOverload(overload) => format!("`{}` does not take such values", overload.function()),
        ExecutionError::FunctionError { function, .. } => format!("`{function}` failed"),
        _ => "the values do not fit the expression".to_owned(),
    }
}

pub(super) fn shortened(expression: &str) -> String {
    let line = expression.lines().next().unwrap_or("");
    match line.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::parse_first;

    fn ask(expression: &str, yaml: &str) -> Result<bool, String> {
        let sources = Sources::new();
        let source = sources.add("a.yaml", yaml.to_owned(), SourceKind::Resource).unwrap();
        let node = parse_first(&source).unwrap().unwrap();
        evaluate(expression, &node, "prod").map_err(|error| error.to_string())
    }

    #[test]
    fn expressions_ask_objects() {
        let yaml = "kind: Pod\nspec: {replicas: 3, names: [a, b], on: true, share: 0.5, none: null}\n";
        for (expression, answer) in [
            ("object.spec.replicas > 2", true),
            ("self.spec.replicas == 3 && environment == 'prod'", true),
            ("object.spec.names.all(n, n.size() == 1)", true),
            ("object.spec.names.exists(n, n == 'c')", false),
            ("has(object.spec.other)", false),
            ("has(object.spec.names) && object.spec.on", true),
            ("object.spec.share < 1.0", true),
            ("object.kind.matches('^P.d$')", true),
            ("object.kind.lowerAscii() == 'pod'", true),
            ("object.spec.none == null", true),
            ("'b' in object.spec.names", true),
            ("isQuantity('2Gi') && !isQuantity('2GB') && isIP('10.0.0.1') && isCIDR('10.0.0.0/8')", true),
            ("object.spec.names.map(n, n + n).join(',') == 'aa,bb'", true),
        ] {
            assert_eq!(ask(expression, yaml), Ok(answer), "{expression}");
        }
    }

    #[test]
    fn what_is_no_answer_is_said() {
        for (expression, why) in [
            ("object.spec.", "does not compile"),
            ("", "`` does not compile: it is empty"),
            ("object.spec.missing == 1", "there is no `missing`"),
            ("nobody == 1", "`nobody` is not known"),
            ("object.kind", "it must be true or false"),
            ("url(object.kind) == 1", "`url`"),
        ] {
            let told = ask(expression, "kind: Pod\nspec: {}\n").unwrap_err();
            assert!(told.contains(why), "{expression}: {told}");
        }
    }

    #[test]
    fn expressions_that_run_away_are_not_run() {
        let list: Vec<String> = (0..2000).map(|i| i.to_string()).collect();
        let yaml = format!("a: [{}]\n", list.join(", "));
        assert_eq!(ask("object.a.all(x, x < 5000)", &yaml), Ok(true));
        for expression in [
            "object.a.all(x, object.a.all(y, object.a.all(z, x + y + z >= 0)))".to_owned(),
            format!("{}1{}", "[".repeat(30), "].map(x, [x].map(y, y))".repeat(30)),
            format!("{}true{}", "(".repeat(100), ")".repeat(100)),
            format!("true{}", " && true".repeat(5000)),
        ] {
            let told = ask(&expression, &yaml).unwrap_err();
            assert!(told.contains("costs too much") || told.contains("true or false"), "{told}");
        }
    }
}
