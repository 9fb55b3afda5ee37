//! Where the time of a build went.

use std::cell::RefCell;
use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::diagnostics::Sources;
use crate::kustomize::Observer;

/// A clock for the steps of a build. The time of a step within another counts for the inner one only, so that the times add up.
#[derive(Debug)]
pub struct Stopwatch {
    started: Instant,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    /// Steps that have begun and not ended, outermost first.
    open: Vec<&'static str>,
    /// When the innermost one was last at work.
    since: Instant,
    /// Time and number of runs by step, in the order in which they first began.
    steps: Vec<(&'static str, Duration, usize)>,
}

/// Time outside of all steps.
const REST: &str = "the rest";

impl Stopwatch {
    /// Starts now.
    pub fn new() -> Stopwatch {
        let now = Instant::now();
        Stopwatch { started: now, state: RefCell::new(State { open: Vec::new(), since: now, steps: Vec::new() }) }
    }
}

impl State {
    /// Gives the time since the last change to the innermost step.
    fn settle(&mut self) {
        let now = Instant::now();
        let name = self.open.last().copied().unwrap_or(REST);
        let at = self.position(name);
        self.steps[at].1 += now - self.since;
        self.since = now;
    }

    fn position(&mut self, name: &'static str) -> usize {
        self.steps.iter().position(|(known, ..)| *known == name).unwrap_or_else(|| {
            self.steps.push((name, Duration::ZERO, 0));
            self.steps.len() - 1
        })
    }
}

impl Observer for Stopwatch {
    fn begin(&self, step: &'static str) {
        let mut state = self.state.borrow_mut();
        state.settle();
        let at = state.position(step);
        state.steps[at].2 += 1;
        state.open.push(step);
    }

    fn end(&self) {
        let mut state = self.state.borrow_mut();
        state.settle();
        state.open.pop();
    }
}

/// What was counted in a build.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Objects that came out.
    pub resources: usize,
    /// Writes recorded.
    pub writes: usize,
    /// Bytes that came out.
    pub output: usize,
}

/// A table: what was read and written, and the time of each step.
pub fn table(watch: &Stopwatch, sources: &Sources, counts: Counts) -> String {
    let mut state = watch.state.borrow_mut();
    state.settle();
    let total = watch.started.elapsed();
    let read = sources.totals();
    let mut out = String::new();
    for (name, value) in [
        ("files read", read.files),
        ("bytes read", read.bytes),
        ("documents in them", read.documents),
        ("resources written", counts.resources),
        ("bytes written", counts.output),
        ("writes recorded", counts.writes),
    ] {
        line(&mut out, name, &format!("{value:>10}"));
    }
    line(&mut out, "step", "        ms    share   times");
    let rest = state.steps.iter().filter(|step| step.0 == REST);
    for (name, time, times) in state.steps.iter().filter(|step| step.0 != REST).chain(rest) {
        let share = 100.0 * time.as_secs_f64() / total.as_secs_f64().max(f64::EPSILON);
        let times = if *times == 0 { String::new() } else { times.to_string() };
        line(&mut out, name, format!("{:>10.2} {share:>7.1}% {times:>7}", time.as_secs_f64() * 1e3).trim_end());
    }
    line(&mut out, "total", &format!("{:>10.2}", total.as_secs_f64() * 1e3));
    out
}

fn line(out: &mut String, name: &str, rest: &str) {
    writeln!(out, "{name:<28}{rest}").expect("writing to a string does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::SourceKind;

    #[test]
    fn counts_steps_and_what_was_read() {
        let watch = Stopwatch::new();
        watch.begin("outer");
        for _ in 0..2 {
            watch.begin("inner");
            watch.end();
        }
        watch.end();
        let sources = Sources::new();
        sources.add("a", "a: 1\n---\nb: 2\n".into(), SourceKind::Resource).unwrap();
        let table = table(&watch, &sources, Counts { resources: 2, writes: 3, output: 4 });
        let row = |name: &str| {
            let row = table.lines().find(|line| line.starts_with(name)).unwrap();
            row.split_whitespace().last().unwrap().to_owned()
        };
        assert_eq!((row("outer"), row("inner")), ("1".into(), "2".into()));
        assert_eq!((row("files read"), row("bytes read"), row("documents")), ("1".into(), "14".into(), "2".into()));
    }
}
