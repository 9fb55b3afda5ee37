//! What an expression costs at most, estimated before it is evaluated.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, LiteralValue};

/// Steps that an expression may take.
pub const LIMIT: f64 = 5e6;

/// Nodes within nodes that an expression may have.
const DEEPEST: usize = 250;

/// Items that `lists.range` may make.
const LONGEST_RANGE: usize = 1_000_000;

/// Bytes that a text may grow to.
const LONGEST_TEXT: f64 = 1e9;

/// How many steps an expression takes at most over values whose largest list, mapping or text has that size; infinite where it is nested too deep, or
/// makes texts that fit nowhere.
pub fn estimate(expression: &IdedExpr, container: usize, text: usize) -> f64 {
    let mut facts = Facts::default();
    facts.gather(&expression.expr, 0, 0);
    // Every addition in a loop adds up what the loop around it added up; every replacement may double a text.
    let grown = (1.0 + facts.additions as f64).powi(facts.loops.max(1)) * 2_f64.powi(facts.replacements);
    if facts.deepest > DEEPEST || text.max(facts.text) as f64 * grown > LONGEST_TEXT {
        return f64::INFINITY;
    }
    let largest = if facts.splits { container.max(text) } else { container };
    // Every addition of lists may double what a loop goes over.
    let mut size = largest.max(facts.literal).max(2) as f64 * (1 + facts.additions) as f64;
    if facts.flattens {
        size *= size;
    }
    steps(&expression.expr, size)
}

#[derive(Default)]
struct Facts {
    /// The longest list or mapping in the expression.
    literal: usize,
    /// The longest text in it.
    text: usize,
    additions: usize,
    replacements: i32,
    /// Loops within loops.
    loops: i32,
    deepest: usize,
    /// Whether it makes lists of texts: their size counts then.
    splits: bool,
    flattens: bool,
}

impl Facts {
    fn gather(&mut self, expression: &Expr, depth: usize, loops: i32) {
        self.deepest = self.deepest.max(depth);
        self.loops = self.loops.max(loops);
        if depth > DEEPEST {
            return;
        }
        let mut inner = loops;
        match expression {
            Expr::List(list) => self.literal = self.literal.max(list.elements.len()),
            Expr::Map(map) => self.literal = self.literal.max(map.entries.len()),
            Expr::Literal(LiteralValue::String(text)) => self.text = self.text.max(text.inner().len()),
            Expr::Comprehension(_) => inner += 1,
            Expr::Call(call) => {
                let name = call.func_name.as_str();
                self.additions += usize::from(matches!(name, "_+_" | "join" | "format"));
                self.replacements += i32::from(name == "replace");
                self.splits |= matches!(name, "split" | "findAll");
                self.flattens |= name == "flatten";
                if name == "range" || name == "lists.range" {
                    self.literal = self.literal.max(LONGEST_RANGE);
                }
            }
            _ => {}
        }
        children(expression).into_iter().for_each(|child| self.gather(child, depth + 1, inner));
    }
}

fn steps(expression: &Expr, size: f64) -> f64 {
    match expression {
        Expr::Comprehension(it) => {
            let once =
                [&it.iter_range, &it.accu_init, &it.result].map(|part| steps(&part.expr, size)).iter().sum::<f64>();
            let each = steps(&it.loop_cond.expr, size) + steps(&it.loop_step.expr, size);
            once + size * each
        }
        other => 1.0 + children(other).into_iter().map(|child| steps(child, size)).sum::<f64>(),
    }
}

fn children(expression: &Expr) -> Vec<&Expr> {
    match expression {
        Expr::Call(call) => call.target.iter().map(|it| &it.expr).chain(call.args.iter().map(|it| &it.expr)).collect(),
        Expr::Comprehension(it) => {
            [&it.iter_range, &it.accu_init, &it.loop_cond, &it.loop_step, &it.result].map(|part| &part.expr).to_vec()
        }
        Expr::List(list) => list.elements.iter().map(|it| &it.expr).collect(),
        Expr::Map(map) => entries(map.entries.iter().map(|it| &it.expr)),
        Expr::Struct(it) => entries(it.entries.iter().map(|it| &it.expr)),
        Expr::Select(select) => vec![&select.operand.expr],
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
    }
}

fn entries<'e>(entries: impl Iterator<Item = &'e EntryExpr>) -> Vec<&'e Expr> {
    let parts = entries.flat_map(|entry| match entry {
        EntryExpr::StructField(field) => vec![&field.value.expr],
        EntryExpr::MapEntry(entry) => vec![&entry.key.expr, &entry.value.expr],
    });
    parts.collect()
}
