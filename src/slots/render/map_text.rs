//! The map of slots in a terminal: a field of cells, and a table of the masters.

use owo_colors::Style as Ink;

use crate::diagnostics::render::Style;
use crate::slots::{ClusterState, Direction, NodeId, SLOTS, SlotPlan, SlotSet};

use super::after::after;
use super::columns::{Align, Cell, Columns, inked};
use super::figures::{MasterFigures, ReplicaFigures, SlotMap, Spread};
use super::marks::Marks;
use super::names::{Names, ranges};
use super::numbers::{UNKNOWN, bytes, count, known_bytes, known_count, many, percent};

/// Cells of a line.
const COLUMNS: usize = 64;
/// Lines.
const LINES: usize = 8;
/// Slots of a cell.
const CELL: usize = SLOTS as usize / COLUMNS / LINES;
/// Ranges that are written out for a master.
const RANGES: usize = 8;
/// Slots that are written out one by one.
const OPEN: usize = 10;

/// The map of a cluster: a field of cells with a letter and a colour for each master, a table of the masters, how even it is, and what is wrong with it.
pub fn map_text(state: &ClusterState, map: &SlotMap, style: Style) -> String {
    let marks = Marks::new([map]);
    let mut out = format!("{}\n\n", headline(map));
    out.push_str(&field(map, &marks, style));
    out.push('\n');
    out.push_str(&masters(map, &marks, style));
    out.push('\n');
    out.push_str(&balance(map));
    out.push_str(&problems(state, map, style));
    out
}

/// The slots before and after a plan: two fields with the same letters.
pub fn plan_maps_text(plan: &SlotPlan, state: &ClusterState, style: Style) -> String {
    let (before, after) = (SlotMap::of(state), SlotMap::of(&after(state, plan)));
    let marks = Marks::new([&before, &after]);
    let names: String = marks
        .ids()
        .filter_map(|id| Some((id, marks.letter(id)?)))
        .map(|(id, letter)| {
            let sign = inked(&letter.to_string(), marks.tone(id).background(), style.color);
            format!("       {sign} {}\n", Names::new(state, Some(plan)).full(id))
        })
        .collect();
    format!("before\n{}\nafter\n{}\n{names}", field(&before, &marks, style), field(&after, &marks, style))
}

/// How many of what.
pub(super) fn headline(map: &SlotMap) -> String {
    let busy = map.masters.iter().filter(|master| !master.slots.is_empty()).count();
    let spares = map.masters.len() - busy;
    let replicas = map.masters.iter().map(|master| master.replicas.len()).sum::<usize>() + map.strays.len();
    let mut text = format!("{} with slots", many(busy as u64, "master"));
    if spares > 0 {
        text.push_str(&format!(", {} without", count(spares as u64)));
    }
    format!("{text}, {}, {}", many(replicas as u64, "replica"), many(map.ranges as u64, "range"))
}

/// What a cell shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown<'m> {
    /// All slots belong to one master.
    One(&'m NodeId),
    /// Slots of several masters; the one with most first.
    Mixed(&'m NodeId, &'m NodeId),
    /// A slot in it is in the middle of a hand-over.
    Open(Option<&'m NodeId>),
    /// Some slot belongs to nobody.
    Nobody,
}

/// The field of cells. A cell is a letter on a colour; in colour, a run of equal cells shows its letter once.
fn field(map: &SlotMap, marks: &Marks, style: Style) -> String {
    if !marks.has_letters() {
        return format!("{} are too many to draw here; `--svg FILE` draws them\n", many(marks.len() as u64, "master"));
    }
    let owners = owners(map);
    let open = map.open_slots();
    let cells: Vec<Shown<'_>> = owners.chunks(CELL).enumerate().map(|(n, cell)| shown(n, cell, &open)).collect();
    let mut out = String::new();
    for (line, row) in cells.chunks(COLUMNS).enumerate() {
        out.push_str(&format!("{:>6} ", line * COLUMNS * CELL));
        for run in row.chunk_by(|a, b| a == b) {
            let sign = sign(&run[0], marks, style);
            let rest = if style.color && sign.is_ascii_alphabetic() { ' ' } else { sign };
            let text: String = std::iter::once(sign).chain(std::iter::repeat_n(rest, run.len() - 1)).collect();
            out.push_str(&inked(&text, cell_ink(&run[0], marks), style.color));
        }
        out.push('\n');
    }
    out.push_str(&format!("       {}\n", legend(&cells, marks, style)));
    out
}

/// Which signs are in use besides capital letters.
fn legend(cells: &[Shown<'_>], marks: &Marks, style: Style) -> String {
    let mixed = match marks.has_capitals() {
        _ if is_shaded(style) => "▒ of several masters",
        true => "small letter: of several masters, most of them that one's",
        false => "+ of several masters",
    };
    let mut text = format!("a cell is {CELL} slots");
    for (meaning, used) in [
        (mixed, cells.iter().any(|cell| matches!(cell, Shown::Mixed(..)))),
        ("! one is open", cells.iter().any(|cell| matches!(cell, Shown::Open(_)))),
        (". one belongs to nobody", cells.contains(&Shown::Nobody)),
    ] {
        if used {
            text.push_str(&format!("; {meaning}"));
        }
    }
    text
}

/// The master of each slot.
fn owners(map: &SlotMap) -> Vec<Option<&NodeId>> {
    let mut owners = vec![None; usize::from(SLOTS)];
    for master in &map.masters {
        for slot in master.slots.iter() {
            owners[slot.index()] = Some(&master.id);
        }
    }
    owners
}

fn shown<'m>(number: usize, cell: &[Option<&'m NodeId>], open: &SlotSet) -> Shown<'m> {
    let first = (number * CELL) as u16;
    let is_open =
        (first..first + CELL as u16).any(|slot| crate::slots::Slot::new(slot).is_some_and(|s| open.contains(s)));
    if is_open {
        return Shown::Open(cell[0]);
    }
    let Some(all) = cell.iter().copied().collect::<Option<Vec<&NodeId>>>() else { return Shown::Nobody };
    let mut counts: Vec<(usize, &NodeId)> = Vec::new();
    for id in all {
        match counts.iter_mut().find(|(_, known)| *known == id) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, id)),
        }
    }
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    match counts[..] {
        [(_, most), (_, second), ..] => Shown::Mixed(most, second),
        _ => Shown::One(counts[0].1),
    }
}

/// Whether a cell of several masters is a shade of two colours.
fn is_shaded(style: Style) -> bool {
    style.color && style.unicode
}

fn sign(cell: &Shown<'_>, marks: &Marks, style: Style) -> char {
    match cell {
        Shown::One(id) => marks.letter(id).unwrap_or('?'),
        Shown::Mixed(..) if is_shaded(style) => '▒',
        Shown::Mixed(most, _) if marks.has_capitals() => marks.letter(most).map_or('+', |it| it.to_ascii_lowercase()),
        Shown::Mixed(..) => '+',
        Shown::Open(_) => '!',
        Shown::Nobody => '.',
    }
}

fn cell_ink(cell: &Shown<'_>, marks: &Marks) -> Ink {
    match cell {
        Shown::One(id) | Shown::Open(Some(id)) => marks.tone(id).background(),
        Shown::Mixed(most, second) => marks.tone(second).on(marks.tone(most)),
        Shown::Open(None) | Shown::Nobody => Ink::new(),
    }
}

fn masters(map: &SlotMap, marks: &Marks, style: Style) -> String {
    let zones = map.masters.iter().any(|master| master.zone.is_some());
    let mut titles = vec![("", Align::Left), ("master", Align::Left), ("id", Align::Left)];
    if zones {
        titles.push(("zone", Align::Left));
    }
    let right = |title| (title, Align::Right);
    titles.extend(["slots", "share", "keys", "bytes", "ops/s", "replicas"].map(right));
    let mut table = Columns::new(&titles);
    for master in &map.masters {
        table.row(master_cells(master, marks, zones));
        if !master.slots.is_empty() {
            table.free(format!("   slots {}", ranges(&master.slots, RANGES)), Ink::new());
        }
        for replica in &master.replicas {
            table.free(format!("   replica {}", replica_line(replica, master)), replica_ink(replica, master));
        }
    }
    table.render("", style.color)
}

fn master_cells(master: &MasterFigures, marks: &Marks, zones: bool) -> Vec<Cell> {
    let bad = Ink::new().red().bold();
    let mark = marks.letter(&master.id).map_or_else(String::new, |letter| letter.to_string());
    let address = match master.failed {
        true => Cell::inked(format!("{} FAILED", master.address), bad),
        false => Cell::plain(master.address.to_string()),
    };
    let mut cells =
        vec![Cell::inked(mark, marks.tone(&master.id).background()), address, Cell::plain(master.id.short())];
    if zones {
        cells.push(Cell::plain(master.zone.clone().unwrap_or_else(|| UNKNOWN.to_owned())));
    }
    let replicas = master.replicas.len();
    cells.extend([
        Cell::plain(count(u64::from(master.slot_count))),
        Cell::plain(percent(u64::from(master.slot_count), u64::from(SLOTS))),
        Cell::plain(known_count(master.keys)),
        Cell::plain(known_bytes(master.bytes)),
        Cell::plain(known_count(master.ops)),
        Cell::plain(count(replicas as u64)),
    ]);
    cells
}

/// A replica in a line.
pub(super) fn replica_line(replica: &ReplicaFigures, master: &MasterFigures) -> String {
    let mut text = format!("{} {}", replica.address, replica.id.short());
    if let Some(zone) = &replica.zone {
        text.push_str(&format!(", zone {zone}"));
        if replica.zone == master.zone {
            text.push_str(" as its master");
        }
    }
    match replica.link_up {
        _ if replica.failed => text.push_str(", FAILED"),
        Some(true) => text.push_str(", link up"),
        Some(false) => text.push_str(", link DOWN"),
        None => {}
    }
    if let Some(lag) = replica.lag_bytes {
        text.push_str(&format!(", {} behind", bytes(lag)));
    }
    text
}

fn replica_ink(replica: &ReplicaFigures, master: &MasterFigures) -> Ink {
    match replica {
        _ if replica.failed || replica.link_up == Some(false) => Ink::new().red(),
        _ if replica.zone.is_some() && replica.zone == master.zone => Ink::new().yellow(),
        _ => Ink::new().dimmed(),
    }
}

/// How even it is, over the masters that own slots.
fn balance(map: &SlotMap) -> String {
    let mut table = Columns::new(&[
        ("balance", Align::Left),
        ("least", Align::Right),
        ("mean", Align::Right),
        ("most", Align::Right),
        ("most/mean", Align::Right),
        ("least/mean", Align::Right),
    ]);
    for row in balance_rows(map) {
        table.row(row.into_iter().map(Cell::plain).collect());
    }
    table.render("", false)
}

/// What is shared out: the least, the mean and the most that a master has, and how far from the mean they are.
pub(super) fn balance_rows(map: &SlotMap) -> Vec<Vec<String>> {
    let balance = &map.balance;
    vec![
        spread_row("slots", balance.slots, count),
        spread_row("keys", balance.keys, count),
        spread_row("bytes", balance.bytes, bytes),
        spread_row("ops/s", balance.ops, count),
    ]
}

fn spread_row(name: &str, spread: Option<Spread>, write: fn(u64) -> String) -> Vec<String> {
    let part = |part: Option<f64>| part.map_or_else(|| UNKNOWN.to_owned(), |part| format!("{part:.2}"));
    let texts = match spread {
        Some(it) => {
            [write(it.min), write(it.mean.round() as u64), write(it.max), part(it.max_to_mean), part(it.min_to_mean)]
        }
        None => std::array::from_fn(|_| UNKNOWN.to_owned()),
    };
    std::iter::once(name.to_owned()).chain(texts).collect()
}

fn problems(state: &ClusterState, map: &SlotMap, style: Style) -> String {
    let lines = problem_lines(state, map);
    if lines.is_empty() {
        return String::new();
    }
    let lines = lines.iter().map(|line| inked(&format!("! {line}"), Ink::new().red(), style.color));
    format!("\n{}\n", lines.collect::<Vec<_>>().join("\n"))
}

/// What is wrong, a line each; nothing where nothing is.
pub(super) fn problem_lines(state: &ClusterState, map: &SlotMap) -> Vec<String> {
    let names = Names::new(state, None);
    let mut lines = Vec::new();
    if !map.unassigned.is_empty() {
        lines.push(format!(
            "{} without an owner: {}",
            many(map.unassigned.len().into(), "slot"),
            ranges(&map.unassigned, RANGES)
        ));
    }
    if !map.contested.is_empty() {
        lines.push(format!(
            "{} with two owners: {}",
            many(map.contested.len().into(), "slot"),
            ranges(&map.contested, RANGES)
        ));
    }
    for open in map.open.iter().take(OPEN) {
        let node = names.address(&open.node);
        lines.push(match &open.direction {
            Direction::Migrating(to) => format!("slot {} is open: {node} gives it to {}", open.slot, names.address(to)),
            Direction::Importing(from) => {
                format!("slot {} is open: {node} takes it from {}", open.slot, names.address(from))
            }
        });
    }
    if map.open.len() > OPEN {
        lines.push(format!("{} are open", many(map.open_slots().len().into(), "slot")));
    }
    lines.extend(map.failed.iter().map(|id| format!("{} has failed", names.full(id))));
    lines.extend(map.strays.iter().map(|id| format!("{} copies no master of this cluster", names.full(id))));
    lines
}
