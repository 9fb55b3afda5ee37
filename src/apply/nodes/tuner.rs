//! All that differs on running nodes: mended, then looked at again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustc_hash::FxHashSet;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use crate::apply::slots::{Stop, Urgency};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::drift::NodeField;
use crate::drift::nodes::Mode;
use crate::live::kubernetes::Cluster;
use crate::plan::nodes::{Task, step_id, task_of};

use super::look::{Database, Look};
use super::mend::{let_in, mend};
use super::roll::Roll;
use super::rotate::{Kept, close_sentinels, kept, open_sentinels};
use super::window::{DEFAULT, MASTERAUTH, REQUIREPASS, added, ends_one, window};

/// How often to look at nodes that take their time.
const LOOK: Duration = Duration::from_millis(300);
/// How long nodes of new pods may take to answer.
const ARRIVAL: Duration = Duration::from_secs(60);
/// How long nodes that were started may take to know each other: sentinels ask every ten seconds, pods of a cluster look for each other every fifteen.
const CALM: Duration = Duration::from_secs(30);
/// What differs until they do.
const UNSETTLED: [&str; 7] = [
    "sentinel.replicas",
    "sentinel.sentinels",
    "cluster.view",
    "cluster.unknownTo",
    "cluster.unheardBy",
    "cluster.state",
    "replicas",
];
/// How often the same may be mended in vain.
const TRIES: usize = 2;

/// Who is told what is done.
pub type Tell<'a> = dyn Fn(&str) + Sync + 'a;

/// Brings running nodes to what Git wants.
pub struct Tuner<'a> {
    look: &'a dyn Look,
    only: Option<FxHashSet<String>>,
    tell: &'a Tell<'a>,
    stop: &'a Stop,
    /// How long replicas may take to have everything.
    patience: Duration,
    /// Nodes that have answered since the beginning.
    heard: Mutex<BTreeSet<(String, String)>>,
    /// Nodes that answered before anything was done.
    first: Mutex<BTreeSet<(String, String)>>,
    /// How long both passwords are valid once everything is as it is to be.
    window: Duration,
    /// Whether that time is over.
    is_over: AtomicBool,
    /// Passwords that pods which start now let in, too.
    kept: std::sync::Mutex<Vec<Kept>>,
}

impl<'a> Tuner<'a> {
    /// Does the steps of those names; all where there are none.
    pub fn new(
        look: &'a dyn Look,
        only: Option<FxHashSet<String>>,
        tell: &'a Tell<'a>,
        stop: &'a Stop,
        patience: Duration,
    ) -> Tuner<'a> {
        let (heard, first, kept) = (Mutex::default(), Mutex::default(), std::sync::Mutex::default());
        Tuner {
            look,
            only,
            tell,
            stop,
            patience,
            heard,
            first,
            window: Duration::ZERO,
            is_over: AtomicBool::new(false),
            kept,
        }
    }

    /// The same, with a time for clients that others roll: so long the old password stays valid.
    #[must_use]
    pub fn with_window(mut self, window: Duration) -> Tuner<'a> {
        self.window = window;
        self
    }

    /// Passwords that pods which start now let in beside those of the files.
    pub fn kept(&self) -> Vec<Kept> {
        self.kept.lock().map(|kept| kept.clone()).unwrap_or_default()
    }

    /// Those, once more; from now on there are none.
    pub fn give_up_kept(&self) -> Vec<Kept> {
        self.kept.lock().map(|mut kept| std::mem::take(&mut *kept)).unwrap_or_default()
    }

    fn is_asked_for(&self, redis: &str, task: Task<'_>, opens: bool) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&step_id(redis, task, opens)))
    }

    async fn look(&self) -> Vec<Database> {
        let databases = self.look.look().await;
        let mut heard = self.heard.lock().await;
        for database in &databases {
            let answering = database.answering().map(|(change, _)| change.node.clone());
            heard.extend(answering.map(|node| (database.wanted.name.clone(), node)));
        }
        databases
    }

    /// Who replaces pods.
    pub fn roll<'b>(&'b self, cluster: &'b Cluster) -> Roll<'b> {
        Roll { cluster, look: self.look, tell: self.tell, stop: self.stop, patience: self.patience }
    }

    /// Nodes whose settings count from their next start on.
    pub async fn restarts(&self) -> Vec<String> {
        let databases = self.look().await;
        let mut pods = Vec::new();
        for database in &databases {
            let waits = |field: &NodeField| {
                let task = task_of(field).filter(|task| matches!(task, Task::Restart(_)));
                task.is_some_and(|task| self.is_asked_for(&database.wanted.name, task, false))
            };
            let nodes = database.answering().filter(|(_, fields)| fields.iter().any(waits));
            pods.extend(nodes.map(|(change, _)| change.node.clone()));
        }
        pods
    }

    /// Looks whether restarted nodes have their settings.
    ///
    /// # Errors
    /// When one has something else still: then something else than the files says it.
    pub async fn restarted(&self, pods: &[String]) -> Result<(), Diagnostic> {
        if pods.is_empty() {
            return Ok(());
        }
        let databases = self.look().await;
        for database in &databases {
            for (change, fields) in database.answering().filter(|(change, _)| pods.contains(&change.node)) {
                let still = fields.iter().find(|field| matches!(task_of(field), Some(Task::Restart(_))));
                if let Some(field) = still {
                    return Err(Diagnostic::error(
                        "redisops::nodes::restless",
                        format!(
                            "`{}` of node `{}` of `{}` is not what the files say, although it was restarted",
                            field.path, change.node, database.wanted.name
                        ),
                    )
                    .note("something else sets it: the command line of the container, a script, an image")
                    .help("`redisops explain` says where the files set it; look at the command of the pod"));
                }
            }
        }
        Ok(())
    }

    /// Before anything is written: new passwords are let in beside the old ones, on all nodes; then replicas use the new one.
    ///
    /// # Errors
    /// When a node says no.
    pub async fn open(&self) -> Result<(), Diagnostics> {
        let databases = self.look().await;
        *self.first.lock().await = self.heard.lock().await.clone();
        self.give_up_kept();
        for database in &databases {
            let redis = database.wanted.name.as_str();
            let users = window(database).users;
            if !users.is_empty() {
                self.may_rotate(database)?;
            }
            let kept = kept(database).await;
            let kept = kept.into_iter().filter(|one| self.is_asked_for(redis, Task::User(&one.user), false));
            if let Ok(mut all) = self.kept.lock() {
                all.extend(kept);
            }
            let asked = |user: &&String| {
                self.is_asked_for(redis, Task::User(user), true)
                    || user.as_str() == DEFAULT && self.is_asked_for(redis, Task::Setting(REQUIREPASS), false)
            };
            for user in users.iter().filter(asked) {
                for (change, _) in database.answering().filter(|(change, _)| !database.is_sentinel(change)) {
                    let hashes = added(database, &change.node, user);
                    if !hashes.is_empty() {
                        let_in(database, change, user, hashes).await?;
                    }
                }
                (self.tell)(&format!("redis {redis}: the new password of {user} is valid beside the old one"));
            }
            let master = Task::Setting(MASTERAUTH);
            if !users.is_empty() && self.is_asked_for(redis, master, false) {
                for (change, fields) in database.answering() {
                    if fields.iter().any(|field| task_of(field) == Some(master)) {
                        mend(database, change, master).await?;
                    }
                }
            }
            if users.iter().any(|user| user == DEFAULT) {
                open_sentinels(database).await?;
            }
        }
        Ok(())
    }

    /// A password is replaced only where every node that runs can be told so: one that cannot be would refuse clients afterwards.
    fn may_rotate(&self, database: &Database) -> Result<(), Diagnostic> {
        let refuses = |change: &&crate::drift::NodeChange| {
            change.error.as_ref().is_some_and(|error| error.code == "auth") && !database.is_sentinel(change)
        };
        let Some(node) = database.changes.iter().find(refuses) else { return Ok(()) };
        Err(Diagnostic::error(
            "redisops::nodes::old_password",
            format!(
                "node `{}` of `{}` knows neither the password of the files nor the one that its pods were given",
                node.node, database.wanted.name
            ),
        )
        .note("nothing was written: clients and replicas would be refused")
        .help("restart that pod, so that it takes the password of its Secret, or name one that it knows (`auth.passwordFrom`, `REDISCLI_AUTH`)"))
    }

    /// Whether nodes answer that did not in the beginning.
    pub async fn has_new_nodes(&self) -> bool {
        *self.first.lock().await != *self.heard.lock().await
    }

    /// Nodes that have just been started find each other within some seconds: sentinels the others and the replicas, nodes of a cluster their masters. That is
    /// waited for, and no more than that.
    pub async fn calm(&self) {
        let end = Instant::now() + CALM;
        let seeks = |field: &NodeField| UNSETTLED.contains(&field.path.as_str());
        while Instant::now() < end && !self.stop.wanted() {
            let databases = self.look().await;
            let mut nodes = databases.iter().flat_map(Database::answering);
            if !nodes.any(|(_, fields)| fields.iter().any(seeks)) {
                return;
            }
            sleep(LOOK).await;
        }
    }

    /// Whether an old password is still valid that is so no more in the end.
    pub async fn has_old_passwords(&self) -> bool {
        let databases = self.look().await;
        databases.iter().any(|database| self.old_passwords(database).next().is_some())
    }

    fn old_passwords<'d>(&'d self, database: &'d Database) -> impl Iterator<Item = (&'d str, Task<'d>)> {
        let redis = database.wanted.name.as_str();
        database.answering().flat_map(move |(change, fields)| {
            let tasks = fields.iter().filter_map(task_of);
            let ends = move |task: &Task<'d>| {
                ends_one(database, &change.node, *task) && self.is_asked_for(redis, *task, false)
            };
            tasks.filter(ends).map(|task| (change.node.as_str(), task))
        })
    }

    /// Leaves clients that others roll their time, and ends old passwords then.
    ///
    /// # Errors
    /// When somebody wants to stop before the time is over, or a node says no.
    pub async fn close(&self) -> Result<(), Diagnostics> {
        if !self.window.is_zero() && !self.is_over.load(Ordering::Relaxed) {
            (self.tell)(&format!("old passwords stay valid for {} s more", self.window.as_secs()));
            tokio::select! {
                () = sleep(self.window) => self.is_over.store(true, Ordering::Relaxed),
                () = self.stop.reached(Urgency::Finish) => {
                    let found = Diagnostic::error("redisops::nodes::stopped", "stopped while old and new passwords are valid");
                    return Err(found.help("run the same command again: it ends the old ones").into());
                }
            }
        }
        self.settle(true).await?;
        for database in &self.look().await {
            close_sentinels(database).await?;
        }
        Ok(())
    }

    /// After all objects are ready: everything that can be mended while nodes run. Old passwords end only where that is asked for.
    ///
    /// # Errors
    /// When a node says no, does not answer any more, or is not as it should be after all.
    pub async fn settle(&self, ends: bool) -> Result<(), Diagnostics> {
        let mut tries: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        let mut databases = self.arrived().await?;
        loop {
            let mut is_done = true;
            for database in &databases {
                for (node, path) in self.round(database, ends).await? {
                    is_done = false;
                    let count = tries.entry((database.wanted.name.clone(), node, path)).or_default();
                    *count += 1;
                }
            }
            if is_done {
                let followed = tries.into_keys().filter(|(_, _, path)| path == FOLLOWS);
                return self.in_step(databases, followed.map(|(redis, node, _)| (redis, node)).collect()).await;
            }
            databases = self.look().await;
            if let Some(((redis, node, path), _)) =
                tries.iter().find(|(key, count)| **count > TRIES && differs(&databases, key))
            {
                return Err(Diagnostic::error(
                    "redisops::nodes::restless",
                    format!("`{path}` of node `{node}` of `{redis}` was set, and is something else again"),
                )
                .note("somebody else sets it: another tool, an operator, a script in the pod")
                .help("find out who, then run the same command again")
                .into());
            }
            if self.stop.wanted() {
                return Err(Diagnostic::error(
                    "redisops::nodes::stopped",
                    "stopped before all running nodes were as they should be",
                )
                .help("run the same command again: it goes on from here")
                .into());
            }
        }
    }

    /// Mends what differs on the nodes of a database, in an order in which nothing that runs is cut off.
    async fn round(&self, database: &Database, ends: bool) -> Result<Vec<(String, String)>, Diagnostics> {
        let redis = database.wanted.name.as_str();
        let mut tasks: BTreeMap<(u8, Task<'_>), Vec<_>> = BTreeMap::new();
        for (change, fields) in database.answering() {
            for field in fields {
                let Some(task) = task_of(field).filter(|task| !matches!(task, Task::Restart(_))) else { continue };
                let is_possible = task != Task::Follow || database.has_its_master();
                let is_possible = is_possible && (ends || !ends_one(database, &change.node, task));
                if is_possible && self.is_asked_for(redis, task, false) {
                    tasks.entry((turn(task), task)).or_default().push((change, field));
                }
            }
        }
        let mut done = Vec::new();
        for ((_, task), nodes) in tasks {
            for (change, field) in &nodes {
                mend(database, change, task).await?;
                done.push((change.node.clone(), field.path.clone()));
            }
            (self.tell)(&format!("redis {redis}: {}", told(task, &nodes)));
        }
        Ok(done)
    }

    /// What was found once all nodes that should be there answer.
    async fn arrived(&self) -> Result<Vec<Database>, Diagnostics> {
        let end = Instant::now() + ARRIVAL;
        loop {
            let databases = self.look().await;
            let heard = self.heard.lock().await;
            let mut missing = None;
            for database in &databases {
                let name = &database.wanted.name;
                let is_needed = |node: &str| {
                    heard.contains(&(name.clone(), node.to_owned()))
                        // What is to follow a master has to be told so.
                        || database.wanted.mode == Mode::Replication
                            && database.wanted.master.is_some()
                            && heard.iter().any(|(redis, _)| redis == name)
                };
                let silent = database.changes.iter().filter(|change| change.error.is_some());
                missing = missing.or(silent
                    .into_iter()
                    .find(|change| is_needed(&change.node))
                    .map(|change| (name.clone(), change.clone())));
            }
            let Some((redis, change)) = missing else { return Ok(databases) };
            if Instant::now() >= end || self.stop.wanted() {
                let why = change.error.map(|error| error.message).unwrap_or_default();
                return Err(Diagnostic::error(
                    "redisops::nodes::silent",
                    format!("node `{}` of `{redis}` does not answer: {why}", change.node),
                )
                .help("see that its pod is up, then run the same command again")
                .into());
            }
            drop(heard);
            sleep(LOOK).await;
        }
    }

    /// Waits until replicas that are new, or have a new master, have everything.
    async fn in_step(
        &self,
        mut databases: Vec<Database>,
        followed: BTreeSet<(String, String)>,
    ) -> Result<(), Diagnostics> {
        let end = Instant::now() + self.patience;
        let first = self.first.lock().await.clone();
        loop {
            let is_new = |redis: &str, node: &str| {
                let key = (redis.to_owned(), node.to_owned());
                followed.contains(&key) || !first.contains(&key)
            };
            let late = databases.iter().find_map(|database| {
                let redis = database.wanted.name.as_str();
                let is_late = |fields: &[NodeField]| fields.iter().any(|field| field.path == "replication.link");
                let mut late =
                    database.answering().filter(|(change, fields)| is_late(fields) && is_new(redis, &change.node));
                late.next().map(|(change, _)| (redis.to_owned(), change.node.clone()))
            });
            let Some((redis, node)) = late else { return Ok(()) };
            if Instant::now() >= end || self.stop.wanted() {
                return Err(Diagnostic::error(
                    "redisops::nodes::no_link",
                    format!("replica `{node}` of `{redis}` is not in step with its master"),
                )
                .help("look at its log: the master may be out of its reach, or ask for a password (`masterauth`)")
                .into());
            }
            sleep(LOOK).await;
            databases = self.look().await;
        }
    }
}

/// The field of a node that is to have another master.
const FOLLOWS: &str = "replication.master";

/// Passwords of replicas before those of clients, who follows whom last.
fn turn(task: Task<'_>) -> u8 {
    match task {
        Task::Setting(MASTERAUTH | "masteruser") => 0,
        Task::Setting(REQUIREPASS) => 3,
        Task::Setting(_) => 1,
        Task::Watch => 2,
        Task::Statement(_) => 3,
        Task::User(_) => 4,
        Task::Follow => 5,
        Task::Restart(_) => 6,
    }
}

fn differs(databases: &[Database], (redis, node, path): &(String, String, String)) -> bool {
    let of = databases.iter().filter(|database| database.wanted.name == *redis);
    of.flat_map(Database::answering)
        .any(|(change, fields)| change.node == *node && fields.iter().any(|it| it.path == *path))
}

fn told(task: Task<'_>, nodes: &[(&crate::drift::NodeChange, &NodeField)]) -> String {
    let names: Vec<&str> = nodes.iter().map(|(change, _)| change.node.as_str()).collect();
    let on = names.join(", ");
    match task {
        Task::Setting(name) | Task::Statement(name) => format!("{name} is set on {on}"),
        Task::User(name) => format!("user {name} has its rules on {on}"),
        Task::Watch => format!("{on} watch the master"),
        Task::Follow => format!("{on} copy the master"),
        Task::Restart(name) => format!("{name} needs a restart of {on}"),
    }
}
