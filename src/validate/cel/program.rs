//! Compiled expressions, kept for the next object.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use cel::common::types::CelString;
use cel::{Context, Env, ExecutionError, Program, Value};
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
    /// It has no value for these values: the server refuses them.
    #[error("{0}")]
    Values(String),
    /// It uses what is not known here.
    #[error("{0}")]
    Unknown(String),
}

thread_local! {
    static PROGRAMS: RefCell<FxHashMap<String, Result<Rc<Program>, Failure>>> = RefCell::default();
}

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    env.add_extension(functions::extension).expect("no function is declared twice, and a test evaluates some of each");
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

/// What expressions are about.
pub(super) struct Scope<'v> {
    context: Context<'v, 'v>,
    /// The largest parts of the values.
    sizes: value::Sizes,
}

impl<'v> Scope<'v> {
    /// With these variables.
    pub fn new(variables: Vec<(&str, value::Boxed<'v>)>, sizes: value::Sizes) -> Scope<'v> {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        for (name, value) in variables {
            context.add_variable_as_val(name, value);
        }
        Scope { context, sizes }
    }

    /// The value of an expression.
    pub fn run(&self, expression: &str) -> Result<Value, Failure> {
        let program = program(expression)?;
        if cost::estimate(program.expression(), self.sizes.container, self.sizes.text) > cost::LIMIT {
            return Err(Failure::Cost(shortened(expression)));
        }
        program.execute(&self.context).map_err(|error| failure(&error))
    }
}

/// Whether an expression is true of an object in an environment; in it, `object` and `self` are the object, `environment` the name of the environment.
///
/// # Errors
/// Why nobody can tell.
pub fn evaluate(expression: &str, object: &Node, environment: &str) -> Result<bool, Failure> {
    // What is no expression is said before anything is made of the object.
    program(expression)?;
    let (object, sizes) = value::plain(object);
    let environment: value::Boxed<'_> = Box::new(CelString::from(environment));
    let scope = Scope::new(vec![("object", object.clone()), ("self", object), ("environment", environment)], sizes);
    match scope.run(expression)? {
        Value::Bool(answer) => Ok(answer),
        _ => Err(Failure::Syntax(shortened(expression), "it must be true or false".to_owned())),
    }
}

/// What went wrong, without the values: they may be secrets.
fn failure(error: &ExecutionError) -> Failure {
    match error {
        ExecutionError::NoSuchKey(name) => Failure::Values(format!("there is no `{name}`")),
        ExecutionError::FunctionError { function, message } if is_ours(message) => {
            Failure::Values(format!("`{function}` failed: {message}"))
        }
        ExecutionError::FunctionError { function, .. } => Failure::Values(format!("`{function}` failed")),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            Failure::Values("a division by zero".to_owned())
        }
        ExecutionError::Overflow(..) => Failure::Values("a number is too large".to_owned()),
        ExecutionError::IndexOutOfBounds(_) => Failure::Values("a list is not that long".to_owned()),
        ExecutionError::UndeclaredReference(name) => Failure::Unknown(format!("`{name}` is not known")),
        ExecutionError::NoSuchOverload(overload) => {
            Failure::Unknown(format!("`{}` does not take such values", overload.function()))
        }
        _ => Failure::Unknown("the values do not fit the expression".to_owned()),
    }
}

/// Whether a message of a function is one of ours, which have no values in them.
fn is_ours(message: &str) -> bool {
    ["this is no ", "the "].iter().any(|start| message.starts_with(start))
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
    fn functions_of_kubernetes_are_known() {
        for expression in [
            "[1, 2, 2].isSorted() && ![2, 1].isSorted() && [].isSorted() && ['a', 'b'].isSorted()",
            "[1, 2].sum() == 3 && [0.5, 1.0].sum() == 1.5 && [].sum() == 0 && [3, 1].min() == 1 && [3, 1].max() == 3",
            "[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && ['a'].indexOf('b') == -1",
            "[duration('1s'), duration('2m')].sum() == duration('121s')",
            "'abc 123 45'.find('[0-9]+') == '123' && 'x'.find('y') == ''",
            "'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a1b22'.findAll('[0-9]+', 1) == ['1']",
            "'%s=%d'.format(['a', 1]) == 'a=1' && 'a-b'.split('-') == ['a', 'b'] && 'Ab'.charAt(1) == 'b'",
            "'a-b'.replace('-', '+') == 'a+b' && ' x '.trim() == 'x' && 'abc'.substring(1) == 'bc' && 'abc'.lastIndexOf('c') == 2",
            "quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('500m').compareTo(quantity('0.5')) == 0",
            "quantity('1k').add(1).asInteger() == 1001 && quantity('2').sub(quantity('1500m')) == quantity('0.5')",
            "quantity('-1').sign() == -1 && !quantity('500m').isInteger() && quantity('500m').asApproximateFloat() == 0.5",
            "isQuantity('2Gi') && !isQuantity('2GB')",
            "url('https://a.example:80/b%20c?x=1&x=2&y').getHost() == 'a.example:80'",
            "url('https://[::1]:80/b').getHostname() == '::1' && url('https://[::1]:80/b').getPort() == '80'",
            "url('HTTPS://h').getScheme() == 'https' && url('/a/b').getEscapedPath() == '/a/b'",
            "url('https://h/?x=1&x=2&y').getQuery() == {'x': ['1', '2'], 'y': ['']}",
            "isURL('https://h') && isURL('/p') && !isURL('h/p') && !isURL('https://a b') && !isURL('://h')",
            "ip('10.0.0.1').family() == 4 && ip('::1').isLoopback() && !isIP('010.0.0.1') && !isIP('::ffff:1.2.3.4')",
            "ip.isCanonical('::1') && !ip.isCanonical('0::1') && string(ip('0::1')) == '::1' && ip('8.8.8.8').isGlobalUnicast()",
            "cidr('10.0.0.0/8').containsIP('10.2.3.4') && cidr('10.0.0.0/8').containsIP(ip('10.2.3.4')) && !isCIDR('10.0.0.0/33')",
            "cidr('10.1.0.0/8').masked() == cidr('10.0.0.0/8') && cidr('10.1.0.0/8').ip() == ip('10.1.0.0')",
            "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.0.0.0/16').containsCIDR(cidr('10.0.0.0/8'))",
            "cidr('::/0').prefixLength() == 0 && cidr('::/0').containsIP('2001:db8::1') && !cidr('::/0').containsIP('1.2.3.4')",
            "duration('1h30m') > duration('89m') && duration('90s').getMinutes() == 1 && duration('1h') - duration('1m') == duration('59m')",
            "timestamp('2024-02-29T12:00:00Z').getDate() == 29 && timestamp('2024-02-29T12:00:00Z').getDayOfWeek() == 4",
            "timestamp('2024-01-01T00:00:00Z') + duration('24h') == timestamp('2024-01-02T00:00:00Z')",
            "!format.dns1123Label().validate('a-b').hasValue() && format.dns1123Label().validate('A').hasValue()",
            "format.named('qualifiedName').value().validate('a/b') == optional.none() && !format.named('x').hasValue()",
            "sets.contains([1, 2], [2]) && sets.equivalent([1, 1, 2], [2, 1]) && !sets.intersects([1], [2])",
            "object.?spec.?missing.orValue(1) == 1 && optional.of(1).hasValue() && object[?'kind'].value() == 'Pod'",
        ] {
            assert_eq!(ask(expression, "kind: Pod\nspec: {}\n"), Ok(true), "{expression}");
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
            ("url(object.kind).getHost() == ''", "`url` failed: this is no URL"),
            ("object.kind.sum() == 1", "`sum` does not take such values"),
            ("gone(object.kind)", "`gone` is not known"),
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
            "lists.range(1000000).all(x, lists.range(1000000).all(y, x + y >= 0))".to_owned(),
            format!("'aaaa'{} == ''", ".replace('a', 'aa')".repeat(60)),
            format!("{}'aaaaaaaa'{} == []", "[".repeat(25), "].map(x, x + x + x)".repeat(25)),
        ] {
            let told = ask(&expression, &yaml).unwrap_err();
            assert!(told.contains("costs too much") || told.contains("true or false"), "{told}");
        }
    }
}
