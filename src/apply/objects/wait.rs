//! Waiting until objects are ready, or gone.

use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;
use tokio::time::Instant;

use crate::apply::slots::Stop;
use crate::live::kubernetes::{Cluster, ServerError};

use super::members::{kind_of, resource};
use super::ready::{Readiness, readiness};
use super::report::Failure;

/// How often is asked in the beginning, and later.
pub(super) const OFTEN: Duration = Duration::from_millis(200);
pub(super) const SELDOM: Duration = Duration::from_secs(2);

/// Who is told how it goes.
pub trait Watcher: Sync {
    /// Something has happened.
    fn tell(&self, text: &str);
    /// Something that the user should know in any case.
    fn note(&self, text: &str);
}

/// An object that is waited for.
pub struct Awaited {
    /// Its position, for whoever waits.
    pub at: usize,
    /// As it was seen last.
    pub object: Value,
    /// What its controller said of it before it was changed; nothing where it was not changed now.
    pub said_before: Option<Value>,
}

/// How long an operator that does not say which change it has seen may take to react to one before what it said earlier counts, good news and bad.
const NOTICES: Duration = Duration::from_secs(3);
const THINKS_AGAIN: Duration = Duration::from_secs(15);

/// How far an object is. What an operator said before the change is taken for what it says of it only after a while: `Running` may be followed by a rolling
/// update, and what was invalid may have been mended.
fn now(one: &Awaited, since: Duration) -> Readiness {
    let found = readiness(&one.object);
    let is_old = one.said_before.as_ref().is_some_and(|said| *said == one.object["status"]);
    let is_told_by_state =
        one.object["apiVersion"].as_str().is_some_and(|version| version.starts_with("app.redislabs.com/"))
            && one.object["status"]["observedGeneration"].is_null();
    match found {
        Readiness::Ready if is_old && is_told_by_state && since < NOTICES => {
            Readiness::Waiting("its operator has not said anything of the change yet".to_owned())
        }
        Readiness::Failed(why) if is_old && is_told_by_state && since < THINKS_AGAIN => {
            Readiness::Waiting(format!("{why}, and nothing of the change yet"))
        }
        other => other,
    }
}

/// Waits for all; gives those that did not get ready, with what they lack. Ends early when one has failed.
pub async fn until_ready(
    cluster: &Cluster,
    mut awaited: Vec<Awaited>,
    timeout: Duration,
    stop: &Stop,
    watcher: &dyn Watcher,
) -> Vec<(usize, Failure)> {
    let begun = Instant::now();
    let deadline = begun + timeout;
    let mut pause = OFTEN;
    let mut told: Vec<(usize, String)> = Vec::new();
    loop {
        let mut failed = Vec::new();
        let mut waiting = Vec::new();
        for one in awaited {
            match now(&one, begun.elapsed()) {
                Readiness::Ready => {
                    if told.iter().any(|(at, _)| *at == one.at) {
                        watcher.tell(&format!("ready {}", resource(&one.object)));
                    }
                }
                Readiness::Failed(why) => {
                    let mut failure = failure("notReady", why);
                    failure.notes = warnings(cluster, &one.object).await;
                    failed.push((one.at, failure));
                }
                Readiness::Waiting(_) if is_bound_later(cluster, &one.object).await => {}
                Readiness::Waiting(why) => waiting.push((one, why)),
            }
        }
        if !failed.is_empty() || waiting.is_empty() {
            return failed;
        }
        if Instant::now() >= deadline || stop.wanted() {
            let code = if stop.wanted() { "interrupted" } else { "timeout" };
            let late = waiting.into_iter().map(|(one, why)| late(cluster, one, why, code, timeout));
            return join_all(late).await;
        }
        for (one, why) in &waiting {
            if !told.iter().any(|(at, before)| *at == one.at && before == why) {
                told.retain(|(at, _)| *at != one.at);
                told.push((one.at, why.clone()));
                watcher.tell(&format!("waiting for {}: {why}", resource(&one.object)));
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause.min(deadline - Instant::now())) => {}
            () = stop.reached(crate::apply::slots::Urgency::Finish) => {}
        }
        pause = (pause * 3 / 2).min(SELDOM);
        awaited = Vec::new();
        for (one, refused) in join_all(waiting.into_iter().map(|(one, _)| again(cluster, one))).await {
            match refused {
                Some(error) => failed.push((one.at, super::failure::failure(&error, &resource(&one.object)))),
                None => awaited.push(one),
            }
        }
        if !failed.is_empty() {
            return failed;
        }
    }
}

fn failure(code: &str, message: String) -> Failure {
    Failure { code: code.to_owned(), message, ..Failure::default() }
}

/// Looks at an object again. A server that does not answer for a moment is no reason to give up: the next look may go well. One that does not let the
/// user in any more is.
async fn again(cluster: &Cluster, mut one: Awaited) -> (Awaited, Option<ServerError>) {
    let Ok(kind) = kind_of(cluster, &one.object) else { return (one, None) };
    let metadata = &one.object["metadata"];
    let name = metadata["name"].as_str().unwrap_or("");
    match cluster.get(kind, metadata["namespace"].as_str(), name).await {
        Ok(Some(object)) => one.object = object,
        Err(error) if [401, 403].contains(&error.status) => return (one, Some(error)),
        _ => {}
    }
    (one, None)
}

/// Whether a claim gets its volume only when a pod uses it.
async fn is_bound_later(cluster: &Cluster, object: &Value) -> bool {
    if object["kind"] != "PersistentVolumeClaim" {
        return false;
    }
    let Some(class) = object["spec"]["storageClassName"].as_str().filter(|class| !class.is_empty()) else {
        return false;
    };
    let Ok(kind) = cluster.kind_of("storage.k8s.io/v1", "StorageClass") else { return false };
    let class = cluster.get(kind, None, class).await.ok().flatten();
    class.is_some_and(|class| class["volumeBindingMode"] == "WaitForFirstConsumer")
}

async fn late(cluster: &Cluster, one: Awaited, why: String, code: &str, timeout: Duration) -> (usize, Failure) {
    if one.object["metadata"]["deletionTimestamp"].is_string() && code == "timeout" {
        let mut failure = held(&one.object);
        failure
            .notes
            .push("what the files say of it goes with it: it is to be created again once it is gone".to_owned());
        return (one.at, failure);
    }
    let after =
        if code == "timeout" { format!("not ready after {} s", timeout.as_secs()) } else { "not ready yet".to_owned() };
    let mut failure = failure(code, format!("{after}: {why}"));
    failure.notes = pods(cluster, &one.object).await;
    failure.notes.extend(warnings(cluster, &one.object).await);
    if one.object["kind"] == "StatefulSet" && !failure.notes.is_empty() {
        let hint =
            "a StatefulSet does not replace a pod that never got ready: when the template is mended, delete the pod";
        failure.notes.push(hint.to_owned());
    }
    failure.help = Some(
        "what was applied stays; run it again to wait on, with a longer `--timeout` where it takes long".to_owned(),
    );
    (one.at, failure)
}

/// What others have warned of about an object, the newest last: operators say in events what is wrong. Nothing where that may not be asked.
async fn warnings(cluster: &Cluster, object: &Value) -> Vec<String> {
    let metadata = &object["metadata"];
    let (Some(namespace), Some(uid)) = (metadata["namespace"].as_str(), metadata["uid"].as_str()) else {
        return Vec::new();
    };
    let path = format!(
        "/api/v1/namespaces/{namespace}/events?limit=100&fieldSelector=involvedObject.uid%3D{uid}%2Ctype%3DWarning"
    );
    let Ok(found) = cluster.document(&path).await else { return Vec::new() };
    let text = |event: &Value, key: &str| event[key].as_str().unwrap_or("").to_owned();
    let when = |event: &Value| ["lastTimestamp", "eventTime"].map(|key| text(event, key)).concat();
    let mut all: Vec<(String, String)> = found["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|event| (when(event), format!("event {}: {}", text(event, "reason"), text(event, "message"))))
        .collect();
    all.sort();
    let mut said: Vec<String> = all.into_iter().map(|(_, said)| said).collect();
    said.dedup();
    said.split_off(said.len().saturating_sub(EVENTS))
}

/// Events of an object that are told.
const EVENTS: usize = 3;

/// What the pods of a workload lack.
async fn pods(cluster: &Cluster, object: &Value) -> Vec<String> {
    let Some(labels) = object["spec"]["selector"]["matchLabels"].as_object() else { return Vec::new() };
    let selector: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or(""))).collect();
    let Ok(kind) = cluster.kind_of("v1", "Pod") else { return Vec::new() };
    let namespace = object["metadata"]["namespace"].as_str();
    let Ok(pods) = cluster.list(kind, namespace, Some(&selector.join(","))).await else { return Vec::new() };
    pods.items.iter().filter_map(pod).take(5).collect()
}

fn pod(pod: &Value) -> Option<String> {
    let name = pod["metadata"]["name"].as_str()?;
    let status = &pod["status"];
    let empty = Vec::new();
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let containers = [list(&status["initContainerStatuses"]), list(&status["containerStatuses"])].concat();
    for container in &containers {
        let waiting = &container["state"]["waiting"];
        if let Some(reason) = waiting["reason"].as_str().filter(|reason| *reason != "PodInitializing") {
            let container = container["name"].as_str().unwrap_or("");
            let message = waiting["message"].as_str().map_or(String::new(), |text| format!(": {text}"));
            return Some(format!("pod {name}, container {container}: {reason}{message}"));
        }
    }
    let conditions = status["conditions"].as_array().unwrap_or(&empty);
    let unmet = conditions.iter().find(|one| one["status"] == "False" && one["message"].is_string())?;
    Some(format!("pod {name}: {}", unmet["message"].as_str().unwrap_or("")))
}

/// Waits until an object is gone; says what holds it when it is not.
///
/// # Errors
/// When it is still there at the end, or cannot be asked for.
pub async fn until_gone(cluster: &Cluster, object: &Value, deadline: Instant, stop: &Stop) -> Result<(), Failure> {
    let server = |error: ServerError| super::failure::failure(&error, &resource(object));
    let kind = kind_of(cluster, object).map_err(server)?;
    let metadata = &object["metadata"];
    let mut pause = OFTEN;
    loop {
        let now = cluster.get(kind, metadata["namespace"].as_str(), metadata["name"].as_str().unwrap_or("")).await;
        let Some(now) = now.map_err(server)?.filter(|now| now["metadata"]["uid"] == metadata["uid"]) else {
            return Ok(());
        };
        if Instant::now() >= deadline || stop.wanted() {
            return Err(held(&now));
        }
        tokio::time::sleep(pause.min(deadline - Instant::now())).await;
        pause = (pause * 3 / 2).min(SELDOM);
    }
}

fn held(object: &Value) -> Failure {
    let finalizers: Vec<&str> =
        object["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut failure = match finalizers.is_empty() {
        true => failure("timeout", "it is being deleted and not gone yet".to_owned()),
        false => failure("finalizer", format!("it is being deleted, and held by {}", finalizers.join(", "))),
    };
    if !finalizers.is_empty() {
        failure.field = Some("metadata.finalizers".to_owned());
        failure.notes.push("whoever has added a finalizer has work to do before the object may go".to_owned());
        failure.help =
            Some("see that its controller runs; taking the finalizer away by hand leaves that work undone".to_owned());
    }
    failure
}
