//! Who copies whom, and whether it works.

use crate::slots::{NodeId, SlotSet};

use super::evidence::Link;
use super::finding::{Finding, Rule, Severity};
use super::repair::Repair;
use super::roster::{Member, Roster};

/// Everything about replicas.
pub(super) fn replicas(roster: &Roster) -> Vec<Finding> {
    let wrong =
        roster.replicas().filter(|replica| replica.answers()).filter_map(|replica| wrong_master(roster, replica));
    wrong.chain(bare_masters(roster)).collect()
}

fn wrong_master(roster: &Roster, replica: &Member) -> Option<Finding> {
    let name = roster.name(replica.id);
    let about = |rule, severity, message: String| Finding::new(rule, severity, message).nodes([replica.id]);
    let Some(id) = &replica.line.master else {
        return Some(about(Rule::WrongMaster, Severity::Error, format!("replica {name} has no master")).help(CHOOSE));
    };
    let Some(master) = roster.get(id) else {
        return Some(
            about(
                Rule::WrongMaster,
                Severity::Error,
                format!("replica {name} copies {}, which no node knows", id.short()),
            )
            .help(CHOOSE),
        );
    };
    if !master.is_master() {
        let message = format!("replica {name} copies {}, which is a replica itself", roster.name(id));
        let finding = about(Rule::WrongMaster, Severity::Error, message).nodes([id]);
        return Some(match end_of_chain(roster, master) {
            Some(top) => finding
                .help(format!("`fix` makes it a replica of {}, whose data it copies anyway", roster.name(top)))
                .repair(Repair::Replicate { node: replica.id.clone(), master: top.clone() }),
            None => finding.help(CHOOSE),
        });
    }
    if roster.is_failed(master) || !master.answers() {
        // With slots it is the finding of its master: this one may be the last copy.
        return master.claims.is_empty().then(|| {
            let message = format!("replica {name} copies {}, which has failed and owns no slot", roster.name(id));
            about(Rule::WrongMaster, Severity::Warning, message).nodes([id]).help(CHOOSE)
        });
    }
    if master.claims.is_empty() && roster.masters().any(|m| !m.claims.is_empty()) {
        let message = format!("replica {name} copies {}, which owns no slot", roster.name(id));
        return Some(about(Rule::WrongMaster, Severity::Warning, message).nodes([id]).help(CHOOSE));
    }
    let (what, help) = match replica.witness?.link? {
        Link::Up => return None,
        Link::Down => {
            ("does not hear", "what is written now is not copied: look at the logs of both, and at `masterauth`")
        }
        Link::Syncing => ("is still copying everything from", "until it has, it cannot take over"),
    };
    let message = format!("replica {name} {what} its master {}", roster.name(id));
    Some(about(Rule::ReplicaLink, Severity::Warning, message).nodes([id]).help(help))
}

const CHOOSE: &str = "choose its master, and run `CLUSTER REPLICATE` on the replica";

/// The master at the end of a chain of replicas, if it is alive and there is no circle.
fn end_of_chain<'r>(roster: &'r Roster, first: &'r Member) -> Option<&'r NodeId> {
    let mut at = first;
    for _ in 0..roster.members.len() {
        if at.is_master() {
            return (at.answers() && !roster.is_failed(at)).then_some(at.id);
        }
        at = roster.get(at.line.master.as_ref()?)?;
    }
    None
}

/// Masters with slots and nobody to take over. Where no master has a replica it is a choice, and worth a note only.
fn bare_masters(roster: &Roster) -> Option<Finding> {
    let copied = |master: &&Member| {
        roster.replicas().any(|r| r.answers() && !roster.is_failed(r) && r.line.master.as_ref() == Some(master.id))
    };
    let (covered, bare): (Vec<&Member>, Vec<&Member>) = roster
        .masters()
        .filter(|master| !master.claims.is_empty() && master.answers() && !roster.is_failed(master))
        .partition(copied);
    if bare.is_empty() {
        return None;
    }
    let mut slots = SlotSet::new();
    bare.iter().for_each(|master| slots.union_with(&master.claims));
    let nodes = || bare.iter().map(|master| master.id);
    let expected = !covered.is_empty() || roster.replicas().next().is_some();
    let (severity, message) = if expected {
        (Severity::Warning, format!("{} have no replica that works", roster.names(nodes())))
    } else {
        (Severity::Note, "no master has a replica".to_owned())
    };
    let message = if expected && bare.len() == 1 { message.replace(" have no ", " has no ") } else { message };
    Some(
        Finding::new(Rule::NoReplica, severity, message)
            .nodes(nodes())
            .slots(slots)
            .help("if it dies, its slots are down until it is back, and what was not saved is lost"),
    )
}
