//! The whole judgement.

use super::evidence::Evidence;
use super::finding::{Finding, Health};
use super::ownership::{Ownership, two_owners};
use super::roster::Roster;
use super::{keys, members, open, replicas, unassigned, views};

/// Judges what the nodes of a cluster answered. Views may lag by a second: ask again before acting on a disagreement.
pub fn diagnose(evidence: &Evidence) -> Health {
    let roster = Roster::new(evidence);
    let ownership = Ownership::of(&roster);
    let verdicts = open::verdicts(&roster, &ownership);
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(members::members(&roster));
    findings.extend(two_owners(&roster, &ownership));
    findings.extend(unassigned::unassigned(&roster, &ownership));
    findings.extend(open::findings(&roster, &verdicts));
    findings.extend(keys::orphans(&roster, &ownership, &verdicts));
    findings.extend(views::disagreements(&roster, &ownership));
    findings.extend(replicas::replicas(&roster));
    Health::of(findings)
}
