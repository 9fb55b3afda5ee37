//! Lists as sets.

use cel::common::types::{CelBool, LIST_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env};

use super::{Answer, answer, items};

pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    let two = || vec![LIST_TYPE, LIST_TYPE];
    env.add_overload("sets.contains", "sets.contains(list,list)", two(), contains)?;
    env.add_overload("sets.equivalent", "sets.equivalent(list,list)", two(), equivalent)?;
    env.add_overload("sets.intersects", "sets.intersects(list,list)", two(), intersects)
}

fn has<'v>(all: &[&(dyn Val + 'v)], one: &(dyn Val + 'v)) -> bool {
    all.iter().any(|item| item.equals(one))
}

fn contains<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let (all, some) = (items(&arguments[0])?, items(&arguments[1])?);
    answer(CelBool::from(some.iter().all(|item| has(&all, *item))))
}

fn equivalent<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let (one, other) = (items(&arguments[0])?, items(&arguments[1])?);
    let same = one.iter().all(|item| has(&other, *item)) && other.iter().all(|item| has(&one, *item));
    answer(CelBool::from(same))
}

fn intersects<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let (one, other) = (items(&arguments[0])?, items(&arguments[1])?);
    answer(CelBool::from(one.iter().any(|item| has(&other, *item))))
}
