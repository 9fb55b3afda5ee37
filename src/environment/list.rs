//! All environments side by side: what they have in common, and what differs.

use serde::Serialize;

use super::types::{AccessMode, Confirmation, Environment, Redis, Store};

/// An environment as lists show it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its file, from the root of the repository.
    pub file: String,
    /// What it renders.
    pub overlay: Option<String>,
    /// The cluster.
    pub kubernetes: ListedCluster,
    /// The kind of its secret store.
    pub secrets: Option<&'static str>,
    /// Its databases, where they are spelled out.
    pub redis: Vec<ListedRedis>,
    /// What is asked, limited or refused.
    pub guards: ListedGuards,
    /// What is wrong with it; all else is empty then.
    pub error: Option<String>,
}

/// The cluster of an environment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedCluster {
    /// Context in the kubeconfig.
    pub context: Option<String>,
    /// Default namespace.
    pub namespace: Option<String>,
    /// Path of a kubeconfig.
    pub kubeconfig: Option<String>,
    /// Version of the API.
    pub version: Option<String>,
    /// Field managers whose fields are ours too.
    pub field_managers: Vec<String>,
}

/// A database of an environment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedRedis {
    /// Its name.
    pub name: String,
    /// How its nodes are reached.
    pub access: &'static str,
}

/// Guards of an environment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedGuards {
    /// Changes that need a confirmation.
    pub confirm: Vec<&'static str>,
    /// Slots that may be moved in one run.
    pub max_slots: Option<i64>,
    /// 99th percentile of the latency that clients may see.
    pub latency_budget: Option<String>,
    /// When changes may be made.
    pub windows: Vec<String>,
}

fn maybe(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Listed {
    /// Of an environment that was read.
    pub fn of(name: &str, file: String, environment: &Environment) -> Listed {
        let spec = &environment.spec;
        let guards = &spec.guards;
        let texts = |list: &[crate::kustomize::decode::Text]| list.iter().map(|text| text.value.clone()).collect();
        Listed {
            name: name.to_owned(),
            file,
            overlay: maybe(&spec.overlay),
            kubernetes: ListedCluster {
                context: maybe(&spec.kubernetes.context),
                namespace: maybe(&spec.kubernetes.namespace),
                kubeconfig: maybe(&spec.kubernetes.kubeconfig),
                version: maybe(&spec.kubernetes.version),
                field_managers: texts(&spec.kubernetes.field_managers),
            },
            secrets: spec.secrets.as_ref().map(|store| store_name(store.store)),
            redis: spec.redis.iter().map(database).collect(),
            guards: ListedGuards {
                confirm: guards.confirm.iter().map(|one| confirmation_name(*one)).collect(),
                max_slots: guards.max_slots.map(|number| number.value),
                latency_budget: maybe(&guards.latency_budget),
                windows: texts(&guards.windows),
            },
            error: None,
        }
    }

    /// Of one that could not be read.
    pub fn broken(name: &str, file: String, error: String) -> Listed {
        Listed { name: name.to_owned(), file, error: Some(error), ..Listed::default() }
    }

    /// Every setting as its path and as people read it; an empty text where it is not set.
    fn settings(&self) -> [(&'static str, String); 11] {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let cluster = &self.kubernetes;
        let databases: Vec<String> = self.redis.iter().map(|one| format!("{} ({})", one.name, one.access)).collect();
        [
            ("overlay", text(&self.overlay)),
            ("kubernetes.context", text(&cluster.context)),
            ("kubernetes.namespace", text(&cluster.namespace)),
            ("kubernetes.kubeconfig", text(&cluster.kubeconfig)),
            ("kubernetes.version", text(&cluster.version)),
            ("kubernetes.fieldManagers", cluster.field_managers.join(", ")),
            ("secrets.store", self.secrets.unwrap_or_default().to_owned()),
            ("redis", databases.join(", ")),
            ("guards.confirm", self.guards.confirm.join(", ")),
            ("guards.maxSlots", self.guards.max_slots.map_or(String::new(), |slots| slots.to_string())),
            ("guards.limits", limits(&self.guards)),
        ]
    }
}

fn limits(guards: &ListedGuards) -> String {
    let budget = guards.latency_budget.clone();
    budget.into_iter().chain(guards.windows.iter().cloned()).collect::<Vec<_>>().join(", ")
}

fn database(redis: &Redis) -> ListedRedis {
    let access = match redis.access.as_ref().and_then(|access| access.mode) {
        Some(AccessMode::Direct) => "direct",
        Some(AccessMode::Map) => "map",
        Some(AccessMode::PortForward) | None => "portForward",
    };
    ListedRedis { name: redis.name.value.clone(), access }
}

fn store_name(store: Store) -> &'static str {
    match store {
        Store::Vault => "vault",
        Store::Aws => "aws",
        Store::Kubernetes => "kubernetes",
        Store::Sops => "sops",
        Store::Env => "env",
        Store::File => "file",
    }
}

fn confirmation_name(confirmation: Confirmation) -> &'static str {
    match confirmation {
        Confirmation::Delete => "delete",
        Confirmation::Slots => "slots",
        Confirmation::Restart => "restart",
    }
}

/// What a list of environments says: the settings that differ, as columns, and those that are the same everywhere.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Compared {
    /// Settings that differ, by path.
    pub columns: Vec<&'static str>,
    /// Their values, a row for every environment.
    pub rows: Vec<Vec<String>>,
    /// Settings that all have, with the value.
    pub same: Vec<(&'static str, String)>,
}

/// Compares environments; broken ones are left out. A single one differs from nothing, and has all its settings in columns.
pub fn side_by_side(all: &[Listed]) -> Compared {
    let whole: Vec<_> = all.iter().filter(|one| one.error.is_none()).map(Listed::settings).collect();
    let mut compared = Compared { rows: vec![Vec::new(); whole.len()], ..Compared::default() };
    let Some(first) = whole.first() else { return compared };
    for (index, (path, value)) in first.iter().enumerate() {
        let is_same = whole.iter().all(|settings| settings[index].1 == *value);
        match (is_same, whole.len(), value.is_empty()) {
            (true, _, true) => {}
            (true, 2.., _) => compared.same.push((path, value.clone())),
            _ => {
                compared.columns.push(path);
                compared.rows.iter_mut().zip(&whole).for_each(|(row, settings)| row.push(settings[index].1.clone()));
            }
        }
    }
    compared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::Trace;

    fn listed(name: &str, spec: &str) -> Listed {
        let (sources, trace) = (Sources::new(), Trace::new());
        let text =
            format!("apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: {name}}}\nspec: {spec}\n");
        let source = sources.add("environments/x.yaml", text, SourceKind::Config).unwrap();
        Listed::of(name, format!("environments/{name}.yaml"), &crate::environment::read(&source, &trace).unwrap())
    }

    #[test]
    fn columns_are_what_differs() {
        let all = [
            listed(
                "dev",
                "{overlay: o/dev, kubernetes: {version: \"1.36\"}, secrets: {store: env}, guards: {confirm: [delete]}}",
            ),
            listed(
                "prod",
                "{overlay: o/prod, kubernetes: {version: \"1.36\"}, secrets: {store: vault}, guards: {confirm: [delete], windows: [\"Sat 01:00-02:00 UTC\"], latencyBudget: 5ms}}",
            ),
            Listed::broken("bad", "environments/bad.yaml".to_owned(), "no".to_owned()),
        ];
        let compared = side_by_side(&all);
        assert_eq!(compared.columns, ["overlay", "secrets.store", "guards.limits"]);
        assert_eq!(compared.rows, [["o/dev", "env", ""], ["o/prod", "vault", "5ms, Sat 01:00-02:00 UTC"]]);
        assert_eq!(compared.same, [("kubernetes.version", "1.36".to_owned()), ("guards.confirm", "delete".to_owned())]);
        assert_eq!(side_by_side(&all[..1]).columns.len(), 4);
        assert_eq!(side_by_side(&[]), Compared::default());
    }
}
