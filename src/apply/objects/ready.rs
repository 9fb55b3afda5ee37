//! Whether an object is ready, by the rules that clients of Kubernetes share.
//!
//! Pure: looks at one object as the server gives it.

use serde_json::Value;

/// How far an object is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Readiness {
    /// It is what it is to be.
    Ready,
    /// Not yet, and why.
    Waiting(String),
    /// It will not be without help, and why.
    Failed(String),
}

use Readiness::{Failed, Ready, Waiting};

/// How far an object is.
pub fn readiness(object: &Value) -> Readiness {
    if object["metadata"]["deletionTimestamp"].is_string() {
        return Waiting("it is being deleted".to_owned());
    }
    let generation = object["metadata"]["generation"].as_i64();
    let observed = object["status"]["observedGeneration"].as_i64();
    if let (Some(generation), Some(observed)) = (generation, observed)
        && observed < generation
    {
        return Waiting("its controller has not seen the change yet".to_owned());
    }
    let group = object["apiVersion"].as_str().unwrap_or("").rsplit_once('/').map_or("", |(group, _)| group);
    match (group, object["kind"].as_str().unwrap_or("")) {
        ("apps", "Deployment") => seen(observed, || deployment(object)),
        ("apps", "StatefulSet") => seen(observed, || stateful_set(object)),
        ("apps", "DaemonSet") => seen(observed, || daemon_set(object)),
        ("apps", "ReplicaSet") => seen(observed, || counted(object, "readyReplicas", "ready")),
        ("batch", "Job") => job(object),
        ("", "Pod") => pod(object),
        ("", "PersistentVolumeClaim") => claim(object),
        ("", "Service") => service(object),
        ("", "Namespace") => phase(object, "Active"),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        ("app.redislabs.com", "RedisEnterpriseCluster") => enterprise_cluster(object),
        ("app.redislabs.com", "RedisEnterpriseDatabase" | "RedisEnterpriseActiveActiveDatabase") => database(object),
        ("policy" | "autoscaling" | "networking.k8s.io" | "rbac.authorization.k8s.io", _) => Ready,
        ("", _) => Ready,
        _ => by_conditions(object),
    }
}

/// Workloads whose controller has never looked at them say nothing.
fn seen(observed: Option<i64>, then: impl FnOnce() -> Readiness) -> Readiness {
    match observed {
        None => Waiting("its controller has not seen it yet".to_owned()),
        Some(_) => then(),
    }
}

fn number(object: &Value, path: &str, default: i64) -> i64 {
    object.pointer(path).and_then(Value::as_i64).unwrap_or(default)
}

fn condition<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object["status"]["conditions"].as_array()?.iter().find(|one| one["type"] == name)
}

fn is_true(condition: Option<&Value>) -> bool {
    condition.is_some_and(|one| one["status"] == "True")
}

/// What a condition says.
fn said(condition: &Value) -> String {
    let text = |key: &str| condition[key].as_str().unwrap_or("");
    match (text("reason"), text("message")) {
        ("", "") => text("type").to_owned(),
        (reason, "") => reason.to_owned(),
        ("", message) => message.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    }
}

fn progress(done: i64, wanted: i64, what: &str) -> Readiness {
    Waiting(format!("{done} of {wanted} replicas are {what}"))
}

fn counted(object: &Value, field: &str, what: &str) -> Readiness {
    let wanted = number(object, "/spec/replicas", 1);
    let done = number(object, &format!("/status/{field}"), 0);
    if done < wanted { progress(done, wanted, what) } else { Ready }
}

fn deployment(object: &Value) -> Readiness {
    if let Some(stuck) = condition(object, "Progressing")
        && stuck["reason"] == "ProgressDeadlineExceeded"
    {
        return Failed(said(stuck));
    }
    if let Some(failure) = condition(object, "ReplicaFailure")
        && failure["status"] == "True"
    {
        return Waiting(said(failure));
    }
    let wanted = number(object, "/spec/replicas", 1);
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    if status("updatedReplicas") < wanted {
        return progress(status("updatedReplicas"), wanted, "updated");
    }
    if status("replicas") > status("updatedReplicas") {
        return Waiting(format!("{} old replicas are still there", status("replicas") - status("updatedReplicas")));
    }
    if status("availableReplicas") < wanted {
        return progress(status("availableReplicas"), wanted, "available");
    }
    Ready
}

fn stateful_set(object: &Value) -> Readiness {
    let wanted = number(object, "/spec/replicas", 1);
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    if status("replicas") < wanted {
        return progress(status("replicas"), wanted, "there");
    }
    if status("readyReplicas") < wanted {
        return progress(status("readyReplicas"), wanted, "ready");
    }
    if status("replicas") > wanted {
        return Waiting(format!("{} replicas too many are still there", status("replicas") - wanted));
    }
    // With OnDelete nobody replaces the pods.
    if object["spec"]["updateStrategy"]["type"] == "OnDelete" {
        return Ready;
    }
    let partition = number(object, "/spec/updateStrategy/rollingUpdate/partition", 0);
    if partition > 0 {
        let updated = (wanted - partition).max(0);
        return match status("updatedReplicas") {
            done if done < updated => progress(done, updated, "updated"),
            _ => Ready,
        };
    }
    let (current, update) = (&object["status"]["currentRevision"], &object["status"]["updateRevision"]);
    if update.is_string() && current != update {
        return progress(status("updatedReplicas"), wanted, "updated");
    }
    Ready
}

fn daemon_set(object: &Value) -> Readiness {
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    let wanted = status("desiredNumberScheduled");
    let is_manual = object["spec"]["updateStrategy"]["type"] == "OnDelete";
    if !is_manual && status("updatedNumberScheduled") < wanted {
        return Waiting(format!("{} of {wanted} pods are updated", status("updatedNumberScheduled")));
    }
    match status("numberAvailable") {
        available if available < wanted => Waiting(format!("{available} of {wanted} pods are available")),
        _ => Ready,
    }
}

fn job(object: &Value) -> Readiness {
    if let Some(failed) = condition(object, "Failed")
        && is_true(Some(failed))
    {
        return Failed(said(failed));
    }
    if is_true(condition(object, "Complete")) || object["spec"]["suspend"] == true {
        return Ready;
    }
    let (done, wanted) = (number(object, "/status/succeeded", 0), number(object, "/spec/completions", 1));
    Waiting(format!("{done} of {wanted} completions"))
}

fn pod(object: &Value) -> Readiness {
    match object["status"]["phase"].as_str() {
        Some("Succeeded") => Ready,
        Some("Failed") => Failed(object["status"]["message"].as_str().unwrap_or("the pod has failed").to_owned()),
        _ if is_true(condition(object, "Ready")) => Ready,
        phase => Waiting(format!("the pod is {}", phase.unwrap_or("not scheduled"))),
    }
}

fn claim(object: &Value) -> Readiness {
    match object["status"]["phase"].as_str() {
        Some("Bound") => Ready,
        Some("Lost") => Failed("its volume is lost".to_owned()),
        _ => Waiting("it has no volume yet".to_owned()),
    }
}

fn service(object: &Value) -> Readiness {
    if object["spec"]["type"] != "LoadBalancer" {
        return Ready;
    }
    let addresses = object["status"]["loadBalancer"]["ingress"].as_array();
    match addresses.is_some_and(|list| !list.is_empty()) {
        true => Ready,
        false => Waiting("its load balancer has no address yet".to_owned()),
    }
}

fn phase(object: &Value, wanted: &str) -> Readiness {
    match object["status"]["phase"].as_str() {
        Some(phase) if phase != wanted => Waiting(format!("it is {phase}")),
        _ => Ready,
    }
}

fn definition(object: &Value) -> Readiness {
    if let Some(names) = condition(object, "NamesAccepted")
        && names["status"] == "False"
    {
        return Failed(said(names));
    }
    match is_true(condition(object, "Established")) {
        true => Ready,
        false => Waiting("it is not served yet".to_owned()),
    }
}

fn enterprise_cluster(object: &Value) -> Readiness {
    match object["status"]["state"].as_str() {
        Some("Running") => invalid_spec(object).unwrap_or(Ready),
        Some(state @ ("Error" | "Invalid" | "InvalidUpgrade")) => Failed(format!("its operator says {state}")),
        Some(state) => Waiting(format!("it is {state}")),
        None => Waiting("its operator has not said anything yet".to_owned()),
    }
}

fn database(object: &Value) -> Readiness {
    match object["status"]["status"].as_str() {
        Some("active") => invalid_spec(object).unwrap_or(Ready),
        Some("creation-failed") => Failed("its operator says creation-failed".to_owned()),
        None | Some("") => {
            invalid_spec(object).unwrap_or_else(|| Waiting("its operator has not said anything yet".to_owned()))
        }
        Some(status) => invalid_spec(object).unwrap_or_else(|| Waiting(format!("it is {status}"))),
    }
}

fn invalid_spec(object: &Value) -> Option<Readiness> {
    (object["status"]["specStatus"] == "Invalid")
        .then(|| Failed("its operator says that the spec is invalid".to_owned()))
}

/// Custom resources: what is stalled has failed, what reconciles or is not ready has to be waited for, what says nothing is ready.
fn by_conditions(object: &Value) -> Readiness {
    if let Some(stalled) = condition(object, "Stalled")
        && is_true(Some(stalled))
    {
        return Failed(said(stalled));
    }
    if let Some(reconciling) = condition(object, "Reconciling")
        && is_true(Some(reconciling))
    {
        return Waiting(said(reconciling));
    }
    match condition(object, "Ready").filter(|ready| ready["status"] != "True") {
        Some(ready) => Waiting(said(ready)),
        None => Ready,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(api_version: &str, kind: &str, spec: Value, status: Value) -> Readiness {
        readiness(
            &json!({"apiVersion": api_version, "kind": kind, "metadata": {"generation": 2}, "spec": spec, "status": status}),
        )
    }

    fn why(readiness: Readiness) -> String {
        match readiness {
            Ready => "ready".to_owned(),
            Waiting(why) => why,
            Failed(why) => format!("FAILED {why}"),
        }
    }

    #[test]
    fn workloads_are_ready_when_all_pods_are_new_and_there() {
        let deployment = |status: Value| why(of("apps/v1", "Deployment", json!({"replicas": 2}), status));
        assert_eq!(deployment(json!({})), "its controller has not seen it yet");
        assert_eq!(deployment(json!({"observedGeneration": 1})), "its controller has not seen the change yet");
        let mut status = json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 1});
        assert_eq!(deployment(status.clone()), "1 of 2 replicas are updated");
        status["updatedReplicas"] = json!(2);
        assert_eq!(deployment(status.clone()), "1 old replicas are still there");
        status["replicas"] = json!(2);
        assert_eq!(deployment(status.clone()), "0 of 2 replicas are available");
        status["availableReplicas"] = json!(2);
        assert_eq!(deployment(status.clone()), "ready");
        status["conditions"] = json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "slow"}]);
        assert_eq!(deployment(status), "FAILED ProgressDeadlineExceeded: slow");

        let set = |spec: Value, status: Value| why(of("apps/v1", "StatefulSet", spec, status));
        let mut status = json!({"observedGeneration": 2, "replicas": 3, "readyReplicas": 3, "updatedReplicas": 1, "currentRevision": "a", "updateRevision": "b"});
        assert_eq!(set(json!({"replicas": 3}), status.clone()), "1 of 3 replicas are updated");
        assert_eq!(set(json!({"replicas": 3, "updateStrategy": {"type": "OnDelete"}}), status.clone()), "ready");
        let partition = json!({"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}});
        assert_eq!(set(partition, status.clone()), "ready");
        assert_eq!(set(json!({"replicas": 2}), status.clone()), "1 replicas too many are still there");
        status["currentRevision"] = json!("b");
        assert_eq!(set(json!({"replicas": 3}), status), "ready");

        let daemons = json!({"observedGeneration": 2, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1});
        assert_eq!(why(of("apps/v1", "DaemonSet", json!({}), daemons)), "1 of 2 pods are available");
    }

    #[test]
    fn what_is_done_once_ends_or_fails() {
        let job = |status: Value| why(of("batch/v1", "Job", json!({"completions": 2}), status));
        assert_eq!(job(json!({"succeeded": 1})), "1 of 2 completions");
        assert_eq!(job(json!({"conditions": [{"type": "Complete", "status": "True"}]})), "ready");
        let failed = json!({"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]});
        assert_eq!(job(failed), "FAILED BackoffLimitExceeded");
    }

    #[test]
    fn other_kinds_have_their_own_words() {
        let claim = |status: Value| why(of("v1", "PersistentVolumeClaim", json!({}), status));
        assert_eq!(
            (claim(json!({"phase": "Pending"})), claim(json!({"phase": "Bound"}))),
            ("it has no volume yet".into(), "ready".into())
        );
        let service = |kind: &str, status: Value| why(of("v1", "Service", json!({"type": kind}), status));
        assert_eq!(service("ClusterIP", json!({})), "ready");
        assert_eq!(service("LoadBalancer", json!({})), "its load balancer has no address yet");
        assert_eq!(service("LoadBalancer", json!({"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}})), "ready");
        let definition =
            |status: Value| why(of("apiextensions.k8s.io/v1", "CustomResourceDefinition", json!({}), status));
        assert_eq!(definition(json!({"conditions": [{"type": "Established", "status": "True"}]})), "ready");
        assert_eq!(
            definition(json!({"conditions": [{"type": "Established", "status": "False"}]})),
            "it is not served yet"
        );
        assert_eq!(why(of("v1", "ConfigMap", json!({}), json!({}))), "ready");
    }

    #[test]
    fn operators_say_how_far_they_are() {
        let rec = |status: Value| why(of("app.redislabs.com/v1", "RedisEnterpriseCluster", json!({}), status));
        assert_eq!(rec(json!({})), "its operator has not said anything yet");
        assert_eq!(rec(json!({"state": "Initializing"})), "it is Initializing");
        assert_eq!(rec(json!({"state": "Running"})), "ready");
        assert_eq!(rec(json!({"state": "Invalid"})), "FAILED its operator says Invalid");
        let redb = |status: Value| why(of("app.redislabs.com/v1alpha1", "RedisEnterpriseDatabase", json!({}), status));
        assert_eq!(redb(json!({"status": "pending"})), "it is pending");
        assert_eq!(
            redb(json!({"status": "active", "observedGeneration": 1})),
            "its controller has not seen the change yet"
        );
        assert_eq!(redb(json!({"status": "active"})), "ready");
        assert_eq!(
            redb(json!({"status": "active", "specStatus": "Invalid"})),
            "FAILED its operator says that the spec is invalid"
        );
        let other = |status: Value| why(of("cert-manager.io/v1", "Certificate", json!({}), status));
        assert_eq!(other(json!({})), "ready");
        assert_eq!(
            other(json!({"conditions": [{"type": "Ready", "status": "False", "reason": "Issuing"}]})),
            "Issuing"
        );
        assert_eq!(other(json!({"conditions": [{"type": "Stalled", "status": "True", "message": "no"}]})), "FAILED no");
    }
}
