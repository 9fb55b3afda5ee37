//! Objects that make pods.

use crate::k8s::{Resource, parse_api_version};

use super::super::super::{Field, Objects};
use super::Labels;

/// Kinds that make pods.
pub(super) const KINDS: [&str; 8] =
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "Pod"];

/// An object that makes pods.
#[derive(Clone, Debug)]
pub struct Workload<'a> {
    /// The object.
    pub resource: &'a Resource,
    /// Where its pods go to.
    pub namespace: String,
    /// Labels of its pods.
    pub labels: Labels,
    /// The `spec` of its pods.
    pub pod: Field<'a>,
    /// Number of pods; none where the cluster decides.
    pub replicas: Option<i64>,
    /// Containers, those that run before the others included.
    pub containers: Vec<Container<'a>>,
}

/// A container of a pod.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    /// The container.
    pub field: Field<'a>,
    /// Its name.
    pub name: &'a str,
    /// Its image.
    pub image: &'a str,
    /// Whether it runs before the others (and not beside them).
    pub is_init: bool,
}

impl<'a> Workload<'a> {
    pub(super) fn of(objects: &Objects<'a>, resource: &'a Resource) -> Option<Workload<'a>> {
        let group = parse_api_version(resource.api_version()).0;
        if !matches!(group, "" | "apps" | "batch" | "extensions") {
            return None;
        }
        let object = Field::of(resource);
        let template = match resource.kind() {
            "Pod" => object.clone(),
            "CronJob" => object.path(&["spec", "jobTemplate", "spec", "template"]),
            _ => object.path(&["spec", "template"]),
        };
        let replicas = match resource.kind() {
            "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" => {
                let replicas = object.path(&["spec", "replicas"]);
                // A number in quotes is wrong, and said elsewhere; it is still what was meant.
                let number = || replicas.int().or_else(|| replicas.text()?.trim().parse().ok());
                if replicas.is_set() { number() } else { Some(1) }
            }
            "Pod" => Some(1),
            _ => None,
        };
        let pod = template.get("spec");
        let mut containers = Vec::new();
        for (list, is_init) in [("initContainers", true), ("containers", false)] {
            containers.extend(pod.get(list).items().map(|field| Container {
                name: field.get("name").text().unwrap_or(""),
                image: field.get("image").text().unwrap_or(""),
                is_init: is_init && field.get("restartPolicy").text() != Some("Always"),
                field,
            }));
        }
        Some(Workload {
            resource,
            namespace: objects.namespace(resource).to_owned(),
            labels: Labels::of(&template.path(&["metadata", "labels"])),
            pod,
            replicas,
            containers,
        })
    }

    /// Whether its pods run on and on.
    pub fn is_service(&self) -> bool {
        !matches!(self.resource.kind(), "Job" | "CronJob")
    }

    /// The volume of a name.
    pub fn volume(&self, name: &str) -> Option<Field<'a>> {
        self.pod.get("volumes").items().find(|volume| volume.get("name").text() == Some(name))
    }

    /// The claim that a StatefulSet makes for each pod, by its name.
    pub fn claim_template(&self, name: &str) -> Option<Field<'a>> {
        let templates = Field::of(self.resource).path(&["spec", "volumeClaimTemplates"]);
        templates.items().find(|claim| claim.path(&["metadata", "name"]).text() == Some(name))
    }
}

impl<'a> Container<'a> {
    /// The volume that a path of the container lies in: the longest mount above it.
    pub fn mount_of(&self, path: &str) -> Option<Field<'a>> {
        let mounts = self.field.get("volumeMounts");
        let fits = |mount: &Field<'a>| {
            let at = mount.get("mountPath").text()?.trim_end_matches('/');
            let below = path.strip_prefix(at)?;
            (below.is_empty() || below.starts_with('/')).then_some(at.len())
        };
        mounts
            .items()
            .filter_map(|mount| Some((fits(&mount)?, mount)))
            .max_by_key(|(len, _)| *len)
            .map(|(_, mount)| mount)
    }

    /// The literal value of an environment variable.
    pub fn variable(&self, name: &str) -> Option<Field<'a>> {
        self.field.get("env").items().find(|it| it.get("name").text() == Some(name)).map(|it| it.get("value"))
    }
}
