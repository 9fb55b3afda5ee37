//! A run: the lock, the set, waves of objects, what goes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rustc_hash::FxHashSet;
use serde_json::Value;
use tokio::time::Instant;

use crate::apply::nodes::Tuner;
use crate::apply::scaling::Scaler;
use crate::apply::slots::{Stop, Urgency};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::drift::ChangeKind;
use crate::k8s::ResourceRef;
use crate::live::kubernetes::{Apply, Cluster, Kind, ServerError};
use crate::live::objects::removal;
use crate::plan::{Named, Stage, Wave, protection, waves};
use crate::provenance::FieldPath;
use crate::yaml::{Node, Origin, from_value};

use super::compare::{PlaceOf, delete_options};
use super::failure::failure_of;
use super::lock::{Lock, LockError};
use super::members;
use super::report::{ApplyReport, Failure, Outcome};
use super::set::Extent;
use super::survey::Survey;
use super::tracked::objection;
use super::wait::{Awaited, Watcher, until_gone, until_ready};

/// How a run is carried out.
#[derive(Clone, Debug)]
pub struct Options {
    /// The field manager.
    pub manager: String,
    /// Take fields from other managers.
    pub force: bool,
    /// Write nothing.
    pub dry_run: bool,
    /// Delete what the set has and the files do not.
    pub prune: bool,
    /// Objects that may be deleted although that takes data along.
    pub delete: Vec<Named>,
    /// Objects that are deleted and created again where they cannot change.
    pub replace: Vec<Named>,
    /// Wait until objects are ready.
    pub wait: bool,
    /// Longest wait for the objects of a wave.
    pub timeout: Duration,
    /// `user@host pid N`.
    pub holder: String,
}

impl Options {
    /// Whether an object that the files do not have is deleted.
    pub fn deletes(&self, resource: &ResourceRef) -> bool {
        let is_named = self.delete.iter().any(|named| named.is(resource));
        is_named || (self.prune && protection(resource).is_none())
    }
}

/// What a run works with.
pub struct Tools<'a> {
    /// How.
    pub options: &'a Options,
    /// Whether somebody wants it to stop.
    pub stop: &'a Stop,
    /// Who is told.
    pub watcher: &'a dyn Watcher,
    /// Where fields are set.
    pub place: &'a PlaceOf<'a>,
    /// Who brings Redis Clusters to another size.
    pub scaler: Option<&'a Scaler<'a>>,
    /// Who brings running nodes to what is wanted of them.
    pub tuner: Option<&'a Tuner<'a>>,
}

/// What has become of a run: the report, and what went wrong beside single objects.
pub type Ended = (ApplyReport, Vec<Diagnostic>);

/// A run in the making. `only` are the objects that a plan names; all where there is none.
pub struct Run<'a> {
    pub(super) cluster: Cluster,
    pub(super) survey: Survey,
    only: Option<FxHashSet<ResourceRef>>,
    pub(super) tools: Tools<'a>,
    pub(super) report: ApplyReport,
    /// As objects were seen last.
    pub(super) latest: Vec<Option<Value>>,
    /// Objects that are applied already.
    pub(super) done: FxHashSet<usize>,
    /// Those of them that this run has changed.
    written: FxHashSet<usize>,
    /// The namespace of the set was deleted.
    pub(super) home_is_gone: bool,
    /// StatefulSets whose pods stay as they are when they are written, from that ordinal down: they are replaced one at a time.
    pub(super) held: BTreeMap<usize, u64>,
    /// Pods of nodes were replaced or restarted.
    pub(super) has_restarted: bool,
    /// Clusters whose size changes, by the first of their StatefulSets.
    pub(super) scaled: BTreeSet<usize>,
}

/// Ends a run before its end.
pub(super) enum Halt {
    /// Something is in the report.
    Reported,
    /// Something else went wrong.
    Because(Box<Diagnostic>),
}

impl From<Diagnostic> for Halt {
    fn from(found: Diagnostic) -> Halt {
        Halt::Because(Box::new(found))
    }
}

impl<'a> Run<'a> {
    /// For what was found.
    pub fn new(cluster: Cluster, survey: Survey, only: Option<FxHashSet<ResourceRef>>, tools: Tools<'a>) -> Run<'a> {
        let latest = survey.known.iter().map(|known| known.live.clone()).collect();
        let report = ApplyReport { dry_run: tools.options.dry_run, ..ApplyReport::default() };
        Run {
            cluster,
            survey,
            only,
            tools,
            report,
            latest,
            done: FxHashSet::default(),
            written: FxHashSet::default(),
            home_is_gone: false,
            held: BTreeMap::new(),
            has_restarted: false,
            scaled: BTreeSet::new(),
        }
    }

    /// Carries it out under the lock. A dry run needs none.
    pub async fn go(mut self) -> Ended {
        if self.tools.options.dry_run {
            self.rehearse().await;
            return (self.report, Vec::new());
        }
        let lock = match self.locked().await {
            Ok(lock) => lock,
            Err(Halt::Reported) => return (self.report, Vec::new()),
            Err(Halt::Because(found)) => return (self.report, vec![*found]),
        };
        let (set, stop, watcher) = (self.survey.set.clone(), self.tools.stop, self.tools.watcher);
        let cluster = self.cluster.clone();
        cluster.wait_for_server(Some(self.tools.options.timeout));
        let ended = tokio::select! {
            // What an object lacks is said before what all of them lack.
            biased;
            ended = self.under(&lock) => ended,
            lost = lock.keep() => Err(lost.diagnostic(&set).into()),
            () = stop.reached(Urgency::Now) => Err(interrupted().into()),
            () = until_stopped_in_vain(&cluster, watcher, stop) => Err(interrupted().into()),
        };
        cluster.wait_for_server(None);
        lock.release().await;
        match ended {
            Ok(()) | Err(Halt::Reported) => (self.report, Vec::new()),
            Err(Halt::Because(found)) => (self.report, vec![*found]),
        }
    }

    /// Takes the lock; the namespace that it is in may be one of the objects.
    async fn locked(&mut self) -> Result<Lock, Halt> {
        let set = self.survey.set.clone();
        let home = self.survey.wanted.iter().position(|one| {
            one.resource.kind == "Namespace" && one.resource.api_version == "v1" && one.resource.name == set.namespace
        });
        if let Some(home) = home.filter(|at| self.latest[*at].is_none() && self.is_asked_for(*at)) {
            self.apply_all(&[home]).await?;
        }
        Lock::take(&self.cluster, &set, &self.tools.options.holder).await.map_err(|error| {
            if let LockError::Server(server) = &error
                && server.is_not_found()
            {
                let message = format!("there is no namespace `{}`", set.namespace);
                return Diagnostic::error("redisops::apply::missing_namespace", message)
                    .note("the lock and the list of what belongs together are kept there")
                    .help("add the Namespace to the files, or create it")
                    .into();
            }
            error.diagnostic(&set).into()
        })
    }

    async fn under(&mut self, lock: &Lock) -> Result<(), Halt> {
        let set = self.survey.set.clone();
        let cannot = |error: &ServerError| set_failed(&set.namespace, &set.name, error);
        let own = Extent::of(self.survey.wanted.iter().map(|one| &one.resource));
        let going: Vec<ResourceRef> = self.survey.live.gone.iter().map(members::resource).collect();
        let old = self.survey.live.parent.as_ref().map_or_else(Extent::default, Extent::read);
        let mut wide = own.and(&old).and(&Extent::of(&going));
        if let Some(adopted) = &self.survey.live.adopted {
            wide = wide.and(&Extent::read(&adopted.parent));
        }
        wide.namespaces.insert(set.namespace.clone());
        let parent = self.survey.live.parent.as_ref();
        let parent = members::write_parent(&self.cluster, &set, &wide, parent).await.map_err(|it| cannot(&it))?;
        if let Some(adopted) = &self.survey.live.adopted {
            let manager = &self.tools.options.manager;
            members::take_over(&self.cluster, &set, adopted, manager).await.map_err(|it| cannot(&it))?;
        }
        if let Some(tuner) = self.tools.tuner {
            self.resumed(async || tuner.open().await).await.map_err(on_nodes)?;
            self.open_secrets(tuner).await?;
        }
        self.waves(lock).await?;
        if let Some(tuner) = self.tools.tuner {
            lock.check().await.map_err(|lost| lost.diagnostic(&set))?;
            self.resumed(async || tuner.settle(false).await).await.map_err(on_nodes)?;
            self.restart_all(tuner).await?;
            self.end_passwords(tuner).await?;
            if self.has_restarted || self.tools.options.wait && tuner.has_new_nodes().await {
                tuner.calm().await;
            }
        }
        let kept = self.prune(lock).await?;
        if self.home_is_gone {
            return Ok(());
        }
        if self.survey.wanted.is_empty() && kept.is_empty() && self.survey.live.unlisted.is_empty() {
            return members::delete_parent(&self.cluster, &set).await.map_err(|it| cannot(&it).into());
        }
        // What could not be seen may still be there.
        let unseen = if self.survey.live.unlisted.is_empty() { Extent::default() } else { old };
        let mut narrow = own.and(&Extent::of(&kept)).and(&unseen);
        narrow.namespaces.insert(set.namespace.clone());
        members::write_parent(&self.cluster, &set, &narrow, Some(&parent)).await.map_err(|it| cannot(&it))?;
        Ok(())
    }

    pub(super) fn is_asked_for(&self, at: usize) -> bool {
        self.is_asked(&self.survey.wanted[at].resource)
    }

    pub(super) fn is_asked(&self, resource: &ResourceRef) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(resource))
    }

    /// Applies wave after wave, each when all of the one before is ready.
    async fn waves(&mut self, lock: &Lock) -> Result<(), Halt> {
        let nodes: Vec<&Node> = self.survey.wanted.iter().map(|one| &one.node).collect();
        let mut groups: BTreeMap<Wave, Vec<usize>> = BTreeMap::new();
        for (at, wave) in waves(&nodes).into_iter().enumerate() {
            groups.entry(wave).or_default().push(at);
        }
        for group in groups.values_mut() {
            group.sort_by(|a, b| self.survey.wanted[*a].resource.cmp(&self.survey.wanted[*b].resource));
        }
        let order: Vec<(Wave, Vec<usize>)> = groups.into_iter().collect();
        // What gets ready only with the help of workloads is waited for at the end of its wave.
        let mut later = Vec::new();
        for (index, (wave, group)) in order.iter().enumerate() {
            lock.check().await.map_err(|lost| lost.diagnostic(&self.survey.set))?;
            self.drain(group).await?;
            self.expand(group).await?;
            self.hold(group).await;
            self.apply_all(group).await?;
            let is_last = order.get(index + 1).is_none_or(|(next, _)| next.number != wave.number);
            let (now, deferred): (Vec<usize>, Vec<usize>) =
                group.iter().copied().partition(|at| !self.gets_ready_late(*at));
            later.extend(deferred);
            let mut awaited = now;
            if is_last {
                awaited.append(&mut later);
            }
            if self.tools.options.wait || wave.stage == Stage::Definitions {
                self.wait_for(&awaited).await?;
                self.wait_for_volumes(&awaited).await?;
            }
            self.roll(&awaited).await?;
            self.take_in(&awaited).await?;
            if wave.stage == Stage::Definitions {
                self.know_new_kinds().await?;
            }
        }
        Ok(())
    }

    fn gets_ready_late(&self, at: usize) -> bool {
        matches!(
            self.survey.wanted[at].resource.kind.as_str(),
            "PersistentVolumeClaim" | "Service" | "Ingress" | "HorizontalPodAutoscaler"
        )
    }

    pub(super) async fn wait_for(&mut self, group: &[usize]) -> Result<(), Halt> {
        let awaited: Vec<Awaited> = group
            .iter()
            .filter(|at| self.is_asked_for(**at))
            .filter_map(|at| {
                let before = self.survey.known[*at].live.as_ref().filter(|_| self.written.contains(at));
                let said_before = before.map(|live| live["status"].clone());
                Some(Awaited { at: *at, object: self.latest[*at].clone()?, said_before })
            })
            .collect();
        let Tools { options, stop, watcher, .. } = &self.tools;
        let late = until_ready(&self.cluster, awaited, options.timeout, stop, *watcher).await;
        let is_ready = late.is_empty();
        for (at, failure) in late {
            self.failed(at, failure);
        }
        if is_ready { Ok(()) } else { Err(Halt::Reported) }
    }

    /// Asks what the server serves until it serves what the files have: a definition that is established is not served everywhere at once.
    async fn know_new_kinds(&mut self) -> Result<(), Halt> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            self.cluster.refresh().await?;
            let kinds = self.cluster.kinds();
            let defined = |at: &usize| {
                let node = &self.survey.wanted[*at].node;
                let text = |path: &[&str]| node.text_at(path).unwrap_or("").to_owned();
                self.survey.wanted[*at].resource.kind != "CustomResourceDefinition"
                    || kinds.preferred(&text(&["spec", "group"]), &text(&["spec", "names", "kind"])).is_some()
            };
            if (0..self.survey.wanted.len()).filter(|at| self.is_asked_for(*at)).all(|at| defined(&at))
                || Instant::now() > deadline
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Puts a failure into the report, with the line that it is about.
    pub(super) fn failed(&mut self, at: usize, failure: Failure) {
        let mut failure = located(failure, at, self.tools.place);
        self.survey.quoted(at).hide(&mut failure);
        self.report.push(self.survey.wanted[at].resource.clone(), Outcome::Failed, Some(failure));
    }

    /// Applies objects at the same time; after the first failure no further one is begun.
    pub(super) async fn apply_all(&mut self, group: &[usize]) -> Result<(), Halt> {
        use futures::StreamExt;
        let is_to_do = |at: &usize| {
            let known = &self.survey.known[*at];
            let differs = known.change.change != ChangeKind::None || known.change.error.is_some() || !known.is_member;
            differs && self.is_asked_for(*at) && !self.done.contains(at)
        };
        let (to_do, rest): (Vec<usize>, Vec<usize>) = group.iter().copied().partition(is_to_do);
        for at in rest {
            if self.is_asked_for(at) && self.done.insert(at) {
                self.report.push(self.survey.wanted[at].resource.clone(), Outcome::Unchanged, None);
            }
        }
        let has_failed = std::cell::Cell::new(false);
        let this = &*self;
        let is_over = &has_failed;
        let write = |at: usize| async move {
            if is_over.get() || this.tools.stop.wanted() {
                return (at, None);
            }
            let written = this.write(at).await;
            is_over.set(is_over.get() || written.is_err());
            let outcome = this.outcome(at);
            if written.is_ok() && outcome != Outcome::Unchanged && !this.tools.options.dry_run {
                this.tools.watcher.tell(&format!("{} {}", outcome.name(), this.survey.wanted[at].resource));
            }
            (at, Some(written))
        };
        let written: Vec<(usize, Option<Result<Value, Failure>>)> =
            futures::stream::iter(to_do).map(write).buffered(AT_A_TIME).collect().await;
        let mut is_complete = true;
        for (at, written) in written {
            let resource = self.survey.wanted[at].resource.clone();
            match written {
                Some(Ok(object)) => {
                    let outcome = self.outcome(at);
                    self.latest[at] = Some(object);
                    self.done.insert(at);
                    if outcome == Outcome::Changed {
                        self.written.insert(at);
                    }
                    self.report.push(resource, outcome, None);
                }
                Some(Err(failure)) => {
                    self.failed(at, failure);
                    is_complete = false;
                }
                None => is_complete = false,
            }
        }
        match (is_complete, self.tools.stop.wanted()) {
            (true, _) => Ok(()),
            (false, true) if !self.report.has_failed() => Err(interrupted().into()),
            _ => Err(Halt::Reported),
        }
    }

    /// What has become of an object that was written. The label of the set alone is no change.
    fn outcome(&self, at: usize) -> Outcome {
        let change = &self.survey.known[at].change;
        match change.change {
            _ if self.latest[at].is_none() => Outcome::Created,
            ChangeKind::None if change.error.is_none() => Outcome::Unchanged,
            _ => Outcome::Changed,
        }
    }

    async fn write(&self, at: usize) -> Result<Value, Failure> {
        let wanted = &self.survey.wanted[at];
        let resource = &wanted.resource;
        let options = self.tools.options;
        let change = &self.survey.known[at].change;
        let refused = |error: &ServerError| failure_of(error, change);
        let kind = self.cluster.kind_of(&resource.api_version, &resource.kind).map_err(|it| refused(&it))?;
        if change.fields.iter().any(|field| field.path == "spec.replicas")
            && let Some(live) = &self.latest[at]
            && let Some(objection) = objection(&self.cluster, resource, live).await
        {
            return Err(objection);
        }
        let body = self.body(at, self.held.get(&at).copied());
        let how = Apply { manager: &options.manager, force: options.force, dry_run: options.dry_run };
        let apply =
            || self.cluster.server_apply(kind, resource.namespace.as_deref(), &resource.name, body.clone(), how);
        let error = match apply().await {
            Ok(object) => return self.without_given_up(at, kind, object).await.map_err(|it| refused(&it)),
            Err(error) => refused(&error),
        };
        let grows = error.code == "immutable" && self.grows(at);
        if let Some(live) = self.latest[at].as_ref().filter(|_| grows && options.dry_run) {
            return Ok(live.clone());
        }
        let is_named = grows || options.replace.iter().any(|named| named.is(resource));
        let Some(live) = self.latest[at].as_ref().filter(|_| error.code == "immutable" && is_named && !options.dry_run)
        else {
            return Err(error);
        };
        if protection(resource).is_some() && !options.delete.iter().any(|named| named.is(resource)) {
            return Err(Failure {
                help: Some(format!("name it with `--delete {resource}`, too: its data is lost")),
                ..error
            });
        }
        let propagation = if resource.kind == "StatefulSet" { "Orphan" } else { "Foreground" };
        self.tools.watcher.tell(&format!("replacing {resource}"));
        let deletion = delete_options(live, propagation, false);
        let deleted = self.cluster.delete(kind, resource.namespace.as_deref(), &resource.name, &deletion).await;
        deleted.map_err(|it| refused(&it))?;
        until_gone(&self.cluster, live, Instant::now() + options.timeout, self.tools.stop).await?;
        apply().await.map_err(|it| refused(&it))
    }

    /// Takes away fields that the files gave up and that another manager of ours applied: an apply leaves them.
    async fn without_given_up(&self, at: usize, kind: &Kind, object: Value) -> Result<Value, ServerError> {
        let change = &self.survey.known[at].change;
        let given_up: Vec<FieldPath> = change
            .fields
            .iter()
            .filter(|field| field.after.is_null() && !field.unmanaged && !self.is_kept(at, &field.path))
            .filter_map(|field| field.path.parse().ok())
            .collect();
        if given_up.is_empty() || change.error.is_some() {
            return Ok(object);
        }
        let patch = removal(&from_value(object.clone(), Origin::NONE), &given_up.iter().collect::<Vec<_>>());
        if patch.as_array().is_none_or(Vec::is_empty) {
            return Ok(object);
        }
        let options = self.tools.options;
        let how = Apply { manager: &options.manager, force: options.force, dry_run: options.dry_run };
        let resource = &change.resource;
        self.cluster.json_patch(kind, resource.namespace.as_deref(), &resource.name, &patch, how).await
    }

    /// Asks the server about everything and writes nothing.
    async fn rehearse(&mut self) {
        let served = |at: usize| self.survey.wanted[at].kind(self.cluster.kinds()).is_some();
        let homes: BTreeSet<&str> = self
            .survey
            .wanted
            .iter()
            .zip(&self.latest)
            .filter(|(one, live)| one.resource.kind == "Namespace" && live.is_none())
            .map(|(one, _)| one.resource.name.as_str())
            .collect();
        let is_in_new =
            |at: usize| self.survey.wanted[at].resource.namespace.as_deref().is_some_and(|it| homes.contains(it));
        let is_defined = |at: usize| {
            let resource = &self.survey.wanted[at].resource;
            self.survey.wanted.iter().any(|one| {
                one.resource.kind == "CustomResourceDefinition"
                    && one.node.text_at(&["spec", "names", "kind"]) == Some(&resource.kind)
            })
        };
        let all: Vec<usize> = (0..self.survey.wanted.len()).filter(|at| self.is_asked_for(*at)).collect();
        let (untold, told): (Vec<usize>, Vec<usize>) =
            all.into_iter().partition(|at| is_in_new(*at) || (!served(*at) && is_defined(*at)));
        for at in &untold {
            self.report.push(self.survey.wanted[*at].resource.clone(), Outcome::Created, None);
        }
        if !untold.is_empty() {
            let count = untold.len();
            self.tools.watcher.note(&format!(
                "{count} objects were not shown to the server: their namespace or definition is not there yet"
            ));
        }
        let _ = self.expand(&told).await;
        let refused = self.rehearse_drains();
        // One failure does not keep the others from being asked about.
        for at in told.into_iter().filter(|at| !refused.contains(at)) {
            let _ = self.apply_all(&[at]).await;
        }
        let _ = self.prune_all(None).await;
    }
}

/// Requests at a time.
const AT_A_TIME: usize = 16;

fn interrupted() -> Diagnostic {
    Diagnostic::error("redisops::apply::interrupted", "interrupted: what was begun is finished, the rest is not done")
        .help("run it again: it goes on where it stopped")
}

/// What went wrong on nodes: one of several, the others as notes.
pub(super) fn on_nodes(found: Diagnostics) -> Halt {
    let mut all = found.0.into_iter();
    let unknown = || Diagnostic::error("redisops::nodes::refused", "running nodes could not be changed");
    let first = all.next().unwrap_or_else(unknown);
    all.fold(first, |found, other| found.note(other.message)).into()
}

/// Tells when the server is away and when it is back; returns when somebody wants to stop while nothing can be finished.
async fn until_stopped_in_vain(cluster: &Cluster, watcher: &dyn Watcher, stop: &Stop) {
    loop {
        let Some(away) = cluster.away_or_back(true).await else { continue };
        tokio::select! {
            _ = cluster.away_or_back(false) => continue,
            () = tokio::time::sleep(UNSAID) => {}
        }
        let left = cluster.patience_left().unwrap_or_default().as_secs();
        watcher.tell(&format!("the API server does not answer ({}): waiting for it, {left} s at most", away.why));
        tokio::select! {
            _ = cluster.away_or_back(false) => {}
            () = stop.reached(Urgency::Finish) => return,
        }
        let gone = away.since.elapsed().as_secs();
        watcher.tell(&format!("the API server answers again, after {gone} s"));
    }
}

/// An absence that is so short is not told.
const UNSAID: Duration = Duration::from_secs(1);

fn set_failed(namespace: &str, name: &str, error: &ServerError) -> Diagnostic {
    let message = format!("the set Secret/{namespace}/{name} cannot be written: {}", error.message);
    Diagnostic::error("redisops::apply::set", message)
        .help("the set needs the rights to get, patch and create secrets in that namespace")
}

/// A failure with the line of the first of its fields that has one; else with that of the object.
pub(super) fn located(mut failure: Failure, at: usize, place: &PlaceOf<'_>) -> Failure {
    let path = failure.field.as_deref().and_then(|field| field.parse::<FieldPath>().ok()).unwrap_or_default();
    if let Some(found) = place(at, &path).or_else(|| place(at, &FieldPath::root())) {
        (failure.file, failure.line, failure.column) = (Some(found.file), Some(found.line), Some(found.column));
    }
    failure
}
