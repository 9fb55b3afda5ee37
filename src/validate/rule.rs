//! A rule, and what gathers its findings.

use crate::diagnostics::Severity;

use super::{Field, Finding, Objects};

/// Looks at the objects of a build for one kind of mistake.
pub trait Rule: Sync {
    /// Its id, `area/name`: what reports show and comments silence.
    fn id(&self) -> &'static str;

    /// How bad what it finds is, unless it says otherwise.
    fn severity(&self) -> Severity;

    /// Looks at all objects.
    fn check(&self, objects: &Objects<'_>, found: &mut Findings);
}

/// What rules have found, in order.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The findings.
    pub list: Vec<Finding>,
}

impl Findings {
    /// None so far.
    pub fn new() -> Findings {
        Findings::default()
    }

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    /// Adds a finding of a rule about a field, and gives it back to say more.
    pub fn add(
        &mut self,
        rule: &dyn Rule,
        objects: &Objects<'_>,
        field: &Field<'_>,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.list.push(Finding::new(rule.id(), rule.severity(), message).at(objects, field));
        let last = self.list.len() - 1;
        &mut self.list[last]
    }
}
