//! `schemas/output/`: what the program prints is what the schemas say, and nothing that they leave out.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jsonschema::Validator;
use redisops::apply::scaling::ScalingReport;
use redisops::apply::slots::MigrationReport;
use redisops::apply::slots::conflict::{Conflict, Side, Version};
use redisops::apply::slots::fix::{Failure, FixReport};
use redisops::lab::{Fate, LabStatus, NodeStatus};
use redisops::plan::scaling::{Pod, Step, Wanted, plan};
use redisops::slots::{Address, ClusterState, NodeId, Role, Slot, SlotSet};
use serde::Serialize;
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/output")
}

fn schema(kind: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(format!("{kind}.json"))).unwrap()).unwrap()
}

/// Readers may meet fields that were added later; what we print today has to be in the schema.
fn close(schema: &mut Value) {
    if let Value::Object(members) = schema {
        if members.contains_key("properties") && !members.contains_key("additionalProperties") {
            members.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        members.values_mut().for_each(close);
    } else if let Value::Array(items) = schema {
        items.iter_mut().for_each(close);
    }
}

fn validator(kind: &str) -> Validator {
    let mut schema = schema(kind);
    close(&mut schema);
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Why a document is not what its kind says.
fn errors(document: &Value) -> Vec<String> {
    let kind = document["kind"].as_str().unwrap();
    validator(kind).iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Holds a document against the schema of its kind.
pub fn assert_valid(document: &Value) {
    assert_eq!(errors(document), Vec::<String>::new(), "{}", document["kind"]);
    let first: Vec<&str> = document.as_object().unwrap().keys().take(2).map(String::as_str).collect();
    assert_eq!(first, ["apiVersion", "kind"]);
}

/// What the program prints; exit code 1 is an answer, too.
fn printed(arguments: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(arguments.split(' '))
        .args(if arguments.starts_with("build") { &[][..] } else { &["-o", "json"] })
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/slots"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments}: {told}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments}: {error}\n{told}"))
}

const STATES: [&str; 9] = [
    "three-masters",
    "three-masters-bare",
    "six-masters",
    "fragmented",
    "skewed",
    "open-slots",
    "failed-master",
    "failed-master-alone",
    "broken",
];

#[test]
fn every_schema_is_one_and_names_its_kind() {
    let mut kinds = BTreeSet::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let kind = name.strip_suffix(".json").unwrap().to_owned();
        let schema = schema(&kind);
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name}");
        assert_eq!(schema["properties"]["kind"]["const"], kind);
        assert_eq!(schema["properties"]["apiVersion"]["const"], "redisops.dev/v1");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        validator(&kind);
        kinds.insert(kind);
    }
    let printed = documents_of_the_source();
    assert!(printed.len() > 5, "a test that finds no documents cannot fail");
    assert_eq!(printed.difference(&kinds).collect::<Vec<_>>(), Vec::<&String>::new(), "kinds without a schema");
}

/// The kinds that the commands print.
fn documents_of_the_source() -> BTreeSet<String> {
    fn visit(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let calls = text.split("document(\"").skip(1).filter_map(|rest| rest.split('"').next());
            found.extend(calls.map(str::to_owned));
        }
    }
    let mut found = BTreeSet::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/commands"), &mut found);
    found
}

#[test]
fn what_is_printed_of_states_is_as_the_schemas_say() {
    for state in STATES {
        for command in ["state", "show", "check"] {
            assert_valid(&printed(&format!("slots {command} --state {state}.json")));
        }
    }
    assert_valid(&printed("slots show --state three-masters.json --plan plan-three-to-four.json"));
    assert_valid(&printed("slots key {a}b c"));
    assert_valid(&printed("slots key --state three-masters.json {a}b"));
}

/// A value of the library as the document that a command makes of it.
fn wrapped(kind: &str, value: impl Serialize) -> Value {
    let Value::Object(members) = serde_json::to_value(value).unwrap() else { panic!("{kind} is no object") };
    let mut document = json!({"apiVersion": "redisops.dev/v1", "kind": kind});
    document.as_object_mut().unwrap().extend(members);
    document
}

#[test]
fn what_is_found_in_keys_is_as_the_schema_says() {
    let found = printed("slots lint ../keys/shop.yaml");
    assert!(!found["findings"].as_array().unwrap().is_empty());
    assert_valid(&found);
    assert_valid(&printed("slots lint ../keys/good.yaml"));
}

#[test]
fn the_status_of_nodes_is_as_the_schema_says() {
    use redisops::drift::NodeField;
    use redisops::drift::nodes::{DatabaseStatus, NodeStatus, SentinelStatus};
    let field = NodeField {
        path: "config.hz".to_owned(),
        before: json!("50"),
        after: json!("20"),
        origin: None,
        fix: "runtime".to_owned(),
        unsaved: true,
    };
    let full = NodeStatus {
        node: "cache-0".to_owned(),
        role: Some("replica"),
        master: Some("10.0.0.1:6379".to_owned()),
        link: Some("sync"),
        lag_bytes: Some(5),
        slots: Some(0),
        version: Some("7.0.15".to_owned()),
        hit_ratio: Some(0.5),
        drift: vec![field.clone()],
        ..NodeStatus::default()
    };
    let watch = SentinelStatus { quorum: Some(2), drift: vec![field], ..SentinelStatus::default() };
    let silent = NodeStatus { error: Some("no answer in time".to_owned()), ..NodeStatus::default() };
    let database = DatabaseStatus {
        name: "cache".to_owned(),
        mode: "replication",
        nodes: vec![full, silent],
        sentinels: vec![watch, SentinelStatus::default()],
    };
    assert_valid(&wrapped("RedisStatus", json!({"environment": "prod", "redis": [database]})));
}

#[test]
fn what_builds_read_is_as_the_schema_says() {
    assert_valid(&printed("build ../../../overlays/prod --list-inputs=json"));
}

#[test]
fn reports_of_labs_and_repairs_are_as_the_schemas_say() {
    let node = |id: Option<&str>| NodeStatus {
        node: 1,
        address: Address::new("172.30.0.11", 7001),
        reach: Address::new("127.0.0.1", 7001),
        pid: 7,
        process: if id.is_some() { Fate::Running } else { Fate::Ended },
        id: id.map(NodeId::from),
        role: id.map(|_| Role::Master),
        master: None,
        slots: SlotSet::all(),
        keys: id.map(|_| 5),
        used_memory: None,
        error: id.is_none().then(|| "it has ended".to_owned()),
    };
    assert_valid(&wrapped(
        "LabStatus",
        LabStatus {
            dir: "lab".to_owned(),
            server: "redis-server".to_owned(),
            seed: Address::new("127.0.0.1", 7001),
            map: vec!["172.30.0.11:7001=127.0.0.1:7001".to_owned()],
            nodes: vec![node(Some("a")), node(None)],
        },
    ));
    let version = || Version {
        node: "127.0.0.1:7001".to_owned(),
        kind: "string".to_owned(),
        size: Some(9),
        ttl_ms: None,
        idle_seconds: Some(1),
    };
    let conflict = |kept| Conflict {
        key: "k".to_owned(),
        key_base64: "aw==".to_owned(),
        slot: Slot::FIRST,
        database: 0,
        source: version(),
        target: version(),
        kept,
        saved: kept.map(|_| "lost.jsonl".to_owned()),
    };
    let findings = serde_json::from_value::<Vec<Value>>(printed("slots check --state broken.json")["findings"].clone());
    let report = FixReport {
        repaired: vec!["slot 5 goes to a".to_owned()],
        failed: vec![Failure { repair: "slot 6 goes to a".to_owned(), error: "LOADING".to_owned() }],
        conflicts: vec![conflict(None), conflict(Some(Side::Target))],
        ..FixReport::default()
    };
    let mut document = wrapped("FixReport", report);
    document["findings"] = findings.unwrap().into();
    assert!(!document["findings"].as_array().unwrap().is_empty());
    assert_valid(&document);
}

#[test]
fn reports_of_migrations_are_as_the_schema_says() {
    let version = json!({"node": "127.0.0.1:7001", "type": "hash", "size": null, "ttlMs": 5, "idleSeconds": null});
    let conflict =
        json!({"key": "k", "keyBase64": "aw==", "slot": 5, "database": 0, "source": version, "target": version});
    // Read as the library has it: a field that is missing here is an error.
    let report: MigrationReport = serde_json::from_value(json!({
        "run": "redisops:1:host", "outcome": "stopped", "movedSlots": 5, "planSlots": 9, "movedKeys": 50, "movedBytes": 5000,
        "seconds": 1.5, "clientP99Ms": 2.25,
        "pairs": [{"from": "a", "to": "b", "slots": 5, "keys": 50, "bytes": 5000}],
        "left": [{"from": null, "to": "b", "slots": [[0, 3]]}],
        "open": [[4, 4]],
        "conflicts": [conflict],
        "unacknowledged": [{"from": "a", "to": "b", "slot": 4, "database": 0, "keys": ["aw=="]}],
        "skipped": [{"key": "big", "slot": 4, "bytes": 60_000_000}],
        "joined": ["b"], "removed": ["a"], "replicasMoved": ["c"], "drained": [{"node": "a", "copies": "b"}, {"node": "d", "copies": null}],
        "problems": [{"code": "redisops::slots::x", "message": "m"}, {"code": "redisops::slots::y", "message": "m", "help": "h"}],
        "notes": ["n"],
    }))
    .unwrap();
    assert_valid(&wrapped("MigrationReport", report));
}

#[test]
fn plans_and_reports_of_scaling_are_as_the_schemas_say() {
    let moved = Step::Move { from: None, to: "cache-1".to_owned(), slots: SlotSet::all(), keys: Some(5), bytes: None };
    let pod = || "cache-1".to_owned();
    let steps = vec![
        Step::Finish { slots: SlotSet::all() },
        Step::Forget { node: NodeId::from("a") },
        Step::Meet { pod: pod() },
        Step::Copy { pod: pod(), master: pod() },
        Step::Failover { pod: pod(), master: pod() },
        Step::Renew { pod: pod() },
        moved,
        Step::Replicate { pod: pod(), master: pod() },
        Step::Leave { pod: pod() },
    ];
    let report = ScalingReport { steps, notes: vec!["n".to_owned()], ..ScalingReport::idle(6) };
    let report = wrapped("ScalingReport", report);
    assert_valid(&report);
    let state: ClusterState = serde_json::from_value(json!({"nodes": [
        {"id": "a", "address": "10.0.0.1:6379", "role": "master", "slots": [[0, 16383]]},
    ]}))
    .unwrap();
    let pod = |number: usize| Pod {
        name: format!("cache-{number}"),
        stays: true,
        node: Some(["a", "b"][number].into()),
        address: None,
        zone: None,
        shard: None,
    };
    let plan = plan(&state, &[pod(0), pod(1)], Wanted { masters: 2, replicas: 0 }).unwrap();
    let document = wrapped("ScalingPlan", plan);
    assert_eq!(document["steps"][1]["action"], "move");
    assert_valid(&document);
}

#[test]
fn plans_are_as_the_schema_says() {
    for arguments in [
        "three-masters.json --masters 5",
        "three-masters.json --replicas 1 --masters 4",
        "six-masters.json --masters 3",
        "six-masters.json --remove 172.30.0.11:7001",
        "skewed.json --masters 4 --balance memory",
        "fragmented.json",
        "open-slots.json",
        "failed-master.json",
    ] {
        assert_valid(&printed(&format!("slots plan --state {arguments}")));
    }
}

#[test]
fn a_document_with_a_mistake_is_found_out() {
    let plan = || printed("slots plan --state three-masters.json --masters 4");
    let state = || printed("slots state --state open-slots.json");
    let wrong = |mut document: Value, pointer: &str, value: Value| {
        *document.pointer_mut(pointer).unwrap() = value;
        errors(&document).len()
    };
    assert_eq!(errors(&plan()).len(), 0);
    for (pointer, value) in [
        ("/kind", json!("ClusterState")),
        ("/apiVersion", json!("v2")),
        ("/stateDigest", json!("abc")),
        ("/moves/0/slots", json!([])),
        ("/moves/0/slots/0", json!([1, 2, 3])),
        ("/moves/0/slots/0/1", json!(16384)),
        ("/moves/0/to", json!(null)),
        ("/optimality/metric", json!("bananas")),
        ("/after", json!({"ranges": 1})),
        ("/before", json!({"ranges": 1, "slotsPerMaster": {}, "slots_per_master": {}})),
    ] {
        let count = match pointer {
            // Another kind has another schema.
            "/kind" => {
                let mut document = plan();
                document["kind"] = value;
                errors(&document).len()
            }
            _ => wrong(plan(), pointer, value),
        };
        assert!(count > 0, "{pointer}");
    }
    for (pointer, value) in [
        ("/nodes/0/role", json!("slave")),
        ("/nodes/0/address", json!("127.0.0.1")),
        ("/open/0", json!({"slot": 5, "node": "a"})),
        ("/open/0", json!({"slot": 5, "node": "a", "migrating": "b", "importing": "b"})),
        ("/slotStats", json!({"keys": [1, 2, 3]})),
    ] {
        assert!(wrong(state(), pointer, value) > 0, "{pointer}");
    }
}
