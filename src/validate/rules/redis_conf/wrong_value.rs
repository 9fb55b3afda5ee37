//! A value that the server refuses.

use crate::redis::config::Flaw;
use crate::validate::{Findings, Objects, Rule};

rule!(WrongValue, "redis-conf/wrong-value", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    super::report(rule, Flaw::WrongValue, objects, found);
}
