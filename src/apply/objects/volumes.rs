//! Volumes of a Redis that grow: claims are expanded, their StatefulSet is created again around its pods, and the volumes are waited for.

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::apply::slots::Urgency;
use crate::diagnostics::Diagnostic;
use crate::drift::Change;
use crate::live::kubernetes::{Apply, Cluster, ServerError};
use crate::plan::{Claim, claims, has_claims};
use crate::topology::{only_grows, starts_empty};
use crate::yaml::{Node, Origin, Trace, from_value};

use super::compare::{Known, PlaceOf};
use super::failure::failure;
use super::report::{Failure, Outcome};
use super::run::{Halt, Run};
use super::wait::{OFTEN, SELDOM};
use super::wanted::Wanted;

/// The claims of the pods of all Redis, and what keeps their volumes from growing.
#[derive(Default)]
pub(super) struct Volumes {
    pub(super) claims: Vec<Claim>,
    pub(super) troubles: Vec<Trouble>,
}

/// What keeps volumes from growing.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What it is.
    found: Diagnostic,
    /// Where the size is wanted, in the objects as rendered.
    size: Option<(Origin, usize)>,
}

impl Trouble {
    fn new(found: Diagnostic, set: &Wanted) -> Trouble {
        let templates = set.node.lookup(&["spec", "volumeClaimTemplates"]).and_then(Node::as_seq).unwrap_or(&[]);
        let sizes = templates.iter().filter_map(|it| it.lookup(&["spec", "resources", "requests", "storage"]));
        Trouble { found, size: sizes.map(|node| (node.origin, node.text().map_or(1, str::len))).next() }
    }

    /// With the line that wants the size.
    pub(super) fn diagnostic(&self, trace: &Trace) -> Diagnostic {
        match self.size {
            Some((origin, length)) => self.found.clone().label(trace.pos(origin), length, "the size that is wanted"),
            None => self.found.clone(),
        }
    }
}

/// Looks at the claims.
pub(super) async fn survey(cluster: &Cluster, wanted: &[Wanted], known: &[Known], place: &PlaceOf<'_>) -> Volumes {
    let mut found = Volumes::default();
    let mut live = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (one, known) in wanted.iter().zip(known).filter(|(one, _)| has_claims(&one.node)) {
        let Some(namespace) = one.resource.namespace.as_deref().filter(|namespace| !seen.contains(namespace)) else {
            continue;
        };
        seen.push(namespace);
        let listed = match cluster.kind_of("v1", "PersistentVolumeClaim") {
            Ok(kind) => cluster.list(kind, Some(namespace), None).await,
            Err(error) => Err(error),
        };
        match listed {
            Ok(claims) => live.extend(claims.items),
            Err(error) if grows(known, one) => {
                let why = &error.message;
                let message = format!("the volumes of {} grow, and their claims cannot be seen: {why}", one.resource);
                let trouble = Diagnostic::error("redisops::apply::volumes", message)
                    .help("it takes the rights to list and patch persistentvolumeclaims there");
                found.troubles.push(Trouble::new(trouble, one));
            }
            // Nothing is to be done to them.
            Err(_) => {}
        }
    }
    let objects: Vec<&Node> = wanted.iter().map(|one| &one.node).collect();
    found.claims = claims(&objects, &live, place);
    let mut asked: Vec<&str> = Vec::new();
    for claim in found.claims.iter().filter(|claim| claim.grows()) {
        let Some(class) = claim.class.as_deref().filter(|class| !asked.contains(class)) else { continue };
        asked.push(class);
        let set = &wanted[claim.set];
        let trouble = may_grow(cluster, class, set).await.err();
        found.troubles.extend(trouble.map(|trouble| Trouble::new(trouble, set)));
    }
    found
}

/// Whether the server's objection to an object is only that its templates of volumes have grown.
fn grows(known: &Known, wanted: &Wanted) -> bool {
    let live = known.live.clone().map(|live| from_value(live, Origin::NONE));
    live.is_some_and(|live| only_grows(&live, &wanted.node))
}

/// A class that cannot be asked about is believed to do it: the server says so otherwise, before anything has changed.
async fn may_grow(cluster: &Cluster, class: &str, set: &Wanted) -> Result<(), Diagnostic> {
    let Ok(kind) = cluster.kind_of("storage.k8s.io/v1", "StorageClass") else { return Ok(()) };
    let Ok(Some(found)) = cluster.get(kind, None, class).await else { return Ok(()) };
    if found["allowVolumeExpansion"] == true {
        return Ok(());
    }
    let message = format!("the volumes of {} cannot grow: their class `{class}` does not allow it", set.resource);
    let way = format!("set `allowVolumeExpansion: true` in StorageClass {class} where its driver can do it");
    Err(Diagnostic::error("redisops::apply::volume_class", message).help(format!("{way}, or keep the size")))
}

/// Says of new StatefulSets of a Redis that is there with its data elsewhere that they start empty.
pub(super) fn tell_empty(wanted: &[Wanted], known: &mut [Known], former: &[Node]) {
    let live: Vec<Node> = known.iter().filter_map(|one| Some(from_value(one.live.clone()?, Origin::NONE))).collect();
    let before: Vec<&Node> = live.iter().chain(former).collect();
    let after: Vec<&Node> = wanted.iter().map(|one| &one.node).collect();
    for new in starts_empty(&before, &after) {
        let is_it = |one: &&mut Known| {
            let resource = &one.change.resource;
            resource.kind == "StatefulSet"
                && resource.name == new.workload
                && resource.namespace.as_deref().unwrap_or("") == new.namespace
        };
        if let Some(one) = known.iter_mut().find(is_it) {
            one.change.consequence =
                Some(format!("starts empty: the data stays on the volumes of {}", new.data.join(", ")));
        }
    }
}

impl Run<'_> {
    /// Whether the StatefulSet may be created again around its pods because its volumes have grown.
    pub(super) fn grows(&self, at: usize) -> bool {
        let known = &self.survey.known[at];
        let now = Known { live: self.latest[at].clone(), ..known.clone() };
        grows(&now, &self.survey.wanted[at])
    }

    /// Expands the claims of the pods of a group.
    pub(super) async fn expand(&mut self, group: &[usize]) -> Result<(), Halt> {
        let all: Vec<Claim> = self.survey.claims.iter().filter(|it| it.grows()).cloned().collect();
        for claim in all.into_iter().filter(|claim| group.contains(&claim.set)) {
            if !self.is_asked(&claim.resource) {
                continue;
            }
            let done = self.expand_one(&claim).await;
            match done {
                Ok(()) => {
                    if !self.tools.options.dry_run {
                        self.tools.watcher.tell(&format!("expanded {} to {}", claim.resource, claim.size));
                    }
                    self.report.push(claim.resource, Outcome::Changed, None);
                }
                Err(error) => {
                    let failure = of_claim(&error, &claim.change);
                    self.report.push(claim.resource, Outcome::Failed, Some(failure));
                    return Err(Halt::Reported);
                }
            }
        }
        Ok(())
    }

    async fn expand_one(&self, claim: &Claim) -> Result<(), ServerError> {
        let options = self.tools.options;
        let kind = self.cluster.kind_of("v1", "PersistentVolumeClaim")?;
        let how = Apply { manager: &options.manager, force: options.force, dry_run: options.dry_run };
        let patch = json!([{"op": "replace", "path": "/spec/resources/requests/storage", "value": claim.size}]);
        let resource = &claim.resource;
        self.cluster.json_patch(kind, resource.namespace.as_deref(), &resource.name, &patch, how).await.map(drop)
    }

    /// Waits until the volumes of a group have the size that is wanted. Those that grow only when their pod starts again are told of.
    pub(super) async fn wait_for_volumes(&mut self, group: &[usize]) -> Result<(), Halt> {
        let is_awaited = |claim: &&Claim| {
            let grows = claim.grows() && self.is_asked(&claim.resource);
            group.contains(&claim.set) && (grows || claim.is_behind)
        };
        let mut waiting: Vec<Claim> = self.survey.claims.iter().filter(is_awaited).cloned().collect();
        let deadline = Instant::now() + self.tools.options.timeout;
        let mut pause = OFTEN;
        while !waiting.is_empty() {
            let mut late = Vec::new();
            for claim in waiting {
                let live = self.claim_now(&claim).await;
                match live.as_ref().map(|live| state(&claim, live)) {
                    Some(State::Grown) => {}
                    Some(State::NeedsRestart) => self.tools.watcher.note(&format!(
                        "{} has grown; its file system follows when the pod that uses it is started again",
                        claim.resource
                    )),
                    Some(State::Waiting(why)) => late.push((claim, why)),
                    None => late.push((claim, "it cannot be seen".to_owned())),
                }
            }
            if !late.is_empty() && (Instant::now() >= deadline || self.tools.stop.wanted()) {
                for (claim, why) in late {
                    let failure = Failure {
                        code: if self.tools.stop.wanted() { "interrupted" } else { "timeout" }.to_owned(),
                        message: format!("the volume has not grown to {} yet: {why}", claim.size),
                        help: Some("the driver of its class expands it; run it again to wait on".to_owned()),
                        ..Failure::default()
                    };
                    self.report.push(claim.resource, Outcome::Failed, Some(failure));
                }
                return Err(Halt::Reported);
            }
            waiting = late.into_iter().map(|(claim, _)| claim).collect();
            if !waiting.is_empty() {
                tokio::select! {
                    () = tokio::time::sleep(pause.min(deadline - Instant::now())) => {}
                    () = self.tools.stop.reached(Urgency::Finish) => {}
                }
                pause = (pause * 3 / 2).min(SELDOM);
            }
        }
        Ok(())
    }

    async fn claim_now(&self, claim: &Claim) -> Option<Value> {
        let kind = self.cluster.kind_of("v1", "PersistentVolumeClaim").ok()?;
        let resource = &claim.resource;
        self.cluster.get(kind, resource.namespace.as_deref(), &resource.name).await.ok().flatten()
    }
}

enum State {
    Grown,
    NeedsRestart,
    Waiting(String),
}

fn state(claim: &Claim, live: &Value) -> State {
    let conditions = live["status"]["conditions"].as_array().map_or(&[][..], Vec::as_slice);
    let has = |kind: &str| conditions.iter().find(|one| one["type"] == kind && one["status"] == "True");
    match (claim.is_grown(live), has("FileSystemResizePending")) {
        (true, _) => State::Grown,
        (false, Some(_)) => State::NeedsRestart,
        (false, None) => {
            let told = has("ControllerResizeError").or_else(|| has("NodeResizeError")).or_else(|| has("Resizing"));
            let message = told.and_then(|one| one["message"].as_str()).filter(|text| !text.is_empty());
            State::Waiting(message.unwrap_or("the driver of its class has not answered").to_owned())
        }
    }
}

/// Why a claim was not expanded, with the line that wants it larger.
fn of_claim(error: &ServerError, change: &Change) -> Failure {
    let mut failure = failure(error, &change.resource);
    failure.field = change.fields.first().map(|field| field.path.clone());
    if let Some(at) = &change.place {
        (failure.file, failure.line, failure.column) = (Some(at.file.clone()), Some(at.line), Some(at.column));
    }
    failure
}
