//! Rules of the user's own.

use std::borrow::Cow;

use crate::diagnostics::{Label, Severity};
use crate::k8s::{Resource, parse_api_version};
use crate::validate::{Field, Finding, Findings, Objects};
use crate::yaml::Node;

use super::globs::name_fits;
use super::types::{Configuration, Policy};

/// Evaluates an expression for an object in an environment: whether it is true, or why nobody can tell.
pub type Evaluate<'e> = &'e dyn Fn(&str, &Node, &str) -> Result<bool, String>;

/// Holds all objects against the policies that are for them.
pub fn check_policies(
    configuration: &Configuration,
    objects: &Objects<'_>,
    evaluate: Evaluate<'_>,
    found: &mut Findings,
) {
    let environment = objects.settings().environment.as_deref().unwrap_or("");
    for policy in &configuration.policies {
        let is_here = policy.environments.is_empty() || policy.environments.iter().any(|it| name_fits(it, environment));
        if !is_here {
            continue;
        }
        // What cannot be evaluated for one reason is said once.
        let mut said: Vec<String> = Vec::new();
        for resource in objects.iter().filter(|resource| is_for(policy, resource)) {
            match evaluate(&policy.expression, &resource.node, environment) {
                Ok(true) => {}
                Ok(false) => found.push(finding(
                    policy,
                    objects,
                    resource,
                    policy.message.value.clone(),
                    policy.help.value.clone(),
                )),
                Err(why) if said.contains(&why) => {}
                Err(why) => {
                    let message = format!("policy `{}` cannot be evaluated: {why}", policy.id.value);
                    let help = "ask with `has(…)` whether a field is there before it is used".to_owned();
                    let mut failed = finding(policy, objects, resource, message, help);
                    let text = "this expression".to_owned();
                    let len = u32::try_from(policy.expression.lines().next().unwrap_or("").len()).unwrap_or(1);
                    said.push(why);
                    failed.labels.push(Label { pos: policy.expression.pos, len, text });
                    found.push(failed);
                }
            }
        }
    }
}

fn is_for(policy: &Policy, resource: &Resource) -> bool {
    let group = parse_api_version(resource.api_version()).0;
    policy.kinds.is_empty()
        || policy.kinds.iter().any(|kind| match kind.rsplit_once('/') {
            Some((of, kind)) => of == group && kind == resource.kind(),
            None => kind.value == resource.kind(),
        })
}

fn finding(policy: &Policy, objects: &Objects<'_>, resource: &Resource, message: String, help: String) -> Finding {
    let severity = match policy.severity.value.as_str() {
        "error" => Severity::Error,
        "note" => Severity::Note,
        _ => Severity::Warning,
    };
    let field =
        policy.path.split('.').filter(|key| !key.is_empty()).fold(Field::of(resource), |field, key| field.get(key));
    let finding = Finding::new(Cow::Owned(policy.id.value.clone()), severity, message).at(objects, &field);
    if help.is_empty() { finding } else { finding.help(help) }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::read;
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::k8s::openapi::OpenApi;
    use crate::validate::Settings;
    use crate::yaml::{Trace, parse_documents};

    #[test]
    fn policies_are_for_kinds_and_environments() {
        let config = "apiVersion: redisops.dev/v1alpha1\nkind: Configuration\npolicies:\n\
                      - {id: a/pods, kinds: [Pod], expression: \"no\", message: m, path: spec, severity: error}\n\
                      - {id: a/sets, kinds: [apps/StatefulSet, x/Pod], expression: \"no\", message: m}\n\
                      - {id: a/prod, environments: [prod], expression: \"no\", message: m}\n\
                      - {id: a/dev, environments: [d*], expression: broken, message: m}\n\
                      - {id: a/good, expression: \"yes\", message: m}\n";
        let (sources, trace) = (Sources::new(), Trace::new());
        let source = sources.add("redisops.yaml", config.to_owned(), SourceKind::Config).unwrap();
        let configuration = read(&source, &trace).unwrap().0;
        let source =
            sources.add("a.yaml", "apiVersion: v1\nkind: Pod\nspec: {}\n".to_owned(), SourceKind::Resource).unwrap();
        let list: Vec<Resource> = parse_documents(&source).unwrap().into_iter().map(Resource::new).collect();
        let scopes = RefCell::new(OpenApi::default());
        let settings = Settings { environment: Some("dev".to_owned()), ..Settings::default() };
        let objects = Objects::new(&list, &scopes, &trace, &sources, &settings);
        let mut found = Findings::new();
        let evaluate = |expression: &str, _: &Node, _: &str| match expression {
            "broken" => Err("why".to_owned()),
            other => Ok(other == "yes"),
        };
        check_policies(&configuration, &objects, &evaluate, &mut found);
        let shown: Vec<_> =
            found.list.iter().map(|it| format!("{} {:?} {} {}", it.rule, it.severity, it.path, it.message)).collect();
        assert_eq!(shown, ["a/pods Error spec m", "a/dev Warning  policy `a/dev` cannot be evaluated: why"]);
    }
}
