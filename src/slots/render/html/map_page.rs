//! A cluster as a page.

use crate::slots::{ClusterState, SLOTS};

use super::super::figures::{MasterFigures, SlotMap};
use super::super::map_text::{balance_rows, headline, problem_lines, replica_line};
use super::super::names::ranges;
use super::super::numbers::{UNKNOWN, count, known_bytes, known_count, percent};
use super::super::svg::{Heat, map_svg};
use super::page::{Column, Holds, Page};

/// Ranges that are written out for a master.
const RANGES: usize = 24;

/// The map of a cluster as a page: the picture, what is wrong, the masters with their replicas, how even it is.
pub fn map_html(state: &ClusterState, map: &SlotMap, shown: Option<Heat>) -> String {
    let mut page = Page::new("Slots of a Redis Cluster");
    page.lead(&headline(map));
    let problems = problem_lines(state, map);
    if !problems.is_empty() {
        page.list("risks bad", problems);
    }
    page.picture(&map_svg(state, map, shown));
    page.heading("Masters");
    page.table(&MASTERS, &map.masters.iter().map(master).collect::<Vec<_>>(), false);
    page.heading("Balance");
    page.paragraph("Over the masters that own slots.");
    page.table(&BALANCE, &balance_rows(map), false);
    page.finish()
}

const MASTERS: [Column; 10] = [
    ("master", Holds::Text),
    ("id", Holds::Text),
    ("zone", Holds::Text),
    ("slots", Holds::Number),
    ("share", Holds::Number),
    ("keys", Holds::Number),
    ("bytes", Holds::Number),
    ("ops/s", Holds::Number),
    ("replicas", Holds::Text),
    ("ranges", Holds::Ranges),
];

const BALANCE: [Column; 6] = [
    ("", Holds::Text),
    ("least", Holds::Number),
    ("mean", Holds::Number),
    ("most", Holds::Number),
    ("most/mean", Holds::Number),
    ("least/mean", Holds::Number),
];

fn master(master: &MasterFigures) -> Vec<String> {
    let replicas: Vec<String> = master.replicas.iter().map(|replica| replica_line(replica, master)).collect();
    vec![
        format!("{}{}", master.address, if master.failed { " FAILED" } else { "" }),
        master.id.short().to_owned(),
        master.zone.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
        count(master.slot_count.into()),
        percent(master.slot_count.into(), SLOTS.into()),
        known_count(master.keys),
        known_bytes(master.bytes),
        known_count(master.ops),
        if replicas.is_empty() { "none".to_owned() } else { replicas.join("; ") },
        ranges(&master.slots, RANGES),
    ]
}
