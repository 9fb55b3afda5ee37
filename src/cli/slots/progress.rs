//! What is seen of a migration while it runs: a display on a terminal, a line every few seconds elsewhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::apply::slots::{Event, Pair, PairSize, Progress, Step};
use crate::cli::printer::to_stderr;

/// How often a line is printed where there is no terminal.
const EVERY: Duration = Duration::from_secs(3);
/// How often the display changes.
const REDRAW: Duration = Duration::from_millis(100);
/// Pairs that have a line of their own.
const SHOWN: usize = 12;

/// Shows a migration on stderr.
pub struct Display {
    quiet: bool,
    terminal: bool,
    bars: MultiProgress,
    state: Mutex<State>,
}

struct State {
    begun: Instant,
    shown: Instant,
    phase: &'static str,
    p99: Option<Duration>,
    pairs: BTreeMap<Pair, Line>,
    total: Option<ProgressBar>,
}

#[derive(Clone)]
struct Line {
    size: PairSize,
    slots: u64,
    keys: u64,
    bytes: u64,
    bar: Option<ProgressBar>,
}

impl Display {
    /// On a terminal a display that changes; elsewhere lines; with `quiet` nothing.
    pub fn new(terminal: bool, quiet: bool) -> Display {
        let target =
            if terminal && !quiet { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let now = Instant::now();
        let state = State { begun: now, shown: now, phase: "checking", p99: None, pairs: BTreeMap::new(), total: None };
        Display { quiet, terminal, bars: MultiProgress::with_draw_target(target), state: Mutex::new(state) }
    }

    /// A line that stays.
    pub fn say(&self, text: &str) {
        if self.quiet {
            return;
        }
        if self.terminal {
            // Where stderr is closed, nobody listens.
            let _ = self.bars.println(text);
        } else {
            line(text);
        }
    }

    /// Ends the display, so that what follows starts on a line of its own.
    pub fn end(&self) {
        let _ = self.bars.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, state: &mut State, sizes: Vec<PairSize>) {
        state.begun = Instant::now();
        state.shown = state.begun;
        let style = |text: &str| ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_bar());
        let total: u64 = sizes.iter().map(|size| size.slots).sum();
        for (index, size) in sizes.into_iter().enumerate() {
            let bar = (self.terminal && index < SHOWN).then(|| {
                let bar = ProgressBar::new(size.slots);
                bar.set_style(style("  {prefix} {bar:20} {pos}/{len} slots {msg}"));
                bar.set_prefix(format!("{} > {}", size.from, size.to));
                self.bars.add(bar)
            });
            state.pairs.insert(size.pair.clone(), Line { size, slots: 0, keys: 0, bytes: 0, bar });
        }
        if self.terminal {
            let bar = ProgressBar::new(total);
            bar.set_style(style("{bar:30} {pos}/{len} slots {msg}"));
            state.total = Some(self.bars.add(bar));
        }
    }

    fn refresh(&self, state: &mut State, now: bool) {
        let pause = if self.terminal { REDRAW } else { EVERY };
        if self.quiet || (!now && state.shown.elapsed() < pause) {
            return;
        }
        state.shown = Instant::now();
        if self.terminal {
            for line in state.pairs.values() {
                if let Some(bar) = &line.bar {
                    bar.set_position(line.slots);
                    bar.set_message(format!("{} keys {}", line.keys, HumanBytes(line.bytes)));
                }
            }
            if let Some(bar) = &state.total {
                bar.set_position(state.pairs.values().map(|line| line.slots).sum());
                bar.set_message(state.figures());
            }
        } else if !state.pairs.is_empty() {
            let (done, all) = state.slots();
            line(&format!("{}: {done} of {all} slots, {}", state.phase, state.figures()));
        }
    }
}

impl State {
    fn slots(&self) -> (u64, u64) {
        self.pairs.values().fold((0, 0), |(done, all), line| (done + line.slots, all + line.size.slots))
    }

    /// Keys, bytes, rate, time left, latency.
    fn figures(&self) -> String {
        let seconds = self.begun.elapsed().as_secs_f64().max(0.001);
        let (keys, bytes) = self.pairs.values().fold((0, 0), |(k, b), line| (k + line.keys, b + line.bytes));
        let (done, all) = self.slots();
        let mut text = format!("{keys} keys, {}, {:.0} keys/s", HumanBytes(bytes), keys as f64 / seconds);
        if done > 0 && done < all {
            let rest = seconds / done as f64 * (all - done) as f64;
            text.push_str(&format!(", {} left", duration(rest)));
        }
        if let Some(p99) = self.p99 {
            text.push_str(&format!(", p99 {:.1} ms", p99.as_secs_f64() * 1e3));
        }
        text
    }
}

/// `5 s`, `3 min`, `2.5 h`.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{} s", s.ceil()),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

impl Progress for Display {
    fn event(&self, event: Event) {
        let mut state = self.lock();
        match event {
            Event::Begun(sizes) => self.begin(&mut state, sizes),
            Event::Phase(phase) if phase == state.phase => {}
            Event::Phase(phase) => {
                state.phase = phase;
                drop(state);
                self.say(phase);
            }
            Event::Moved { pair, keys, bytes } => {
                if let Some(line) = state.pairs.get_mut(&pair) {
                    line.keys += keys;
                    line.bytes += bytes;
                }
                self.refresh(&mut state, false);
            }
            Event::Closed { pair, slots } => {
                if let Some(line) = state.pairs.get_mut(&pair) {
                    line.slots += slots;
                }
                let (done, all) = state.slots();
                self.refresh(&mut state, done == all);
            }
            Event::Latency(p99) => {
                state.p99 = Some(p99);
                self.refresh(&mut state, false);
            }
            other => {
                drop(state);
                if let Some(text) = sentence(&other) {
                    self.say(&text);
                }
            }
        }
    }
}

/// What else happened, in words.
fn sentence(event: &Event) -> Option<String> {
    Some(match event {
        Event::Stall { key, slot, bytes, stall, node } => format!(
            "key `{key}` of slot {slot} has {}: {node} and its taker stand still for about {:.1} s",
            HumanBytes(*bytes),
            stall.as_secs_f64()
        ),
        Event::Note(text) => text.clone(),
        Event::Atomic { pair, slots, state } => {
            format!("{} > {}: {slots} slots {state}", pair.from.short(), pair.to.short())
        }
        Event::Step(step) => return step_sentence(step),
        _ => return None,
    })
}

fn step_sentence(step: &Step) -> Option<String> {
    Some(match step {
        Step::FunctionsCopied { to, libraries } => format!("{libraries} function libraries copied to {to}"),
        Step::Joined { id, address } => format!("{address} joined as {}", id.short()),
        Step::InSync { node, master } => format!("{} copies {}", node.short(), master.short()),
        Step::FailingOver { master, replica } => format!("{} takes over from {}", replica.short(), master.short()),
        Step::Forgotten { id, by } => format!("{} forgotten by {by} nodes", id.short()),
        Step::Reset { id, address } => format!("{address} ({}) left and is empty", id.short()),
        // Repeated while something is waited for.
        Step::Meeting { .. } | Step::Syncing { .. } => return None,
    })
}

fn line(text: &str) {
    // Where stderr is closed, nobody listens.
    let _ = to_stderr(&format!("{text}\n"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::Address;

    #[test]
    fn time_is_told_in_fitting_units() {
        assert_eq!([3.2, 200.0, 9000.0].map(duration), ["4 s", "3 min", "2.5 h"]);
    }

    #[test]
    fn figures_of_all_pairs() {
        let display = Display::new(false, true);
        let pair = |to: &str| Pair { from: "a".into(), to: to.into() };
        let size = |to: &str| PairSize {
            pair: pair(to),
            from: Address::new("h", 1),
            to: Address::new("h", 2),
            slots: 10,
            keys: None,
        };
        display.event(Event::Begun(vec![size("b"), size("c")]));
        display.event(Event::Moved { pair: pair("b"), keys: 30, bytes: 2048 });
        display.event(Event::Closed { pair: pair("c"), slots: 10 });
        display.event(Event::Latency(Duration::from_micros(1500)));
        let state = display.lock();
        assert_eq!(state.slots(), (10, 20));
        let figures = state.figures();
        assert!(figures.starts_with("30 keys, 2.00 KiB, ") && figures.ends_with(", p99 1.5 ms"), "{figures}");
    }

    #[test]
    fn a_stall_is_announced() {
        let event = Event::Stall {
            key: "big".to_owned(),
            slot: crate::slots::Slot::FIRST,
            bytes: 58_720_256,
            stall: Duration::from_millis(400),
            node: Address::new("h", 1),
        };
        assert_eq!(
            sentence(&event).unwrap(),
            "key `big` of slot 0 has 56.00 MiB: h:1 and its taker stand still for about 0.4 s"
        );
    }
}
