//! An API server that is away while something is written: waited for, for as long as the user said.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch::{self, Sender};

use super::cluster::Cluster;
use super::error::ServerError;

/// A server that does not answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Away {
    /// Since when.
    pub since: Instant,
    /// What was noticed.
    pub why: String,
}

/// Whether a server is away, known to all who ask it.
pub(super) struct Outage {
    patience: Mutex<Option<Duration>>,
    away: Sender<Option<Away>>,
    /// How often it was.
    count: AtomicUsize,
}

impl Default for Outage {
    fn default() -> Outage {
        Outage { patience: Mutex::default(), away: watch::channel(None).0, count: AtomicUsize::new(0) }
    }
}

impl Outage {
    fn patience(&self) -> Option<Duration> {
        self.patience.lock().ok().and_then(|patience| *patience)
    }

    pub(super) fn is_waited_for(&self) -> bool {
        self.patience().is_some()
    }

    pub(super) fn begin(&self, error: &ServerError) {
        let is_new = self.away.send_if_modified(|away| {
            let is_new = away.is_none();
            away.get_or_insert_with(|| Away { since: Instant::now(), why: error.message.clone() });
            is_new
        });
        self.count.fetch_add(usize::from(is_new), Ordering::Relaxed);
    }

    /// Waits until the server is back; false when it is away for too long.
    pub(super) async fn passed(&self) -> bool {
        let mut seen = self.away.subscribe();
        let Some(away) = seen.borrow_and_update().clone() else { return true };
        let left = self.patience().unwrap_or_default().saturating_sub(away.since.elapsed());
        let back = tokio::time::timeout(left, seen.wait_for(Option::is_none)).await;
        back.is_ok_and(|back| back.is_ok())
    }
}

impl Cluster {
    /// From now on requests wait for a server that is away, for so long; whoever holds the lock says when it is back ([`Cluster::is_back`]), so that nobody
    /// writes before it is known that the lock is still held. Without a time, nobody waits any more.
    pub fn wait_for_server(&self, patience: Option<Duration>) {
        if let Ok(mut own) = self.outage.patience.lock() {
            *own = patience;
        }
        if patience.is_none() {
            self.is_back();
        }
    }

    /// The same cluster for whoever looks whether the server is back: its requests do not wait.
    #[must_use]
    pub fn impatient(&self) -> Cluster {
        let mut cluster = self.clone();
        cluster.is_patient = false;
        cluster
    }

    /// The server was found to be away.
    pub fn is_away(&self, error: &ServerError) {
        if self.outage.is_waited_for() {
            self.outage.begin(error);
        }
    }

    /// The server answers again.
    pub fn is_back(&self) {
        self.hope_again();
        self.outage.away.send_if_modified(|away| away.take().is_some());
    }

    /// How often the server was found to be away.
    pub fn outages(&self) -> usize {
        self.outage.count.load(Ordering::Relaxed)
    }

    /// Looks whether the server is away. Where it is, and is waited for, this returns once it is back; whether it came back.
    pub async fn returns(&self) -> bool {
        if !self.outage.is_waited_for() {
            return false;
        }
        match self.impatient().document("/version").await {
            Err(error) if error.is_lost() => self.outage.begin(&error),
            // It answers; whoever holds the lock says when work may go on.
            _ if self.away().is_some() => {}
            _ => return false,
        }
        self.outage.passed().await
    }

    /// Whether the server was away since there were so many outages, and is back: what broke off in between may go well another time.
    pub async fn was_away_since(&self, outages: usize) -> bool {
        self.returns().await || self.outages() > outages && self.away().is_none()
    }

    /// How long the server is away, where it is waited for; none where it is there.
    pub fn away(&self) -> Option<Away> {
        self.outage.away.borrow().clone()
    }

    /// How long a server that is away is still waited for; none where nobody waits.
    pub fn patience_left(&self) -> Option<Duration> {
        let gone = self.away().map_or(Duration::ZERO, |away| away.since.elapsed());
        self.outage.patience().map(|patience| patience.saturating_sub(gone))
    }

    /// Returns once the server is away, or is back.
    pub async fn away_or_back(&self, is_away: bool) -> Option<Away> {
        let mut seen = self.outage.away.subscribe();
        // The sender lives in the cluster itself, so that there is an answer.
        seen.wait_for(|away| away.is_some() == is_away).await.ok().and_then(|away| away.clone())
    }
}
