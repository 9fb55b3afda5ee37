//! Plans and reports of scaling, for people.

use std::fmt::Write;

use indicatif::HumanBytes;

use crate::apply::scaling::ScalingReport;
use crate::plan::scaling::{ScalingPlan, Step};

/// The steps, one a line.
pub fn plan_text(plan: &ScalingPlan) -> String {
    if plan.steps.is_empty() {
        return "nothing to do: the cluster is as wanted\n".to_owned();
    }
    let mut text = String::new();
    for step in &plan.steps {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", line(step));
    }
    let _ = writeln!(
        text,
        "{} steps, {} slots move; masters then: {}; {} pods are needed then",
        plan.steps.len(),
        plan.moved_slots,
        plan.masters.join(", "),
        plan.drained_to
    );
    text
}

fn line(step: &Step) -> String {
    match step {
        Step::Finish { slots } => format!("finish the hand-over of slots {slots}"),
        Step::Forget { node } => format!("forget {}, which is dead and in no pod", node.short()),
        Step::Meet { pod } => format!("meet {pod}"),
        Step::Copy { pod, master } => format!("{pod} copies {master}, to take its place"),
        Step::Failover { pod, master } => format!("{master} hands over to {pod}"),
        Step::Renew { pod } => format!("{pod} begins anew as a master"),
        Step::Move { from: Some(from), to, slots, .. } => {
            format!("move {} slots from {from} to {to}: {slots}", slots.len())
        }
        Step::Move { from: None, to, slots, .. } => format!("give {} slots of nobody to {to}: {slots}", slots.len()),
        Step::Replicate { pod, master } => format!("{pod} copies {master}"),
        Step::Leave { pod } => format!("{pod} leaves"),
    }
}

/// What was done, and what holds now.
pub fn report_text(report: &ScalingReport) -> String {
    let mut text = format!(
        "done: {} steps, {} slots and {} keys moved, {}, in {:.1} s; masters: {}; {} pods are needed\n",
        report.steps.len(),
        report.moved_slots,
        report.moved_keys,
        HumanBytes(report.moved_bytes),
        report.seconds,
        report.masters.join(", "),
        report.drained_to
    );
    for note in &report.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}
