//! The set that the objects of a directory or an environment belong to, by KEP-3659.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::k8s::ResourceRef;
use crate::yaml::Node;

/// Label of the members of a set.
pub const PART_OF: &str = "applyset.kubernetes.io/part-of";
/// Label of the parent: the id of its set.
pub const ID: &str = "applyset.kubernetes.io/id";
/// Annotation of the parent: which tool keeps the set.
pub const TOOLING: &str = "applyset.kubernetes.io/tooling";
/// Annotation of the parent: kinds of its members.
pub const GROUP_KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
/// Annotation of the parent: namespaces of its members beside its own.
pub const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";

/// The Secret that a set hangs on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApplySetParent {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
}

impl ApplySetParent {
    /// Of an environment or a directory.
    pub fn of(what: &str, namespace: &str) -> ApplySetParent {
        // Names of directories are freer than those of objects.
        let lower = what.to_lowercase();
        let name: String = lower.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        let name = name.trim_matches(['-', '.']);
        ApplySetParent { name: format!("redisops-{name}"), namespace: namespace.to_owned() }
    }

    /// The namespace that a set is kept in: that of the environment; else the one that all objects share; else that of the context.
    pub fn home<'a>(
        environment: Option<&'a str>,
        objects: impl IntoIterator<Item = &'a ResourceRef>,
        context: &'a str,
    ) -> &'a str {
        let mut namespaces = objects.into_iter().filter_map(|object| object.namespace.as_deref());
        let shared = namespaces.next().filter(|first| namespaces.all(|other| other == *first));
        environment.or(shared).unwrap_or(context)
    }

    /// The id of the set.
    pub fn id(&self) -> String {
        let digest = Sha256::digest(format!("{}.{}.Secret.", self.name, self.namespace));
        format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(digest))
    }

    /// Kinds and namespaces in which members may stand, by what the live parent says: pairs of group and kind, and names.
    pub fn members_of(&self, parent: &Node) -> (Vec<(String, String)>, Vec<String>) {
        let annotation = |name: &str| parent.text_at(&["metadata", "annotations", name]).unwrap_or("").to_owned();
        let parts = |text: String| -> Vec<String> {
            text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
        };
        let kinds = parts(annotation(GROUP_KINDS)).into_iter().map(|text| match text.split_once('.') {
            Some((kind, group)) => (group.to_owned(), kind.to_owned()),
            None => (String::new(), text),
        });
        let mut namespaces = vec![self.namespace.clone()];
        namespaces.extend(parts(annotation(NAMESPACES)));
        namespaces.dedup();
        (kinds.collect(), namespaces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Origin, from_json};

    #[test]
    fn a_set_is_kept_where_its_objects_are() {
        let object = |namespace: Option<&str>| ResourceRef {
            api_version: "v1".into(),
            kind: "Service".into(),
            namespace: namespace.map(str::to_owned),
            name: "x".into(),
        };
        let home = |environment, all: &[ResourceRef]| ApplySetParent::home(environment, all, "context").to_owned();
        let one = [object(None), object(Some("a")), object(Some("a"))];
        assert_eq!((home(None, &one), home(Some("b"), &one)), ("a".to_owned(), "b".to_owned()));
        assert_eq!(home(None, &[object(Some("a")), object(Some("b"))]), "context");
        assert_eq!(home(None, &[object(None)]), "context");
    }

    #[test]
    fn ids_are_those_of_the_enhancement_proposal() {
        let parent = ApplySetParent::of("Over_lays", "default");
        assert_eq!(parent.name, "redisops-over-lays");
        let parent = ApplySetParent { name: "my-set".into(), namespace: "my-ns".into() };
        // printf my-set.my-ns.Secret. | openssl dgst -sha256 -binary | basenc --base64url | tr -d =
        assert_eq!(parent.id(), "applyset-XPS7DQcglYD3_BOTiwpLtirwmT9y1Q06wbJ7TyrjGmY-v1");
        let live = from_json(
            r#"{"metadata":{"annotations":{"applyset.kubernetes.io/contains-group-kinds":"ConfigMap,Deployment.apps","applyset.kubernetes.io/additional-namespaces":"b"}}}"#,
            Origin::NONE,
        );
        let (kinds, namespaces) = parent.members_of(&live.unwrap());
        assert_eq!(kinds, [("".into(), "ConfigMap".into()), ("apps".into(), "Deployment".into())]);
        assert_eq!(namespaces, ["my-ns", "b"]);
    }
}
