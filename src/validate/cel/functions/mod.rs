//! Functions that Kubernetes adds to CEL: of lists, texts, amounts, addresses, URLs, times and formats.

mod address;
mod format;
mod lists;
mod quantity;
mod sets;
mod texts;
mod time;
mod url;

use cel::common::types::CelString;
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError, extensions};

pub(super) use time::{Duration, Timestamp};

/// What a function gives back.
type Answer<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// Declares a value of our own: its name in CEL, and what it can do beside being equal to another.
macro_rules! own_value {
    ($name:ident, $cel:literal $(, $accessor:ident: $capability:ident)*) => {
        impl $name {
            /// Its type.
            fn own_type() -> cel::common::types::Type {
                cel::common::types::Type::new_opaque_type($cel)
            }
        }

        impl cel::common::value::Val for $name {
            fn get_type(&self) -> &cel::common::types::Type {
                <Self as cel::common::value::Val>::cel_type()
            }

            fn cel_type() -> &'static cel::common::types::Type {
                static TYPE: std::sync::LazyLock<cel::common::types::Type> = std::sync::LazyLock::new($name::own_type);
                &TYPE
            }

            $(own_value!(@ $accessor $capability);)*

            fn equals(&self, other: &dyn cel::common::value::Val) -> bool {
                other.downcast_ref::<Self>().is_some_and(|other| self == other)
            }

            fn clone_as_boxed<'v>(&self) -> Box<dyn cel::common::value::Val + 'v>
            where
                Self: 'v,
            {
                Box::new(self.clone())
            }

            fn as_any(&self) -> Option<&dyn std::any::Any> {
                Some(self)
            }
        }

        impl cel::common::value::StaticVal for $name {}
    };
    (@ as_comparer Comparer) => {
        fn as_comparer(&self) -> Option<&dyn cel::common::traits::Comparer> {
            Some(self)
        }
    };
    (@ $accessor:ident $capability:ident) => {
        fn $accessor<'b, 'v>(&'b self) -> Option<&'b (dyn cel::common::traits::$capability + 'v)>
        where
            Self: 'v,
        {
            Some(self)
        }
    };
}
use own_value;

/// All of them.
pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_extension(extensions::strings)?;
    env.add_extension(extensions::lists)?;
    env.add_extension(lists::extension)?;
    env.add_extension(sets::extension)?;
    env.add_extension(texts::extension)?;
    env.add_extension(quantity::extension)?;
    env.add_extension(address::extension)?;
    env.add_extension(url::extension)?;
    env.add_extension(time::extension)?;
    env.add_extension(format::extension)
}

/// A text among the arguments; overloads say that it is one.
fn text<'a>(argument: &'a CowVal<'_, '_>) -> Result<&'a str, ExecutionError> {
    value::<CelString<'_>>(argument).map(CelString::inner)
}

/// An argument of a type that its overload names.
fn value<'a, 'v, T: cel::common::value::FromVal<'a, 'v>>(
    argument: &'a CowVal<'_, 'v>,
) -> Result<&'a T, ExecutionError> {
    let other = || ExecutionError::UnexpectedType { got: argument.get_type().name().to_owned(), want: String::new() };
    let value: &'a (dyn Val + 'v) = argument.as_ref();
    value.downcast_ref::<T>().ok_or_else(other)
}

/// The items of a list.
fn items<'a, 'v>(list: &'a CowVal<'_, 'v>) -> Result<Vec<&'a (dyn Val + 'v)>, ExecutionError> {
    let value: &'a (dyn Val + 'v) = list.as_ref();
    let Some(list) = value.as_iterable() else {
        return Err(ExecutionError::UnexpectedType {
            got: value.get_type().name().to_owned(),
            want: "list".to_owned(),
        });
    };
    let (mut rest, mut items) = (list.iter(), Vec::new());
    while let Some(item) = rest.next() {
        items.push(item);
    }
    Ok(items)
}

/// An answer.
fn answer<'b, 'v>(value: impl Val + 'v) -> Answer<'b, 'v> {
    Ok(CowVal::owned(value))
}

/// That a function has no answer for its arguments.
fn failed(function: &str, why: &str) -> ExecutionError {
    ExecutionError::function_error(function, why)
}
