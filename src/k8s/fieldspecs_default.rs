//! The transformer configuration that applies when a kustomization adds none: which field of which kind changes.
//!
//! Every list stands in the order in which kustomize uses it: sorted by kind, then group and version, where the
//! order of equals is that of its unstable sort. The fields of one name reference keep the order of definition.

mod table;

pub use table::*;

/// Selects a field of the kinds that match; an empty group, version or kind matches any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpecConst {
    /// API group, without version.
    pub group: &'static str,
    /// API version, without group.
    pub version: &'static str,
    /// Kind of the object that holds the field.
    pub kind: &'static str,
    /// Field names, separated by `/`; a slash inside a name is written `\/`; `[]` marks a list.
    pub path: &'static str,
    /// Whether a missing field is made.
    pub create: bool,
}

/// The fields that hold the name of an object of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameReferenceConst {
    /// API group of the object that is referred to.
    pub group: &'static str,
    /// API version of the object that is referred to.
    pub version: &'static str,
    /// Kind of the object that is referred to.
    pub kind: &'static str,
    /// Where its name may stand.
    pub fields: &'static [FieldSpecConst],
}

/// Keeps the rows of the tables short.
const fn field(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    path: &'static str,
    create: bool,
) -> FieldSpecConst {
    FieldSpecConst { group, version, kind, path, create }
}

/// The images in the spec of our own kind, which is no object of the reference: fields of `images`.
pub static REDIS_IMAGES: &[FieldSpecConst] = &[
    field("redisops.dev", "v1alpha1", "Redis", "spec/image", false),
    field("redisops.dev", "v1alpha1", "Redis", "spec/metrics/image", false),
    field("redisops.dev", "v1alpha1", "Redis", "spec/backup/image", false),
];

/// What `replicas` sets in the spec of our own kind.
pub static REDIS_REPLICAS: &[FieldSpecConst] =
    &[field("redisops.dev", "v1alpha1", "Redis", "spec/replica/replicaCount", true)];

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(specs: &[FieldSpecConst]) -> Vec<&str> {
        specs.iter().map(|spec| spec.kind).collect()
    }

    #[test]
    fn lists_are_in_the_order_of_use() {
        assert_eq!(kinds(REPLICAS), ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"]);
        assert_eq!(kinds(NAMESPACE), ["Namespace", "CustomResourceDefinition", "APIService"]);
        assert_eq!(COMMON_LABELS[0], field("", "v1", "Service", "spec/selector", true));
        assert_eq!(COMMON_LABELS.last().map(|spec| spec.path), Some("metadata/labels"));
        let referred: Vec<_> = NAME_REFERENCE.iter().map(|reference| reference.kind).collect();
        assert_eq!(
            referred,
            [
                "StorageClass",
                "ServiceAccount",
                "Role",
                "ClusterRole",
                "ConfigMap",
                "Secret",
                "Service",
                "PriorityClass",
                "PersistentVolume",
                "PersistentVolumeClaim",
                "Deployment",
                "StatefulSet",
                "ValidatingAdmissionPolicy",
                "IngressClass",
                "ReplicaSet",
                "ReplicationController",
            ]
        );
    }

    #[test]
    fn names_change_in_one_place_and_labels_have_no_default() {
        assert_eq!(NAME_PREFIX, [field("", "", "", "metadata/name", false)]);
        assert_eq!(NAME_SUFFIX, NAME_PREFIX);
        assert!(LABELS.is_empty());
    }

    #[test]
    fn selectors_are_made_for_workloads_but_not_for_jobs() {
        let selector = |kind: &str| {
            let found = COMMON_LABELS.iter().find(|spec| spec.kind == kind && spec.path == "spec/selector/matchLabels");
            found.map(|spec| spec.create)
        };
        assert_eq!(selector("StatefulSet"), Some(true));
        assert_eq!(selector("Job"), Some(false));
        assert_eq!(selector("PodDisruptionBudget"), Some(false));
    }

    #[test]
    fn config_maps_are_referred_to_by_pods_first() {
        let config_maps = NAME_REFERENCE.iter().find(|reference| reference.kind == "ConfigMap").unwrap();
        assert_eq!((config_maps.group, config_maps.version), ("", "v1"));
        assert_eq!(config_maps.fields[0], field("", "v1", "Pod", "spec/volumes/configMap/name", false));
        let escaped = r"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap";
        assert_eq!(config_maps.fields.last().map(|spec| spec.path), Some(escaped));
    }
}
