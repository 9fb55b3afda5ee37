//! What `topology` knows of the databases that it has expanded, for whoever looks for the nodes of an environment.

use crate::k8s::Resource;
use crate::redis::acl::{Rules, hash};
use crate::topology::{SecretKey, WantedRedis, WantedRole, wanted};
use crate::validate::rules::facts::Workload;
use crate::validate::{Field, Objects};

use super::credentials::secret_text;
use super::texts::Places;
use super::wanted::{WantedPassword, WantedUser, Written};

/// Every `kind: Redis` of a build.
pub(super) struct Generated {
    all: Vec<WantedRedis>,
}

impl Generated {
    /// Of the objects of a build.
    pub(super) fn of(objects: &Objects<'_>) -> Generated {
        Generated { all: wanted(objects.iter().map(|object| &object.node), objects.trace()) }
    }

    /// The `kind: Redis` that a workload is a part of.
    pub(super) fn around(&self, workload: &Resource) -> Option<&WantedRedis> {
        let namespace = workload.node.text_at(&["metadata", "namespace"]).unwrap_or("");
        let is_part = |node: &crate::topology::WantedNode| node.workload == workload.name();
        self.all.iter().find(|one| one.namespace == namespace && one.nodes.iter().any(is_part))
    }

    /// Whether a workload is a part of the `kind: Redis` of that name, as it is rendered or as it is written.
    pub(super) fn is_named(&self, workload: &Resource, name: &str) -> bool {
        let Some(one) = self.around(workload) else { return false };
        let written = || {
            let end = workload.name().strip_prefix(one.name.as_str())?;
            workload.original_name().strip_suffix(end)
        };
        one.name == name || written() == Some(name)
    }

    /// The one master of a replication, by the line that asks for it.
    pub(super) fn master(
        &self,
        workloads: &[&Workload<'_>],
        objects: &Objects<'_>,
        places: Places<'_>,
    ) -> Option<Written<String>> {
        let one = self.around(workloads.first()?.resource)?;
        let node = one.nodes.iter().find(|node| node.role == WantedRole::Master)?;
        let set = workloads.iter().find(|workload| workload.resource.name() == node.workload)?;
        let place = objects.places(&Field::of(set.resource).get("spec")).first().map(|label| label.pos);
        Some(Written { value: node.pod.clone(), origin: place.and_then(places) })
    }

    /// How many masters a cluster has, by the line that says it.
    pub(super) fn masters(&self, workloads: &[&Workload<'_>], places: Places<'_>) -> Option<Written<usize>> {
        let one = self.around(workloads.first()?.resource)?;
        Some(Written { value: one.masters(), origin: places(one.nodes_at) })
    }

    /// The passwords that the nodes of a workload take from Secrets when they start, where the Secrets are among the objects.
    pub(super) fn passwords(
        &self,
        workload: &Resource,
        objects: &Objects<'_>,
        places: Places<'_>,
    ) -> Vec<WantedPassword> {
        let Some(one) = self.around(workload) else { return Vec::new() };
        let default = one.password.as_ref().map(|key| ("default", key));
        let others = one.users.iter().filter_map(|user| Some((user.name.as_str(), user.password.as_ref()?)));
        let known = |(user, SecretKey { name, key }): (&str, &SecretKey)| {
            let (value, at) = secret_text(objects, name, key).filter(|(value, _)| !value.is_empty())?;
            let (user, secret, key) = (user.to_owned(), name.clone(), key.clone());
            Some(WantedPassword { user, secret, key, value, origin: places(at) })
        };
        default.into_iter().chain(others).filter_map(known).collect()
    }

    /// Users of the nodes of a workload: the start script completes their rules with passwords.
    pub(super) fn users(&self, workload: &Resource, objects: &Objects<'_>, places: Places<'_>) -> Vec<WantedUser> {
        let users = self.around(workload).map_or(&[][..], |one| one.users.as_slice());
        let completed = |user: &crate::topology::WantedUser| {
            let known = user.password.as_ref().and_then(|key| secret_text(objects, &key.name, &key.key));
            let known = known.filter(|(value, _)| !value.is_empty());
            let password = known.map_or(">$(PASSWORD)".to_owned(), |(value, _)| format!("#{}", hash(value.expose())));
            let words = ["on", &password].into_iter().chain(user.rules.split_ascii_whitespace());
            WantedUser { rules: Rules::of(user.name.clone(), words), origin: places(user.at) }
        };
        users.iter().map(completed).collect()
    }
}
