//! The proof that an apply changes nothing, held against the server: whatever it lets pass without a question, a dry run of everything finds clean, and what a
//! dry run finds, it finds.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::Value;

use crate::support::Bench;

fn label() -> impl Strategy<Value = String> {
    "[ab]".prop_map(|key| format!("l{key}"))
}

/// Name, amount of CPU, variables, port.
type Container = (String, Option<String>, Vec<(String, String)>, Option<u16>);

#[derive(Clone, Debug)]
struct Shape {
    labels: Vec<(String, String)>,
    replicas: Option<u32>,
    containers: Vec<Container>,
    args: Vec<String>,
    tolerations: Vec<String>,
}

fn shape() -> impl Strategy<Value = Shape> {
    let container = (
        "[cd]",
        prop::option::of(prop::sample::select(vec!["100m", "0.1", "1", "1000m"]).prop_map(str::to_owned)),
        prop::collection::vec(("[EF]", "[xy]"), 0..3),
        prop::option::of(80_u16..82),
    );
    (
        prop::collection::vec((label(), "[vw]"), 0..3),
        prop::option::of(1_u32..3),
        prop::collection::vec(container, 1..3),
        prop::collection::vec("[st]", 0..3),
        prop::collection::vec("[kl]", 0..2),
    )
        .prop_map(|(mut labels, replicas, mut containers, args, tolerations)| {
            labels.sort();
            labels.dedup_by(|a, b| a.0 == b.0);
            containers.sort();
            containers.dedup_by(|a, b| a.0 == b.0);
            for container in &mut containers {
                container.2.sort();
                container.2.dedup_by(|a, b| a.0 == b.0);
            }
            Shape { labels, replicas, containers, args, tolerations }
        })
}

impl Shape {
    fn yaml(&self, name: &str) -> String {
        use std::fmt::Write;
        let mut out = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: NAMESPACE\n  labels: {{fixed: x"
        );
        self.labels.iter().for_each(|(key, value)| write!(out, ", {key}: {value}").unwrap());
        out.push_str("}\nspec:\n");
        if let Some(replicas) = self.replicas {
            writeln!(out, "  replicas: {replicas}").unwrap();
        }
        out.push_str("  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n      containers:\n");
        for (name, cpu, env, port) in &self.containers {
            writeln!(out, "      - name: {name}\n        image: i").unwrap();
            if let Some(cpu) = cpu {
                writeln!(out, "        resources: {{limits: {{cpu: {cpu}}}}}").unwrap();
            }
            if let Some(port) = port {
                writeln!(out, "        ports: [{{containerPort: {port}}}]").unwrap();
            }
            if !env.is_empty() {
                out.push_str("        env:\n");
                env.iter().for_each(|(key, value)| writeln!(out, "        - {{name: {key}, value: {value}}}").unwrap());
            }
            if !self.args.is_empty() {
                writeln!(out, "        args: [{}]", self.args.join(", ")).unwrap();
            }
        }
        if !self.tolerations.is_empty() {
            out.push_str("      tolerations:\n");
            self.tolerations.iter().for_each(|key| writeln!(out, "      - {{key: {key}, operator: Exists}}").unwrap());
        }
        out
    }
}

/// Fields that differ, by object.
fn differences(report: &Value) -> Vec<String> {
    let changes = report["changes"].as_array().unwrap();
    let of = |change: &Value| -> Vec<String> {
        assert_eq!(change["error"], Value::Null, "{change}");
        let fields = change["fields"].as_array().unwrap();
        fields.iter().map(|it| format!("{} {}", change["resource"]["name"], it["path"])).collect()
    };
    changes.iter().flat_map(of).collect()
}

#[test]
fn what_the_proof_lets_pass_a_dry_run_finds_clean() {
    let Some(bench) = Bench::new() else { return };
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut pairs = Vec::new();
    for _ in 0..60 {
        let both = (shape(), shape()).new_tree(&mut runner).unwrap().current();
        pairs.push(both);
    }
    let write = |file: &str, second: bool| {
        let objects = pairs.iter().enumerate().map(|(index, (one, other))| {
            // A third stays as it is.
            let shape = if second && index % 3 != 0 { other } else { one };
            shape.yaml(&format!("d{index}"))
        });
        bench.write(file, &objects.collect::<Vec<_>>().join("---\n"));
    };
    write("prod/all.yaml", false);
    bench.apply_as("redisops", "prod/all.yaml");
    let clean = bench.diff(&["prod/all.yaml"]);
    assert_eq!(clean.code, 0, "{clean:?}");
    write("prod/all.yaml", true);
    let (fast, exact) = (bench.diff(&["prod/all.yaml"]), bench.diff(&["prod/all.yaml", "--exact"]));
    assert_eq!(fast.code, 1, "{fast:?}");
    assert_eq!(differences(&fast.json()), differences(&exact.json()));
    // And what is told is what an apply does: behind it, nothing is left.
    bench.apply_as("redisops", "prod/all.yaml");
    let after = bench.diff(&["prod/all.yaml", "--exact"]);
    assert_eq!(after.code, 0, "{after:?}");
}
