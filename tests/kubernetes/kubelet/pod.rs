//! A pod from its start to its end, as its kubelet sees it.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use serde_json::{Value, json};

use super::containers::Container;
use super::service::Endpoints;
use super::{Place, Told, ip};

/// How often probes are asked.
const PERIOD: Duration = Duration::from_millis(300);
/// How often those of a pod that is ready: each starts a handful of processes.
const CALM: Duration = Duration::from_secs(2);

/// What a watch tells of a pod.
pub enum Seen {
    /// It is there.
    Runs(Box<Value>),
    /// It is to go, or is gone.
    Ends(String),
}

impl Seen {
    pub fn of(event: &Value) -> Seen {
        let pod = &event["object"];
        match event["type"] == "DELETED" || !pod["metadata"]["deletionTimestamp"].is_null() {
            true => Seen::Ends(uid(pod)),
            false => Seen::Runs(Box::new(pod.clone())),
        }
    }
}

fn uid(pod: &Value) -> String {
    pod["metadata"]["uid"].as_str().unwrap_or_default().to_owned()
}

/// Who sees to the pods of one name, one after the other.
pub struct Worker {
    place: Place,
    number: usize,
    told: Told,
    endpoints: Endpoints,
    now: Option<Running>,
}

struct Running {
    uid: String,
    pod: Value,
    containers: Vec<Container>,
    is_ready: bool,
}

impl Worker {
    pub fn new(place: Place, number: usize, told: Told, endpoints: Endpoints) -> Worker {
        Worker { place, number, told, endpoints, now: None }
    }

    /// Works until nobody tells of pods any more.
    pub fn run(mut self, seen: &Receiver<Seen>) {
        loop {
            let is_ready = self.now.as_ref().is_none_or(|now| now.is_ready);
            match seen.recv_timeout(if is_ready { CALM } else { PERIOD }) {
                Ok(Seen::Runs(pod)) => self.begin(*pod),
                Ok(Seen::Ends(uid)) => self.end(&uid),
                Err(RecvTimeoutError::Timeout) => self.probe(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.now.iter_mut().flat_map(|now| &mut now.containers).for_each(Container::kill);
    }

    fn begin(&mut self, pod: Value) {
        let is_placed = pod["spec"]["nodeName"].is_string();
        if !is_placed || self.now.as_ref().is_some_and(|now| now.uid == uid(&pod)) {
            return;
        }
        let containers = self.place.start(&pod, self.number);
        self.now = Some(Running { uid: uid(&pod), pod, containers, is_ready: false });
        self.told.starts.lock().unwrap().push(self.place.names[self.number].clone());
        self.tell();
    }

    /// Hooks first, then the processes, then the object.
    fn end(&mut self, uid: &str) {
        let Some(mut now) = self.now.take_if(|now| now.uid == uid) else { return };
        self.endpoints.set(self.number, false);
        let name = &self.place.names[self.number];
        if now.containers.first().is_some_and(|server| server.is_master(&ip(self.place.net, self.number))) {
            self.told.masters.lock().unwrap().push(name.clone());
        }
        for container in &now.containers {
            container.stop.as_ref().map(|hook| container.does(hook));
        }
        now.containers.iter_mut().for_each(Container::kill);
        let only = json!({ "gracePeriodSeconds": 0, "preconditions": { "uid": uid } });
        let path = format!("/api/v1/namespaces/{}/pods/{name}", self.place.namespace);
        self.place.send(&["delete", "--raw", &path, "-f", "-"], &only);
    }

    fn probe(&mut self) {
        let Some(now) = &mut self.now else { return };
        let is_ready = now.containers.iter().all(|one| one.ready.as_ref().is_none_or(|probe| one.does(probe)));
        if is_ready != now.is_ready {
            now.is_ready = is_ready;
            self.endpoints.set(self.number, is_ready);
            self.tell();
        }
    }

    fn tell(&self) {
        let Some(now) = &self.now else { return };
        let ready = if now.is_ready { "True" } else { "False" };
        let since = now.pod["metadata"]["creationTimestamp"].clone();
        let conditions: Vec<Value> =
            [("Initialized", "True"), ("ContainersReady", ready), ("Ready", ready), ("PodScheduled", "True")]
                .iter()
                .map(|(kind, status)| json!({ "type": kind, "status": status, "lastTransitionTime": since }))
                .collect();
        let containers = now.pod["spec"]["containers"].as_array().into_iter().flatten();
        let containers: Vec<Value> = containers
            .map(|container| {
                json!({
                    "name": container["name"], "image": container["image"], "imageID": "", "ready": now.is_ready, "started": true,
                    "restartCount": 0, "state": { "running": { "startedAt": since } },
                })
            })
            .collect();
        let status = json!({ "metadata": { "uid": now.uid }, "status": {
            "phase": "Running", "startTime": since, "podIP": ip(self.place.net, self.number), "conditions": conditions,
            "podIPs": [{ "ip": ip(self.place.net, self.number) }], "containerStatuses": containers,
        }});
        let name = &self.place.names[self.number];
        self.place
            .send(&["patch", "pod", name, "--subresource=status", "--type=merge", "--patch-file=/dev/stdin"], &status);
    }
}
