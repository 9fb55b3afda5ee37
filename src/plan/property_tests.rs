//! Whatever differs: plans are in order, complete, the same for the same, and know what has become of them.

use proptest::prelude::*;
use serde_json::json;

use crate::drift::{Change, ChangeKind};
use crate::k8s::ResourceRef;
use crate::yaml::Node;

use super::make::{Inputs, make};
use super::testing::{change, field, with};
use super::{Action, Plan, Seals, judge, waves};

const KINDS: [(&str, &str); 6] = [
    ("v1", "Namespace"),
    ("v1", "ConfigMap"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "Deployment"),
    ("app.redislabs.com/v1", "RedisEnterpriseCluster"),
    ("app.redislabs.com/v1alpha1", "RedisEnterpriseDatabase"),
];

#[derive(Clone, Debug)]
struct World {
    objects: Vec<Node>,
    changes: Vec<Change>,
}

fn world() -> impl Strategy<Value = World> {
    let one = (0..KINDS.len(), 0..3usize, 0..4usize, -2..3i64, 0..4usize);
    prop::collection::vec(one, 0..30).prop_map(|list| {
        let mut world = World { objects: Vec::new(), changes: Vec::new() };
        for (kind, namespace, name, wave, fate) in list {
            let (api_version, kind) = KINDS[kind];
            let (namespace, name) = match kind {
                "Namespace" => (String::new(), format!("n{name}")),
                _ => (format!(r#","namespace":"n{namespace}""#), format!("x{name}")),
            };
            let metadata = format!(
                r#""metadata":{{"name":"{name}"{namespace},"annotations":{{"redisops.dev/wave":"{wave}"}}}},"spec":{{"value":2}}"#
            );
            let object = with(api_version, kind, "", "", &metadata);
            let resource = ResourceRef::of_node(&object);
            if world.changes.iter().any(|change| change.resource == resource) {
                continue;
            }
            let made = match fate {
                0 => change(&object, ChangeKind::Create, vec![]),
                1 => change(&object, ChangeKind::Update, vec![field("spec.value", json!(1), json!(2))]),
                2 => change(&object, ChangeKind::None, vec![]),
                _ => change(&object, ChangeKind::Delete, vec![]),
            };
            if made.change != ChangeKind::Delete {
                world.objects.push(object);
            }
            world.changes.push(made);
        }
        world
    })
}

fn plan(world: &World) -> Plan {
    let objects: Vec<&Node> = world.objects.iter().collect();
    let seals = Seals::default();
    make(&Inputs {
        target: "x",
        cluster: None,
        apply_set: None,
        objects: &objects,
        changes: &world.changes,
        seals: &seals,
    })
}

/// The world after some steps.
fn after(world: &World, plan: &Plan, done: impl Fn(usize) -> bool) -> World {
    let mut later = world.clone();
    for (at, step) in plan.steps.iter().enumerate().filter(|(at, _)| done(*at)) {
        let _ = at;
        let own = later.changes.iter_mut().find(|change| Some(&change.resource) == step.resource.as_ref()).unwrap();
        own.change = ChangeKind::None;
        own.fields.clear();
    }
    later
}

proptest! {
    #[test]
    fn everything_that_differs_is_a_step_and_in_order(world in world()) {
        let plan = plan(&world);
        let differing = world.changes.iter().filter(|change| change.change != ChangeKind::None).count();
        prop_assert_eq!(plan.steps.len(), differing);
        prop_assert_eq!(plan.unchanged + differing, world.changes.len());
        prop_assert!(plan.steps.windows(2).all(|two| two[1].group == two[0].group || two[1].group == two[0].group + 1));
        let last_apply = plan.steps.iter().rposition(|step| step.action != Action::Delete);
        let first_delete = plan.steps.iter().position(|step| step.action == Action::Delete);
        prop_assert!(last_apply.is_none() || first_delete.is_none_or(|at| last_apply < Some(at)));
        let objects: Vec<&Node> = world.objects.iter().collect();
        let wave_of = |step: &super::Step| {
            let at = objects.iter().position(|it| Some(ResourceRef::of_node(it)) == step.resource).unwrap();
            waves(&objects)[at]
        };
        let applied: Vec<_> = plan.steps.iter().filter(|step| step.action != Action::Delete).map(wave_of).collect();
        prop_assert!(applied.windows(2).all(|two| two[0] <= two[1]));
        // A namespace is there before what lives in it.
        for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.action == Action::Create) {
            let namespace = step.resource.as_ref().and_then(|it| it.namespace.clone());
            let home = plan.steps.iter().position(|other| {
                other.action == Action::Create
                    && other.resource.as_ref().is_some_and(|it| it.kind == "Namespace" && Some(&it.name) == namespace.as_ref())
            });
            prop_assert!(home.is_none_or(|home| home < at && plan.steps[home].group < step.group));
        }
    }

    #[test]
    fn the_same_gives_the_same_and_anything_else_does_not(world in world(), shift in 0..5usize) {
        let one = plan(&world);
        let mut turned = world.clone();
        if !turned.changes.is_empty() {
            let by = shift % turned.changes.len();
            turned.changes.rotate_left(by);
        }
        prop_assert_eq!(&one, &plan(&turned));
        prop_assert!(one.is_intact());
        let text = serde_json::to_string(&one).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Plan>(&text).unwrap(), &one);
        if let Some(first) = world.changes.iter().position(|change| change.change == ChangeKind::Update) {
            let mut other = world.clone();
            other.changes[first].fields[0].before = json!(0);
            prop_assert_ne!(plan(&other).digest, one.digest);
        }
    }

    #[test]
    fn a_plan_that_stopped_anywhere_goes_on(world in world(), mask in any::<u32>()) {
        let plan = plan(&world);
        let is_done = |at: usize| mask & (1 << (at % 32)) != 0;
        let later = after(&world, &plan, is_done);
        let objects: Vec<&Node> = later.objects.iter().collect();
        let judgement = judge(&plan, &objects, &later.changes, &Seals::default());
        prop_assert_eq!(judgement.stale, vec![]);
        prop_assert!(judgement.finished.iter().all(|at| is_done(*at)));
        prop_assert!(judgement.pending.iter().all(|at| !is_done(*at)));
        prop_assert_eq!(judgement.finished.len() + judgement.pending.len(), plan.steps.len());
    }

    #[test]
    fn a_third_value_is_named(world in world(), value in 3..9i64) {
        let plan = plan(&world);
        let mut later = world.clone();
        let updates = later.changes.iter_mut().filter(|change| change.change == ChangeKind::Update);
        let mut touched = 0;
        for change in updates {
            change.fields[0].before = json!(value);
            touched += 1;
        }
        let objects: Vec<&Node> = later.objects.iter().collect();
        let judgement = judge(&plan, &objects, &later.changes, &Seals::default());
        prop_assert_eq!(judgement.stale.len(), touched);
        prop_assert!(judgement.stale.iter().all(|one| one.what.ends_with(" spec.value") && one.why.contains(&value.to_string())));
    }
}

#[test]
fn what_happened_to_objects_is_told() {
    let object = with("v1", "ConfigMap", "a", "x", r#""spec":{"value":2}"#);
    let update = change(&object, ChangeKind::Update, vec![field("spec.value", json!(1), json!(2))]);
    let world = World { objects: vec![object.clone()], changes: vec![update] };
    let plan = plan(&world);
    let why = |objects: &[&Node], now: &[Change]| -> Vec<String> {
        judge(&plan, objects, now, &Seals::default())
            .stale
            .into_iter()
            .map(|one| format!("{}: {}", one.what, one.why))
            .collect()
    };
    assert_eq!(why(&[], &[]), ["ConfigMap/a/x: the files do not have it any more"]);
    let created = change(&object, ChangeKind::Create, vec![]);
    assert_eq!(why(&[&object], &[created]), ["ConfigMap/a/x: it has been deleted since"]);
    let other = with("v1", "ConfigMap", "a", "x", r#""spec":{"value":4}"#);
    let edited = change(&other, ChangeKind::Update, vec![field("spec.value", json!(1), json!(4))]);
    assert_eq!(why(&[&other], &[edited]), ["ConfigMap/a/x spec.value: the files say 4 now, the plan 2"]);
    // As it is live, and not as it was planned.
    assert_eq!(why(&[&other], &[]), ["ConfigMap/a/x spec.value: the files say 4 now, the plan 2"]);
    let more = change(
        &object,
        ChangeKind::Update,
        vec![field("spec.value", json!(1), json!(2)), field("spec.other", json!(7), json!("b"))],
    );
    assert_eq!(why(&[&object], &[more]), ["ConfigMap/a/x spec.other: it is 7 now, it was `b`"]);
}
