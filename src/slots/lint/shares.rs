//! How keys and bytes spread over patterns, tags and slots, by what a model says.

use crate::slots::SLOTS;

use super::model::Model;

/// What is known of a pattern's part of everything.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct PatternShare {
    /// Its keys.
    pub keys: Option<f64>,
    /// Its part of all keys, of one.
    pub of_keys: Option<f64>,
    /// Its part of all bytes.
    pub of_bytes: Option<f64>,
    /// How many different tags its keys have; a key without a tag is its own.
    pub tags: Option<f64>,
}

/// The shares of all patterns, in their order.
pub fn shares(model: &Model) -> Vec<PatternShare> {
    let patterns = &model.declared.patterns;
    let keys: Vec<Option<f64>> = patterns
        .iter()
        .zip(&model.templates)
        .map(|(pattern, template)| match pattern.cardinality {
            Some(count) => Some(count.value),
            None if template.is_one_key() => Some(1.0),
            None => product(
                pattern.values.0.iter().map(|(name, count)| (name.value.as_str(), count.value)),
                template.parts(),
            ),
        })
        .collect();
    let given: f64 = patterns.iter().filter_map(|pattern| pattern.share).map(|share| share.value).sum();
    let counted: f64 =
        patterns.iter().zip(&keys).filter(|(pattern, _)| pattern.share.is_none()).filter_map(|(_, keys)| *keys).sum();
    // A share of an unknown whole would say too much.
    let complete = patterns.iter().zip(&keys).all(|(pattern, keys)| pattern.share.is_some() || keys.is_some());
    let of_keys: Vec<Option<f64>> = patterns
        .iter()
        .zip(&keys)
        .map(|(pattern, keys)| match pattern.share {
            Some(share) => Some(share.value),
            None if complete && counted > 0.0 => keys.map(|keys| keys / counted * (1.0 - given).max(0.0)),
            None => None,
        })
        .collect();
    let weight = |at: usize| Some(of_keys[at]? * patterns[at].size?.bytes);
    let sized = (0..patterns.len()).all(|at| patterns[at].size.is_some());
    let bytes: f64 = (0..patterns.len()).filter_map(weight).sum();
    (0..patterns.len())
        .map(|at| {
            let hashed = model.templates[at].hashed();
            let values = patterns[at].values.0.iter().map(|(name, count)| (name.value.as_str(), count.value));
            let all_parts = model.templates[at].parts().all(|part| hashed.parts().any(|own| own == part));
            let tags = match product(values, hashed.parts()) {
                Some(tags) => Some(keys[at].map_or(tags, |keys| tags.min(keys.max(1.0)))),
                None if all_parts => keys[at],
                None => None,
            };
            PatternShare {
                keys: keys[at],
                of_keys: of_keys[at],
                of_bytes: weight(at).filter(|_| sized && bytes > 0.0).map(|weight| weight / bytes),
                tags,
            }
        })
        .collect()
}

/// How many combinations the parts have, where the values of each are known. One for no parts.
fn product<'a>(
    values: impl Iterator<Item = (&'a str, f64)> + Clone,
    parts: impl Iterator<Item = &'a str>,
) -> Option<f64> {
    let mut seen: Vec<&str> = Vec::new();
    let mut total = 1.0;
    for part in parts {
        if part == "*" {
            return None;
        }
        if !seen.contains(&part) {
            seen.push(part);
            total *= values.clone().find(|(name, _)| *name == part)?.1;
        }
    }
    Some(total)
}

/// How many slots that many tags are likely to fall into.
pub fn slots_of(tags: f64) -> f64 {
    let slots = f64::from(SLOTS);
    if tags <= 1.0 { tags.max(0.0) } else { slots * (1.0 - (1.0 - 1.0 / slots).powf(tags)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_tags_fall_into_slots_of_their_own_and_many_into_all() {
        assert_eq!((slots_of(0.0), slots_of(1.0), slots_of(5.0).round()), (0.0, 1.0, 5.0));
        assert!((slots_of(1e6) - 16384.0).abs() < 0.001);
    }
}
