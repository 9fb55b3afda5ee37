//! From an environment to a live cluster.

use std::path::{Path, PathBuf};

use crate::apply::scaling::{Fleet, Reach};
use crate::cli::args::AccessArgs;
use crate::cli::target;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::environment::{self, AccessMode, Auth, Redis, Tls as TlsFiles, TopologyMode};
use crate::kustomize::decode::{Pairs, Text};
use crate::live::redis::{Access, AddressMap};
use crate::secrets::Secret;
use crate::slots::Address;
use crate::source::LoadRestriction;
use crate::yaml::Trace;

use super::access::{certificates, password_of, resolve as access_of};
use super::context::Context;
use super::source::Live;

/// The entry of an environment whose slots are meant: `NAME`, or `NAME/ENTRY` where it has several clusters.
///
/// # Errors
/// When there is no such environment, it is wrong, or it does not say how the nodes of one cluster are reached.
pub fn live_of(word: &str, access: Access, cx: &Context<'_>) -> Result<Live, Diagnostics> {
    let (name, entry) = word.split_once('/').map_or((word, None), |(name, entry)| (name, Some(entry)));
    let files = target::Access::of_process(".", true, LoadRestriction::RootOnly)?;
    let (environment, place) = target::environment(name, &files, cx.sources, &Trace::new())?;
    let redis = pick(&environment.spec.redis, name, entry)?;
    let mut found = Diagnostics::new();
    let reached = found.take(reach(redis));
    let access = found.take(authenticate(redis, access, &place.root, cx));
    match (reached, access) {
        (Some(reached), Some(mut access)) => {
            access.map.append(reached.map);
            let guards = Some(environment.spec.guards.clone());
            Ok(Live { access, seeds: reached.seeds, places: reached.places, pods: reached.pods, guards })
        }
        _ => Err(found),
    }
}

/// The clusters of an environment that run in StatefulSets.
pub fn fleets(environment: &environment::Environment, root: &Path, cx: &Context<'_>) -> Vec<Fleet> {
    let fleet = |redis: &Redis| {
        let is_cluster = redis.topology.as_ref().and_then(|t| t.mode) == Some(TopologyMode::Cluster);
        let set = match (redis.workload.split_once('/'), redis.resource.split_once('/')) {
            (Some(("StatefulSet", name)), _) => name.to_owned(),
            (_, Some(("Redis", name))) => format!("{name}-node"),
            _ => return None,
        };
        Some(Fleet { name: redis.name.value.clone(), set, is_cluster, reach: reached(redis, root, cx) })
    };
    environment.spec.redis.iter().filter_map(fleet).collect()
}

fn reached(redis: &Redis, root: &Path, cx: &Context<'_>) -> Result<Reach, Diagnostics> {
    let access = access_of(&AccessArgs::default(), cx.environment)?;
    let mut access = authenticate(redis, access, root, cx)?;
    let direct = redis.access.as_ref().filter(|access| matches!(access.mode, None | Some(AccessMode::Direct)));
    let port = direct.map(|access| access.port.and_then(|port| u16::try_from(port.value).ok()).unwrap_or(6379));
    if direct.is_some_and(|access| access.map.is_empty()) {
        return Ok(Reach { access, pods: Vec::new(), port });
    }
    let Reached { map, pods, .. } = reach(redis)?;
    access.map.append(map);
    Ok(Reach { access, pods, port })
}

/// The one entry that is a cluster, or the one that is named.
fn pick<'e>(entries: &'e [Redis], environment: &str, entry: Option<&str>) -> Result<&'e Redis, Diagnostic> {
    let cluster = |redis: &&Redis| redis.topology.as_ref().and_then(|t| t.mode) == Some(TopologyMode::Cluster);
    let clusters: Vec<&Redis> = entries.iter().filter(cluster).collect();
    let names = || clusters.iter().map(|redis| &*redis.name.value).collect::<Vec<_>>().join(", ");
    match (entry, &clusters[..]) {
        (None, [one]) => Ok(one),
        (None, []) | (Some(_), []) => Err(Diagnostic::error(
            "redisops::slots::environment",
            format!("environment `{environment}` has no cluster whose slots could be meant"),
        )
        .help(
            "add an entry to `spec.redis` with `topology: {mode: cluster}` and `access`, or name a node as HOST:PORT",
        )),
        (None, several) => Err(Diagnostic::error(
            "redisops::slots::environment",
            format!("environment `{environment}` has {} clusters: {}", several.len(), names()),
        )
        .help(format!("name one of them, as in `env:{environment}/{}`", several[0].name.value))),
        (Some(entry), some) => some.iter().find(|redis| redis.name.value == entry).copied().ok_or_else(|| {
            Diagnostic::error(
                "redisops::slots::environment",
                format!("environment `{environment}` has no cluster `{entry}`"),
            )
            .note(format!("its clusters are {}", names()))
        }),
    }
}

/// Where nodes are.
#[derive(Default)]
struct Reached {
    seeds: Vec<Address>,
    map: AddressMap,
    /// Places of nodes whose announced addresses are not known.
    places: Vec<Address>,
    /// The same with their names.
    pods: Vec<(String, Address)>,
}

fn reach(redis: &Redis) -> Result<Reached, Diagnostics> {
    let Some(access) = &redis.access else {
        return Err(entry_error(redis, "does not say how its nodes are reached", ACCESS).into());
    };
    let mapped = match access.mode {
        Some(AccessMode::PortForward) => {
            return Err(entry_error(
                redis,
                "reaches its nodes through the API server, which is not available yet",
                "forward the ports yourself (`kubectl port-forward`) and list them with `mode: map`",
            )
            .into());
        }
        Some(AccessMode::Map) => true,
        Some(AccessMode::Direct) | None => false,
    };
    if access.map.is_empty() {
        return Err(entry_error(redis, "names no address to ask", ACCESS).into());
    }
    read_map(&access.map, mapped)
}

const ACCESS: &str = "add `access: {mode: map, map: {NODE: \"HOST:PORT\"}}` with the address at which each node is reached from here, or \
                      `mode: direct` with at least one node";

fn read_map(pairs: &Pairs, mapped: bool) -> Result<Reached, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut reached = Reached::default();
    for (node, place) in &pairs.0 {
        let Some(address) = found.take(address(place)) else { continue };
        reached.seeds.push(address.clone());
        if node.value.parse::<Address>().is_err() {
            reached.pods.push((node.value.clone(), address.clone()));
        }
        if !mapped {
            continue;
        }
        match node.value.parse::<Address>() {
            Ok(announced) => reached.map.learn(&announced, &address),
            Err(_) => reached.places.push(address),
        }
    }
    if found.has_errors() { Err(found) } else { Ok(reached) }
}

fn address(text: &Text) -> Result<Address, Diagnostic> {
    text.value.parse().map_err(|error: crate::slots::NoAddress| {
        Diagnostic::error("redisops::slots::environment", error.to_string()).label(text.pos, text.len(), "")
    })
}

/// Arguments of the command line win over the environment.
fn authenticate(redis: &Redis, mut access: Access, root: &Path, cx: &Context<'_>) -> Result<Access, Diagnostics> {
    if let Some(auth) = redis.auth.as_ref().filter(|_| access.password.is_none()) {
        access.password = password(redis, auth, root, cx)?;
        if access.user.is_none() && !auth.user.is_empty() {
            access.user = Some(auth.user.value.clone());
        }
    }
    let files = redis.access.as_ref().and_then(|access| access.tls.as_ref());
    if let Some(TlsFiles { ca, cert, key, .. }) = files.filter(|_| access.tls.is_none()) {
        let path = |text: &Text| (!text.is_empty()).then(|| below(root, text));
        let (ca, cert, key) = (path(ca), path(cert), path(key));
        access.tls = Some(certificates(ca.as_deref(), cert.as_deref(), key.as_deref())?);
    }
    Ok(access)
}

fn password(redis: &Redis, auth: &Auth, root: &Path, cx: &Context<'_>) -> Result<Option<Secret>, Diagnostics> {
    let Some(from) = &auth.password_from else { return Ok(None) };
    if !from.env.is_empty() {
        let name = &from.env;
        return match (cx.environment.variable)(name).filter(|value| !value.is_empty()) {
            Some(value) => Ok(Some(Secret::new(value))),
            None => {
                Err(Diagnostic::error("redisops::redis::password", format!("the variable `{}` is not set", name.value))
                    .label(name.pos, name.len(), "the password is expected there")
                    .help("set it, or name a file with `--password-file`")
                    .into())
            }
        };
    }
    if !from.file.is_empty() {
        return Ok(Some(password_of(&below(root, &from.file))?));
    }
    if !from.secret.is_empty() {
        return Err(entry_error(
            redis,
            "has its password in a Secret, which cannot be read yet",
            "set `REDISCLI_AUTH`, or name a file with `--password-file`",
        )
        .label(from.secret.pos, from.secret.len(), "")
        .into());
    }
    Ok(None)
}

/// Paths start at the root of the repository, as everywhere in environments.
fn below(root: &Path, text: &Text) -> PathBuf {
    root.join(Path::new(&*text.value))
}

fn entry_error(redis: &Redis, what: &str, help: &str) -> Diagnostic {
    Diagnostic::error("redisops::slots::environment", format!("entry `{}` of the environment {what}", redis.name.value))
        .label(redis.name.pos, redis.name.len(), "")
        .help(help)
}
