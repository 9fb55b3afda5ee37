//! What applying would change, object by object: the server is asked with a dry run, unless it is certain without.

use std::collections::BTreeMap;

use futures::future::join_all;
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::drift::{self, Asked, Change, ChangeKind, CompareError, Matching, Object, Origin, Sides};
use crate::k8s::ResourceRef;
use crate::k8s::openapi::OpenApi;
use crate::live::kubernetes::{Apply, Cluster, Kind, ServerError};
use crate::provenance::FieldPath;
use crate::yaml::{Node, from_json};

use super::set::PART_OF;
use super::settled::is_settled;
use super::wanted::Wanted;

/// From how many objects of a kind in a namespace on they are asked for together.
const LIST_FROM: usize = 3;

/// Where a field of a wanted object is set; the path is empty for the object.
pub type PlaceOf<'a> = dyn Fn(usize, &FieldPath) -> Option<Origin> + 'a;

/// What is known of a wanted object.
#[derive(Clone, Debug)]
pub struct Known {
    /// What would become of it.
    pub change: Change,
    /// As it is now.
    pub live: Option<Value>,
    /// Whether it belongs to the set already.
    pub is_member: bool,
}

/// As whom objects are applied, and to which set they belong.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// Id of the set.
    pub set: &'a str,
}

/// Compares all wanted objects with what is live, in their order.
pub async fn compare(cluster: &Cluster, wanted: &[Wanted], identity: Identity<'_>, place: &PlaceOf<'_>) -> Vec<Known> {
    let live = fetch(cluster, wanted).await;
    let openapi = OpenApi::default();
    // Consequences need the objects around.
    let asked = wanted.iter().zip(live).map(|(one, live)| async move {
        let after = match &live {
            Ok(Some(live)) => after(cluster, one, live, identity).await,
            _ => After::Nothing,
        };
        (live, after)
    });
    let found: Vec<(Result<Option<Value>, ServerError>, After)> = join_all(asked).await;
    let mut pairs = Vec::new();
    for (at, (live, after)) in found.iter().enumerate() {
        if let (Ok(Some(live)), After::Object(new)) = (live, after) {
            pairs.push((at, node(live), node(new)));
        }
    }
    let mut changes = differences(wanted, &pairs, &openapi, place);
    found
        .into_iter()
        .enumerate()
        .map(|(at, (live, after))| known(&wanted[at], at, live, &after, changes.remove(&at), place))
        .collect()
}

/// What an object would be.
enum After {
    /// It is not there, or nobody knows.
    Nothing,
    /// As it is.
    Same,
    /// This.
    Object(Value),
    /// The server would not take it.
    Refused(ServerError),
}

fn known(
    wanted: &Wanted,
    at: usize,
    live: Result<Option<Value>, ServerError>,
    after: &After,
    changed: Option<Change>,
    place: &PlaceOf<'_>,
) -> Known {
    let mut change = Change {
        target: None,
        resource: wanted.resource.clone(),
        change: ChangeKind::None,
        renamed_from: None,
        place: place(at, &FieldPath::root()),
        consequence: None,
        fields: Vec::new(),
        error: None,
    };
    let live = match live {
        Ok(live) => live,
        Err(error) => {
            change.error = Some(compare_error(&error));
            None
        }
    };
    match after {
        After::Nothing if change.error.is_none() => change.change = ChangeKind::Create,
        After::Object(_) => {
            if let Some(changed) = changed {
                (change.change, change.fields, change.consequence) = (changed.change, changed.fields, changed.consequence);
            }
        }
        After::Refused(error) => change.error = Some(compare_error(error)),
        After::Nothing | After::Same => {}
    }
    let is_member = live.as_ref().is_some_and(|live| live["metadata"]["labels"][PART_OF].is_string());
    Known { change, live, is_member }
}

fn compare_error(error: &ServerError) -> CompareError {
    CompareError {
        code: error.code.clone(),
        message: error.message.clone(),
        verb: Some(error.verb.to_owned()),
        resource: Some(error.resource.clone()),
    }
}

/// Asks what an object would be.
async fn after(cluster: &Cluster, wanted: &Wanted, live: &Value, identity: Identity<'_>) -> After {
    let Some(kind) = wanted.kind(cluster.kinds()) else { return After::Nothing };
    let body = wanted.body(identity.set);
    if is_settled(&body, live, identity.manager) {
        return After::Same;
    }
    let how = Apply { manager: identity.manager, force: true, dry_run: true };
    let resource = &wanted.resource;
    let bytes = body.to_string().into_bytes();
    match cluster.server_apply(kind, resource.namespace.as_deref(), &resource.name, bytes, how).await {
        Ok(after) => After::Object(after),
        // What the server would refuse is seen from the two versions.
        Err(error) if error.status == 422 => After::Object(over(live, &body)),
        Err(error) => After::Refused(error),
    }
}

/// A live object with the fields of the files over it: what it would be if the server took it.
fn over(live: &Value, wanted: &Value) -> Value {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            let mut out = live.clone();
            for (key, value) in wanted {
                let new = live.get(key).map_or_else(|| value.clone(), |old| over(old, value));
                out.insert(key.clone(), new);
            }
            Value::Object(out)
        }
        (Value::Array(live), Value::Array(wanted)) if live.len() == wanted.len() => {
            Value::Array(live.iter().zip(wanted).map(|(live, wanted)| over(live, wanted)).collect())
        }
        _ => wanted.clone(),
    }
}

/// An object as it is compared: without what the server writes by itself, and without the label of the set, which is never a difference.
pub fn node(object: &Value) -> Node {
    let mut bare = object.clone();
    if let Some(top) = bare.as_object_mut() {
        top.remove("status");
        if let Some(metadata) = top.get_mut("metadata").and_then(Value::as_object_mut) {
            for key in ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"] {
                metadata.remove(key);
            }
            if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
                labels.remove(PART_OF);
                if labels.is_empty() {
                    metadata.remove("labels");
                }
            }
        }
    }
    let origin = crate::yaml::Origin::NONE;
    from_json(&bare.to_string(), origin).unwrap_or_else(|_| Node::null(origin))
}

fn differences(
    wanted: &[Wanted],
    pairs: &[(usize, Node, Node)],
    openapi: &OpenApi,
    place: &PlaceOf<'_>,
) -> BTreeMap<usize, Change> {
    let object = |node| Object { node, original_name: None };
    let before: Vec<Object<'_>> = pairs.iter().map(|(_, before, _)| object(before)).collect();
    // Those that have not changed come along: they may use what has.
    let mut after: Vec<Object<'_>> = pairs.iter().map(|(_, _, after)| object(after)).collect();
    let by_resource: FxHashMap<&ResourceRef, usize> =
        pairs.iter().map(|(at, _, _)| (&wanted[*at].resource, *at)).collect();
    let others = (0..wanted.len()).filter(|at| !by_resource.contains_key(&wanted[*at].resource));
    let index: Vec<usize> = pairs.iter().map(|(at, _, _)| *at).chain(others).collect();
    after.extend(index[pairs.len()..].iter().map(|at| object(&wanted[*at].node)));
    let matching = Matching { across_namespaces: false, renames: false };
    let sides = Sides { before: &before, after: &after, matching, openapi };
    let mut line = |asked: &Asked<'_>| match asked.newer {
        true => place(*index.get(asked.object)?, asked.path),
        false => None,
    };
    let changes = drift::changes(&sides, &mut line);
    let mut found = BTreeMap::new();
    for change in changes {
        if let Some(at) = by_resource.get(&change.resource) {
            found.insert(*at, change);
        }
    }
    found
}

/// The live objects, together where there are several of a kind in a namespace.
async fn fetch(cluster: &Cluster, wanted: &[Wanted]) -> Vec<Result<Option<Value>, ServerError>> {
    let mut groups: BTreeMap<(String, Option<String>), (Kind, Vec<usize>)> = BTreeMap::new();
    let mut found: Vec<Result<Option<Value>, ServerError>> = (0..wanted.len()).map(|_| Ok(None)).collect();
    for (at, one) in wanted.iter().enumerate() {
        if let Some(kind) = one.kind(cluster.kinds()) {
            let key = (format!("{}/{}", kind.api_version(), kind.kind), one.resource.namespace.clone());
            groups.entry(key).or_insert_with(|| (kind.clone(), Vec::new())).1.push(at);
        } else if cluster.kinds().is_stale(&one.resource.api_version) {
            found[at] = Err(cluster.kind_of(&one.resource.api_version, &one.resource.kind).err().unwrap_or_else(unknown));
        }
    }
    let asked = groups.values().map(|(kind, members)| group(cluster, kind, members, wanted));
    for (at, live) in join_all(asked).await.into_iter().flatten() {
        found[at] = live;
    }
    found
}

fn unknown() -> ServerError {
    ServerError {
        status: 0,
        code: "unreachable".to_owned(),
        message: "the server behind the kind does not answer".to_owned(),
        verb: "get",
        resource: String::new(),
        namespace: None,
        causes: Vec::new(),
    }
}

async fn group(
    cluster: &Cluster,
    kind: &Kind,
    members: &[usize],
    wanted: &[Wanted],
) -> Vec<(usize, Result<Option<Value>, ServerError>)> {
    let namespace = wanted[members[0]].resource.namespace.as_deref();
    if members.len() >= LIST_FROM
        && let Ok(listed) = cluster.list(kind, namespace, None).await
    {
        let by_name: BTreeMap<String, Value> = listed
            .items
            .into_iter()
            .map(|item| (item["metadata"]["name"].as_str().unwrap_or("").to_owned(), item))
            .collect();
        return members.iter().map(|at| (*at, Ok(by_name.get(&wanted[*at].resource.name).cloned()))).collect();
    }
    let one = |at: usize| async move { (at, cluster.get(kind, namespace, &wanted[at].resource.name).await) };
    join_all(members.iter().map(|at| one(*at))).await
}

/// The change of an object that the set has and the files do not.
pub fn gone(object: &Value) -> Change {
    let node = node(object);
    let matching = Matching { across_namespaces: false, renames: false };
    let before = [Object { node: &node, original_name: None }];
    let openapi = OpenApi::default();
    let sides = Sides { before: &before, after: &[], matching, openapi: &openapi };
    let mut changes = drift::changes(&sides, &mut |_| None);
    changes.remove(0)
}

/// The options of a deletion: of this very object, in the background.
pub fn delete_options(object: &Value, propagation: &str, dry_run: bool) -> Value {
    let mut options = json!({
        "propagationPolicy": propagation,
        "preconditions": {"uid": object["metadata"]["uid"]},
    });
    if dry_run {
        options["dryRun"] = json!(["All"]);
    }
    options
}
