//! A directive of another version than the one in use.

use crate::redis::config::Flaw;
use crate::validate::{Findings, Objects, Rule};

rule!(WrongVersion, "redis-conf/wrong-version", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    super::report(rule, Flaw::OtherVersion, objects, found);
}
