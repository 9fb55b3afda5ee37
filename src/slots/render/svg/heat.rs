//! What is in the slots, as colours from dark (little) to light (much).

use std::cmp::Reverse;

use crate::slots::{ClusterState, PerSlot, SLOTS, Slot};

use super::super::figures::SlotMap;
use super::super::names::Names;
use super::super::numbers::{bytes, count};
use super::canvas::{Canvas, fitted};
use super::field::Field;

/// What a map shows by its colours instead of the masters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heat {
    /// Keys.
    Keys,
    /// Bytes.
    Bytes,
    /// Commands a second.
    Ops,
}

impl Heat {
    fn table(self, state: &ClusterState) -> &PerSlot {
        match self {
            Heat::Keys => &state.slot_stats.keys,
            Heat::Bytes => &state.slot_stats.bytes,
            Heat::Ops => &state.slot_stats.ops,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Heat::Keys => "keys",
            Heat::Bytes => "bytes",
            Heat::Ops => "commands a second",
        }
    }

    fn write(self, number: u64) -> String {
        match self {
            Heat::Bytes => bytes(number),
            Heat::Keys | Heat::Ops => count(number),
        }
    }

    /// Whether the state says how much is in the slots.
    pub fn is_known(self, state: &ClusterState) -> bool {
        self.table(state).is_some()
    }
}

/// Cividis: the same to eyes with and without red and green.
const LEVELS: [&str; 9] =
    ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#fee838"];
/// Slots that share a title.
const TITLED: usize = 16;
/// Slots that are named.
const NAMED: usize = 8;

/// The field and its key with the key's height; nothing where the numbers are not known.
pub(super) fn heat(field: Field, state: &ClusterState, map: &SlotMap, shown: Heat) -> Option<(Canvas, (Canvas, f64))> {
    let table = shown.table(state).as_ref()?;
    let (least, most) = (*table.iter().min()?, *table.iter().max()?);
    let scale = Scale { least, most };
    let mut canvas = Canvas::default();
    let colors: Vec<&str> = table.iter().map(|&number| LEVELS[scale.level(number)]).collect();
    field.painted(&mut canvas, &colors);
    for master in &map.masters {
        for range in master.slots.ranges() {
            canvas.shape(
                &field.range_outline(range),
                "fill=\"none\" stroke=\"#fff\" stroke-width=\"1\" pointer-events=\"none\"",
                "",
            );
        }
    }
    for (index, part) in table.chunks(TITLED).enumerate() {
        let first = index * TITLED;
        let range = format!("{first}-{}", first + part.len() - 1);
        let total = shown.write(part.iter().sum());
        let max = part.iter().enumerate().max_by_key(|(_, number)| **number).map_or(0, |(at, _)| at);
        let title =
            format!("slots {range}: {total} {}, {} in slot {}", shown.noun(), shown.write(part[max]), first + max);
        if let Ok(range) = range.parse() {
            canvas.shape(&field.range_outline(range), "fill-opacity=\"0\"", &title);
        }
    }
    field.frame(&mut canvas);
    Some((canvas, key(state, table, scale, shown)))
}

/// Steps of equal ratio: what is in slots differs by powers.
#[derive(Clone, Copy)]
struct Scale {
    least: u64,
    most: u64,
}

impl Scale {
    fn level(self, number: u64) -> usize {
        let log = |number: u64| (number as f64).ln_1p();
        if self.most == self.least {
            return 0;
        }
        let part = (log(number) - log(self.least)) / (log(self.most) - log(self.least));
        ((part * LEVELS.len() as f64) as usize).min(LEVELS.len() - 1)
    }

    /// The least number of a level.
    fn floor(self, level: usize) -> u64 {
        let log = |number: u64| (number as f64).ln_1p();
        let part = level as f64 / LEVELS.len() as f64;
        (log(self.least) + (log(self.most) - log(self.least)) * part).exp_m1().round() as u64
    }
}

fn key(state: &ClusterState, table: &[u64], scale: Scale, shown: Heat) -> (Canvas, f64) {
    let mut canvas = Canvas::default();
    canvas.text(0.0, 10.0, "th", &format!("{} in a slot, from", shown.noun()));
    for (level, color) in LEVELS.iter().enumerate() {
        let x = level as f64 * 60.0;
        canvas.raw(format_args!("<rect x=\"{x:.1}\" y=\"18\" width=\"60\" height=\"14\" fill=\"{color}\"/>\n"));
        canvas.text(x, 46.0, "th", &shown.write(scale.floor(level)));
    }
    let names = Names::new(state, None);
    let owners = state.owners();
    let mut slots: Vec<Slot> = Slot::all().collect();
    slots.sort_by_key(|slot| (Reverse(table[slot.index()]), *slot));
    let total: u64 = table.iter().sum();
    let mut y = 72.0;
    canvas.text(0.0, y, "th", &format!("the slots with most {}", shown.noun()));
    for slot in slots.into_iter().take(NAMED).filter(|slot| table[slot.index()] > 0) {
        y += 18.0;
        let number = table[slot.index()];
        let part = 100.0 * number as f64 / total as f64;
        let fair = number as f64 * f64::from(SLOTS) / total as f64;
        let owner = owners[slot.index()].map_or_else(|| "nobody".to_owned(), |id| names.full(id));
        canvas.text_end(40.0, y, "", &slot.to_string());
        canvas.text_end(130.0, y, "", &shown.write(number));
        canvas.text(146.0, y, "soft", &format!("{part:.2}%, {fair:.0} times the mean"));
        canvas.text(340.0, y, "", &fitted(&owner, 32));
    }
    (canvas, y + 8.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_begin_where_the_key_says() {
        let scale = Scale { least: 3, most: 1_000_000 };
        assert_eq!((scale.level(3), scale.level(1_000_000)), (0, LEVELS.len() - 1));
        for level in 1..LEVELS.len() {
            let floor = scale.floor(level);
            assert_eq!((scale.level(floor - 1), scale.level(floor + 1)), (level - 1, level), "{floor}");
        }
        assert_eq!(Scale { least: 5, most: 5 }.level(5), 0);
    }
}
