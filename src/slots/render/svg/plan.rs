//! A plan as a picture: the slots before, who gives what to whom, the slots after.

use crate::slots::{ClusterState, SlotPlan};

use super::super::marks::Marks;
use super::super::numbers::{count, many};
use super::super::plan_facts::PlanFacts;
use super::canvas::Canvas;
use super::field::Field;
use super::flows::flows;
use super::legend;

const LEFT: f64 = 62.0;
const TOP: f64 = 84.0;
/// Width of the flows between the fields.
const FLOWS: f64 = 330.0;

/// A plan as an SVG document: the field of slots before and after with what moves outlined, and between them who gives how much to whom.
pub fn plan_svg(plan: &SlotPlan, state: &ClusterState) -> String {
    let facts = PlanFacts::new(plan, state);
    let marks = Marks::new([&facts.before, &facts.after]);
    let field = Field { slot: 3.0 };
    let headline = facts.headline();
    let mut canvas = Canvas::default();
    canvas.text(LEFT, 28.0, "head", &headline);
    let figures: Vec<String> = facts.figures().iter().map(|(name, text)| format!("{name}: {text}")).collect();
    let flows_left = LEFT + field.size() + 16.0;
    let right = flows_left + FLOWS + LEFT;
    canvas.text(LEFT, TOP - 12.0, "th", &format!("before: {}", many(facts.before.ranges as u64, "range")));
    let moved = format!("who gives, and who takes: {} slots", count(plan.moved_slots().into()));
    canvas.text_middle(flows_left + FLOWS / 2.0, TOP - 12.0, "th", &moved);
    canvas.text(right, TOP - 12.0, "th", &format!("after: {}", many(facts.after.ranges as u64, "range")));
    for (x, map, gone) in [(LEFT, &facts.before, true), (right, &facts.after, false)] {
        let mut square = field.masters(map, &marks);
        for step in &plan.moves {
            let title = match gone {
                true => format!("go to {}", facts.names.full(&step.to)),
                false => format!("come from {}", facts.giver(step)),
            };
            field.moved(&mut square, &step.slots, &title);
        }
        field.labels(&mut square, map, &marks);
        canvas.place(x, TOP, square);
    }
    canvas.place(flows_left, TOP, flows(&facts, &marks, FLOWS, field.size()));
    let below = TOP + field.size() + 36.0;
    let (before, height) = legend::legend(&facts.before, &marks);
    let (after, other) = legend::legend(&facts.after, &marks);
    canvas.place(LEFT, below, before);
    let second = LEFT + legend::WIDTH + 60.0;
    canvas.place(second, below, after);
    let mut bottom = below + height.max(other);
    for line in &figures {
        bottom += 18.0;
        canvas.text(LEFT, bottom, "soft", line);
    }
    let width = (right + field.size()).max(second + legend::WIDTH) + 20.0;
    let description = format!("{headline}. {}.", figures.join(". "));
    canvas.finish(width, bottom + 20.0, "Slots before and after a plan", &description)
}
