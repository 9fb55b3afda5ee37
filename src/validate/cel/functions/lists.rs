//! Functions of lists.

use std::cmp::Ordering;

use cel::common::types::{CelBool, CelInt, DYN_TYPE, LIST_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};

use super::{Answer, answer, failed, items};

pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_member_overload("isSorted", "list.isSorted()", LIST_TYPE, vec![], is_sorted)?;
    env.add_member_overload("sum", "list.sum()", LIST_TYPE, vec![], sum)?;
    env.add_member_overload("min", "list.min()", LIST_TYPE, vec![], min)?;
    env.add_member_overload("max", "list.max()", LIST_TYPE, vec![], max)?;
    env.add_member_overload("indexOf", "list.indexOf(dyn)", LIST_TYPE, vec![DYN_TYPE], index_of)?;
    env.add_member_overload("lastIndexOf", "list.lastIndexOf(dyn)", LIST_TYPE, vec![DYN_TYPE], last_index_of)
}

fn compare(function: &str, a: &dyn Val, b: &dyn Val) -> Result<Ordering, ExecutionError> {
    let comparer = a.as_comparer().ok_or_else(|| failed(function, "its items have no order"))?;
    comparer.compare(b)
}

fn is_sorted<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    for pair in items(&arguments[0])?.windows(2) {
        if compare("isSorted", pair[0], pair[1])?.is_gt() {
            return answer(CelBool::from(false));
        }
    }
    answer(CelBool::from(true))
}

fn sum<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let mut total: Option<Box<dyn Val + 'v>> = None;
    for item in items(&arguments[0])? {
        total = Some(match total {
            None => item.clone_as_boxed(),
            Some(total) => {
                let adder = total.as_adder().ok_or_else(|| failed("sum", "it takes lists of numbers"))?;
                adder.add(item)?.into_owned()
            }
        });
    }
    Ok(CowVal::Owned(total.unwrap_or_else(|| Box::new(CelInt::from(0)))))
}

fn extreme<'b, 'v>(function: &str, arguments: &[CowVal<'b, 'v>], wanted: Ordering) -> Answer<'b, 'v> {
    let mut best: Option<&(dyn Val + 'v)> = None;
    for item in items(&arguments[0])? {
        let is_better = match best {
            None => true,
            Some(best) => compare(function, item, best)? == wanted,
        };
        if is_better {
            best = Some(item);
        }
    }
    let best = best.ok_or_else(|| failed(function, "the list is empty"))?;
    Ok(CowVal::Owned(best.clone_as_boxed()))
}

fn min<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    extreme("min", &arguments, Ordering::Less)
}

fn max<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    extreme("max", &arguments, Ordering::Greater)
}

fn index_of<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let found = items(&arguments[0])?.iter().position(|item| item.equals(arguments[1].as_ref()));
    answer(CelInt::from(found.map_or(-1, |at| at as i64)))
}

fn last_index_of<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let found = items(&arguments[0])?.iter().rposition(|item| item.equals(arguments[1].as_ref()));
    answer(CelInt::from(found.map_or(-1, |at| at as i64)))
}
