//! Kubernetes facts and objects: group, version and kind, ids, resources, field specs.
