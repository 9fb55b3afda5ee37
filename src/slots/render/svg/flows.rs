//! Who gives how much to whom: bands from givers on the left to takers on the right, as thick as the number of slots.

use crate::slots::{Move, NodeId};

use super::super::marks::Marks;
use super::super::names::ranges;
use super::super::numbers::{bytes, count, many};
use super::super::plan_facts::PlanFacts;
use super::canvas::{Canvas, fitted};

/// Width of the bar of a node.
const BAR: f64 = 8.0;
/// The least height of a bar that has a label.
const LABELLED: f64 = 11.0;
/// Ranges in a title.
const RANGES: usize = 8;
/// Colour of what belongs to nobody.
const NOBODY: &str = "#8b949e";

/// The moves of a plan in a space of that size.
pub(super) fn flows(facts: &PlanFacts<'_>, marks: &Marks, width: f64, height: f64) -> Canvas {
    let mut canvas = Canvas::default();
    let moves = &facts.plan.moves;
    if moves.is_empty() {
        canvas.text_middle(width / 2.0, height / 2.0, "soft", "no slot moves");
        return canvas;
    }
    let givers = Side::new(facts, moves.iter().map(|step| (step.from.as_ref(), step)), height);
    let takers = Side::new(facts, moves.iter().map(|step| (Some(&step.to), step)), height);
    let mut from = givers.clone();
    let mut to = takers.clone();
    let mut ordered: Vec<&Move> = moves.iter().collect();
    ordered.sort_by_key(|step| (givers.place(step.from.as_ref()), takers.place(Some(&step.to))));
    for step in ordered {
        let (left, left_thick) = from.take(step.from.as_ref(), step);
        let (right, right_thick) = to.take(Some(&step.to), step);
        let middle = width / 2.0;
        let (x, end) = (BAR, width - BAR);
        let d = format!(
            "M{x} {left:.2}C{middle} {left:.2} {middle} {right:.2} {end} {right:.2}V{:.2}C{middle} {:.2} {middle} {:.2} {x} {:.2}Z",
            right + right_thick,
            right + right_thick,
            left + left_thick,
            left + left_thick
        );
        let look = format!("fill=\"{}\" fill-opacity=\".4\"", color(step.from.as_ref(), marks));
        canvas.shape(&d, &look, &move_title(facts, step));
    }
    givers.draw(&mut canvas, facts, marks, 0.0, width);
    takers.draw(&mut canvas, facts, marks, width - BAR, width);
    canvas
}

fn color(id: Option<&NodeId>, marks: &Marks) -> String {
    id.map_or_else(|| NOBODY.to_owned(), |id| marks.tone(id).hex())
}

fn move_title(facts: &PlanFacts<'_>, step: &Move) -> String {
    let mut text =
        format!("{} gives {} {}", facts.giver(step), facts.names.full(&step.to), many(step.slots.len().into(), "slot"));
    if let Some(keys) = step.keys {
        text.push_str(&format!(", {}", many(keys, "key")));
    }
    if let Some(size) = step.bytes {
        text.push_str(&format!(", {}", bytes(size)));
    }
    format!("{text}: {}", ranges(&step.slots, RANGES))
}

/// A node that gives or takes: how much, and where its bar stands.
#[derive(Clone)]
struct Bar<'p> {
    id: Option<&'p NodeId>,
    slots: u64,
    top: f64,
    height: f64,
    /// How much of the height bands have taken.
    used: f64,
}

/// The bars of one side, in the order of the map.
#[derive(Clone)]
struct Side<'p> {
    bars: Vec<Bar<'p>>,
    scale: f64,
}

impl<'p> Side<'p> {
    fn new(
        facts: &PlanFacts<'_>,
        moves: impl Iterator<Item = (Option<&'p NodeId>, &'p Move)>,
        height: f64,
    ) -> Side<'p> {
        let mut bars: Vec<Bar<'p>> = Vec::new();
        for (id, step) in moves {
            let slots = u64::from(step.slots.len());
            match bars.iter_mut().find(|bar| bar.id == id) {
                Some(bar) => bar.slots += slots,
                None => bars.push(Bar { id, slots, top: 0.0, height: 0.0, used: 0.0 }),
            }
        }
        let order = facts.masters();
        bars.sort_by_key(|bar| order.iter().position(|master| Some(master.id) == bar.id));
        let gaps = bars.len().saturating_sub(1) as f64;
        let gap = if gaps > 0.0 { (height * 0.3 / gaps).min(14.0) } else { 0.0 };
        let total = bars.iter().map(|bar| bar.slots).sum::<u64>().max(1);
        let scale = (height - gap * gaps) / total as f64;
        let mut top = 0.0;
        for bar in &mut bars {
            bar.top = top;
            bar.height = bar.slots as f64 * scale;
            top += bar.height + gap;
        }
        Side { bars, scale }
    }

    fn place(&self, id: Option<&NodeId>) -> Option<usize> {
        self.bars.iter().position(|bar| bar.id == id)
    }

    /// The next piece of a bar: where it begins and how thick it is.
    fn take(&mut self, id: Option<&NodeId>, step: &Move) -> (f64, f64) {
        let thick = f64::from(step.slots.len()) * self.scale;
        match self.bars.iter_mut().find(|bar| bar.id == id) {
            Some(bar) => {
                let begin = bar.top + bar.used;
                bar.used += thick;
                (begin, thick)
            }
            None => (0.0, thick),
        }
    }

    fn draw(&self, canvas: &mut Canvas, facts: &PlanFacts<'_>, marks: &Marks, x: f64, width: f64) {
        for bar in &self.bars {
            let name = bar.id.map_or_else(|| "nobody".to_owned(), |id| facts.names.address(id));
            let gives = x == 0.0;
            let title = format!("{name} {} {}", if gives { "gives" } else { "takes" }, many(bar.slots, "slot"));
            let d = format!("M{x} {:.2}h{BAR}v{:.2}h-{BAR}Z", bar.top, bar.height.max(0.5));
            canvas.shape(&d, &format!("fill=\"{}\"", color(bar.id, marks)), &title);
            if bar.height < LABELLED {
                continue;
            }
            let (middle, text) = (bar.top + bar.height / 2.0 + 4.0, fitted(&name, 22));
            match gives {
                true => canvas.text(BAR + 5.0, middle, "on halo", &format!("{text} −{}", count(bar.slots))),
                false => {
                    canvas.text_end(width - BAR - 5.0, middle, "on halo", &format!("{text} +{}", count(bar.slots)))
                }
            }
        }
    }
}
