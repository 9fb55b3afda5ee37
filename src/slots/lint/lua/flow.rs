//! Which values get where in a script, and which keys its commands touch.
//!
//! Order and conditions are not looked at: a name may hold whatever is given to it anywhere. That way nothing that can happen is missed, and a key that
//! is right on every way is known to be right.

use std::collections::BTreeSet;

use crate::slots::lint::commands::{Keys, key_positions, keys_of};

use super::token::Span;
use super::tree::{ExprId, ExprKind, Fact, FunctionId, NameId, Script};
use super::value::{Given, Known, Origins, Value};

/// How often everything is looked at until nothing new turns up. A value passes one name in each round at least; scripts that hand one through more
/// names than that are not written by people.
const ROUNDS: usize = 64;

/// Where a key of a command comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// It is one of `KEYS`, that one where it is known.
    Declared(Option<u32>),
    /// One of `KEYS` with something added that leaves its hash tag alone.
    Longer(Option<u32>),
    /// Made of one of `KEYS` in another way.
    Derived,
    /// From `ARGV`.
    Argument,
    /// From the reply of a command.
    Reply,
    /// It stands in the script.
    Constant,
    /// Nobody can tell.
    Unknown,
}

/// A key that a command of a script touches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyUse {
    /// The command, where its name is known.
    pub command: Option<String>,
    /// Where the key comes from.
    pub source: Source,
    /// The key, where it is a text of the script.
    pub text: Option<Box<[u8]>>,
    /// Where it stands.
    pub span: Span,
}

/// What a script does with keys.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Uses {
    /// Keys of its commands, in the order of the text.
    pub keys: Vec<KeyUse>,
    /// Commands that look at everything that one node has: name and place.
    pub keyspace: Vec<(String, Span)>,
    /// Each `KEYS[n]` with a number: the number and the place.
    pub indices: Vec<(f64, Span)>,
    /// How many functions it registers.
    pub registered: usize,
}

/// Finds out what a script does with keys.
pub fn uses(script: &Script) -> Uses {
    let assigned: BTreeSet<usize> = script
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Set { name, .. } => Some(name.0),
            _ => None,
        })
        .collect();
    let names = script.names.iter().enumerate().map(|(index, (name, global))| match global {
        true => given(name, assigned.contains(&index)),
        false => Value::default(),
    });
    let mut flow = Flow {
        script,
        values: vec![Value::default(); script.expressions.len()],
        names: names.collect(),
        returns: vec![Value::default(); script.functions.len()],
        rests: vec![Value::default(); script.functions.len()],
        changed: true,
        registered: BTreeSet::new(),
    };
    for _ in 0..ROUNDS {
        if !std::mem::take(&mut flow.changed) {
            break;
        }
        flow.round();
    }
    flow.uses()
}

/// What a name means that is not `local`.
fn given(name: &str, assigned: bool) -> Value {
    match name {
        "KEYS" => Value::given(Given::Keys),
        "ARGV" => Value::given(Given::Arguments),
        "redis" | "server" => Value::given(Given::Redis),
        "table" => Value::given(Given::Table),
        "ipairs" => Value::given(Given::Ipairs),
        "pairs" => Value::given(Given::Pairs),
        "unpack" => Value::given(Given::Unpack),
        "select" => Value::given(Given::Select),
        "tostring" | "assert" => Value::given(Given::Same),
        "math" => Value::given(Given::Math),
        _ if assigned => Value::default(),
        _ => Value::given(Given::Library),
    }
}

struct Flow<'s> {
    script: &'s Script,
    values: Vec<Value>,
    names: Vec<Value>,
    returns: Vec<Value>,
    /// What `...` is, by function.
    rests: Vec<Value>,
    changed: bool,
    registered: BTreeSet<FunctionId>,
}

impl Flow<'_> {
    fn round(&mut self) {
        let script = self.script;
        for (index, expr) in script.expressions.iter().enumerate() {
            let value = self.evaluate(&expr.kind);
            self.changed |= self.values[index].join(&value);
        }
        for fact in &script.facts {
            match fact {
                Fact::Set { name, value, spread } => {
                    let value = self.value(*value);
                    let value = if *spread { further(value) } else { value.clone() };
                    self.changed |= self.names[name.0].join(&value);
                }
                Fact::Put { table, value } => {
                    let value = self.value(*value).clone();
                    self.put(*table, &value);
                }
                Fact::Each { names, iterator } => self.each(names, *iterator),
                Fact::Return { function, value } => {
                    let value = self.value(*value).clone();
                    self.changed |= self.returns[function.0].join(&value);
                }
            }
        }
    }

    fn value(&self, id: ExprId) -> &Value {
        &self.values[id.0]
    }

    fn evaluate(&mut self, kind: &ExprKind) -> Value {
        match kind {
            ExprKind::Plain => Value::default(),
            ExprKind::Computed => Value::of(Origins::CONSTANT),
            ExprKind::Number(number) => {
                Value { text: Known::One(number.to_string().into_bytes().into()), ..Value::of(Origins::CONSTANT) }
            }
            ExprKind::Text(text) => Value { text: Known::One(text.clone()), ..Value::of(Origins::CONSTANT) },
            ExprKind::Rest(function) => Value { spread: true, ..self.rests[function.0].clone() },
            ExprKind::Function(function) => Value { functions: BTreeSet::from([*function]), ..Value::default() },
            ExprKind::Name(name) => self.names[name.0].clone(),
            ExprKind::Index { of, key } => self.index(*of, *key),
            ExprKind::Concat(left, right) => Value::concat(self.value(*left), self.value(*right)),
            ExprKind::And(right) => self.value(*right).clone(),
            ExprKind::Or(left, right) => {
                let mut value = self.value(*left).clone();
                value.join(self.value(*right));
                value
            }
            ExprKind::Table(values) => {
                let mut table = Value::default();
                for value in values {
                    table.put(self.value(*value));
                }
                table
            }
            ExprKind::Call { callee, arguments } => {
                let callee = self.value(*callee).clone();
                self.call(&callee, arguments)
            }
            // A method of a text, or of a table that holds functions; the thing itself is the first argument.
            ExprKind::Method { of, arguments } => {
                let mut callee = self.value(*of).clone();
                callee.given.retain(|what| *what == Given::Library);
                let arguments: Vec<ExprId> = std::iter::once(*of).chain(arguments.iter().copied()).collect();
                self.call(&callee, &arguments)
            }
        }
    }

    fn index(&self, of: ExprId, key: ExprId) -> Value {
        let table = self.value(of);
        let mut value = table.inside();
        if table.given.contains(&Given::Keys)
            && let ExprKind::Number(number) = self.script.expr(key).kind
            && table.given.len() == 1
        {
            value.key = Known::One(number as u32);
        }
        let name = self.value(key).text.one().map_or(&b""[..], |text| text);
        for what in &table.given {
            let field = match (what, name) {
                (Given::Redis, b"call" | b"pcall") => Given::Call,
                (Given::Redis, b"register_function") => Given::Register,
                (Given::Table, b"insert") => Given::Insert,
                (Given::Table, b"unpack") => Given::Unpack,
                (Given::Math, _) => Given::Number,
                (Given::Redis | Given::Table | Given::Library, _) => Given::Library,
                _ => continue,
            };
            value.given.insert(field);
        }
        value
    }

    fn call(&mut self, callee: &Value, arguments: &[ExprId]) -> Value {
        let mut result = Value::default();
        for function in &callee.functions {
            self.hand_over(*function, arguments);
            result.join(&self.returns[function.0]);
        }
        let first = arguments.first().map(|id| self.value(*id).clone()).unwrap_or_default();
        for what in &callee.given {
            result.join(&match what {
                Given::Call => Value::deep(Origins::REPLY),
                Given::Unpack => Value { spread: true, ..first.inside() },
                Given::Ipairs | Given::Pairs => Value { is: Origins::NONE, ..first.inside() },
                Given::Same => first.clone(),
                Given::Number => Value::of(Origins::CONSTANT),
                Given::Select => self.joined(arguments.get(1..).unwrap_or_default()),
                Given::Insert => {
                    if let [table, .., inside] = arguments {
                        let inside = self.value(*inside).clone();
                        self.put(*table, &inside);
                    }
                    Value::default()
                }
                Given::Register => {
                    self.register(arguments);
                    Value::default()
                }
                Given::Library => self.made_of(arguments),
                Given::Keys | Given::Arguments | Given::Redis | Given::Table | Given::Math => Value::default(),
            });
        }
        // Methods of texts, and functions that were made from texts.
        if callee.is != Origins::NONE {
            result.join(&self.made_of(arguments));
        }
        result
    }

    /// The result of a function of which nothing is known: made of its arguments.
    fn made_of(&self, arguments: &[ExprId]) -> Value {
        let joined = self.joined(arguments);
        let from = if arguments.is_empty() { Origins::UNKNOWN } else { (joined.is | joined.holds).derived() };
        Value { functions: joined.functions, ..Value::deep(from) }
    }

    fn joined(&self, all: &[ExprId]) -> Value {
        let mut joined = Value::default();
        for id in all {
            joined.join(self.value(*id));
        }
        joined
    }

    /// Arguments get to the parameters of a function.
    fn hand_over(&mut self, function: FunctionId, arguments: &[ExprId]) {
        let script = self.script;
        let parameters = &script.functions[function.0].parameters;
        for (index, argument) in arguments.iter().enumerate() {
            let value = self.value(*argument).clone();
            let last = index + 1 == arguments.len();
            match parameters.get(index) {
                Some(name) => self.changed |= self.names[name.0].join(&Value { spread: false, ..value.clone() }),
                None => self.changed |= self.rests[function.0].join(&value),
            }
            if last && value.spread {
                for name in parameters.iter().skip(index + 1) {
                    self.changed |= self.names[name.0].join(&Value { spread: false, ..value.clone() });
                }
                self.changed |= self.rests[function.0].join(&value);
            }
        }
    }

    /// The functions among the arguments get the keys and the arguments of `FCALL`.
    fn register(&mut self, arguments: &[ExprId]) {
        let functions = self.joined(arguments).functions;
        for function in functions {
            self.registered.insert(function);
            let script = self.script;
            for (name, what) in script.functions[function.0].parameters.iter().zip([Given::Keys, Given::Arguments]) {
                self.changed |= self.names[name.0].join(&Value::given(what));
            }
        }
    }

    /// Something is put into a table, or into a table in it.
    fn put(&mut self, table: ExprId, inside: &Value) {
        let mut at = table;
        loop {
            match self.script.expr(at).kind {
                ExprKind::Index { of, .. } => at = of,
                ExprKind::Name(name) => {
                    self.changed |= self.names[name.0].put(inside);
                    return;
                }
                _ => return,
            }
        }
    }

    fn each(&mut self, names: &[NameId], iterator: ExprId) {
        let value = self.value(iterator).inside();
        let ExprKind::Call { callee, .. } = &self.script.expr(iterator).kind else { return };
        let callee = self.value(*callee).given.clone();
        for (index, name) in names.iter().enumerate() {
            let value = match index {
                0 if callee.contains(&Given::Ipairs) => Value::of(Origins::CONSTANT),
                0 if callee.contains(&Given::Pairs) => Value::of(Origins::UNKNOWN),
                _ => value.clone(),
            };
            self.changed |= self.names[name.0].join(&value);
        }
    }

    fn uses(&self) -> Uses {
        let mut uses = Uses { registered: self.registered.len(), ..Uses::default() };
        for expr in &self.script.expressions {
            match &expr.kind {
                ExprKind::Call { callee, arguments } if self.value(*callee).given.contains(&Given::Call) => {
                    self.command(arguments, expr.span, &mut uses);
                }
                ExprKind::Index { of, key } if self.value(*of).given.contains(&Given::Keys) => {
                    if let ExprKind::Number(number) = self.script.expr(*key).kind {
                        uses.indices.push((number, expr.span));
                    }
                }
                _ => {}
            }
        }
        uses.keys.sort_by_key(|key| (key.span.start, key.span.end));
        uses.keyspace.sort_by_key(|(_, span)| span.start);
        uses.indices.sort_by_key(|(_, span)| span.start);
        uses
    }

    fn command(&self, arguments: &[ExprId], span: Span, uses: &mut Uses) {
        let Some((name, arguments)) = arguments.split_first() else { return };
        let text = |id: &ExprId| self.value(*id).text.one().and_then(|text| std::str::from_utf8(text).ok());
        let command = text(name).map(str::to_ascii_uppercase);
        let keys = command.as_deref().map_or(Keys::First, keys_of);
        if keys == Keys::Keyspace {
            uses.keyspace.extend(command.clone().map(|command| (command, span)));
        }
        // `redis.call(unpack(…))`: the first of them is the command.
        if self.value(*name).spread && arguments.is_empty() && command.is_none() {
            return;
        }
        let texts: Vec<Option<&str>> = arguments.iter().map(text).collect();
        let mut positions = key_positions(keys, &texts);
        // Where values are spread, keys may be among them.
        let last = arguments.len().saturating_sub(1);
        let spreads = arguments.last().is_some_and(|id| self.value(*id).spread);
        if spreads && matches!(keys, Keys::Range { last: ..0, .. }) && !positions.contains(&last) {
            positions.push(last);
        }
        for id in positions.into_iter().filter_map(|at| arguments.get(at)) {
            let value = self.value(*id);
            let Some(source) = source(value) else { continue };
            let text = value.text.one().cloned().filter(|_| source == Source::Constant);
            uses.keys.push(KeyUse { command: command.clone(), source, text, span: self.script.expr(*id).span });
        }
    }
}

/// A further result of a call whose first one is that.
fn further(value: &Value) -> Value {
    if value.spread { value.clone() } else { Value::default() }
}

/// Where a key comes from; of several possibilities the one that is worth the most words. Nothing for code that never runs.
fn source(value: &Value) -> Option<Source> {
    let is = value.is;
    let which = value.key.one().copied();
    Some(match () {
        () if is.has(Origins::PART_OF_KEY) => Source::Derived,
        () if is.has(Origins::ARGUMENT) => Source::Argument,
        () if is.has(Origins::REPLY) => Source::Reply,
        () if is.has(Origins::CONSTANT) => Source::Constant,
        () if is.has(Origins::UNKNOWN) => Source::Unknown,
        () if is.has(Origins::LONGER_KEY) => Source::Longer(which),
        () if is.has(Origins::KEY) => Source::Declared(which),
        () => return None,
    })
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
