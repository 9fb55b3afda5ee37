//! A directive that no server knows.

use crate::redis::config::Flaw;
use crate::validate::{Findings, Objects, Rule};

rule!(UnknownDirective, "redis-conf/unknown-directive", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    super::report(rule, Flaw::Unknown, objects, found);
}
