//! What an expression costs at most, estimated before it is evaluated.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr};

/// Steps that an expression may take.
pub const LIMIT: f64 = 5e6;

/// Nodes within nodes that an expression may have.
const DEEPEST: usize = 250;

/// How many steps an expression takes at most over values whose largest list, mapping or text has that size; infinite where it is nested too deep.
pub fn estimate(expression: &IdedExpr, largest: usize) -> f64 {
    let mut facts = Facts::default();
    facts.gather(&expression.expr, 0);
    if facts.deepest > DEEPEST {
        return f64::INFINITY;
    }
    // Every addition of lists or texts may double what a loop goes over.
    let size = largest.max(facts.literal).max(2) as f64 * (1 + facts.additions) as f64;
    steps(&expression.expr, size)
}

/// Whether an expression makes lists of texts: their size counts then.
pub fn splits(expression: &IdedExpr) -> bool {
    let mut facts = Facts::default();
    facts.gather(&expression.expr, 0);
    facts.splits
}

#[derive(Default)]
struct Facts {
    literal: usize,
    additions: usize,
    deepest: usize,
    splits: bool,
}

impl Facts {
    fn gather(&mut self, expression: &Expr, depth: usize) {
        self.deepest = self.deepest.max(depth);
        if depth > DEEPEST {
            return;
        }
        match expression {
            Expr::List(list) => self.literal = self.literal.max(list.elements.len()),
            Expr::Map(map) => self.literal = self.literal.max(map.entries.len()),
            Expr::Call(call) => {
                self.additions += usize::from(call.func_name == "_+_");
                self.splits |= matches!(call.func_name.as_str(), "split" | "findAll");
            }
            _ => {}
        }
        children(expression).into_iter().for_each(|child| self.gather(child, depth + 1));
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
