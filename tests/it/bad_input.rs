//! Wrong input, class by class: what a user reads, with places, reasons and advice, exit code and empty stdout pinned.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use insta::assert_snapshot;
use tempfile::TempDir;

/// A directory with the files of a scenario: `@@ path` and the lines of the file.
fn directory(scenario: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in scenario.split("@@ ").skip(1) {
        let (path, text) = file.split_once('\n').unwrap();
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn build(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_redisops"));
    command.arg("build").args(arguments).current_dir(directory);
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    command.env("XDG_CACHE_HOME", directory.join(".cache")).output().unwrap()
}

fn shown(directory: &Path, output: &Output) -> String {
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "a failure prints nothing on stdout");
    let message = String::from_utf8_lossy(&output.stderr);
    for leftover in ["panicked", "Some(", "None)", "Pos(", "os error"] {
        assert!(!message.contains(leftover), "{leftover}: {message}");
    }
    let real = fs::canonicalize(directory).unwrap();
    let message = message.replace(&*real.to_string_lossy(), "[DIR]").replace(&*directory.to_string_lossy(), "[DIR]");
    format!("exit {}\n\n{message}", output.status.code().unwrap())
}

/// Exit code and message of a build that must fail and print nothing.
fn fails(scenario: &str, arguments: &[&str]) -> String {
    let dir = directory(scenario);
    shown(dir.path(), &build(dir.path(), arguments))
}

macro_rules! bad_input {
    ($($(#[$doc:meta])* $name:ident($($argument:literal),*): $scenario:literal)*) => {
        $(
            $(#[$doc])*
            #[test]
            fn $name() {
                assert_snapshot!(stringify!($name), fails($scenario, &[$($argument),*]));
            }
        )*
    };
}

bad_input! {
    /// Entries that lead to no kustomization are marked.
    bases_without_a_kustomization("overlay"): r#"@@ overlay/kustomization.yaml
resources:
- ../none
- ../empty
- ../near
@@ none/deployment.yaml
kind: A
@@ empty/.keep
@@ near/kustomisation.yaml
resources: []
"#

    /// Errors of a base name the entries that led there.
    the_way_to_a_deep_base("a"): r#"@@ a/kustomization.yaml
resources:
- ../b
- x.yaml
@@ a/x.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
@@ b/kustomization.yaml
resources:
- ../c
@@ c/kustomization.yaml
resources:
- nope.yaml
patches:
- path: nopatch.yaml
"#

    /// What is wrong with a base is said once, however often it is used.
    a_base_that_is_used_twice("a"): r#"@@ a/kustomization.yaml
resources:
- ../b
- ../c
@@ b/kustomization.yaml
namePrefix: b-
resources:
- ../base
@@ c/kustomization.yaml
namePrefix: c-
resources:
- ../base
@@ base/kustomization.yaml
resources:
- nope.yaml
- bad.yaml
namPrefix: x
@@ base/bad.yaml
kind: [
"#

    /// Errors of two bases and of the kustomization that uses them, together.
    errors_of_several_bases("a"): r#"@@ a/kustomization.yaml
resources:
- ../b
- ../c
patches:
- path: none.yaml
- target: {kind: Foo}
  patch: |-
    - op: replce
      path: /x
@@ b/kustomization.yaml
resources:
- one.yaml
patches:
- patch: |-
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: onee}
    data: {a: b}
@@ b/one.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: one}
@@ c/kustomization.yaml
resources:
- two.yaml
images:
- newTag: "3"
replicas:
- name: none
  count: 3
@@ c/two.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
"#

    /// Without the resources, nothing is said about targets.
    a_mistyped_list_of_resources(): r#"@@ kustomization.yaml
resuorces: [a.yaml]
patches:
- patch: |-
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: a}
@@ a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
"#

    /// All that is wrong in a kustomization file.
    kustomization_file(): r#"@@ kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1
kind: Kustomisation
resources:
- d.yaml
- d.yaml
- ""
- null
- 5
- {a: b}
namePrefix: [a]
sortOptions: {order: fif}
buildMetadata: [originAnnotation]
labels:
- pairs: {a: 1}
  includeSelector: true
- pairs: []
images:
- name: ""
- foo
replicas:
- count: 1
vars:
- name: x
"#

    /// Inline and in files: near name, kind, version, namespace.
    patches_without_target_each_for_its_reason(): r#"@@ kustomization.yaml
resources:
- d.yaml
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: cahe
- patch: |-
    apiVersion: apps/v1
    kind: StatefulSet
    metadata:
      name: cache
- patch: |-
    apiVersion: extensions/v1beta1
    kind: Deployment
    metadata:
      name: cache
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: cache
      namespace: prod
- patch: |-
    apiVersion: apps/v1
    kind: DaemonSet
    metadata:
      name: zzz
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: totally-different
- patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
    spec: {replicas: [
- patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: cach}}"
- path: p.json
@@ p.json
{"apiVersion": "apps/v1", "kind": "Deployment",
 "metadata": {"name": "cash"}}
@@ d.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
"#

    /// Each operation at its line, with what exists of its path.
    json_patches_that_do_not_fit(): r#"@@ kustomization.yaml
resources:
- d.yaml
patches:
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: replce
      path: /spec/replicas
      value: 3
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: replace
      path: /spec/template/spec/containers/5/image
      value: 3
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: replace
      path: spec/replicas
      value: 3
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: add
      path: /spec/replicas
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: remove
      path: /spec/replcas
- target: {kind: Deployment, name: cache}
  patch: '[{"op": "replace", "path": "/specc/replicas", "value": 1}]'
- patch: |-
    - op: replace
      path: /spec/replicas
      value: 3
- target: {kind: Deployment, name: cache}
  path: p.json
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: move
      from: /spec/nix
      path: /spec/replicas
- target: {kind: Deployment, name: cachee}
  patch: |-
    - op: move
      from: /spec/nix
      path: /spec/replicas
- target: {kind: Deployment, name: cache}
  patch: |-
    - {path: /spec/nix}
- target: {kind: Deployment, name: cache}
  patch: |-
    - {op: add, path: /spec/template/spec/contaners/0, value: 1}
- target: {kind: Deployment, name: cache}
  patch: |-
    - {op: test, path: /spec/template/spec/containers/0/name, value: aa}
@@ p.json
[
  {"op": "remove", "path": "/spec/replcas"},
  {"op": "replace", "path": "/spec/x", "value": 1}
]
@@ d.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: a
        image: b
"#

    /// Malformed operations and targets.
    json_patches_that_cannot_be_read(): r#"@@ kustomization.yaml
resources:
- d.yaml
patches:
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: replce
      path: /spec/replicas
      value: 3
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: replace
      path: /spec/template/spec/containers/5/image
      value: 3
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: replace
      path: spec/replicas
      value: 3
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: add
      path: /spec/replicas
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: remove
      path: /spec/replcas
- target: {kind: Deployment, name: cache}
  patch: '[{"op": "replace", "path": "/spec/replcas", "value": 1}]'
- target: {kind: Deployment, name: cache}
  patch: "[{'op': 'replace', 'path': '/spec/replcas', 'value': 1}]"
- patch: |-
    - op: replace
      path: /spec/replicas
      value: 3
- target: {kind: Deployment, name: cache}
  path: p.json
- target: {kind: Deployment, name: cache}
  patch: |-
    - op: move
      from: /spec/nix
      path: /spec/replicas
- target: {kind: Deployment, name: cachee}
  patch: |-
    - op: move
      from: /spec/nix
      path: /spec/replicas
- target: {kind: Deployment, name: "cach(e"}
  patch: |-
    - op: move
      from: /spec/nix
      path: /spec/replicas
- target: {kind: Deployment, labelSelector: "a in (b"}
  patch: |-
    - op: move
      from: /spec/nix
      path: /spec/replicas
@@ p.json
[
  {"op": "replace", "path": "/spec/replcas", "value": 1},
  {"op": "replace", "path": "/spec/x", "value": 1,}
]
@@ d.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: a
        image: b
"#

    /// Entries of patches that are none.
    strategic_patches_that_cannot_be_read(): r#"@@ kustomization.yaml
resources:
- d.yaml
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
    spec:
      template:
        spec:
          containers: {name: a}
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
    spec:
      template:
        spec:
          containers:
          - image: x
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
    spec:
      template:
        $patch: delte
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
    spec:
      template:
        spec:
          containers:
          - foo
- patch: |-
    kind: Deployment
    spec: 1
- patch: |-
    metadata: {name: cache}
    spec: 1
- patch: just text
- patch: ""
- path: p.yaml
  patch: "x: y"
- {}
- target: {kind: Deployment}
- target: {kind: Deployment}
  patch: |-
    kind: Deployment
    metadata: {name: x}
    ---
    kind: Deployment
    metadata: {name: y}
@@ p.yaml
a: b
@@ d.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: a
        image: b
"#

    /// Types, directives, several documents with a target.
    strategic_patches_that_do_not_fit(): r#"@@ kustomization.yaml
resources:
- d.yaml
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
    spec:
      template:
        spec:
          containers: {name: a}
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
    spec:
      template:
        spec:
          containers:
          - image: x
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
    spec:
      template:
        $patch: delte
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: cache}
    spec:
      template:
        spec:
          containers:
          - foo
- target: {kind: Deployment}
  patch: |-
    kind: Deployment
    metadata: {name: x}
    ---
    kind: Deployment
    metadata: {name: y}
@@ d.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: a
        image: b
"#

    /// A patch that fits none of its targets is one mistake.
    one_patch_for_many_objects(): r#"@@ kustomization.yaml
resources:
- d.yaml
patches:
- target: {kind: Deployment}
  patch: |-
    - op: remove
      path: /spec/replcas
replacements:
- source: {kind: ConfigMap, name: c, fieldPath: data.x}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.foo.bar, spec.x]
@@ d.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec: {replicas: 1}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: b}
spec: {replicas: 1}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: c}
spec: {replicas: 1}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {x: y}
"#

    /// Sources and targets that are not there.
    replacements_that_do_not_fit(): r#"@@ kustomization.yaml
resources:
- d.yaml
replacements:
- source: {kind: ConfigMap, name: c, fieldPath: data.x}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.foo.bar, spec.x]
- source: {kind: ConfigMap, name: c, fieldPath: data.x}
  targets:
  - select: {kind: Deploymnt}
    fieldPaths: [spec.foo.bar, spec.x]
- source: {kind: ConfigMap, name: c, fieldPath: "data.[x"}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.replicas]
- source: {kind: ConfigMap, name: c, fieldPath: data.x, options: {delimiter: ":", index: 4}}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.replicas]
- source: {kind: ConfigMap, name: cc}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.replicas]
- source: {kind: ConfigMp, name: c}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.replicas]
- source: {kind: Foo, name: bar}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.replicas]
- source: {name: c}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.template.spec.containers.0.image]
@@ d.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec: {replicas: 1, template: {spec: {containers: [{name: a, image: b}]}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {x: y}
"#

    /// Entries and files of replacements.
    replacements_that_cannot_be_read(): r#"@@ kustomization.yaml
resources:
- d.yaml
replacements:
- source: {kind: ConfigMap, name: c}
  sourceValue: x
  targets:
  - select: {kind: Deployment}
- targets:
  - select: {kind: Deployment}
- source: {kind: ConfigMap, name: c}
- source: {kind: ConfigMap, name: c}
  targets:
  - fieldPaths: [x]
- path: nope.yaml
- path: r.yaml
- path: s.yaml
- path: s.yaml
  source: {kind: A}
@@ s.yaml
hello
@@ r.yaml
- source: {kid: ConfigMap, name: c}
  targts: []
@@ d.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {x: y}
"#

    /// One error, not one an object.
    a_base_listed_twice(): r#"@@ kustomization.yaml
resources:
- base
- base/
- d.yaml
- d.yaml
@@ base/kustomization.yaml
resources:
- d.yaml
@@ base/d.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
@@ d.yaml
apiVersion: v1
kind: Secret
metadata: {name: a}
"#

    /// Through two kustomizations without prefixes.
    a_base_reached_twice(): r#"@@ kustomization.yaml
resources:
- l
- r
@@ l/kustomization.yaml
resources: [../base]
@@ r/kustomization.yaml
resources: [../base]
@@ base/kustomization.yaml
resources:
- d.yaml
@@ base/d.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
"#

    /// Literals, files and env files.
    generators(): r#"@@ kustomization.yaml
configMapGenerator:
- name: a
  envs: [e.env]
- name: a
  literals: [a=b]
- literals: [a=b]
- name: b
  behavior: mrege
  literals: [a=b]
- name: c
  behavior: merge
  literals: [a=b]
- name: d
  literals: [a=b, a=c, "=x", nope]
- name: e
  files: ["=x", "a=b=c", "a=", dir, "bad key=e.env"]
- name: f
  files: [e.env]
  envs: [bad.env]
secretGenerator:
- name: s
  literals: [a]
  type: Foo
  envs: [s.env]
generatorOptions:
  disableNameSuffixHsh: true
@@ e.env
A=b
export X
=foo
B C=d
1A=3
@@ dir/x
@@ bad.env
FOO=1
FOO=2
@@ s.env
PASSWORD
=hunter2
P W=hunter2
"#

    /// The load restrictor, field by field.
    restricted_paths_of_every_field("overlay"): r#"@@ overlay/kustomization.yaml
resources:
- ../x/kustomization.yaml
- ../base/d.yaml
- /etc/passwd
configMapGenerator:
- name: a
  files: [../x/y.txt]
  envs: [../x/y.txt]
patches:
- path: ../x/y.txt
configurations: [../x/y.txt]
crds: [../x/y.txt]
transformers: [../x/y.txt]
openapi: {path: ../x/y.txt}
@@ x/y.txt
a=b
@@ x/kustomization.yaml
resources: []
@@ base/d.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
"#

    /// JSON, tabs, placeholders, aliases, documents that are no objects.
    syntax(): r#"@@ kustomization.yaml
resources: [a.json, b.json, c.yaml, d.yaml, e.yaml, f.yaml]
@@ a.json
{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a",}
@@ b.json
{"apiVersion": "v1", "kind": "ConfigMap" "metadata": {"name": "a"}}
@@ c.yaml
apiVersion: v1
kind: ConfigMap
metadata:
	name: x
@@ d.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ name }}
@@ e.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: *foo
@@ f.yaml
- a
- b
---
x
---
kind: ConfigMap
metadata:
  generateName: x-
---
kind: ConfigMap
metadata: {nam: x}
"#

    /// Unknown kinds, plugins that are not enabled, files that are missing.
    plugin_configuration(): r#"@@ kustomization.yaml
resources: [a.yaml]
transformers: [t.yaml, t2.yaml, none.yaml]
generators: [g.yaml]
validators: [v.yaml]
@@ a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
@@ t.yaml
apiVersion: builtin
kind: PrefixTransformr
metadata: {name: x}
prefix: a-
---
apiVersion: builtin
kind: PrefixTransformer
metadata: {name: x2}
prefx: a-
@@ t2.yaml
apiVersion: example.com/v1
kind: Foo
metadata: {name: x}
@@ g.yaml
apiVersion: example.com/v1
kind: Foo
metadata:
  name: x
  annotations:
    config.kubernetes.io/function: |
      container: {image: foo/bar:1}
@@ v.yaml
apiVersion: builtin
kind: ConfigMapGenerator
metadata: {name: x}
"#

    /// Transformer configuration, CRDs and OpenAPI documents.
    configurations(): r#"@@ kustomization.yaml
resources: [a.yaml]
configurations: [c.yaml]
crds: [crd.yaml]
openapi: {path: o.json}
@@ a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
@@ c.yaml
namePrefx:
- path: a/b
nameReference:
- kind: X
  fieldSpec: []
@@ crd.yaml
kind: CustomResourceDefinition
@@ o.json
{"a": 
"#

    /// A value that many transformers trip over is one mistake.
    fields_that_do_not_fit_an_object(): r#"@@ kustomization.yaml
resources: [a.yaml]
namespace: foo
commonLabels: {a: b}
images:
- name: x
  newTag: "1"
commonAnnotations: {x: q}
@@ a.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: a
  labels: foo
  annotations: [x]
spec:
  template: 5
  selector: []
"#

    /// Components and kustomizations in the wrong list.
    components(): r#"@@ kustomization.yaml
resources: [a.yaml, comp]
components: [base, nope]
@@ a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
@@ comp/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
@@ base/kustomization.yaml
resources: []
"#

    /// Objects and fields that are not there.
    vars(): r#"@@ kustomization.yaml
resources: [a.yaml]
vars:
- name: X
  objref: {kind: ConfigMap, name: b, apiVersion: v1}
- name: Z
  objref: {kind: ConfigMap, name: a, apiVersion: v1}
  fieldref: {fieldpath: data.nope}
@@ a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {x: $(X)}
"#

    /// A replacement that puts text where a number was.
    a_value_that_cannot_be_written(): r#"@@ kustomization.yaml
resources:
- d.yaml
replacements:
- source: {kind: ConfigMap, name: c, fieldPath: "data.[x"}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.replicas]
@@ d.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {x: y}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: c}
spec: {replicas: 1}
"#

    /// Objects that become one.
    two_namespaces_into_one(): r#"@@ kustomization.yaml
resources: [a.yaml]
namespace: foo
@@ a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: y}
"#

    /// URLs that are not in the cache: not the fault of the input.
    offline("--offline"): r#"@@ kustomization.yaml
resources:
- https://github.com/foo/bar//x?ref=main
- git@github.com:foo/bar.git
- https://example.com/x.yaml
"#

    /// Fields, files, patches and targets of one kustomization, all in one run.
    everything_at_once("overlay"): r#"@@ overlay/kustomization.yaml
resources:
- ../base
- extra.yaml
frobnicate: 1
images:
- name: redis
  newTagg: "9"
patches:
- path: none.yaml
- path: patch.yaml
- target: {kind: Deployment, name: cache}
  patch: |-
    - {op: remove, path: /spec/replcas}
- patch: |-
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: other}
replicas:
- name: nothing
  count: 2
replacements:
- source: {kind: ConfigMap, name: cofnig}
  targets:
  - select: {kind: Deployment}
@@ overlay/extra.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
@@ overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cahce}
@@ base/kustomization.yaml
resources: [d.yaml]
@@ base/d.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache}
spec: {replicas: 1}
"#

    /// A text where a number was: the value of a secret is not told.
    a_secret_that_cannot_be_written(): r#"@@ kustomization.yaml
resources: [s.yaml]
replacements:
- source: {kind: Secret, name: s, fieldPath: stringData.password}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.replicas]
@@ s.yaml
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData:
  password: hunter2
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: s}
spec: {replicas: 1}
"#
}

/// Patches and replacements of Secrets, in all the ways to write them.
#[test]
fn no_value_of_a_secret_is_told() {
    let shown = fails(
        r#"@@ kustomization.yaml
resources: [s.yaml]
patches:
- target: {kind: Secret}
  patch: |-
    - {op: test, path: /stringData/password, value: hunter3}
- target: {kind: Secret}
  patch: |-
    - op: add
      path: /stringData/password/x
      value: hunter4
- patch: |-
    apiVersion: v1
    kind: Secret
    metadata: {name: s}
    stringData: {password: {a: hunter5}}
- patch: |-
    apiVersion: v1
    kind: Secret
    metadata: {name: zz}
    stringData: {password: hunter6}
- path: p.yaml
- target: {kind: Secret}
  path: p.json
replacements:
- source: {kind: Secret, name: s, fieldPath: stringData.password, options: {delimiter: "-", index: 3}}
  targets:
  - select: {kind: Secret}
    fieldPaths: [stringData.x]
- source: {kind: Secret, name: s, fieldPath: stringData.pasword}
  targets:
  - select: {kind: Secret}
    fieldPaths: [stringData.x]
- sourceValue: hunter8
  targets:
  - select: {kind: Secret}
    fieldPaths: [stringData.password.y]
secretGenerator:
- name: g
  literals: [a=hunter9]
@@ p.json
[{"op": "test", "path": "/stringData/password", "value": "hunter12"}]
@@ p.yaml
apiVersion: v1
kind: Secret
metadata: {name: yy}
data: {password: aHVudGVy7}
@@ s.yaml
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData:
  password: hunter2
"#,
        &[],
    );
    assert!(!shown.contains("hunter") && !shown.contains("aHVudGVy"), "{shown}");
    assert!(shown.contains("11 errors"), "{shown}");
}

/// What a build that succeeds says on stderr; its output is that of the reference all the same.
fn warns(scenario: &str, arguments: &[&str]) -> String {
    let dir = directory(scenario);
    let output = build(dir.path(), arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.is_empty());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the reference does in silence, although it is hardly meant.
#[test]
fn warnings() {
    let scenario = r#"
@@ kustomization.yaml
bases: [base]
configMapGenerator:
- name: c
  behavior: mrege
  literals: [a=b]
patches:
- target: {kind: Deployment, name: a}
  patch: |-
    - op: replace
      path: /spec/replcas
      value: 3
- target: {kind: Deployment, name: aa}
  patch: |-
    - {op: remove, path: /spec}
replacements:
- source: {kind: Deployment, fieldPath: spec.replicas}
  targets:
  - select: {kind: Deploymnt}
    fieldPaths: [spec.x]
@@ base/kustomization.yaml
resources: [d.yaml]
commonLabels: {a: b}
@@ base/d.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec: {replicas: 1}
"#;
    assert_snapshot!("warnings", warns(scenario, &["--no-validate"]));
    assert_eq!(warns(scenario, &["-q", "--no-validate"]), "");
}

#[test]
fn a_path_shadows_an_environment() {
    let scenario = "@@ environments/prod.yaml\napiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec: {overlay: o}\n\
                    @@ prod/kustomization.yaml\nconfigMapGenerator:\n- name: a\n";
    assert_snapshot!("a_path_shadows_an_environment", warns(scenario, &["prod/"]) + &warns(scenario, &["prod"]));
}

/// Nothing that is wrong with the input: exit code 2.
#[test]
fn the_machine_is_at_fault() {
    let dir = directory("@@ kustomization.yaml\nresources: [https://127.0.0.1:1/a/b.git//c?ref=x]\n");
    assert_eq!(build(dir.path(), &[]).status.code(), Some(2));
    // A directory that is removed while the shell is in it.
    let script = format!("mkdir gone && cd gone && rmdir ../gone && {} build", env!("CARGO_BIN_EXE_redisops"));
    let output = Command::new("sh").args(["-c", &script]).current_dir(dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no working directory"));
}

#[test]
fn output_directories_that_are_missing() {
    let dir = directory("@@ kustomization.yaml\nconfigMapGenerator:\n- name: a\n");
    let all = ["none/out.yaml", "none/"].map(|path| shown(dir.path(), &build(dir.path(), &["-o", path]))).join("\n");
    assert_snapshot!("output_directories_that_are_missing", all);
    assert_snapshot!("an_empty_path", shown(dir.path(), &build(dir.path(), &[""])));
}

#[test]
fn a_kustomization_that_is_a_dangling_link() {
    let dir = directory("");
    std::os::unix::fs::symlink("nowhere", dir.path().join("kustomization.yaml")).unwrap();
    assert_snapshot!("a_kustomization_that_is_a_dangling_link", shown(dir.path(), &build(dir.path(), &[])));
}

/// Output of helm that is no YAML or lacks names, and programs that are no helm.
#[test]
fn charts() {
    let chart = "@@ kustomization.yaml\nhelmCharts:\n- name: redis\n- valuesFile: x\n- name: rediss\n- name: redis\n  valuesMerge: overide\n\
                 @@ charts/redis/Chart.yaml\napiVersion: v2\nname: redis\nversion: 1.0.0\n@@ charts/redis/values.yaml\n{}\n";
    let with = |helm: &str| {
        let dir = directory(chart);
        fs::write(dir.path().join("script"), format!("#!/bin/sh\n{helm}\n")).unwrap();
        // By another program: a file that this process has open for writing cannot be run while another test forks.
        let copied = Command::new("install").args(["-m", "755", "script", "helm"]).current_dir(dir.path()).status();
        assert!(copied.unwrap().success());
        let output = build(dir.path(), &["--enable-helm", "--helm-command", "./helm"]);
        shown(dir.path(), &output)
    };
    let prints = |text: &str| format!("case $1 in version) echo v3.19.0 ;; *) printf '{text}' ;; esac");
    assert_snapshot!("charts_broken", with(&prints("kind: ConfigMap\\nmetadata: {name: [\\n")));
    assert_snapshot!("charts_nameless", with(&prints("apiVersion: v1\\nkind: ConfigMap\\n")));
}
