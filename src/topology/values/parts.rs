//! What several fields of a values file say together.

use crate::topology::config::is_reserved;
use crate::yaml::{Map, Node, Origin, Scalar, Value};

use super::convert::{Draft, asks_for_nothing};
use super::rows::{PRESETS, SERVICES};

const ROLES: [&str; 2] = ["master", "replica"];

/// Everything that is not carried field by field.
pub(super) fn together(draft: &mut Draft<'_>) {
    architecture(draft);
    images(draft);
    configuration(draft);
    auth(draft);
    tls(draft);
    persistence(draft);
    scheduling(draft);
    services(draft);
    network(draft);
    metrics(draft);
    names(draft);
}

fn is_standalone(draft: &Draft<'_>) -> bool {
    draft.text(&["architecture"]) == Some("standalone")
}

fn is_cluster(draft: &Draft<'_>) -> bool {
    draft.get(&["cluster", "nodes"]).is_some() || draft.get(&["cluster", "replicas"]).is_some()
}

fn int(value: i64) -> Node {
    Node::scalar(Origin::NONE, Scalar::int(value))
}

fn text(value: &str) -> Node {
    Node::string(Origin::NONE, value)
}

/// The values of a list of texts.
fn texts(node: Option<&Node>) -> Vec<String> {
    let items = node.and_then(Node::as_seq).unwrap_or(&[]);
    items.iter().filter_map(|item| item.text().or_else(|| item.text_at(&["name"]))).map(str::to_owned).collect()
}

fn list(values: Vec<String>) -> Node {
    Node::new(Origin::NONE, Value::Seq(values.iter().map(|value| text(value)).collect()))
}

/// The chart has three replicas where nothing is said, and calls the master `mymaster`.
fn architecture(draft: &mut Draft<'_>) {
    if is_cluster(draft) {
        draft.put_text("spec.architecture", "cluster");
        return;
    }
    if is_standalone(draft) {
        return;
    }
    draft.put_text("spec.architecture", "replication");
    draft.put("spec.replica.replicaCount", int(3));
    if draft.is_on(&["sentinel", "enabled"], false) {
        draft.put_text("spec.sentinel.masterSet", "mymaster");
    }
    if draft.text(&["auth", "sentinel"]) == Some("false") {
        draft.leave_value(&["auth", "sentinel"], "sentinels ask for the password of the servers");
    }
}

/// `registry/repository:tag`, unless the image is one that starts in a way of its own.
fn image(draft: &mut Draft<'_>, at: &[&'static str], target: &str, own: &str) {
    let part = |draft: &Draft<'_>, key: &str| {
        let mut path = at.to_vec();
        path.push(match key {
            "registry" => "registry",
            "repository" => "repository",
            "tag" => "tag",
            _ => "digest",
        });
        draft.text(&path).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let (repository, tag, digest) = (part(draft, "repository"), part(draft, "tag"), part(draft, "digest"));
    let is_own = repository.as_deref().is_none_or(|name| name.starts_with("bitnami") || name.contains("/bitnami"));
    if is_own {
        if repository.is_some() || tag.is_some() || digest.is_some() {
            draft.leave_value(
                at,
                &format!("that image starts in a way of its own; name one that is like {own} in `{target}`"),
            );
        }
        return;
    }
    let registry = draft.text(&["global", "imageRegistry"]).filter(|text| !text.is_empty()).map(str::to_owned);
    let registry = registry.or_else(|| part(draft, "registry"));
    let mut name = repository.unwrap_or_default();
    if let Some(registry) = registry {
        name = format!("{registry}/{name}");
    }
    match (tag, digest) {
        (_, Some(digest)) => name = format!("{name}@{digest}"),
        (Some(tag), None) => name = format!("{name}:{tag}"),
        (None, None) => {}
    }
    draft.put_text(&format!("spec.{target}"), &name);
}

fn images(draft: &mut Draft<'_>) {
    image(draft, &["image"], "image", "`docker.io/library/redis`");
    image(draft, &["metrics", "image"], "metrics.image", "`docker.io/oliver006/redis_exporter`");
    if let Some(policy) = draft.text(&["image", "pullPolicy"]).filter(|policy| !policy.is_empty()) {
        draft.put_text("spec.imagePullPolicy", policy);
    }
    let mut secrets = texts(draft.get(&["global", "imagePullSecrets"]));
    secrets.extend(texts(draft.get(&["image", "pullSecrets"])));
    secrets.dedup();
    if !secrets.is_empty() {
        draft.put("spec.imagePullSecrets", list(secrets));
    }
}

/// The lines of a configuration that may stand in a spec; the others are noted.
fn lines(draft: &mut Draft<'_>, path: &[&str]) -> String {
    let Some(written) = draft.text(path).map(str::to_owned) else { return String::new() };
    let mut kept = String::new();
    for line in written.lines() {
        let directive = line.split_whitespace().next().unwrap_or("").to_ascii_lowercase();
        match is_reserved(&directive) {
            Some(why) => draft.leave_value(path, &format!("`{directive}` cannot be set in `configuration`: {why}")),
            None => {
                kept.push_str(line.trim_end());
                kept.push('\n');
            }
        }
    }
    kept
}

fn configuration(draft: &mut Draft<'_>) {
    let mut common = lines(draft, &["commonConfiguration"]);
    common.push_str(&lines(draft, &["redis", "configmap"]));
    if !common.trim().is_empty() {
        draft.put_text("spec.configuration", &common);
    }
    for role in ROLES {
        if role == "replica" && is_standalone(draft) {
            continue;
        }
        let mut own = lines(draft, &[role, "configuration"]);
        for command in texts(draft.get(&[role, "disableCommands"])) {
            own.push_str(&format!("rename-command {command} \"\"\n"));
        }
        if !own.trim().is_empty() {
            draft.put_text(&format!("spec.{role}.configuration"), &own);
        }
        if !matches!(draft.text(&[role, "resourcesPreset"]), None | Some("none" | ""))
            && draft.get(&[role, "resources"]).is_none_or(asks_for_nothing)
        {
            draft.leave_value(&[role, "resourcesPreset"], PRESETS);
        }
        if !matches!(draft.text(&[role, "kind"]), None | Some("StatefulSet" | "")) {
            draft.leave_value(&[role, "kind"], "nodes are pods of StatefulSets, which keep their names and volumes");
        }
    }
}

fn auth(draft: &mut Draft<'_>) {
    if !draft.is_on(&["auth", "acl", "enabled"], false) {
        return;
    }
    let secret = draft.text(&["auth", "acl", "userSecret"]).filter(|name| !name.is_empty()).map(str::to_owned);
    let name = draft.written(&["metadata", "name"]).and_then(Node::text).unwrap_or("redis").to_owned();
    let users = draft.get(&["auth", "acl", "users"]).and_then(Node::as_seq).unwrap_or(&[]);
    let mut all = Vec::new();
    for user in users {
        let part = |key: &str| user.text_at(&[key]).unwrap_or("");
        let (user_name, rules) = (part("username"), [part("keys"), part("channels"), part("commands")]);
        if user_name == "default" {
            continue;
        }
        let rules: Vec<&str> = rules.into_iter().filter(|rule| !rule.is_empty()).collect();
        let mut map = Map::new();
        map.set("name", text(user_name));
        map.set("rules", text(&rules.join(" ")));
        map.set("existingSecret", text(&secret.clone().unwrap_or_else(|| format!("{name}-users"))));
        map.set("key", text(user_name));
        all.push(Node::new(Origin::NONE, Value::Map(map)));
    }
    if secret.is_none() && !all.is_empty() {
        draft.leave_value(
            &["auth", "acl", "users"],
            &format!("no password stands in Git: make the Secret `{name}-users` with a key for each user"),
        );
    }
    if !all.is_empty() {
        draft.put("spec.acl.users", Node::new(Origin::NONE, Value::Seq(all)));
    }
}

fn tls(draft: &mut Draft<'_>) {
    if !draft.is_on(&["tls", "enabled"], false) {
        return;
    }
    let secret = ["existingSecret", "certificatesSecret"]
        .into_iter()
        .find_map(|key| draft.text(&["tls", key]).filter(|name| !name.is_empty()));
    let Some(secret) = secret else {
        draft.leave_value(
            &["tls", "enabled"],
            "certificates are not made here: add `tls` with an `existingSecret`, or with `certManager.issuerRef`",
        );
        return;
    };
    draft.put("spec.tls.enabled", Node::scalar(Origin::NONE, Scalar::bool(true)));
    draft.put_text("spec.tls.existingSecret", secret);
    // The chart asks clients for certificates unless it is told otherwise.
    let asks = draft.is_on(&["tls", "authClients"], true);
    draft.put("spec.tls.authClients", Node::scalar(Origin::NONE, Scalar::bool(asks)));
    for (key, usual) in [("certFilename", "tls.crt"), ("certKeyFilename", "tls.key"), ("certCAFilename", "ca.crt")] {
        if draft.text(&["tls", key]).is_some_and(|name| !name.is_empty() && name != usual) {
            draft.leave_value(&["tls", key], &format!("the key of the Secret must be `{usual}`"));
        }
    }
    draft.leave_value(&["tls", "dhParamsFilename"], "there is no such field");
}

fn persistence(draft: &mut Draft<'_>) {
    let class = ["storageClass", "defaultStorageClass"]
        .into_iter()
        .find_map(|key| draft.text(&["global", key]).filter(|name| !name.is_empty()))
        .map(str::to_owned);
    let places: [(&[&str], &str, bool); 3] = [
        (&["persistence"], "spec.persistence", is_cluster(draft)),
        (&["master", "persistence"], "spec.master.persistence", !is_cluster(draft)),
        (&["replica", "persistence"], "spec.replica.persistence", !is_cluster(draft) && !is_standalone(draft)),
    ];
    for (from, to, used) in places {
        if !used {
            continue;
        }
        let entries = draft.get(from).and_then(Node::as_map).map_or(&[][..], |map| &map.entries);
        for entry in entries.iter().filter(|entry| !asks_for_nothing(&entry.value)) {
            let key = entry.key.text.as_str();
            match key {
                "enabled" | "size" | "storageClass" | "accessModes" => {
                    draft.put(&format!("{to}.{key}"), entry.value.clone());
                }
                // The volume is mounted at /data, which is where the chart has it too.
                "path" if entry.value.text() == Some("/data") => {}
                "existingClaim" => draft.leave(
                    &format!("{}.{key}", from.join(".")),
                    entry.key_pos,
                    "every pod has a volume of its own; copy the data, or name the claim as the StatefulSet does",
                ),
                _ => draft.leave(
                    &format!("{}.{key}", from.join(".")),
                    entry.key_pos,
                    "volumes have a size, a class and access modes; `spec.patches` change the StatefulSet",
                ),
            }
        }
        if let Some(class) = &class {
            draft.put_text(&format!("{to}.storageClass"), class);
        }
    }
}

/// Fields that the chart has for each role, and a spec for all pods.
fn scheduling(draft: &mut Draft<'_>) {
    let fields = [
        ("nodeSelector", "spec.scheduling.nodeSelector"),
        ("tolerations", "spec.scheduling.tolerations"),
        ("priorityClassName", "spec.scheduling.priorityClassName"),
        ("podLabels", "spec.podLabels"),
        ("podAnnotations", "spec.podAnnotations"),
    ];
    for (field, target) in fields {
        let [master, replica] =
            ROLES.map(|role| draft.get(&[role, field]).filter(|node| !asks_for_nothing(node)).cloned());
        if let (Some(a), Some(b)) = (&master, &replica)
            && !a.says_the_same(b)
        {
            draft.leave_value(
                &["replica", field],
                &format!("all pods have the same `{}`: that of `master` was taken", &target[5..]),
            );
        }
        if let Some(value) = master.or(replica) {
            draft.put(target, value);
        }
    }
    let presets = ["redis", "master", "replica"];
    let preset = presets.into_iter().find_map(|role| draft.text(&[role, "podAntiAffinityPreset"]));
    match preset {
        Some("soft" | "hard") => draft.put_text("spec.scheduling.antiAffinity", preset.unwrap_or_default()),
        Some("") => draft.put_text("spec.scheduling.antiAffinity", "none"),
        _ => {}
    }
}

fn services(draft: &mut Draft<'_>) {
    for path in [&["master", "service"][..], &["replica", "service"], &["service"]] {
        let entries = draft.get(path).and_then(Node::as_map).map_or(&[][..], |map| &map.entries);
        for entry in entries.iter().filter(|entry| !asks_for_nothing(&entry.value)) {
            let key = entry.key.text.as_str();
            let usual = match key {
                "type" => entry.value.text() == Some("ClusterIP"),
                "ports" => entry.value.text_at(&["redis"]).is_none_or(|port| port == "6379"),
                "nodePorts" => entry.value.text_at(&["redis"]).is_none_or(str::is_empty),
                "sessionAffinity" => entry.value.text() == Some("None"),
                "externalTrafficPolicy" | "internalTrafficPolicy" => entry.value.text() == Some("Cluster"),
                "portNames" | "headless" => true,
                _ => false,
            };
            match key {
                _ if usual => {}
                "type" | "annotations" => draft.put(&format!("spec.service.{key}"), entry.value.clone()),
                _ => draft.leave(&format!("{}.{key}", path.join(".")), entry.key_pos, SERVICES),
            }
        }
    }
}

fn network(draft: &mut Draft<'_>) {
    let path = ["networkPolicy", "enabled"];
    if let Some(enabled) = draft.get(&path).cloned() {
        draft.put("spec.networkPolicy.enabled", enabled);
    }
    // In the chart anybody may connect unless it is told otherwise.
    if draft.is_on(&path, true) && draft.is_on(&["networkPolicy", "allowExternal"], true) {
        let mut peer = Map::new();
        peer.set("namespaceSelector", Node::empty_map(Origin::NONE));
        draft.put(
            "spec.networkPolicy.clients",
            Node::new(Origin::NONE, Value::Seq(vec![Node::new(Origin::NONE, Value::Map(peer))])),
        );
    }
    for key in ["extraIngress", "extraEgress", "ingressNSMatchLabels", "ingressNSPodMatchLabels"] {
        draft.leave_value(&["networkPolicy", key], "list the peers in `networkPolicy.clients`");
    }
}

fn metrics(draft: &mut Draft<'_>) {
    for part in ["serviceMonitor", "prometheusRule"] {
        let entries = draft.get(&["metrics", part]).and_then(Node::as_map).map_or(&[][..], |map| &map.entries);
        if !draft.is_on(&["metrics", "enabled"], false) || !draft.is_on(&["metrics", part, "enabled"], false) {
            continue;
        }
        for entry in entries.iter().filter(|entry| !asks_for_nothing(&entry.value)) {
            let key = entry.key.text.as_str();
            match key {
                "enabled" | "namespace" | "interval" => {
                    draft.put(&format!("spec.metrics.{part}.{key}"), entry.value.clone());
                }
                "additionalLabels" => draft.put(&format!("spec.metrics.{part}.labels"), entry.value.clone()),
                "honorLabels" if entry.value.text() == Some("false") => {}
                "port" => {}
                "rules" => draft.leave(
                    &format!("metrics.{part}.{key}"),
                    entry.key_pos,
                    "alerts for memory, evictions, replication, persistence and latency are made; write more into a PrometheusRule of your own",
                ),
                _ => draft.leave(
                    &format!("metrics.{part}.{key}"),
                    entry.key_pos,
                    "there is no such field; `spec.patches` change any object",
                ),
            }
        }
    }
}

fn names(draft: &mut Draft<'_>) {
    for (from, to) in [("commonLabels", "metadata.labels"), ("commonAnnotations", "metadata.annotations")] {
        if let Some(value) = draft.get(&[from]).filter(|node| !asks_for_nothing(node)).cloned() {
            draft.put(to, value);
        }
    }
}
