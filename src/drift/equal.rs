//! What counts as the same: spellings of quantities, values that say nothing, defaults that are spelled out.

use crate::k8s::Quantity;
use crate::provenance::{FieldPath, Segment};
use crate::yaml::{Node, Scalar, Tag, Value};

/// Mappings whose values are quantities.
const OF_QUANTITIES: [&str; 8] =
    ["limits", "requests", "capacity", "allocatable", "hard", "used", "defaultRequest", "maxLimitRequestRatio"];
/// The same in a LimitRange only: elsewhere the names mean other things.
const OF_LIMIT_RANGE: [&str; 3] = ["default", "max", "min"];
/// Fields that are quantities.
const QUANTITIES: [&str; 4] = ["sizeLimit", "divisor", "averageValue", "volumeSize"];
/// Mappings that mean nothing when they are empty. Others do: `emptyDir: {}`, `podSelector: {}`.
const MEAN_NOTHING_EMPTY: [&str; 9] = [
    "annotations",
    "labels",
    "nodeSelector",
    "resources",
    "limits",
    "requests",
    "securityContext",
    "data",
    "matchLabels",
];
/// What the API server fills in for built-in kinds, by the name of the field.
const DEFAULTS: [(&str, &str); 22] = [
    ("protocol", "TCP"),
    ("sessionAffinity", "None"),
    ("restartPolicy", "Always"),
    ("dnsPolicy", "ClusterFirst"),
    ("schedulerName", "default-scheduler"),
    ("terminationGracePeriodSeconds", "30"),
    ("terminationMessagePath", "/dev/termination-log"),
    ("terminationMessagePolicy", "File"),
    ("periodSeconds", "10"),
    ("timeoutSeconds", "1"),
    ("successThreshold", "1"),
    ("failureThreshold", "3"),
    ("revisionHistoryLimit", "10"),
    ("progressDeadlineSeconds", "600"),
    ("podManagementPolicy", "OrderedReady"),
    ("scheme", "HTTP"),
    ("defaultMode", "420"),
    ("volumeMode", "Filesystem"),
    ("divisor", "0"),
    ("externalTrafficPolicy", "Cluster"),
    ("internalTrafficPolicy", "Cluster"),
    ("publishNotReadyAddresses", "false"),
];

fn key(path: &FieldPath, from_end: usize) -> Option<&str> {
    match path.0.iter().rev().nth(from_end)? {
        Segment::Key(key) => Some(key),
        _ => None,
    }
}

/// Whether a field holds a quantity.
pub(super) fn is_quantity(path: &FieldPath, kind: &str) -> bool {
    let parent = key(path, 1).unwrap_or("");
    OF_QUANTITIES.contains(&parent)
        || (kind == "LimitRange" && OF_LIMIT_RANGE.contains(&parent))
        || key(path, 0).is_some_and(|name| QUANTITIES.contains(&name))
        || (parent == "overhead" || key(path, 1) == Some("podFixed"))
}

/// Whether two scalars are one value.
pub(super) fn same_scalar(old: &Scalar, new: &Scalar, is_quantity: bool) -> bool {
    let null = |scalar: &Scalar| scalar.tag == Tag::Null;
    if null(old) || null(new) {
        return null(old) && null(new);
    }
    if old.text == new.text && (old.tag == new.tag) {
        return true;
    }
    if is_quantity && let (Some(old), Some(new)) = (Quantity::parse(&old.text), Quantity::parse(&new.text)) {
        return old == new;
    }
    let json = |scalar: &Scalar| super::compare::value(Some(&Node::scalar(crate::yaml::Origin::NONE, scalar.clone())));
    json(old) == json(new)
}

/// Whether a value is as good as none.
pub(super) fn says_nothing(path: &FieldPath, node: &Node, built_in: bool) -> bool {
    match &node.value {
        Value::Scalar(scalar) => scalar.tag == Tag::Null,
        Value::Seq(items) => items.is_empty() && built_in,
        Value::Map(map) => {
            let name = key(path, 0).unwrap_or("");
            let counts_nowhere = MEAN_NOTHING_EMPTY.contains(&name) && (built_in || key(path, 1) == Some("metadata"));
            map.is_empty() && counts_nowhere
        }
    }
}

/// Whether a value of a built-in kind is what the server would fill in.
pub(super) fn is_default(path: &FieldPath, node: &Node) -> bool {
    let (Some(name), Some(scalar)) = (key(path, 0), node.as_scalar()) else { return false };
    // Data of a ConfigMap can have any name.
    let is_data = matches!(path.0.first(), Some(Segment::Key(top)) if ["data", "stringData", "binaryData", "metadata"].contains(&top.as_str()));
    !is_data && DEFAULTS.iter().any(|(field, value)| *field == name && *value == scalar.text)
}

/// Lists with keys whose order decides what happens: containers that run one after the other.
pub(super) fn is_order_sensitive(path: &FieldPath) -> bool {
    key(path, 0) == Some("initContainers")
}
