//! From an entry of an environment to where its nodes are asked, and as whom.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::cli::live::Where;
use crate::cli::settings::Environment as Process;
use crate::cli::slots::{certificates, password_of};
use crate::diagnostics::{Diagnostic, Diagnostics, Pos};
use crate::drift::CompareError;
use crate::drift::nodes::{Credentials, Wanted};
use crate::environment::{self, AccessMode, Auth, Place};
use crate::kustomize::decode::{Pairs, Text};
use crate::live::kubernetes::{Cluster, PodPasswords, PortForward, SecretValues, ServerError, role_for};
use crate::live::redis::{Access, AddressMap, Former, Tls, Tunnel};
use crate::secrets::Secret;
use crate::slots::Address;

/// How long a node may take to let us in, and to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// The same through an API server, which has to ask a node of its own first.
const PATIENCE_THROUGH_SERVER: Duration = Duration::from_secs(8);
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
    /// Whether it is a Service, and what is behind it is the matter of an operator.
    pub is_service: bool,
    /// Whether nodes that only others know are asked, too: where no object says which nodes there are.
    pub discovers: bool,
    /// The namespace of the pods that the API server leads to; none where it does not.
    pub forwarded: Option<String>,
    /// The pods that the nodes are or stand for, where nodes are reached another way and the cluster is asked all the same: which machines they run on.
    pub pods: Option<Arc<dyn Tunnel>>,
}

/// What is at hand to reach nodes.
pub struct Means<'m> {
    /// Where the environment stands; none without one.
    pub place: Option<&'m Place>,
    /// The namespace of objects that have none.
    pub namespace: &'m str,
    /// Variables of the process.
    pub process: &'m Process,
    /// The value of a key of a Secret in Git.
    pub secret: &'m dyn Fn(&str, &str) -> Option<Secret>,
    /// What the pods themselves use.
    pub credentials: &'m Credentials,
    /// The cluster.
    pub cluster: &'m Where,
    /// Whether it is asked about pods that are not reached through it, too.
    pub asks_pods: bool,
    /// Its Secrets.
    pub values: &'m SecretValues,
    /// The same, where it is about to be changed.
    pub server: Option<&'m Cluster>,
}

/// Where the nodes of an entry are asked; without an entry, through the API server.
///
/// # Errors
/// When the entry says nothing of use, or a file, a variable or a Secret that it names is not there.
pub fn reach(entry: Option<&environment::Redis>, wanted: &Wanted, means: &Means<'_>) -> Result<Reached, Diagnostics> {
    let mut found = Diagnostics::new();
    let stated = entry.and_then(|entry| entry.access.as_ref());
    let mode = stated.and_then(|access| access.mode).unwrap_or(match stated {
        Some(access) if !access.map.is_empty() => AccessMode::Map,
        Some(_) => AccessMode::Direct,
        None => AccessMode::PortForward,
    });
    let empty = Pairs::default();
    let map = stated.map_or(&empty, |access| &access.map);
    let port = stated.and_then(|access| access.port).and_then(|port| u16::try_from(port.value).ok());
    let namespace = if wanted.namespace.is_empty() { means.namespace } else { &wanted.namespace };
    let is_forwarded = mode == AccessMode::PortForward;
    let is_of_addresses = stated.is_some_and(environment::Access::is_of_addresses);
    let speaks_tls = wanted.service.as_ref().map(|database| database.has_tls);
    let login = Login { entry, namespace, is_forwarded, speaks_tls, means };
    let mut access = found.take(login.access()).unwrap_or_default();
    access.map = announced(map);
    let Where { kubeconfig, context } = means.cluster;
    let through = || {
        let forward = PortForward::new(kubeconfig.as_deref(), context.as_deref(), Some(namespace));
        Arc::new(forward.beside(means.server))
    };
    let has_pods = wanted.nodes.iter().any(|node| node.pod.parse::<Address>().is_err()) && wanted.service.is_none();
    let pods = (means.asks_pods && !is_forwarded && has_pods).then(|| through() as Arc<dyn Tunnel>);
    // Where nothing of the cluster is asked, nothing is asked of it for that either.
    let set = wanted.nodes.first().filter(|_| is_forwarded || means.server.is_some());
    access.former = set.and_then(|node| node.pod.rsplit_once('-')).map(|(set, _)| {
        let of_pods = PodPasswords::new(kubeconfig.as_deref(), context.as_deref(), namespace, set);
        Arc::new(of_pods) as Arc<dyn Former>
    });
    if is_forwarded {
        access.tunnel = Some(through());
        access.connect_timeout = PATIENCE_THROUGH_SERVER;
    }
    let spot = |pod: &str, service: Option<&str>, port: u16, mode: AccessMode, map: &Pairs, has_tls: bool| {
        let name = match service {
            None if wanted.service.is_some() => Some(format!("{pod}.{namespace}.svc")),
            service => service.map(|service| format!("{pod}.{service}.{namespace}.svc")),
        };
        spot(pod, name, port, mode, map, Kind { has_tls, is_service: wanted.service.is_some() })
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
        let own = entry.and_then(|entry| entry.sentinel.as_ref()).and_then(|sentinel| sentinel.access.as_ref());
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
        let message = format!("nothing says which nodes `{}` has", wanted.name);
        found.push(
            Diagnostic::error("redisops::nodes::no_nodes", message)
            .label(entry.map_or(Pos::NONE, |entry| entry.pos), 1, "this entry")
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
        is_service: wanted.service.is_some(),
        discovers: !is_forwarded
            && entry.is_some_and(|entry| entry.workload.is_empty() && entry.resource.is_empty() || is_of_addresses),
        forwarded: is_forwarded.then(|| namespace.to_owned()),
        pods,
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

/// What is special about a node.
struct Kind {
    has_tls: bool,
    is_service: bool,
}

fn spot(pod: &str, name: Option<String>, port: u16, mode: AccessMode, map: &Pairs, kind: Kind) -> Spot {
    let Kind { has_tls, is_service } = kind;
    // A Service is one place, by whatever name of it.
    let only = || map.0.first().filter(|_| is_service && map.0.len() == 1).map(|(_, place)| place);
    let mapped = look_up(map, pod).or_else(only).map(|place| place_of(place, port));
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
        (AccessMode::PortForward, _) => {
            // The API server leads to a pod whatever it is called; certificates are made out to names.
            let named = name.filter(|_| has_tls || is_service);
            let full = named.as_ref().map(|name| Address::new(format!("{name}.cluster.local"), port));
            let mut ways: Vec<Address> = named.into_iter().map(|name| Address::new(name, port)).chain(full).collect();
            if ways.is_empty() {
                ways.push(Address::new(pod, port));
            }
            Ok(ways)
        }
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

/// As whom the nodes of an entry are asked.
struct Login<'l> {
    entry: Option<&'l environment::Redis>,
    namespace: &'l str,
    /// Whether the cluster may be asked for what the pods themselves use.
    is_forwarded: bool,
    /// Whether it speaks TLS, where an object of Git says that.
    speaks_tls: Option<bool>,
    means: &'l Means<'l>,
}

impl Login<'_> {
    fn access(&self) -> Result<Access, Diagnostics> {
        let mut found = Diagnostics::new();
        let auth = self.entry.and_then(|entry| entry.auth.as_ref());
        let stated = auth.and_then(|auth| found.take(self.stated(auth)).flatten());
        let user = auth.map(|auth| auth.user.value.to_string()).filter(|user| !user.is_empty());
        let tls = found.take(self.tls()).flatten();
        if found.has_errors() {
            return Err(found);
        }
        let by_variable = || (self.means.process.variable)(PASSWORD).filter(|value| !value.is_empty()).map(Secret::new);
        let password = stated.or_else(by_variable).or_else(|| self.of_pods());
        Ok(Access {
            user: user.filter(|_| password.is_some()),
            password,
            tls,
            connect_timeout: PATIENCE,
            ..Access::default()
        })
    }

    /// The password that the pods get; whether it can be had is told by the nodes.
    fn of_pods(&self) -> Option<Secret> {
        let (name, key) = self.means.credentials.password.as_ref().filter(|_| self.is_forwarded)?;
        let own = (self.means.secret)(name, key);
        own.or_else(|| self.means.values.value(self.namespace, name, key).ok().flatten())
    }

    fn tls(&self) -> Result<Option<Tls>, Diagnostics> {
        let files = self.entry.and_then(|entry| entry.access.as_ref()).and_then(|access| access.tls.as_ref());
        if self.speaks_tls == Some(false) {
            return Ok(None);
        }
        let Some(files) = files else {
            return Ok(self.tls_of_pods().or_else(|| self.speaks_tls.map(|_| Tls::default())));
        };
        let path = |text: &Text| (!text.is_empty()).then(|| self.below(text));
        let (ca, cert, key) = (path(&files.ca), path(&files.cert), path(&files.key));
        certificates(ca.as_deref(), cert.as_deref(), key.as_deref()).map(Some)
    }

    /// The certificates of the pods themselves: they show them to each other.
    fn tls_of_pods(&self) -> Option<Tls> {
        let name = self.means.credentials.tls.as_ref().filter(|_| self.is_forwarded)?;
        let value = |key: &str| {
            let own = (self.means.secret)(name, key);
            own.or_else(|| self.means.values.value(self.namespace, name, key).ok().flatten())
        };
        let bytes = |key: &str| value(key).map(|text| text.expose().as_bytes().to_vec());
        Some(Tls { ca: bytes("ca.crt"), cert: bytes("tls.crt"), key: value("tls.key") })
    }

    fn stated(&self, auth: &Auth) -> Result<Option<Secret>, Diagnostic> {
        let Some(from) = &auth.password_from else { return Ok(None) };
        if !from.env.is_empty() {
            let name = &from.env;
            let value = (self.means.process.variable)(name).filter(|value| !value.is_empty());
            return value.map(|value| Some(Secret::new(value))).ok_or_else(|| {
                Diagnostic::error("redisops::redis::password", format!("the variable `{}` is not set", name.value))
                    .label(name.pos, name.len(), "the password is expected there")
                    .help("set it before the command runs")
            });
        }
        if !from.file.is_empty() {
            return password_of(&self.below(&from.file)).map(Some);
        }
        if from.secret.is_empty() {
            return Ok(None);
        }
        self.of_secret(&from.secret).map(Some)
    }

    fn of_secret(&self, word: &Text) -> Result<Secret, Diagnostic> {
        let wrong =
            |message: String| Diagnostic::error("redisops::redis::password", message).label(word.pos, word.len(), "");
        let Some((name, key)) = word.split_once('/') else {
            return Err(wrong(format!("`{}` names no key of a Secret", word.value)).help("write NAME/KEY"));
        };
        if let Some(value) = (self.means.secret)(name, key) {
            return Ok(value);
        }
        let of = self.entry.map_or("", |entry| entry.name.value.as_str());
        let stands = format!("the password of `{of}` stands in Secret `{name}` of the cluster");
        match self.means.values.value(self.namespace, name, key) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(wrong(format!("{stands}, which has no text under the key `{key}`"))
                .help("name the key that the servers take their password from")),
            Err(error) => Err(unread(wrong(format!("{stands}, which cannot be read: {error}")), &error)),
        }
    }

    /// Paths start at the root of the repository, as everywhere in environments.
    fn below(&self, text: &Text) -> PathBuf {
        self.means.place.map_or_else(PathBuf::new, |place| place.root.clone()).join(Path::new(&*text.value))
    }
}

/// What to do about a Secret that cannot be read.
fn unread(found: Diagnostic, error: &ServerError) -> Diagnostic {
    match role_for([error]) {
        Some(role) => found
            .note(format!("the user may not {} {}", error.verb, error.resource))
            .help(format!("these rights would do; bind them to the user of the context:\n\n{role}")),
        None => found.help(
            "name a variable or a file instead (`passwordFrom: {env: NAME}`), or set `REDISCLI_AUTH` and leave `passwordFrom` out",
        ),
    }
}
