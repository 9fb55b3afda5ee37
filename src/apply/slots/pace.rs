//! How much a giver is asked to do at once: as much as the latency budget of its clients allows.

use std::time::Duration;

/// The level at which a run begins.
const START: f64 = 1.0;
/// The lowest level: waves of two slots; below it, pauses are made.
const LOWEST: f64 = 0.25;
/// The highest level: waves of 64 slots. Above, waves take longer and are no faster.
const HIGHEST: f64 = 8.0;
/// Slots of a wave at level 1.
const SLOTS: f64 = 8.0;
/// Keys of a call at level 1: about one millisecond of `MIGRATE`.
const KEYS: f64 = 128.0;
/// Bytes of a call at level 1: about one millisecond of `MIGRATE` at 147 MB/s.
const BYTES: f64 = 147_000.0;
/// How much of its time a giver is left to its clients at the least pace: three times what a call takes. What they wait for then is not the run.
const LONGEST_PAUSE: u32 = 3;
/// Steps in which pauses grow, as parts of what a call takes.
const PAUSE_STEP: f64 = 0.5;

/// How much at once. Grows while clients have it well, shrinks when they come near their budget.
#[derive(Clone, Debug)]
pub struct Pace {
    budget: Option<Duration>,
    level: f64,
    /// As a part of what a call takes.
    pause: f64,
}

impl Pace {
    /// With that budget for the 99th percentile of clients' latency; without one it is as fast as it gets.
    pub fn new(budget: Option<Duration>) -> Pace {
        Pace { budget, level: if budget.is_some() { START } else { HIGHEST }, pause: 0.0 }
    }

    /// Takes in what the probes measured since the last time; nothing where they measured too little.
    pub fn adapt(&mut self, p99: Option<Duration>) {
        let (Some(budget), Some(p99)) = (self.budget, p99) else { return };
        let used = p99.as_secs_f64() / budget.as_secs_f64();
        if used > 0.8 {
            // The further above, the further back.
            self.level *= (0.8 / used).clamp(0.25, 0.8);
            if self.level < LOWEST {
                self.level = LOWEST;
                self.pause = (self.pause + PAUSE_STEP).min(f64::from(LONGEST_PAUSE));
            }
        } else if used < 0.5 {
            if self.pause > 0.0 {
                self.pause -= PAUSE_STEP;
            } else {
                self.level = (self.level * 1.25).min(HIGHEST);
            }
        }
    }

    /// Slots that are opened together.
    pub fn wave_slots(&self) -> usize {
        (SLOTS * self.level).round().max(1.0) as usize
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

    #[test]
    fn it_backs_off_to_pauses_and_comes_back() {
        let mut pace = Pace::new(Some(BUDGET));
        assert_eq!((pace.wave_slots(), pace.pause_after(CALL)), (8, Duration::ZERO));
        for _ in 0..3 {
            pace.adapt(Some(Duration::from_millis(20)));
        }
        assert_eq!((pace.wave_slots(), pace.call_keys()), (2, 32));
        assert_eq!(pace.pause_after(CALL), Duration::from_millis(2));
        for _ in 0..20 {
            pace.adapt(Some(Duration::from_millis(20)));
        }
        assert_eq!(pace.pause_after(CALL), 3 * CALL, "it never stands still");
        for _ in 0..60 {
            pace.adapt(Some(Duration::from_micros(300)));
        }
        assert_eq!((pace.wave_slots(), pace.pause_after(CALL)), (64, Duration::ZERO));
    }

    #[test]
    fn between_half_and_most_of_the_budget_it_stays() {
        let mut pace = Pace::new(Some(BUDGET));
        pace.adapt(Some(Duration::from_millis(3)));
        pace.adapt(None);
        assert_eq!(pace.wave_slots(), 8);
    }

    #[test]
    fn without_a_budget_nothing_slows_it() {
        let mut pace = Pace::new(None);
        pace.adapt(Some(Duration::from_secs(1)));
        assert_eq!((pace.wave_slots(), pace.pause_after(CALL)), (64, Duration::ZERO));
    }

    #[test]
    fn a_big_key_is_one_that_breaks_the_budget() {
        assert_eq!(Pace::new(Some(Duration::from_millis(20))).big_key(), 2_940_000);
        assert_eq!(Pace::new(Some(BUDGET)).big_key(), 1 << 20);
        assert_eq!(stall(147_000_000), Duration::from_secs(1));
    }
}
