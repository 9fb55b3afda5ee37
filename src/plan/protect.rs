//! Objects that nothing deletes unless somebody names them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::k8s::ResourceRef;

use super::types::{Action, Plan, Step};

/// Groups and kinds whose end takes data along.
const PROTECTED: [(&str, &str); 6] = [
    ("", "Namespace"),
    ("", "PersistentVolumeClaim"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("app.redislabs.com", "RedisEnterpriseCluster"),
    ("app.redislabs.com", "RedisEnterpriseDatabase"),
    ("app.redislabs.com", "RedisEnterpriseActiveActiveDatabase"),
];

/// Whether objects of a kind are kept unless they are named.
pub fn is_protected(group: &str, kind: &str) -> bool {
    PROTECTED.contains(&(group, kind))
}

/// What is lost with an object, where that is why it is kept.
pub fn protection(resource: &ResourceRef) -> Option<&'static str> {
    let group = crate::k8s::parse_api_version(&resource.api_version).0;
    is_protected(group, &resource.kind).then_some(match resource.kind.as_str() {
        "Namespace" => "everything in the namespace is deleted with it",
        "PersistentVolumeClaim" => "its data is deleted with it, unless the volume is retained",
        "CustomResourceDefinition" => "all objects of the kind are deleted with it",
        "RedisEnterpriseCluster" => "all its databases are deleted with it",
        _ => "its data is deleted with it",
    })
}

/// An object as `--delete` names it: `KIND/[NAMESPACE/]NAME`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Kind, as it is written or in lower case.
    pub kind: String,
    /// Namespace, where one is named.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

/// A text that names no object.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("`{0}` names no object: write KIND/NAME or KIND/NAMESPACE/NAME")]
pub struct NoName(pub String);

impl FromStr for Named {
    type Err = NoName;

    fn from_str(text: &str) -> Result<Named, NoName> {
        let parts: Vec<&str> = text.split('/').collect();
        let named = |kind: &str, namespace: Option<&str>, name: &str| Named {
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        };
        match parts.as_slice() {
            parts if parts.iter().any(|part| part.is_empty()) => Err(NoName(text.to_owned())),
            [kind, name] => Ok(named(kind, None, name)),
            [kind, namespace, name] => Ok(named(kind, Some(namespace), name)),
            _ => Err(NoName(text.to_owned())),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(f, "{}/{}", self.kind, self.name),
        }
    }
}

impl Named {
    /// Whether an object is meant.
    pub fn is(&self, resource: &ResourceRef) -> bool {
        self.kind.eq_ignore_ascii_case(&resource.kind)
            && self.name == resource.name
            && self.namespace.as_ref().is_none_or(|namespace| Some(namespace) == resource.namespace.as_ref())
    }
}

/// A plan as it is carried out where not everything that may go goes: what is kept is no step, and what is named is not kept.
pub fn as_asked(plan: &Plan, goes: &dyn Fn(&ResourceRef) -> bool) -> Plan {
    let mut plan = plan.clone();
    plan.steps.retain(|step| !is_kept(step, goes));
    for step in plan.steps.iter_mut().filter(|step| step.action == Action::Delete) {
        if let Some(lost) = step.resource.as_ref().and_then(protection) {
            step.consequence = Some(lost.to_owned());
        }
    }
    plan
}

/// Whether a step is the end of an object that does not go.
pub fn is_kept(step: &Step, goes: &dyn Fn(&ResourceRef) -> bool) -> bool {
    step.action == Action::Delete && step.resource.as_ref().is_some_and(|resource| !goes(resource))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{change, object};
    use super::super::{Inputs, Seals, make};
    use super::*;
    use crate::drift::ChangeKind;

    #[test]
    fn objects_are_named() {
        let claim = ResourceRef::of_node(&object("v1", "PersistentVolumeClaim", "shop", "data"));
        let is = |text: &str| text.parse::<Named>().unwrap().is(&claim);
        assert!(is("PersistentVolumeClaim/data") && is("persistentvolumeclaim/shop/data"));
        assert!(!is("PersistentVolumeClaim/other/data") && !is("Secret/data") && !is("PersistentVolumeClaim/shop/x"));
        for wrong in ["", "data", "A/", "/b", "a/b/c/d", "A//x"] {
            assert_eq!(wrong.parse::<Named>(), Err(NoName(wrong.to_owned())));
        }
    }

    #[test]
    fn what_holds_data_is_kept() {
        assert!(protection(&ResourceRef::of_node(&object("v1", "Namespace", "", "shop"))).is_some());
        assert!(protection(&ResourceRef::of_node(&object("apps/v1", "StatefulSet", "shop", "x"))).is_none());
        assert!(!is_protected("example.com", "Namespace"));
    }

    #[test]
    fn what_is_asked_for_is_what_is_shown() {
        let gone = [object("v1", "PersistentVolumeClaim", "shop", "data"), object("v1", "ConfigMap", "shop", "old")];
        let changes: Vec<_> = gone.iter().map(|it| change(it, ChangeKind::Delete, vec![])).collect();
        let (objects, seals) = (&[][..], &Seals::default());
        let plan = make(&Inputs { target: "x", cluster: None, apply_set: None, objects, changes: &changes, seals });
        let told = |goes: &dyn Fn(&ResourceRef) -> bool| {
            let steps = as_asked(&plan, goes).steps;
            steps.iter().map(|step| (step.subject(), step.consequence.clone())).collect::<Vec<_>>()
        };
        assert_eq!(told(&|_| false), []);
        assert_eq!(told(&|it| it.kind == "ConfigMap"), [("ConfigMap/shop/old".to_owned(), None)]);
        let lost = "its data is deleted with it, unless the volume is retained";
        assert_eq!(told(&|_| true)[1], ("PersistentVolumeClaim/shop/data".to_owned(), Some(lost.to_owned())));
    }
}
