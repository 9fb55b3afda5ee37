//! Maps and plans as text, Markdown and pictures.
#![allow(clippy::unwrap_used)]

use insta::assert_snapshot;
use redisops::diagnostics::render::Style;
use redisops::slots::render::{
    Heat, SlotMap, map_html, map_svg, map_text, plan_html, plan_markdown, plan_svg, plan_text,
};
use redisops::slots::{Address, ClusterState, Node, Slot, SlotPlan};

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

/// Every element and every text of a document that is well-formed.
fn xml(text: &str) -> (Vec<String>, String) {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document = roxmltree::Document::parse_with_options(text, options).unwrap();
    let names = document.descendants().filter(|node| node.is_element()).map(|node| node.tag_name().name().to_owned());
    let texts = document.descendants().filter_map(|node| node.text().filter(|_| node.is_text()));
    (names.collect(), texts.collect::<Vec<_>>().join("\n"))
}

const STATES: [&str; 9] = [
    "three-masters",
    "three-masters-bare",
    "six-masters",
    "fragmented",
    "skewed",
    "open-slots",
    "failed-master",
    "failed-master-alone",
    "broken",
];

#[test]
fn pictures_and_pages_are_well_formed_and_need_nothing_else() {
    for name in STATES {
        let state = state(name);
        let map = SlotMap::of(&state);
        let mut documents = vec![map_svg(&state, &map, None), map_html(&state, &map, None)];
        if Heat::Bytes.is_known(&state) {
            documents.push(map_svg(&state, &map, Some(Heat::Bytes)));
        }
        for document in documents {
            let (elements, texts) = xml(&document);
            for node in state.masters() {
                assert!(texts.contains(&node.address.to_string()), "{name}: {} is not there", node.address);
            }
            assert!(!elements.iter().any(|it| matches!(it.as_str(), "script" | "image" | "link" | "img")), "{name}");
            let links = document.replace("http://www.w3.org/2000/svg", "");
            assert!(!links.contains("http"), "{name} names something on the network");
        }
    }
    let (plan, state) = (plan("plan-three-to-four"), state("three-masters"));
    for document in [plan_svg(&plan, &state), plan_html(&plan, &state)] {
        let (_, texts) = xml(&document);
        assert!(texts.contains("172.30.0.12:7002 (2112318f) gives 172.30.0.17:7007 (88110514) 1,366 slots"), "{texts}");
    }
}

#[test]
fn a_picture_has_a_shape_with_a_title_for_each_range() {
    let state = state("fragmented");
    let svg = map_svg(&state, &SlotMap::of(&state), None);
    assert_eq!(svg.matches("<title>slots ").count(), 443);
    assert!(svg.contains("<title>slots 0-36: 37 slots, 172.30.0.11:7001 (439d3cf1) has 3,293 slots, 20.1%</title>"));
}

#[test]
fn names_are_text_everywhere() {
    let mut state = state("three-masters");
    state.nodes[0].zone = Some("<b>&\"|`z\u{7}".to_owned());
    state.nodes[0].address = Address::new("<script>x", 1);
    let (map, plan) = (SlotMap::of(&state), plan("plan-three-to-four"));
    for document in
        [map_svg(&state, &map, None), map_html(&state, &map, None), plan_svg(&plan, &state), plan_html(&plan, &state)]
    {
        assert!(!document.contains("<script>") && !document.contains("<b>"));
        xml(&document);
    }
    assert!(!plan_markdown(&plan, &state).contains("<script>"));
}

/// Masters that share the slots evenly, in order.
fn masters(many: usize) -> ClusterState {
    let base = state("three-masters-bare").nodes.swap_remove(0);
    let node = |index: usize| {
        let slots = index * 16384 / many..(index + 1) * 16384 / many;
        Node {
            id: format!("{:040x}", index * 7919).into(),
            address: Address::new(format!("10.1.{}.{}", index / 250, index % 250), 6379),
            slots: slots.filter_map(|slot| Slot::new(slot as u16)).collect(),
            ..base.clone()
        }
    };
    ClusterState { nodes: (0..many).map(node).collect(), ..ClusterState::default() }
}

#[test]
fn any_number_of_masters_can_be_drawn() {
    for many in [0, 1, 27, 63, 1000] {
        let state = masters(many);
        let map = SlotMap::of(&state);
        let text = map_text(&state, &map, Style::PLAIN);
        assert_eq!(text.contains("too many to draw here"), many > 62, "{many}");
        let (_, texts) = xml(&map_svg(&state, &map, None));
        assert_eq!(texts.contains(" more masters: point at the map"), many > 64, "{many}");
        xml(&map_html(&state, &map, None));
    }
}
