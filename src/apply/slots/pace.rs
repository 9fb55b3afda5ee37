//! How much a giver is asked to do at once: as much as the latency budget of its clients allows.

use std::time::Duration;

/// The level at which a run begins.
const START: f64 = 1.0;
/// The lowest level; below it, pauses are made.
const LOWEST: f64 = 0.25;
/// The highest level. Above, calls take longer and are no faster.
const HIGHEST: f64 = 8.0;
/// Slots of a wave, at most. Larger ones cost less: each makes giver and taker write their `nodes.conf` twice. But all nodes look at every slot again for
/// each slot that is handed over, one after another, and a giver that dies leaves more of them open.
const SLOTS: f64 = 16.0;
/// Keys and bytes of a wave, about: fewer slots where slots are full.
const WAVE_KEYS: f64 = 4096.0;
const WAVE_BYTES: f64 = 2e6;
/// Keys of a call at level 1: about one millisecond of `MIGRATE`.
const KEYS: f64 = 128.0;
/// Bytes of a call at level 1: about one millisecond of `MIGRATE` at 147 MB/s.
const BYTES: f64 = 147_000.0;
/// How much of its time a giver is left to its clients at the least pace: three times what a call takes. What they wait for then is not the run.
const LONGEST_PAUSE: u32 = 3;
/// Parts of the budget: above the first it backs off, below the second it speeds up. Clients see about a tenth more than the probes.
const NEAR: f64 = 0.8;
const FAR: f64 = 0.55;
/// Steps in which pauses grow, as parts of what a call takes.
const PAUSE_STEP: f64 = 0.5;

/// How much at once. Grows while clients have it well, shrinks when they come near their budget.
#[derive(Clone, Debug)]
pub struct Pace {
    /// On top of what clients wait without the run.
    budget: Option<Duration>,
    idle: Duration,
    level: f64,
    /// As a part of what a call takes.
    pause: f64,
}

impl Pace {
    /// With that budget for the 99th percentile of clients' latency, on top of what they wait without the run; without one it is as fast as it gets.
    pub fn new(budget: Option<Duration>, idle: Duration) -> Pace {
        Pace { budget, idle, level: if budget.is_some() { START } else { HIGHEST }, pause: 0.0 }
    }

    /// Takes in what the probes measured since the last time; nothing where they measured too little.
    pub fn adapt(&mut self, p99: Option<Duration>) {
        let (Some(budget), Some(p99)) = (self.budget, p99) else { return };
        let used = p99.saturating_sub(self.idle).as_secs_f64() / budget.as_secs_f64();
        if used > NEAR {
            // The further above, the further back.
            self.level *= (NEAR / used).clamp(0.25, 0.9);
            if self.level < LOWEST {
                self.level = LOWEST;
                self.pause = (self.pause + PAUSE_STEP).min(f64::from(LONGEST_PAUSE));
            }
        } else if used < FAR {
            if self.pause > 0.0 {
                self.pause -= PAUSE_STEP;
            } else {
                self.level = (self.level * 1.25).min(HIGHEST);
            }
        }
    }

    /// Slots that are opened together, of that many keys each, and of keys of that many bytes.
    pub fn wave_slots(&self, keys: f64, bytes: f64) -> usize {
        let keys = keys.max(1.0);
        (WAVE_KEYS / keys).min(WAVE_BYTES / (keys * bytes.max(1.0))).clamp(1.0, SLOTS) as usize
    }

    /// Keys of one call.
    pub fn call_keys(&self) -> usize {
        (KEYS * self.level).round().max(8.0) as usize
    }

    /// Bytes of one call.
    pub fn call_bytes(&self) -> u64 {
        (BYTES * self.level) as u64
    }

    /// How long to leave the giver to its clients after a call that took so long.
    pub fn pause_after(&self, call: Duration) -> Duration {
        call.mul_f64(self.pause)
    }

    /// From how many bytes on a key is so big that moving it, alone, breaks the budget.
    pub fn big_key(&self) -> u64 {
        // 64 MiB without a budget: half a second.
        self.budget.map_or(64 << 20, |budget| ((budget.as_secs_f64() * MIGRATE_RATE) as u64).max(1 << 20))
    }
}

/// Bytes a second that a single `MIGRATE` moves: measured with a hash of 56 MB on loopback.
pub const MIGRATE_RATE: f64 = 147e6;

/// How long giver and taker stand still for a key of that size.
pub fn stall(bytes: u64) -> Duration {
    Duration::from_secs_f64(bytes as f64 / MIGRATE_RATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Duration = Duration::from_millis(5);

    const CALL: Duration = Duration::from_millis(2);
    const IDLE: Duration = Duration::ZERO;

    #[test]
    fn it_backs_off_to_pauses_and_comes_back() {
        let mut pace = Pace::new(Some(BUDGET), IDLE);
        assert_eq!((pace.call_keys(), pace.pause_after(CALL)), (128, Duration::ZERO));
        for _ in 0..3 {
            pace.adapt(Some(Duration::from_millis(20)));
        }
        assert_eq!(pace.call_keys(), 32);
        assert_eq!(pace.pause_after(CALL), Duration::from_millis(2));
        for _ in 0..20 {
            pace.adapt(Some(Duration::from_millis(20)));
        }
        assert_eq!(pace.pause_after(CALL), 3 * CALL, "it never stands still");
        for _ in 0..60 {
            pace.adapt(Some(Duration::from_micros(300)));
        }
        assert_eq!((pace.call_keys(), pace.pause_after(CALL)), (1024, Duration::ZERO));
    }

    #[test]
    fn between_the_two_parts_of_the_budget_it_stays() {
        let mut pace = Pace::new(Some(BUDGET), IDLE);
        pace.adapt(Some(Duration::from_millis(4)));
        pace.adapt(None);
        assert_eq!(pace.call_keys(), 128);
    }

    #[test]
    fn what_clients_wait_anyway_is_not_its_doing() {
        let mut pace = Pace::new(Some(BUDGET), Duration::from_millis(20));
        pace.adapt(Some(Duration::from_millis(21)));
        assert_eq!(pace.call_keys(), 160);
        pace.adapt(Some(Duration::from_millis(30)));
        assert!(pace.call_keys() < 128);
    }

    #[test]
    fn without_a_budget_nothing_slows_it() {
        let mut pace = Pace::new(None, IDLE);
        pace.adapt(Some(Duration::from_secs(1)));
        assert_eq!((pace.call_keys(), pace.pause_after(CALL)), (1024, Duration::ZERO));
    }

    #[test]
    fn a_wave_has_many_slots_unless_they_are_full() {
        let pace = Pace::new(Some(BUDGET), IDLE);
        assert_eq!(pace.wave_slots(0.0, 200.0), 16);
        assert_eq!(pace.wave_slots(61.0, 100.0), 16);
        assert_eq!(pace.wave_slots(600.0, 100.0), 6);
        assert_eq!(pace.wave_slots(61.0, 10_000.0), 3);
        assert_eq!(pace.wave_slots(1e6, 100.0), 1);
    }

    #[test]
    fn a_big_key_is_one_that_breaks_the_budget() {
        assert_eq!(Pace::new(Some(Duration::from_millis(20)), IDLE).big_key(), 2_940_000);
        assert_eq!(Pace::new(Some(BUDGET), IDLE).big_key(), 1 << 20);
        assert_eq!(stall(147_000_000), Duration::from_secs(1));
    }
}
