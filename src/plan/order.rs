//! The order of objects: waves that users ask for, and inside of a wave what must be there before others can be.

use std::collections::BTreeMap;

use crate::k8s::parse_api_version;
use crate::yaml::Node;

/// Annotations that name a wave; the first one that an object has counts.
const WAVE_ANNOTATIONS: [&str; 2] = ["redisops.dev/wave", "argocd.argoproj.io/sync-wave"];

/// What an object is to others of its wave, in the order of their creation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// Others live in it.
    Namespaces,
    /// Others are of its kind.
    Definitions,
    /// Pods read it at their start, or are reached through it.
    Configuration,
    /// Runs something.
    Workloads,
    /// Needs something that runs: a database of a cluster.
    Dependents,
    /// Judges or changes others from then on, with the help of something that runs.
    Admission,
}

/// When an object is applied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Wave {
    /// The number that users give.
    pub number: i64,
    /// Its place in there.
    pub stage: Stage,
}

fn text<'a>(object: &'a Node, path: &[&str]) -> &'a str {
    object.text_at(path).unwrap_or("")
}

fn group_and_kind(object: &Node) -> (&str, &str) {
    (parse_api_version(text(object, &["apiVersion"])).0, text(object, &["kind"]))
}

/// The stage of a kind.
pub(super) fn stage_of(group: &str, kind: &str) -> Stage {
    match (group, kind) {
        ("", "Namespace") => Stage::Namespaces,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Stage::Definitions,
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job" | "CronJob")
        | ("", "Pod" | "ReplicationController")
        | ("app.redislabs.com", "RedisEnterpriseCluster")
        | ("argoproj.io", "Application" | "ApplicationSet") => Stage::Workloads,
        ("app.redislabs.com", _) | ("autoscaling", _) => Stage::Dependents,
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration")
        | ("apiregistration.k8s.io", _) => Stage::Admission,
        _ => Stage::Configuration,
    }
}

fn stage(object: &Node) -> Stage {
    let (group, kind) = group_and_kind(object);
    stage_of(group, kind)
}

/// The wave that an object asks for. What is no number asks for none, as Argo CD reads it.
fn asked(object: &Node) -> i64 {
    let annotation = |name: &&str| object.lookup(&["metadata", "annotations", name]).and_then(Node::text);
    WAVE_ANNOTATIONS.iter().find_map(annotation).and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// The waves of objects. A namespace or a definition is not later than the first object that needs it, whatever it asks for.
pub fn waves(objects: &[&Node]) -> Vec<Wave> {
    let own: Vec<i64> = objects.iter().map(|object| asked(object)).collect();
    let (mut by_namespace, mut by_kind) = (BTreeMap::new(), BTreeMap::new());
    for (at, object) in objects.iter().enumerate() {
        let namespace = text(object, &["metadata", "namespace"]);
        let earliest = |map: &mut BTreeMap<(String, String), i64>, key: (&str, &str)| {
            let first = map.entry((key.0.to_owned(), key.1.to_owned())).or_insert(own[at]);
            *first = own[at].min(*first);
        };
        earliest(&mut by_namespace, ("", namespace));
        earliest(&mut by_kind, group_and_kind(object));
    }
    let needed = |object: &Node| match stage(object) {
        Stage::Namespaces => {
            by_namespace.get(&(String::new(), text(object, &["metadata", "name"]).to_owned())).copied()
        }
        Stage::Definitions => {
            let kind = (text(object, &["spec", "group"]), text(object, &["spec", "names", "kind"]));
            by_kind.get(&(kind.0.to_owned(), kind.1.to_owned())).copied()
        }
        _ => None,
    };
    let wave = |(object, own): (&&Node, &i64)| Wave {
        number: needed(object).map_or(*own, |first| first.min(*own)),
        stage: stage(object),
    };
    objects.iter().zip(&own).map(wave).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, with};
    use super::*;

    fn numbers(objects: &[Node]) -> Vec<(i64, Stage)> {
        let all: Vec<&Node> = objects.iter().collect();
        waves(&all).into_iter().map(|wave| (wave.number, wave.stage)).collect()
    }

    #[test]
    fn annotations_name_waves_and_ours_wins() {
        let waved = |annotations: &str| {
            with("v1", "ConfigMap", "a", "x", &format!(r#""metadata":{{"name":"x","annotations":{annotations}}}"#))
        };
        let found = numbers(&[
            waved(r#"{"argocd.argoproj.io/sync-wave":"-3"}"#),
            waved(r#"{"argocd.argoproj.io/sync-wave":"-3","redisops.dev/wave":"2"}"#),
            waved(r#"{"argocd.argoproj.io/sync-wave":"soon"}"#),
        ]);
        assert_eq!(found.iter().map(|wave| wave.0).collect::<Vec<_>>(), [-3, 2, 0]);
    }

    #[test]
    fn what_others_need_comes_with_the_first_of_them() {
        let early = r#""metadata":{"name":"x","namespace":"shop","annotations":{"redisops.dev/wave":"-5"}}"#;
        let definition = with(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "",
            "things.example.com",
            r#""spec":{"group":"example.com","names":{"kind":"Thing"}}"#,
        );
        let late = r#""metadata":{"name":"shop","annotations":{"redisops.dev/wave":"7"}}"#;
        let found = numbers(&[
            with("v1", "Namespace", "", "shop", late),
            with("example.com/v1", "Thing", "shop", "x", early),
            definition,
            object("apps/v1", "Deployment", "shop", "web"),
        ]);
        assert_eq!(
            found,
            [(-5, Stage::Namespaces), (-5, Stage::Configuration), (-5, Stage::Definitions), (0, Stage::Workloads)]
        );
    }
}
