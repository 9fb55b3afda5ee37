//! The table of masters beside a field.

use crate::slots::SLOTS;

use super::super::figures::{MasterFigures, SlotMap};
use super::super::marks::Marks;
use super::super::numbers::{count, known_bytes, known_count, many, percent};
use super::canvas::{Canvas, fitted, pattern};
use super::field::master_title;

/// Height of a line.
const LINE: f64 = 20.0;
/// Masters that are listed; the others have their titles.
const MOST: usize = 64;
/// Where columns end, by their titles.
const COLUMNS: [(&str, f64); 5] =
    [("slots", 268.0), ("share", 322.0), ("keys", 404.0), ("bytes", 484.0), ("replicas", 546.0)];

/// Width of a legend.
pub(super) const WIDTH: f64 = 550.0;

/// The masters of a map, and the height of the list.
pub(super) fn legend(map: &SlotMap, marks: &Marks) -> (Canvas, f64) {
    let mut canvas = Canvas::default();
    canvas.text(26.0, 10.0, "th", "master");
    COLUMNS.iter().for_each(|(title, end)| canvas.text_end(*end, 10.0, "th", title));
    let mut y = 10.0;
    for master in map.masters.iter().take(MOST) {
        y += LINE;
        line(&mut canvas, master, marks, y);
    }
    if map.masters.len() > MOST {
        y += LINE;
        let rest = format!("and {}: point at the map", many((map.masters.len() - MOST) as u64, "more master"));
        canvas.text(26.0, y, "soft", &rest);
    }
    (canvas, y + 8.0)
}

fn line(canvas: &mut Canvas, master: &MasterFigures, marks: &Marks, y: f64) {
    swatch(canvas, master, marks, y);
    let name = fitted(&format!("{}{}", master.address, if master.failed { " FAILED" } else { "" }), 26);
    canvas.raw(format_args!("<g><title>{}</title>", super::canvas::escape(&master_title(master))));
    canvas.text(26.0, y, if master.failed { "bad" } else { "" }, &name);
    canvas.raw("</g>\n");
    let slots = u64::from(master.slot_count);
    let texts = [
        count(slots),
        percent(slots, SLOTS.into()),
        known_count(master.keys),
        known_bytes(master.bytes),
        count(master.replicas.len() as u64),
    ];
    for (text, (_, end)) in texts.iter().zip(COLUMNS) {
        canvas.text_end(end, y, "", text);
    }
}

fn swatch(canvas: &mut Canvas, master: &MasterFigures, marks: &Marks, y: f64) {
    let tone = marks.tone(&master.id);
    let top = y - 12.0;
    canvas.raw(format_args!("<rect y=\"{top:.1}\" width=\"18\" height=\"15\" rx=\"3\" fill=\"{}\"/>\n", tone.hex()));
    match (pattern(marks.round(&master.id)), marks.letter(&master.id)) {
        (Some(pattern), _) => canvas
            .raw(format_args!("<rect y=\"{top:.1}\" width=\"18\" height=\"15\" rx=\"3\" fill=\"url(#{pattern})\"/>\n")),
        (None, Some(letter)) => {
            let ink = if tone.is_light() { "#000" } else { "#fff" };
            canvas.raw(format_args!(
                "<text x=\"9\" y=\"{:.1}\" class=\"on\" text-anchor=\"middle\" style=\"fill:{ink}\">{letter}</text>\n",
                y - 0.5
            ));
        }
        (None, None) => {}
    }
}
