//! How busy slots are: no server counts commands per slot, so a sample of the commands is taken with `MONITOR`.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use tokio::time::Instant;

use crate::redis::monitored_command;
use crate::slots::lint::{key_positions, keys_of};
use crate::slots::{ClusterState, Node, NodeId, SLOTS, Slot, SlotSet, key_slot};

use super::cluster::Cluster;
use super::error::{NodeError, Trouble};

/// Commands of a node that are looked at, at most: `MONITOR` halves what a server can do, so a busy one is not kept long.
const MOST: u64 = 200_000;

impl Cluster {
    /// Commands a second that touch each slot, sampled on all masters at once for that long.
    ///
    /// # Errors
    /// Of each master that does not let itself be sampled.
    pub async fn sample_ops(
        &self,
        state: &ClusterState,
        time: Duration,
    ) -> Result<Box<[u64]>, Vec<(NodeId, NodeError)>> {
        let masters: Vec<&Node> = state.masters().filter(|node| !node.slots.is_empty()).collect();
        let sampled = join_all(masters.iter().map(|master| self.sample_node(&master.id, time))).await;
        let mut table = vec![0; usize::from(SLOTS)];
        let mut errors = Vec::new();
        for (master, sampled) in masters.iter().zip(sampled) {
            match sampled {
                Ok(sample) => {
                    sample.rates(&master.slots).into_iter().for_each(|(slot, rate)| table[slot.index()] = rate)
                }
                Err(error) => errors.push((master.id.clone(), error)),
            }
        }
        if errors.is_empty() { Ok(table.into()) } else { Err(errors) }
    }

    async fn sample_node(&self, id: &NodeId, time: Duration) -> Result<Sample, NodeError> {
        let Some(member) = self.member(id) else { return Ok(Sample::default()) };
        member.link.as_ref().map_err(Clone::clone)?;
        let monitor = self.access().monitor(member.dialled_address()).await?;
        let mut lines = monitor.into_on_message::<String>();
        let (start, mut sample) = (Instant::now(), Sample::default());
        while sample.seen < MOST {
            match tokio::time::timeout_at(start + time, lines.next()).await {
                Ok(Some(line)) => sample.count(&line),
                Ok(None) => {
                    let why = "the node ended the sample of its commands".to_owned();
                    return Err(NodeError::new(&member.address, Trouble::Closed(why)));
                }
                Err(_) => break,
            }
        }
        sample.seconds = start.elapsed().as_secs_f64();
        Ok(sample)
    }
}

/// Commands of one node.
#[derive(Default)]
struct Sample {
    seen: u64,
    seconds: f64,
    counts: HashMap<Slot, u64>,
}

impl Sample {
    fn count(&mut self, line: &str) {
        self.seen += 1;
        let Some(slot) = monitored_command(line).and_then(|command| slot_of(&command)) else { return };
        *self.counts.entry(slot).or_default() += 1;
    }

    /// Whole commands a second of the slots that the node owns. What is lost by rounding down goes to the slots that lost most, so that the sum stays.
    fn rates(&self, owned: &SlotSet) -> Vec<(Slot, u64)> {
        let mut rates: Vec<(Slot, f64)> = self
            .counts
            .iter()
            .filter(|(slot, _)| owned.contains(**slot))
            .map(|(slot, count)| (*slot, *count as f64 / self.seconds.max(1e-3)))
            .collect();
        let lost = rates.iter().map(|(_, rate)| rate.fract()).sum::<f64>().round() as usize;
        rates.sort_by(|(a, x), (b, y)| y.fract().total_cmp(&x.fract()).then(a.cmp(b)));
        let up = |(index, (slot, rate)): (usize, (Slot, f64))| (slot, rate as u64 + u64::from(index < lost));
        rates.into_iter().enumerate().map(up).collect()
    }
}

/// The slot of a command's first key; in a cluster its other keys have the same.
fn slot_of(command: &[Vec<u8>]) -> Option<Slot> {
    let (name, arguments) = command.split_first()?;
    let texts: Vec<Option<&str>> = arguments.iter().map(|argument| std::str::from_utf8(argument).ok()).collect();
    let first = *key_positions(keys_of(std::str::from_utf8(name).ok()?), &texts).first()?;
    Some(key_slot(&arguments[first]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_keep_their_sum() {
        let mut sample = Sample { seconds: 2.0, ..Sample::default() };
        for _ in 0..5 {
            sample.count(r#"1.2 [0 h:1] "get" "foo""#);
        }
        for key in ["a", "b", "c"] {
            sample.count(&format!(r#"1.2 [0 h:1] "EVAL" "return 1" "1" "{key}""#));
        }
        sample.count(r#"1.2 [0 h:1] "ping""#);
        sample.count(r#"1.2 [0 lua] "get" "foo""#);
        assert_eq!((sample.seen, sample.counts.len()), (10, 4));
        let rates = sample.rates(&SlotSet::all());
        assert_eq!(rates.iter().map(|(_, rate)| rate).sum::<u64>(), 4, "8 commands with keys in 2 seconds: {rates:?}");
        let foo = key_slot(b"foo");
        assert!(rates.contains(&(foo, 2)) || rates.contains(&(foo, 3)), "{rates:?}");
        assert_eq!(sample.rates(&SlotSet::new()), []);
    }
}
