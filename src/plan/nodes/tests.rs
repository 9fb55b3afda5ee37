use serde_json::{Value, json};

use crate::drift::{NodeChange, NodeField, Origin};
use crate::plan::{Judgement, Plan, Risk};

use super::*;

fn field(path: &str, before: Value, after: Value, fix: &str) -> NodeField {
    let origin = Origin { file: "redis.conf".into(), line: 3, column: 1, commit: None };
    NodeField { path: path.into(), before, after, origin: Some(origin), fix: fix.into(), unsaved: false }
}

fn node(name: &str, fields: Vec<NodeField>) -> NodeChange {
    NodeChange {
        redis: "cache".into(),
        node: name.into(),
        address: String::new(),
        fields,
        not_compared: Vec::new(),
        error: None,
    }
}

fn plan(changes: &[NodeChange], window: &[&str]) -> Plan {
    let window = Window { users: window.iter().map(|&user| user.to_owned()).collect() };
    Plan::default().with_nodes(vec![node_steps("cache", changes, &window, &|_| false)])
}

fn memory(before: &str, after: &str) -> Vec<NodeChange> {
    let one = |name: &str| node(name, vec![field("config.maxmemory", json!(before), json!(after), "runtime")]);
    vec![one("cache-0"), one("cache-1")]
}

#[test]
fn one_step_for_what_is_done_on_many_nodes() {
    let mut changes = memory("1", "2gb");
    changes[0].fields.push(field("config.databases", json!("16"), json!("32"), "restart"));
    changes[0].fields.push(field("acl.app", json!("on >••••"), json!("on >••••"), "runtime"));
    changes[0].fields.push(field("acl.unknown", json!("on"), Value::Null, "runtime"));
    changes[1].fields.push(field("replication.lag", json!(40), json!(0), "manual"));
    let plan = plan(&changes, &["app"]);
    let told: Vec<(&str, &str, usize)> =
        plan.steps.iter().map(|it| (it.id.as_str(), it.consequence.as_deref().unwrap(), it.group)).collect();
    let expected = [
        ("configure/acl.app/open", "the new password of user app is valid beside the old one on cache-0", 0),
        ("configure/config.maxmemory", "maxmemory is set while cache-0 and cache-1 run; nothing restarts", 1),
        (
            "restart/config.databases",
            "databases counts from the next start on: cache-0 restarts, one at a time, masters hand over first",
            1,
        ),
        ("configure/acl.app", "the old password of user app ends on cache-0; clients that are connected stay so", 1),
    ];
    let expected: Vec<(String, &str, usize)> =
        expected.iter().map(|&(id, text, group)| (format!("redis/cache/{id}"), text, group)).collect();
    let expected: Vec<(&str, &str, usize)> =
        expected.iter().map(|(id, text, group)| (id.as_str(), *text, *group)).collect();
    assert_eq!(told, expected);
    assert_eq!(plan.steps[1].fields[1].path, "cache-1.config.maxmemory");
    assert_eq!(plan.steps[1].cause.as_ref().unwrap().to_string(), "redis.conf:3:1");
    assert!(plan.steps.iter().any(|step| step.risk == Risk::Medium) && plan.is_intact());
}

#[test]
fn any_third_value_is_stale_and_what_is_done_is_skipped() {
    let planned = plan(&memory("1", "2gb"), &[]);
    let judged = |now: &Plan, answers: bool| {
        let mut judgement = Judgement { pending: vec![0], ..Judgement::default() };
        judge_nodes(&planned, &Fresh { plan: now, answers: &|_, _| answers }, &mut judgement);
        judgement
    };
    let same = judged(&planned, true);
    assert_eq!((same.pending, same.finished, same.stale), (vec![0], vec![], vec![]));
    let done = judged(&Plan::default(), true);
    assert_eq!((done.pending, done.finished), (vec![], vec![0]));
    let silent = judged(&Plan::default(), false);
    assert_eq!((silent.pending, silent.finished), (vec![0], vec![]));
    let third = judged(&plan(&memory("3", "2gb"), &[]), true);
    assert_eq!(third.stale.len(), 2);
    assert_eq!(
        (third.stale[0].what.as_str(), third.stale[0].why.as_str()),
        ("cache cache-0.config.maxmemory", "it is 3 now, it was 1 and is to become 2gb")
    );
    let other = judged(&plan(&memory("1", "4gb"), &[]), true);
    assert_eq!(other.stale[0].why, "the files say 4gb now, the plan 2gb");
}
