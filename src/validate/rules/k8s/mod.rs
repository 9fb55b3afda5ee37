//! Objects of Kubernetes that do not fit each other.

mod disruption_budget;
mod image_latest;
mod image_tag;
mod invalid_name;
mod invalid_value;
mod missing_reference;
mod network_policy_selector;
mod port_clash;
mod port_range;
mod selector_mismatch;
mod service_selector;
mod unknown_volume;

pub use disruption_budget::DisruptionBudget;
pub use image_latest::ImageLatest;
pub use image_tag::ImageTag;
pub use invalid_name::InvalidName;
pub use invalid_value::InvalidValue;
pub use missing_reference::{MissingReference, unmet};
pub use network_policy_selector::NetworkPolicySelector;
pub use port_clash::PortClash;
pub use port_range::PortRange;
pub use selector_mismatch::SelectorMismatch;
pub use service_selector::ServiceSelector;
pub use unknown_volume::UnknownVolume;

use crate::diagnostics::did_you_mean;
use crate::validate::rules::facts::{Facts, Selector};

/// How many objects are looked at for a hint.
const MOST_CANDIDATES: usize = 500;

/// What a selector that matches nothing was probably meant for: the pods that differ in one label.
fn near_pods(facts: &Facts<'_>, namespace: &str, selector: &Selector<'_>) -> Option<String> {
    let nearest = facts
        .pods
        .iter()
        .filter(|pods| pods.namespace == namespace && selector.fitting(&pods.labels) > 0)
        // A hint is not worth more.
        .take(MOST_CANDIDATES)
        .max_by_key(|pods| selector.fitting(&pods.labels))?;
    let (key, value) = selector.first_difference(&nearest.labels)?;
    let have = match nearest.labels.get(key) {
        Some(have) => format!("have `{key}: {have}`, not `{value}`"),
        None => format!("have no label `{key}`"),
    };
    Some(format!("pods of {} `{}` {have}", nearest.from.kind(), nearest.from.name()))
}

/// Whether a selector that matches nothing is a slip of the pen: pods have nearly its labels. Then it is one although others may make pods, too.
fn is_slip(facts: &Facts<'_>, namespace: &str, selector: &Selector<'_>) -> bool {
    facts.pods.iter().filter(|pods| pods.namespace == namespace).take(MOST_CANDIDATES).any(|pods| {
        let mut wrong = selector.pairs().filter(|(key, value)| pods.labels.get(key) != Some(*value));
        match (wrong.next(), wrong.next()) {
            (Some((key, value)), None) => {
                pods.labels.get(key).is_some_and(|have| did_you_mean(value, std::iter::once(have)).is_some())
            }
            _ => false,
        }
    })
}

/// The name of an image without tag and digest, its tag, its digest.
fn image_parts(image: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = image.split_once('@').map_or((image, None), |(rest, digest)| (rest, Some(digest)));
    // A colon before a slash belongs to the port of a registry.
    match rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
        Some((name, tag)) => (name, Some(tag), digest),
        None => (rest, None, digest),
    }
}

#[cfg(test)]
mod tests {
    use super::image_parts;

    #[test]
    fn images_have_tags_and_digests() {
        assert_eq!(image_parts("redis"), ("redis", None, None));
        assert_eq!(image_parts("host:5000/redis"), ("host:5000/redis", None, None));
        assert_eq!(image_parts("host:5000/redis:7@sha256:a"), ("host:5000/redis", Some("7"), Some("sha256:a")));
    }
}
