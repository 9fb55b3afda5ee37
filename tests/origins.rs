//! The origin of a field survives merges, patches and transformers: every value of a build names the line that set it, and what it replaced.

use std::fmt::Write as _;
use std::sync::Arc;

use redisops::diagnostics::{SourceKind, Sources};
use redisops::k8s::ResMap;
use redisops::kustomize::{Context, Options, build};
use redisops::source::{LoadOptions, Loader, Memory, NoTools};
use redisops::yaml::{Node, Origin, Trace, Via};

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
spec:
  replicas: 1
  selector:
    matchLabels:
      app: cache
  template:
    spec:
      containers:
      - name: redis
        image: redis:6
        args: [--save, '']
        envFrom:
        - configMapRef:
            name: settings
        resources:
          limits:
            memory: 1Gi
";

const BASE: &str = "\
resources:
- deployment.yaml
configMapGenerator:
- name: settings
  literals:
  - MODE=lru
  envs:
  - limits.env
";

const OVERLAY: &str = "\
namespace: orders
namePrefix: prod-
resources:
- ../base
labels:
- pairs:
    team: orders
images:
- name: redis
  newTag: '7'
replicas:
- name: cache
  count: 5
patches:
- path: memory.yaml
- target:
    kind: Deployment
  patch: |-
    - op: replace
      path: /spec/template/spec/containers/0/args/0
      value: --appendonly
replacements:
- source:
    kind: ConfigMap
    name: settings
    fieldPath: data.MODE
  targets:
  - select:
      kind: Deployment
    fieldPaths:
    - spec.template.spec.containers.0.args.1
";

const MEMORY: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
spec:
  template:
    spec:
      priorityClassName: high
      containers:
      - name: redis
        resources:
          limits:
            memory: 2Gi
";

struct Built {
    sources: Sources,
    trace: Trace,
}

impl Built {
    /// `file:line:column via`, newest first, with the values that were replaced.
    fn history(&self, node: &Node) -> String {
        let mut text = String::new();
        let mut next = Some((node.origin, node.text().unwrap_or("…").to_owned()));
        while let Some((origin, value)) = next {
            let _ = writeln!(text, "{value:12} {}", self.place(origin));
            next =
                self.trace.write(origin).and_then(|w| w.before).map(|b| (b.origin, b.text().unwrap_or("…").to_owned()));
        }
        text
    }

    fn place(&self, origin: Origin) -> String {
        let pos = self.trace.pos(origin);
        let place =
            self.sources.location(pos).map_or("nowhere".to_owned(), |l| format!("{}:{}:{}", l.path, l.line, l.column));
        let via = match self.trace.write(origin) {
            Some(write) if write.via == Via::Replacement => {
                let source = self.sources.location(write.source).expect("a replacement has a source");
                format!("Replacement from {}:{}", source.path, source.line)
            }
            Some(write) => format!("{:?}", write.via),
            None => match self.sources.get(pos).map(|s| s.kind) {
                Some(SourceKind::Patch) => "Patch".to_owned(),
                Some(SourceKind::Resource) => "Resource".to_owned(),
                other => format!("{other:?}"),
            },
        };
        format!("{place} {via}")
    }
}

fn find<'a>(resources: &'a ResMap, kind: &str) -> &'a Node {
    &resources.iter().find(|r| r.kind() == kind).expect("it is rendered").node
}

fn at<'a>(node: &'a Node, path: &str) -> &'a Node {
    path.split('.').fold(node, |node, part| match part.parse::<usize>() {
        Ok(index) => &node.as_seq().expect("a list")[index],
        Err(_) => node.get(part).unwrap_or_else(|| panic!("no {part} in {path}")),
    })
}

#[test]
fn every_value_names_the_line_that_set_it() {
    let files = Memory::new()
        .with("/r/base/kustomization.yaml", BASE)
        .with("/r/base/deployment.yaml", DEPLOYMENT)
        .with("/r/base/limits.env", "# limits\nMAX=10\n")
        .with("/r/prod/kustomization.yaml", OVERLAY)
        .with("/r/prod/memory.yaml", MEMORY);
    let built = Built { sources: Sources::new(), trace: Trace::new() };
    let cx = Context::new(&built.sources, &built.trace);
    let loader = Loader::open(Arc::new(files), "/r/prod", LoadOptions::default()).expect("the directory is there");
    let resources = build(loader, &Options::default(), &cx, &NoTools).expect("it builds");
    let deployment = find(&resources, "Deployment");
    let settings = find(&resources, "ConfigMap");
    let container = "spec.template.spec.containers.0";
    let mut all = String::new();
    for (object, path) in [
        (deployment, "metadata.name".to_owned()),
        (deployment, "metadata.namespace".to_owned()),
        (deployment, "metadata.labels.team".to_owned()),
        (deployment, "spec.replicas".to_owned()),
        (deployment, "spec.selector.matchLabels.app".to_owned()),
        (deployment, "spec.template.spec.priorityClassName".to_owned()),
        (deployment, format!("{container}.image")),
        (deployment, format!("{container}.resources.limits.memory")),
        (deployment, format!("{container}.args.0")),
        (deployment, format!("{container}.args.1")),
        (deployment, format!("{container}.envFrom.0.configMapRef.name")),
        (settings, "metadata.name".to_owned()),
        (settings, "data.MODE".to_owned()),
        (settings, "data.MAX".to_owned()),
    ] {
        let _ = writeln!(all, "{path}\n{}", built.history(at(object, &path)));
    }
    insta::assert_snapshot!(all);
}
