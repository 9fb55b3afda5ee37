//! The square of 16,384 slots: 128 lines of 128, slot 0 at the top left, each range a shape.

use std::collections::HashMap;

use crate::slots::{NodeId, SLOTS, SlotRange, SlotSet};

use super::super::figures::{MasterFigures, SlotMap};
use super::super::marks::Marks;
use super::super::numbers::{bytes, count, many, percent};
use super::canvas::{Canvas, escape, label_width, pattern};

/// Slots of a line.
const SIDE: u16 = 128;
/// A cluster with more ranges gets one shape a master: a picture with a title for each piece would be too large to open.
const MOST_SHAPES: usize = 3000;

/// A square of slots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Width and height of a slot.
    pub(super) slot: f64,
}

impl Field {
    /// Width and height.
    pub(super) fn size(self) -> f64 {
        f64::from(SIDE) * self.slot
    }

    /// The masters of a map.
    pub(super) fn masters(self, map: &SlotMap, marks: &Marks) -> Canvas {
        let mut canvas = Canvas::default();
        let fine = map.ranges <= MOST_SHAPES;
        for master in &map.masters {
            if fine {
                master.slots.ranges().for_each(|range| self.range(&mut canvas, master, marks, range));
            } else if !master.slots.is_empty() {
                self.fill(&mut canvas, &self.outline(&master.slots), &master.id, marks, &master_title(master));
            }
        }
        if !map.unassigned.is_empty() {
            let title = format!("{} without an owner", many(map.unassigned.len().into(), "slot"));
            canvas.shape(&self.outline(&map.unassigned), "class=\"none\"", &title);
        }
        self.open(&mut canvas, map);
        self.frame(&mut canvas);
        canvas
    }

    fn range(self, canvas: &mut Canvas, master: &MasterFigures, marks: &Marks, range: SlotRange) {
        let title = format!("slots {range}: {}, {}", many(range.count().into(), "slot"), master_title(master));
        self.fill(canvas, &self.range_outline(range), &master.id, marks, &title);
    }

    fn fill(self, canvas: &mut Canvas, d: &str, id: &NodeId, marks: &Marks, title: &str) {
        canvas.shape(d, &format!("class=\"cut\" fill=\"{}\"", marks.tone(id).hex()), title);
        if let Some(pattern) = pattern(marks.round(id)) {
            canvas.shape(d, &format!("fill=\"url(#{pattern})\" pointer-events=\"none\""), "");
        }
    }

    /// Addresses and ranges, over all else, where there is room.
    pub(super) fn labels(self, canvas: &mut Canvas, map: &SlotMap, marks: &Marks) {
        if map.ranges <= MOST_SHAPES {
            map.masters.iter().for_each(|master| self.label(canvas, master, marks));
        }
    }

    /// In the middle of the lines that a range fills, on a patch that hides lines and patterns.
    fn label(self, canvas: &mut Canvas, master: &MasterFigures, marks: &Marks) {
        for range in master.slots.ranges() {
            let (first, last) = (range.first().number(), range.last().number());
            let (top, bottom) = (first.div_ceil(SIDE), (last + 1) / SIDE);
            if f64::from(bottom.saturating_sub(top)) * self.slot < 14.0 {
                continue;
            }
            let letter = marks.letter(&master.id).map_or_else(String::new, |letter| format!("{letter}  "));
            let texts = [format!("{letter}{}  {range}", master.address), format!("{letter}{range}")];
            let Some(text) = texts.iter().find(|text| label_width(text) < self.size() - 8.0) else { continue };
            let tone = marks.tone(&master.id);
            let (fill, ink) = (tone.hex(), if tone.is_light() { "#000" } else { "#fff" });
            let (middle, y) = (self.size() / 2.0, f64::from(top + bottom) / 2.0 * self.slot + 4.0);
            let width = label_width(text) + 8.0;
            canvas.raw(format_args!(
                "<g style=\"pointer-events:none\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"14\" rx=\"3\" fill=\"{fill}\"/>\
                 <text x=\"{middle:.1}\" y=\"{y:.1}\" class=\"on\" text-anchor=\"middle\" style=\"fill:{ink}\">{}</text></g>\n",
                middle - width / 2.0,
                y - 11.0,
                escape(text)
            ));
        }
    }

    /// Rings around slots in the middle of a hand-over.
    fn open(self, canvas: &mut Canvas, map: &SlotMap) {
        for slot in map.open_slots().iter() {
            let (x, y) = self.corner(slot.number());
            let (x, y, radius) = (x + self.slot / 2.0, y + self.slot / 2.0, self.slot.max(4.0));
            canvas.raw(format_args!(
                "<g><title>slot {slot} is open</title><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"#fff\" fill-opacity=\".4\" stroke=\"#000\" stroke-width=\"3\"/>\
                 <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1\"/></g>\n"
            ));
        }
    }

    /// A line around what a plan moves, with a title for each range.
    pub(super) fn moved(self, canvas: &mut Canvas, slots: &SlotSet, title: &str) {
        let ranges: Vec<SlotRange> = slots.ranges().collect();
        if ranges.len() > MOST_SHAPES {
            canvas.shape(&self.outline(slots), "class=\"edge\" fill-opacity=\"0\"", title);
            return;
        }
        for range in ranges {
            let look = "class=\"edge\" style=\"fill:var(--paper);fill-opacity:.28\"";
            canvas.shape(&self.range_outline(range), look, &format!("slots {range}: {title}"));
        }
    }

    /// The edge of the square, and the slots at which lines begin.
    pub(super) fn frame(self, canvas: &mut Canvas) {
        let size = self.size();
        canvas.raw(format_args!("<rect class=\"frame\" width=\"{size:.1}\" height=\"{size:.1}\"/>\n"));
        for line in (0..SIDE).step_by(16) {
            let y = f64::from(line) * self.slot + 9.0;
            canvas.text_end(-6.0, y, "th", &count((line * SIDE).into()));
        }
        canvas.text_end(-6.0, size, "th", &count((SLOTS - 1).into()));
    }

    fn corner(self, slot: u16) -> (f64, f64) {
        (f64::from(slot % SIDE) * self.slot, f64::from(slot / SIDE) * self.slot)
    }

    fn outline(self, slots: &SlotSet) -> String {
        slots.ranges().map(|range| self.range_outline(range)).collect()
    }

    /// A range goes from the middle of a line over whole lines to the middle of another.
    pub(super) fn range_outline(self, range: SlotRange) -> String {
        let (first, last) = (range.first().number(), range.last().number());
        let (left, top) = self.corner(first);
        let (right, bottom) = self.corner(last);
        let (right, below) = (right + self.slot, bottom + self.slot);
        if first / SIDE == last / SIDE {
            return format!("M{left} {top}H{right}V{below}H{left}Z");
        }
        format!("M{left} {top}H{}V{bottom}H{right}V{below}H0V{}H{left}Z", self.size(), top + self.slot)
    }

    /// Slots by their colour; neighbours of one colour are one shape.
    pub(super) fn painted(self, canvas: &mut Canvas, colors: &[&'static str]) {
        let mut shapes: HashMap<&str, String> = HashMap::new();
        let mut order = Vec::new();
        let mut first = 0;
        for run in colors.chunk_by(|a, b| a == b) {
            let last = first + run.len() - 1;
            let slot = |index: usize| crate::slots::Slot::new(index as u16);
            if let Some(range) = slot(first).zip(slot(last)).and_then(|(a, b)| SlotRange::new(a, b)) {
                let shape = shapes.entry(run[0]).or_insert_with(|| {
                    order.push(run[0]);
                    String::new()
                });
                shape.push_str(&self.range_outline(range));
            }
            first = last + 1;
        }
        for color in order {
            canvas.shape(&shapes[color], &format!("fill=\"{color}\" shape-rendering=\"crispEdges\""), "");
        }
    }
}

/// What a master has, in a line.
pub(super) fn master_title(master: &MasterFigures) -> String {
    let mut text = format!("{} ({})", master.address, master.id.short());
    if let Some(zone) = &master.zone {
        text.push_str(&format!(", zone {zone}"));
    }
    let slots = u64::from(master.slot_count);
    text.push_str(&format!(" has {}, {}", many(slots, "slot"), percent(slots, SLOTS.into())));
    if let Some(keys) = master.keys {
        text.push_str(&format!(", {}", many(keys, "key")));
    }
    if let Some(size) = master.bytes {
        text.push_str(&format!(", {}", bytes(size)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(range: &str) -> String {
        Field { slot: 1.0 }.range_outline(range.parse().unwrap())
    }

    #[test]
    fn shapes_cover_their_slots_and_no_more() {
        assert_eq!(outline("5"), "M5 0H6V1H5Z");
        assert_eq!(outline("0-127"), "M0 0H128V1H0Z");
        assert_eq!(outline("130-400"), "M2 1H128V3H17V4H0V2H2Z");
        assert_eq!(outline("0-16383"), "M0 0H128V127H128V128H0V1H0Z");
    }
}
