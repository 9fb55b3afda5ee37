//! A cluster that is connected to.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::response::Parts;
use kube::Client;
use kube::client::Body;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::diagnostics::Diagnostic;

use super::cache::{Cache, Kept};
use super::connect::{chain, unreachable, way};
use super::error::{ServerError, Subject};
use super::kinds::{Kinds, items};
use super::outage::Outage;

/// The text of an answer.
type Bytes = Vec<u8>;

/// Requests at a time: enough to hide the way to the server, few enough for its fair shares.
const AT_A_TIME: usize = 32;
/// Requests at a time where the server has too much to do.
const AT_LEAST: usize = 2;
/// Longest time for which a server may send a request away for having too much to do.
const STORM: Duration = Duration::from_secs(120);
/// How often a request is tried.
const TRIES: u32 = 6;
/// Longest time for one answer.
const ANSWER: Duration = Duration::from_secs(30);
/// Longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// All kinds, as servers since 1.27 say it, and as older ones do.
const DISCOVERY: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// An API server that has answered. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    server: String,
    namespace: String,
    context: Option<String>,
    kinds: Arc<Kinds>,
    gate: Arc<Semaphore>,
    /// Requests at a time that a server which has too much to do is spared.
    spare: Arc<AtomicUsize>,
    /// The server is gone: what was tried long enough once is not tried again for each object.
    lost: Arc<AtomicBool>,
    /// What earlier runs have kept of what it serves.
    cache: Cache,
    /// Whether the server is away now, and how long it is waited for.
    pub(super) outage: Arc<Outage>,
    /// Whether requests wait until it is back.
    pub(super) is_patient: bool,
}

/// What a list has found.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The objects, each with its `apiVersion` and `kind`.
    pub items: Vec<Value>,
}

/// A request before it is sent.
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) accept: &'static str,
    pub(super) body: Option<(&'static str, Vec<u8>)>,
    /// The tag of an answer that is known: the server says only whether it is still so.
    pub(super) known: Option<String>,
}

impl Request {
    pub(super) fn get(path: String) -> Request {
        Request { method: "GET", path, accept: "application/json", body: None, known: None }
    }
}

enum Failure {
    /// Of no use to try again.
    Final(ServerError),
    /// May go well another time; the wait that the server asks for.
    Passing(ServerError, Option<Duration>),
}

impl Cluster {
    /// Connects, by a kubeconfig and a context where they are named, and asks what the server serves.
    ///
    /// # Errors
    /// When there is no kubeconfig or no such context, the server cannot be reached, or does not let the user in.
    pub async fn connect(kubeconfig: Option<&Path>, context: Option<&str>) -> Result<Cluster, Diagnostic> {
        let way = way(kubeconfig, context).await?;
        let mut cluster = Cluster {
            client: way.client,
            server: way.server,
            namespace: way.namespace,
            context: way.context,
            kinds: Arc::new(Kinds::default()),
            gate: Arc::new(Semaphore::new(AT_A_TIME)),
            spare: Arc::new(AtomicUsize::new(AT_A_TIME - AT_LEAST)),
            lost: Arc::new(AtomicBool::new(false)),
            cache: Cache::new(),
            outage: Arc::default(),
            is_patient: true,
        };
        cluster.refresh().await?;
        Ok(cluster)
    }

    /// Asks again what the server serves.
    ///
    /// # Errors
    /// When it cannot be reached, or does not let the user in.
    pub async fn refresh(&mut self) -> Result<(), Diagnostic> {
        self.lost.store(false, Ordering::Relaxed);
        let kinds = self.discover().await.map_err(|error| self.not_let_in(&error))?;
        self.kinds = Arc::new(kinds);
        Ok(())
    }

    /// URL of the server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The namespace of the context.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The context, where a kubeconfig has one.
    pub fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }

    /// What the server serves.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    fn not_let_in(&self, error: &ServerError) -> Diagnostic {
        let said = format!("the API server `{}` does not let the user in: {}", self.server, error.message);
        match error.status {
            401 => Diagnostic::error("redisops::kubernetes::unauthorized", said)
                .note("the token or the certificate of the user has expired, or was never known there")
                .help("sign in again, or name another context with `--context`"),
            403 => Diagnostic::error("redisops::kubernetes::forbidden", said)
                .help("the user needs to know what the server serves: bind the ClusterRole `system:discovery`"),
            0 => unreachable(&self.server, &error.message),
            _ => unreachable(&self.server, &format!("{} ({})", error.message, error.status)),
        }
    }

    async fn discover(&self) -> Result<Kinds, ServerError> {
        let subject = Subject { verb: "get", resource: String::new(), namespace: None };
        let ask = |path: &str| {
            let request = Request::get(path.to_owned());
            let subject = subject.clone();
            async move {
                let (_, body) = self.exchange(&request, &subject).await.map_err(Failure::into_error)?;
                serde_json::from_slice::<Value>(&body).map_err(|error| subject.unreadable(&error.to_string()))
            }
        };
        let (core, groups) =
            futures::future::try_join(self.kept("/api", &subject), self.kept("/apis", &subject)).await?;
        let mut kinds = Kinds::default();
        if core["kind"] == "APIGroupDiscoveryList" {
            kinds.add_aggregated(&core);
            kinds.add_aggregated(&groups);
            return Ok(kinds);
        }
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let mut versions = vec![(String::new(), "v1".to_owned(), "/api/v1".to_owned())];
        for group in items(&groups["groups"]) {
            let preferred = text(&group["preferredVersion"]["version"]);
            let others = items(&group["versions"]).iter().map(|it| text(&it["version"])).filter(|it| *it != preferred);
            let name = text(&group["name"]);
            let all: Vec<String> = std::iter::once(preferred.clone()).chain(others).collect();
            versions.extend(all.into_iter().map(|version| {
                let path = format!("/apis/{name}/{version}");
                (name.clone(), version, path)
            }));
        }
        let asked = versions.iter().map(|(_, _, path)| ask(path));
        for ((group, version, _), list) in versions.iter().zip(futures::future::join_all(asked).await) {
            match list {
                Ok(list) => kinds.add_resources(group, version, &list),
                Err(error) if error.status == 503 => kinds.mark_stale(group, version),
                Err(error) if error.status == 404 => {}
                Err(error) => return Err(error),
            }
        }
        Ok(kinds)
    }

    /// Asks for a part of what is served, and is content with what an earlier run has kept where the server says that it is still so.
    async fn kept(&self, path: &str, subject: &Subject) -> Result<Value, ServerError> {
        let kept = self.cache.read(&self.server, path);
        let known = kept.as_ref().map(|kept| kept.tag.clone());
        let request = Request { accept: DISCOVERY, known, ..Request::get(path.to_owned()) };
        let (head, body) = self.persist(&request, subject, false).await?;
        let parse = |body: &[u8]| serde_json::from_slice(body).map_err(|error| subject.unreadable(&error.to_string()));
        if let (304, Some(kept)) = (head.status.as_u16(), &kept) {
            return parse(&kept.body);
        }
        let value = parse(&body)?;
        if let Some(tag) = head.headers.get("etag").and_then(|tag| tag.to_str().ok()) {
            self.cache.write(&self.server, path, &Kept { tag: tag.to_owned(), body });
        }
        Ok(value)
    }

    /// Asks for a text whose path tells the hash of what is in it (`…?hash=A1`), unless an earlier run has kept it: what has that hash is never another.
    pub(super) async fn hashed(&self, path: &str) -> Result<Value, ServerError> {
        let subject = Subject { verb: "get", resource: String::new(), namespace: None };
        let (plain, query) = path.split_once('?').unwrap_or((path, ""));
        let hash = query.split('&').find_map(|part| part.strip_prefix("hash=")).filter(|hash| !hash.is_empty());
        let kept = hash.and_then(|hash| self.cache.read(&self.server, plain).filter(|kept| kept.tag == hash));
        if let Some(value) = kept.and_then(|kept| serde_json::from_slice(&kept.body).ok()) {
            return Ok(value);
        }
        let (_, body) = self.persist(&Request::get(path.to_owned()), &subject, true).await?;
        let value = serde_json::from_slice(&body).map_err(|error| subject.unreadable(&error.to_string()))?;
        if let Some(hash) = hash {
            self.cache.write(&self.server, plain, &Kept { tag: hash.to_owned(), body });
        }
        Ok(value)
    }

    /// Keeps what is served in another folder.
    #[cfg(test)]
    pub(super) fn keep_in(&mut self, directory: &Path) {
        self.cache = Cache::at(directory);
    }

    /// Lets requests be tried again, after the server had stopped to answer.
    pub fn hope_again(&self) {
        self.lost.store(false, Ordering::Relaxed);
    }

    /// Asks until there is an answer, or it is of no use.
    pub(super) async fn ask(&self, request: &Request, subject: &Subject) -> Result<Value, ServerError> {
        let (_, body) = self.persist(request, subject, true).await?;
        serde_json::from_slice(&body).map_err(|error| subject.unreadable(&error.to_string()))
    }

    /// Sends a request until there is an answer, or it is of no use. A server that is not reached is tried again only where it was before.
    async fn persist(
        &self,
        request: &Request,
        subject: &Subject,
        was_there: bool,
    ) -> Result<(Parts, Bytes), ServerError> {
        let begin = Instant::now();
        let mut tried = 0;
        loop {
            let permit = self.gate.acquire().await.ok();
            let is_waited_for = self.outage.is_waited_for();
            if self.lost.load(Ordering::Relaxed) && !is_waited_for {
                return Err(subject.unreachable("the server has stopped to answer".to_owned()));
            }
            let (error, wait) = match self.exchange(request, subject).await {
                Ok(answer) => return Ok(answer),
                Err(failure) if is_waited_for && self.is_patient && was_there && failure.is_absence() => {
                    drop(permit);
                    self.outage.begin(failure.error());
                    match self.outage.passed().await {
                        true => continue,
                        false => return Err(self.given_up(failure.into_error())),
                    }
                }
                Err(Failure::Final(error)) => return Err(self.given_up(error)),
                Err(Failure::Passing(error, wait)) => (error, wait),
            };
            tried += 1;
            let is_storm = error.status == 429;
            match permit {
                // Who is told to come later comes with fewer.
                Some(permit) if is_storm && self.may_shrink() => permit.forget(),
                other => drop(other),
            }
            let is_over = if is_storm { begin.elapsed() > STORM } else { tried >= TRIES };
            // Whoever looks whether the server is back looks again by itself.
            let is_told = error.is_lost() && is_waited_for;
            if is_over || is_told || error.is_lost() && !was_there || self.lost.load(Ordering::Relaxed) {
                return Err(self.given_up(error));
            }
            let own = Duration::from_millis(100) * 2_u32.pow(tried.min(6));
            tokio::time::sleep(spread(wait.unwrap_or(own).min(LONGEST_WAIT))).await;
        }
    }

    fn given_up(&self, error: ServerError) -> ServerError {
        if error.is_lost() && !self.outage.is_waited_for() {
            self.lost.store(true, Ordering::Relaxed);
        }
        error
    }

    /// Whether one request less at a time still is enough.
    fn may_shrink(&self) -> bool {
        let less = |spare: usize| spare.checked_sub(1);
        self.spare.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// Sends a request and reads the answer, whatever is in it.
    async fn exchange(&self, request: &Request, subject: &Subject) -> Result<(Parts, Bytes), Failure> {
        let built = http::Request::builder().method(request.method).uri(&request.path).header("accept", request.accept);
        let built = match &request.known {
            Some(tag) => built.header("if-none-match", tag),
            None => built,
        };
        let built = match &request.body {
            Some((form, bytes)) => built.header("content-type", *form).body(Body::from(bytes.clone())),
            None => built.body(Body::empty()),
        };
        let built = built.map_err(|error| Failure::Final(subject.unreachable(error.to_string())))?;
        let answer = async {
            let response = self.client.send(built).await?;
            let (head, body) = response.into_parts();
            Ok::<_, kube::Error>((head, body.collect_bytes().await?.to_vec()))
        };
        let answer = match tokio::time::timeout(ANSWER, answer).await {
            Ok(answer) => answer,
            Err(_) => return Err(Failure::Final(subject.timed_out(ANSWER.as_secs()))),
        };
        let (head, body) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let is_passing = matches!(error, kube::Error::HyperError(_) | kube::Error::Service(_));
                let why = chain(&error);
                let why = why.trim_start_matches("ServiceError: ").trim_start_matches("HyperError: ").to_owned();
                let is_refused = why.contains("certificate");
                let found = subject.unreachable(why);
                return Err(match is_passing && !is_refused {
                    true => Failure::Passing(found, None),
                    false => Failure::Final(found),
                });
            }
        };
        let status = head.status.as_u16();
        if head.status.is_success() || status == 304 && request.known.is_some() {
            return Ok((head, body));
        }
        let after = head.headers.get("retry-after").and_then(|it| it.to_str().ok()).and_then(|it| it.parse().ok());
        let error = subject.refused(status, &body);
        let wait = after.map(Duration::from_secs);
        Err(match status {
            429 | 502 | 503 | 504 => Failure::Passing(error, wait),
            500 if wait.is_some() => Failure::Passing(error, wait),
            _ => Failure::Final(error),
        })
    }
}

/// Three quarters to five quarters of a time, so that those who were sent away together do not come back together.
fn spread(wait: Duration) -> Duration {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // Steps of the golden ratio: any few of them in a row are far apart.
    let step = COUNT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9);
    wait.mul_f64(0.75 + f64::from(step) / f64::from(u32::MAX) / 2.0)
}

impl Failure {
    fn error(&self) -> &ServerError {
        match self {
            Failure::Final(error) | Failure::Passing(error, _) => error,
        }
    }

    /// Whether the server is not there, and may be again.
    fn is_absence(&self) -> bool {
        match self {
            Failure::Final(error) => error.is_lost() && error.code == "timeout",
            Failure::Passing(error, _) => error.is_lost(),
        }
    }

    fn into_error(self) -> ServerError {
        match self {
            Failure::Final(error) | Failure::Passing(error, _) => error,
        }
    }
}
