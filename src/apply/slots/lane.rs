//! One giver at work: waves of slots in three stages that overlap. While one wave's keys move, the next is opened and the last is handed over.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::redis::pipe;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::live::redis::Cluster;
use crate::slots::{ClusterState, Slot};

use super::acks::Replicas;
use super::commands::{self, PATIENCE, Setback, keys_of};
use super::epochs;
use super::handover;
use super::heavy::{Heavy, may_have_heavy};
use super::pace::{Pace, stall};
use super::progress::Event;
use super::report::key_text;
use super::run::Run;
use super::site::Site;
use super::work::{Doubt, PairWork, Sent, Work};

/// Names of keys that are listed at once. More are listed when these are over: a slot that is being given away gets no new ones.
pub(super) const PAGE: usize = 4096;
/// More names than a slot has keys.
pub(super) const EVERY_KEY: usize = 1 << 31;
/// Keys and bytes that may be on their way to a taker's replicas; then their answer is awaited.
const BATCH_KEYS: usize = 20_000;
const BATCH_BYTES: f64 = 8e6;
/// How often the pace is looked at.
const ADAPT: Duration = Duration::from_millis(60);
/// How long giver and taker may be silent in a call, plus what its bytes take.
pub(super) const SILENCE: Duration = Duration::from_millis(1000);

/// One giver, its takers, and the connections to them.
pub(super) struct Lane<'r> {
    pub run: &'r Run<'r>,
    pub work: &'r Work,
    pub cluster: &'r Cluster,
    pub giver: Site,
    /// By the number of the pair; those that are closed have none.
    pub takers: BTreeMap<usize, Taker>,
    /// Which life of the giver this is: a failover or a restart ends it.
    pub life: (String, u64),
    /// Whether keys are asked for their sizes before they move.
    weighs: bool,
    pace: RefCell<Pace>,
    adapted: Cell<Instant>,
    turn: Cell<usize>,
}

/// A taker, and whether its replicas keep up.
pub(super) struct Taker {
    pub site: Site,
    pub replicas: Replicas,
    /// Whether one of its replicas would be promoted should it die: that takes a slot.
    rooted: bool,
    /// One batch at a time is under way to the replicas.
    batch: Arc<Semaphore>,
}

/// Slots that are open, and the keys in them.
struct Wave {
    pair: usize,
    slots: Vec<Listed>,
}

struct Listed {
    slot: Slot,
    keys: Vec<(u16, Vec<Vec<u8>>)>,
    heavy: Vec<Heavy>,
}

/// Slots whose keys are over.
struct Carried {
    pair: usize,
    slots: Vec<Slot>,
    _batch: OwnedSemaphorePermit,
}

impl<'r> Lane<'r> {
    /// Connects to the giver, its takers and their replicas.
    pub async fn open(
        run: &'r Run<'r>,
        cluster: &'r Cluster,
        state: &ClusterState,
        work: &'r Work,
    ) -> Result<Lane<'r>, Setback> {
        let giver = work.giver.borrow().clone();
        let giver = Site::open(cluster, &giver, run.databases).await?;
        let mut takers = BTreeMap::new();
        for (index, pair) in work.pairs.iter().enumerate().filter(|(_, pair)| !pair.closed.get()) {
            let taker = pair.taker.borrow().clone();
            let site = Site::open(cluster, &taker, run.databases).await?;
            let replicas = Replicas::open(cluster, state, &taker, &site.control).await;
            let rooted = state.node(&taker).is_some_and(|node| !node.slots.is_empty());
            takers.insert(index, Taker { site, replicas, rooted, batch: Arc::new(Semaphore::new(1)) });
        }
        // Keys that are compared with themselves are the same on both sides, and one of them would be deleted.
        if takers.values().any(|taker| taker.site.id == giver.id) {
            return Err(giver.strange("it is to give slots to itself"));
        }
        let epoch = epochs::wait_for_its_own(&giver, cluster, state).await?;
        for taker in takers.values() {
            epochs::wait(&giver, epoch, &taker.site).await?;
        }
        let weighs = run.options.skip_big_keys || may_have_heavy(&giver, &work.slots()).await?;
        let life = (giver.process.clone(), epoch);
        Ok(Lane {
            life,
            weighs,
            run,
            work,
            cluster,
            giver,
            takers,
            pace: RefCell::new(Pace::new(run.options.latency_budget, run.idle.get())),
            adapted: Cell::new(Instant::now()),
            turn: Cell::new(0),
        })
    }

    /// The taker of a pair that is not closed.
    pub fn taker(&self, pair: usize) -> &Taker {
        &self.takers[&pair]
    }

    /// Moves all slots that are not opened yet, until none is left or a stop is wanted.
    pub async fn pump(&self) -> Result<(), Setback> {
        let (opened, to_move) = mpsc::channel(1);
        let (moved, to_close) = mpsc::channel(1);
        tokio::try_join!(self.open_all(opened), self.move_all(to_move, moved), self.close_all(to_close))?;
        Ok(())
    }

    async fn open_all(&self, waves: mpsc::Sender<Wave>) -> Result<(), Setback> {
        while !self.run.stopping() {
            self.run.lock_held().await?;
            let most = self.adapted().wave_slots(self.work.slot_keys.get(), self.work.key_bytes.get());
            let Some((pair, slots)) = self.work.take(&self.turn, most) else { break };
            let wave = self.open_wave(pair, &slots).await?;
            if waves.send(wave).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// IMPORTING on the taker, then MIGRATING on the giver, so that a client who is sent on finds the taker ready; then the names of the keys.
    async fn open_wave(&self, pair: usize, slots: &[Slot]) -> Result<Wave, Setback> {
        self.work.open.borrow_mut().extend(slots.iter().map(|slot| (*slot, pair)));
        let taker = &self.taker(pair).site;
        let mut steps = pipe();
        slots.iter().for_each(|slot| commands::importing(&mut steps, *slot, &self.giver.id));
        taker.must(&steps).await?;
        let mut steps = pipe();
        for slot in slots {
            commands::migrating(&mut steps, *slot, &taker.id);
            commands::list(&mut steps, *slot, PAGE);
        }
        let mut replies = self.giver.steps(&steps).await?.into_iter();
        let mut listed = Vec::with_capacity(slots.len());
        for slot in slots {
            self.giver.control.read::<()>(replies.next().unwrap_or_default())?;
            let keys = self.listing(replies.next().unwrap_or_default())?;
            self.work.counted(keys.len());
            listed.push(Listed { slot: *slot, keys: vec![(0, keys)], heavy: Vec::new() });
        }
        for (db, connection) in &self.giver.others {
            let mut asked = pipe();
            slots.iter().for_each(|slot| commands::list(&mut asked, *slot, PAGE));
            for (listed, reply) in listed.iter_mut().zip(connection.pipeline(&asked, PATIENCE).await?) {
                listed.keys.push((*db, self.listing(reply)?));
            }
        }
        let slots = if self.weighs { self.weighed(pair, listed).await? } else { listed };
        Ok(Wave { pair, slots })
    }

    /// Finds the big keys of a wave. With `--skip-big-keys` slots that have some are closed again.
    async fn weighed(&self, pair: usize, listed: Vec<Listed>) -> Result<Vec<Listed>, Setback> {
        let mut slots = Vec::with_capacity(listed.len());
        for mut one in listed {
            if self.run.options.skip_big_keys {
                for (db, keys) in one.keys.iter_mut().filter(|(_, keys)| keys.len() == PAGE) {
                    *keys = self.giver.keys(*db, one.slot, EVERY_KEY).await?;
                }
            }
            one.heavy = self.heavy_of(&mut one.keys).await?;
            if self.run.options.skip_big_keys && !one.heavy.is_empty() {
                self.leave_heavy(pair, one.slot, &one.heavy).await?;
            } else {
                slots.push(one);
            }
        }
        Ok(slots)
    }

    /// From how many bytes on a key is big.
    pub fn heavy_limit(&self) -> u64 {
        self.pace.borrow().big_key()
    }

    fn listing(&self, reply: ::redis::Value) -> Result<Vec<Vec<u8>>, Setback> {
        match reply {
            ::redis::Value::Array(_) => Ok(keys_of(reply).unwrap_or_default()),
            other => Ok(self.giver.control.read(other)?),
        }
    }

    async fn move_all(&self, mut waves: mpsc::Receiver<Wave>, moved: mpsc::Sender<Carried>) -> Result<(), Setback> {
        while let Some(wave) = waves.recv().await {
            let taker = self.taker(wave.pair);
            // The batch before must be on the replicas: no more than one may be lost with the taker.
            let batch = Arc::clone(&taker.batch).acquire_owned().await.expect("never closed");
            let mut slots = Vec::with_capacity(wave.slots.len());
            for listed in wave.slots {
                slots.push(listed.slot);
                for (db, keys) in listed.keys {
                    let full = keys.len() + listed.heavy.iter().filter(|heavy| heavy.db == db).count() >= PAGE;
                    self.carry_all(wave.pair, listed.slot, db, keys).await?;
                    if full {
                        self.carry_rest(wave.pair, listed.slot, db).await?;
                    }
                }
                for Heavy { db, key, bytes } in listed.heavy {
                    self.carry_alone(wave.pair, listed.slot, db, key, bytes).await?;
                }
            }
            if moved.send(Carried { pair: wave.pair, slots, _batch: batch }).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Gives keys of one slot, in calls that fit the pace.
    async fn carry_all(&self, pair: usize, slot: Slot, db: u16, mut keys: Vec<Vec<u8>>) -> Result<(), Setback> {
        let mut sample = true;
        while !keys.is_empty() {
            let pace = self.adapted();
            let fit = (pace.call_bytes() as f64 / self.work.key_bytes.get()).max(1.0) as usize;
            let most = pace.call_keys().min(fit).max(1);
            // A rest that is hardly worth a call goes along.
            let rest = if keys.len() <= most + most / 4 { Vec::new() } else { keys.split_off(most) };
            let call = std::mem::replace(&mut keys, rest);
            let begun = Instant::now();
            match self.carry(pair, slot, db, call, SILENCE, sample).await {
                // The others of the call are over; this one is looked at when the slot is closed.
                Ok(()) | Err(Setback::Busy) => {}
                Err(other) => return Err(other),
            }
            sample = false;
            let pause = pace.pause_after(begun.elapsed());
            if pause > Duration::ZERO {
                tokio::time::sleep(pause).await;
            }
        }
        Ok(())
    }

    /// Gives what a page of names did not have.
    async fn carry_rest(&self, pair: usize, slot: Slot, db: u16) -> Result<(), Setback> {
        let mut first = None;
        loop {
            let mut page = [(db, self.giver.keys(db, slot, PAGE).await?)];
            let full = page[0].1.len() >= PAGE;
            let heavy = if self.weighs { self.heavy_of(&mut page).await? } else { Vec::new() };
            let [(_, keys)] = page;
            // Keys that the taker has already stay, and come again and again.
            let stays = keys.first() == first.as_ref() && heavy.is_empty();
            first = keys.first().cloned();
            self.carry_all(pair, slot, db, keys).await?;
            for Heavy { db, key, bytes } in heavy {
                self.carry_alone(pair, slot, db, key, bytes).await?;
            }
            if !full || stays {
                return Ok(());
            }
        }
    }

    /// Gives one big key, after saying so.
    pub async fn carry_alone(&self, pair: usize, slot: Slot, db: u16, key: Vec<u8>, bytes: u64) -> Result<(), Setback> {
        let keys = vec![key];
        self.announce(slot, &keys, bytes);
        let begun = Instant::now();
        match self.carry(pair, slot, db, keys, SILENCE + stall(bytes) * 4, false).await {
            Ok(()) | Err(Setback::Busy) => {}
            Err(other) => return Err(other),
        }
        // Clients that waited are served before anything else.
        tokio::time::sleep(begun.elapsed() / 2).await;
        Ok(())
    }

    /// One call. Its keys are remembered until the replicas have them.
    pub async fn carry(
        &self,
        pair: usize,
        slot: Slot,
        db: u16,
        keys: Vec<Vec<u8>>,
        timeout: Duration,
        sample: bool,
    ) -> Result<(), Setback> {
        let (work, taker) = (&self.work.pairs[pair], self.taker(pair));
        let count = keys.len();
        let sent = Rc::new(Sent { slot, db, keys });
        work.sent.borrow_mut().push(Rc::clone(&sent));
        // Until the answer is there; a call that is given up stays in doubt.
        self.work.doubts.borrow_mut().push(Doubt { sent: Rc::clone(&sent), life: self.life.clone() });
        let carried = self.giver.carry(&taker.site.address, db, &sent.keys, timeout, sample).await;
        if !matches!(carried, Err(Setback::Unsettled(_))) {
            self.work.doubts.borrow_mut().pop();
        }
        let carried = carried.inspect_err(|_| self.work.culprit.set(Some(pair)))?;
        if let Some(bytes) = carried.sample {
            self.work.sampled(bytes);
        }
        let bytes = (count as f64 * self.work.key_bytes.get()) as u64;
        self.run.moved(&work.pair, count as u64, bytes);
        if self.batch_is_full(work) {
            let _confirmed = taker.replicas.confirm().await?;
            self.acknowledged(pair);
        }
        Ok(())
    }

    /// Says that a call makes giver and taker stand still for longer than clients are to wait.
    pub fn announce(&self, slot: Slot, keys: &[Vec<u8>], bytes: u64) {
        if let [key] = keys
            && bytes >= self.pace.borrow().big_key()
        {
            let node = self.giver.control.address().clone();
            self.run.progress.event(Event::Stall { key: key_text(key), slot, bytes, stall: stall(bytes), node });
        }
    }

    /// Bytes of one call.
    pub fn pace_bytes(&self) -> u64 {
        self.adapted().call_bytes()
    }

    /// Keys of one call.
    pub fn pace_keys(&self) -> usize {
        self.adapted().call_keys()
    }

    fn batch_is_full(&self, work: &PairWork) -> bool {
        let keys: usize = work.sent.borrow().iter().map(|sent| sent.keys.len()).sum();
        keys >= BATCH_KEYS || keys as f64 * self.work.key_bytes.get() >= BATCH_BYTES
    }

    async fn close_all(&self, mut carried: mpsc::Receiver<Carried>) -> Result<(), Setback> {
        while let Some(Carried { pair, slots, _batch }) = carried.recv().await {
            let taker = self.taker(pair);
            let confirmed = taker.replicas.confirm().await?;
            self.acknowledged(pair);
            drop(_batch);
            let (proofs, _rest) = handover::prove(&self.giver, &slots).await?;
            let closed = handover::hand_over(&self.giver, &taker.site, proofs, &confirmed).await?;
            self.closed(pair, &closed);
        }
        Ok(())
    }

    /// Forgets the keys that the taker's replicas have. Without a slot none of them would be promoted, and a taker that comes back empty empties them.
    pub fn acknowledged(&self, pair: usize) {
        if self.taker(pair).rooted {
            self.work.pairs[pair].sent.borrow_mut().clear();
        }
    }

    /// Notes that slots have their new owner.
    pub fn closed(&self, pair: usize, slots: &[Slot]) {
        if !slots.is_empty() && !self.taker(pair).rooted {
            self.work.pairs[pair].sent.borrow_mut().retain(|sent| !slots.contains(&sent.slot));
        }
        let mut open = self.work.open.borrow_mut();
        slots.iter().for_each(|slot| {
            open.remove(slot);
        });
        let mut doubts = self.work.doubts.borrow_mut();
        if !doubts.is_empty() {
            doubts.retain(|doubt| !slots.contains(&doubt.sent.slot));
        }
        self.run.closed(&self.work.pairs[pair].pair, slots.len() as u64);
    }

    /// The pace, looked at once in a while.
    fn adapted(&self) -> Pace {
        let mut pace = self.pace.borrow_mut();
        if self.adapted.get().elapsed() >= ADAPT {
            self.adapted.set(Instant::now());
            let nodes: Vec<_> =
                std::iter::once(&self.giver.id).chain(self.takers.values().map(|taker| &taker.site.id)).collect();
            pace.adapt(self.run.probes.recent_p99(&nodes));
            if let Some(p99) = self.run.probes.p99() {
                self.run.progress.event(Event::Latency(p99));
            }
        }
        pace.clone()
    }
}
