//! Redis: the target is told, and pulls (`CLUSTER MIGRATION`). Written from its documentation; tested against recorded replies only.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use ::redis::Value;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, sleep};

use crate::live::redis::{Connection, NodeError};
use crate::slots::NodeId;

use super::super::members::Members;
use super::super::stop::Stop;
use super::batch::Batch;
use super::jobs::{Job, State, pulled};
use super::outcome::{AtomicOptions, Left, Moved, Outcome, Progress, Why};

/// How long to wait for a node that is busy with a task of an earlier run.
const PAUSE: Duration = Duration::from_millis(200);

/// Runs all batches. A node takes part in one task at a time, so batches without a common node run at once, the others one after the other.
pub(super) async fn run(
    members: &Members,
    options: &AtomicOptions,
    stop: &Stop,
    tell: &dyn Fn(Progress),
    batches: Vec<Batch>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut waiting = batches;
    let mut busy: BTreeSet<NodeId> = BTreeSet::new();
    let mut running = FuturesUnordered::new();
    loop {
        while let Some(next) = waiting.iter().position(|b| !busy.contains(&b.from) && !busy.contains(&b.to)) {
            let batch = waiting.remove(next);
            busy.extend([batch.from.clone(), batch.to.clone()]);
            running.push(async move {
                let came = Import { members, options, stop, tell, batch: &batch }.run().await;
                (came, batch)
            });
        }
        let Some((came, batch)) = running.next().await else { return outcome };
        busy.remove(&batch.from);
        busy.remove(&batch.to);
        let Batch { from, to, slots } = batch;
        match came {
            Ok(attempts) => {
                let keys = super::run::keys_at(members, &to, &slots).await;
                outcome.moved.push(Moved { from, to, slots, keys, attempts });
            }
            Err(why) => outcome.left.push(Left { from, to, slots, why }),
        }
    }
}

/// One task at its target.
struct Import<'a> {
    members: &'a Members,
    options: &'a AtomicOptions,
    stop: &'a Stop,
    tell: &'a dyn Fn(Progress),
    batch: &'a Batch,
}

impl Import<'_> {
    /// How often it was tried.
    async fn run(&self) -> Result<u32, Why> {
        let unknown = |error: NodeError| Why::Unknown(error.to_string());
        let target = self.members.connection(&self.batch.to).map_err(|missing| Why::Unknown(missing.message))?;
        let end = Instant::now() + self.options.deadline;
        let Some(id) = self.begin(target, end).await? else { return Err(Why::Stopped) };
        let mut said = None;
        let mut cancelled: Option<Why> = None;
        loop {
            let Some(job) = status(target, "ID", Some(&id)).await.map_err(unknown)?.into_iter().next() else {
                return Err(Why::Unknown("the target does not list the task any more".to_owned()));
            };
            if said.as_ref() != Some(&job.state) {
                self.say(&job);
                said = Some(job.state.clone());
            }
            match job.state {
                State::Done => return Ok(u32::try_from(job.retries).unwrap_or(u32::MAX).saturating_add(1)),
                State::Cancelled | State::Failed => return Err(cancelled.unwrap_or(Why::Failed(job.message))),
                State::Running(_) => {}
            }
            if cancelled.is_none() {
                cancelled = self.reason_to_cancel(&job, end);
                if cancelled.is_some() {
                    // Here and not at the source: the target would try again for ever.
                    let cancel = ::redis::cmd("CLUSTER").arg("MIGRATION").arg("CANCEL").arg("ID").arg(&id).to_owned();
                    target.query::<()>(&cancel).await.map_err(unknown)?;
                }
            }
            sleep(self.options.poll).await;
        }
    }

    fn reason_to_cancel(&self, job: &Job, end: Instant) -> Option<Why> {
        if self.stop.wanted() {
            Some(Why::Stopped)
        } else if job.retries >= u64::from(self.options.attempts) {
            Some(Why::Failed(job.message.clone()))
        } else {
            (Instant::now() >= end).then_some(Why::TooLate)
        }
    }

    /// The id of the task: of one that an earlier run began, or of a new one. Nothing if it was stopped before.
    async fn begin(&self, target: &Connection, end: Instant) -> Result<Option<String>, Why> {
        let unknown = |error: NodeError| Why::Unknown(error.to_string());
        let same = |job: &&Job| !job.exports && job.state.is_running() && job.slots == self.batch.slots;
        if let Some(job) = status(target, "ALL", None).await.map_err(unknown)?.iter().find(same) {
            return Ok(Some(job.name.clone()));
        }
        let mut import = ::redis::cmd("CLUSTER").arg("MIGRATION").arg("IMPORT").to_owned();
        self.batch.ranges().for_each(|number| {
            import.arg(number);
        });
        loop {
            if self.stop.wanted() {
                return Ok(None);
            }
            match target.query::<String>(&import).await {
                Ok(id) => return Ok(Some(id)),
                Err(error) if error.to_string().contains("already in progress") && Instant::now() < end => {
                    sleep(PAUSE).await;
                }
                Err(error) if error.code().is_some() => return Err(Why::Refused(error.trouble.to_string())),
                Err(error) => return Err(unknown(error)),
            }
        }
    }

    fn say(&self, job: &Job) {
        let Batch { from, to, slots } = self.batch.clone();
        (self.tell)(Progress { from, to, slots, state: job.state.name().to_owned(), remaining_bytes: job.remaining });
    }
}

async fn status(target: &Connection, what: &str, id: Option<&str>) -> Result<Vec<Job>, NodeError> {
    let mut ask = ::redis::cmd("CLUSTER").arg("MIGRATION").arg("STATUS").arg(what).to_owned();
    ask.arg(id);
    let reply = target.query::<Vec<HashMap<String, Value>>>(&ask).await?;
    Ok(reply.iter().filter_map(pulled).collect())
}
