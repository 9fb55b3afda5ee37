//! Keys of a sample in groups: by their form, by their tag.

use std::collections::{HashMap, HashSet};

use crate::slots::{Shown, SlotSet, hash_tag};

use super::forms::Forms;
use super::sample::{KeySample, SampledKey};
use crate::slots::lint::check::namespace;
use crate::slots::lint::report::Row;

/// Keys that have something in common.
#[derive(Clone, Debug, Default)]
pub(super) struct Group<'k> {
    /// The keys.
    pub keys: Vec<&'k SampledKey>,
}

impl<'k> Group<'k> {
    pub(super) fn weight(&self) -> f64 {
        self.keys.iter().map(|key| key.weight).sum()
    }

    pub(super) fn bytes(&self) -> f64 {
        self.keys.iter().filter_map(|key| Some(key.weight * key.bytes? as f64)).sum()
    }

    /// The first of its keys, in the order of their bytes.
    pub(super) fn example(&self) -> String {
        let first = self.keys.iter().map(|key| &key.key).min();
        first.map_or_else(String::new, |key| Shown(key).to_string())
    }
}

/// Keys by their form, those with the most keys first.
pub(super) fn by_form(sample: &KeySample) -> Vec<(String, Group<'_>)> {
    let forms = Forms::of(sample.keys.iter().map(|key| key.key.as_slice()));
    let mut groups: Vec<(String, Group<'_>)> = forms.texts.into_iter().map(|text| (text, Group::default())).collect();
    for (key, form) in sample.keys.iter().zip(&forms.of_keys) {
        groups[*form].1.keys.push(key);
    }
    groups.sort_by(|a, b| b.1.weight().total_cmp(&a.1.weight()).then_with(|| a.0.cmp(&b.0)));
    groups
}

/// Keys with a tag, by that tag, in the order of their bytes.
pub(super) fn by_tag(sample: &KeySample) -> Vec<(&[u8], Group<'_>)> {
    let mut groups: HashMap<&[u8], Group<'_>> = HashMap::new();
    for key in &sample.keys {
        if let Some(tag) = hash_tag(&key.key) {
            groups.entry(tag).or_default().keys.push(key);
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|a, b| a.0.cmp(b.0));
    groups
}

/// A line of the table for each form, namespaces together, those with the most keys first.
pub(super) fn rows(sample: &KeySample, forms: &[(String, Group<'_>)]) -> Vec<Row> {
    let (all_keys, all_bytes) = (sample.weight(), sample.bytes());
    let sized = sample.keys.iter().any(|key| key.bytes.is_some());
    let mut of_namespace: HashMap<&str, f64> = HashMap::new();
    for (form, group) in forms {
        *of_namespace.entry(namespace(form)).or_default() += group.weight();
    }
    let whole = |number: f64| number.round() as u64;
    let part = |number: f64, of: f64| if of > 0.0 { number / of } else { 0.0 };
    let mut rows: Vec<Row> = forms
        .iter()
        .map(|(form, group)| {
            let (keys, bytes) = (group.weight(), group.bytes());
            let slots: SlotSet = group.keys.iter().map(|key| key.slot()).collect();
            let tags: HashSet<&[u8]> = group.keys.iter().map(|key| hash_tag(&key.key).unwrap_or(&key.key)).collect();
            let expiring: f64 = group.keys.iter().filter(|key| key.ttl.is_some()).map(|key| key.weight).sum();
            let tag = hash_tag(form.as_bytes()).map(|tag| String::from_utf8_lossy(tag).into_owned());
            Row {
                name: None,
                pattern: form.clone(),
                tag,
                namespace: namespace(form).to_owned(),
                keys: Some(whole(keys)),
                keys_share: Some(part(keys, all_keys)),
                namespace_share: of_namespace.get(namespace(form)).map(|all| part(keys, *all)),
                bytes: sized.then(|| whole(bytes)),
                bytes_share: sized.then(|| part(bytes, all_bytes)),
                tags: Some(tags.len() as u64),
                slots: Some(u64::from(slots.len())),
                expiring: Some(part(expiring, keys)),
            }
        })
        .collect();
    let weight = |row: &Row| of_namespace.get(row.namespace.as_str()).copied().unwrap_or_default();
    rows.sort_by(|a, b| {
        let namespaces = weight(b).total_cmp(&weight(a)).then_with(|| a.namespace.cmp(&b.namespace));
        namespaces.then_with(|| b.keys.cmp(&a.keys)).then_with(|| a.pattern.cmp(&b.pattern))
    });
    rows
}
