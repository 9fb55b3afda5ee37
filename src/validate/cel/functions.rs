//! Functions that Kubernetes adds to CEL, as far as rules of schemas use them.

use core::net::IpAddr;
use std::sync::Arc;

use cel::extractors::This;
use cel::{Context, ExecutionError, Value};

use crate::schema::Format;
use crate::validate::structure::has_form;

/// Adds them. A name that the evaluator has already stays what it is.
pub(super) fn add(context: &mut Context<'_, '_>) {
    let of_text = |format: Format| move |text: Arc<String>| has_form(&text, format);
    let _ = context.add_function("isQuantity", of_text(Format::Quantity));
    let _ = context.add_function("isIP", |text: Arc<String>| text.parse::<IpAddr>().is_ok());
    let _ = context.add_function("isCIDR", of_text(Format::Cidr));
    let _ = context.add_function("isURL", |text: Arc<String>| is_url(&text));
    let _ = context.add_function("sum", |This(list): This<Arc<Vec<Value>>>| sum(&list));
    let _ = context.add_function("isSorted", |This(list): This<Arc<Vec<Value>>>| is_sorted(&list));
}

/// A URL with a scheme and a host, or an absolute path.
fn is_url(text: &str) -> bool {
    let has_space = text.contains(char::is_whitespace);
    let absolute = text.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
            && !rest.is_empty()
    });
    !has_space && (absolute || text.starts_with('/'))
}

fn sum(list: &[Value]) -> Result<Value, ExecutionError> {
    let too_large = || ExecutionError::function_error("sum", "the sum is too large");
    if let Some(numbers) =
        list.iter().map(|it| if let Value::Int(it) = it { Some(*it) } else { None }).collect::<Option<Vec<i64>>>()
    {
        let sum = numbers.iter().try_fold(0_i64, |sum, number| sum.checked_add(*number));
        return sum.map(Value::Int).ok_or_else(too_large);
    }
    let numbers = list.iter().map(|it| match it {
        Value::Float(it) => Some(*it),
        _ => None,
    });
    let sum = numbers.sum::<Option<f64>>();
    sum.map(Value::Float).ok_or_else(|| ExecutionError::function_error("sum", "it takes lists of numbers"))
}

fn is_sorted(list: &[Value]) -> bool {
    list.is_sorted_by(|a, b| a.partial_cmp(b).is_some_and(std::cmp::Ordering::is_le))
}
