//! The step of a build that replaces every `kind: Redis` by its objects.

use crate::diagnostics::{Diagnostics, Pos};
use crate::k8s::{ResMap, Resource, parse_api_version};
use crate::kustomize::Context;
use crate::kustomize::decode::{Decoder, FromNode};
use crate::yaml::{Node, Origin, Trace, Via};

use super::check;
use super::instance::{Instance, architecture};
use super::objects;
use super::origins::Origins;
use super::patches;
use super::spec::Spec;

const GROUP: &str = "redisops.dev";
const KIND: &str = "Redis";
/// Objects with this annotation are input of the build only.
const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// Replaces every `kind: Redis` of the group `redisops.dev` by the objects that it stands for, at its place in the list.
///
/// # Errors
/// Everything that is wrong with the specs.
pub fn expand(resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
    if !resources.iter().any(is_redis) {
        return Ok(());
    }
    let origins = Origins::new(cx.trace);
    let mut found = Diagnostics::new();
    let all = std::mem::take(resources.list_mut());
    let mut expanded = Vec::with_capacity(all.len() + 16);
    for resource in all {
        match is_redis(&resource) {
            true => expanded.extend(found.take(one(&resource, &origins, cx)).unwrap_or_default()),
            false => expanded.push(resource),
        }
    }
    *resources.list_mut() = expanded;
    if found.has_errors() { Err(found) } else { Ok(()) }
}

fn is_redis(resource: &Resource) -> bool {
    resource.kind() == KIND
        && parse_api_version(resource.api_version()).0 == GROUP
        && resource.annotation(LOCAL_CONFIG).is_none_or(|v| v == "false")
}

fn one(resource: &Resource, origins: &Origins<'_>, cx: &Context<'_>) -> Result<Vec<Resource>, Diagnostics> {
    check::object(resource, cx.trace)?;
    let mut decoder = Decoder::topology(cx.trace);
    let nothing = Node::empty_map(resource.node.origin);
    let written = resource.node.get("spec").filter(|s| !s.is_null()).unwrap_or(&nothing);
    let spec = Spec::from_node(written, &mut decoder);
    let spec = decoder.finish(spec)?;
    let (architecture, pos) = architecture(&spec);
    let name = resource.node.lookup(&["metadata", "name"]);
    let instance = Instance {
        name: resource.name().to_owned(),
        architecture,
        cause: origins.at(if pos.is_none() { cx.trace.pos(resource.node.origin) } else { pos }),
        named: name.map_or(Origin::NONE, |n| named(n, cx.trace)),
        spec: &spec,
        parent: resource,
        origins,
    };
    check::spec(&instance, cx)?;
    patches::apply(&spec, objects::all(&instance, cx)?, cx)
}

/// The origin of names that are made from the name of the Redis: the same history, and this step.
fn named(name: &Node, trace: &Trace) -> Origin {
    let before = Some(name.clone());
    trace.record(crate::yaml::Write {
        at: trace.pos(name.origin),
        via: Via::Field("topology"),
        source: Pos::NONE,
        before,
    })
}
