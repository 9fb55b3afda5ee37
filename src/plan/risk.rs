//! How bad a step can get.

use crate::k8s::{ResourceRef, parse_api_version};

use super::protect::is_protected;
use super::types::{Action, Risk};

/// What consequences begin with, or hold, that something that runs notices.
const NOTICED: [&str; 7] =
    ["rolls ", "needs a restart", "stops ", "moves ", "takes nodes", "takes effect", "the old object"];

/// The risk of doing that to an object, with those consequences.
pub fn risk_of(action: Action, resource: &ResourceRef, consequences: &[&str]) -> Risk {
    let group = parse_api_version(&resource.api_version).0;
    let told = consequences.iter().map(|text| by_consequence(text)).max().unwrap_or(Risk::None);
    match action {
        Action::Delete if is_protected(group, &resource.kind) => Risk::High,
        Action::Delete => told.max(match (group, resource.kind.as_str()) {
            ("apps", "StatefulSet") => Risk::High,
            ("apps" | "batch" | "app.redislabs.com", _) | ("", "Service" | "Secret" | "Pod") => Risk::Medium,
            _ => Risk::Low,
        }),
        // Nothing can be applied past a webhook that is broken.
        Action::Create if group == "admissionregistration.k8s.io" => Risk::Low,
        Action::Create if told == Risk::High => Risk::High,
        Action::Create => Risk::None,
        _ => told.max(Risk::Low),
    }
}

fn by_consequence(text: &str) -> Risk {
    let is = |start: &&str| text.starts_with(*start);
    match text {
        _ if text.contains(": refused without `--") => Risk::High,
        _ if text.contains("will refuse it") || text.starts_with("deletes ") || text.starts_with("stops all ") => {
            Risk::High
        }
        _ if text.starts_with("takes nodes") || text.starts_with("starts empty") => Risk::High,
        _ if NOTICED.iter().any(is) => Risk::Medium,
        _ => Risk::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::object;
    use super::*;

    fn risk(action: Action, kind: (&str, &str), consequences: &[&str]) -> Risk {
        risk_of(action, &ResourceRef::of_node(&object(kind.0, kind.1, "a", "x")), consequences)
    }

    #[test]
    fn what_loses_data_is_high_and_what_restarts_is_medium() {
        let (set, map) = (("apps/v1", "StatefulSet"), ("v1", "ConfigMap"));
        assert_eq!(risk(Action::Create, set, &[]), Risk::None);
        assert_eq!(risk(Action::Create, set, &["starts empty: the data stays elsewhere"]), Risk::High);
        assert_eq!(risk(Action::Update, map, &[]), Risk::Low);
        assert_eq!(risk(Action::Update, set, &["starts 2 pods"]), Risk::Low);
        assert_eq!(risk(Action::Update, set, &["starts 2 pods", "rolls 3 pods"]), Risk::Medium);
        assert_eq!(risk(Action::Update, set, &["the API server will refuse it: no"]), Risk::High);
        assert_eq!(risk(Action::Update, set, &["takes nodes from a Redis cluster"]), Risk::High);
        assert_eq!(risk(Action::Delete, map, &[]), Risk::Low);
        assert_eq!(risk(Action::Delete, set, &["stops 3 pods; their volumes stay"]), Risk::High);
        assert_eq!(risk(Action::Delete, ("v1", "PersistentVolumeClaim"), &[]), Risk::High);
        assert_eq!(risk(Action::Delete, ("app.redislabs.com/v1alpha1", "RedisEnterpriseDatabase"), &[]), Risk::High);
    }
}
