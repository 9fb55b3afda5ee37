//! Whether steps on nodes still hold.

use crate::plan::judge::{Judgement, Stale};
use crate::plan::text::value;
use crate::plan::{Plan, PlannedField, Step};

/// What is known of nodes now.
pub struct Fresh<'a> {
    /// A plan that was made just now.
    pub plan: &'a Plan,
    /// Whether a node could be asked: its database and its name.
    pub answers: &'a dyn Fn(&str, &str) -> bool,
}

/// Judges the steps on nodes that have fields: each is as it was, or already as it is to be.
pub fn judge_nodes(plan: &Plan, now: &Fresh<'_>, judgement: &mut Judgement) {
    for (at, step) in plan.steps.iter().enumerate() {
        let Some(redis) = step.redis.as_deref().filter(|_| !step.fields.is_empty()) else { continue };
        let fresh: Vec<&PlannedField> = fields_of(now.plan, redis);
        let mut is_done = true;
        for field in &step.fields {
            let node = node_of(&field.path);
            match fresh.iter().find(|other| other.path == field.path) {
                Some(other) if other.before == field.before && other.after == field.after => is_done = false,
                Some(other) => judgement.stale.push(Stale {
                    step: at,
                    what: format!("{redis} {}", field.path),
                    why: third(other, field),
                }),
                None if (now.answers)(redis, node) => {}
                None => is_done = false,
            }
        }
        if is_done {
            judgement.pending.retain(|other| *other != at);
            judgement.finished.push(at);
        }
    }
    judgement.finished.sort_unstable();
}

fn fields_of<'p>(plan: &'p Plan, redis: &str) -> Vec<&'p PlannedField> {
    let own = |step: &&Step| step.redis.as_deref() == Some(redis);
    plan.steps.iter().filter(own).flat_map(|step| &step.fields).collect()
}

fn third(now: &PlannedField, planned: &PlannedField) -> String {
    if now.after != planned.after {
        return format!("the files say {} now, the plan {}", value(&now.after), value(&planned.after));
    }
    format!(
        "it is {} now, it was {} and is to become {}",
        value(&now.before),
        value(&planned.before),
        value(&planned.after)
    )
}

/// The node that a path begins with; names of nodes may have dots.
fn node_of(path: &str) -> &str {
    const AREAS: [&str; 4] = [".config.", ".acl.", ".sentinel.", ".replication."];
    AREAS.iter().find_map(|area| path.find(area)).map_or(path, |end| &path[..end])
}
