//! A report as metrics, in the text form of Prometheus. Names follow the conventions of OpenTelemetry for that form.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::report::{ChangeKind, DiffReport};

/// What is known of a run beside its report.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runs {
    /// Runs so far.
    pub all: u64,
    /// Those that could not be done, in whole or in part.
    pub failed: u64,
    /// End of the last one, in seconds since 1970.
    pub last_end: f64,
    /// Duration of the last one, in seconds.
    pub seconds: f64,
}

/// The metrics of the last report.
pub fn metrics(report: &DiffReport, runs: Runs) -> String {
    let mut out = String::new();
    family(&mut out, "redisops_drift_objects", "gauge", "Objects that differ from Git, by what would become of them.");
    let mut objects: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut errors: BTreeMap<&str, usize> = BTreeMap::new();
    for change in &report.changes {
        let target = change.target.as_deref().unwrap_or("");
        for kind in ["create", "update", "delete"] {
            objects.entry((target, kind)).or_default();
        }
        errors.entry(target).or_default();
        if change.error.is_some() {
            *errors.entry(target).or_default() += 1;
            continue;
        }
        let kind = match change.change {
            ChangeKind::Create => "create",
            ChangeKind::Update => "update",
            ChangeKind::Delete => "delete",
            ChangeKind::None => continue,
        };
        *objects.entry((target, kind)).or_default() += 1;
    }
    for ((target, change), count) in &objects {
        sample(&mut out, "redisops_drift_objects", &[("target", target), ("change", change)], *count as f64);
    }
    family(&mut out, "redisops_drift_errors", "gauge", "Objects that could not be compared.");
    for (target, count) in &errors {
        sample(&mut out, "redisops_drift_errors", &[("target", target)], *count as f64);
    }
    family(&mut out, "redisops_drift_fields", "gauge", "Fields of an object that differ, by who owns what is live.");
    for change in &report.changes {
        let mut managers: BTreeMap<&str, usize> = BTreeMap::new();
        for field in change.fields.iter().filter(|field| !field.unmanaged && change.error.is_none()) {
            *managers.entry(field.manager.as_ref().map_or("", |it| it.name.as_str())).or_default() += 1;
        }
        let resource = &change.resource;
        for (manager, count) in managers {
            let labels = [
                ("target", change.target.as_deref().unwrap_or("")),
                ("kind", resource.kind.as_str()),
                ("namespace", resource.namespace.as_deref().unwrap_or("")),
                ("name", resource.name.as_str()),
                ("manager", manager),
            ];
            sample(&mut out, "redisops_drift_fields", &labels, count as f64);
        }
    }
    family(&mut out, "redisops_drift_redis_settings", "gauge", "Settings of a Redis node that differ.");
    for node in &report.nodes {
        let labels = [("redis", node.redis.as_str()), ("node", node.node.as_str())];
        sample(&mut out, "redisops_drift_redis_settings", &labels, node.fields.len() as f64);
    }
    family(&mut out, "redisops_drift_redis_unreachable", "gauge", "Whether a Redis node could not be compared.");
    for node in &report.nodes {
        let labels = [("redis", node.redis.as_str()), ("node", node.node.as_str())];
        let value = if node.error.is_some() { 1.0 } else { 0.0 };
        sample(&mut out, "redisops_drift_redis_unreachable", &labels, value);
    }
    about_runs(&mut out, runs);
    out
}

fn about_runs(out: &mut String, runs: Runs) {
    let all = [
        ("redisops_drift_runs_total", "counter", "Comparisons.", runs.all as f64),
        (
            "redisops_drift_runs_failed_total",
            "counter",
            "Comparisons that could not be done, in whole or in part.",
            runs.failed as f64,
        ),
        ("redisops_drift_last_run_timestamp_seconds", "gauge", "End of the last comparison.", runs.last_end),
        ("redisops_drift_last_run_duration_seconds", "gauge", "Duration of the last comparison.", runs.seconds),
    ];
    for (name, kind, help, value) in all {
        family(out, name, kind, help);
        sample(out, name, &[], value);
    }
}

fn family(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], value: f64) {
    out.push_str(name);
    for (index, (key, text)) in labels.iter().enumerate() {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(out, "{}{key}=\"{text}\"", if index == 0 { "{" } else { "," });
    }
    if !labels.is_empty() {
        out.push('}');
    }
    let _ = writeln!(out, " {value}");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::drift::{Change, CompareError, FieldChange, Manager};
    use crate::k8s::ResourceRef;

    #[test]
    fn a_report_as_metrics() {
        let resource = |name: &str| ResourceRef {
            api_version: "v1".into(),
            kind: "ConfigMap".into(),
            namespace: Some("shop".into()),
            name: name.into(),
        };
        let field = FieldChange {
            path: "data.a".into(),
            before: json!(1),
            after: json!(2),
            origin: None,
            manager: Some(Manager { name: "kubectl \"edit\"".into(), last_write: None }),
            consequence: None,
            conflict: true,
            unmanaged: false,
        };
        let change = |name: &str, error: Option<CompareError>| Change {
            target: Some("prod".into()),
            resource: resource(name),
            change: ChangeKind::Update,
            renamed_from: None,
            place: None,
            consequence: None,
            fields: vec![field.clone()],
            error,
            refusal: None,
        };
        let mut report = DiffReport::default();
        report.push(change("a", None));
        let error = CompareError { code: "forbidden".into(), message: "no".into(), verb: None, resource: None };
        report.push(change("b", Some(error)));
        let text = metrics(&report, Runs { all: 3, failed: 1, last_end: 5.5, seconds: 0.25 });
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                r#"redisops_drift_objects{target="prod",change="create"} 0"#,
                r#"redisops_drift_objects{target="prod",change="delete"} 0"#,
                r#"redisops_drift_objects{target="prod",change="update"} 1"#,
                r#"redisops_drift_errors{target="prod"} 1"#,
                r#"redisops_drift_fields{target="prod",kind="ConfigMap",namespace="shop",name="a",manager="kubectl \"edit\""} 1"#,
                "redisops_drift_runs_total 3",
                "redisops_drift_runs_failed_total 1",
                "redisops_drift_last_run_timestamp_seconds 5.5",
                "redisops_drift_last_run_duration_seconds 0.25",
            ]
        );
    }
}
