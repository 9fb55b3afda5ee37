//! References follow the renames of what they name.
//!
//! A ConfigMap that got a prefix and a hash is still the one that a Deployment names: every object remembers its earlier names, and the field specs of
//! `nameReference` say which fields hold names of which kind. The reference compares every field with every object; here earlier names are indexed,
//! and the field specs of a kind are chosen once, so that the pass costs the number of objects.

use compact_str::CompactString;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos};
use crate::k8s::{CLUSTER_NAMESPACE, Gvk, ResMap, Resource, ScopeLookup, effective_namespace, parse_api_version};
use crate::yaml::{Node, Origin, Scalar, Style, Tag, Trace, Value, Via, Write, resolve11};

use super::fields::{FieldError, FieldPath, Missing};
use super::types::FieldSpec;
use super::{Context, Transformer};

/// The fields that hold names of objects of one kind.
#[derive(Clone, Debug, Default)]
pub struct NameBackReference {
    /// The kind that is named; empty parts match anything.
    pub target: Gvk,
    /// Where its names may stand.
    pub referrers: Vec<FieldSpec>,
}

/// Rewrites references to objects that were renamed.
pub struct NameReferenceTransformer {
    rules: Vec<Rule>,
}

/// One field that may hold a name of one kind.
struct Rule {
    field: FieldPath,
    target: Gvk,
    /// Whether the field is the name of a `roleRef`, whose group and kind decide too.
    role_ref: bool,
}

impl NameReferenceTransformer {
    /// From the merged configuration, whose order is the order of application.
    pub fn new(references: &[NameBackReference]) -> NameReferenceTransformer {
        let rules = references.iter().flat_map(|reference| {
            reference.referrers.iter().map(|spec| Rule {
                // A field that is not there is never created, whatever the configuration says.
                field: FieldPath::new(&FieldSpec { create: false, ..spec.clone() }),
                target: reference.target.clone(),
                role_ref: spec.path.ends_with("roleRef/name"),
            })
        });
        NameReferenceTransformer { rules: rules.collect() }
    }

    /// The rules for objects that were loaded with that group, version and kind.
    fn rules_of(&self, group: &str, version: &str, kind: &str) -> Vec<&Rule> {
        self.rules.iter().filter(|rule| rule.field.spec.selects(group, version, kind)).collect()
    }
}

impl Transformer for NameReferenceTransformer {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        let names = Names::new(resources);
        // Only a configuration of the user's own points at names themselves.
        let renames =
            self.rules.iter().any(|rule| rule.field.spec.path.trim_start_matches('/').starts_with("metadata"));
        let list = if renames { resources.list_mut().as_mut_slice() } else { resources.contents_mut() };
        let mut rules: FxHashMap<Gvk, Vec<&Rule>> = FxHashMap::default();
        let mut found = Diagnostics::new();
        for position in 0..list.len() {
            let loaded = loaded_gvk(&list[position]);
            let applicable = match rules.get(&loaded) {
                Some(applicable) => applicable,
                None => {
                    let chosen = self.rules_of(&loaded.group, &loaded.version, &loaded.kind);
                    rules.entry(loaded).or_insert(chosen)
                }
            };
            if applicable.is_empty() {
                continue;
            }
            let mut node = std::mem::replace(&mut list[position].node, Node::null(Origin::NONE));
            let result = fix(&mut node, position, applicable, list, &names, cx.trace);
            list[position].node = node;
            if let Err(error) = result {
                found.push(error);
            }
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

fn loaded_gvk(resource: &Resource) -> Gvk {
    let kind = resource.previous.first().map_or(resource.kind(), |p| &p.kind);
    Gvk::from_api_version(resource.api_version(), kind)
}

/// What a reference to an object is made of, apart from the object, which may be the one that is being changed.
struct Name {
    api_version: CompactString,
    kind: CompactString,
    name: CompactString,
    /// As written.
    namespace: CompactString,
    /// As it decides identity; of objects of the whole cluster the reserved word.
    scope: CompactString,
    /// The same when it was loaded.
    loaded_scope: CompactString,
    /// Where what renamed it stands.
    pos_of: Origin,
}

impl Name {
    fn is_cluster_scoped(&self) -> bool {
        self.scope == CLUSTER_NAMESPACE
    }
}

/// Names of all objects, by what they were called before.
struct Names {
    list: Vec<Name>,
    before: FxHashMap<CompactString, SmallVec<[u32; 2]>>,
    /// For every namespace at load, the current scopes and namespaces of its objects.
    moved: FxHashMap<CompactString, FxHashSet<(CompactString, CompactString)>>,
}

impl Names {
    fn new(resources: &ResMap) -> Names {
        let scopes = resources.scopes().as_ref();
        let mut names = Names {
            list: Vec::with_capacity(resources.len()),
            before: FxHashMap::default(),
            moved: FxHashMap::default(),
        };
        for (position, resource) in resources.iter().enumerate() {
            let name = name_of(resource, scopes);
            for previous in &resource.previous {
                let list = names.before.entry(previous.name.clone()).or_default();
                if list.last() != Some(&(position as u32)) {
                    list.push(position as u32);
                }
            }
            let place = (name.scope.clone(), name.namespace.clone());
            match names.moved.get_mut(&name.loaded_scope) {
                Some(places) => {
                    places.insert(place);
                }
                None => {
                    names.moved.entry(name.loaded_scope.clone()).or_default().insert(place);
                }
            }
            names.list.push(name);
        }
        names
    }
}

fn name_of(resource: &Resource, scopes: &dyn ScopeLookup) -> Name {
    let cluster_scoped = scopes.is_cluster_scoped(resource.api_version(), resource.kind());
    Name {
        api_version: resource.api_version().into(),
        kind: resource.kind().into(),
        name: resource.name().into(),
        namespace: resource.namespace().into(),
        scope: effective_namespace(resource.namespace(), cluster_scoped).into(),
        loaded_scope: resource.original_namespace(scopes).into(),
        pos_of: resource.node.lookup(&["metadata", "name"]).map_or(Origin::NONE, |n| n.origin),
    }
}

/// One object whose references are being fixed.
struct Referrer<'a> {
    position: usize,
    list: &'a [Resource],
    names: &'a Names,
    trace: &'a Trace,
    /// Group and kind that a `roleRef` names.
    role: Option<Gvk>,
    /// Namespaces of the service accounts that a RoleBinding names.
    account_namespaces: Vec<CompactString>,
}

fn fix(
    node: &mut Node,
    position: usize,
    rules: &[&Rule],
    list: &[Resource],
    names: &Names,
    trace: &Trace,
) -> Result<(), Diagnostic> {
    let referrer = Referrer {
        position,
        list,
        names,
        trace,
        role: role_of(node),
        account_namespaces: account_namespaces(node, &names.list[position], trace)?,
    };
    for rule in rules {
        rule.field
            .visit(node, Missing::Leave, &mut |field| referrer.set(field, rule))
            .map_err(|error| referrer.describe(rule, error))?;
    }
    Ok(())
}

/// Group and kind in the `roleRef` of an object; none when one is missing, so that they decide nothing.
fn role_of(node: &Node) -> Option<Gvk> {
    let role = node.get("roleRef")?;
    let group = role.get("apiGroup")?.text().unwrap_or("");
    let kind = role.get("kind")?.text().unwrap_or("");
    Some(Gvk::new(group, "", kind))
}

/// A RoleBinding may name service accounts of other namespaces.
fn account_namespaces(node: &Node, name: &Name, trace: &Trace) -> Result<Vec<CompactString>, Diagnostic> {
    let mut namespaces = Vec::new();
    if name.kind != "RoleBinding" {
        return Ok(namespaces);
    }
    for subject in node.get("subjects").and_then(Node::as_seq).unwrap_or_default() {
        let Some(namespace) = subject.get("namespace") else { continue };
        if subject.get("kind").and_then(Node::text) != Some("ServiceAccount") {
            continue;
        }
        match namespace.as_scalar() {
            Some(scalar) if matches!(scalar.tag, Tag::Str | Tag::Other | Tag::Binary) => {
                namespaces.push(scalar.text.clone());
            }
            _ => {
                return Err(Diagnostic::error(
                    "redisops::name_reference::namespace",
                    format!("the namespace of a service account in RoleBinding/{} is not a string", name.name),
                )
                .label(trace.pos(namespace.origin), namespace.text().unwrap_or("").len(), "here")
                .help("write the name of the namespace, or leave the field out"));
            }
        }
    }
    Ok(namespaces)
}

impl Referrer<'_> {
    fn name(&self) -> &Name {
        &self.names.list[self.position]
    }

    fn set(&self, field: &mut Node, rule: &Rule) -> Result<(), FieldError> {
        if field.is_null() {
            return Ok(());
        }
        match &mut field.value {
            Value::Scalar(_) => self.set_scalar(field, rule),
            Value::Map(_) => self.set_mapping(field, rule),
            Value::Seq(items) => {
                for item in items.iter_mut().filter(|item| !item.is_null()) {
                    match &item.value {
                        Value::Scalar(_) => self.set_scalar(item, rule)?,
                        Value::Map(_) => self.set_mapping(item, rule)?,
                        Value::Seq(_) => return Err(FieldError::at(item, "a list where a name was expected")),
                    }
                }
                Ok(())
            }
        }
    }

    fn set_scalar(&self, field: &mut Node, rule: &Rule) -> Result<(), FieldError> {
        let text = field.text().unwrap_or("");
        let Some(referral) = self.find(text, rule, field, |_| true, false)? else { return Ok(()) };
        self.write(field, &referral.name, referral);
        Ok(())
    }

    /// A mapping with `name` and perhaps `namespace` (subjects of bindings, webhook services).
    fn set_mapping(&self, field: &mut Node, rule: &Rule) -> Result<(), FieldError> {
        let Some(name) = field.get("name") else {
            return Err(FieldError::at(
                field,
                "the field spec of a name reference leads to a mapping without a field `name`",
            ));
        };
        let old = name.text().unwrap_or("");
        let namespace = field.get("namespace").map(|n| n.text().unwrap_or(""));
        let by_load = namespace.is_some_and(|namespace| self.sees_objects_loaded_into(namespace));
        let in_namespace = |candidate: &Name| match namespace {
            None => true,
            Some(namespace) if by_load => candidate.loaded_scope == namespace,
            Some(namespace) => candidate.scope == namespace,
        };
        let Some(referral) = self.find(old, rule, field, in_namespace, true)? else { return Ok(()) };
        if let Some(name) = field.get_mut("name") {
            self.write(name, &referral.name, referral);
        }
        // An empty namespace is no statement about the reference, which may name `default`.
        if referral.namespace.is_empty() {
            return Ok(());
        }
        if let Some(namespace) = field.get_mut("namespace") {
            self.write(namespace, &referral.namespace, referral);
        } else if let Some(map) = field.as_map_mut() {
            let origin = self.trace.created(self.trace.pos(referral.pos_of), Via::NameReference);
            let quoted = resolve11(&referral.namespace) != Tag::Str;
            let style = if quoted { Style::Double } else { Style::Plain };
            map.set("namespace", Node::scalar(origin, Scalar::resolved(referral.namespace.clone(), style)));
        }
        Ok(())
    }

    fn write(&self, field: &mut Node, text: &str, referral: &Name) {
        if text.is_empty() || field.text() == Some(text) {
            return;
        }
        let before = field.as_scalar().is_some().then(|| field.clone());
        field.set_text(text);
        let at = self.trace.pos(referral.pos_of);
        field.origin = self.trace.record(Write { at, via: Via::NameReference, source: Pos::NONE, before });
    }

    /// Whether the object may refer to another at all.
    fn sees(&self, scope: &str, namespace: &str) -> bool {
        let own = self.name();
        own.is_cluster_scoped()
            || scope == CLUSTER_NAMESPACE
            || scope == own.scope
            || self.account_namespaces.iter().any(|n| n == namespace)
    }

    fn sees_objects_loaded_into(&self, namespace: &str) -> bool {
        namespace != CLUSTER_NAMESPACE
            && self
                .names
                .moved
                .get(namespace)
                .is_some_and(|places| places.iter().any(|(scope, namespace)| self.sees(scope, namespace)))
    }

    /// The object that a name means, if it is one that was renamed. Every step keeps the candidates that pass and stops as soon as the reference does.
    fn find(
        &self,
        old: &str,
        rule: &Rule,
        field: &Node,
        in_namespace: impl Fn(&Name) -> bool,
        namespace_counts: bool,
    ) -> Result<Option<&Name>, FieldError> {
        let Some(named) = self.names.before.get(old) else { return Ok(None) };
        let mut candidates: SmallVec<[usize; 4]> = named
            .iter()
            .map(|&i| i as usize)
            .filter(|&i| {
                let name = &self.names.list[i];
                self.sees(&name.scope, &name.namespace)
                    && in_namespace(name)
                    && self.was(i, &rule.target)
                    && (!rule.role_ref || self.role.as_ref().is_none_or(|role| self.was(i, role)))
                    && self.shares_namespace(name)
            })
            .collect();
        if candidates.len() != 1 {
            let own = &self.list[self.position];
            candidates.retain(|i| self.list[*i].affixes_match(own, true));
            if candidates.len() > 1 {
                candidates.retain(|i| self.list[*i].affixes_match(own, false));
            }
        }
        let Some(&first) = candidates.first() else { return Ok(None) };
        let first = &self.names.list[first];
        let same = |i: &usize| {
            let other = &self.names.list[*i];
            other.name == first.name && (!namespace_counts || other.namespace == first.namespace)
        };
        if candidates.iter().all(same) {
            return Ok(Some(first));
        }
        let ids: Vec<String> = candidates.iter().map(|&i| self.names.list[i].to_string()).collect();
        let message = format!("`{old}` may mean any of {}", ids.join(", "));
        Err(FieldError { message, origin: field.origin })
    }

    /// Whether one of the earlier identities is of that kind.
    fn was(&self, candidate: usize, pattern: &Gvk) -> bool {
        let (group, version) = parse_api_version(&self.names.list[candidate].api_version);
        self.list[candidate].previous.iter().any(|p| pattern.selects(group, version, &p.kind))
    }

    /// Service accounts are named from other namespaces too.
    fn shares_namespace(&self, candidate: &Name) -> bool {
        let own = self.name();
        own.is_cluster_scoped()
            || candidate.is_cluster_scoped()
            || candidate.kind == "ServiceAccount"
            || candidate.scope == own.scope
    }

    fn describe(&self, rule: &Rule, error: FieldError) -> Diagnostic {
        let path = &rule.field.spec.path;
        Diagnostic::error("redisops::name_reference::field", error.message)
            .label(self.trace.pos(error.origin), 1, format!("`{path}` of {}", self.name()))
            .note(format!("`{path}` is a field that holds the name of a {}", rule.target))
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "{}/{}", self.kind, self.name),
            namespace => write!(f, "{}/{namespace}/{}", self.kind, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use crate::diagnostics::{SourceKind, Sources};
    use crate::k8s::openapi::OpenApi;
    use crate::yaml::parse_documents;

    use super::*;

    fn references() -> Vec<NameBackReference> {
        let field = |kind: &str, path: &str| FieldSpec { kind: kind.into(), path: path.into(), ..FieldSpec::default() };
        let reference = |kind: &str, referrers| NameBackReference { target: Gvk::new("", "", kind), referrers };
        vec![
            reference("ConfigMap", vec![field("Pod", "spec/volumes/configMap/name"), field("Pod", "spec/all")]),
            reference("ServiceAccount", vec![field("RoleBinding", "subjects")]),
            reference("Role", vec![field("RoleBinding", "roleRef/name")]),
        ]
    }

    /// Every document is loaded, then renamed and moved as its labels say.
    fn run(text: &str) -> Result<Vec<Node>, Diagnostics> {
        let sources = Sources::new();
        let trace = Trace::new();
        let openapi = Rc::new(RefCell::new(OpenApi::default()));
        let cx = Context { openapi, ..Context::new(&sources, &trace) };
        let mut map = ResMap::new(cx.scopes());
        let source = sources.add("r.yaml", text.into(), SourceKind::Resource).unwrap();
        for node in parse_documents(&source).unwrap() {
            let mut resource = Resource::new(node);
            let label = |key: &str| resource.label(key).map(str::to_owned);
            let (prefix, namespace, rename) = (label("prefix"), label("to"), label("rename"));
            if prefix.is_some() || namespace.is_some() || rename.is_some() {
                resource.store_previous_id(map.scopes().as_ref());
            }
            if let Some(name) = rename {
                resource.set_name(&name);
            }
            if let Some(namespace) = namespace {
                resource.set_namespace(&namespace);
            }
            if let Some(prefix) = prefix {
                resource.set_name(&format!("{prefix}-{}", resource.name()));
                resource.prefixes.push(prefix.into());
            }
            map.append(resource).unwrap();
        }
        NameReferenceTransformer::new(&references()).transform(&mut map, &cx)?;
        Ok(map.into_vec().into_iter().map(|r| r.node).collect())
    }

    #[test]
    fn scalars_and_lists_follow_a_rename() {
        let nodes = run("
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {prefix: x}}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {volumes: [{configMap: {name: a}}, {configMap: {name: b}}], all: [a, c]}
")
        .unwrap();
        let spec = &nodes[1].get("spec").unwrap();
        let names: Vec<_> =
            spec.get("volumes").unwrap().as_seq().unwrap().iter().map(|v| v.text_at(&["configMap", "name"])).collect();
        assert_eq!(names, [Some("x-a"), Some("b")]);
        assert_eq!(spec.get("all").unwrap().as_seq().unwrap()[0].text(), Some("x-a"));
    }

    #[test]
    fn the_same_prefix_decides_between_two() {
        let two = "
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {prefix: x}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {prefix: y}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, labels: {prefix: y}}
spec: {all: a}
";
        assert_eq!(run(two).unwrap()[2].text_at(&["spec", "all"]), Some("y-a"));
        let undecided = run(&two.replace("p, labels: {prefix: y}", "p")).unwrap();
        assert_eq!(undecided[2].text_at(&["spec", "all"]), Some("a"));
    }

    #[test]
    fn two_that_fit_equally_are_an_error() {
        let error = run("
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {rename: b}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {rename: c}}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {all: a}
")
        .unwrap_err();
        assert_eq!(error.0[0].message, "`a` may mean any of ConfigMap/b, ConfigMap/c");
        assert_eq!(error.0[0].labels.len(), 1);
    }

    #[test]
    fn subjects_follow_into_another_namespace() {
        let nodes = run("
apiVersion: v1
kind: ServiceAccount
metadata: {name: sa, namespace: one, labels: {to: two}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: two}
subjects: [{kind: ServiceAccount, name: sa, namespace: one}]
")
        .unwrap();
        let subjects = nodes[1].get("subjects").unwrap().as_seq().unwrap();
        assert_eq!(subjects[0].text_at(&["namespace"]), Some("two"));
    }
}
