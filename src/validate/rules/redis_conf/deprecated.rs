//! A directive with an old name, or one that does nothing any more.

use crate::redis::config::Flaw;
use crate::validate::{Findings, Objects, Rule};

rule!(Deprecated, "redis-conf/deprecated", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    super::report(rule, Flaw::Deprecated, objects, found);
}
