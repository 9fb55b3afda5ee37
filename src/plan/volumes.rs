//! Volumes that grow: the claims of pods are expanded before their StatefulSet, whose templates cannot change, is created again.
//!
//! Goes by the claims that are there and not by the StatefulSet, so that whoever was interrupted half-way finds what is left.

use serde_json::Value;

use crate::drift::managed::create;
use crate::drift::{Change, ChangeKind, FieldChange, Origin};
use crate::k8s::{Quantity, ResourceRef};
use crate::provenance::FieldPath;
use crate::topology::marks;
use crate::yaml::{Node, Origin as At, from_value};

/// Where an amount stands in a claim, and in a template of one.
const STORAGE: &str = "spec.resources.requests.storage";
/// What names the wave of an object is taken over from its StatefulSet.
const WAVES: [&str; 2] = ["redisops.dev/wave", "argocd.argoproj.io/sync-wave"];

/// The claim of a pod of a Redis.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
    /// The position of its StatefulSet among the wanted objects.
    pub set: usize,
    /// The claim.
    pub resource: ResourceRef,
    /// The class of its volume.
    pub class: Option<String>,
    /// The size that the files want.
    pub size: String,
    /// As far as it is wanted: no file has it.
    pub wanted: Node,
    /// Whether its volume is smaller than it asks for: somebody was not waited for.
    pub is_behind: bool,
    /// What becomes of it.
    pub change: Change,
}

impl Claim {
    /// Whether it is to be expanded.
    pub fn grows(&self) -> bool {
        self.change.change == ChangeKind::Update
    }

    /// Whether a volume has the size that is wanted.
    pub fn is_grown(&self, live: &Value) -> bool {
        let has = live["status"]["capacity"]["storage"].as_str().and_then(Quantity::parse);
        has.zip(Quantity::parse(&self.size)).is_some_and(|(has, wanted)| has >= wanted)
    }
}

/// Whether the volumes of an object are looked after here: it is a StatefulSet of a `kind: Redis` with templates of claims.
pub fn has_claims(object: &Node) -> bool {
    let templates = object.lookup(&["spec", "volumeClaimTemplates"]).and_then(Node::as_seq);
    object.text_at(&["kind"]) == Some("StatefulSet")
        && object.lookup(&["metadata", "annotations", marks::REDIS]).is_some()
        && templates.is_some_and(|templates| !templates.is_empty())
}

/// The claims, of those that are live, that belong to wanted objects. `place` tells where a field of an object is set.
pub fn claims(objects: &[&Node], live: &[Value], place: &dyn Fn(usize, &FieldPath) -> Option<Origin>) -> Vec<Claim> {
    let mut all = Vec::new();
    for (at, object) in objects.iter().enumerate().filter(|(_, object)| has_claims(object)) {
        let text = |path: &[&str]| object.text_at(path).unwrap_or("");
        let (namespace, name) = (text(&["metadata", "namespace"]), text(&["metadata", "name"]));
        let templates = object.lookup(&["spec", "volumeClaimTemplates"]).and_then(Node::as_seq).unwrap_or(&[]);
        for (index, template) in templates.iter().enumerate() {
            let size = template.text_at(&["spec", "resources", "requests", "storage"]);
            let (Some(volume), Some(size)) = (template.text_at(&["metadata", "name"]), size) else { continue };
            let path = format!("spec.volumeClaimTemplates[{index}].{STORAGE}").parse().ok();
            let origin = path.and_then(|path: FieldPath| place(at, &path));
            let start = format!("{volume}-{name}-");
            let mut found: Vec<(u32, &Value)> = live
                .iter()
                .filter(|claim| claim["metadata"]["namespace"] == namespace)
                .filter_map(|claim| Some((ordinal(claim["metadata"]["name"].as_str()?.strip_prefix(&start)?)?, claim)))
                .collect();
            found.sort_by_key(|(ordinal, _)| *ordinal);
            all.extend(found.into_iter().map(|(_, live)| claim(at, object, live, size, origin.clone())));
        }
    }
    all
}

/// The number of a pod. `01` is none.
fn ordinal(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn claim(set: usize, object: &Node, live: &Value, size: &str, origin: Option<Origin>) -> Claim {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let metadata = &live["metadata"];
    let resource = ResourceRef {
        api_version: "v1".to_owned(),
        kind: "PersistentVolumeClaim".to_owned(),
        namespace: Some(text(&metadata["namespace"])),
        name: text(&metadata["name"]),
    };
    let has = text(&live["spec"]["resources"]["requests"]["storage"]);
    let grows = Quantity::parse(&has).zip(Quantity::parse(size)).is_some_and(|(has, wanted)| has < wanted);
    let field = FieldChange {
        path: STORAGE.to_owned(),
        before: Value::from(has.as_str()),
        after: Value::from(size),
        origin: origin.clone(),
        manager: None,
        consequence: Some(format!("expands the volume from {has} to {size}; it never shrinks again")),
        conflict: false,
        unmanaged: false,
    };
    let change = Change {
        change: if grows { ChangeKind::Update } else { ChangeKind::None },
        place: origin,
        fields: if grows { vec![field] } else { Vec::new() },
        ..create(&resource)
    };
    let class = live["spec"]["storageClassName"].as_str().filter(|class| !class.is_empty()).map(str::to_owned);
    let capacity = live["status"]["capacity"]["storage"].as_str().and_then(Quantity::parse);
    let is_behind = capacity.zip(Quantity::parse(&has)).is_some_and(|(capacity, asked)| capacity < asked);
    Claim { set, wanted: wanted(&resource, object, size), is_behind, resource, class, size: size.to_owned(), change }
}

fn wanted(resource: &ResourceRef, set: &Node, size: &str) -> Node {
    let mut annotations = serde_json::Map::new();
    for name in WAVES {
        if let Some(text) = set.text_at(&["metadata", "annotations", name]) {
            annotations.insert(name.to_owned(), Value::from(text));
        }
    }
    let object = serde_json::json!({
        "apiVersion": "v1",
        "kind": resource.kind,
        "metadata": {"annotations": annotations, "name": resource.name, "namespace": resource.namespace},
        "spec": {"resources": {"requests": {"storage": size}}},
    });
    from_value(object, At::NONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Inputs, make};
    use serde_json::json;

    fn set(size: &str, marked: bool) -> Node {
        let mut object = json!({
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "cache-node", "namespace": "shop", "annotations": {"argocd.argoproj.io/sync-wave": "3"}},
            "spec": {"volumeClaimTemplates": [
                {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": size}}}}
            ]},
        });
        if marked {
            object["metadata"]["annotations"]["redisops.dev/redis"] = Value::from("cache");
        }
        from_value(object, At::NONE)
    }

    fn claim(namespace: &str, name: &str, size: &str) -> Value {
        json!({
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"storageClassName": "fast", "resources": {"requests": {"storage": size}}},
        })
    }

    fn found(set: &Node, live: &[Value]) -> Vec<(String, bool)> {
        let all = claims(&[set], live, &|_, _| None);
        all.into_iter().map(|claim| (claim.resource.name.clone(), claim.grows())).collect()
    }

    #[test]
    fn claims_of_the_pods_grow_and_no_others() {
        let live = [
            claim("shop", "data-cache-node-10", "1Gi"),
            claim("shop", "data-cache-node-2", "2048Mi"),
            claim("shop", "data-cache-node-1", "3Gi"),
            claim("shop", "data-cache-node-01", "1Gi"),
            claim("shop", "data-cache-node-x", "1Gi"),
            claim("shop", "data-cache-node-0-1", "1Gi"),
            claim("shop", "logs-cache-node-0", "1Gi"),
            claim("other", "data-cache-node-0", "1Gi"),
        ];
        let names = |all: Vec<(String, bool)>| all;
        assert_eq!(
            names(found(&set("2Gi", true), &live)),
            [
                ("data-cache-node-1".to_owned(), false),
                ("data-cache-node-2".to_owned(), false),
                ("data-cache-node-10".to_owned(), true)
            ]
        );
        assert!(found(&set("2Gi", false), &live).is_empty());
    }

    #[test]
    fn expansion_is_a_step_before_its_stateful_set() {
        let set = set("2Gi", true);
        let claims = claims(&[&set], &[claim("shop", "data-cache-node-0", "1Gi")], &|_, _| None);
        let resource = ResourceRef::of_node(&set);
        let changes = [Change { change: ChangeKind::Update, ..create(&resource) }, claims[0].change.clone()];
        let objects = [&set, &claims[0].wanted];
        let plan = make(&Inputs {
            target: "prod",
            cluster: None,
            apply_set: None,
            objects: &objects,
            changes: &changes,
            seals: &crate::plan::Seals::default(),
        });
        let kinds: Vec<(&str, i64)> =
            plan.steps.iter().map(|step| (step.resource.as_ref().unwrap().kind.as_str(), step.wave)).collect();
        assert_eq!(kinds, [("PersistentVolumeClaim", 3), ("StatefulSet", 3)]);
        let step = &plan.steps[0];
        assert_eq!((&step.fields[0].before, &step.fields[0].after), (&json!("1Gi"), &json!("2Gi")));
        assert_eq!(step.consequence.as_deref(), Some("expands the volume from 1Gi to 2Gi; it never shrinks again"));
        assert_eq!(step.action.name(), "update");
    }

    #[test]
    fn the_size_of_the_volume_tells_whether_it_has_grown() {
        let set = set("2Gi", true);
        let one = claims(&[&set], &[claim("shop", "data-cache-node-0", "1Gi")], &|_, _| None).remove(0);
        let with = |size: &str| json!({"status": {"capacity": {"storage": size}}});
        assert!(one.is_grown(&with("2Gi")) && one.is_grown(&with("3Gi")) && !one.is_grown(&with("2047Mi")));
        assert!(!one.is_grown(&json!({})));
    }
}
