//! From an entry of an environment to where its nodes are asked, and as whom.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::settings::Environment as Process;
use crate::cli::slots::{certificates, password_of};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::drift::CompareError;
use crate::drift::nodes::Wanted;
use crate::environment::{self, AccessMode, Auth, Place};
use crate::kustomize::decode::{Pairs, Text};
use crate::live::redis::{Access, AddressMap};
use crate::secrets::Secret;
use crate::slots::Address;

/// How long a node may take to let us in, and to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// The port of nodes that say none.
const PORT: u16 = 6379;
/// The port of sentinels that say none.
const SENTINEL_PORT: u16 = 26379;
/// The variable with the password, as redis-cli has it.
const PASSWORD: &str = "REDISCLI_AUTH";

/// One node or sentinel, and where it is asked.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The pod, or the key of the address map.
    pub node: String,
    /// Addresses to try, the best first; or why there is none.
    pub ways: Result<Vec<Address>, CompareError>,
    /// Further names of it.
    pub names: Vec<String>,
}

/// Where the nodes of a database are asked, and as whom.
#[derive(Clone, Debug)]
pub struct Reached {
    /// As whom, with which certificates.
    pub access: Access,
    /// The nodes, in the order in which Git wants them.
    pub nodes: Vec<Spot>,
    /// The sentinels.
    pub sentinels: Vec<Spot>,
    /// Whether an address map leads there.
    pub is_mapped: bool,
    /// Whether nodes that only others know are asked, too: where no object says which nodes there are.
    pub discovers: bool,
}

/// What is at hand to reach nodes.
pub struct Means<'m> {
    /// Where the environment stands.
    pub place: &'m Place,
    /// The namespace of objects that have none.
    pub namespace: &'m str,
    /// Variables of the process.
    pub process: &'m Process,
    /// The value of a key of a Secret.
    pub secret: &'m dyn Fn(&str, &str) -> Option<Secret>,
}

/// Where the nodes of an entry are asked.
///
/// # Errors
/// When the entry says nothing of use, or a file or variable that it names is not there.
pub fn reach(entry: &environment::Redis, wanted: &Wanted, means: &Means<'_>) -> Result<Reached, Diagnostics> {
    let mut found = Diagnostics::new();
    let stated = entry.access.as_ref();
    let mode = stated.and_then(|access| access.mode).unwrap_or(match stated {
        Some(access) if !access.map.is_empty() => AccessMode::Map,
        Some(_) => AccessMode::Direct,
        None => AccessMode::PortForward,
    });
    let empty = Pairs::default();
    let map = stated.map_or(&empty, |access| &access.map);
    let port = stated.and_then(|access| access.port).and_then(|port| u16::try_from(port.value).ok());
    let namespace = if wanted.namespace.is_empty() { means.namespace } else { &wanted.namespace };
    let mut access = found.take(authenticate(entry, means)).unwrap_or_default();
    access.map = announced(map);
    let spot = |pod: &str, service: Option<&str>, port: u16, mode: AccessMode, map: &Pairs, has_tls: bool| {
        let name = service.map(|service| format!("{pod}.{service}.{namespace}.svc"));
        spot(pod, name, port, mode, map, has_tls)
    };
    let has_tls = access.tls.is_some();
    let nodes: Vec<Spot> = wanted
        .nodes
        .iter()
        .map(|node| {
            let port = port.or(node.port).unwrap_or(PORT);
            spot(&node.pod, node.service.as_deref(), port, mode, map, has_tls)
        })
        .collect();
    let sentinels = wanted.sentinels.as_ref().map_or_else(Vec::new, |sentinels| {
        let own = entry.sentinel.as_ref().and_then(|sentinel| sentinel.access.as_ref());
        let own_mode = own.and_then(|access| access.mode).unwrap_or(match own {
            Some(access) if !access.map.is_empty() => AccessMode::Map,
            _ => mode,
        });
        let own_map = own.map_or(&empty, |access| &access.map);
        let own_port = own.and_then(|access| access.port).and_then(|port| u16::try_from(port.value).ok());
        let at = |pod: &str, service: Option<&str>, port: u16| {
            spot(pod, service, own_port.unwrap_or(port), own_mode, own_map, has_tls)
        };
        if own.is_none() && own_mode == AccessMode::Map {
            // Nothing says where they are reached.
            return Vec::new();
        }
        let is_listed = own_mode == AccessMode::Map && !own_map.is_empty();
        let knows = |pod: &str| look_up(own_map, pod).is_some();
        match is_listed && !sentinels.nodes.iter().all(|node| knows(&node.pod)) || sentinels.nodes.is_empty() {
            true => own_map.0.iter().map(|(key, _)| at(&key.value, None, SENTINEL_PORT)).collect(),
            false => sentinels.nodes.iter().map(|node| at(&node.pod, node.service.as_deref(), node.port)).collect(),
        }
    });
    if nodes.is_empty() && sentinels.is_empty() {
        found.push(
            Diagnostic::error(
                "redisops::nodes::no_nodes",
                format!("nothing says which nodes `{}` has", wanted.name),
            )
            .label(entry.pos, 1, "this entry")
            .help("name its StatefulSet (`workload: StatefulSet/NAME`), or list its nodes in `access: {mode: map, map: {NODE: \"HOST:PORT\"}}`"),
        );
    }
    if found.has_errors() {
        return Err(found);
    }
    Ok(Reached {
        access,
        nodes,
        sentinels,
        is_mapped: mode == AccessMode::Map,
        discovers: entry.workload.is_empty() && entry.resource.is_empty() && mode != AccessMode::PortForward,
    })
}

/// Announced addresses that a map leads from.
fn announced(map: &Pairs) -> AddressMap {
    let mut rules = AddressMap::default();
    for (key, place) in &map.0 {
        if let (Ok(from), Ok(to)) = (key.value.parse::<Address>(), place.value.parse::<Address>()) {
            rules.learn(&from, &to);
        }
    }
    rules
}

fn spot(pod: &str, name: Option<String>, port: u16, mode: AccessMode, map: &Pairs, has_tls: bool) -> Spot {
    let mapped = look_up(map, pod).map(|place| place_of(place, port));
    let mut names: Vec<String> = name.iter().map(|name| format!("{name}:{port}")).collect();
    // The address that a node of a cluster announces.
    names.extend(pod.parse::<Address>().map(|announced| announced.to_string()));
    let ways = match (mode, mapped) {
        (AccessMode::Map | AccessMode::Direct, Some(Ok(place))) => {
            // What a certificate of this place is made out to is not known.
            Ok(vec![place])
        }
        (_, Some(Err(text))) => Err(no_address(format!("the map leads `{pod}` to `{text}`, which is no address"))),
        (AccessMode::Map, None) => Err(no_address(format!("the map has no address for `{pod}`"))),
        (AccessMode::Direct, None) => {
            let host = name.unwrap_or_else(|| pod.to_owned());
            let mut ways = vec![Address::new(host.clone(), port)];
            if has_tls && host.ends_with(".svc") {
                ways.push(Address::new(format!("{host}.cluster.local"), port));
            }
            Ok(ways)
        }
        (AccessMode::PortForward, _) => Err(no_address(
            "it is reached through the API server, which this version does not do: forward the port yourself (`kubectl port-forward`) and list it with `mode: map`".to_owned(),
        )),
    };
    Spot { node: pod.to_owned(), ways, names }
}

/// Where a map leads a pod: by its name, by a name of it that begins so, with or without a port.
fn look_up<'m>(map: &'m Pairs, pod: &str) -> Option<&'m Text> {
    let is = |key: &str| {
        let host = key.rsplit_once(':').map_or(key, |(host, _)| host);
        key == pod || host == pod || host.split('.').next() == Some(pod)
    };
    map.get(pod).or_else(|| map.0.iter().find(|(key, _)| is(&key.value)).map(|(_, place)| place))
}

/// An address, or a host on whose usual port the node listens.
fn place_of(text: &Text, port: u16) -> Result<Address, String> {
    let parsed = text.value.parse::<Address>();
    let is_host = || !text.value.is_empty() && !text.value.contains([':', '/', ' ', '[', ',']);
    parsed.or_else(|_| if is_host() { Ok(Address::new(text.value.as_str(), port)) } else { Err(text.value.clone()) })
}

fn no_address(message: String) -> CompareError {
    CompareError { code: "no_address".to_owned(), message, verb: None, resource: None }
}

fn authenticate(entry: &environment::Redis, means: &Means<'_>) -> Result<Access, Diagnostics> {
    let mut found = Diagnostics::new();
    let auth = entry.auth.as_ref();
    let stated = auth.map(|auth| password(entry, auth, means));
    let password = match stated {
        Some(result) => found.take(result).flatten(),
        None => None,
    };
    let by_variable = || (means.process.variable)(PASSWORD).filter(|value| !value.is_empty()).map(Secret::new);
    let user = auth.map(|auth| auth.user.value.to_string()).filter(|user| !user.is_empty());
    let files = entry.access.as_ref().and_then(|access| access.tls.as_ref());
    let tls = files.and_then(|files| {
        let path = |text: &Text| (!text.is_empty()).then(|| below(means.place, text));
        let (ca, cert, key) = (path(&files.ca), path(&files.cert), path(&files.key));
        found.take(certificates(ca.as_deref(), cert.as_deref(), key.as_deref()))
    });
    if found.has_errors() {
        return Err(found);
    }
    let password = password.or_else(by_variable);
    Ok(Access {
        user: user.filter(|_| password.is_some()),
        password,
        tls,
        connect_timeout: PATIENCE,
        ..Access::default()
    })
}

fn password(entry: &environment::Redis, auth: &Auth, means: &Means<'_>) -> Result<Option<Secret>, Diagnostic> {
    let Some(from) = &auth.password_from else { return Ok(None) };
    if !from.env.is_empty() {
        let name = &from.env;
        let value = (means.process.variable)(name).filter(|value| !value.is_empty());
        return value.map(|value| Some(Secret::new(value))).ok_or_else(|| {
            Diagnostic::error("redisops::redis::password", format!("the variable `{}` is not set", name.value))
                .label(name.pos, name.len(), "the password is expected there")
                .help("set it before the command runs")
        });
    }
    if !from.file.is_empty() {
        return password_of(&below(means.place, &from.file)).map(Some);
    }
    if from.secret.is_empty() {
        return Ok(None);
    }
    let word = &from.secret;
    let Some((name, key)) = word.split_once('/') else {
        return Err(Diagnostic::error(
            "redisops::redis::password",
            format!("`{}` names no key of a Secret", word.value),
        )
        .label(word.pos, word.len(), "")
        .help("write NAME/KEY"));
    };
    (means.secret)(name, key).map(Some).ok_or_else(|| {
        let message =
            format!("the password of `{}` stands in Secret `{name}`, whose key `{key}` cannot be read here", entry.name.value);
        Diagnostic::error("redisops::redis::password", message)
            .label(word.pos, word.len(), "")
            .help("name a variable or a file instead (`passwordFrom: {env: NAME}`), or set `REDISCLI_AUTH` and leave `passwordFrom` out")
    })
}

/// Paths start at the root of the repository, as everywhere in environments.
fn below(place: &Place, text: &Text) -> PathBuf {
    place.root.join(Path::new(&*text.value))
}
