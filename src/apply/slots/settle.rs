//! Open slots, one after another and with care: after a crash, after a failover, and where keys are on both sides.

use ::redis::{Value, cmd, pipe};

use crate::live::redis::{Connection, NodeError};
use crate::redis::NodeLine;
use crate::slots::{Direction, NodeId, Slot};

use super::commands::{self, PATIENCE, Setback};
use super::conflict::{ConflictError, Pair as Sides, Settled};
use super::handover;
use super::lane::Lane;
use super::pace::stall;
use super::site::Site;

/// Keys that are looked at together.
const CHUNK: usize = 500;
/// How often a slot is listed again before it counts as one that does not become empty.
const ROUNDS: usize = 50;

/// What a node says about itself.
struct Own {
    line: NodeLine,
}

impl Own {
    async fn of(site: &Site) -> Result<Own, Setback> {
        let line = commands::own_line(&site.control).await?.ok_or_else(|| site.strange("does not list itself"))?;
        Ok(Own { line })
    }

    fn owns(&self, slot: Slot) -> bool {
        self.line.slots.contains(slot)
    }

    fn direction(&self, slot: Slot) -> Option<&Direction> {
        self.line.open.iter().find(|(open, _)| *open == slot).map(|(_, direction)| direction)
    }
}

/// How a slot ended.
enum End {
    Closed,
    /// Keys differ on both sides.
    Stuck,
}

impl Lane<'_> {
    /// Finishes all slots that are open, but those that are stuck.
    pub async fn settle_open(&self) -> Result<(), Setback> {
        let open: Vec<(Slot, usize)> = self.work.open.borrow().iter().map(|(slot, pair)| (*slot, *pair)).collect();
        if open.is_empty() {
            return Ok(());
        }
        let giver = Own::of(&self.giver).await?;
        for (&index, taker) in &self.takers {
            let slots: Vec<Slot> = open.iter().filter(|(_, pair)| *pair == index).map(|(slot, _)| *slot).collect();
            if slots.is_empty() || self.work.pairs[index].closed.get() {
                continue;
            }
            let own = Own::of(&taker.site).await?;
            self.arm(index, &slots, &giver, &own).await?;
            let mut sides = Vec::new();
            for slot in slots {
                self.run.lock_held().await?;
                let twice = giver.owns(slot) && own.owns(slot);
                match self.settle(index, slot, twice, &mut sides).await? {
                    End::Closed => self.closed(index, &[slot]),
                    End::Stuck => {
                        self.work.open.borrow_mut().remove(&slot);
                        self.work.stuck.borrow_mut().insert(slot, index);
                    }
                }
            }
        }
        Ok(())
    }

    /// Puts the states back that a failover forgets: IMPORTING, then MIGRATING, before anything else. Until then a promoted giver says that keys do not
    /// exist which the taker has.
    async fn arm(&self, pair: usize, slots: &[Slot], giver: &Own, taker: &Own) -> Result<(), Setback> {
        let site = &self.taker(pair).site;
        let (mut import, mut migrate) = (pipe(), pipe());
        for slot in slots.iter().copied() {
            if taker.owns(slot) {
                continue;
            }
            if !giver.owns(slot) {
                return Err(self.giver.unsettled(&format!("slot {slot} belongs to neither side")));
            }
            if taker.direction(slot) != Some(&Direction::Importing(self.giver.id.clone())) {
                commands::importing_again(&mut import, slot, &self.giver.id);
            }
            if giver.direction(slot) != Some(&Direction::Migrating(site.id.clone())) {
                commands::migrating(&mut migrate, slot, &site.id);
            }
        }
        site.must(&import).await?;
        self.giver.must(&migrate).await
    }

    /// Finishes one slot; `twice` says that both sides claim it.
    async fn settle(
        &self,
        pair: usize,
        slot: Slot,
        twice: bool,
        sides: &mut Vec<(u16, Connection, Connection)>,
    ) -> Result<End, Setback> {
        let taker = self.taker(pair);
        for _ in 0..ROUNDS {
            let mut differ = false;
            let databases: Vec<u16> = self.giver.databases().map(|(db, _)| db).collect();
            for db in databases {
                let keys = self.giver.keys(db, slot, CHUNK * 20).await?;
                for chunk in keys.chunks(CHUNK) {
                    let (free, both) = self.sort_out(pair, db, chunk).await?;
                    for key in both {
                        differ |= !self.settle_key(pair, slot, db, key, sides).await?;
                    }
                    self.carry_careful(pair, slot, db, free).await?;
                }
            }
            if differ {
                return Ok(End::Stuck);
            }
            let confirmed = taker.replicas.confirm().await?;
            self.acknowledged(pair);
            let (proofs, rest) = handover::prove(&self.giver, &[slot]).await?;
            if rest.is_empty() {
                handover::hand_over(&self.giver, &taker.site, proofs, &confirmed).await?;
                if twice {
                    // Others believe the claim with the higher epoch, and the taker's need not be that. Whether they all do now is compared in the end.
                    let _ = taker.site.control.query::<String>(cmd("CLUSTER").arg("BUMPEPOCH")).await;
                }
                return Ok(End::Closed);
            }
        }
        Err(self.giver.strange(&format!("slot {slot} does not become empty")))
    }

    /// Keys that only the giver has, and keys that both have.
    async fn sort_out(&self, pair: usize, db: u16, keys: &[Vec<u8>]) -> Result<(Vec<Vec<u8>>, Vec<Vec<u8>>), Setback> {
        let taker = self.taker(pair).site.database(db);
        let mut asked = pipe();
        for key in keys {
            asked.cmd("ASKING").cmd("EXISTS").arg(key);
        }
        let (mut free, mut both) = (Vec::new(), Vec::new());
        let replies = taker.pipeline(&asked, PATIENCE).await?;
        for (key, reply) in keys.iter().zip(replies.into_iter().skip(1).step_by(2)) {
            if taker.read::<u64>(reply)? == 0 { free.push(key.clone()) } else { both.push(key.clone()) }
        }
        Ok((free, both))
    }

    /// Gives keys that the taker does not have. One that it has by now is seen in the next round.
    async fn carry_careful(&self, pair: usize, slot: Slot, db: u16, keys: Vec<Vec<u8>>) -> Result<(), Setback> {
        if keys.is_empty() {
            return Ok(());
        }
        let sizes = self.giver.sizes(db, &keys).await?;
        let mut call = Vec::new();
        let mut bytes = 0;
        for (key, size) in keys.into_iter().zip(sizes) {
            let size = size.unwrap_or(0);
            if !call.is_empty() && (bytes + size > self.pace_bytes() || call.len() >= self.pace_keys()) {
                self.carry_one(pair, slot, db, std::mem::take(&mut call), bytes).await?;
                bytes = 0;
            }
            bytes += size;
            call.push(key);
        }
        self.carry_one(pair, slot, db, call, bytes).await
    }

    async fn carry_one(&self, pair: usize, slot: Slot, db: u16, keys: Vec<Vec<u8>>, bytes: u64) -> Result<(), Setback> {
        self.announce(slot, &keys, bytes);
        match self.carry(pair, slot, db, keys, super::lane::SILENCE + stall(bytes) * 4, false).await {
            Ok(()) | Err(Setback::Busy) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// A key that both sides have; whether that is over.
    async fn settle_key(
        &self,
        pair: usize,
        slot: Slot,
        db: u16,
        key: Vec<u8>,
        sides: &mut Vec<(u16, Connection, Connection)>,
    ) -> Result<bool, Setback> {
        if !sides.iter().any(|(number, _, _)| *number == db) {
            let (source, target) =
                (self.watcher(&self.giver.id, db).await?, self.watcher(&self.taker(pair).site.id, db).await?);
            sides.push((db, source, target));
        }
        let Some((_, source, target)) = sides.iter().find(|(number, _, _)| *number == db) else { return Ok(false) };
        let settled = Sides { source, target, db }.settle(&key, self.run.options.on_conflict, &self.run.archive).await;
        match settled.map_err(|error| self.conflict_failed(error))? {
            Settled::Gone | Settled::Same => Ok(true),
            Settled::Free => {
                self.carry_careful(pair, slot, db, vec![key]).await?;
                Ok(true)
            }
            Settled::Decided(conflict) => {
                self.run.tally.borrow_mut().conflicts.push(*conflict);
                Ok(true)
            }
            Settled::Differs(_) if self.work.doubts(db, &key, &self.life) => {
                // A call of this run got no answer, and the taker took in late what the giver has kept, and served, ever since: while it is MIGRATING it
                // sends clients on only for keys that it does not have. So the copy of the taker is ours, and old.
                let mut steps = pipe();
                steps.cmd("ASKING").cmd("DEL").arg(&key);
                for reply in target.pipeline(&steps, PATIENCE).await? {
                    target.read::<Value>(reply)?;
                }
                self.carry_careful(pair, slot, db, vec![key]).await?;
                Ok(true)
            }
            Settled::Differs(conflict) => {
                let mut tally = self.run.tally.borrow_mut();
                tally
                    .conflicts
                    .retain(|other| (&other.key_base64, other.database) != (&conflict.key_base64, conflict.database));
                tally.conflicts.push(*conflict);
                Ok(false)
            }
        }
    }

    fn conflict_failed(&self, error: ConflictError) -> Setback {
        match error {
            ConflictError::Node(error) => Setback::of(error),
            other => self.giver.strange(&other.to_string()),
        }
    }

    /// A connection of its own, as `WATCH` belongs to one.
    async fn watcher(&self, id: &NodeId, db: u16) -> Result<Connection, NodeError> {
        let Some(member) = self.cluster.member(id) else { return Ok(self.giver.control.clone()) };
        let connection = self.cluster.open(member, "redisops-watch").await?;
        if db > 0 {
            connection.query::<()>(cmd("SELECT").arg(db)).await?;
        }
        Ok(connection)
    }

    /// Closes open slots of which the taker has no key, so that they are as if nothing had been begun. The others stay open: their keys are on both
    /// sides, and only an open slot lets clients find all of them.
    pub async fn retreat(&self, pair: usize) -> Result<(), Setback> {
        if !self.takers.contains_key(&pair) {
            return Ok(());
        }
        let slots: Vec<Slot> =
            self.work.open.borrow().iter().filter(|(_, of)| **of == pair).map(|(slot, _)| *slot).collect();
        self.retreat_slots(pair, &slots).await.map(|_| ())
    }

    /// As [`Lane::retreat`], for these slots; which of them are closed.
    pub async fn retreat_slots(&self, pair: usize, slots: &[Slot]) -> Result<Vec<Slot>, Setback> {
        let taker = &self.taker(pair).site;
        let counts = taker.counts(slots).await?;
        let empty: Vec<Slot> =
            slots.iter().zip(counts).filter(|(_, count)| *count == 0).map(|(slot, _)| *slot).collect();
        if empty.is_empty() {
            return Ok(empty);
        }
        let mut steps = pipe();
        empty.iter().for_each(|slot| commands::stable(&mut steps, *slot));
        // The giver first: from then on it answers for all keys itself.
        self.giver.must(&steps).await?;
        taker.must(&steps).await?;
        let mut open = self.work.open.borrow_mut();
        let mut todo = self.work.pairs[pair].todo.borrow_mut();
        for slot in &empty {
            open.remove(slot);
            todo.push_front(*slot);
        }
        Ok(empty)
    }
}

impl Site {
    /// Bytes of keys in memory; nothing where the server does not tell.
    pub async fn sizes(&self, db: u16, keys: &[Vec<u8>]) -> Result<Vec<Option<u64>>, Setback> {
        let connection = self.database(db);
        let mut asked = pipe();
        for key in keys {
            asked.cmd("MEMORY").arg("USAGE").arg(key);
        }
        let replies = connection.pipeline(&asked, PATIENCE).await?;
        Ok(replies.into_iter().map(|reply: Value| connection.read::<Option<u64>>(reply).ok().flatten()).collect())
    }
}
