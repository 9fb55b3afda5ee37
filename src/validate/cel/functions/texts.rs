//! Functions of texts that are not in the library of strings.

use cel::common::types::{CelInt, CelList, CelString, INT_TYPE, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use regex::Regex;

use crate::k8s::go_regex;

use super::{Answer, answer, failed, text, value};

pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    let member = |env: &mut Env, name: &str, id: &str, arguments, function| {
        env.add_member_overload(name, id, STRING_TYPE, arguments, function)
    };
    member(env, "find", "string.find(string)", vec![STRING_TYPE], find)?;
    member(env, "findAll", "string.findAll(string)", vec![STRING_TYPE], find_all)?;
    member(env, "findAll", "string.findAll(string,int)", vec![STRING_TYPE, INT_TYPE], find_all)
}

fn compiled(function: &str, pattern: &str) -> Result<Regex, ExecutionError> {
    go_regex(pattern).map_err(|_| failed(function, "the pattern is no regular expression"))
}

fn find<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let pattern = compiled("find", text(&arguments[1])?)?;
    let found = pattern.find(text(&arguments[0])?).map_or("", |found| found.as_str());
    answer(CelString::from(found.to_owned()))
}

fn find_all<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let pattern = compiled("findAll", text(&arguments[1])?)?;
    // As in Go, a number below zero means all.
    let most = match arguments.get(2) {
        Some(most) => usize::try_from(*value::<CelInt>(most)?.inner()).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let found = pattern.find_iter(text(&arguments[0])?).take(most);
    let list = found.map(|found| Box::new(CelString::from(found.as_str().to_owned())) as Box<dyn Val + 'v>);
    answer(CelList::from(list.collect::<Vec<_>>()))
}
