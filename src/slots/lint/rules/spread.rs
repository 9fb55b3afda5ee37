//! Tags that gather too much in one slot.

use crate::diagnostics::Source;
use crate::slots::lint::finding::{Finding, Rule};
use crate::slots::lint::model::{Model, inside};
use crate::slots::lint::shares::PatternShare;
use crate::slots::render::count;

/// The share of all keys, or bytes, that one tag may have before it is worth a word. Each of 16,384 slots has 0.006 % when all are alike.
pub const TAG_SHARE: f64 = 0.01;

/// Keys of one tag that are worth a word where nobody knows how many there are in all.
const MANY: f64 = 1000.0;

/// A finding for each tag that has more than a slot should have.
pub(in crate::slots::lint) fn spread(model: &Model, source: &Source, shares: &[PatternShare]) -> Vec<Finding> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (index, template) in model.templates.iter().enumerate() {
        // Keys without a tag lie where they lie.
        let Some(tag) = template.tag().map(|tag| tag.text()) else { continue };
        match groups.iter_mut().find(|(text, _)| *text == tag) {
            Some((_, members)) => members.push(index),
            None => groups.push((tag, vec![index])),
        }
    }
    groups.into_iter().filter_map(|(tag, members)| Group { model, source, shares, tag, members }.check()).collect()
}

/// Patterns with one tag.
struct Group<'m> {
    model: &'m Model,
    source: &'m Source,
    shares: &'m [PatternShare],
    tag: String,
    members: Vec<usize>,
}

impl Group<'_> {
    fn check(&self) -> Option<Finding> {
        let limit = self.model.declared.limits.tag_share.map_or(TAG_SHARE, |share| share.value);
        let tag = self.model.templates[self.members[0]].tag()?;
        let sum = |of: fn(&PatternShare) -> Option<f64>| {
            self.members.iter().map(|at| of(&self.shares[*at])).sum::<Option<f64>>()
        };
        let (of_keys, of_bytes) = (sum(|share| share.of_keys), sum(|share| share.of_bytes));
        // Of patterns with the same tag the one with the most values tells how many there are.
        let tags = self.members.iter().filter_map(|at| self.shares[*at].tags).reduce(f64::max);
        let constant = tag.constant().is_some();
        let tags = if constant { Some(1.0) } else { tags };
        let one = |share: Option<f64>| Some(share? / tags?.max(1.0));
        let (keys_each, bytes_each) = (one(of_keys), one(of_bytes));
        let known = keys_each.into_iter().chain(bytes_each).reduce(f64::max);
        let keys = sum(|share| share.keys);
        let several = self.members.iter().any(|at| !self.model.templates[*at].is_one_key());
        let hot = match known {
            Some(share) => share >= limit && (several || self.members.len() > 1),
            // Nobody knows how much there is in all.
            None => constant && several && keys.is_none_or(|keys| keys >= MANY),
        };
        if !hot {
            return None;
        }
        let shares = described(keys_each, bytes_each);
        Some(if constant { self.hotspot(&shares, keys) } else { self.few(&shares, tags.unwrap_or_default()) })
    }

    fn names(&self) -> String {
        let names: Vec<String> =
            self.members.iter().map(|at| format!("`{}`", self.model.declared.patterns[*at].name.value)).collect();
        names.join(", ")
    }

    fn place(&self, finding: Finding, label: &str) -> Finding {
        let first = &self.model.declared.patterns[self.members[0]];
        let finding = finding.at(format!("patterns[name={}].pattern", first.name.value));
        finding.with(|found| {
            self.members.iter().fold(found, |found, at| {
                let text = &self.model.declared.patterns[*at].pattern.0;
                let at = text.find('{').unwrap_or_default();
                found.label(inside(self.source, text, at), self.tag.len() + 2, label)
            })
        })
    }

    fn hotspot(&self, shares: &str, keys: Option<f64>) -> Finding {
        let slot = self.model.templates[self.members[0]].hashed().slot();
        let slot = slot.map_or_else(String::new, |slot| format!(" ({slot})"));
        let amount = match (shares, keys) {
            ("", None) => "however many there are".to_owned(),
            ("", Some(keys)) => format!("{} keys", count(keys as u64)),
            (shares, _) => shares.to_owned(),
        };
        let message = format!("all keys of {} lie in one slot{slot}: {amount}", self.names());
        self.place(Finding::warning(Rule::HotspotTag, message), "the same tag in every key").with(|found| {
            found
                .note("a slot cannot be split over nodes: its master gets all this load, and no rebalancing helps")
                .help("put the part that varies into the braces, as in {user:<id>}:profile, or leave the braces out where the keys are not used together")
        })
    }

    fn few(&self, shares: &str, tags: f64) -> Finding {
        let message = format!(
            "keys of {} have {} tags only, so that one slot has {shares} on average",
            self.names(),
            count(tags as u64)
        );
        self.place(Finding::warning(Rule::Unbalanced, message), "few values").with(|found| {
            found
                .note("slots are the smallest thing that can be moved: nodes cannot be filled evenly with pieces of that size")
                .help("put a part with more values into the braces, as in {tenant:<t>:user:<id>}")
        })
    }
}

/// `40% of the keys, 55% of the bytes`.
pub(in crate::slots::lint) fn described(keys: Option<f64>, bytes: Option<f64>) -> String {
    let one = |share: Option<f64>, of: &str| share.map(|share| format!("{} of the {of}", percentage(share)));
    [one(keys, "keys"), one(bytes, "bytes")].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `40%`, `0.5%`, `<0.1%`.
pub(in crate::slots::lint) fn percentage(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if p <= 0.0 => "0%".to_owned(),
        p if p < 0.1 => "<0.1%".to_owned(),
        p if p < 9.95 => format!("{p:.1}%"),
        p => format!("{p:.0}%"),
    }
}
