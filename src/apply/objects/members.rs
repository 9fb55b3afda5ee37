//! The members of a set as the server has them, and its parent.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::diagnostics::Diagnostic;
use crate::k8s::{ResourceRef, parse_api_version};
use crate::live::kubernetes::{Apply, Cluster, Kind, ServerError};
use crate::plan::ApplySetRef;

use super::lock::unreached;
use super::set::{self, Extent, GROUP_KINDS, ID, NAMESPACES, PART_OF, TOOLING};
use super::wanted::Wanted;

/// The manager of parents.
const MANAGER: &str = "redisops-applyset";

/// The kind of parents.
fn secrets(cluster: &Cluster) -> Result<&Kind, ServerError> {
    cluster.kind_of("v1", "Secret")
}

/// A set as the server knows it.
#[derive(Clone, Debug, Default)]
pub struct LiveSet {
    /// Its parent, where there is one.
    pub parent: Option<Value>,
    /// Members that the files do not have.
    pub gone: Vec<Value>,
    /// Kinds whose members could not be listed, and why.
    pub unlisted: Vec<(String, ServerError)>,
    /// A set of another name that is taken over: its id, and its members.
    pub adopted: Option<Adopted>,
}

/// A set that is taken over.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// Its parent.
    pub parent: Value,
    /// Its members.
    pub members: Vec<Value>,
}

/// Reads a set. One of another tool is refused, unless it is to be taken over.
///
/// # Errors
/// When it is another tool's, or cannot be read.
pub async fn read(
    cluster: &Cluster,
    of: &ApplySetRef,
    wanted: &[Wanted],
    adopt: Option<&str>,
) -> Result<LiveSet, Diagnostic> {
    let cannot = |error: ServerError| unreadable(of, &error);
    let secrets = secrets(cluster).map_err(cannot)?;
    let parent = cluster.get(secrets, Some(&of.namespace), &of.name).await.map_err(cannot)?;
    if let Some(tool) = parent.as_ref().and_then(set::foreign_tool)
        && adopt != Some(of.name.as_str())
    {
        return Err(foreign(of, tool));
    }
    let mut live = LiveSet::default();
    let mut members = match &parent {
        Some(parent) => {
            members(cluster, &set::id(of), &Extent::read(parent), &mut live.unlisted).await.map_err(cannot)?
        }
        None => Vec::new(),
    };
    live.parent = parent;
    if let Some(name) = adopt.filter(|name| *name != of.name) {
        let adopted = adopted(cluster, of, name).await?;
        members.extend(adopted.iter().flat_map(|adopted| adopted.members.clone()));
        live.adopted = adopted;
    }
    let is_wanted = |member: &Value| wanted.iter().any(|one| is_same(&one.resource, member));
    live.gone = members.into_iter().filter(|member| !is_wanted(member) && !has_owner(member)).collect();
    Ok(live)
}

/// Objects that a controller has made carry labels of others.
fn has_owner(object: &Value) -> bool {
    let owners = object["metadata"]["ownerReferences"].as_array();
    owners.is_some_and(|owners| owners.iter().any(|owner| owner["controller"] == true))
}

fn is_same(resource: &ResourceRef, object: &Value) -> bool {
    let group = |text: &str| parse_api_version(text).0.to_owned();
    let metadata = &object["metadata"];
    resource.kind == object["kind"].as_str().unwrap_or("")
        && resource.name == metadata["name"].as_str().unwrap_or("")
        && resource.namespace.as_deref() == metadata["namespace"].as_str()
        && group(&resource.api_version) == group(object["apiVersion"].as_str().unwrap_or(""))
}

fn unreadable(of: &ApplySetRef, error: &ServerError) -> Diagnostic {
    if error.is_lost() {
        return unreached(error);
    }
    let message = format!("the set Secret/{}/{} cannot be read: {}", of.namespace, of.name, error.message);
    Diagnostic::error("redisops::apply::set", message)
        .help("the set needs the rights to get, list, patch and create secrets in that namespace, and to list the kinds of its members")
}

fn foreign(of: &ApplySetRef, tool: &str) -> Diagnostic {
    let ApplySetRef { name, namespace } = of;
    let message = match tool {
        "" => format!("Secret/{namespace}/{name} is there and stands for no set"),
        tool => format!("the set Secret/{namespace}/{name} belongs to `{tool}`"),
    };
    Diagnostic::error("redisops::apply::foreign_set", message)
        .note("two tools that prune one set delete each other's objects")
        .help(format!("take it over with `--adopt-applyset {name}`"))
}

/// The set of another name that is to be taken over; nothing when that was done already.
async fn adopted(cluster: &Cluster, of: &ApplySetRef, name: &str) -> Result<Option<Adopted>, Diagnostic> {
    let cannot = |error: ServerError| unreadable(of, &error);
    let namespace = of.namespace.as_str();
    let secrets = secrets(cluster).map_err(cannot)?;
    let Some(parent) = cluster.get(secrets, Some(namespace), name).await.map_err(cannot)? else {
        let message = format!("there is no Secret/{namespace}/{name} to take over");
        return Err(Diagnostic::error("redisops::apply::adopt", message)
            .help("`--adopt-applyset` names the Secret that stands for the set, in the namespace of ours"));
    };
    let Some(id) = parent["metadata"]["labels"][ID].as_str() else { return Ok(None) };
    let mut unlisted = Vec::new();
    let members = members(cluster, id, &Extent::read(&parent), &mut unlisted).await.map_err(cannot)?;
    if let Some((_, error)) = unlisted.pop() {
        return Err(cannot(error));
    }
    Ok(Some(Adopted { parent, members }))
}

/// All members of a set. Kinds that are served no more have none; those that the user may not list are told.
async fn members(
    cluster: &Cluster,
    id: &str,
    extent: &Extent,
    unlisted: &mut Vec<(String, ServerError)>,
) -> Result<Vec<Value>, ServerError> {
    let selector = format!("{PART_OF}={id}");
    let mut asked = Vec::new();
    for group_kind in &extent.group_kinds {
        let (kind, group) = group_kind.split_once('.').unwrap_or((group_kind, ""));
        let Some(kind) = cluster.kinds().preferred(group, kind) else { continue };
        match kind.namespaced {
            true => asked.extend(extent.namespaces.iter().map(|namespace| (kind, Some(namespace.as_str())))),
            false => asked.push((kind, None)),
        }
    }
    let lists = asked.iter().map(|(kind, namespace)| cluster.list(kind, *namespace, Some(&selector)));
    let mut found = Vec::new();
    for (list, (kind, _)) in join_all(lists).await.into_iter().zip(&asked) {
        match list {
            Ok(list) => found.extend(list.items),
            Err(error) if error.is_not_found() => {}
            Err(error) if error.is_forbidden() => unlisted.push((kind.resource(), error)),
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Writes the parent with an extent, unless it is written so already.
///
/// # Errors
/// When the server refuses.
pub async fn write_parent(
    cluster: &Cluster,
    of: &ApplySetRef,
    extent: &Extent,
    known: Option<&Value>,
) -> Result<Value, ServerError> {
    let parent = set::parent(of, extent);
    let same = |known: &&Value| {
        let annotations =
            |name: &str| known["metadata"]["annotations"][name] == parent["metadata"]["annotations"][name];
        annotations(TOOLING)
            && annotations(GROUP_KINDS)
            && annotations(NAMESPACES)
            && known["metadata"]["labels"][ID] == set::id(of)
    };
    if let Some(known) = known.filter(same) {
        return Ok(known.clone());
    }
    let how = Apply { manager: MANAGER, force: true, dry_run: false };
    let body = parent.to_string().into_bytes();
    cluster.server_apply(secrets(cluster)?, Some(&of.namespace), &of.name, body, how).await
}

/// Makes the members of another set ours, and takes from its parent what makes it one.
///
/// # Errors
/// When the server refuses.
pub async fn take_over(
    cluster: &Cluster,
    of: &ApplySetRef,
    adopted: &Adopted,
    manager: &str,
) -> Result<(), ServerError> {
    let how = Apply { manager, force: true, dry_run: false };
    let pointer = |key: &str| key.replace('~', "~0").replace('/', "~1");
    for member in &adopted.members {
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let kind = cluster.kind_of(&text(&member["apiVersion"]), &text(&member["kind"]))?;
        let path = format!("/metadata/labels/{}", pointer(PART_OF));
        let patch = json!([{"op": "replace", "path": path, "value": set::id(of)}]);
        let metadata = &member["metadata"];
        let done =
            cluster.json_patch(kind, metadata["namespace"].as_str(), &text(&metadata["name"]), &patch, how).await;
        if let Err(error) = done
            && !error.is_not_found()
        {
            return Err(error);
        }
    }
    let metadata = &adopted.parent["metadata"];
    let mut patch = vec![json!({"op": "remove", "path": format!("/metadata/labels/{}", pointer(ID))})];
    for name in [TOOLING, GROUP_KINDS, NAMESPACES] {
        if metadata["annotations"][name].is_string() {
            patch.push(json!({"op": "remove", "path": format!("/metadata/annotations/{}", pointer(name))}));
        }
    }
    let name = metadata["name"].as_str().unwrap_or("");
    cluster.json_patch(secrets(cluster)?, Some(&of.namespace), name, &Value::Array(patch), how).await.map(drop)
}

/// Deletes the parent of a set that has no members any more.
///
/// # Errors
/// When the server refuses.
pub async fn delete_parent(cluster: &Cluster, of: &ApplySetRef) -> Result<(), ServerError> {
    match cluster.delete(secrets(cluster)?, Some(&of.namespace), &of.name, &json!({})).await {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}

/// The kind of a live object.
///
/// # Errors
/// When the server does not serve it any more.
pub fn kind_of<'k>(cluster: &'k Cluster, object: &Value) -> Result<&'k Kind, ServerError> {
    let text = |key: &str| object[key].as_str().unwrap_or("");
    cluster.kind_of(text("apiVersion"), text("kind"))
}

/// The name of a live object in reports.
pub fn resource(object: &Value) -> ResourceRef {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    ResourceRef {
        api_version: text(&object["apiVersion"]),
        kind: text(&object["kind"]),
        namespace: object["metadata"]["namespace"].as_str().map(str::to_owned),
        name: text(&object["metadata"]["name"]),
    }
}
