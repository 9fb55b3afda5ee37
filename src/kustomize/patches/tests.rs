//! Patches from text to printed objects; expected texts are what the reference prints.

use crate::diagnostics::{Diagnostics, SourceKind, Sources};
use crate::k8s::ResMap;
use crate::yaml::{Node, Trace, emit, parse_yaml11};

use super::super::decode::{Decoder, FromNode};
use super::super::load_resources::resources_from_source;
use super::super::types::Patch;
use super::super::{Context, Transformer};
use super::Patches;

fn build(objects: &str, patches: &str) -> Result<String, Diagnostics> {
    let (sources, trace) = (Sources::new(), Trace::new());
    let cx = Context::new(&sources, &trace);
    let source = sources.add("objects.yaml", objects.into(), SourceKind::Resource).unwrap();
    let mut resources: ResMap = cx.empty_resources();
    for resource in resources_from_source(&source)? {
        resources.append(resource).unwrap();
    }
    let source = sources.add("kustomization.yaml", patches.into(), SourceKind::Kustomization).unwrap();
    let node: Node = parse_yaml11(&source)?;
    let mut decoder = Decoder::kustomization(&trace);
    let entries = Vec::<Patch>::from_node(&node, &mut decoder);
    let entries = decoder.finish(entries)?;
    Patches::new(&entries, &|_| unreachable!("no files here"), &cx)?.transform(&mut resources, &cx)?;
    let mut out = String::new();
    for resource in resources.iter() {
        emit(&resource.node, &mut out)?;
    }
    Ok(out)
}

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {a: x, b: 'y1'}}
spec:
  replicas: '1'
  template:
    spec:
      containers:
      - name: one
        image: old
        args: [-v]
        ports:
        - {containerPort: 80, protocol: TCP}
      - name: two
        image: other
";

const HEAD: &str = "- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: web\n";

fn spec(text: &str) -> String {
    build(DEPLOYMENT, &format!("{HEAD}    spec:\n      template:\n        spec:\n          {text}\n")).unwrap()
}

#[test]
fn the_first_of_equal_keys_counts_in_a_patch() {
    let cleared = build(DEPLOYMENT, &format!("{HEAD}    spec:\n    spec:\n      replicas: 3\n")).unwrap();
    assert!(!cleared.contains("spec:"), "{cleared}");
    let first = build(DEPLOYMENT, &format!("{HEAD}    spec:\n      replicas: 3\n    spec:\n")).unwrap();
    assert!(first.contains("replicas: \"3\""), "{first}");
}

#[test]
fn items_of_the_patch_come_first_and_matched_ones_move() {
    let out = spec("containers: [{name: new, image: i}, {name: two, args: [x]}]");
    let names: Vec<&str> =
        out.lines().filter_map(|l| l.trim_start_matches("- ").trim().strip_prefix("name: ")).collect();
    assert_eq!(names, ["web", "new", "two", "one"]);
    assert!(out.contains("image: other"), "{out}");
}

#[test]
fn an_item_without_its_key_empties_the_list() {
    assert!(spec("containers: [{image: new}]").contains("containers: []"));
}

#[test]
fn directives_delete_items_but_do_not_replace_them() {
    assert!(!spec("containers: [{name: one, $patch: delete}]").contains("old"));
    assert!(spec("containers: [{name: one, $patch: replace, image: new}]").contains("image: old"));
    assert!(!spec("containers: [{$patch: replace}, {name: z}]").contains("old"));
}

#[test]
fn quotes_of_the_old_scalar_stay_and_make_a_string() {
    let out = build(DEPLOYMENT, &format!("{HEAD}    spec: {{replicas: 3}}\n")).unwrap();
    assert!(out.contains("replicas: \"3\""), "{out}");
}

#[test]
fn null_deletes_a_label_unless_the_patch_has_a_target() {
    let patch = "      labels: {a: null}\n";
    assert!(!build(DEPLOYMENT, &format!("{HEAD}{patch}")).unwrap().contains("a: "));
    let with_target = build(DEPLOYMENT, &format!("{HEAD}{patch}  target: {{kind: Deployment}}\n")).unwrap();
    assert!(with_target.contains("a: \"null\""), "{with_target}");
}

#[test]
fn a_deleted_object_is_gone() {
    assert_eq!(build(DEPLOYMENT, &format!("{HEAD}    $patch: delete\n")).unwrap(), "");
}

#[test]
fn types_must_agree_and_all_disagreements_are_told() {
    let found = build(DEPLOYMENT, &format!("{HEAD}    spec:\n      replicas: {{}}\n      template: []\n")).unwrap_err();
    let codes: Vec<&str> = found.0.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["redisops::patch::type_mismatch"; 2]);
    assert!(found.0[0].message.contains("`spec.replicas`"), "{}", found.0[0].message);
}

#[test]
fn a_patch_without_object_names_the_nearest() {
    let found = build(DEPLOYMENT, &HEAD.replace("name: web", "name: wed")).unwrap_err();
    assert_eq!(found.0[0].code, "redisops::patch::no_match");
    assert_eq!(found.0[0].help.as_deref(), Some("did you mean `web`?"));
    assert_eq!(found.0[0].labels.len(), 2);
}

fn json(operations: &str) -> Result<String, Diagnostics> {
    build(
        DEPLOYMENT,
        &format!("- target: {{kind: Deployment}}\n  patch: |\n    {}\n", operations.replace('\n', "\n    ")),
    )
}

#[test]
fn json_operations_change_the_object() {
    let out = json(
        "- {op: replace, path: /spec/replicas, value: 12345678901234567890}\n\
         - {op: add, path: /metadata/annotations/x, value: 1}\n\
         - {op: move, from: /spec/template/spec/containers/-1, path: /spec/template/spec/containers/0}\n\
         - {op: remove, path: /spec/template/spec/containers/1/args}\n\
         - {op: test, path: /metadata/labels/b, value: y1}\n\
         - {op: copy, from: /metadata/labels, path: /metadata/other}",
    )
    .unwrap();
    assert!(
        out.contains("replicas: 1.2345678901234567e+19") || out.contains("replicas: 12345678901234567000"),
        "{out}"
    );
    assert!(out.contains("x: \"1\"") && !out.contains("args") && out.contains("  other:\n    a: x"), "{out}");
    assert!(out.find("name: two") < out.find("name: one"), "{out}");
}

#[test]
fn json_paths_that_lead_nowhere_show_where_they_end() {
    let found = json("- {op: add, path: /spec/templat/metadata/labels, value: 1}").unwrap_err();
    assert_eq!(found.0[0].code, "redisops::patch::missing_path");
    assert_eq!(found.0[0].help.as_deref(), Some("did you mean `template`?"));
    let found = json("- {op: remove, path: /spec/template/spec/containers/2}").unwrap_err();
    assert!(found.0[0].message.contains("items 0 to 1"), "{}", found.0[0].message);
    let found = json("- {op: repalce, path: /spec/replicas, value: 1}").unwrap_err();
    assert_eq!(found.0[0].help.as_deref(), Some("did you mean `replace`?"));
    let found = json("- {op: test, path: /metadata/labels/b, value: z}").unwrap_err();
    assert_eq!(found.0[0].code, "redisops::patch::test_failed");
}

proptest::proptest! {
    /// Merging a patch twice gives what merging it once gives, as long as it has no directives and its keyed items are complete.
    #[test]
    fn merging_twice_is_merging_once(
        names in proptest::collection::vec("[a-e]", 0..5),
        images in proptest::collection::vec("[x-z]{1,3}", 5),
    ) {
        let mut seen = std::collections::BTreeSet::new();
        let items: Vec<String> = names
            .iter()
            .zip(&images)
            .filter(|(name, _)| seen.insert(name.to_string()))
            .map(|(name, image)| format!("{{name: {name}, image: {image}}}"))
            .collect();
        let entry = format!("{HEAD}    spec: {{template: {{spec: {{containers: [{}]}}}}}}\n", items.join(", "));
        let once = build(DEPLOYMENT, &entry).unwrap();
        proptest::prop_assert_eq!(once, build(DEPLOYMENT, &format!("{entry}{entry}")).unwrap());
    }
}
