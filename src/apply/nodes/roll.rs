//! Pods replaced one at a time, so that clients notice little: a master hands over first, and the next pod waits until the node is back in step.

use std::time::Duration;

use ::redis::cmd;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::apply::slots::Stop;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::drift::NodeChange;
use crate::live::kubernetes::{Cluster, ServerError, role_for};

use super::hand_over::hand_over;
use super::look::{Database, Look, info};
use super::tuner::Tell;

/// How often to look.
const LOOK: Duration = Duration::from_millis(200);

/// Replaces the pods of StatefulSets.
pub struct Roll<'a> {
    /// The API server.
    pub cluster: &'a Cluster,
    /// Who looks at nodes.
    pub look: &'a dyn Look,
    /// Who is told.
    pub tell: &'a Tell<'a>,
    /// Whether somebody wants it to stop.
    pub stop: &'a Stop,
    /// How long a pod may take to be back.
    pub patience: Duration,
}

/// Lets the controller replace the pods from that ordinal on.
pub type Release<'r> = dyn Fn(u64) -> LocalBoxFuture<'r, Result<(), Diagnostic>> + 'r;

/// A StatefulSet, by its name.
struct Set {
    namespace: String,
    name: String,
    replicas: u64,
    revision: String,
}

impl Roll<'_> {
    /// Whether a node of a StatefulSet answers.
    pub async fn knows(&self, set: &str) -> bool {
        let of_set = |pod: &str| pod.rsplit_once('-').is_some_and(|(name, _)| name == set);
        let databases = self.look.look().await;
        databases.iter().flat_map(Database::answering).any(|(change, _)| of_set(&change.node))
    }

    /// Replaces all pods that are not of the newest template, the highest ordinal first.
    ///
    /// # Errors
    /// When a pod or its node does not come back; the pods that are left stay as they are.
    pub async fn replace(&self, live: &Value, release: &Release<'_>) -> Result<(), Diagnostics> {
        let set = self.observed(live).await?;
        for ordinal in (0..set.replicas).rev() {
            let pod = self.pod(&set, ordinal).await?;
            let is_new = pod.as_ref().is_some_and(|pod| revision(pod) == set.revision);
            if is_new {
                // It may have been replaced by a run that was ended before its node was back.
                self.back(&set, ordinal, None, &|pod| revision(pod) == set.revision).await?;
                continue;
            }
            self.may_go_on()?;
            let before = self.leave(&set, ordinal).await?;
            release(ordinal).await?;
            self.back(&set, ordinal, before.as_deref(), &|pod| revision(pod) == set.revision).await?;
            (self.tell)(&format!("pod {}-{ordinal} is replaced", set.name));
        }
        Ok(())
    }

    /// Restarts single pods of a StatefulSet.
    ///
    /// # Errors
    /// As [`Roll::replace`].
    pub async fn restart(&self, live: &Value, mut ordinals: Vec<u64>) -> Result<(), Diagnostics> {
        let set = self.observed(live).await?;
        ordinals.sort_unstable();
        for ordinal in ordinals.into_iter().rev() {
            self.may_go_on()?;
            let Some(pod) = self.pod(&set, ordinal).await? else { continue };
            let uid = pod["metadata"]["uid"].clone();
            let before = self.leave(&set, ordinal).await?;
            let kind =
                self.cluster.kind_of("v1", "Pod").map_err(|error| refused(&set, "Pods cannot be found", &error))?;
            let name = format!("{}-{ordinal}", set.name);
            let only = json!({ "preconditions": { "uid": uid } });
            match self.cluster.delete(kind, Some(&set.namespace), &name, &only).await {
                Err(error) if !error.is_not_found() => {
                    return Err(refused(&set, &format!("Pod `{name}` cannot be deleted"), &error).into());
                }
                _ => {}
            }
            self.back(&set, ordinal, before.as_deref(), &|pod| pod["metadata"]["uid"] != uid).await?;
            (self.tell)(&format!("pod {name} is restarted"));
        }
        Ok(())
    }

    fn may_go_on(&self) -> Result<(), Diagnostic> {
        match self.stop.wanted() {
            true => Err(Diagnostic::error("redisops::nodes::stopped", "stopped before all pods were replaced")
                .help("run the same command again: it goes on with the pods that are left")),
            false => Ok(()),
        }
    }

    /// The StatefulSet once its controller knows of its newest template.
    async fn observed(&self, live: &Value) -> Result<Set, Diagnostic> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut set = Set {
            namespace: text(&live["metadata"]["namespace"]),
            name: text(&live["metadata"]["name"]),
            replicas: 0,
            revision: String::new(),
        };
        let kind = self.cluster.kind_of("apps/v1", "StatefulSet");
        let kind = kind.map_err(|error| refused(&set, "StatefulSets cannot be found", &error))?;
        let end = Instant::now() + self.patience;
        loop {
            let found = self.cluster.get(kind, Some(&set.namespace), &set.name).await;
            let found = found.map_err(|error| refused(&set, "it cannot be read", &error))?.unwrap_or_default();
            let is_known = found["status"]["observedGeneration"].as_i64() >= found["metadata"]["generation"].as_i64();
            if is_known && found["status"]["updateRevision"].is_string() {
                set.replicas = found["spec"]["replicas"].as_u64().unwrap_or(1);
                set.revision = text(&found["status"]["updateRevision"]);
                return Ok(set);
            }
            if Instant::now() >= end {
                return Err(Diagnostic::error(
                    "redisops::nodes::not_observed",
                    format!("no controller has seen the change of StatefulSet `{}`", set.name),
                )
                .help("see that kube-controller-manager runs"));
            }
            sleep(LOOK).await;
        }
    }

    async fn pod(&self, set: &Set, ordinal: u64) -> Result<Option<Value>, Diagnostic> {
        let refuse = |error: ServerError| refused(set, "its pods cannot be read", &error);
        let kind = self.cluster.kind_of("v1", "Pod").map_err(refuse)?;
        self.cluster.get(kind, Some(&set.namespace), &format!("{}-{ordinal}", set.name)).await.map_err(refuse)
    }

    /// Lets the node of a pod hand over what it is master of; the process that runs in it, where it answers.
    async fn leave(&self, set: &Set, ordinal: u64) -> Result<Option<String>, Diagnostics> {
        let pod = format!("{}-{ordinal}", set.name);
        let databases = self.look.look().await;
        let Some((database, node)) = node_of(&databases, &pod).filter(|(_, node)| node.error.is_none()) else {
            return Ok(None);
        };
        let Ok(connection) = database.connect(node).await else { return Ok(None) };
        let Ok(info) = info(&connection).await else { return Ok(None) };
        if info.get("role") == Some("master") {
            let end = Instant::now() + self.patience.min(Duration::from_secs(60));
            // A replica that has just come back needs a moment.
            loop {
                match hand_over(database, node, &info, self.tell).await {
                    Ok(()) => break,
                    Err(_) if Instant::now() < end && !self.stop.wanted() => sleep(LOOK).await,
                    Err(found) => return Err(found),
                }
            }
        }
        Ok(info.get("run_id").map(str::to_owned))
    }

    /// Waits until a pod is the new one and ready, and its node is another process, in step with its master.
    async fn back(
        &self,
        set: &Set,
        ordinal: u64,
        before: Option<&str>,
        is_new: &(dyn Fn(&Value) -> bool + Sync),
    ) -> Result<(), Diagnostics> {
        let name = format!("{}-{ordinal}", set.name);
        let end = Instant::now() + self.patience;
        let mut why = "the pod is not there".to_owned();
        loop {
            let pod = self.pod(set, ordinal).await?;
            let ready = pod.filter(|pod| is_new(pod) && is_ready(pod));
            if ready.is_some() {
                let databases = self.look.look().await;
                match node_of(&databases, &name) {
                    // Nobody says how it is reached: its pod is all that can be waited for.
                    None => return Ok(()),
                    Some((_, node)) if node.error.is_some() && before.is_none() => return Ok(()),
                    Some((database, node)) => match in_step(database, node, before).await {
                        Ok(()) => return Ok(()),
                        Err(lacks) => why = lacks,
                    },
                }
            }
            if Instant::now() >= end || self.stop.wanted() {
                return Err(Diagnostic::error(
                    "redisops::nodes::not_back",
                    format!("pod `{name}` was replaced and is not back: {why}"),
                )
                .note("the pods after it were not touched")
                .help("see why it does not come up (`kubectl describe pod`, its log), then run the same command again")
                .into());
            }
            sleep(LOOK).await;
        }
    }
}

fn node_of<'d>(databases: &'d [Database], pod: &str) -> Option<(&'d Database, &'d NodeChange)> {
    databases.iter().find_map(|database| {
        let own = database.wanted.nodes.iter().any(|node| node.pod == pod);
        let change = database.changes.iter().find(|change| change.node == pod);
        change.filter(|_| own).map(|change| (database, change))
    })
}

/// Whether a node is back: another process than before that has its data.
async fn in_step(database: &Database, node: &NodeChange, before: Option<&str>) -> Result<(), String> {
    let connection = database.connect(node).await.map_err(|error| format!("its node does not answer: {error}"))?;
    let info = info(&connection).await.map_err(|_| "its node does not tell how it is")?;
    if before.is_some() && info.get("run_id") == before {
        return Err("the old process still answers".to_owned());
    }
    if info.get("loading") == Some("1") {
        return Err("its node loads its data".to_owned());
    }
    if info.get("role") == Some("slave") && info.get("master_link_status") != Some("up") {
        return Err("its node copies its master".to_owned());
    }
    if info.get("cluster_enabled") == Some("1") {
        let told: Result<String, _> = connection.query(cmd("CLUSTER").arg("INFO")).await;
        if !told.is_ok_and(|text| text.contains("cluster_state:ok")) {
            return Err("its node does not take the cluster for whole".to_owned());
        }
    }
    Ok(())
}

fn revision(pod: &Value) -> &str {
    pod["metadata"]["labels"]["controller-revision-hash"].as_str().unwrap_or_default()
}

fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    let ready = conditions.and_then(|all| all.iter().find(|one| one["type"] == "Ready"));
    ready.is_some_and(|one| one["status"] == "True") && pod["metadata"]["deletionTimestamp"].is_null()
}

fn refused(set: &Set, what: &str, error: &ServerError) -> Diagnostic {
    let message = format!("StatefulSet `{}/{}`: {what}: {}", set.namespace, set.name, error.message);
    let found = Diagnostic::error("redisops::nodes::pods", message);
    match role_for([error]) {
        Some(role) => found.note(format!("this Role would do:\n{role}")),
        None => found,
    }
}
