//! What is wrong with the keys of a sample.

use crate::diagnostics::Source;
use crate::slots::lint::finding::{Finding, Rule};
use crate::slots::lint::model::{Model, Template};
use crate::slots::lint::report::Report;
use crate::slots::lint::rules::{BIG, TAG_SHARE, described, explain, percentage, stall, temporary_word};
use crate::slots::render::{bytes, count};
use crate::slots::{Shown, Slot, key_slot};

use super::declared::declared;
use super::grouped::{Group, by_form, by_tag, rows};
use super::sample::KeySample;

/// Keys of a sample that must have something in common before it is more than chance.
const ENOUGH: usize = 20;

/// Big keys that are named; the rest is counted.
const NAMED: usize = 20;

/// By what keys are judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judged<'m> {
    /// The share of all keys, or bytes, that one tag or slot may have, of one; 1 % where nothing is said.
    pub tag_share: Option<f64>,
    /// Bytes from which on a key is big; 1 MiB where nothing is said.
    pub big_key: Option<f64>,
    /// What the application says of its keys.
    pub model: Option<(&'m Model, &'m Source)>,
}

impl Judged<'_> {
    fn tag_share(&self) -> f64 {
        let declared = self.model.and_then(|(model, _)| model.declared.limits.tag_share).map(|share| share.value);
        self.tag_share.or(declared).unwrap_or(TAG_SHARE)
    }

    /// Bytes from which on a key is big.
    pub(super) fn big_key(&self) -> f64 {
        let declared = self.model.and_then(|(model, _)| model.declared.limits.big_key).map(|size| size.bytes);
        self.big_key.or(declared).unwrap_or(BIG)
    }
}

/// Checks the keys of a cluster.
pub fn check_keys(sample: &KeySample, judged: &Judged<'_>) -> Report {
    let forms = by_form(sample);
    let (mut findings, hot) = hotspots(sample, judged.tag_share());
    findings.extend(slots(sample, judged.tag_share(), &hot));
    findings.extend(malformed(sample, &forms));
    findings.extend(big(sample, judged.big_key()));
    findings.extend(match judged.model {
        Some((model, source)) => declared(sample, model, source),
        None => no_ttl(sample.weight(), &forms),
    });
    Report { findings, rows: rows(sample, &forms), checked: sample.keys.len(), looked_at: Some(looked_at(sample)) }
}

fn looked_at(sample: &KeySample) -> String {
    let keys = match sample.is_complete() {
        true => format!("all {} keys", count(sample.total)),
        false => format!("a sample of {} out of {} keys", count(sample.keys.len() as u64), count(sample.total)),
    };
    let many = |number: usize, one: &str, several: &str| match number {
        1 => format!("1 {one}"),
        n => format!("{n} {several}"),
    };
    let from = match sample.asked {
        (masters, 0) => many(masters, "master", "masters"),
        (0, replicas) => many(replicas, "replica", "replicas"),
        (masters, replicas) => {
            format!("{} and {}", many(replicas, "replica", "replicas"), many(masters, "master", "masters"))
        }
    };
    format!("looked at {keys}, on {from}")
}

/// Tags that gather too much in one slot, and their slots.
fn hotspots(sample: &KeySample, limit: f64) -> (Vec<Finding>, Vec<Slot>) {
    let (all_keys, all_bytes) = (sample.weight(), sample.bytes());
    let mut found: Vec<(f64, Finding, Slot)> = Vec::new();
    for (tag, group) in by_tag(sample) {
        if group.keys.len() < ENOUGH {
            continue;
        }
        let of_keys = group.weight() / all_keys;
        let of_bytes = (all_bytes > 0.0).then(|| group.bytes() / all_bytes);
        let share = of_keys.max(of_bytes.unwrap_or_default());
        if share < limit {
            continue;
        }
        let slot = key_slot(&group.keys[0].key);
        let message = format!(
            "the tag `{{{}}}` has {} in one slot: {slot}{}",
            Shown(tag),
            described(Some(of_keys), of_bytes),
            sample.owner(slot)
        );
        let finding = Finding::warning(Rule::HotspotTag, message).with(|found| {
            found
                .note(format!("such as `{}`", group.example()))
                .note("a slot cannot be split over nodes: its master gets all this load, and no rebalancing helps")
                .help("put a part that varies into the braces, or leave the braces out where the keys are not used together")
        });
        found.push((share, finding.at(format!("tags[tag={}]", Shown(tag))), slot));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let slots = found.iter().map(|(_, _, slot)| *slot).collect();
    (found.into_iter().map(|(_, finding, _)| finding).collect(), slots)
}

/// Slots with more than their share for another reason than one tag.
fn slots(sample: &KeySample, limit: f64, hot: &[Slot]) -> Vec<Finding> {
    let Some(keys) = &sample.slot_keys else { return Vec::new() };
    let total: u64 = keys.iter().sum();
    let mut found: Vec<(u64, Slot)> = Slot::all()
        .map(|slot| (keys[slot.index()], slot))
        .filter(|(keys, slot)| *keys >= ENOUGH as u64 && *keys as f64 >= limit * total as f64 && !hot.contains(slot))
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    let finding = |(keys, slot): (u64, Slot)| {
        let share = keys as f64 / total as f64;
        let message = format!(
            "slot {slot}{} has {} of the keys: {} times its share",
            sample.owner(slot),
            percentage(share),
            count((share * 16_384.0).round() as u64)
        );
        let keys = Group { keys: sample.keys.iter().filter(|key| key.slot() == slot).collect() };
        let example = (!keys.keys.is_empty()).then(|| format!("such as `{}`", keys.example()));
        Finding::warning(Rule::Unbalanced, message)
            .with(|found| {
                let found = example.into_iter().fold(found, |found, note| found.note(note));
                found.help("give the keys tags with more values: slots are the smallest thing that can be moved")
            })
            .at(format!("slots[{slot}]"))
    };
    found.into_iter().map(finding).collect()
}

/// Forms of keys with tags that are not what they look like.
fn malformed(sample: &KeySample, forms: &[(String, Group<'_>)]) -> Vec<Finding> {
    let all = sample.weight();
    let found = forms.iter().filter_map(|(form, group)| {
        // A form is text with parts that vary, as a pattern is; but a star in it is a star.
        let template = Template::parse(&form.replace('\\', "\\\\").replace('*', "\\*")).ok()?;
        let (what, _, _) = template.malformed()?;
        let (message, explained, help) = explain(what, &template.hashed().text());
        let share = percentage(group.weight() / all);
        Some(
            Finding::warning(
                Rule::MalformedTag,
                format!("{message} in keys of the form `{form}`: {share} of the keys"),
            )
            .with(|found| found.note(explained).note(format!("such as `{}`", group.example())).help(help))
            .at(format!("patterns[pattern={form}]")),
        )
    });
    found.collect()
}

/// Forms of keys that look temporary and stay, with their part of the weight of all keys.
pub(super) fn no_ttl(all: f64, forms: &[(String, Group<'_>)]) -> Vec<Finding> {
    let found = forms.iter().filter_map(|(form, group)| {
        let (at, len) = temporary_word(form.as_bytes())?;
        let stay = Group { keys: group.keys.iter().copied().filter(|key| key.ttl.is_none()).collect() };
        if stay.keys.is_empty() {
            return None;
        }
        let message = format!(
            "{} of the keys of the form `{form}` never expire, and `{}` says that they are temporary: {} of all keys",
            percentage(stay.weight() / group.weight()),
            &form[at..at + len],
            percentage(stay.weight() / all)
        );
        Some(
            Finding::warning(Rule::NoTtl, message)
                .with(|found| {
                    found
                        .note(format!("such as `{}`", stay.example()))
                        .help("set a time to live in the command that writes them: `SET … EX`, `EXPIRE`")
                })
                .at(format!("patterns[pattern={form}]")),
        )
    });
    found.collect()
}

/// The biggest keys.
fn big(sample: &KeySample, limit: f64) -> Vec<Finding> {
    let mut keys: Vec<(u64, &[u8], &str)> = sample
        .keys
        .iter()
        .filter_map(|key| Some((key.bytes?, key.key.as_slice(), key.value_type.as_str())))
        .filter(|(bytes, _, _)| *bytes as f64 >= limit)
        .collect();
    keys.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let more = keys.len().saturating_sub(NAMED);
    let last = keys.len().min(NAMED).saturating_sub(1);
    let found = keys.into_iter().take(NAMED).enumerate().map(|(index, (size, key, value_type))| {
        let slot = key_slot(key);
        let message =
            format!("the {value_type} `{}` has {}: slot {slot}{}", Shown(key), bytes(size), sample.owner(slot));
        Finding::warning(Rule::BigKey, message)
            .with(|found| {
                let found = match index == last && more > 0 {
                    true => found.note(format!("there are {} more big keys", count(more as u64))),
                    false => found,
                };
                let stop = format!(
                    "a key moves in one piece: both nodes answer nobody for about {:.0} ms",
                    stall(size as f64)
                );
                found.note(stop).help("split it over several keys")
            })
            .at(format!("keys[key={}]", Shown(key)))
    });
    found.collect()
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
