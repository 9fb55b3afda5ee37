//! What tests of rules share.

use std::cell::RefCell;

use crate::diagnostics::{SourceKind, Sources};
use crate::k8s::Resource;
use crate::k8s::openapi::OpenApi;
use crate::yaml::{Trace, parse_documents};

use super::super::{Findings, Objects, Rule, Settings, severity_name};

/// What a rule finds in manifests: `severity line:column path: message`.
pub fn found(rule: &dyn Rule, text: &str) -> Vec<String> {
    found_with(rule, text, &Settings::default(), |_| {})
}

/// As [`found`], in an environment.
pub fn found_in(rule: &dyn Rule, text: &str, environment: &str) -> Vec<String> {
    found_with(rule, text, &Settings { environment: Some(environment.to_owned()), ..Settings::default() }, |_| {})
}

/// As [`found`], with settings and after a change of the objects.
pub fn found_with(rule: &dyn Rule, text: &str, settings: &Settings, change: impl Fn(&mut Resource)) -> Vec<String> {
    let (sources, trace) = (Sources::new(), Trace::new());
    let source = sources.add("a.yaml", text.to_owned(), SourceKind::Resource).unwrap();
    let mut list: Vec<Resource> = parse_documents(&source).unwrap().into_iter().map(Resource::new).collect();
    list.iter_mut().for_each(change);
    let scopes = RefCell::new(OpenApi::default());
    let objects = Objects::new(&list, &scopes, &trace, &sources, settings);
    let mut findings = Findings::new();
    rule.check(&objects, &mut findings);
    let show = |finding: &super::super::Finding| {
        let place = finding.labels.first().and_then(|label| sources.location(label.pos));
        let place = place.map_or_else(|| "nowhere".to_owned(), |at| format!("{}:{}", at.line, at.column));
        format!("{} {place} {}: {}", severity_name(finding.severity), finding.path, finding.message)
    };
    findings.list.iter().map(show).collect()
}
