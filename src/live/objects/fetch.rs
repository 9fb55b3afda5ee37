//! Live objects, many at a time: lists where they are of use and allowed, else one by one.

use std::collections::BTreeMap;

use futures::future::join_all;
use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::live::kubernetes::{Cluster, Kind, ServerError};

/// Namespaces of a kind from which on all are listed at once.
const MANY: usize = 5;

/// Objects of a kind that are looked for.
#[derive(Clone, Debug)]
pub(super) struct Sought<'a> {
    pub(super) kind: &'a Kind,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: &'a str,
}

/// What was found for each, in the order in which they were asked for.
pub(super) async fn fetch(cluster: &Cluster, all: &[Sought<'_>]) -> Vec<Result<Option<Value>, ServerError>> {
    let mut kinds: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
    for (index, one) in all.iter().enumerate() {
        kinds.entry((&one.kind.group, &one.kind.version, &one.kind.plural)).or_default().push(index);
    }
    let found = join_all(kinds.values().map(|indices| of_kind(cluster, all, indices))).await;
    let mut answers: Vec<Option<Result<Option<Value>, ServerError>>> = all.iter().map(|_| None).collect();
    for (index, answer) in found.into_iter().flatten() {
        answers[index] = Some(answer);
    }
    answers.into_iter().map(|answer| answer.unwrap_or(Ok(None))).collect()
}

type Answers = Vec<(usize, Result<Option<Value>, ServerError>)>;

async fn of_kind(cluster: &Cluster, all: &[Sought<'_>], indices: &[usize]) -> Answers {
    let mut namespaces: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for index in indices {
        namespaces.entry(all[*index].namespace).or_default().push(*index);
    }
    let kind = all[indices[0]].kind;
    if namespaces.len() >= MANY && kind.can("list") {
        match cluster.list(kind, None, None).await {
            Ok(listed) => return chosen(listed.items, all, indices),
            Err(error) if error.is_lost() => return everywhere(indices, &error),
            // Not allowed for all of them, perhaps for each.
            Err(_) => {}
        }
    }
    let parts = namespaces.iter().map(|(namespace, indices)| in_namespace(cluster, all, kind, *namespace, indices));
    join_all(parts).await.into_iter().flatten().collect()
}

async fn in_namespace(
    cluster: &Cluster,
    all: &[Sought<'_>],
    kind: &Kind,
    namespace: Option<&str>,
    indices: &[usize],
) -> Answers {
    if indices.len() > 1 && kind.can("list") {
        match cluster.list(kind, namespace, None).await {
            Ok(listed) => return chosen(listed.items, all, indices),
            Err(error) if error.is_lost() => return everywhere(indices, &error),
            Err(_) => {}
        }
    }
    let ask = |index: &usize| {
        let (index, name) = (*index, all[*index].name);
        async move { (index, cluster.get(kind, namespace, name).await) }
    };
    join_all(indices.iter().map(ask)).await
}

fn everywhere(indices: &[usize], error: &ServerError) -> Answers {
    indices.iter().map(|index| (*index, Err(error.clone()))).collect()
}

/// Of a list those that are looked for.
fn chosen(items: Vec<Value>, all: &[Sought<'_>], indices: &[usize]) -> Answers {
    let mut by_name: FxHashMap<(Option<String>, String), Vec<usize>> = FxHashMap::default();
    for index in indices {
        by_name
            .entry((all[*index].namespace.map(str::to_owned), all[*index].name.to_owned()))
            .or_default()
            .push(*index);
    }
    let mut answers = Answers::new();
    for item in items {
        let text = |key: &str| item["metadata"][key].as_str().unwrap_or("").to_owned();
        let (namespace, name) = (text("namespace"), text("name"));
        let Some(wanted) = by_name.remove(&(Some(namespace).filter(|it| !it.is_empty()), name)) else { continue };
        answers.extend(wanted.into_iter().map(|index| (index, Ok(Some(item.clone())))));
    }
    answers.extend(by_name.into_values().flatten().map(|index| (index, Ok(None))));
    answers
}
