//! Ports of pods, reached through the API server as `kubectl port-forward` does; over a stream of this process, so that no port of this machine opens.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use k8s_openapi::api::core::v1::{Node, Pod};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::ListParams;
use kube::{Api, Client};
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore};

use crate::live::redis::{About, Opened, Trouble, Tunnel};
use crate::slots::Address;

use super::cluster::Cluster;
use super::connect::{chain, way};
use super::error::{ServerError, Subject};
use super::role::PORT_FORWARD;

/// Ways that are opened at a time: each is a connection of its own.
const AT_A_TIME: usize = 16;
/// How often a way is tried while the server has too much to do.
const TRIES: u32 = 4;
/// Objects in one answer.
const PAGE: u32 = 500;
/// The label of machines that tells their zone.
const ZONE: &str = "topology.kubernetes.io/zone";
/// The label of machines that are not for everybody's pods.
const CONTROL_PLANE: &str = "node-role.kubernetes.io/control-plane";

/// The pods of a namespace, by their ports.
pub struct PortForward {
    kubeconfig: Option<PathBuf>,
    context: Option<String>,
    namespace: Option<String>,
    /// A client belongs to the runtime in which it was made.
    link: Mutex<Option<(tokio::runtime::Id, Link)>>,
    gate: Semaphore,
    /// The server, where somebody is at work on it: it may be waited for.
    server: Option<Cluster>,
}

impl fmt::Debug for PortForward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortForward").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Link {
    client: Client,
    namespace: String,
    /// What is known of pods, once that was asked.
    pods: Option<Arc<Pods>>,
}

/// The pods of a namespace, and where there could be more.
#[derive(Clone, Debug, Default)]
struct Pods {
    by_name: BTreeMap<String, Seen>,
    /// Zones of machines that take pods.
    zones: BTreeSet<String>,
}

/// A pod as the API server sees it.
#[derive(Clone, Debug, Default)]
struct Seen {
    addresses: Vec<String>,
    zone: Option<String>,
}

/// A port of a pod.
struct Pointed {
    pod: String,
    namespace: String,
    port: u16,
}

impl Pointed {
    fn new(pod: &str, namespace: &str, port: u16) -> Pointed {
        Pointed { pod: pod.to_owned(), namespace: namespace.to_owned(), port }
    }
}

impl PortForward {
    /// Through the cluster of a kubeconfig and a context, to the pods of a namespace; where none is named, of that of the context. Connects when it is used.
    pub fn new(kubeconfig: Option<&Path>, context: Option<&str>, namespace: Option<&str>) -> PortForward {
        PortForward {
            kubeconfig: kubeconfig.map(Path::to_owned),
            context: context.map(str::to_owned),
            namespace: namespace.filter(|it| !it.is_empty()).map(str::to_owned),
            link: Mutex::new(None),
            gate: Semaphore::new(AT_A_TIME),
            server: None,
        }
    }

    /// The same, which waits for a server that is away as long as those do who are at work on it.
    #[must_use]
    pub fn beside(mut self, server: Option<&Cluster>) -> PortForward {
        self.server = server.cloned();
        self
    }

    async fn link(&self) -> Result<Link, ServerError> {
        let runtime = tokio::runtime::Handle::current().id();
        let mut kept = self.link.lock().await;
        if let Some((id, link)) = &*kept
            && *id == runtime
        {
            return Ok(link.clone());
        }
        let found = way(self.kubeconfig.as_deref(), self.context.as_deref()).await;
        let way = found.map_err(|found| self.subject("create", PORT_FORWARD).unreachable(found.message))?;
        let namespace = self.namespace.clone().unwrap_or(way.namespace);
        let link = Link { client: way.client, namespace, pods: None };
        *kept = Some((runtime, link.clone()));
        Ok(link)
    }

    fn subject(&self, verb: &'static str, resource: &str) -> Subject {
        Subject { verb, resource: resource.to_owned(), namespace: self.namespace.clone() }
    }

    async fn forward(&self, place: &Address) -> Result<Opened, ServerError> {
        let link = self.link().await?;
        let Pointed { pod, namespace, port } = self.pod_of(&link, place).await?;
        let subject = Subject { verb: "create", resource: PORT_FORWARD.to_owned(), namespace: Some(namespace.clone()) };
        let pods: Api<Pod> = Api::namespaced(link.client, &namespace);
        let _permit = self.gate.acquire().await.ok();
        let mut tried = 0;
        let mut forward = loop {
            let error = match pods.portforward(&pod, &[port]).await {
                Ok(forward) => break forward,
                Err(error) => read(&subject, &error),
            };
            tried += 1;
            if tried >= TRIES || ![429, 503].contains(&error.status) {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(100) * 2_u32.pow(tried)).await;
        };
        let nothing = || subject.unreachable(format!("the way to port {port} of pod {pod} was closed"));
        let complaint = forward.take_error(port).ok_or_else(nothing)?;
        let stream = forward.take_stream(port).ok_or_else(nothing)?;
        Ok(Opened { stream: Box::new(stream), complaint: complaint.boxed() })
    }

    /// The pod that a name or an address belongs to, and its port.
    async fn pod_of(&self, link: &Link, place: &Address) -> Result<Pointed, ServerError> {
        let (host, port) = (place.host.as_str(), place.port);
        if host.parse::<IpAddr>().is_err() {
            let labels: Vec<&str> = host.split('.').collect();
            return match labels[..] {
                [service, namespace, "svc", ..] => self.behind(link, service, namespace, port).await,
                [pod, _, namespace, "svc", ..] => Ok(Pointed::new(pod, namespace, port)),
                _ => Ok(Pointed::new(labels[0], &link.namespace, port)),
            };
        }
        let pods = self.pods(link).await?;
        let found = pods.by_name.iter().find(|(_, seen)| seen.addresses.iter().any(|it| it == host));
        let message = || format!("no pod in namespace {} has the address {host}", link.namespace);
        found.map(|(pod, _)| Pointed::new(pod, &link.namespace, port)).ok_or_else(|| self.not_found("pods", message()))
    }

    /// A pod behind a Service, with the port that it leads to.
    async fn behind(&self, link: &Link, service: &str, namespace: &str, port: u16) -> Result<Pointed, ServerError> {
        let subject = Subject {
            namespace: Some(namespace.to_owned()),
            ..self.subject("list", "endpointslices.discovery.k8s.io")
        };
        let api: Api<EndpointSlice> = Api::namespaced(link.client.clone(), namespace);
        let own = ListParams::default().labels(&format!("kubernetes.io/service-name={service}"));
        let slices = api.list(&own).await.map_err(|error| read(&subject, &error))?.items;
        for slice in slices {
            let pod = slice.endpoints.iter().flatten().find_map(|endpoint| {
                let is_ready = endpoint.conditions.as_ref().and_then(|it| it.ready).unwrap_or(true);
                endpoint.target_ref.as_ref().filter(|_| is_ready)?.name.clone()
            });
            let ports: Vec<u16> = slice.ports.iter().flatten().filter_map(|it| u16::try_from(it.port?).ok()).collect();
            let port = if ports.contains(&port) { port } else { ports.first().copied().unwrap_or(port) };
            if let Some(pod) = pod {
                return Ok(Pointed::new(&pod, namespace, port));
            }
        }
        Err(self.not_found(
            "endpointslices.discovery.k8s.io",
            format!("no pod is behind Service {service} in namespace {namespace}"),
        ))
    }

    fn not_found(&self, resource: &str, message: String) -> ServerError {
        ServerError { code: "notFound".to_owned(), status: 404, ..self.subject("list", resource).unreachable(message) }
    }

    /// Addresses and zones of pods; asked once.
    async fn pods(&self, link: &Link) -> Result<Arc<Pods>, ServerError> {
        let mut kept = self.link.lock().await;
        if let Some((_, Link { pods: Some(pods), .. })) = &*kept {
            return Ok(Arc::clone(pods));
        }
        let subject = Subject { namespace: Some(link.namespace.clone()), ..self.subject("list", "pods") };
        let api: Api<Pod> = Api::namespaced(link.client.clone(), &link.namespace);
        let mut page = ListParams::default().limit(PAGE);
        let mut pods: Vec<Pod> = Vec::new();
        loop {
            let list = api.list(&page).await.map_err(|error| read(&subject, &error))?;
            pods.extend(list.items);
            match list.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => page = page.continue_token(&token),
                None => break,
            }
        }
        // Who may not look at nodes learns nothing of zones.
        let nodes = Api::<Node>::all(link.client.clone()).list_metadata(&ListParams::default()).await;
        let mut all = BTreeSet::new();
        let mut zones: BTreeMap<String, String> = BTreeMap::new();
        for node in nodes.map(|list| list.items).unwrap_or_default() {
            let mut labels = node.metadata.labels.unwrap_or_default();
            let Some((name, zone)) = node.metadata.name.zip(labels.remove(ZONE)) else { continue };
            if !labels.contains_key(CONTROL_PLANE) {
                all.insert(zone.clone());
            }
            zones.insert(name, zone);
        }
        let seen = |pod: Pod| {
            let status = pod.status.unwrap_or_default();
            let all = status.pod_ips.unwrap_or_default().into_iter().map(|it| it.ip).chain(status.pod_ip);
            let node = pod.spec.and_then(|spec| spec.node_name).unwrap_or_default();
            Some((pod.metadata.name?, Seen { addresses: all.collect(), zone: zones.get(&node).cloned() }))
        };
        let pods = Arc::new(Pods { by_name: pods.into_iter().filter_map(seen).collect(), zones: all });
        if let Some((_, link)) = &mut *kept {
            link.pods = Some(Arc::clone(&pods));
        }
        Ok(pods)
    }
}

impl Tunnel for PortForward {
    fn open<'t>(&'t self, place: &'t Address, patience: Duration) -> BoxFuture<'t, Result<Opened, Trouble>> {
        async move {
            loop {
                let trouble = match tokio::time::timeout(patience, self.forward(place)).await {
                    Ok(Ok(opened)) => return Ok(opened),
                    Ok(Err(error)) => Trouble::NotForwarded(Box::new(error)),
                    Err(_) => Trouble::TimedOut,
                };
                let may_pass = match &trouble {
                    Trouble::NotForwarded(error) => error.is_lost(),
                    _ => true,
                };
                let returns = async {
                    match &self.server {
                        Some(server) if may_pass => server.returns().await,
                        _ => false,
                    }
                };
                if !returns.await {
                    return Err(trouble);
                }
            }
        }
        .boxed()
    }

    fn about<'t>(&'t self, place: &'t Address) -> BoxFuture<'t, About> {
        async move {
            let Ok(link) = self.link().await else { return About::default() };
            let Ok(Pointed { pod, namespace, .. }) = self.pod_of(&link, place).await else { return About::default() };
            if namespace != link.namespace {
                return About::default();
            }
            let Ok(pods) = self.pods(&link).await else { return About::default() };
            let Some(seen) = pods.by_name.get(&pod) else { return About::default() };
            let name = |ip: &String| Address::new(ip.as_str(), place.port).to_string();
            About {
                names: seen.addresses.iter().map(name).collect(),
                zone: seen.zone.clone(),
                zones: pods.zones.iter().cloned().collect(),
            }
        }
        .boxed()
    }
}

/// An error of the client library.
pub(super) fn read(subject: &Subject, error: &kube::Error) -> ServerError {
    match error {
        kube::Error::Api(status) => {
            let body = serde_json::to_vec(status).unwrap_or_default();
            subject.refused(status.code, &body)
        }
        kube::Error::UpgradeConnection(kube::client::UpgradeConnectionError::ProtocolSwitch(status)) => {
            let body = Value::from(status.canonical_reason().unwrap_or("")).to_string();
            subject.refused(status.as_u16(), body.as_bytes())
        }
        other => subject.unreachable(chain(other)),
    }
}
