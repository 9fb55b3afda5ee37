//! Forms of many keys: texts that differ from key to key, as names of people do, are found by their number.

use std::collections::{BTreeMap, HashMap};

use super::form::{form, is_text};

/// Different texts at one place, from which on they are taken for one that varies.
const MANY: usize = 30;

/// Texts with that part of the keys at their place stay, however many others there are.
const OF_ITS_OWN: f64 = 0.01;

/// Stands for texts that vary.
const NAME: &str = "<name>";

/// The forms of keys, in the order of the keys; equal forms have equal numbers.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    /// The form of each key, by its place in `texts`.
    pub of_keys: Vec<usize>,
    /// The forms.
    pub texts: Vec<String>,
}

impl Forms {
    /// Of keys.
    pub fn of<'k>(keys: impl Iterator<Item = &'k [u8]>) -> Forms {
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        let first: Vec<usize> = keys
            .map(|key| {
                let next = known.len();
                *known.entry(form(key)).or_insert(next)
            })
            .collect();
        let mut counts = vec![0; known.len()];
        first.iter().for_each(|at| counts[*at] += 1);
        let mut root = Place::default();
        for (parts, at) in known {
            root.add(&parts, at, counts[at]);
        }
        let mut merged = vec![String::new(); counts.len()];
        root.merge(String::new(), &mut merged);
        let mut texts: Vec<String> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let numbers: Vec<usize> = merged
            .into_iter()
            .map(|text| {
                *places.entry(text).or_insert_with_key(|text| {
                    texts.push(text.clone());
                    texts.len() - 1
                })
            })
            .collect();
        Forms { of_keys: first.into_iter().map(|at| numbers[at]).collect(), texts }
    }
}

/// What follows a beginning that keys have in common.
#[derive(Debug, Default)]
struct Place {
    next: BTreeMap<String, Place>,
    /// Forms that end here.
    ends: Vec<usize>,
    keys: usize,
}

impl Place {
    fn add(&mut self, parts: &[String], form: usize, keys: usize) {
        let mut place = self;
        place.keys += keys;
        for part in parts {
            place = place.next.entry(part.clone()).or_default();
            place.keys += keys;
        }
        place.ends.push(form);
    }

    fn join(&mut self, other: Place) {
        self.keys += other.keys;
        self.ends.extend(other.ends);
        for (part, place) in other.next {
            self.next.entry(part).or_default().join(place);
        }
    }

    /// Joins texts that vary, from the front to the end, and writes down what the forms have become.
    fn merge(mut self, text: String, merged: &mut [String]) {
        let own = (self.keys as f64 * OF_ITS_OWN).max(1.0);
        let varies = |(part, place): &(&String, &Place)| is_text(part) && (place.keys as f64) <= own;
        if self.next.iter().filter(varies).count() > MANY {
            let all = std::mem::take(&mut self.next);
            for (part, place) in all {
                let varies = varies(&(&part, &place));
                let part = if varies { NAME.to_owned() } else { part };
                self.next.entry(part).or_default().join(place);
            }
        }
        for form in &self.ends {
            merged[*form].clone_from(&text);
        }
        for (part, place) in self.next {
            place.merge(format!("{text}{part}"), merged);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(keys: &[String]) -> Vec<String> {
        let mut texts = Forms::of(keys.iter().map(String::as_bytes)).texts;
        texts.sort();
        texts
    }

    #[test]
    fn many_texts_at_one_place_are_one_that_varies() {
        let word = |n: usize| -> String { (0..4).map(|i| char::from(b'g' + ((n >> (i * 2)) & 3) as u8)).collect() };
        let mut keys: Vec<String> = (0..200).map(|n| format!("{{{}}}:cart", word(n))).collect();
        keys.extend((0..200).map(|n| format!("{{{}}}:profile", word(n))));
        keys.extend((0..20).map(|n| format!("config:{}", word(n))));
        let found = forms(&keys);
        assert_eq!(found.len(), 22);
        assert_eq!(found[20..], ["{<name>}:cart", "{<name>}:profile"]);
    }

    #[test]
    fn texts_with_many_keys_stay() {
        let keys: Vec<String> = (0..60).flat_map(|ns| (0..50).map(move |n| format!("ns{}x:{n}", ns % 100))).collect();
        assert_eq!(forms(&keys).len(), 60);
        assert!(forms(&keys).contains(&"ns7x:<id>".to_owned()));
    }

    #[test]
    fn each_key_gets_its_form() {
        let forms = Forms::of([&b"a:1"[..], b"b", b"a:2"].into_iter());
        assert_eq!(forms.of_keys[0], forms.of_keys[2]);
        assert_eq!((&*forms.texts[forms.of_keys[0]], &*forms.texts[forms.of_keys[1]]), ("a:<id>", "b"));
    }
}
