//! Changes that were made wrong once, or might be.

use super::{Rename, replace_scalar, update};
use crate::diagnostics::{SourceKind, Sources};
use crate::yaml::{Scalar, Schema, parse_yaml11};

/// Changes a text to say what another says.
fn changed(text: &str, wanted: &str) -> String {
    renamed(text, wanted, &[])
}

fn renamed(text: &str, wanted: &str, renames: &[(&str, &str)]) -> String {
    let sources = Sources::new();
    let source = sources.add("k.yaml", text.into(), SourceKind::Kustomization).unwrap();
    let wanted = sources.add("w.yaml", wanted.into(), SourceKind::Kustomization).unwrap();
    let renames: Vec<Rename> =
        renames.iter().map(|(from, to)| Rename { from: (*from).into(), to: (*to).into() }).collect();
    update(&source, &parse_yaml11(&wanted).unwrap(), Schema::V11, &renames).unwrap()
}

#[test]
fn an_item_is_added_below_its_siblings() {
    let text = "# head\nresources: # all\n- a.yaml # one\n# - off.yaml\n\nnamePrefix: x-\n";
    let wanted = "resources: [a.yaml, b.yaml]\nnamePrefix: x-\n";
    assert_eq!(
        changed(text, wanted),
        "# head\nresources: # all\n- a.yaml # one\n- b.yaml\n# - off.yaml\n\nnamePrefix: x-\n"
    );
}

#[test]
fn an_item_goes_with_its_line_only() {
    let text = "resources:\n  # first\n  - a.yaml\n  # second\n  - b.yaml # b\n  - 'c.yaml'\n";
    assert_eq!(
        changed(text, "resources: [a.yaml, c.yaml]"),
        "resources:\n  # first\n  - a.yaml\n  # second\n  - 'c.yaml'\n"
    );
    assert_eq!(changed(text, "resources: []"), "resources: []\n  # first\n  # second\n");
}

#[test]
fn a_field_goes_and_its_comments_stay() {
    let text = "a: 1\n\n# who pays\nlabels:\n  # team\n  team: x\n  b: y # gone\n\nc: 2\n";
    assert_eq!(changed(text, "{a: 1, c: 2}"), "a: 1\n\n# who pays\n  # team\n\nc: 2\n");
    assert_eq!(changed("a: 1\nb: 2", "{a: 1}"), "a: 1");
}

#[test]
fn a_value_keeps_its_quotes() {
    let text = "a: 'x' # c\nb: \"y\"\nc: z\nd: >-\n  folded\n  text\ne: 5\n";
    let wanted = "{a: it's, b: q, c: 'yes', d: short, e: 7}";
    assert_eq!(changed(text, wanted), "a: 'it''s' # c\nb: \"q\"\nc: \"yes\"\nd: short\ne: 7\n");
}

#[test]
fn new_fields_are_written_as_their_neighbours() {
    let text = "apiVersion: v1\nkind: K\n\nresources:\n  - a\n\nimages:\n  - name: x\n    newTag: '1'\n";
    let wanted = "{apiVersion: v1, kind: K, resources: [a], images: [{name: x, newTag: '1'}, {name: y, newTag: '2'}], patches: [{path: p, target: {kind: A}}]}";
    assert_eq!(
        changed(text, wanted),
        "apiVersion: v1\nkind: K\n\nresources:\n  - a\n\nimages:\n  - name: x\n    newTag: '1'\n  - name: y\n    newTag: '2'\n\npatches:\n  - path: p\n    target:\n      kind: A\n"
    );
}

#[test]
fn an_empty_value_gets_lines_below_its_key() {
    assert_eq!(changed("a:\nb: 1\n", "{a: [x], b: 1}"), "a:\n- x\nb: 1\n");
    assert_eq!(changed("a: # list\n# - off\nb: 1\n", "{a: [x], b: 1}"), "a: # list\n- x\n# - off\nb: 1\n");
    assert_eq!(changed("a: [] # none\n", "{a: [{b: 1, c: 2}]}"), "a: # none\n- b: 1\n  c: 2\n");
    assert_eq!(changed("a: null\n", "{a: x}"), "a: x\n");
    assert_eq!(changed("a:\n", "{a: x}"), "a: x\n");
    assert_eq!(changed("a: {}\n", "{a: {b: {c: d}}}"), "a:\n  b:\n    c: d\n");
    assert_eq!(changed("# only\n", "{a: x}"), "# only\na: x\n");
}

#[test]
fn brackets_stay_brackets() {
    assert_eq!(changed("a: [x, y] # c\n", "{a: [x, y, 'z,1']}"), "a: [x, y, \"z,1\"] # c\n");
    assert_eq!(changed("a: [x, y, z]\n", "{a: [x, z]}"), "a: [x, z]\n");
    assert_eq!(changed("a: [x, y, z]\n", "{a: [x]}"), "a: [x]\n");
    assert_eq!(changed("a: [x, y, z]\n", "{a: [w, x]}"), "a: [w, x]\n");
    assert_eq!(changed("a: {b: 1, c: 2}\n", "{a: {b: 1, d: 3}}"), "a: {b: 1, d: 3}\n");
    assert_eq!(changed("a: [\n  x, # one\n  y # two\n]\n", "{a: [x, y, z]}"), "a: [\n  x, # one\n  y, # two\n  z\n]\n");
    assert_eq!(changed("a: [\n  x,\n  y,\n]\n", "{a: [x, y, z, w]}"), "a: [\n  x,\n  y,\n  z,\n  w,\n]\n");
    assert_eq!(changed("a: [\n  x,\n  y,\n]\n", "{a: [y]}"), "a: [\n  y,\n]\n");
    let json = "{\n  \"a\": [\"x\"],\n  \"b\": 1\n}\n";
    assert_eq!(
        changed(json, "{a: [x, v], b: 1, c: z}"),
        "{\n  \"a\": [\"x\", \"v\"],\n  \"b\": 1,\n  \"c\": \"z\"\n}\n"
    );
}

#[test]
fn the_first_key_of_an_item_can_go() {
    let text = "a:\n- name: x\n  # why\n  tag: '1'\n- name: y\n";
    assert_eq!(changed(text, "{a: [{tag: '1'}, {name: y}]}"), "a:\n# why\n- tag: '1'\n- name: y\n");
}

#[test]
fn line_ends_are_kept() {
    assert_eq!(changed("a:\r\n- x\r\n", "{a: [x, y]}"), "a:\r\n- x\r\n- y\r\n");
    assert_eq!(changed("a:\n- x", "{a: [x, y]}"), "a:\n- x\n- y");
    assert_eq!(changed("a: |\n  b", "{a: b, c: d}"), "a: b\nc: d");
}

#[test]
fn texts_of_several_lines_are_blocks() {
    let text = "patches:\n- patch: |-\n    - op: add\n      path: /a\n  target: {kind: A}\n";
    let wanted =
        "patches:\n- patch: |-\n    - op: remove\n      path: /b\n  target: {kind: A}\n- patch: \"x: 1\\ny: 2\\n\"\n";
    assert_eq!(
        changed(text, wanted),
        "patches:\n- patch: |-\n    - op: remove\n      path: /b\n  target: {kind: A}\n- patch: |\n    x: 1\n    y: 2\n"
    );
}

#[test]
fn renamed_fields_keep_their_place() {
    let text = "# old\nbases: # b\n- ../base # x\nnamePrefix: a\n";
    assert_eq!(
        renamed(text, "{resources: [../base], namePrefix: a}", &[("bases", "resources")]),
        "# old\nresources: # b\n- ../base # x\nnamePrefix: a\n"
    );
    let text = "patchesStrategicMerge:\n- a.yaml # one\n- b.yaml\n";
    assert_eq!(
        renamed(text, "{patches: [{path: a.yaml}, {path: b.yaml}]}", &[("patchesStrategicMerge", "patches")]),
        "patches:\n- path: a.yaml # one\n- path: b.yaml\n"
    );
}

#[test]
fn anchors_are_followed() {
    // A change beside them leaves them alone.
    let text = "commonLabels: &l\n  a: b\ncommonAnnotations: *l\nnamePrefix: x\n";
    let same = "commonLabels: {a: b}\ncommonAnnotations: {a: b}\nnamePrefix: ";
    assert_eq!(changed(text, &format!("{same}y")), text.replace("x\n", "y\n"));
    // A change of what is tied unties it.
    assert_eq!(
        changed(text, "{commonLabels: {a: c}, commonAnnotations: {a: b}, namePrefix: x}"),
        "commonLabels:\n  a: c\ncommonAnnotations:\n  a: b\nnamePrefix: x\n"
    );
    let merged = "a: &a {x: '1', w: '2'}\nb:\n  <<: *a\n  z: '3'\n";
    assert_eq!(
        changed(merged, "{a: {x: '1', w: '2'}, b: {x: '1', w: '4', z: '3'}}"),
        "a: &a {x: '1', w: '2'}\nb:\n  w: '4'\n  <<: *a\n  z: '3'\n"
    );
}

#[test]
fn what_follows_the_document_stays() {
    assert_eq!(changed("---\na: 1\n...\n# end\n", "{a: 1, b: 2}"), "---\na: 1\nb: 2\n...\n# end\n");
}

#[test]
fn one_scalar_is_replaced_where_it_stands() {
    let text = "a: 1\n---\n# c\nspec:\n  replicas: 3 # three\n  list: [\"x\", y]\n";
    let source = Sources::new().add("m.yaml", text.into(), SourceKind::Resource).unwrap();
    let at = |what: &str| source.pos(text.find(what).unwrap());
    assert_eq!(replace_scalar(&source, at("3 #"), &Scalar::int(5)).unwrap(), text.replace("3 #", "5 #"));
    let replaced = replace_scalar(&source, at("\"x\""), &Scalar::string("z")).unwrap();
    assert_eq!(replaced, text.replace("\"x\"", "\"z\""));
    assert!(replace_scalar(&source, at("replicas"), &Scalar::int(5)).is_err());
}
