//! A line that no server can read.

use crate::redis::config::Flaw;
use crate::validate::{Findings, Objects, Rule};

rule!(Syntax, "redis-conf/syntax", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    super::report(rule, Flaw::Syntax, objects, found);
}
