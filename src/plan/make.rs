//! From what differs to steps in order.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::drift::{self, ChangeKind};
use crate::k8s::{ResourceRef, parse_api_version};
use crate::yaml::Node;

use super::order::{Stage, Wave, stage_of, waves};
use super::protect::protection;
use super::risk::risk_of;
use super::seal::Seals;
use super::types::{Action, ApplySetRef, Cause, ClusterRef, Plan, PlannedField, Step};

/// So many fields of other managers are named.
const MOST_NAMED: usize = 3;

/// What a plan is made from.
pub struct Inputs<'a> {
    /// PATH as given.
    pub target: &'a str,
    /// The cluster.
    pub cluster: Option<ClusterRef>,
    /// The set that the objects belong to.
    pub apply_set: Option<ApplySetRef>,
    /// All objects as rendered.
    pub objects: &'a [&'a Node],
    /// What becomes of objects; those that could not be compared must not be among them.
    pub changes: &'a [drift::Change],
    /// Their masked fields.
    pub seals: &'a Seals,
}

/// When a step is done: first what comes and changes, in waves; then what goes, backwards.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Apply(Wave),
    Delete(Reverse<Stage>),
}

/// The plan.
pub fn make(inputs: &Inputs<'_>) -> Plan {
    let places: FxHashMap<ResourceRef, Wave> =
        inputs.objects.iter().map(|object| ResourceRef::of_node(object)).zip(waves(inputs.objects)).collect();
    let mut steps: Vec<(Turn, Step)> = Vec::new();
    let mut unchanged = 0;
    for change in inputs.changes {
        let (group, kind) = (parse_api_version(&change.resource.api_version).0, change.resource.kind.as_str());
        let stage = stage_of(group, kind);
        let wave = places.get(&change.resource).copied().unwrap_or(Wave { number: 0, stage });
        let (turn, action) = match change.change {
            ChangeKind::Create => (Turn::Apply(wave), Action::Create),
            ChangeKind::Update => (Turn::Apply(wave), Action::Update),
            ChangeKind::Delete => (Turn::Delete(Reverse(stage)), Action::Delete),
            ChangeKind::None => {
                unchanged += 1;
                continue;
            }
        };
        steps.push((turn, step(change, action, wave.number, inputs.seals)));
    }
    steps.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.resource.cmp(&other.resource)));
    let mut group = 0;
    for at in 0..steps.len() {
        if at > 0 && steps[at - 1].0 != steps[at].0 {
            group += 1;
        }
        steps[at].1.group = group;
    }
    let steps = steps.into_iter().map(|(_, step)| step).collect();
    let plan = Plan {
        target: inputs.target.to_owned(),
        cluster: inputs.cluster.clone(),
        apply_set: inputs.apply_set.clone(),
        steps,
        unchanged,
        digest: String::new(),
    };
    plan.sealed()
}

fn step(change: &drift::Change, action: Action, wave: i64, seals: &Seals) -> Step {
    let fields: Vec<PlannedField> = match action {
        Action::Update => change.fields.iter().map(|field| planned(&change.resource, field, seals)).collect(),
        _ => Vec::new(),
    };
    let owned = conflict(&change.fields);
    let mut told: Vec<&str> = change.consequence.as_deref().into_iter().collect();
    for field in &change.fields {
        let new = field.consequence.as_deref().filter(|text| !told.contains(text));
        told.extend(new);
    }
    told.extend(owned.as_deref());
    let lost = protection(&change.resource).filter(|_| action == Action::Delete);
    let kept = lost.map(|lost| format!("is kept unless `--delete` names it: {lost}"));
    let cause = match action {
        // What goes has no line any more.
        Action::Delete => None,
        _ => fields.iter().find_map(|field| field.cause.clone()).or_else(|| change.place.as_ref().map(cause)),
    };
    Step {
        id: id(action, &change.resource),
        redis: None,
        action,
        wave: if action == Action::Delete { 0 } else { wave },
        group: 0,
        cause,
        risk: risk_of(action, &change.resource, &told),
        consequence: kept.or_else(|| Some(told.join("; ")).filter(|text| !text.is_empty())),
        resource: Some(change.resource.clone()),
        fields,
        slots: None,
        carries: None,
    }
}

/// Who keeps fields from being applied without force.
fn conflict(fields: &[drift::FieldChange]) -> Option<String> {
    let owned = || fields.iter().filter(|field| field.conflict);
    let owners: BTreeSet<&str> = owned().filter_map(|field| Some(field.manager.as_ref()?.name.as_str())).collect();
    let (first, others) = (*owners.first()?, owners.len() - 1);
    let who = if others == 0 { format!("`{first}` owns") } else { format!("`{first}` and {others} more own") };
    let what = match owned().count() {
        count if count <= MOST_NAMED => owned().map(|field| field.path.as_str()).collect::<Vec<_>>().join(", "),
        count => format!("{count} of these fields"),
    };
    Some(format!("{who} {what}: refused without `--force-conflicts`"))
}

/// The name of a step on an object. Versions are no part of it: an object has one identity in all of them.
fn id(action: Action, resource: &ResourceRef) -> String {
    let group = parse_api_version(&resource.api_version).0;
    let parts = [group, &resource.kind, resource.namespace.as_deref().unwrap_or(""), &resource.name];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}:{}", action.name(), parts.join("/"))
}

fn planned(resource: &ResourceRef, field: &drift::FieldChange, seals: &Seals) -> PlannedField {
    PlannedField {
        seal: seals.get(&(resource.clone(), field.path.clone())).map(|it| it.seal.clone()),
        path: field.path.clone(),
        before: field.before.clone(),
        after: field.after.clone(),
        cause: field.origin.as_ref().map(cause),
    }
}

fn cause(origin: &drift::Origin) -> Cause {
    Cause { file: origin.file.clone(), line: origin.line, column: origin.column }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{change, field, object, with};
    use super::*;
    use crate::plan::Risk;

    fn plan(objects: &[Node], changes: &[drift::Change]) -> Plan {
        let objects: Vec<&Node> = objects.iter().collect();
        let seals = Seals::default();
        make(&Inputs { target: "x", cluster: None, apply_set: None, objects: &objects, changes, seals: &seals })
    }

    #[test]
    fn what_others_need_comes_first_and_what_goes_comes_last() {
        let objects = [
            object("apps/v1", "StatefulSet", "shop", "cache"),
            object("v1", "ConfigMap", "shop", "conf"),
            object("app.redislabs.com/v1alpha1", "RedisEnterpriseDatabase", "shop", "db"),
            object("app.redislabs.com/v1", "RedisEnterpriseCluster", "shop", "rec"),
            object("v1", "Namespace", "", "shop"),
        ];
        let gone = [
            object("v1", "Namespace", "", "old"),
            object("v1", "ConfigMap", "old", "x"),
            object("apps/v1", "Deployment", "old", "web"),
        ];
        let mut changes: Vec<_> = objects.iter().map(|it| change(it, ChangeKind::Create, vec![])).collect();
        changes.extend(gone.iter().map(|it| change(it, ChangeKind::Delete, vec![])));
        let plan = plan(&objects, &changes);
        let ids: Vec<(&str, usize)> = plan.steps.iter().map(|step| (step.id.as_str(), step.group)).collect();
        assert_eq!(
            ids,
            [
                ("create:Namespace/shop", 0),
                ("create:ConfigMap/shop/conf", 1),
                ("create:app.redislabs.com/RedisEnterpriseCluster/shop/rec", 2),
                ("create:apps/StatefulSet/shop/cache", 2),
                ("create:app.redislabs.com/RedisEnterpriseDatabase/shop/db", 3),
                ("delete:apps/Deployment/old/web", 4),
                ("delete:ConfigMap/old/x", 5),
                ("delete:Namespace/old", 6),
            ]
        );
        assert!(plan.is_intact());
        let last = &plan.steps[7];
        assert_eq!((last.risk, last.cause.as_ref()), (Risk::High, None));
        assert!(last.consequence.as_deref().unwrap().contains("--delete"));
    }

    #[test]
    fn waves_win_over_kinds() {
        let later = with(
            "v1",
            "ConfigMap",
            "",
            "",
            r#""metadata":{"name":"late","namespace":"a","annotations":{"redisops.dev/wave":"1"}}"#,
        );
        let objects = [later, object("apps/v1", "Deployment", "a", "web")];
        let changes: Vec<_> = objects.iter().map(|it| change(it, ChangeKind::Create, vec![])).collect();
        let plan = plan(&objects, &changes);
        let order: Vec<(&str, i64)> = plan.steps.iter().map(|step| (step.id.as_str(), step.wave)).collect();
        assert_eq!(order, [("create:apps/Deployment/a/web", 0), ("create:ConfigMap/a/late", 1)]);
    }

    #[test]
    fn a_step_tells_its_line_and_what_it_does_once() {
        let cache = object("apps/v1", "StatefulSet", "shop", "cache");
        let told = |mut one: drift::FieldChange, text: &str| {
            one.consequence = Some(text.to_owned());
            one
        };
        let fields = vec![
            told(field("spec.replicas", json!(3), json!(5)), "starts 2 pods"),
            told(field("spec.template.a", json!(1), json!(2)), "rolls 3 pods"),
            told(field("spec.template.b", json!(1), json!(2)), "rolls 3 pods"),
        ];
        let changes = [change(&cache, ChangeKind::Update, fields), change(&cache, ChangeKind::None, vec![])];
        let plan = plan(&[cache], &changes);
        assert_eq!(plan.unchanged, 1);
        let step = &plan.steps[0];
        assert_eq!(step.consequence.as_deref(), Some("starts 2 pods; rolls 3 pods"));
        assert_eq!(step.cause.as_ref().map(ToString::to_string).as_deref(), Some("a.yaml:7:3"));
        assert_eq!((step.risk, step.fields.len()), (Risk::Medium, 3));
    }

    #[test]
    fn fields_of_others_are_refused_without_force() {
        let cache = object("apps/v1", "StatefulSet", "shop", "cache");
        let owned = |path: &str, who: &str| {
            let manager = drift::Manager { name: who.to_owned(), last_write: None };
            drift::FieldChange { manager: Some(manager), conflict: true, ..field(path, json!(3), json!(5)) }
        };
        let told = |fields: Vec<drift::FieldChange>| {
            let plan = plan(std::slice::from_ref(&cache), &[change(&cache, ChangeKind::Update, fields)]);
            (plan.steps[0].risk, plan.steps[0].consequence.clone().unwrap())
        };
        let one = told(vec![owned("spec.replicas", "kubectl-scale"), field("spec.a", json!(1), json!(2))]);
        let said = "`kubectl-scale` owns spec.replicas: refused without `--force-conflicts`";
        assert_eq!(one, (Risk::High, said.to_owned()));
        let paths = ["a", "b", "c", "d"];
        let many = told(paths.iter().map(|path| owned(path, if *path == "d" { "x" } else { "helm" })).collect());
        assert_eq!(many.1, "`helm` and 1 more own 4 of these fields: refused without `--force-conflicts`");
    }
}
