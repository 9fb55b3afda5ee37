//! Maps and plans as text, Markdown and pictures.
#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use redisops::diagnostics::render::Style;
use redisops::slots::render::{SlotMap, map_text, plan_markdown, plan_text};
use redisops::slots::{ClusterState, SlotPlan};

fn read(name: &str) -> String {
    let path = format!("{}/tests/fixtures/slots/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn state(name: &str) -> ClusterState {
    serde_json::from_str(&read(name)).unwrap()
}

fn plan(name: &str) -> SlotPlan {
    serde_json::from_str(&read(name)).unwrap()
}

fn map(name: &str, style: Style) -> String {
    let state = state(name);
    map_text(&state, &SlotMap::of(&state), style)
}

#[test]
fn a_map_has_a_letter_for_each_master() {
    assert_snapshot!(map("three-masters", Style::PLAIN));
}

#[test]
fn a_map_says_what_it_does_not_know() {
    assert_snapshot!(map("three-masters-bare", Style::PLAIN));
}

#[test]
fn a_map_shows_pieces() {
    assert_snapshot!(map("fragmented", Style::PLAIN));
}

#[test]
fn a_map_names_open_slots() {
    assert_snapshot!(map("open-slots", Style::PLAIN));
}

#[test]
fn a_map_names_failed_nodes_and_slots_without_one_owner() {
    assert_snapshot!("failed", map("failed-master", Style::PLAIN));
    assert_snapshot!("broken", map("broken", Style::PLAIN));
}

#[test]
fn a_map_in_colour_is_the_same_map() {
    let colored = map("open-slots", Style { color: true, unicode: true, width: None });
    assert_snapshot!(colored.replace('\u{1b}', "␛").lines().take(6).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_plan_tells_what_moves() {
    let (plan, state) = (plan("plan-three-to-four"), state("three-masters"));
    assert_snapshot!(plan_text(&plan, &state, Style::PLAIN));
    let ascii = plan_text(&plan, &state, Style { unicode: false, ..Style::PLAIN });
    assert!(ascii.is_ascii(), "{ascii}");
}

#[test]
fn a_plan_as_markdown() {
    assert_snapshot!(plan_markdown(&plan("plan-three-to-four"), &state("three-masters")));
}
