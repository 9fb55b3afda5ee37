//! A letter and a colour for each master. Colours alone never carry meaning: more masters than colours, and eyes differ.

use std::collections::HashMap;

use owo_colors::{Style as Ink, XtermColors};

use crate::slots::NodeId;

use super::figures::SlotMap;

/// A colour, for pictures and for terminals with 256 colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tone {
    /// Red, green, blue.
    pub(super) rgb: [u8; 3],
    /// The nearest of the 256 colours of a terminal.
    pub(super) xterm: u8,
}

/// Colours that people with any colour vision tell apart from their neighbours in this list: dark and light take turns
/// (after Okabe and Ito, and Tol's muted scheme).
const TONES: [Tone; 16] = [
    tone([0, 114, 178], 25),
    tone([230, 159, 0], 214),
    tone([0, 158, 115], 36),
    tone([240, 228, 66], 227),
    tone([213, 94, 0], 166),
    tone([86, 180, 233], 74),
    tone([136, 34, 85], 89),
    tone([204, 121, 167], 175),
    tone([51, 34, 136], 54),
    tone([153, 221, 190], 115),
    tone([120, 72, 36], 94),
    tone([170, 170, 255], 147),
    tone([17, 90, 60], 22),
    tone([255, 170, 153], 216),
    tone([68, 100, 110], 66),
    tone([221, 204, 119], 186),
];

const fn tone(rgb: [u8; 3], xterm: u8) -> Tone {
    Tone { rgb, xterm }
}

impl Tone {
    /// Whether black is easier to read on it than white: the contrast is equal at a relative luminance of 0.179 (WCAG 2).
    pub(super) fn is_light(self) -> bool {
        self.luminance() > 0.179
    }

    /// Relative luminance, from 0 to 1 (WCAG 2).
    pub(super) fn luminance(self) -> f64 {
        let linear = |part: u8| match f64::from(part) / 255.0 {
            low if low <= 0.040_45 => low / 12.92,
            high => ((high + 0.055) / 1.055).powf(2.4),
        };
        let [red, green, blue] = self.rgb.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// As pictures write it.
    pub(super) fn hex(self) -> String {
        let [red, green, blue] = self.rgb;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// This colour on another.
    pub(super) fn on(self, other: Tone) -> Ink {
        Ink::new().color(XtermColors::from(self.xterm)).on_color(XtermColors::from(other.xterm))
    }

    /// Letters on this colour.
    pub(super) fn background(self) -> Ink {
        let letter = if self.is_light() { XtermColors::from(16) } else { XtermColors::from(231) };
        Ink::new().color(letter).on_color(XtermColors::from(self.xterm))
    }
}

/// Letters of masters; the ones after these have none.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Which master has which letter and colour; the same before and after a plan.
#[derive(Debug)]
pub(super) struct Marks {
    places: HashMap<NodeId, usize>,
}

impl Marks {
    /// For the masters of these maps, in the order in which they first appear.
    pub(super) fn new<'m>(maps: impl IntoIterator<Item = &'m SlotMap>) -> Marks {
        let mut places = HashMap::new();
        for master in maps.into_iter().flat_map(|map| &map.masters) {
            let next = places.len();
            places.entry(master.id.clone()).or_insert(next);
        }
        Marks { places }
    }

    /// How many masters there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The masters, in order.
    pub(super) fn ids(&self) -> impl Iterator<Item = &NodeId> {
        let mut ids: Vec<(&NodeId, &usize)> = self.places.iter().collect();
        ids.sort_by_key(|(_, place)| **place);
        ids.into_iter().map(|(id, _)| id)
    }

    /// Whether each master has a letter of its own.
    pub(super) fn has_letters(&self) -> bool {
        self.len() <= LETTERS.len()
    }

    /// Whether capitals are enough, so that small letters are free to mean something else.
    pub(super) fn has_capitals(&self) -> bool {
        self.len() <= 26
    }

    /// The letter, where each master has one.
    pub(super) fn letter(&self, id: &NodeId) -> Option<char> {
        let place = self.places.get(id).filter(|_| self.has_letters())?;
        LETTERS.chars().nth(*place)
    }

    /// How many times the colours have come round before this master.
    pub(super) fn round(&self, id: &NodeId) -> usize {
        self.places.get(id).copied().unwrap_or(0) / TONES.len()
    }

    /// The colour; colours come again after sixteen.
    pub(super) fn tone(&self, id: &NodeId) -> Tone {
        TONES[self.places.get(id).copied().unwrap_or(0) % TONES.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_readable_on_every_colour() {
        for tone in TONES {
            let luminance = tone.luminance();
            let contrast = if tone.is_light() { (luminance + 0.05) / 0.05 } else { 1.05 / (luminance + 0.05) };
            assert!(contrast >= 4.5, "{tone:?}: {contrast:.2}");
        }
    }

    #[test]
    fn neighbours_in_the_list_differ_in_lightness() {
        for pair in TONES.windows(2) {
            let (a, b) = (pair[0].luminance() + 0.05, pair[1].luminance() + 0.05);
            assert!(a.max(b) / a.min(b) >= 1.25, "{pair:?}");
        }
    }
}
