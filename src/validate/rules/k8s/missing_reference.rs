//! References of pods to objects that are not there.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::MOST_CANDIDATES;
use crate::diagnostics::{Severity, did_you_mean};
use crate::k8s::{Resource, ResourceRef, parse_api_version};
use crate::validate::rules::facts::Workload;
use crate::validate::{Field, Findings, Objects, Rule};

rule!(MissingReference, "k8s/missing-reference", Warning);

/// Objects that every cluster, or every namespace, has.
const ALWAYS_THERE: [(&str, &str); 3] =
    [("ConfigMap", "kube-root-ca.crt"), ("ConfigMap", "openshift-service-ca.crt"), ("ServiceAccount", "default")];

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let made = Made::new();
    for workload in &objects.facts().workloads {
        for reference in references(workload) {
            judge(rule, objects, workload.resource, &reference, &made, found);
        }
    }
    let classes = objects.of_group_kind("storage.k8s.io", "StorageClass").next().is_some();
    if !classes {
        // They belong to the cluster, and seldom to a build.
        return;
    }
    let claims = objects.of_group_kind("", "PersistentVolumeClaim").map(Field::of);
    let sets = objects.of_group_kind("apps", "StatefulSet");
    let templates =
        sets.flat_map(|set| Field::of(set).path(&["spec", "volumeClaimTemplates"]).items().collect::<Vec<_>>());
    for claim in claims.chain(templates) {
        let name = claim.path(&["spec", "storageClassName"]);
        if let Some(text) = name.text().filter(|text| !text.is_empty())
            && objects.find("storage.k8s.io", "StorageClass", "", text).is_none()
        {
            let names = objects.of_group_kind("storage.k8s.io", "StorageClass").map(Resource::name);
            let help = did_you_mean(text, names).map(|near| format!("did you mean `{near}`?"));
            found.add(rule, objects, &name, format!("there is no StorageClass `{text}` in this build")).help = help;
        }
    }
}

/// A reference: the name, what it names, the key in it, whether it may be absent.
struct Reference<'a> {
    name: Field<'a>,
    kind: &'static str,
    key: Option<Field<'a>>,
    is_optional: bool,
}

fn references<'a>(workload: &Workload<'a>) -> Vec<Reference<'a>> {
    let mut out: Vec<Reference<'a>> = Vec::new();
    let mut add = |holder: &Field<'a>, name: &str, kind, key: Option<Field<'a>>| {
        let name = holder.get(name);
        if name.text().is_some_and(|text| !text.is_empty()) {
            out.push(Reference { name, kind, key, is_optional: holder.get("optional").bool() == Some(true) });
        }
    };
    add(&workload.pod, "serviceAccountName", "ServiceAccount", None);
    for secret in workload.pod.get("imagePullSecrets").items() {
        add(&secret, "name", "Secret", None);
    }
    for volume in workload.pod.get("volumes").items() {
        add(&volume.get("configMap"), "name", "ConfigMap", None);
        add(&volume.get("secret"), "secretName", "Secret", None);
        add(&volume.get("persistentVolumeClaim"), "claimName", "PersistentVolumeClaim", None);
        for source in volume.path(&["projected", "sources"]).items() {
            add(&source.get("configMap"), "name", "ConfigMap", None);
            add(&source.get("secret"), "name", "Secret", None);
        }
    }
    for container in &workload.containers {
        for variable in container.field.get("env").items() {
            let from = variable.get("valueFrom");
            let (map, secret) = (from.get("configMapKeyRef"), from.get("secretKeyRef"));
            add(&map, "name", "ConfigMap", Some(map.get("key")));
            add(&secret, "name", "Secret", Some(secret.get("key")));
        }
        for from in container.field.get("envFrom").items() {
            add(&from.get("configMapRef"), "name", "ConfigMap", None);
            add(&from.get("secretRef"), "name", "Secret", None);
        }
    }
    out
}

/// Objects without which pods do not start and that none of the files makes. Who applies the files can ask the cluster for them.
pub fn unmet(objects: &Objects<'_>) -> BTreeSet<ResourceRef> {
    let made = Made::new();
    let mut all = BTreeSet::new();
    for workload in &objects.facts().workloads {
        let references = references(workload);
        let is_absent = |it: &&Reference<'_>| matches!(sought(objects, workload.resource, it, &made), Sought::Absent);
        let absent = references.iter().filter(is_absent);
        all.extend(absent.map(|reference| ResourceRef {
            api_version: "v1".to_owned(),
            kind: reference.kind.to_owned(),
            namespace: Some(objects.namespace(workload.resource).to_owned()),
            name: reference.name.text().unwrap_or("").to_owned(),
        }));
    }
    all
}

/// What became of a reference.
enum Sought<'o> {
    /// It is one of the files.
    Met(&'o Resource),
    /// A pod does without, or somebody makes it.
    Settled,
    /// A pod needs it and neither the files nor anybody that is known of makes it.
    Absent,
}

fn sought<'o>(objects: &'o Objects<'_>, from: &Resource, reference: &Reference<'_>, made: &Made) -> Sought<'o> {
    let (kind, name) = (reference.kind, reference.name.text().unwrap_or(""));
    if reference.is_optional || ALWAYS_THERE.contains(&(kind, name)) {
        return Sought::Settled;
    }
    if let Some(object) = objects.find_beside("", kind, name, from) {
        return Sought::Met(object);
    }
    let namespace = objects.namespace(from);
    let is_made = kind == "Secret"
        && made.get_or_init(|| made_secrets(objects)).contains(&(namespace.to_owned(), name.to_owned()))
        || kind == "ServiceAccount" && objects.of_kind("RedisEnterpriseCluster").iter().any(|it| it.name() == name)
        || kind == "PersistentVolumeClaim" && of_a_set(objects, namespace, name);
    if is_made { Sought::Settled } else { Sought::Absent }
}

/// Secrets that others make, found out when the first is asked for.
type Made = OnceCell<FxHashSet<(String, String)>>;

fn judge(
    rule: &dyn Rule,
    objects: &Objects<'_>,
    from: &Resource,
    reference: &Reference<'_>,
    made: &Made,
    found: &mut Findings,
) {
    let (kind, name) = (reference.kind, reference.name.text().unwrap_or(""));
    match sought(objects, from, reference, made) {
        Sought::Met(object) => return key(rule, objects, object, reference, found),
        Sought::Settled => return,
        Sought::Absent => {}
    }
    let namespace = objects.namespace(from);
    let facts = objects.facts();
    let beside = objects.of_kind(kind).iter().filter(|it| objects.namespace(it) == namespace);
    // In a build with thousands of such mistakes the names of the first hundred are enough.
    let candidates = if found.list.len() < 100 { MOST_CANDIDATES } else { 0 };
    let near = did_you_mean(name, beside.take(candidates).map(|it| it.name()));
    let elsewhere = objects.first_named(kind, name);
    if near.is_none() && elsewhere.is_none() && facts.opaque.iter().any(|it| it == namespace) {
        // An operator may make it.
        return;
    }
    let message = match namespace {
        "" => format!("there is no {kind} `{name}` in this build"),
        _ => format!("there is no {kind} `{name}` for namespace `{namespace}` in this build"),
    };
    let finding = found.add(rule, objects, &reference.name, message);
    finding.help = Some(match (near, elsewhere) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(other)) => format!("the one of that name is in namespace `{}`", objects.namespace(other)),
        _ => "add it; what others bring to the cluster can be `optional: true`, or silence this rule there".to_owned(),
    });
    if kind == "Secret" && near.is_none() && elsewhere.is_none() {
        // Most come from a secret store and never from Git.
        finding.severity = Severity::Note;
    }
}

/// The key of a reference in the object that it names.
fn key(rule: &dyn Rule, objects: &Objects<'_>, object: &Resource, reference: &Reference<'_>, found: &mut Findings) {
    let Some(wanted) = reference.key.as_ref().filter(|field| field.is_set()) else { return };
    let Some(text) = wanted.text() else { return };
    let object_field = Field::of(object);
    let parts = ["data", "stringData", "binaryData"].map(|part| object_field.get(part));
    let keys: Vec<&str> =
        parts.iter().flat_map(|part| part.entries().map(|(key, _)| key).collect::<Vec<_>>()).collect();
    // An object without any data is filled by somebody else.
    if keys.is_empty() || keys.contains(&text) {
        return;
    }
    let message = format!("{} `{}` has no key `{text}`: the pod does not start", reference.kind, object.name());
    let finding = found.add(rule, objects, wanted, message);
    finding.help = Some(match did_you_mean(text, keys.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has {}", keys.join(", ")),
    });
}

/// Namespaces and names of the Secrets that other objects make.
fn made_secrets(objects: &Objects<'_>) -> FxHashSet<(String, String)> {
    let mut made = FxHashSet::default();
    for resource in objects.iter() {
        let group = parse_api_version(resource.api_version()).0;
        let spec = Field::of(resource).get("spec");
        let own = Some(resource.name().to_owned());
        let at = |path: &[&str]| spec.path(path).text().map(str::to_owned);
        let names: Vec<Option<String>> = match (group, resource.kind()) {
            ("", "Service") => [
                "service.beta.openshift.io/serving-cert-secret-name",
                "service.alpha.openshift.io/serving-cert-secret-name",
            ]
            .iter()
            .map(|key| resource.annotation(key).map(str::to_owned))
            .collect(),
            ("networking.k8s.io", "Ingress") => {
                spec.get("tls").items().map(|tls| tls.get("secretName").text().map(str::to_owned)).collect()
            }
            ("" | "apps" | "batch" | "networking.k8s.io" | "rbac.authorization.k8s.io", _) => Vec::new(),
            ("app.redislabs.com", "RedisEnterpriseDatabase") => {
                vec![at(&["databaseSecretName"]), Some(format!("redb-{}", resource.name()))]
            }
            ("app.redislabs.com", _) => vec![own, at(&["clusterCredentialSecretName"])],
            (_, kind) => vec![
                own.filter(|_| kind.contains("Secret")),
                at(&["target", "name"]),
                at(&["secretName"]),
                at(&["destination", "name"]),
                at(&["template", "metadata", "name"]),
            ],
        };
        let namespace = objects.namespace(resource);
        made.extend(names.into_iter().flatten().map(|name| (namespace.to_owned(), name)));
    }
    made
}

/// Whether a claim is one of those that a StatefulSet makes: `data-cache-0`.
fn of_a_set(objects: &Objects<'_>, namespace: &str, name: &str) -> bool {
    objects.of_group_kind("apps", "StatefulSet").filter(|set| objects.namespace(set) == namespace).any(|set| {
        let templates = Field::of(set).path(&["spec", "volumeClaimTemplates"]);
        templates.items().any(|claim| {
            let claim = claim.path(&["metadata", "name"]);
            let prefix = format!("{}-{}-", claim.text().unwrap_or(""), set.name());
            name.strip_prefix(&prefix).is_some_and(|rest| rest.parse::<u32>().is_ok())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::MissingReference;

    fn text(spec: &str, more: &str) -> String {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  {spec}\n{more}")
    }

    const MAP: &str = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis-config}\ndata: {a: b}\n";

    #[test]
    fn what_a_pod_names_is_there() {
        assert_eq!(
            found(&MissingReference, &text("volumes: [{name: x, configMap: {name: redis-confg}}]", MAP)),
            ["warning 5:41 spec.volumes[name=x].configMap.name: there is no ConfigMap `redis-confg` in this build"]
        );
        for bad in [
            "serviceAccountName: runner",
            "volumes: [{name: x, persistentVolumeClaim: {claimName: y}}]",
            "containers: [{envFrom: [{configMapRef: {name: y}}]}]",
        ] {
            assert_eq!(found(&MissingReference, &text(bad, "")).len(), 1, "{bad}");
        }
        for good in [
            "volumes: [{name: x, configMap: {name: redis-config}}]",
            "volumes: [{name: x, configMap: {name: other, optional: true}}]",
            "volumes: [{name: x, projected: {sources: [{configMap: {name: kube-root-ca.crt}}]}}]",
            "serviceAccountName: default",
        ] {
            assert_eq!(found(&MissingReference, &text(good, MAP)), [""; 0], "{good}");
        }
    }

    #[test]
    fn keys_are_there() {
        let of = |key: &str| {
            text(
                &format!(
                    "containers: [{{env: [{{name: X, valueFrom: {{configMapKeyRef: {{name: redis-config, key: {key}}}}}}}]}}]"
                ),
                MAP,
            )
        };
        assert_eq!(found(&MissingReference, &of("c")).len(), 1);
        assert_eq!(found(&MissingReference, &of("a")), [""; 0]);
    }

    #[test]
    fn secrets_are_often_made_by_others() {
        let spec = "containers: [{envFrom: [{secretRef: {name: pw}}]}]";
        assert!(found(&MissingReference, &text(spec, ""))[0].starts_with("note"));
        for maker in [
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: x}\nspec: {target: {name: pw}}\n",
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: pw}\n",
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: pw}\n",
            "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: x}\nspec: {secretName: pw}\n",
        ] {
            assert_eq!(found(&MissingReference, &text(spec, &format!("---\n{maker}"))), [""; 0], "{maker}");
        }
    }

    #[test]
    fn classes_are_judged_where_the_build_has_some() {
        let claim =
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {storageClassName: fast}\n";
        let class = |name: &str| {
            format!("---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {name}}}\n")
        };
        assert_eq!(found(&MissingReference, claim), [""; 0]);
        assert_eq!(found(&MissingReference, &format!("{claim}{}", class("slow"))).len(), 1);
        assert_eq!(found(&MissingReference, &format!("{claim}{}", class("fast"))), [""; 0]);
    }
}
