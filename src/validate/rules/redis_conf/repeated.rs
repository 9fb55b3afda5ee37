//! A directive that stands twice, of which the server takes the last.

use crate::redis::config::Flaw;
use crate::validate::{Findings, Objects, Rule};

rule!(Repeated, "redis-conf/repeated", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    super::report(rule, Flaw::Repeated, objects, found);
}
