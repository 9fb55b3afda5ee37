//! From an environment to a live cluster.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::apply::scaling::{Fleet, Reach};
use crate::cli::args::AccessArgs;
use crate::cli::live::Where;
use crate::cli::nodes::{self, Database};
use crate::cli::render::{State, render};
use crate::cli::settings::RenderSettings;
use crate::cli::target;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::environment::{self, AccessMode, Auth, Redis, Tls as TlsFiles, TopologyMode};
use crate::kustomize::Options;
use crate::kustomize::decode::{Pairs, Text};
use crate::live::kubernetes::{Cluster, PortForward, SecretValues, role_for};
use crate::live::redis::{Access, AddressMap, Tunnel};
use crate::secrets::Secret;
use crate::slots::Address;
use crate::source::LoadRestriction;
use crate::yaml::Trace;

use super::access::{certificates, password_of, resolve as access_of};
use super::context::Context;
use super::source::{Home, Live};

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
    let cluster = Where::of(&Where::default(), Some(&environment), &place.root);
    let namespace = &environment.spec.kubernetes.namespace;
    let around = Around { root: &place.root, cluster: &cluster, server: None, namespace, cx };
    let reached = found.take(reach(redis));
    let access = found.take(around.authenticate(redis, access));
    match (reached, access) {
        (Some(mut reached), Some(mut access)) => {
            access.map.append(std::mem::take(&mut reached.map));
            if reached.is_forwarded {
                access.tunnel = Some(around.tunnel());
                if let Some(database) = of_overlay(name, redis, cx) {
                    complete(&mut access, &database.reached);
                    reached.lead_to(&database);
                }
            }
            let guards = Some(environment.spec.guards.clone());
            let home = reached.is_forwarded.then(|| around.home(redis)).flatten();
            Ok(Live { access, seeds: reached.seeds, places: reached.places, pods: reached.pods, guards, home })
        }
        _ => Err(found),
    }
}

/// The clusters of an environment that run in StatefulSets of a cluster of Kubernetes. Ways that lead over its `server` wait for that as long as others do.
pub fn fleets(
    environment: &environment::Environment,
    root: &Path,
    cluster: &Where,
    server: &Cluster,
    cx: &Context<'_>,
) -> Vec<Fleet> {
    let namespace = &environment.spec.kubernetes.namespace;
    let around = Around { root, cluster, server: Some(server), namespace, cx };
    let fleet = |redis: &Redis| {
        let is_cluster = redis.topology.as_ref().and_then(|t| t.mode) == Some(TopologyMode::Cluster);
        let (set, of) = sets(redis)?;
        Some(Fleet { name: redis.name.value.clone(), set, redis: of, is_cluster, reach: around.reached(redis) })
    };
    environment.spec.redis.iter().filter_map(fleet).collect()
}

/// The StatefulSet that holds all nodes of an entry, and the `kind: Redis` whose shards may each have one instead.
fn sets(redis: &Redis) -> Option<(String, Option<String>)> {
    match (redis.workload.split_once('/'), redis.resource.split_once('/')) {
        (Some(("StatefulSet", name)), _) => Some((name.to_owned(), None)),
        (_, Some(("Redis", name))) => Some((format!("{name}-node"), Some(name.to_owned()))),
        _ => None,
    }
}

/// What is around an entry.
struct Around<'a> {
    /// Where paths start.
    root: &'a Path,
    /// The cluster that pods run in.
    cluster: &'a Where,
    /// The same, where somebody is at work on it.
    server: Option<&'a Cluster>,
    /// The namespace of the environment.
    namespace: &'a str,
    cx: &'a Context<'a>,
}

impl Around<'_> {
    fn tunnel(&self) -> Arc<dyn Tunnel> {
        let Where { kubeconfig, context } = self.cluster;
        let forward = PortForward::new(kubeconfig.as_deref(), context.as_deref(), Some(self.namespace));
        Arc::new(forward.beside(self.server))
    }

    fn home(&self, redis: &Redis) -> Option<Home> {
        let (set, of) = sets(redis)?;
        let (cluster, namespace) = (self.cluster.clone(), self.namespace.to_owned());
        Some(Home { cluster, namespace, set, redis: of, port: port_of(redis) })
    }

    fn reached(&self, redis: &Redis) -> Result<Reach, Diagnostics> {
        let access = access_of(&AccessArgs::default(), self.cx.environment)?;
        let mut access = self.authenticate(redis, access)?;
        let mode = redis.access.as_ref().map_or(Some(AccessMode::PortForward), |access| access.mode);
        let port = port_of(redis);
        if mode == Some(AccessMode::PortForward) {
            access.tunnel = Some(self.tunnel());
            return Ok(Reach { access, pods: Vec::new(), port: Some(port) });
        }
        let port = (mode != Some(AccessMode::Map)).then_some(port);
        if port.is_some() && redis.access.as_ref().is_some_and(|access| access.map.is_empty()) {
            return Ok(Reach { access, pods: Vec::new(), port });
        }
        let Reached { map, pods, .. } = reach(redis)?;
        access.map.append(map);
        Ok(Reach { access, pods, port })
    }
}

/// The port of nodes that say none.
const PORT: u16 = 6379;

/// What the objects of its overlay say of an entry: which nodes it has, and what their pods use to log in. Nothing where they cannot be rendered: then the entry has
/// to say it all.
fn of_overlay(name: &str, redis: &Redis, cx: &Context<'_>) -> Option<Database> {
    let word = format!("{}{name}", target::NAME_PREFIX);
    let options = Options { expand: Some(crate::topology::expand), ..Options::default() };
    let settings = RenderSettings { offline: false, restriction: LoadRestriction::RootOnly, options };
    let rendered = render(&word, &State::worktree(), &settings).ok()?;
    let options = nodes::Options { process: cx.environment, named: &Where::default(), asks_pods: false, server: None };
    let found = nodes::databases(&word, &rendered, &settings, &options).ok().flatten()?;
    found.list.into_iter().find(|one| one.is_named && one.wanted.name == redis.name.value)
}

/// What nobody has said about how nodes let in is what their pods use.
pub fn complete(access: &mut Access, pods: &nodes::Reached) {
    if access.password.is_none() {
        access.password.clone_from(&pods.access.password);
        access.user = access.user.take().or_else(|| pods.access.user.clone());
    }
    if access.tls.is_none() {
        access.tls.clone_from(&pods.access.tls);
    }
}

/// The one entry that is a cluster, or the one that is named.
fn pick<'e>(entries: &'e [Redis], environment: &str, entry: Option<&str>) -> Result<&'e Redis, Diagnostic> {
    let mode = |redis: &&Redis| redis.topology.as_ref().and_then(|t| t.mode);
    let mut clusters: Vec<&Redis> = entries.iter().filter(|it| mode(it) == Some(TopologyMode::Cluster)).collect();
    if clusters.is_empty() {
        // A `kind: Redis` says itself what it is: its nodes do, too.
        clusters = entries.iter().filter(|it| mode(it).is_none() && it.resource.starts_with("Redis/")).collect();
    }
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
    /// Whether the API server leads to them.
    is_forwarded: bool,
}

impl Reached {
    /// To every node of a database by the name that its certificate has.
    fn lead_to(&mut self, database: &Database) {
        let first = |spot: &nodes::Spot| Some((spot.node.clone(), spot.ways.as_ref().ok()?.first()?.clone()));
        let pods: Vec<(String, Address)> = database.reached.nodes.iter().filter_map(first).collect();
        if !pods.is_empty() {
            self.seeds = pods.iter().map(|(_, at)| at.clone()).collect();
            self.places.clone_from(&self.seeds);
            self.pods = pods;
        }
    }
}

fn reach(redis: &Redis) -> Result<Reached, Diagnostics> {
    let Some(access) = redis.access.as_ref().filter(|access| access.mode != Some(AccessMode::PortForward)) else {
        return through_server(redis);
    };
    let mapped = access.mode == Some(AccessMode::Map);
    if access.map.is_empty() {
        return Err(entry_error(redis, "names no address to ask", ACCESS).into());
    }
    read_map(&access.map, mapped)
}

fn port_of(redis: &Redis) -> u16 {
    let stated = redis.access.as_ref().and_then(|access| access.port);
    stated.and_then(|port| u16::try_from(port.value).ok()).unwrap_or(PORT)
}

/// The first pod tells of the others. Which layout a `kind: Redis` has is not said here: it is the first of one StatefulSet or of the first shard.
fn through_server(redis: &Redis) -> Result<Reached, Diagnostics> {
    let Some((set, of)) = sets(redis) else {
        let what = "is reached through the API server, and does not say which pods it has";
        return Err(entry_error(redis, what, "add `workload: StatefulSet/NAME`, or `resource: Redis/NAME`").into());
    };
    let firsts = [format!("{set}-0")].into_iter().chain(of.map(|name| format!("{name}-shard-0-0")));
    let pods: Vec<(String, Address)> = firsts.map(|pod| (pod.clone(), Address::new(pod, port_of(redis)))).collect();
    let seeds: Vec<Address> = pods.iter().map(|(_, at)| at.clone()).collect();
    // Where there are two, only one of them is there.
    let pods = if pods.len() == 1 { pods } else { Vec::new() };
    Ok(Reached { places: seeds.clone(), seeds, pods, is_forwarded: true, ..Reached::default() })
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

impl Around<'_> {
    /// Arguments of the command line win over the environment.
    fn authenticate(&self, redis: &Redis, mut access: Access) -> Result<Access, Diagnostics> {
        if let Some(auth) = redis.auth.as_ref().filter(|_| access.password.is_none()) {
            access.password = self.password(redis, auth)?;
            if access.user.is_none() && !auth.user.is_empty() {
                access.user = Some(auth.user.value.clone());
            }
        }
        let files = redis.access.as_ref().and_then(|access| access.tls.as_ref());
        if let Some(TlsFiles { ca, cert, key, .. }) = files.filter(|_| access.tls.is_none()) {
            let path = |text: &Text| (!text.is_empty()).then(|| below(self.root, text));
            let (ca, cert, key) = (path(ca), path(cert), path(key));
            access.tls = Some(certificates(ca.as_deref(), cert.as_deref(), key.as_deref())?);
        }
        Ok(access)
    }

    fn password(&self, redis: &Redis, auth: &Auth) -> Result<Option<Secret>, Diagnostics> {
        let Some(from) = &auth.password_from else { return Ok(None) };
        if !from.env.is_empty() {
            let name = &from.env;
            let message = format!("the variable `{}` is not set", name.value);
            return match (self.cx.environment.variable)(name).filter(|value| !value.is_empty()) {
                Some(value) => Ok(Some(Secret::new(value))),
                None => Err(Diagnostic::error("redisops::redis::password", message)
                    .label(name.pos, name.len(), "the password is expected there")
                    .help("set it, or name a file with `--password-file`")
                    .into()),
            };
        }
        if !from.file.is_empty() {
            return Ok(Some(password_of(&below(self.root, &from.file))?));
        }
        match from.secret.is_empty() {
            true => Ok(None),
            false => Ok(Some(self.of_secret(redis, &from.secret)?)),
        }
    }

    fn of_secret(&self, redis: &Redis, word: &Text) -> Result<Secret, Diagnostic> {
        let wrong = |what: &str, help: &str| entry_error(redis, what, help).label(word.pos, word.len(), "");
        let Some((name, key)) = word.split_once('/') else {
            return Err(wrong("names no key of a Secret", "write NAME/KEY"));
        };
        let Where { kubeconfig, context } = self.cluster;
        let values = SecretValues::new(kubeconfig.as_deref(), context.as_deref());
        match values.value(self.namespace, name, key) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(wrong(
                &format!("has its password in Secret `{name}` of the cluster, which has no text under the key `{key}`"),
                "name the key that the servers take their password from",
            )),
            Err(error) => {
                let what = format!("has its password in Secret `{name}` of the cluster, which cannot be read: {error}");
                let role = role_for([&error])
                    .map(|role| format!("these rights would do; bind them to the user of the context:\n\n{role}"));
                Err(wrong(&what, "set `REDISCLI_AUTH`, or name a file with `--password-file`").help_if(role))
            }
        }
    }
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
