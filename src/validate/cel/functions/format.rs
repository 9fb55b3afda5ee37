//! Formats by name: `!format.dns1123Label().validate(self.name).hasValue()`.

use cel::common::types::{CelList, CelOptional, CelString, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env};

use crate::k8s::names;
use crate::schema::Format;
use crate::validate::structure::has_form;

use super::{Answer, answer, own_value, text, value};

/// A format: its name, and what it takes.
#[derive(Clone, Copy, Debug)]
struct Named(&'static str, fn(&str) -> bool);

impl PartialEq for Named {
    fn eq(&self, other: &Named) -> bool {
        self.0 == other.0
    }
}

own_value!(Named, "kubernetes.NamedFormat");

/// A prefix may end with a `-`, for names that are completed later.
fn prefix(text: &str, whole: fn(&str) -> bool) -> bool {
    whole(text.strip_suffix('-').unwrap_or(text))
}

const ALL: [Named; 13] = [
    Named("dns1123Label", names::is_dns_label),
    Named("dns1123Subdomain", names::is_dns_subdomain),
    Named("dns1035Label", names::is_old_dns_label),
    Named("dns1123LabelPrefix", |text| prefix(text, names::is_dns_label)),
    Named("dns1123SubdomainPrefix", |text| prefix(text, names::is_dns_subdomain)),
    Named("dns1035LabelPrefix", |text| prefix(text, names::is_old_dns_label)),
    Named("qualifiedName", names::is_qualified_name),
    Named("labelValue", names::is_label_value),
    Named("uri", super::url::is_uri),
    Named("uuid", |text| has_form(text, Format::Uuid)),
    Named("byte", |text| has_form(text, Format::Byte)),
    Named("date", |text| has_form(text, Format::Date)),
    Named("datetime", |text| has_form(text, Format::DateTime)),
];

pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    /// One function for each format: functions of the evaluator hold nothing.
    fn of<'b, 'v, const AT: usize>(_: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
        answer(ALL[AT])
    }
    let makers: [cel::common::functions::Function; ALL.len()] = [
        of::<0>, of::<1>, of::<2>, of::<3>, of::<4>, of::<5>, of::<6>, of::<7>, of::<8>, of::<9>, of::<10>, of::<11>,
        of::<12>,
    ];
    for (Named(name, _), maker) in ALL.iter().zip(makers) {
        env.add_overload(&format!("format.{name}"), &format!("format.{name}()"), vec![], maker)?;
    }
    env.add_overload("format.named", "format.named(string)", vec![STRING_TYPE], named)?;
    env.add_member_overload("validate", "format.validate(string)", Named::own_type(), vec![STRING_TYPE], validate)
}

fn named<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let name = text(&arguments[0])?;
    answer(match ALL.iter().find(|format| format.0 == name) {
        Some(format) => CelOptional::of(Box::new(*format)),
        None => CelOptional::none(),
    })
}

/// What is wrong with a text; nothing where it has the form.
fn validate<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let Named(name, has_form) = value::<Named>(&arguments[0])?;
    if has_form(text(&arguments[1])?) {
        return answer(CelOptional::none());
    }
    let told: Vec<Box<dyn Val + 'v>> = vec![Box::new(CelString::from(format!("it is no {name}")))];
    answer(CelOptional::of(Box::new(CelList::from(told))))
}
