//! The lock of a set: a Lease that is renewed while a run is at work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::diagnostics::Diagnostic;
use crate::live::kubernetes::{Cluster, Kind, ServerError};
use crate::plan::ApplySetRef;

/// How often it is renewed.
const RENEW: Duration = Duration::from_secs(5);
/// How long it holds without being renewed.
const VALID: Duration = Duration::from_secs(15);
/// How often a server that comes back may refuse, twice a second.
const REFUSALS: u32 = 20;
/// How often a take-over is tried when others try, too.
const TRIES: usize = 3;

const API_VERSION: &str = "coordination.k8s.io/v1";

/// A lock that is held.
pub struct Lock {
    cluster: Cluster,
    kind: Kind,
    set: ApplySetRef,
    holder: String,
    state: Mutex<State>,
    over: AtomicBool,
}

struct State {
    lease: Value,
    renewed: SystemTime,
}

/// Why a lock was not taken, or is no longer held.
#[derive(Debug)]
pub enum LockError {
    /// Somebody else has it.
    Held {
        /// `user@host pid N`.
        holder: String,
        /// When it was renewed last.
        renewed: String,
    },
    /// It could not be renewed in time, or was taken away.
    Lost(String),
    /// The server was away for longer than it is waited for.
    Away(ServerError),
    /// The server refuses.
    Server(ServerError),
}

impl LockError {
    /// For people.
    pub fn diagnostic(&self, set: &ApplySetRef) -> Diagnostic {
        let lease = format!("Lease/{}/{}", set.namespace, set.name);
        match self {
            LockError::Held { holder, renewed } => {
                Diagnostic::error("redisops::apply::locked", format!("`{holder}` is at work on this set"))
                    .note(format!("the lock is {lease}, renewed at {renewed}"))
                    .help("wait until that run has ended; a run that crashed loses its lock after 15 s")
            }
            LockError::Lost(why) => {
                Diagnostic::error("redisops::apply::lock_lost", format!("the lock {lease} is lost: {why}"))
                    .note("nothing was written after that was noticed")
                    .help("run it again: it goes on where it stopped")
            }
            LockError::Away(error) => Diagnostic::error(
                "redisops::apply::unreachable",
                format!("the API server does not come back: {}", error.message),
            )
            .note("what was written before stays; nothing more was begun")
            .help("run it again when the server is back: it goes on where it stopped; `--timeout` says how long a server that is away is waited for"),
            LockError::Server(error) if error.is_lost() => unreached(error),
            LockError::Server(error) => Diagnostic::error(
                "redisops::apply::lock",
                format!("the lock {lease} cannot be taken: {}", error.message),
            )
            .help("the lock needs the rights to get, create, update and delete leases of coordination.k8s.io"),
        }
    }
}

/// A server that stops to answer before anything is written.
pub(super) fn unreached(error: &ServerError) -> Diagnostic {
    Diagnostic::error("redisops::apply::unreachable", format!("the API server does not answer any more: {}", error.message))
        .note("nothing was written")
        .help("run it again when the server is back; once something is written a server that is away is waited for, as long as `--timeout` says")
}

fn kind(cluster: &Cluster) -> Result<Kind, LockError> {
    cluster.kind_of(API_VERSION, "Lease").cloned().map_err(LockError::Server)
}

/// Who holds a lease now; nobody when it is free, released or out of date.
fn holder_now(lease: &Value, now: Timestamp) -> Option<(String, String)> {
    let spec = &lease["spec"];
    let holder = spec["holderIdentity"].as_str().filter(|holder| !holder.is_empty())?;
    let renewed = spec["renewTime"].as_str()?;
    let valid = spec["leaseDurationSeconds"].as_i64().unwrap_or(VALID.as_secs() as i64);
    let until: Timestamp = renewed.parse::<Timestamp>().ok()?.checked_add(SignedDuration::from_secs(valid)).ok()?;
    (until > now).then(|| (holder.to_owned(), renewed.to_owned()))
}

fn time(now: Timestamp) -> String {
    // The server wants exactly six digits.
    format!("{now:.6}")
}

/// Says who has the lock, without taking it.
///
/// # Errors
/// When somebody has it.
pub async fn peek(cluster: &Cluster, set: &ApplySetRef) -> Result<(), LockError> {
    let kind = kind(cluster)?;
    let lease = cluster.get(&kind, Some(&set.namespace), &set.name).await.map_err(LockError::Server)?;
    match lease.and_then(|lease| holder_now(&lease, Timestamp::now())) {
        Some((holder, renewed)) => Err(LockError::Held { holder, renewed }),
        None => Ok(()),
    }
}

impl Lock {
    /// Takes the lock; one that was not renewed in time is taken over.
    ///
    /// # Errors
    /// When somebody has it, or the server refuses.
    pub async fn take(cluster: &Cluster, set: &ApplySetRef, holder: &str) -> Result<Lock, LockError> {
        let kind = kind(cluster)?;
        let namespace = Some(set.namespace.as_str());
        let mut last = LockError::Lost("others were faster".to_owned());
        for _ in 0..TRIES {
            let now = Timestamp::now();
            let spec = json!({
                "holderIdentity": holder, "leaseDurationSeconds": VALID.as_secs(), "acquireTime": time(now), "renewTime": time(now),
            });
            let taken = match cluster.get(&kind, namespace, &set.name).await.map_err(LockError::Server)? {
                None => {
                    let lease = json!({"apiVersion": API_VERSION, "kind": "Lease", "metadata": {"name": set.name, "namespace": set.namespace}, "spec": spec});
                    cluster.create(&kind, namespace, &lease, "redisops-lock").await
                }
                Some(mut lease) => {
                    if let Some((holder, renewed)) = holder_now(&lease, now) {
                        return Err(LockError::Held { holder, renewed });
                    }
                    let transitions = lease["spec"]["leaseTransitions"].as_i64().unwrap_or(0);
                    lease["spec"] = spec;
                    lease["spec"]["leaseTransitions"] = json!(transitions + 1);
                    cluster.replace(&kind, namespace, &set.name, &lease, "redisops-lock").await
                }
            };
            match taken {
                Ok(lease) => {
                    let state = Mutex::new(State { lease, renewed: SystemTime::now() });
                    // Who looks whether the server is back does not wait for that.
                    let (cluster, set) = (cluster.impatient(), set.clone());
                    let (holder, over) = (holder.to_owned(), AtomicBool::new(false));
                    return Ok(Lock { cluster, kind, set, holder, state, over });
                }
                // Somebody was faster: who it is is seen in the next turn.
                Err(error) if error.status == 409 => last = LockError::Server(error),
                Err(error) => return Err(LockError::Server(error)),
            }
        }
        Err(last)
    }

    /// Renews it as long as it is waited for; returns when it is lost.
    pub async fn keep(&self) -> LockError {
        loop {
            tokio::select! {
                () = tokio::time::sleep(RENEW) => {}
                _ = self.cluster.away_or_back(true) => {}
            }
            if self.over.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            if let Err(lost) = self.renew().await {
                return lost;
            }
        }
    }

    /// Stops to look after it: the namespace that it is in is about to go.
    pub fn let_go(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Makes sure that it is still held: a machine that slept has not renewed it.
    ///
    /// # Errors
    /// When it is lost.
    pub async fn check(&self) -> Result<(), LockError> {
        if self.over.load(Ordering::Relaxed) {
            return Ok(());
        }
        let age = self.state.lock().await.renewed.elapsed().unwrap_or(VALID);
        if age < RENEW * 2 { Ok(()) } else { self.renew().await }
    }

    async fn renew(&self) -> Result<(), LockError> {
        let mut state = self.state.lock().await;
        let mut refusals = 0;
        loop {
            // A server that is restarted comes back before the lock runs out.
            self.cluster.hope_again();
            state.lease["spec"]["renewTime"] = Value::from(time(Timestamp::now()));
            let namespace = Some(self.set.namespace.as_str());
            let renewed =
                self.cluster.replace(&self.kind, namespace, &self.set.name, &state.lease, "redisops-lock").await;
            match renewed {
                Ok(lease) => {
                    (state.lease, state.renewed) = (lease, SystemTime::now());
                    // Whoever waits for the server may go on: nobody has taken the lock in the meantime.
                    self.cluster.is_back();
                    return Ok(());
                }
                Err(error) if error.status == 409 || error.status == 404 => {
                    let found = self.cluster.get(&self.kind, namespace, &self.set.name).await;
                    match found {
                        Ok(Some(lease)) if lease["spec"]["holderIdentity"] == self.holder.as_str() => {
                            state.lease = lease
                        }
                        Ok(Some(lease)) => {
                            let other = lease["spec"]["holderIdentity"].as_str().unwrap_or("somebody").to_owned();
                            return Err(LockError::Lost(format!("`{other}` has taken it over")));
                        }
                        Ok(None) => return Err(LockError::Lost("it was deleted".to_owned())),
                        Err(error) if error.is_lost() && self.cluster.patience_left().is_some() => {}
                        Err(error) => return Err(LockError::Server(error)),
                    }
                }
                Err(error) if self.is_coming_back(&error, refusals) => {
                    refusals = if error.is_lost() { 0 } else { refusals + 1 };
                    self.cluster.is_away(&error);
                    if self.cluster.patience_left() == Some(Duration::ZERO) {
                        return Err(LockError::Away(error));
                    }
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                Err(error) => {
                    let age = state.renewed.elapsed().unwrap_or(VALID);
                    if age >= VALID || error.status == 403 || error.status == 401 {
                        return Err(LockError::Lost(error.message));
                    }
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }

    /// Whether a server is away and waited for. One that has just come back may not know yet whom it lets in.
    fn is_coming_back(&self, error: &ServerError, refusals: u32) -> bool {
        let starts = self.cluster.away().is_some() && refusals < REFUSALS;
        (error.is_lost() || starts) && self.cluster.patience_left().is_some()
    }

    /// Gives it back. That it fails is no reason to complain: it runs out by itself.
    pub async fn release(self) {
        let state = self.state.into_inner();
        let metadata = &state.lease["metadata"];
        let options =
            json!({"preconditions": {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}});
        let _ = self.cluster.delete(&self.kind, Some(&self.set.namespace), &self.set.name, &options).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_held_until_it_runs_out() {
        let renewed: Timestamp = "2026-11-21T20:00:00Z".parse().unwrap();
        let at = |seconds: i64| renewed.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        let lease = |holder: &str| json!({"spec": {"holderIdentity": holder, "leaseDurationSeconds": 15, "renewTime": time(renewed)}});
        assert_eq!(lease("a")["spec"]["renewTime"], "2026-11-21T20:00:00.000000Z");
        assert_eq!(holder_now(&lease("me@here pid 1"), at(14)).unwrap().0, "me@here pid 1");
        assert_eq!(holder_now(&lease("me@here pid 1"), at(15)), None);
        assert_eq!(holder_now(&lease(""), at(1)), None);
        assert_eq!(holder_now(&json!({"spec": {}}), at(1)), None);
    }
}
