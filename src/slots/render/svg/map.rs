//! A cluster as a picture.

use crate::slots::ClusterState;

use super::super::figures::SlotMap;
use super::super::map_text::{headline, problem_lines};
use super::super::marks::Marks;
use super::canvas::{Canvas, fitted};
use super::field::Field;
use super::heat::{Heat, heat};
use super::legend;

/// Where the field begins.
const LEFT: f64 = 62.0;
const TOP: f64 = 52.0;
/// Lines about what is wrong.
const PROBLEMS: usize = 12;

/// The map of a cluster as an SVG document: the field of slots and the table of masters; with heat, the field shows what is in the slots.
pub fn map_svg(state: &ClusterState, map: &SlotMap, shown: Option<Heat>) -> String {
    let marks = Marks::new([map]);
    let field = Field { slot: 4.0 };
    let title = headline(map);
    let mut canvas = Canvas::default();
    canvas.text(LEFT, 28.0, "head", &title);
    let (square, key) = match shown.and_then(|shown| heat(field, state, map, shown)) {
        Some((square, key)) => (square, Some(key)),
        None => {
            let mut square = field.masters(map, &marks);
            field.labels(&mut square, map, &marks);
            (square, None)
        }
    };
    canvas.place(LEFT, TOP, square);
    let right = LEFT + field.size() + 36.0;
    let (table, mut height) = legend::legend(map, &marks);
    canvas.place(right, TOP, table);
    if let Some((key, tall)) = key {
        canvas.place(right, TOP + height + 16.0, key);
        height += 16.0 + tall;
    }
    let problems = problem_lines(state, map);
    for (index, line) in problems.iter().take(PROBLEMS).enumerate() {
        height += 18.0;
        let text = match index + 1 == PROBLEMS && problems.len() > PROBLEMS {
            true => format!("and {} more", problems.len() - index),
            false => fitted(line, 84),
        };
        canvas.text(right, TOP + height + 8.0, "bad", &text);
    }
    let bottom = TOP + height.max(field.size()) + 30.0;
    canvas.text(LEFT, TOP + field.size() + 18.0, "soft", "a line is 128 slots; point at a range for its numbers");
    let description = format!("{title}. {}", problems.join(". "));
    canvas.finish(right + legend::WIDTH + 20.0, bottom, "Slots of a Redis Cluster", &description)
}
