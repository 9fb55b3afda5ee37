//! Valkey: the source is told, and pushes (`CLUSTER MIGRATESLOTS`).

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use ::redis::{Pipeline, Value};
use tokio::time::{Instant, sleep};

use crate::live::redis::{Connection, NodeError};
use crate::slots::NodeId;

use super::super::members::Members;
use super::super::stop::Stop;
use super::batch::Batch;
use super::jobs::{Job, State, pushed};
use super::outcome::{AtomicOptions, Left, Moved, Outcome, Progress, Why};

/// Jobs of one source at a time. Snapshots of a node come one after the other anyway; the second job connects and waits while the first one sends.
const AT_ONCE: usize = 2;
/// How long a node may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before a job is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// A job of ours.
struct Running {
    batch: Batch,
    attempts: u32,
    name: Option<String>,
    since: Instant,
    said: Option<(State, Option<u64>)>,
}

/// All jobs of one source.
pub(super) struct Source<'a> {
    members: &'a Members,
    connection: &'a Connection,
    options: &'a AtomicOptions,
    tell: &'a dyn Fn(Progress),
    /// Batches that wait, how often they were tried, and until when.
    waiting: VecDeque<(Batch, u32, Instant)>,
    running: Vec<Running>,
    /// Names of jobs that are not ours, or that are over.
    seen: BTreeSet<String>,
    outcome: Outcome,
}

impl<'a> Source<'a> {
    pub fn new(
        members: &'a Members,
        connection: &'a Connection,
        options: &'a AtomicOptions,
        tell: &'a dyn Fn(Progress),
        batches: Vec<Batch>,
    ) -> Source<'a> {
        let now = Instant::now();
        Source {
            members,
            connection,
            options,
            tell,
            waiting: batches.into_iter().map(|batch| (batch, 0, now)).collect(),
            running: Vec::new(),
            seen: BTreeSet::new(),
            outcome: Outcome::default(),
        }
    }

    /// Runs until nothing is left to do, or until it is stopped: jobs that run are cancelled then.
    pub async fn run(mut self, stop: &Stop) -> Outcome {
        match self.poll(&Pipeline::new()).await {
            Ok((_, jobs)) => self.adopt(&jobs),
            Err(error) => return self.lost(&error),
        }
        let mut cancelled = false;
        while !(self.waiting.is_empty() && self.running.is_empty()) {
            let mut pipeline = Pipeline::new();
            let late = self.running.iter().any(|job| job.since.elapsed() > self.options.deadline);
            let mut started = None;
            if stop.wanted() || late {
                let why = if stop.wanted() { Why::Stopped } else { Why::TooLate };
                self.waiting
                    .drain(..)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .for_each(|(batch, ..)| self.leave(batch, why.clone()));
                if !cancelled && !self.running.is_empty() {
                    pipeline.cmd("CLUSTER").arg("CANCELSLOTMIGRATIONS");
                    cancelled = true;
                }
            } else {
                started = self.next(&mut pipeline);
            }
            match self.poll(&pipeline).await {
                Ok((replies, jobs)) => {
                    if let Some((batch, attempts)) = started {
                        self.started(batch, attempts, replies);
                    }
                    self.observe(&jobs, if stop.wanted() { Why::Stopped } else { Why::TooLate }).await;
                }
                Err(error) => {
                    if let Some((batch, _)) = started {
                        self.leave(batch, Why::Unknown(error.to_string()));
                    }
                    return self.lost(&error);
                }
            }
            if !self.running.is_empty() || !self.waiting.is_empty() {
                sleep(self.options.poll).await;
            }
        }
        self.outcome
    }

    /// The next batch whose time has come, with the command that begins it.
    fn next(&mut self, pipeline: &mut Pipeline) -> Option<(Batch, u32)> {
        if self.running.len() >= AT_ONCE {
            return None;
        }
        let due = self.waiting.iter().position(|(.., until)| *until <= Instant::now())?;
        let (batch, attempts, _) = self.waiting.remove(due)?;
        pipeline.cmd("CLUSTER").arg("MIGRATESLOTS").arg("SLOTSRANGE");
        batch.ranges().for_each(|number| {
            pipeline.arg(number);
        });
        pipeline.arg("NODE").arg(batch.to.as_str());
        Some((batch, attempts + 1))
    }

    /// Sends commands and asks for all jobs in one round trip.
    async fn poll(&self, commands: &Pipeline) -> Result<(Vec<Value>, Vec<Job>), NodeError> {
        let mut pipeline = commands.clone();
        pipeline.cmd("CLUSTER").arg("GETSLOTMIGRATIONS");
        let mut replies = self.connection.pipeline(&pipeline, PATIENCE).await?;
        let jobs = replies.pop().unwrap_or(Value::Nil);
        let jobs = self.connection.read::<Vec<HashMap<String, Value>>>(jobs)?;
        Ok((replies, jobs.iter().filter_map(pushed).collect()))
    }

    /// Takes over jobs that an earlier run began, and remembers the others.
    fn adopt(&mut self, jobs: &[Job]) {
        for job in jobs {
            let ours = job.exports && job.state.is_running();
            let fits = |batch: &Batch| {
                let mut rest = job.slots.clone();
                rest.subtract(&batch.slots);
                batch.to == job.target && rest.is_empty()
            };
            let Some(index) = self.waiting.iter().position(|(batch, ..)| ours && fits(batch)) else {
                self.seen.insert(job.name.clone());
                continue;
            };
            let (batch, ..) = &mut self.waiting[index];
            batch.slots.subtract(&job.slots);
            let own = Batch { slots: job.slots.clone(), ..batch.clone() };
            if batch.slots.is_empty() {
                self.waiting.remove(index);
            }
            let (name, since) = (Some(job.name.clone()), Instant::now());
            self.running.push(Running { batch: own, attempts: 1, name, since, said: None });
        }
    }

    fn started(&mut self, batch: Batch, attempts: u32, replies: Vec<Value>) {
        let reply = replies.into_iter().next().unwrap_or(Value::Nil);
        match self.connection.read::<()>(reply) {
            Ok(()) => self.running.push(Running { batch, attempts, name: None, since: Instant::now(), said: None }),
            Err(error) => self.leave(batch, Why::Refused(error.trouble.to_string())),
        }
    }

    /// Looks at the jobs that are ours. Ours are those that were not there before; the server gives no name when it begins one.
    async fn observe(&mut self, jobs: &[Job], cancelled: Why) {
        for mut own in std::mem::take(&mut self.running) {
            let is_ours = |job: &&Job| match &own.name {
                Some(name) => job.name == *name,
                None => {
                    job.exports
                        && job.target == own.batch.to
                        && job.slots == own.batch.slots
                        && !self.seen.contains(&job.name)
                }
            };
            let Some(job) = jobs.iter().find(is_ours) else {
                // The list is kept in memory only, and has an end.
                self.leave(own.batch, Why::Unknown("the source does not list the job any more".to_owned()));
                continue;
            };
            own.name = Some(job.name.clone());
            self.say(&mut own, job);
            match &job.state {
                State::Running(_) => self.running.push(own),
                State::Done => self.moved(own, job).await,
                State::Cancelled => {
                    self.seen.insert(job.name.clone());
                    self.leave(own.batch, cancelled.clone());
                }
                State::Failed => self.failed(own, job).await,
            }
        }
    }

    fn say(&self, own: &mut Running, job: &Job) {
        let now = (job.state.clone(), job.remaining);
        if own.said.as_ref() != Some(&now) {
            let Batch { from, to, slots } = own.batch.clone();
            (self.tell)(Progress {
                from,
                to,
                slots,
                state: job.state.name().to_owned(),
                remaining_bytes: job.remaining,
            });
            own.said = Some(now);
        }
    }

    async fn moved(&mut self, own: Running, job: &Job) {
        self.seen.insert(job.name.clone());
        let Batch { from, to, slots } = own.batch;
        let keys = super::run::keys_at(self.members, &to, &slots).await;
        self.outcome.moved.push(Moved { from, to, slots, keys, attempts: own.attempts });
    }

    /// Tries again while the target answers: it may have learned of a change of owner later than the source.
    async fn failed(&mut self, own: Running, job: &Job) {
        self.seen.insert(job.name.clone());
        let why = Why::Failed(if job.message.is_empty() { "no reason given".to_owned() } else { job.message.clone() });
        if own.attempts < self.options.attempts && answers(self.members, &own.batch.to).await {
            self.waiting.push_back((own.batch, own.attempts, Instant::now() + PAUSE * own.attempts));
        } else {
            self.leave(own.batch, why);
        }
    }

    fn leave(&mut self, batch: Batch, why: Why) {
        let Batch { from, to, slots } = batch;
        self.outcome.left.push(Left { from, to, slots, why });
    }

    fn lost(mut self, error: &NodeError) -> Outcome {
        let waiting = std::mem::take(&mut self.waiting).into_iter().map(|(batch, ..)| batch);
        let running = std::mem::take(&mut self.running).into_iter().map(|job| job.batch);
        for batch in running.chain(waiting).collect::<Vec<_>>() {
            self.leave(batch, Why::Unknown(error.to_string()));
        }
        self.outcome
    }
}

async fn answers(members: &Members, id: &NodeId) -> bool {
    match members.connection(id) {
        Ok(connection) => connection.query_within::<()>(&::redis::cmd("PING"), Duration::from_secs(2)).await.is_ok(),
        Err(_) => false,
    }
}
