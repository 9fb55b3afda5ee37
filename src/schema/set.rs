//! All schemas of a run: those that come with the program, of one release, and those of the user.

use std::sync::Arc;

use crate::diagnostics::did_you_mean;

use super::arena::{Arena, NodeId};
use super::builtin::{Lifetime, kind_of_release, kubernetes, lifetime, operators};
use super::version::KubeVersion;

/// The group of Redis Enterprise.
const OURS: &str = "app.redislabs.com";

/// Schemas to look kinds up in.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    /// The release of Kubernetes.
    pub release: KubeVersion,
    /// Of the user; the first one that knows a kind counts.
    pub custom: Vec<Arc<Arena>>,
}

/// What is known of a version of a kind.
#[derive(Clone, Debug)]
pub enum Known<'a> {
    /// Its schema.
    Schema(&'a Arena, NodeId),
    /// A later release than the wanted one has it; or an earlier one, and its life says when it went.
    NotServed(Option<Lifetime>),
    /// The kind is there in other versions only.
    OtherVersions(Vec<&'a str>),
    /// The API has no such kind, and perhaps one of a similar name.
    NoSuchKind(Option<&'a str>),
    /// Nothing.
    Nothing,
}

impl Schemas {
    /// What is known of a version of a kind.
    pub fn find(&self, group: &str, version: &str, kind: &str) -> Known<'_> {
        for arena in &self.custom {
            if let Some(found) = arena.find(group, version, kind).first() {
                return Known::Schema(arena, found.node);
            }
        }
        if let Some(found) = kind_of_release(group, version, kind, self.release) {
            return Known::Schema(kubernetes(), found.node);
        }
        if is_of_kubernetes(group) {
            return self.missing_in_kubernetes(group, version, kind);
        }
        if let Some(found) = operators().find(group, version, kind).first() {
            return Known::Schema(operators(), found.node);
        }
        // An operator may have got versions that are not known here; of ours and of the user's all are.
        let ours = std::iter::once(operators()).filter(|_| group == OURS);
        let versions: Vec<&str> = self
            .custom
            .iter()
            .map(|arena| &**arena)
            .chain(ours)
            .flat_map(Arena::kinds)
            .filter(|it| it.group == group && it.kind == kind)
            .map(|it| it.version.as_str())
            .collect();
        if versions.is_empty() { Known::Nothing } else { Known::OtherVersions(versions) }
    }

    fn missing_in_kubernetes(&self, group: &str, version: &str, kind: &str) -> Known<'_> {
        let life = lifetime(group, version, kind);
        let in_group = || kubernetes().kinds().iter().filter(move |it| it.group == group);
        if life.is_some() || in_group().any(|it| it.version == version && it.kind == kind) {
            return Known::NotServed(life);
        }
        let now = || in_group().filter(|it| it.releases & self.release.bit() != 0);
        let versions: Vec<&str> = now().filter(|it| it.kind == kind).map(|it| it.version.as_str()).collect();
        if !versions.is_empty() {
            return Known::OtherVersions(versions);
        }
        if !in_group().any(|it| it.version == version) {
            return Known::Nothing;
        }
        Known::NoSuchKind(did_you_mean(kind, now().filter(|it| it.version == version).map(|it| it.kind.as_str())))
    }
}

/// Whether Kubernetes itself serves a group.
fn is_of_kubernetes(group: &str) -> bool {
    let kinds = kubernetes().kinds();
    let at = kinds.partition_point(|it| it.group.as_str() < group);
    kinds.get(at).is_some_and(|it| it.group == group) || group == "extensions"
}
