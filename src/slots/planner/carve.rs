//! Which slots move, once it is clear how much each node gives and takes: pieces cut so that few ranges remain.
//!
//! A piece is a whole range of a giver, or a beginning or an end of one. What it does to the number of ranges depends only on the two
//! neighbours: minus two between two ranges of the taker, minus one beside one, nothing where a range changes hands or a border is shifted,
//! plus one where a piece is cut off for a node that is no neighbour. Every solution that cannot be split into two others consists of
//! pieces that exhaust the range, the giver or the taker, so only these are tried.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// What a node has to give or may take, in units of the value that is balanced.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub(super) struct Quota {
    /// Still to give.
    pub give: u64,
    /// By how much the last piece may exceed it.
    pub over: u64,
    /// Still to take.
    pub take: u64,
    /// By how much the last piece may exceed it.
    pub slack: u64,
}

/// What to cut.
pub(super) struct Job<'a> {
    /// Who owns each slot; `quotas` has an entry for each number.
    pub owner: &'a [u32],
    /// Slots that stay where they are.
    pub fixed: &'a [bool],
    /// The sum of the values of all slots before each one, and of all.
    pub sums: &'a [u64],
}

/// Slots of one owner in a row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Run {
    start: u32,
    end: u32,
    owner: u32,
    fixed: bool,
}

/// One cut.
#[derive(Clone, Copy, Debug)]
struct Cut {
    run: usize,
    start: u32,
    end: u32,
    to: u32,
    amount: u64,
    /// What it does to the number of ranges.
    delta: i8,
    /// How many of giver and taker are done with it.
    done: u8,
    /// Whether the next giver can go on beside it.
    extends: bool,
}

type Rank = (i8, u8, bool, Reverse<u64>, u32, u32);

impl Cut {
    /// Lower is better.
    fn rank(&self) -> Rank {
        (self.delta, 2 - self.done, !self.extends, Reverse(self.amount), self.start, self.to)
    }
}

/// The owners after the cuts. `quotas` is left with what could not be cut exactly.
pub(super) fn carve(job: &Job<'_>, quotas: &mut [Quota]) -> Vec<u32> {
    let runs = runs(job);
    let greedy = Greedy::new(job, &runs, quotas.to_vec()).finish();
    let best = match beam_width(&runs, quotas) {
        0 => greedy,
        width => {
            let other = beam(job, runs, quotas.to_vec(), width);
            if other.rank(job) < greedy.rank(job) { other } else { greedy }
        }
    };
    quotas.copy_from_slice(&best.quotas);
    let mut owner = job.owner.to_vec();
    for run in &best.runs {
        owner[run.start as usize..run.end as usize].fill(run.owner);
    }
    owner
}

fn runs(job: &Job<'_>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (slot, (&owner, &fixed)) in job.owner.iter().zip(job.fixed).enumerate() {
        match runs.last_mut() {
            Some(run) if run.owner == owner && run.fixed == fixed => run.end += 1,
            _ => runs.push(Run { start: slot as u32, end: slot as u32 + 1, owner, fixed }),
        }
    }
    runs
}

/// A way to cut.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Layout {
    runs: Vec<Run>,
    quotas: Vec<Quota>,
    /// Ranges more than before.
    delta: i32,
}

impl Layout {
    fn open(&self) -> (u64, usize) {
        let left = self.quotas.iter().fold(0u64, |sum, quota| sum.saturating_add(quota.give));
        let nodes = self.quotas.iter().map(|quota| usize::from(quota.give > 0) + usize::from(quota.take > 0)).sum();
        (left, nodes)
    }

    /// Lower is better: what is left over first.
    fn rank(&self, job: &Job<'_>) -> (u64, i32) {
        // A little that is left over by unequal values is no difference.
        let grain = job.sums.last().copied().unwrap_or(0) / 100_000 + 1;
        (self.open().0 / grain, self.delta)
    }
}

/// The end of the longest beginning of a run that is worth no more than a limit; and what it is worth.
fn reach(job: &Job<'_>, run: &Run, from_left: bool, giver: Quota, taker: Quota) -> Option<(u32, u32, u64)> {
    let (start, end) = (run.start as usize, run.end as usize);
    let room = taker.take.saturating_add(taker.slack);
    let limit = if giver.give <= room { giver.give } else { taker.take };
    let sums = &job.sums[start..=end];
    let (base, top) = (sums[0], sums[end - start]);
    if top - base <= limit {
        return Some((run.start, run.end, top - base)).filter(|cut| cut.2 > 0);
    }
    let enough = |amount: u64| amount >= giver.give && amount - giver.give <= giver.over && amount <= room;
    if from_left {
        let fits = sums.partition_point(|&sum| sum - base <= limit) - 1;
        let amount = sums[fits] - base;
        let next = sums[fits + 1] - base;
        if amount < giver.give && enough(next) {
            return Some((run.start, run.start + fits as u32 + 1, next));
        }
        let least = sums.partition_point(|&sum| sum - base < amount);
        Some((run.start, run.start + least as u32, amount)).filter(|cut| cut.2 > 0)
    } else {
        let first = sums.partition_point(|&sum| top - sum > limit);
        let amount = top - sums[first];
        let next = top - sums[first - 1];
        if amount < giver.give && enough(next) {
            return Some((run.start + first as u32 - 1, run.end, next));
        }
        let last = sums.partition_point(|&sum| top - sum >= amount) - 1;
        Some((run.start + last as u32, run.end, amount)).filter(|cut| cut.2 > 0)
    }
}

/// The cuts of one end of a run for one taker. A cut of the whole run appears at both ends.
fn cut(
    job: &Job<'_>,
    quotas: &[Quota],
    (index, run): (usize, &Run),
    (left, right): (Option<&Run>, Option<&Run>),
    to: u32,
    from_left: bool,
) -> Option<Cut> {
    let (giver, taker) = (quotas[run.owner as usize], quotas[to as usize]);
    let (start, end, amount) = reach(job, run, from_left, giver, taker)?;
    let border =
        |other: Option<&Run>| other.map_or(0, |other| i8::from(other.owner != to) - i8::from(other.owner != run.owner));
    let mut delta = 1;
    if start == run.start {
        delta += border(left);
    }
    if end == run.end {
        delta += border(right);
    }
    if start == run.start && end == run.end {
        delta -= 1;
    }
    let beside = if from_left { left } else { right };
    let done = u8::from(amount >= giver.give) + u8::from(amount >= taker.take);
    let extends =
        beside.is_some_and(|other| !other.fixed && other.owner != to && quotas[other.owner as usize].give > 0);
    Some(Cut { run: index, start, end, to, amount, delta, done, extends })
}

/// Books a cut.
fn book(quotas: &mut [Quota], from: u32, cut: &Cut) {
    let give = &mut quotas[from as usize].give;
    *give = give.saturating_sub(cut.amount);
    let take = &mut quotas[cut.to as usize].take;
    *take = take.saturating_sub(cut.amount);
}

/// The best cut first, until nothing is left to cut: near linear in the number of ranges.
struct Greedy<'j, 'a> {
    job: &'j Job<'a>,
    runs: Vec<Run>,
    /// The run before and after each one; its own number at the ends.
    links: Vec<(usize, usize)>,
    quotas: Vec<Quota>,
    takers: BTreeSet<(u64, u32)>,
    heap: BinaryHeap<Reverse<(Rank, usize)>>,
    delta: i32,
}

impl<'j, 'a> Greedy<'j, 'a> {
    fn new(job: &'j Job<'a>, runs: &[Run], quotas: Vec<Quota>) -> Self {
        let count = runs.len();
        let links = (0..count).map(|index| (index.saturating_sub(1), (index + 1).min(count - 1))).collect();
        let takers = (0..quotas.len() as u32)
            .filter(|&node| quotas[node as usize].take > 0)
            .map(|node| (quotas[node as usize].take, node))
            .collect();
        let mut greedy = Greedy { job, runs: runs.to_vec(), links, quotas, takers, heap: BinaryHeap::new(), delta: 0 };
        (0..count).for_each(|run| greedy.offer(run));
        greedy
    }

    fn neighbours(&self, run: usize) -> (Option<&Run>, Option<&Run>) {
        let (before, after) = self.links[run];
        ((before != run).then(|| &self.runs[before]), (after != run).then(|| &self.runs[after]))
    }

    fn best(&self, index: usize) -> Option<Cut> {
        let run = &self.runs[index];
        let giver = self.quotas[run.owner as usize];
        if run.fixed || giver.give == 0 || self.takers.is_empty() {
            return None;
        }
        let around = self.neighbours(index);
        let size = self.job.sums[run.end as usize] - self.job.sums[run.start as usize];
        let fitting = |amount: u64| self.takers.range((amount, 0)..).next().map(|taker| taker.1);
        let largest = self.takers.last().map(|taker| taker.1);
        let beside =
            |other: Option<&Run>| other.map(|other| other.owner).filter(|&to| self.quotas[to as usize].take > 0);
        let takers = [beside(around.0), beside(around.1), fitting(size.min(giver.give)), fitting(giver.give), largest];
        takers
            .into_iter()
            .flatten()
            .flat_map(|to| [true, false].map(|left| cut(self.job, &self.quotas, (index, run), around, to, left)))
            .flatten()
            .min_by_key(Cut::rank)
    }

    fn offer(&mut self, run: usize) {
        if let Some(cut) = self.best(run) {
            self.heap.push(Reverse((cut.rank(), run)));
        }
    }

    fn finish(mut self) -> Layout {
        while let Some(Reverse((rank, index))) = self.heap.pop() {
            // Quotas and neighbours may have changed since the cut was offered.
            let Some(cut) = self.best(index) else { continue };
            if cut.rank() > rank {
                self.heap.push(Reverse((cut.rank(), index)));
            } else {
                self.apply(&cut);
            }
        }
        Layout { runs: self.runs, quotas: self.quotas, delta: self.delta }
    }

    fn apply(&mut self, cut: &Cut) {
        let run = self.runs[cut.run];
        self.takers.remove(&(self.quotas[cut.to as usize].take, cut.to));
        book(&mut self.quotas, run.owner, cut);
        let left = self.quotas[cut.to as usize].take;
        if left > 0 {
            self.takers.insert((left, cut.to));
        }
        self.delta += i32::from(cut.delta);
        let (before, after) = self.links[cut.run];
        if cut.start == run.start && cut.end == run.end {
            self.runs[cut.run].owner = cut.to;
        } else {
            let piece = self.runs.len();
            self.runs.push(Run { start: cut.start, end: cut.end, owner: cut.to, fixed: false });
            if cut.start == run.start {
                self.runs[cut.run].start = cut.end;
                self.links.push((if before == cut.run { piece } else { before }, cut.run));
                self.links[cut.run].0 = piece;
                if before != cut.run {
                    self.links[before].1 = piece;
                }
            } else {
                self.runs[cut.run].end = cut.start;
                self.links.push((cut.run, if after == cut.run { piece } else { after }));
                self.links[cut.run].1 = piece;
                if after != cut.run {
                    self.links[after].0 = piece;
                }
            }
            self.offer(cut.run);
        }
        for other in [before, after] {
            if other != cut.run {
                self.offer(other);
            }
        }
    }
}

/// How many cuts the search may try in all.
const BEAM_WORK: usize = 400_000;

/// How many layouts to keep at each step of the search; 0 where the job is too large for it.
fn beam_width(runs: &[Run], quotas: &[Quota]) -> usize {
    let takers = quotas.iter().filter(|quota| quota.take > 0).count();
    let givers = quotas.iter().filter(|quota| quota.give > 0).count();
    let cuttable = runs.iter().filter(|run| !run.fixed && quotas[run.owner as usize].give > 0).count();
    let tries = 2 * cuttable * takers * (cuttable + givers + takers);
    if tries == 0 || runs.len() > 500 {
        return 0;
    }
    (BEAM_WORK / tries).min(256)
}

/// Goes on from the best so many layouts at each step, with every cut that there is.
fn beam(job: &Job<'_>, runs: Vec<Run>, quotas: Vec<Quota>, width: usize) -> Layout {
    let mut layouts = vec![Layout { runs, quotas, delta: 0 }];
    let mut best: Option<Layout> = None;
    while !layouts.is_empty() {
        // Ranges count twice as each node that is not done costs a cut, which is about one range, shared by giver and taker.
        let mut next: Vec<((i32, u64, Rank), usize, Cut)> = Vec::new();
        for (parent, layout) in layouts.iter().enumerate() {
            let cuts = cuts(job, layout);
            if cuts.is_empty() && best.as_ref().is_none_or(|best| layout.rank(job) < best.rank(job)) {
                best = Some(layout.clone());
            }
            let (left, open) = layout.open();
            for cut in cuts {
                let after = 2 * (layout.delta + i32::from(cut.delta)) + open as i32 - i32::from(cut.done);
                next.push(((after, left.saturating_sub(cut.amount), cut.rank()), parent, cut));
            }
        }
        next.sort_by_key(|&(rank, parent, _)| (rank, parent));
        let mut seen = std::collections::HashSet::new();
        let mut kept: Vec<Layout> = Vec::new();
        for (_, parent, cut) in next {
            let layout = layouts[parent].after(&cut);
            if seen.insert(layout.clone()) {
                kept.push(layout);
                if kept.len() == width {
                    break;
                }
            }
        }
        layouts = kept;
    }
    best.expect("the search ends only at layouts with nothing left to cut")
}

fn cuts(job: &Job<'_>, layout: &Layout) -> Vec<Cut> {
    let takers: Vec<u32> =
        (0..layout.quotas.len() as u32).filter(|&node| layout.quotas[node as usize].take > 0).collect();
    let mut cuts = Vec::new();
    for (index, run) in layout.runs.iter().enumerate() {
        if run.fixed || layout.quotas[run.owner as usize].give == 0 {
            continue;
        }
        let around = (index.checked_sub(1).map(|left| &layout.runs[left]), layout.runs.get(index + 1));
        for &to in &takers {
            let left = cut(job, &layout.quotas, (index, run), around, to, true);
            let right = cut(job, &layout.quotas, (index, run), around, to, false);
            cuts.extend(left);
            cuts.extend(right.filter(|right| left.is_none_or(|left| left.start != right.start)));
        }
    }
    cuts
}

impl Layout {
    fn after(&self, cut: &Cut) -> Layout {
        let mut layout = self.clone();
        let run = layout.runs[cut.run];
        book(&mut layout.quotas, run.owner, cut);
        layout.delta += i32::from(cut.delta);
        let piece = Run { start: cut.start, end: cut.end, owner: cut.to, fixed: false };
        if cut.start == run.start && cut.end == run.end {
            layout.runs[cut.run] = piece;
        } else if cut.start == run.start {
            layout.runs[cut.run].start = cut.end;
            layout.runs.insert(cut.run, piece);
        } else {
            layout.runs[cut.run].end = cut.start;
            layout.runs.insert(cut.run + 1, piece);
        }
        layout
    }
}
