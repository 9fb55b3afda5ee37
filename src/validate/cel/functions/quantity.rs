//! Amounts: `quantity('2Gi').isGreaterThan(quantity('1Gi'))`.

use cel::common::types::{CelBool, CelDouble, CelInt, INT_TYPE, STRING_TYPE};
use cel::common::value::CowVal;
use cel::{DeclarationError, Env, ExecutionError};

use crate::k8s::Quantity;

use super::{Answer, answer, failed, own_value, text, value};

#[derive(Clone, PartialEq, Debug)]
struct Amount(Quantity);

own_value!(Amount, "kubernetes.Quantity");

pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    let own = Amount::own_type;
    env.add_overload("quantity", "quantity(string)", vec![STRING_TYPE], of_text)?;
    env.add_overload("isQuantity", "isQuantity(string)", vec![STRING_TYPE], is_quantity)?;
    for (name, function) in [
        ("sign", sign as cel::common::functions::Function),
        ("isInteger", is_integer),
        ("asInteger", as_integer),
        ("asApproximateFloat", as_float),
    ] {
        env.add_member_overload(name, &format!("quantity.{name}()"), own(), vec![], function)?;
    }
    for (name, function) in [
        ("isGreaterThan", greater as cel::common::functions::Function),
        ("isLessThan", less),
        ("compareTo", compare),
        ("add", add),
        ("sub", sub),
    ] {
        env.add_member_overload(name, &format!("quantity.{name}(quantity)"), own(), vec![own()], function)?;
    }
    env.add_member_overload("add", "quantity.add(int)", own(), vec![INT_TYPE], add)?;
    env.add_member_overload("sub", "quantity.sub(int)", own(), vec![INT_TYPE], sub)
}

fn amount(argument: &CowVal<'_, '_>) -> Result<Quantity, ExecutionError> {
    match argument.downcast_ref::<CelInt>() {
        Some(number) => {
            Quantity::parse(&number.inner().to_string()).ok_or_else(|| failed("quantity", "the number is too large"))
        }
        None => value::<Amount>(argument).map(|it| it.0),
    }
}

fn of_text<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let amount = Quantity::parse(text(&arguments[0])?).ok_or_else(|| failed("quantity", "this is no quantity"))?;
    answer(Amount(amount))
}

fn is_quantity<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelBool::from(Quantity::parse(text(&arguments[0])?).is_some()))
}

fn sign<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelInt::from(amount(&arguments[0])?.nano().signum() as i64))
}

fn is_integer<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelBool::from(whole(amount(&arguments[0])?).is_some()))
}

fn as_integer<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let number = whole(amount(&arguments[0])?).ok_or_else(|| failed("asInteger", "the quantity is no integer"))?;
    answer(CelInt::from(number))
}

fn whole(amount: Quantity) -> Option<i64> {
    let nano = amount.nano();
    (nano % Quantity::UNIT == 0).then(|| i64::try_from(nano / Quantity::UNIT).ok()).flatten()
}

fn as_float<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelDouble::from(amount(&arguments[0])?.nano() as f64 / Quantity::UNIT as f64))
}

fn greater<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelBool::from(amount(&arguments[0])? > amount(&arguments[1])?))
}

fn less<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelBool::from(amount(&arguments[0])? < amount(&arguments[1])?))
}

fn compare<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelInt::from(amount(&arguments[0])?.cmp(&amount(&arguments[1])?) as i64))
}

fn add<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    sum("add", amount(&arguments[0])?.nano().checked_add(amount(&arguments[1])?.nano()))
}

fn sub<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    sum("sub", amount(&arguments[0])?.nano().checked_sub(amount(&arguments[1])?.nano()))
}

fn sum<'b, 'v>(function: &str, nano: Option<i128>) -> Answer<'b, 'v> {
    answer(Amount(Quantity::of_nano(nano.ok_or_else(|| failed(function, "the sum is too large"))?)))
}
