//! What all parts of a run share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Access, Cluster};

use super::archive::Archive;
use super::commands::Setback;
use super::lock::Lock;
use super::options::{Check, Options};
use super::probe::Probes;
use super::progress::{Event, Pair, Progress};
use super::report::{Problem, Tally};
use super::stop::Stop;
use super::todo::Todo;
use super::work::Work;

/// What all parts of a run share.
pub(super) struct Run<'a> {
    pub options: &'a Options,
    pub progress: &'a dyn Progress,
    pub stop: &'a Stop,
    pub access: Access,
    pub probes: Probes,
    pub lock: Lock,
    pub archive: Archive,
    /// Databases of every node.
    pub databases: u16,
    pub tally: RefCell<Tally>,
    /// Work that was begun.
    pub works: RefCell<Vec<Rc<Work>>>,
    /// What was not begun yet.
    pub rest: RefCell<Todo>,
    /// What clients wait without the run.
    pub idle: Cell<Duration>,
    /// How often the cluster was looked at again after something broke.
    pub unsettled: Cell<u32>,
    given_up: Cell<bool>,
}

impl<'a> Run<'a> {
    pub fn new(
        options: &'a Options,
        progress: &'a dyn Progress,
        stop: &'a Stop,
        cluster: &Cluster,
        lock: Lock,
        name: &str,
        databases: u16,
    ) -> Run<'a> {
        Run {
            options,
            progress,
            stop,
            access: cluster.access().clone(),
            probes: Probes::new(cluster),
            lock,
            archive: Archive::at(options.conflicts.join(format!("redisops-conflicts-{name}.jsonl"))),
            databases,
            tally: RefCell::default(),
            works: RefCell::default(),
            rest: RefCell::default(),
            idle: Cell::new(Duration::ZERO),
            unsettled: Cell::new(0),
            given_up: Cell::new(false),
        }
    }

    /// Makes sure that no other run has come.
    pub async fn lock_held(&self) -> Result<(), Setback> {
        if !self.options.checks(Check::Lock) {
            return Ok(());
        }
        self.lock.check().await.map_err(|error| Setback::LockLost(Box::new(error.diagnostic())))
    }

    /// Goes on with the connections of a cluster that was looked at again.
    pub async fn follow(&self, cluster: &Cluster) {
        self.lock.follow(cluster).await;
        self.probes.follow(cluster);
    }

    pub fn moved(&self, pair: &Pair, keys: u64, bytes: u64) {
        self.tally.borrow_mut().moved(pair, keys, bytes);
        self.progress.event(Event::Moved { pair: pair.clone(), keys, bytes });
    }

    pub fn closed(&self, pair: &Pair, slots: u64) {
        self.tally.borrow_mut().closed(pair, slots);
        self.progress.event(Event::Closed { pair: pair.clone(), slots });
    }

    pub fn closed_slots(&self) -> u64 {
        self.tally.borrow().pairs().iter().map(|pair| pair.slots).sum()
    }

    /// Notes something that went wrong.
    pub fn problem(&self, found: &Diagnostic) {
        self.progress.event(Event::Note(found.message.clone()));
        let mut message = found.message.clone();
        for note in &found.notes {
            message.push_str(&format!("; {note}"));
        }
        let problem = Problem { code: found.code.to_owned(), message, help: found.help.clone() };
        let mut tally = self.tally.borrow_mut();
        if !tally.problems.contains(&problem) {
            tally.problems.push(problem);
        }
    }

    /// Notes something worth knowing.
    pub fn note(&self, text: String) {
        self.progress.event(Event::Note(text.clone()));
        self.tally.borrow_mut().notes.push(text);
    }

    /// Opens no further slot anywhere: what went wrong will not go away by itself.
    pub fn give_up(&self) {
        self.given_up.set(true);
    }

    /// Whether no further slot is to be opened.
    pub fn stopping(&self) -> bool {
        self.stop.wanted() || self.given_up.get()
    }
}
